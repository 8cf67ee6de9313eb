// clock_gettime: which clocks there are, and how they go.
#include "contract.h"

static i64 read_clock(int clock) {
  struct timespec at = {0, 0};
  must("clock_gettime", clock_gettime(clock, &at));
  return at.tv_sec * 1000000000 + at.tv_nsec;
}

static void facts(void) {
  static const int clocks[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11};
  for (int i = 0; i < COUNT(clocks); i++) {
    struct timespec at = {-7, -7};
    int result = clock_gettime(clocks[i], &at);
    fact_at("clock_gettime: clock", clocks[i], result);
    if (result < 0)
      continue;
    fact_at("clock_gettime: a time, clock", clocks[i],
            at.tv_sec >= 0 && at.tv_nsec >= 0 && at.tv_nsec < 1000000000);
    i64 last = read_clock(clocks[i]);
    int backwards = 0;
    for (int j = 0; j < 1000; j++) {
      i64 next = read_clock(clocks[i]);
      backwards += next < last;
      last = next;
    }
    if (clocks[i] != CLOCK_REALTIME && clocks[i] != 5 && clocks[i] != 8 && clocks[i] != CLOCK_TAI)
      fact_at("clock_gettime: steps backwards, clock", clocks[i], backwards);
  }
  static const int wrong[] = {10, 12, 13, 15, 32, 99, -1, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(wrong); i++) {
    struct timespec at;
    fact_at("clock_gettime: clock", wrong[i], clock_gettime(wrong[i], &at));
  }
  // A negative clock is another process's or a device's.
  static const int others[] = {-2, -3, -5, -6, -7, -14, -15};
  for (int i = 0; i < COUNT(others); i++) {
    struct timespec at;
    settled("EINVAL", "there is no other process and no device");
    fact_at("clock_gettime: clock", others[i], clock_gettime(others[i], &at));
  }
  fact("clock_gettime: NULL", clock_gettime(CLOCK_MONOTONIC, NULL));
  fact("clock_gettime: nowhere", clock_gettime(CLOCK_MONOTONIC, NOWHERE));
  fact("clock_gettime: half behind memory", clock_gettime(CLOCK_MONOTONIC, (void *)last_bytes(8)));
  fact("clock_gettime: the last bytes", clock_gettime(CLOCK_MONOTONIC, (void *)last_bytes(16)));
  fact("clock_gettime: no clock or nowhere", clock_gettime(99, NOWHERE));
  struct {
    i64 sec;
    u32 nsec, above;
  } padded = {0, 0, 7};
  clock_gettime(CLOCK_MONOTONIC, (void *)&padded);
  fact("clock_gettime: padding", padded.above);
  i64 from = read_clock(CLOCK_MONOTONIC);
  int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  struct itimerspec set = {{0, 0}, {0, 5000000}};
  u64 count;
  timerfd_settime(timer, 0, &set, NULL);
  read(timer, &count, sizeof count);
  fact("clock_gettime: 5 ms are 5 ms", read_clock(CLOCK_MONOTONIC) - from >= 5000000);
  close(timer);
}
