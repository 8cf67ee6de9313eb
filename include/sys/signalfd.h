// signalfd(2): signals that are read.
#ifndef _TRIPOLL_SYS_SIGNALFD_H
#define _TRIPOLL_SYS_SIGNALFD_H

#include <fcntl.h>
#include <stdint.h>

#define __NEED_sigset_t
#include <bits/alltypes.h>

#define SFD_NONBLOCK O_NONBLOCK
#define SFD_CLOEXEC O_CLOEXEC

struct signalfd_siginfo {
  uint32_t ssi_signo;
  int32_t ssi_errno;
  int32_t ssi_code;
  uint32_t ssi_pid;
  uint32_t ssi_uid;
  int32_t ssi_fd;
  uint32_t ssi_tid;
  uint32_t ssi_band;
  uint32_t ssi_overrun;
  uint32_t ssi_trapno;
  int32_t ssi_status;
  int32_t ssi_int;
  uint64_t ssi_ptr;
  uint64_t ssi_utime;
  uint64_t ssi_stime;
  uint64_t ssi_addr;
  uint16_t ssi_addr_lsb;
  uint8_t __padding[46];
};

_Static_assert(sizeof(struct signalfd_siginfo) == 128, "signalfd_siginfo");

#ifdef __cplusplus
extern "C" {
#endif

int signalfd(int, const sigset_t *, int);

#ifdef __cplusplus
}
#endif
#endif
