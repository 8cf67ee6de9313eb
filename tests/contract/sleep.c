// clock_nanosleep and clock_getres: clocks, times, errors, and being interrupted.
#include "signals.h"

static i64 now(int clock) {
  struct timespec at;
  must("clock_gettime", clock_gettime(clock, &at));
  return at.tv_sec * 1000000000 + at.tv_nsec;
}

static struct timespec at_time(i64 ns) {
  return (struct timespec){ns / 1000000000, (long)(ns % 1000000000)};
}

static void clocks(void) {
  static const int all[] = {0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 16, 99, -1, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(all); i++) {
    // By a clock of the processor's time, nobody who sleeps ever wakes.
    struct timespec tiny = {0, all[i] != CLOCK_PROCESS_CPUTIME_ID};
    struct timespec past = {0, 0};
    struct timespec resolution = {-7, -7};
    if (all[i] == CLOCK_PROCESS_CPUTIME_ID)
      settled("EOPNOTSUPP", "the process is the host's");
    fact_at("clock_nanosleep: 1 ns at most, clock", all[i],
            clock_nanosleep(all[i], 0, &tiny, NULL));
    if (all[i] == CLOCK_PROCESS_CPUTIME_ID)
      settled("EOPNOTSUPP", "the process is the host's");
    fact_at("clock_nanosleep: until 0, clock", all[i],
            clock_nanosleep(all[i], TIMER_ABSTIME, &past, NULL));
    fact_at("clock_getres: clock", all[i], clock_getres(all[i], &resolution));
    fact_at("clock_getres: seconds of clock", all[i], resolution.tv_sec);
    fact_at("clock_getres: NULL, clock", all[i], clock_getres(all[i], NULL));
    fact_at("clock_getres: nowhere, clock", all[i], clock_getres(all[i], NOWHERE));
  }
  struct timespec resolution;
  clock_getres(CLOCK_MONOTONIC, &resolution);
  fact("clock_getres: nanoseconds", resolution.tv_nsec);
  fact("clock_getres: half behind memory", clock_getres(1, (void *)last_bytes(8)));
}

static void times(void) {
  static const struct timespec wrong[] = {{-1, 0}, {0, -1}, {0, 1000000000}, {1, INT_MAX}};
  static const int flags[] = {0, TIMER_ABSTIME};
  for (int f = 0; f < COUNT(flags); f++) {
    for (int i = 0; i < COUNT(wrong); i++)
      fact_at(f ? "clock_nanosleep: wrong absolute time" : "clock_nanosleep: wrong time", i,
              clock_nanosleep(CLOCK_MONOTONIC, flags[f], &wrong[i], NULL));
    fact_at("clock_nanosleep: NULL, flags", f, clock_nanosleep(1, flags[f], NULL, NULL));
    fact_at("clock_nanosleep: nowhere, flags", f, clock_nanosleep(1, flags[f], NOWHERE, NULL));
  }
  fact("clock_nanosleep: no clock or nowhere", clock_nanosleep(99, 0, NOWHERE, NULL));
  fact("clock_nanosleep: half behind memory", clock_nanosleep(1, 0, (void *)last_bytes(8), NULL));
  static const int slept_by[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI};
  for (int i = 0; i < COUNT(slept_by); i++) {
    struct timespec some = at_time(3000000);
    struct timespec left = {7, 7};
    i64 from = now(CLOCK_MONOTONIC);
    fact_at("clock_nanosleep: 3 ms, clock", slept_by[i],
            clock_nanosleep(slept_by[i], 0, &some, &left));
    fact_at("clock_nanosleep: they have passed, clock", slept_by[i], now(1) - from >= 3000000);
    fact_at("clock_nanosleep: what is left is not written, clock", slept_by[i], left.tv_sec);
    from = now(slept_by[i]) + 3000000;
    some = at_time(from);
    fact_at("clock_nanosleep: until in 3 ms, clock", slept_by[i],
            clock_nanosleep(slept_by[i], TIMER_ABSTIME, &some, NULL));
    fact_at("clock_nanosleep: it is then, clock", slept_by[i], now(slept_by[i]) >= from);
  }
  struct timespec none = {0, 0};
  fact("clock_nanosleep: no time", clock_nanosleep(1, 0, &none, NOWHERE));
  fact("clock_nanosleep: an unknown flag", clock_nanosleep(1, 2, &none, NULL));
  fact("clock_nanosleep: all flags", clock_nanosleep(1, -1, &none, NULL));
}

static void interrupted(void) {
  struct timespec long_ago = {3600, 0};
  for (int restart = 0; restart < 2; restart++) {
    struct timespec left = {0, 0};
    forget_signals();
    on(SIGALRM, note, restart ? SA_RESTART : 0);
    start_alarm();
    fact_at("clock_nanosleep: interrupted, SA_RESTART", restart,
            clock_nanosleep(CLOCK_MONOTONIC, 0, &long_ago, &left));
    fact_at("clock_nanosleep: what is left, SA_RESTART", restart, left.tv_sec);
    fact_at("clock_nanosleep: the handler ran, SA_RESTART", restart, seen[SIGALRM] > 0);
    fact_at("clock_nanosleep: interrupted, nobody asks, SA_RESTART", restart,
            clock_nanosleep(CLOCK_REALTIME, 0, &long_ago, NULL));
    fact_at("clock_nanosleep: interrupted, left nowhere, SA_RESTART", restart,
            clock_nanosleep(CLOCK_MONOTONIC, 0, &long_ago, NOWHERE));
    stop_alarm();
    on(SIGALRM, SIG_IGN, 0);
    start_alarm();
    i64 from = now(CLOCK_MONOTONIC);
    struct timespec some = at_time(30000000);
    fact_at("clock_nanosleep: an ignored signal does not interrupt, SA_RESTART", restart,
            clock_nanosleep(CLOCK_MONOTONIC, 0, &some, NULL));
    fact_at("clock_nanosleep: nor shorten it, SA_RESTART", restart, now(1) - from >= 30000000);
    stop_alarm();
  }
  forget_signals();
  on(SIGALRM, note, 0);
  start_alarm();
  struct timespec then = at_time(now(CLOCK_MONOTONIC) + 3600000000000);
  struct timespec left = {7, 7};
  fact("clock_nanosleep: absolute, interrupted",
       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, &left));
  fact("clock_nanosleep: absolute, nothing is left", left.tv_sec);
  stop_alarm();
  forget_signals();
  on(SIGALRM, note, SA_RESTART);
  start_alarm();
  then = at_time(now(CLOCK_MONOTONIC) + 30000000);
  fact("clock_nanosleep: absolute, SA_RESTART", clock_nanosleep(1, TIMER_ABSTIME, &then, NULL));
  stop_alarm();
  fact("clock_nanosleep: absolute, SA_RESTART, the handler ran", seen[SIGALRM] > 0);
}

static void facts(void) {
  clocks();
  times();
  interrupted();
}
