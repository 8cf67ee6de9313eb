// timerfd_create, timerfd_settime, timerfd_gettime.
#include "contract.h"

static const struct itimerspec off;

static struct itimerspec in_ns(i64 sec, long nsec) {
  struct itimerspec made = {{0, 0}, {sec, nsec}};
  return made;
}

static struct timespec now(int clock) {
  struct timespec at;
  must("clock_gettime", clock_gettime(clock, &at));
  return at;
}

static int expirations(int fd) {
  u64 count = 0;
  int result = read(fd, &count, sizeof count);
  return result == 8 ? (int)count : result;
}

static void creation(void) {
  static const int clocks[] = {0, 1, 7};
  static const int wrong[] = {2, 3, 4, 5, 6, 10, 11, 12, 15, 16, 99, -1, -2, -6, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(clocks); i++) {
    int fd = timerfd_create(clocks[i], 0);
    fact_at("timerfd_create: clock", clocks[i], fd);
    close(fd);
  }
  for (int i = 0; i < COUNT(wrong); i++)
    fact_at("timerfd_create: clock", wrong[i], timerfd_create(wrong[i], 0));
  static const int alarms[] = {8, 9};
  for (int i = 0; i < COUNT(alarms); i++) {
    settled("EPERM", "waking the machine is a privilege, and a guest has none");
    int fd = timerfd_create(alarms[i], 0);
    fact_at("timerfd_create: clock", alarms[i], fd);
    close(fd);
  }
  static const int flags[] = {TFD_NONBLOCK, TFD_CLOEXEC, TFD_NONBLOCK | TFD_CLOEXEC, 1, 2, 4,
                              -1,           INT_MIN};
  for (int i = 0; i < COUNT(flags); i++) {
    int fd = timerfd_create(CLOCK_MONOTONIC, flags[i]);
    fact_at("timerfd_create: flags", flags[i], fd);
    if (fd < 0)
      continue;
    fact_at("timerfd_create: F_GETFL with flags", flags[i], fcntl(fd, F_GETFL, 0));
    fact_at("timerfd_create: F_GETFD with flags", flags[i], fcntl(fd, F_GETFD, 0));
    close(fd);
  }
  fact("timerfd_create: clock and flags wrong", timerfd_create(99, 1));
}

