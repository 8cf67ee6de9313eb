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

#if defined(__wasm32__)
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

CALL(eventfd2, (u32 value, int flags), value, flags)
CALL(timerfd_create, (int clock, int flags), clock, flags)
CALL(timerfd_settime, (int fd, int flags, const struct itimerspec *value, struct itimerspec *old),
     fd, flags, value, old)
CALL(timerfd_gettime, (int fd, struct itimerspec *value), fd, value)
CALL(clock_gettime, (int clock, struct timespec *time), clock, time)
CALL(getrandom, (void *buffer, size_t size, u32 flags), buffer, size, flags)
CALL(exit_group, (int status), status)

#if defined(__wasm32__)
CALL(cmdline, (void *buffer, size_t size))
CALL(environ, (void *buffer, size_t size))
#endif

#undef CALL
#endif
