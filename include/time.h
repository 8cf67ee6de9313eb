// time.h of wasi-libc, and what a Linux program expects of it besides.
#ifndef _TRIPOLL_TIME_H
#define _TRIPOLL_TIME_H

#ifndef _WASI_EMULATED_PROCESS_CLOCKS
#define _WASI_EMULATED_PROCESS_CLOCKS // its clock() is not used, ours has the CPU's time
#endif
#include_next <time.h>

#define __NEED_pid_t
#define __NEED_clockid_t
#include <bits/alltypes.h>

#ifdef __cplusplus
extern "C" {
#endif

// There are no time zones here: local time is UTC.
extern char *tzname[2];
extern int daylight;
extern long timezone;
void tzset(void);

int clock_settime(clockid_t, const struct timespec *);
int clock_getcpuclockid(pid_t, clockid_t *);

#ifdef __cplusplus
}
#endif
#endif
