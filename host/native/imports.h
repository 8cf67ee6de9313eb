// The calls a guest can import, and what the files behind them share.
//
// IMPORTS is the list of host/abi.ts, with the number of arguments and their C types.
#pragma once

#include "memory.h"

#include <stddef.h>
#include <sys/uio.h>

#define NS_PER_S INT64_C(1000000000)

enum {
  TIMESPEC_BYTES = 16,
  GUEST_PID = 2,    // what getpid() answers; not 1, which Linux treats specially
  GUEST_UID = 1000, // what getuid() and its like answer: nobody's who is privileged
};

// sys_event.c
int32_t span_from_guest(struct guest *guest, struct timespec *to, uint32_t from);
struct timespec timespec_sum(const struct timespec *a, const struct timespec *b);
struct timespec timespec_difference(const struct timespec *a, const struct timespec *b);
struct timespec time_from_now(const struct timespec *span);
struct timespec time_until(const struct timespec *deadline);
// sys_epoll.c
int32_t wait_from_guest(struct guest *guest, struct timespec *span, uint32_t timeout,
                        uint32_t sigmask, uint32_t sigsetsize);
// sys_signal.c
int32_t signalfd_read(struct guest *guest, struct slot *slot, struct iovec *vector, int32_t count);
// sys_file.c
int32_t duplicate(struct guest *guest, struct slot *slot, uint32_t from, bool cloexec);
int32_t iovecs_from_guest(struct guest *guest, struct iovec *to, uint32_t from, uint32_t count);
int32_t broken_pipe(struct guest *guest, struct slot *slot, int32_t result, int32_t flags);
// sys_pipe.c
int32_t pipe_size(struct guest *guest, struct slot *slot, int32_t cmd, uint32_t bytes);
// sys_socket.c
bool wait_for_rest(const struct slot *slot, bool sends, const struct timespec *start);
int32_t destination(struct guest *guest, struct slot *slot, int32_t flags, uint32_t addr,
                    int32_t length, struct sockaddr_storage *address);
int32_t send_flags(int32_t flags);
int32_t receive_flags(int32_t flags);
int32_t address_copy_out(struct guest *guest, uint32_t addr, uint32_t addrlen,
                         const struct sockaddr_storage *address, socklen_t bytes);

