// select(2), over ppoll: 1,024 descriptors in one set, as on Linux.
#ifndef _TRIPOLL_SYS_SELECT_H
#define _TRIPOLL_SYS_SELECT_H

#define __NEED_time_t
#define __NEED_suseconds_t
#define __NEED_struct_timeval
#define __NEED_struct_timespec
#define __NEED_sigset_t
#include <bits/alltypes.h>

#define FD_SETSIZE 1024
#define NFDBITS 32

typedef unsigned fd_mask;

typedef struct {
  unsigned fds_bits[FD_SETSIZE / NFDBITS];
} fd_set;

#define __FD_BIT(fd) (1u << ((unsigned)(fd) % NFDBITS))
#define __FD_WORD(fd, set) ((set)->fds_bits[(unsigned)(fd) / NFDBITS])
#define FD_SET(fd, set) ((void)(__FD_WORD(fd, set) |= __FD_BIT(fd)))
#define FD_CLR(fd, set) ((void)(__FD_WORD(fd, set) &= ~__FD_BIT(fd)))
#define FD_ISSET(fd, set) ((__FD_WORD(fd, set) & __FD_BIT(fd)) != 0)
#define FD_ZERO(set) ((void)__builtin_memset((set), 0, sizeof(fd_set)))

#ifdef __cplusplus
extern "C" {
#endif

int select(int, fd_set *__restrict, fd_set *__restrict, fd_set *__restrict,
           struct timeval *__restrict);
int pselect(int, fd_set *__restrict, fd_set *__restrict, fd_set *__restrict,
            const struct timespec *__restrict, const sigset_t *__restrict);

#ifdef __cplusplus
}
#endif
#endif