static void errors(void) {
  struct itimerspec set = in_ns(100, 0);
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  int other = eventfd2(0, 0);
  fact("timerfd_settime: EBADF", timerfd_settime(-1, 0, &set, NULL));
  fact("timerfd_settime: EBADF or nowhere", timerfd_settime(-1, 0, NOWHERE, NULL));
  fact("timerfd_settime: EBADF or its flags", timerfd_settime(-1, 99, &set, NULL));
  fact("timerfd_settime: not a timer", timerfd_settime(other, 0, &set, NULL));
  fact("timerfd_settime: not a timer or nowhere", timerfd_settime(other, 0, NOWHERE, NULL));
  fact("timerfd_settime: standard input", timerfd_settime(0, 0, &set, NULL));
  fact("timerfd_settime: nowhere", timerfd_settime(fd, 0, NOWHERE, NULL));
  fact("timerfd_settime: NULL", timerfd_settime(fd, 0, NULL, NULL));
  fact("timerfd_settime: half behind memory", timerfd_settime(fd, 0, (void *)last_bytes(16), NULL));
  static const int flags[] = {1, 2, 3, 4, 8, -1, INT_MIN};
  for (int i = 0; i < COUNT(flags); i++)
    fact_at("timerfd_settime: flags", flags[i], timerfd_settime(fd, flags[i], &set, NULL));
  static const long nanoseconds[] = {0, 1, 999999999, 1000000000, -1, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(nanoseconds); i++) {
    set = in_ns(100, nanoseconds[i]);
    fact_at("timerfd_settime: tv_nsec", nanoseconds[i], timerfd_settime(fd, 0, &set, NULL));
    set = in_ns(100, 0);
    set.it_interval.tv_nsec = nanoseconds[i];
    fact_at("timerfd_settime: tv_nsec of the interval", nanoseconds[i],
            timerfd_settime(fd, 0, &set, NULL));
  }
  set = in_ns(-1, 0);
  fact("timerfd_settime: tv_sec -1", timerfd_settime(fd, 0, &set, NULL));
  set = in_ns(100, 0);
  set.it_interval.tv_sec = -1;
  fact("timerfd_settime: tv_sec -1 of the interval", timerfd_settime(fd, 0, &set, NULL));
  set = in_ns(1ll << 62, 0);
  fact("timerfd_settime: for ever", timerfd_settime(fd, 0, &set, NULL));
  set = in_ns(100, 0);
  set.it_value.tv_nsec = -1;
  fact("timerfd_settime: EBADF or tv_nsec", timerfd_settime(-1, 0, &set, NULL));
  fact("timerfd_settime: flags or tv_nsec", timerfd_settime(fd, 99, &set, NULL));
  set = in_ns(100, 0);
  fact("timerfd_settime: the old value nowhere", timerfd_settime(fd, 0, &set, NOWHERE));
  struct itimerspec got;
  timerfd_gettime(fd, &got);
  fact("timerfd_settime: it was set all the same", got.it_value.tv_sec >= 99);
  fact("timerfd_gettime: EBADF", timerfd_gettime(-1, &got));
  fact("timerfd_gettime: EBADF or nowhere", timerfd_gettime(-1, NOWHERE));
  fact("timerfd_gettime: not a timer", timerfd_gettime(other, &got));
  fact("timerfd_gettime: nowhere", timerfd_gettime(fd, NOWHERE));
  fact("timerfd_gettime: NULL", timerfd_gettime(fd, NULL));
  fact("timerfd_gettime: half behind memory", timerfd_gettime(fd, (void *)last_bytes(16)));
  u64 count;
  fact("read: a timer that has not expired", read(fd, &count, sizeof count));
  fact("read: a timer, 7 bytes", read(fd, &count, 7));
  fact("read: a timer, nowhere", read(fd, NOWHERE, 8));
  fact("write: a timer", write(fd, &count, sizeof count));
  // The padding of the ABI's timespec is not looked at, and written as 0.
  struct {
    i64 sec;
    u32 nsec, above;
  } padded[2] = {{0, 0, 0xffffffff}, {100, 5, 0xffffffff}};
  differs("0", "tv_nsec has 4 bytes, what is above it is not looked at");
  fact("timerfd_settime: padding", timerfd_settime(fd, 0, (void *)padded, NULL));
  padded[0].above = padded[1].above = 7;
  timerfd_gettime(fd, (void *)padded);
  fact("timerfd_gettime: padding", padded[0].above + padded[1].above);
  close(fd);
  close(other);
}

