// The epoll family: epoll_create1, epoll_ctl, epoll_wait, epoll_pwait, epoll_pwait2.
//
// A guest's epoll_event has 16 bytes (u32 events @0, u64 data @8), the x86-64 kernel's 12. The
// kernel writes its own straight into the guest's array, which is spread out in place afterwards.
#include "imports.h"

#include <limits.h>
#include <sys/epoll.h>

enum { EVENT_BYTES = 16, EVENTS_MAX = INT_MAX / EVENT_BYTES };

_Static_assert(sizeof(struct epoll_event) <= EVENT_BYTES, "the kernel's event must fit");

int32_t sys_epoll_create1(struct guest *guest, int32_t flags) {
  if (flags & ~EPOLL_CLOEXEC)
    return -EINVAL;
  if (table_lowest(guest, 0) < 0)
    return -EMFILE;
  const struct description like = {.kind = KIND_EPOLL};
  long kfd = kernel(guest, SYS_epoll_create1, EPOLL_CLOEXEC, 0, 0, 0, 0, 0);
  return table_open(guest, kfd, &like, flags & EPOLL_CLOEXEC);
}

int32_t sys_epoll_ctl(struct guest *guest, int32_t epfd, int32_t op, int32_t fd, uint32_t event) {
  struct epoll_event to = {0};
  if (op != EPOLL_CTL_DEL) {
    if (!guest_holds(guest, event, EVENT_BYTES))
      return -EFAULT;
    const uint8_t *from = guest->memory + event;
    uint32_t events;
    memcpy(&events, from, sizeof events);
    // Keeping the machine awake takes a privilege; without it the kernel drops the flag, too.
    to.events = events & ~(uint32_t)EPOLLWAKEUP;
    memcpy(&to.data, from + 8, sizeof to.data);
  }
  struct slot *epoll = table_slot(guest, epfd);
  long result = kernel(guest, SYS_epoll_ctl, table_kfd(guest, epfd), op, table_kfd(guest, fd),
                       (long)&to, 0, 0);
  if (result == 0 && op == EPOLL_CTL_ADD)
    return watch_add(guest, epoll, fd);
  if (result == 0 && op == EPOLL_CTL_DEL)
    watch_delete(guest, epoll, fd);
  return (int32_t)result;
}

static void spread(uint8_t *events, long count) {
  if (sizeof(struct epoll_event) == EVENT_BYTES)
    return;
  for (long i = count; i-- > 0;) {
    struct epoll_event from;
    memcpy(&from, events + (size_t)i * sizeof from, sizeof from);
    const struct {
      uint32_t events, padding;
      uint64_t data;
    } to = {from.events, 0, from.data.u64};
    memcpy(events + (size_t)i * EVENT_BYTES, &to, sizeof to);
  }
}

// Waits in milliseconds, or where `span` is given in nanoseconds. A kick that asks nothing of the
// guest makes it wait again for what is left.
static int32_t wait_for(struct guest *guest, int32_t epfd, uint32_t events, int32_t maxevents,
                        int32_t timeout, const struct timespec *span) {
  int kfd = table_kfd(guest, epfd);
  // The kernel's bound is for its smaller events; 0 is out of bounds for both.
  int count = maxevents > EVENTS_MAX ? 0 : maxevents;
  uint8_t *to = guest_range(guest, events, count > 0 ? (uint64_t)count * EVENT_BYTES : 0);
  struct timespec left = {0}, deadline = {0};
  bool finite = span || timeout > 0;
  // A mere look is never interrupted.
  bool glances = span ? span->tv_sec == 0 && span->tv_nsec == 0 : timeout == 0;
  if (finite) {
    left = span ? *span : (struct timespec){timeout / 1000, timeout % 1000 * 1000000};
    deadline = time_from_now(&left);
  }
  for (;;) {
    // Events that are there come before a signal, as in the kernel: one look.
    bool looks = !glances && guest_attention(guest) && interrupted(guest, true);
    if (looks) {
      timeout = 0;
      left = (struct timespec){0};
    }
    long result = span ? syscall(SYS_epoll_pwait2, kfd, to, count, &left, NULL, SIGSET_BYTES)
                       : syscall(SYS_epoll_pwait, kfd, to, count, timeout, NULL, SIGSET_BYTES);
    if (result > 0 || (result == 0 && !looks)) {
      spread(to, result);
      return (int32_t)result;
    }
    if (result < 0 && errno != EINTR)
      return -errno;
    if (looks)
      return -EINTR;
    guest_roused(guest);
    if (finite)
      left = time_until(&deadline);
    if (finite && !span) // rounded up, so as not to wake early
      timeout = (int32_t)(left.tv_sec * 1000 + (left.tv_nsec + 999999) / 1000000);
  }
}

static int32_t wait(struct guest *guest, int32_t epfd, uint32_t events, int32_t maxevents,
                    int32_t timeout, const struct timespec *span) {
  signals_await(guest, signalfds_mask(guest));
  int32_t result = wait_for(guest, epfd, events, maxevents, timeout, span);
  signals_await(guest, 0);
  return result;
}

int32_t sys_epoll_wait(struct guest *guest, int32_t epfd, uint32_t events, int32_t maxevents,
                       int32_t timeout) {
  return wait(guest, epfd, events, maxevents, timeout, NULL);
}

// Takes over the mask of a call that has one for its own time: 0, -EINVAL, -EFAULT.
static int32_t mask_from_guest(struct guest *guest, uint32_t sigmask, uint32_t sigsetsize) {
  uint64_t mask;
  if (!sigmask)
    return 0;
  if (sigsetsize != SIGSET_BYTES)
    return -EINVAL;
  if (!copy_from_guest(guest, &mask, sigmask, sizeof mask))
    return -EFAULT;
  mask_swap(guest, mask);
  return 0;
}

// The same after a time that may be absent, for the calls that have both: 0, -EINVAL, -EFAULT.
int32_t wait_from_guest(struct guest *guest, struct timespec *span, uint32_t timeout,
                        uint32_t sigmask, uint32_t sigsetsize) {
  int32_t error = timeout ? span_from_guest(guest, span, timeout) : 0;
  return error ? error : mask_from_guest(guest, sigmask, sigsetsize);
}

int32_t sys_epoll_pwait(struct guest *guest, int32_t epfd, uint32_t events, int32_t maxevents,
                        int32_t timeout, uint32_t sigmask, uint32_t sigsetsize) {
  int32_t error = mask_from_guest(guest, sigmask, sigsetsize);
  if (error)
    return error;
  int32_t result = wait(guest, epfd, events, maxevents, timeout, NULL);
  mask_restore(guest, result);
  return result;
}

int32_t sys_epoll_pwait2(struct guest *guest, int32_t epfd, uint32_t events, int32_t maxevents,
                         uint32_t timeout, uint32_t sigmask, uint32_t sigsetsize) {
  struct timespec span;
  int32_t error = wait_from_guest(guest, &span, timeout, sigmask, sigsetsize);
  if (error)
    return error;
  int32_t result = wait(guest, epfd, events, maxevents, -1, timeout ? &span : NULL);
  mask_restore(guest, result);
  return result;
}
