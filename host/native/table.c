// The descriptor table: guest numbers, and the kernel's numbers behind them.
//
// epoll's key is (open file description, number). When a guest number is closed while its
// description lives on through a dup and was registered, the registration stays in the kernel
// under the closed number's kernel number. That pair has to stay a pair, or the guest could never
// reach the registration again, as it can on Linux by putting the description back on the number:
// the slot is *pinned* until the last of its registrations is gone. A placeholder keeps the kernel
// number while the slot is free, and whatever the guest opens there next is moved onto it.
#include "signal.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>

static uint32_t words(uint32_t count) { return (count + 63) / 64; }

// Makes a table of `count` free numbers.
bool table_create(struct guest *guest, uint32_t count) {
  guest->slots = calloc(count, sizeof *guest->slots);
  guest->taken = calloc(words(count), sizeof *guest->taken);
  guest->slot_count = count;
  return guest->slots && guest->taken;
}

// The lowest free number that is at least `from`, or -EMFILE.
int32_t table_lowest(struct guest *guest, uint32_t from) {
  uint32_t limit = limit_descriptors(guest);
  for (uint32_t word = from / 64; word < words(guest->slot_count); word++) {
    uint64_t free = ~guest->taken[word];
    if (word == from / 64)
      free &= ~UINT64_C(0) << from % 64;
    if (free == 0)
      continue;
    uint32_t vfd = word * 64 + (uint32_t)__builtin_ctzll(free);
    if (vfd < limit)
      return (int32_t)vfd;
    break;
  }
  if (limit == guest->slot_count) // not by its own choice
    quota_exhausted(guest, QUOTA_DESCRIPTORS);
  return -EMFILE;
}

// Whether a pair can be opened.
bool table_has_two(struct guest *guest) {
  int32_t first = table_lowest(guest, 0);
  return first >= 0 && table_lowest(guest, (uint32_t)first + 1) >= 0;
}

// A number that the description is open under; it has to have one.
int32_t table_find(struct guest *guest, const struct description *description) {
  uint32_t vfd = 0;
  while (guest->slots[vfd].description != description)
    vfd++;
  return (int32_t)vfd;
}

// Puts a kernel descriptor and its description on a free number and takes one reference. On
// failure the descriptor is closed.
int32_t table_install(struct guest *guest, int32_t vfd, int kfd, struct description *description,
                      bool cloexec) {
  struct slot *slot = &guest->slots[vfd];
  if (slot->pinned) {
    long moved = syscall(SYS_dup3, kfd, slot->kfd, O_CLOEXEC);
    int error = errno;
    syscall(SYS_close, kfd);
    if (moved < 0)
      return -error;
    kfd = slot->kfd;
  }
  description->refs++;
  slot->description = description;
  slot->kfd = kfd;
  slot->cloexec = cloexec;
  guest->taken[vfd / 64] |= UINT64_C(1) << vfd % 64;
  return vfd;
}

// Nothing refers to it any more.
static void description_free(struct guest *guest, struct description *description) {
  watches_drop(guest, description);
  guest->timers -= description->kind == KIND_TIMERFD;
  if (description->signalfd)
    signalfd_close(guest, description->signalfd);
  if (description->pipe)
    pipe_close(guest, description->pipe);
  peers_free(guest, description);
  free(description);
}

// Records what a system call opened, `kfd` being its result, on the lowest free number, with a new
// description like the given one. The caller has made sure that a number is free.
int32_t table_open(struct guest *guest, long kfd, const struct description *like, bool cloexec) {
  if (kfd < 0)
    return (int32_t)kfd;
  int32_t vfd = table_lowest(guest, 0);
  struct description *description = malloc(sizeof *description);
  if (vfd < 0 || !description) {
    syscall(SYS_close, (int)kfd);
    free(description);
    return vfd < 0 ? vfd : -ENFILE;
  }
  *description = *like;
  description->refs = 0;
  description->peers = NULL;
  int32_t result = table_install(guest, vfd, (int)kfd, description, cloexec);
  if (result < 0)
    free(description);
  else
    guest->timers += like->kind == KIND_TIMERFD;
  return result;
}

// Records both ends of what a system call opened as a pair. On failure both are closed.
int32_t table_pair(struct guest *guest, const int kfds[2], const struct description *like,
                   bool cloexec, int32_t vfds[2]) {
  vfds[0] = table_open(guest, kfds[0], like, cloexec);
  vfds[1] = table_open(guest, kfds[1], like, cloexec);
  if (vfds[0] >= 0 && vfds[1] >= 0)
    return 0;
  int32_t error = vfds[0] < 0 ? vfds[0] : vfds[1];
  table_close(guest, vfds[0]);
  table_close(guest, vfds[1]);
  return error;
}

