// The CPU's time in ticks of sysconf(_SC_CLK_TCK). There are no children.
#ifndef _TRIPOLL_SYS_TIMES_H
#define _TRIPOLL_SYS_TIMES_H

#define __NEED_clock_t
#include <bits/alltypes.h>

struct tms {
  clock_t tms_utime;
  clock_t tms_stime;
  clock_t tms_cutime;
  clock_t tms_cstime;
};

#ifdef __cplusplus
extern "C" {
#endif

clock_t times(struct tms *);

#ifdef __cplusplus
}
#endif
#endif
