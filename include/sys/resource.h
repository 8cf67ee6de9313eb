// Limits, which are a guest's quotas, and what its thread has used.
#ifndef _TRIPOLL_SYS_RESOURCE_H
#define _TRIPOLL_SYS_RESOURCE_H

#include <sys/time.h>

#define __NEED_id_t
#define __NEED_pid_t
#include <bits/alltypes.h>

typedef unsigned long long rlim_t;

#define RLIM_INFINITY (~0ull)
#define RLIM_SAVED_CUR RLIM_INFINITY
#define RLIM_SAVED_MAX RLIM_INFINITY
#define RLIMIT_CPU 0
#define RLIMIT_FSIZE 1
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_RSS 5
#define RLIMIT_NPROC 6
#define RLIMIT_NOFILE 7
#define RLIMIT_OFILE 7
#define RLIMIT_MEMLOCK 8
#define RLIMIT_AS 9
#define RLIMIT_LOCKS 10
#define RLIMIT_SIGPENDING 11
#define RLIMIT_MSGQUEUE 12
#define RLIMIT_NICE 13
#define RLIMIT_RTPRIO 14
#define RLIMIT_RTTIME 15
#define RLIMIT_NLIMITS 16
#define RLIM_NLIMITS 16
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_SELF 0
#define RUSAGE_LWP 1
#define RUSAGE_THREAD 1
#define PRIO_MIN (-20)
#define PRIO_PROCESS 0
#define PRIO_PGRP 1
#define PRIO_USER 2
#define PRIO_MAX 20

struct rlimit {
  rlim_t rlim_cur;
  rlim_t rlim_max;
};

// The counts are 64 bits wide, as the kernel writes them; a long has 32 here.
struct rusage {
  struct timeval ru_utime;
  struct timeval ru_stime;
  long long ru_maxrss;
  long long ru_ixrss;
  long long ru_idrss;
  long long ru_isrss;
  long long ru_minflt;
  long long ru_majflt;
  long long ru_nswap;
  long long ru_inblock;
  long long ru_oublock;
  long long ru_msgsnd;
  long long ru_msgrcv;
  long long ru_nsignals;
  long long ru_nvcsw;
  long long ru_nivcsw;
};

_Static_assert(sizeof(struct rusage) == 144, "rusage");

#ifdef __cplusplus
extern "C" {
#endif

int getrlimit(int, struct rlimit *);
int setrlimit(int, const struct rlimit *);
int prlimit(pid_t, int, const struct rlimit *, struct rlimit *);
int getrusage(int, struct rusage *);
int getpriority(int, id_t);
int setpriority(int, id_t, int);

#ifdef __cplusplus
}
#endif
#endif