// Something that reports no events and holds a kernel number.
static bool park(struct guest *guest, int kfd) {
  if (guest->placeholder < 0)
    guest->placeholder = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return guest->placeholder >= 0 && syscall(SYS_dup3, guest->placeholder, kfd, O_CLOEXEC) >= 0;
}

// Frees a number. Its kernel number is still open.
static void vacate(struct guest *guest, uint32_t vfd) {
  struct slot *slot = &guest->slots[vfd];
  struct description *description = slot->description;
  slot->description = NULL;
  guest->taken[vfd / 64] &= ~(UINT64_C(1) << vfd % 64);
  slot->pinned = false; // so that nothing of the next line touches its kernel number
  if (--description->refs == 0)
    description_free(guest, description);
}

// close(2): the number is free afterwards, whatever the kernel says. -EBADF.
int32_t table_close(struct guest *guest, int32_t vfd) {
  struct slot *slot = table_slot(guest, vfd);
  if (!slot)
    return -EBADF;
  vacate(guest, (uint32_t)vfd);
  slot->pinned = slot->watches > 0 && park(guest, slot->kfd);
  if (slot->pinned)
    return 0;
  return syscall(SYS_close, slot->kfd) < 0 ? -errno : 0;
}

// The last registration under a number is gone: it need not keep its kernel number any longer.
void table_unwatched(struct guest *guest, int32_t vfd) {
  struct slot *slot = &guest->slots[vfd];
  if (slot->pinned && !slot->description)
    syscall(SYS_close, slot->kfd);
  slot->pinned = false;
}

// What is left of a table: kernel numbers in slots that are pinned, for several threads to close.
struct closing {
  struct slot *slots;
  uint32_t count;
  atomic_uint next; // the first that no thread has taken
};

enum { CLOSERS_MAX = 4, CLOSED_AT_ONCE = 64, WORTH_A_THREAD = 1024 };

static void *close_pinned(void *of) {
  struct closing *closing = of;
  uint32_t from;
  while ((from = atomic_fetch_add(&closing->next, CLOSED_AT_ONCE)) < closing->count) {
    for (uint32_t i = from; i < closing->count && i < from + CLOSED_AT_ONCE; i++) {
      if (closing->slots[i].pinned)
        syscall(SYS_close, closing->slots[i].kfd);
      closing->slots[i].pinned = false;
    }
  }
  return NULL;
}

// The kernel takes about 15 us to close a connection, most of it to tell the other end: a server's
// thousands are shared among the processors.
static void close_all_pinned(struct guest *guest, uint32_t open) {
  struct closing closing = {guest->slots, guest->slot_count, 0};
  pthread_t closers[CLOSERS_MAX];
  cpu_set_t ours = {0};
  sched_getaffinity(0, sizeof ours, &ours);
  uint32_t others = CPU_COUNT(&ours) > 1 ? (uint32_t)CPU_COUNT(&ours) - 1 : 0, started = 0;
  uint32_t wanted = open / WORTH_A_THREAD < others ? open / WORTH_A_THREAD : others;
  while (started < wanted && started < CLOSERS_MAX &&
         pthread_create(&closers[started], NULL, close_pinned, &closing) == 0)
    started++;
  close_pinned(&closing);
  while (started > 0)
    pthread_join(closers[--started], NULL);
}

// Closes everything without waiting: a time in SO_LINGER would block, as it does not at the end of
// a process. {on, 0}, reset at close, stays.
void table_close_all(struct guest *guest) {
  uint32_t open = 0;
  for (uint32_t vfd = 0; vfd < guest->slot_count; vfd++) {
    struct slot *slot = &guest->slots[vfd];
    if (!slot->description)
      continue;
    if (slot->description->lingers) {
      const struct linger off = {0};
      setsockopt(slot->kfd, SOL_SOCKET, SO_LINGER, &off, sizeof off);
    }
    vacate(guest, vfd);
    slot->pinned = true;
    open++;
  }
  close_all_pinned(guest, open);
  if (guest->placeholder >= 0)
    syscall(SYS_close, guest->placeholder);
  guest->placeholder = -1;
}

void table_destroy(struct guest *guest) {
  if (guest->slots && guest->taken)
    table_close_all(guest);
  free(guest->slots);
  free(guest->taken);
}
