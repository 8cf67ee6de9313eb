// The time of day, timers, and sums of struct timeval.
#ifndef _TRIPOLL_SYS_TIME_H
#define _TRIPOLL_SYS_TIME_H

#include <sys/select.h>

#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2

struct itimerval {
  struct timeval it_interval;
  struct timeval it_value;
};

struct timezone {
  int tz_minuteswest;
  int tz_dsttime;
};

_Static_assert(sizeof(struct itimerval) == 32, "itimerval");

#define timerisset(tv) ((tv)->tv_sec || (tv)->tv_usec)
#define timerclear(tv) ((tv)->tv_sec = (tv)->tv_usec = 0)
#define timercmp(a, b, op)                                                                         \
  ((a)->tv_sec == (b)->tv_sec ? (a)->tv_usec op(b)->tv_usec : (a)->tv_sec op(b)->tv_sec)
#define timeradd(a, b, sum)                                                                        \
  do {                                                                                             \
    (sum)->tv_sec = (a)->tv_sec + (b)->tv_sec;                                                     \
    (sum)->tv_usec = (a)->tv_usec + (b)->tv_usec;                                                  \
    if ((sum)->tv_usec >= 1000000) {                                                               \
      (sum)->tv_sec++;                                                                             \
      (sum)->tv_usec -= 1000000;                                                                   \
    }                                                                                              \
  } while (0)
#define timersub(a, b, difference)                                                                 \
  do {                                                                                             \
    (difference)->tv_sec = (a)->tv_sec - (b)->tv_sec;                                              \
    (difference)->tv_usec = (a)->tv_usec - (b)->tv_usec;                                           \
    if ((difference)->tv_usec < 0) {                                                               \
      (difference)->tv_sec--;                                                                      \
      (difference)->tv_usec += 1000000;                                                            \
    }                                                                                              \
  } while (0)

#ifdef __cplusplus
extern "C" {
#endif

int gettimeofday(struct timeval *__restrict, void *__restrict);
int settimeofday(const struct timeval *, const struct timezone *);
int utimes(const char *, const struct timeval[2]);
int getitimer(int, struct itimerval *);
int setitimer(int, const struct itimerval *__restrict, struct itimerval *__restrict);

#ifdef __cplusplus
}
#endif
#endif
