// Guest memory: every pointer of a guest goes through here before C or the kernel sees it.
#pragma once

#include "guest.h"

// Never mapped in user space: the kernel answers EFAULT for it, in its own order of checks.
#define IMPOSSIBLE ((void *)(uintptr_t)0xffff800000000000u)

static inline bool guest_holds(struct guest *guest, uint32_t address, uint64_t bytes) {
  if (address == 0)
    return false;
  if (address + bytes <= guest->memory_bytes)
    return true;
  guest->host->refresh_memory(guest);
  return address + bytes <= guest->memory_bytes;
}

// Where empty ranges point: nothing can be written there, should the kernel ever try.
static const uint64_t nothing;

// A range for the kernel: inside guest memory, NULL, or IMPOSSIBLE. An empty range is always good.
static inline void *guest_range(struct guest *guest, uint32_t address, uint64_t bytes) {
  if (bytes == 0)
    return (void *)(uintptr_t)&nothing;
  if (address == 0)
    return NULL;
  return guest_holds(guest, address, bytes) ? guest->memory + address : IMPOSSIBLE;
}

// The same where the kernel tells NULL, "absent", from an empty range.
static inline void *guest_optional(struct guest *guest, uint32_t address, uint64_t bytes) {
  return address ? guest_range(guest, address, bytes) : NULL;
}

static inline bool copy_from_guest(struct guest *guest, void *to, uint32_t from, uint64_t bytes) {
  if (bytes == 0)
    return true;
  if (!guest_holds(guest, from, bytes))
    return false;
  memcpy(to, guest->memory + from, bytes);
  return true;
}

static inline bool copy_to_guest(struct guest *guest, uint32_t to, const void *from,
                                 uint64_t bytes) {
  if (bytes == 0)
    return true;
  if (!guest_holds(guest, to, bytes))
    return false;
  memcpy(guest->memory + to, from, bytes);
  return true;
}

// sys_socket.c
long kernel_timed(struct guest *guest, struct slot *slot, long number, const long *arguments);

// Whether the guest has to look up from a call: -EINTR, it ends; -RESTART or -RESTART_ALWAYS, a
// signal; or 0. A call that has not begun must not show that there was one: most have no EINTR.
static inline long interrupted(struct guest *guest, bool begun) {
  if (guest_is_ending(guest))
    return -EINTR;
  if (!signals_deliverable(guest))
    return 0;
  return begun ? -RESTART : -RESTART_ALWAYS;
}

// Enters the kernel, again as often as a kick interrupts it while nothing is asked of the guest.
// The result is the kernel's, or -errno.
static inline long kernel(struct guest *guest, long number, long a, long b, long c, long d, long e,
                          long f) {
  for (bool begun = false;; begun = true) {
    long stop = guest_attention(guest) ? interrupted(guest, begun) : 0;
    if (stop)
      return stop;
    long result = syscall(number, a, b, c, d, e, f);
    if (result >= 0)
      return result;
    if (errno != EINTR)
      return -errno;
    guest_roused(guest);
  }
}

// The same for a call that a socket's own timeout can end: being interrupted must not prolong it.
static inline long kernel_on(struct guest *guest, struct slot *slot, long number, long b, long c,
                             long d, long e, long f) {
  const struct description *description = slot->description;
  if (description->receive_timeout_ns | description->send_timeout_ns)
    return kernel_timed(guest, slot, number, (const long[]){b, c, d, e, f});
  return kernel(guest, number, slot->kfd, b, c, d, e, f);
}
