// eventfd2, timerfd_*, clock_gettime.
#include "imports.h"

#include <sys/eventfd.h>
#include <sys/timerfd.h>

// timespec of a guest: i64 tv_sec @0, i32 tv_nsec @8, 4 bytes that are not looked at.
static struct timespec timespec_at(const uint8_t *from) {
  int64_t seconds;
  int32_t nanoseconds;
  memcpy(&seconds, from, sizeof seconds);
  memcpy(&nanoseconds, from + 8, sizeof nanoseconds);
  return (struct timespec){seconds, nanoseconds};
}

static bool timespec_from_guest(struct guest *guest, struct timespec *to, uint32_t from) {
  if (!guest_holds(guest, from, TIMESPEC_BYTES))
    return false;
  *to = timespec_at(guest->memory + from);
  return true;
}

// A length of time from a guest: 0, -EFAULT, -EINVAL.
int32_t span_from_guest(struct guest *guest, struct timespec *to, uint32_t from) {
  if (!timespec_from_guest(guest, to, from))
    return -EFAULT;
  bool sane = to->tv_sec >= 0 && to->tv_nsec >= 0 && to->tv_nsec < NS_PER_S;
  return sane ? 0 : -EINVAL;
}

// What is past the end of time is its end: an overflow must not lead into the past.
struct timespec timespec_sum(const struct timespec *a, const struct timespec *b) {
  struct timespec sum = {.tv_nsec = a->tv_nsec + b->tv_nsec};
  long carry = sum.tv_nsec >= NS_PER_S;
  sum.tv_nsec -= carry * NS_PER_S;
  if (__builtin_add_overflow(a->tv_sec, b->tv_sec, &sum.tv_sec) ||
      __builtin_add_overflow(sum.tv_sec, carry, &sum.tv_sec))
    sum.tv_sec = INT64_MAX;
  return sum;
}

// a - b, 0 where that is below 0.
struct timespec timespec_difference(const struct timespec *a, const struct timespec *b) {
  struct timespec left = {a->tv_sec - b->tv_sec, a->tv_nsec - b->tv_nsec};
  if (left.tv_nsec < 0) {
    left.tv_sec--;
    left.tv_nsec += NS_PER_S;
  }
  return left.tv_sec < 0 ? (struct timespec){0} : left;
}

// The moment on CLOCK_MONOTONIC that is `span` away.
struct timespec time_from_now(const struct timespec *span) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return timespec_sum(&now, span);
}

// What is left until then, 0 when it has passed.
struct timespec time_until(const struct timespec *deadline) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return timespec_difference(deadline, &now);
}

// The kernel's own layout: a tv_nsec below 10^9 leaves the upper 4 bytes 0.
_Static_assert(sizeof(struct timespec) == TIMESPEC_BYTES, "timespec goes out as it is");
_Static_assert(sizeof(struct itimerspec) == 2 * TIMESPEC_BYTES, "itimerspec goes out as it is");

int32_t sys_eventfd2(struct guest *guest, uint32_t initval, int32_t flags) {
  if (flags & ~(EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC))
    return -EINVAL;
  if (table_lowest(guest, 0) < 0)
    return -EMFILE;
  const struct description like = {.kind = KIND_EVENTFD};
  long kfd = kernel(guest, SYS_eventfd2, initval, flags | EFD_CLOEXEC, 0, 0, 0, 0);
  return table_open(guest, kfd, &like, flags & EFD_CLOEXEC);
}

int32_t sys_timerfd_create(struct guest *guest, int32_t clockid, int32_t flags) {
  if (flags & ~(TFD_NONBLOCK | TFD_CLOEXEC))
    return -EINVAL;
  // Waking a sleeping machine takes a privilege.
  if (clockid == CLOCK_REALTIME_ALARM || clockid == CLOCK_BOOTTIME_ALARM)
    return -EPERM;
  if (clockid != CLOCK_REALTIME && clockid != CLOCK_MONOTONIC && clockid != CLOCK_BOOTTIME)
    return -EINVAL;
  if (guest->timers >= guest->quotas.timers_max) {
    quota_exhausted(guest, QUOTA_TIMERS);
    return -ENOMEM;
  }
  if (table_lowest(guest, 0) < 0)
    return -EMFILE;
  const struct description like = {.kind = KIND_TIMERFD};
  long kfd = kernel(guest, SYS_timerfd_create, clockid, flags | TFD_CLOEXEC, 0, 0, 0, 0);
  return table_open(guest, kfd, &like, flags & TFD_CLOEXEC);
}

int32_t sys_timerfd_settime(struct guest *guest, int32_t fd, int32_t flags, uint32_t new_value,
                            uint32_t old_value) {
  if (!guest_holds(guest, new_value, 2 * TIMESPEC_BYTES))
    return -EFAULT;
  const uint8_t *from = guest->memory + new_value;
  const struct itimerspec to = {timespec_at(from), timespec_at(from + TIMESPEC_BYTES)};
  return (int32_t)kernel(guest, SYS_timerfd_settime, table_kfd(guest, fd), flags, (long)&to,
                         (long)guest_optional(guest, old_value, 2 * TIMESPEC_BYTES), 0, 0);
}

int32_t sys_timerfd_gettime(struct guest *guest, int32_t fd, uint32_t curr_value) {
  return (int32_t)kernel(guest, SYS_timerfd_gettime, table_kfd(guest, fd),
                         (long)guest_range(guest, curr_value, 2 * TIMESPEC_BYTES), 0, 0, 0, 0);
}

int32_t sys_clock_gettime(struct guest *guest, int32_t clockid, uint32_t tp) {
  // A negative number names another process or a descriptor of the host.
  if (clockid < CLOCK_REALTIME || clockid > CLOCK_TAI)
    return -EINVAL;
  // A guest's process is its thread.
  clockid_t clock = clockid == CLOCK_PROCESS_CPUTIME_ID ? CLOCK_THREAD_CPUTIME_ID : clockid;
  struct timespec now;
  if (clock_gettime(clock, &now) < 0)
    return -errno;
  return copy_to_guest(guest, tp, &now, sizeof now) ? 0 : -EFAULT;
}
