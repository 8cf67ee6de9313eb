// The imports of docs/ABI.md as C functions named __linux_NAME, and how a result becomes an errno.
// Knows no struct: each file here includes the header of what it implements.
#ifndef LIBRARY_LINUX_H
#define LIBRARY_LINUX_H

#include <stddef.h>

#define IMPORT(name, parameters)                                                                   \
  __attribute__((import_module("linux"), import_name(#name))) int __linux_##name parameters;
IMPORT(epoll_create1, (int flags))
IMPORT(epoll_ctl, (int epfd, int op, int fd, const void *event))
IMPORT(epoll_wait, (int epfd, void *events, int maxevents, int timeout))
IMPORT(epoll_pwait,
       (int epfd, void *events, int maxevents, int timeout, const void *sigmask, size_t sigsetsize))
IMPORT(epoll_pwait2, (int epfd, void *events, int maxevents, const void *timeout,
                      const void *sigmask, size_t sigsetsize))
IMPORT(poll, (void *fds, int nfds, int timeout))
IMPORT(ppoll, (void *fds, int nfds, void *timeout, const void *sigmask, size_t sigsetsize))
IMPORT(socket, (int domain, int type, int protocol))
IMPORT(socketpair, (int domain, int type, int protocol, void *sv))
IMPORT(bind, (int fd, const void *addr, int addrlen))
IMPORT(listen, (int fd, int backlog))
IMPORT(accept4, (int fd, void *addr, void *addrlen, int flags))
IMPORT(connect, (int fd, const void *addr, int addrlen))
IMPORT(shutdown, (int fd, int how))
IMPORT(getsockname, (int fd, void *addr, void *addrlen))
IMPORT(getpeername, (int fd, void *addr, void *addrlen))
IMPORT(getsockopt, (int fd, int level, int optname, void *optval, void *optlen))
IMPORT(setsockopt, (int fd, int level, int optname, const void *optval, int optlen))
IMPORT(sendto, (int fd, const void *buf, size_t len, int flags, const void *addr, int addrlen))
IMPORT(recvfrom, (int fd, void *buf, size_t len, int flags, void *addr, void *addrlen))
IMPORT(sendmsg, (int fd, const void *msg, int flags))
IMPORT(recvmsg, (int fd, void *msg, int flags))
IMPORT(sendmmsg, (int fd, void *msgvec, int vlen, int flags))
IMPORT(recvmmsg, (int fd, void *msgvec, int vlen, int flags, void *timeout))
IMPORT(read, (int fd, void *buf, size_t count))
IMPORT(write, (int fd, const void *buf, size_t count))
IMPORT(readv, (int fd, const void *iov, int iovcnt))
IMPORT(writev, (int fd, const void *iov, int iovcnt))
IMPORT(close, (int fd))
IMPORT(dup, (int oldfd))
IMPORT(dup3, (int oldfd, int newfd, int flags))
IMPORT(fcntl, (int fd, int cmd, int arg))
IMPORT(ioctl, (int fd, int request, void *argp))
IMPORT(fstat, (int fd, void *statbuf))
IMPORT(pipe2, (void *pipefd, int flags))
IMPORT(unlinkat, (int dirfd, const void *pathname, int flags))
IMPORT(eventfd2, (int initval, int flags))
IMPORT(timerfd_create, (int clockid, int flags))
IMPORT(timerfd_settime, (int fd, int flags, const void *new_value, void *old_value))
IMPORT(timerfd_gettime, (int fd, void *curr_value))
IMPORT(signalfd4, (int fd, const void *mask, size_t sizemask, int flags))
IMPORT(rt_sigaction, (int signum, const void *act, void *oldact, size_t sigsetsize))
IMPORT(rt_sigprocmask, (int how, const void *set, void *oldset, size_t sigsetsize))
IMPORT(rt_sigpending, (void *set, size_t sigsetsize))
IMPORT(rt_sigsuspend, (const void *mask, size_t sigsetsize))
IMPORT(rt_sigtimedwait, (const void *set, void *info, const void *timeout, size_t sigsetsize))
IMPORT(kill, (int pid, int sig))
IMPORT(tgkill, (int tgid, int tid, int sig))
IMPORT(clock_gettime, (int clockid, void *tp))
IMPORT(clock_nanosleep, (int clockid, int flags, const void *request, void *remain))
IMPORT(clock_getres, (int clockid, void *res))
IMPORT(setitimer, (int which, const void *new_value, void *old_value))
IMPORT(getrandom, (void *buf, size_t buflen, int flags))
IMPORT(getpid, (void))
IMPORT(getuid, (void))
IMPORT(geteuid, (void))
IMPORT(getgid, (void))
IMPORT(getegid, (void))
IMPORT(uname, (void *buf))
IMPORT(getrusage, (int who, void *usage))
IMPORT(sched_yield, (void))
IMPORT(prlimit64, (int pid, int resource, const void *new_limit, void *old_limit))
IMPORT(exit_group, (int status))
IMPORT(cmdline, (void *buf, size_t len))
IMPORT(environ, (void *buf, size_t len))
#undef IMPORT

// Bytes of the kernel's set of signals.
enum { SIGSET_BYTES = 8 };

// errno is `number` from now on, and -1 the result.
int __failed(int number);

// What strerror() is asked for: errno, where the number is what printf's %m hands over, or itself.
int __errno_meant(int number);

// A call's result as C has it: -1 and errno where it is negative.
static inline int __answer(int result) { return result < 0 ? __failed(-result) : result; }

#endif