// X(name, number of arguments, arguments)
#define IMPORTS(X)                                                                                 \
  X(epoll_create1, 1, int32_t flags)                                                               \
  X(epoll_ctl, 4, int32_t epfd, int32_t op, int32_t fd, uint32_t event)                            \
  X(epoll_wait, 4, int32_t epfd, uint32_t events, int32_t maxevents, int32_t timeout)              \
  X(epoll_pwait, 6, int32_t epfd, uint32_t events, int32_t maxevents, int32_t timeout,             \
    uint32_t sigmask, uint32_t sigsetsize)                                                         \
  X(epoll_pwait2, 6, int32_t epfd, uint32_t events, int32_t maxevents, uint32_t timeout,           \
    uint32_t sigmask, uint32_t sigsetsize)                                                         \
  X(socket, 3, int32_t domain, int32_t type, int32_t protocol)                                     \
  X(socketpair, 4, int32_t domain, int32_t type, int32_t protocol, uint32_t sv)                    \
  X(bind, 3, int32_t fd, uint32_t addr, int32_t addrlen)                                           \
  X(listen, 2, int32_t fd, int32_t backlog)                                                        \
  X(accept4, 4, int32_t fd, uint32_t addr, uint32_t addrlen, int32_t flags)                        \
  X(connect, 3, int32_t fd, uint32_t addr, int32_t addrlen)                                        \
  X(shutdown, 2, int32_t fd, int32_t how)                                                          \
  X(getsockname, 3, int32_t fd, uint32_t addr, uint32_t addrlen)                                   \
  X(getpeername, 3, int32_t fd, uint32_t addr, uint32_t addrlen)                                   \
  X(getsockopt, 5, int32_t fd, int32_t level, int32_t optname, uint32_t optval, uint32_t optlen)   \
  X(setsockopt, 5, int32_t fd, int32_t level, int32_t optname, uint32_t optval, int32_t optlen)    \
  X(sendto, 6, int32_t fd, uint32_t buf, uint32_t len, int32_t flags, uint32_t addr,               \
    int32_t addrlen)                                                                               \
  X(recvfrom, 6, int32_t fd, uint32_t buf, uint32_t len, int32_t flags, uint32_t addr,             \
    uint32_t addrlen)                                                                              \
  X(sendmsg, 3, int32_t fd, uint32_t msg, int32_t flags)                                           \
  X(recvmsg, 3, int32_t fd, uint32_t msg, int32_t flags)                                           \
  X(sendmmsg, 4, int32_t fd, uint32_t msgvec, uint32_t vlen, int32_t flags)                        \
  X(recvmmsg, 5, int32_t fd, uint32_t msgvec, uint32_t vlen, int32_t flags, uint32_t timeout)      \
  X(read, 3, int32_t fd, uint32_t buf, uint32_t count)                                             \
  X(write, 3, int32_t fd, uint32_t buf, uint32_t count)                                            \
  X(readv, 3, int32_t fd, uint32_t iov, uint32_t iovcnt)                                           \
  X(writev, 3, int32_t fd, uint32_t iov, uint32_t iovcnt)                                          \
  X(close, 1, int32_t fd)                                                                          \
  X(fcntl, 3, int32_t fd, int32_t cmd, uint32_t arg)                                               \
  X(eventfd2, 2, uint32_t initval, int32_t flags)                                                  \
  X(timerfd_create, 2, int32_t clockid, int32_t flags)                                             \
  X(timerfd_settime, 4, int32_t fd, int32_t flags, uint32_t new_value, uint32_t old_value)         \
  X(timerfd_gettime, 2, int32_t fd, uint32_t curr_value)                                           \
  X(clock_gettime, 2, int32_t clockid, uint32_t tp)                                                \
  X(getrandom, 3, uint32_t buf, uint32_t buflen, uint32_t flags)                                   \
  X(cmdline, 2, uint32_t buf, uint32_t len)                                                        \
  X(environ, 2, uint32_t buf, uint32_t len)                                                        \
  X(poll, 3, uint32_t fds, uint32_t nfds, int32_t timeout)                                         \
  X(ppoll, 5, uint32_t fds, uint32_t nfds, uint32_t timeout, uint32_t sigmask,                     \
    uint32_t sigsetsize)                                                                           \
  X(dup, 1, int32_t oldfd)                                                                         \
  X(dup3, 3, int32_t oldfd, int32_t newfd, int32_t flags)                                          \
  X(ioctl, 3, int32_t fd, uint32_t request, uint32_t argp)                                         \
  X(fstat, 2, int32_t fd, uint32_t statbuf)                                                        \
  X(pipe2, 2, uint32_t pipefd, int32_t flags)                                                      \
  X(signalfd4, 4, int32_t fd, uint32_t mask, uint32_t sizemask, int32_t flags)                     \
  X(rt_sigaction, 4, int32_t signum, uint32_t act, uint32_t oldact, uint32_t sigsetsize)           \
  X(rt_sigprocmask, 4, int32_t how, uint32_t set, uint32_t oldset, uint32_t sigsetsize)            \
  X(rt_sigpending, 2, uint32_t set, uint32_t sigsetsize)                                           \
  X(rt_sigsuspend, 2, uint32_t mask, uint32_t sigsetsize)                                          \
  X(rt_sigtimedwait, 4, uint32_t set, uint32_t info, uint32_t timeout, uint32_t sigsetsize)        \
  X(kill, 2, int32_t pid, int32_t sig)                                                             \
  X(tgkill, 3, int32_t tgid, int32_t tid, int32_t sig)                                             \
  X(clock_nanosleep, 4, int32_t clockid, int32_t flags, uint32_t request, uint32_t remain)         \
  X(clock_getres, 2, int32_t clockid, uint32_t res)                                                \
  X(setitimer, 3, int32_t which, uint32_t new_value, uint32_t old_value)                           \
  X(uname, 1, uint32_t buf)                                                                        \
  X(getrusage, 2, int32_t who, uint32_t usage)                                                     \
  X(getpid, 0)                                                                                     \
  X(getuid, 0)                                                                                     \
  X(geteuid, 0)                                                                                    \
  X(getgid, 0)                                                                                     \
  X(getegid, 0)                                                                                    \
  X(unlinkat, 3, int32_t dirfd, uint32_t pathname, int32_t flags)                                  \
  X(prlimit64, 4, int32_t pid, int32_t resource, uint32_t new_limit, uint32_t old_limit)           \
  X(sched_yield, 0)                                                                                \
  X(exit_group, 1, int32_t status)

#define DECLARE(name, count, ...)                                                                  \
  int32_t sys_##name(struct guest *guest __VA_OPT__(, ) __VA_ARGS__);
IMPORTS(DECLARE)
#undef DECLARE