static void expiry(void) {
  struct itimerspec set = in_ns(0, 1000000), old, got;
  int fd = timerfd_create(CLOCK_MONOTONIC, 0);
  fact_mask("timer: epoll, never set", ready(fd, 0x3fff));
  timerfd_gettime(fd, &got);
  fact("timer: never set, gettime", same(&got, &off, sizeof off));
  fact("timer: 1 ms", timerfd_settime(fd, 0, &set, &old));
  fact("timer: the old value was nothing", same(&old, &off, sizeof off));
  fact("timer: a blocking read waits", expirations(fd));
  timerfd_gettime(fd, &got);
  fact("timer: once, then nothing", same(&got, &off, sizeof off));
  timerfd_settime(fd, 0, &set, NULL);
  fact_mask("timer: epoll, expired", await(fd, 0x3fff));
  fcntl(fd, F_SETFL, O_NONBLOCK);
  fact("timer: one expiration", expirations(fd));
  fact("timer: read again", expirations(fd));
  fact_mask("timer: epoll, after the read", ready(fd, 0x3fff));
  timerfd_settime(fd, 0, &set, NULL);
  await(fd, EPOLLIN);
  set = in_ns(50, 0);
  timerfd_settime(fd, 0, &set, NULL);
  fact("timer: set anew forgets what has expired", expirations(fd));
  timerfd_gettime(fd, &got);
  fact("timer: what is left of 50 s", got.it_value.tv_sec == 49 || got.it_value.tv_sec == 50);
  timerfd_settime(fd, 0, &off, &old);
  fact("timer: disarming tells what was left", old.it_value.tv_sec >= 49);
  fact("timer: disarmed", expirations(fd));
  set = in_ns(0, 1);
  timerfd_settime(fd, 0, &set, NULL);
  await(fd, EPOLLIN);
  timerfd_settime(fd, 0, &off, NULL);
  fact("timer: disarmed after it expired", expirations(fd));
  fact_mask("timer: epoll, disarmed", ready(fd, 0x3fff));
  u64 count = 0;
  set = in_ns(0, 1);
  timerfd_settime(fd, 0, &set, NULL);
  await(fd, EPOLLIN);
  fact("timer: read of 4 bytes", read(fd, &count, 4));
  fact("timer: read to NULL", read(fd, NULL, 8));
  fact("timer: what that left", expirations(fd));
  timerfd_settime(fd, 0, &set, NULL);
  await(fd, EPOLLIN);
  fact("timer: read of 16 bytes", read(fd, last_bytes(16), 16));
  close(fd);
}

static void intervals(void) {
  struct itimerspec set = {{0, 1000000}, {0, 1000000}}, got;
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  timerfd_settime(fd, 0, &set, NULL);
  // Waits on another timer, so that several intervals pass.
  int wait = timerfd_create(CLOCK_MONOTONIC, 0);
  struct itimerspec later = in_ns(0, 12000000);
  timerfd_settime(wait, 0, &later, NULL);
  expirations(wait);
  fact("interval: overruns are counted", expirations(fd) >= 10);
  timerfd_gettime(fd, &got);
  fact("interval: gettime tells it", got.it_interval.tv_nsec);
  fact("interval: the next is within it", got.it_value.tv_nsec <= 1000000);
  await(fd, EPOLLIN);
  fact("interval: goes on", expirations(fd) >= 1);
  set = in_ns(0, 0);
  set.it_interval.tv_sec = 5;
  fact("interval: without a value", timerfd_settime(fd, 0, &set, NULL));
  timerfd_gettime(fd, &got);
  fact("interval: it is off", got.it_value.tv_sec + got.it_value.tv_nsec);
  fact("interval: the interval is kept", got.it_interval.tv_sec);
  close(wait);
  close(fd);
}

static void absolute(void) {
  static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
  for (int i = 0; i < COUNT(clocks); i++) {
    struct itimerspec set = {{0, 0}, now(clocks[i])}, got;
    int fd = timerfd_create(clocks[i], TFD_NONBLOCK);
    fact_at("ABSTIME: now, clock", clocks[i], timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, NULL));
    await(fd, EPOLLIN);
    fact_at("ABSTIME: has expired, clock", clocks[i], expirations(fd));
    set.it_value.tv_sec += 100;
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, NULL);
    timerfd_gettime(fd, &got);
    fact_at("ABSTIME: gettime is relative, clock", clocks[i],
            got.it_value.tv_sec >= 98 && got.it_value.tv_sec <= 100);
    set.it_value = (struct timespec){1, 0};
    set.it_interval = (struct timespec){1000000000, 0};
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, &got);
    fact_at("ABSTIME: the old one is relative, clock", clocks[i],
            got.it_value.tv_sec >= 98 && got.it_value.tv_sec <= 100 && !got.it_interval.tv_sec);
    await(fd, EPOLLIN);
    fact_at("ABSTIME: long ago with a long interval, clock", clocks[i], expirations(fd) >= 1);
    fact_at("ABSTIME: CANCEL_ON_SET, clock", clocks[i],
            timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &set, NULL));
    close(fd);
  }
}

static void facts(void) {
  creation();
  errors();
  expiry();
  intervals();
  absolute();
}
