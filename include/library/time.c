// Clocks and sleeping. Takes the place of all in wasi-libc that asks WASI for the time.
#include <errno.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "linux.h"

char *tzname[2] = {(char *)"UTC", (char *)"UTC"};
int daylight;
long timezone;

void tzset(void) {}

int clock_gettime(clockid_t clock, struct timespec *time) {
  return __answer(__linux_clock_gettime(clock, time));
}

// The name by which wasi-libc's own code calls it, there with a pointer to a clock.
int __clock_gettime(const void *clock, struct timespec *time) {
  (void)clock;
  return clock_gettime(CLOCK_REALTIME, time);
}

int clock_getres(clockid_t clock, struct timespec *resolution) {
  return __answer(__linux_clock_getres(clock, resolution));
}

int clock_settime(clockid_t clock, const struct timespec *time) {
  (void)time;
  return __failed(clock == CLOCK_REALTIME ? EPERM : EINVAL);
}

int settimeofday(const struct timeval *time, const struct timezone *zone) {
  (void)time;
  (void)zone;
  return __failed(EPERM);
}

int clock_getcpuclockid(pid_t pid, clockid_t *clock) {
  if (pid != 0 && pid != getpid())
    return ESRCH;
  *clock = CLOCK_PROCESS_CPUTIME_ID;
  return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                    struct timespec *left) {
  if (clock == CLOCK_THREAD_CPUTIME_ID)
    return EINVAL;
  return -__linux_clock_nanosleep(clock, flags, time, left);
}

int nanosleep(const struct timespec *time, struct timespec *left) {
  return __answer(__linux_clock_nanosleep(CLOCK_MONOTONIC, 0, time, left));
}

unsigned sleep(unsigned seconds) {
  struct timespec time = {seconds, 0};
  return nanosleep(&time, &time) < 0 ? (unsigned)time.tv_sec : 0;
}

int usleep(unsigned microseconds) {
  struct timespec time = {microseconds / 1000000, (long)(microseconds % 1000000) * 1000};
  return nanosleep(&time, NULL);
}

time_t time(time_t *to) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (to != NULL)
    *to = now.tv_sec;
  return now.tv_sec;
}

int timespec_get(struct timespec *time, int base) {
  return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, time) == 0 ? base : 0;
}

clock_t clock(void) {
  struct timespec used;
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0)
    return -1;
  return used.tv_sec * CLOCKS_PER_SEC + used.tv_nsec / 1000;
}

int gettimeofday(struct timeval *__restrict time, void *__restrict zone) {
  struct timespec now;
  if (zone != NULL)
    *(struct timezone *)zone = (struct timezone){0, 0};
  if (time == NULL)
    return 0;
  if (clock_gettime(CLOCK_REALTIME, &now) < 0)
    return -1;
  *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  return 0;
}
