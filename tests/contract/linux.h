// The system calls of docs/ABI.md for C without a libc, under one set of names for both sides of
// the comparison: imports on wasm32, the kernel's own calls natively. It knows no fact and no test.
#ifndef CONTRACT_LINUX_H
#define CONTRACT_LINUX_H

#include <stddef.h>
#include <stdint.h>

#include "constants.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
typedef int64_t i64;
typedef int16_t i16;

// The kernel packs this one on x86-64; the ABI keeps the natural layout of wasm32.
#if defined(__x86_64__)
struct __attribute__((packed)) epoll_event {
#else
struct epoll_event {
#endif
  u32 events;
  u64 data;
};

struct timespec {
  i64 tv_sec;
  long tv_nsec;
};

struct timeval {
  i64 tv_sec;
  i64 tv_usec;
};

struct itimerspec {
  struct timespec it_interval;
  struct timespec it_value;
};

struct itimerval {
  struct timeval it_interval;
  struct timeval it_value;
};

struct pollfd {
  int fd;
  i16 events;
  i16 revents;
};

typedef void (*handler)(int);

// The kernel's, not a libc's. 1 may be a function's index in WebAssembly, so SIG_IGN is another.
struct sigaction {
  handler sa_handler;
  unsigned long sa_flags;
  void (*sa_restorer)(void);
  u32 sa_mask[2];
};

#if defined(__wasm32__)
#define SIG_IGN ((handler)-2)
#else
#define SIG_IGN ((handler)1)
#endif
#define SIG_DFL ((handler)0)

struct siginfo {
  int si_signo;
  int si_errno;
  int si_code;
  int padding;
  int si_pid;
  u32 si_uid;
  u8 rest[104];
};

struct signalfd_siginfo {
  u32 ssi_signo;
  int ssi_errno;
  int ssi_code;
  u32 ssi_pid;
  u32 ssi_uid;
  u8 rest[108];
};

struct stat {
  u64 st_dev;
  u64 st_ino;
  u64 st_nlink;
  u32 st_mode;
  u32 st_uid;
  u32 st_gid;
  u32 padding;
  u64 st_rdev;
  i64 st_size;
  i64 st_blksize;
  i64 st_blocks;
  i64 rest[9];
};

struct rusage {
  struct timeval ru_utime;
  struct timeval ru_stime;
  i64 rest[14];
};

struct utsname {
  char sysname[65];
  char nodename[65];
  char release[65];
  char version[65];
  char machine[65];
  char domainname[65];
};

struct rlimit {
  u64 current;
  u64 max;
};

struct epoll_params {
  u32 busy_poll_usecs;
  u16 busy_poll_budget;
  u8 prefer_busy_poll;
  u8 padding;
};

struct sockaddr {
  u16 sa_family;
  u8 sa_data[14];
};

struct sockaddr_in {
  u16 sin_family;
  u16 sin_port;
  u32 sin_addr;
  u8 sin_zero[8];
};

struct sockaddr_in6 {
  u16 sin6_family;
  u16 sin6_port;
  u32 sin6_flowinfo;
  u8 sin6_addr[16];
  u32 sin6_scope_id;
};

struct sockaddr_un {
  u16 sun_family;
  char sun_path[108];
};

struct linger {
  int l_onoff;
  int l_linger;
};

struct iovec {
  void *iov_base;
  size_t iov_len;
};

struct msghdr {
  void *msg_name;
  int msg_namelen;
  struct iovec *msg_iov;
  size_t msg_iovlen;
  void *msg_control;
  size_t msg_controllen;
  u32 msg_flags;
};

struct mmsghdr {
  struct msghdr msg_hdr;
  u32 msg_len;
};

struct cmsghdr {
  size_t cmsg_len;
  int cmsg_level;
  int cmsg_type;
};

_Static_assert(sizeof(struct pollfd) == 8, "pollfd");
_Static_assert(sizeof(struct itimerval) == 32, "itimerval");
_Static_assert(sizeof(struct siginfo) == 128, "siginfo");
_Static_assert(sizeof(struct signalfd_siginfo) == 128, "signalfd_siginfo");
_Static_assert(sizeof(struct stat) == 144, "stat");
_Static_assert(sizeof(struct rusage) == 144, "rusage");
_Static_assert(sizeof(struct utsname) == 390, "utsname");

#if defined(__wasm32__)
_Static_assert(sizeof(struct sigaction) == 20, "kernel_sigaction");
_Static_assert(sizeof(struct epoll_event) == 16, "epoll_event");
_Static_assert(sizeof(struct timespec) == 16, "timespec");
_Static_assert(sizeof(struct itimerspec) == 32, "itimerspec");
_Static_assert(sizeof(struct msghdr) == 28, "msghdr");
_Static_assert(sizeof(struct mmsghdr) == 32, "mmsghdr");
_Static_assert(sizeof(struct cmsghdr) == 12, "cmsghdr");

#define CALL(name, parameters, ...)                                                                \
  __attribute__((import_module("linux"), import_name(#name))) int name parameters;
#else
#include <asm/unistd.h>

long syscall(long number, ...);
int *__errno_location(void);

static inline int answer(long result) { return result < 0 ? -*__errno_location() : (int)result; }

#define CALL(name, parameters, ...)                                                                \
  static inline int name parameters { return answer(syscall(__NR_##name, __VA_ARGS__)); }
#endif

CALL(epoll_create1, (int flags), flags)
CALL(epoll_ctl, (int epfd, int op, int fd, struct epoll_event *event), epfd, op, fd, event)
CALL(epoll_wait, (int epfd, struct epoll_event *events, int max, int timeout_ms), epfd, events, max,
     timeout_ms)
CALL(epoll_pwait,
     (int epfd, struct epoll_event *events, int max, int timeout_ms, const u64 *mask, size_t size),
     epfd, events, max, timeout_ms, mask, size)
CALL(epoll_pwait2,
     (int epfd, struct epoll_event *events, int max, const struct timespec *timeout,
      const u64 *mask, size_t size),
     epfd, events, max, timeout, mask, size)

CALL(socket, (int domain, int type, int protocol), domain, type, protocol)
CALL(socketpair, (int domain, int type, int protocol, int *sv), domain, type, protocol, sv)
CALL(bind, (int fd, const void *address, int length), fd, address, length)
CALL(listen, (int fd, int backlog), fd, backlog)
CALL(accept4, (int fd, void *address, int *length, int flags), fd, address, length, flags)
CALL(connect, (int fd, const void *address, int length), fd, address, length)
CALL(shutdown, (int fd, int how), fd, how)
CALL(getsockname, (int fd, void *address, int *length), fd, address, length)
CALL(getpeername, (int fd, void *address, int *length), fd, address, length)
CALL(getsockopt, (int fd, int level, int name, void *value, int *length), fd, level, name, value,
     length)
CALL(setsockopt, (int fd, int level, int name, const void *value, int length), fd, level, name,
     value, length)
CALL(sendto, (int fd, const void *buffer, size_t size, u32 flags, const void *address, int length),
     fd, buffer, size, flags, address, length)
CALL(recvfrom, (int fd, void *buffer, size_t size, u32 flags, void *address, int *length), fd,
     buffer, size, flags, address, length)
CALL(sendmsg, (int fd, const struct msghdr *message, u32 flags), fd, message, flags)
CALL(recvmsg, (int fd, struct msghdr *message, u32 flags), fd, message, flags)
CALL(sendmmsg, (int fd, struct mmsghdr *messages, u32 count, u32 flags), fd, messages, count, flags)
CALL(recvmmsg, (int fd, struct mmsghdr *messages, u32 count, u32 flags, struct timespec *timeout),
     fd, messages, count, flags, timeout)

CALL(read, (int fd, void *buffer, size_t size), fd, buffer, size)
CALL(write, (int fd, const void *buffer, size_t size), fd, buffer, size)
CALL(readv, (int fd, const struct iovec *iov, size_t count), fd, iov, count)
CALL(writev, (int fd, const struct iovec *iov, size_t count), fd, iov, count)
CALL(close, (int fd), fd)
CALL(fcntl, (int fd, int command, size_t argument), fd, command, argument)

CALL(dup, (int fd), fd)
CALL(dup3, (int from, int to, int flags), from, to, flags)
CALL(ioctl, (int fd, u32 request, void *argument), fd, request, argument)
CALL(fstat, (int fd, struct stat *stat), fd, stat)
CALL(pipe2, (int *fds, int flags), fds, flags)
CALL(unlinkat, (int folder, const char *path, int flags), folder, path, flags)

CALL(poll, (struct pollfd * fds, u32 count, int timeout_ms), fds, count, timeout_ms)
CALL(ppoll,
     (struct pollfd * fds, u32 count, struct timespec *timeout, const u64 *mask, size_t size), fds,
     count, timeout, mask, size)

CALL(rt_sigaction, (int number, const struct sigaction *to, struct sigaction *from, size_t size),
     number, to, from, size)
CALL(rt_sigprocmask, (int how, const u64 *to, u64 *from, size_t size), how, to, from, size)
CALL(rt_sigpending, (u64 * set, size_t size), set, size)
CALL(rt_sigsuspend, (const u64 *mask, size_t size), mask, size)
CALL(rt_sigtimedwait,
     (const u64 *set, struct siginfo *info, const struct timespec *timeout, size_t size), set, info,
     timeout, size)
CALL(kill, (int pid, int number), pid, number)
CALL(tgkill, (int pid, int tid, int number), pid, tid, number)
CALL(signalfd4, (int fd, const u64 *mask, size_t size, int flags), fd, mask, size, flags)
CALL(setitimer, (int which, const struct itimerval *to, struct itimerval *from), which, to, from)

CALL(eventfd2, (u32 value, int flags), value, flags)
CALL(timerfd_create, (int clock, int flags), clock, flags)
CALL(timerfd_settime, (int fd, int flags, const struct itimerspec *value, struct itimerspec *old),
     fd, flags, value, old)
CALL(timerfd_gettime, (int fd, struct itimerspec *value), fd, value)
CALL(clock_gettime, (int clock, struct timespec *time), clock, time)
CALL(clock_nanosleep, (int clock, int flags, const struct timespec *request, struct timespec *left),
     clock, flags, request, left)
CALL(clock_getres, (int clock, struct timespec *resolution), clock, resolution)
CALL(getpid, (void), 0)
CALL(getuid, (void), 0)
CALL(geteuid, (void), 0)
CALL(getgid, (void), 0)
CALL(getegid, (void), 0)
CALL(uname, (struct utsname * name), name)
CALL(getrusage, (int who, struct rusage *usage), who, usage)
CALL(sched_yield, (void), 0)
CALL(prlimit64, (int pid, int resource, const struct rlimit *to, struct rlimit *from), pid,
     resource, to, from)
CALL(getrandom, (void *buffer, size_t size, u32 flags), buffer, size, flags)
CALL(exit_group, (int status), status)

#if defined(__wasm32__)
CALL(cmdline, (void *buffer, size_t size))
CALL(environ, (void *buffer, size_t size))
#endif

#undef CALL
#endif
