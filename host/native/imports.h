// The calls a guest can import, and what the files behind them share.
//
// IMPORTS lists what this addon implements with its number of arguments; host/abi.ts lists the
// whole ABI, and what is not here answers -ENOSYS.
#pragma once

#include "memory.h"

#include <stddef.h>
#include <sys/uio.h>

enum { TIMESPEC_BYTES = 16 };

// sys_event.c
bool timespec_from_guest(struct guest *guest, struct timespec *to, uint32_t from);
// sys_epoll.c
struct timespec time_from_now(const struct timespec *span);
struct timespec time_until(const struct timespec *deadline);
// sys_file.c
int32_t iovecs_from_guest(struct guest *guest, struct iovec *to, uint32_t from, uint32_t count);
// sys_socket.c
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
  X(exit_group, 1, int32_t status)

#define DECLARE(name, count, ...) int32_t sys_##name(struct guest *guest, __VA_ARGS__);
IMPORTS(DECLARE)
#undef DECLARE
