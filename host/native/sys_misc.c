// ioctl, fstat, dup, dup3, sleeping, and what a process may ask of itself.
#include "imports.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>

enum {
  BUSY_POLL_BUDGET_MAX = 64, // more takes CAP_NET_ADMIN
  BUSY_POLL_USECS_MAX = 10000,
  EPIOC_SET_PARAMS = 0x40088a01,
  EPIOC_UNKNOWN = 0x8aff,
  CLOCK_UNUSED = 10, // once CLOCK_SGI_CYCLE
};
#define EPIOC_GET_PARAMS 0x80088a02u

struct epoll_params_layout {
  uint32_t busy_poll_usecs;
  uint16_t busy_poll_budget;
  uint8_t prefer_busy_poll, padding;
};

int32_t sys_dup(struct guest *guest, int32_t oldfd) {
  struct slot *slot = table_slot(guest, oldfd);
  return slot ? duplicate(guest, slot, 0, false) : -EBADF;
}

int32_t sys_dup3(struct guest *guest, int32_t oldfd, int32_t newfd, int32_t flags) {
  if (flags & ~O_CLOEXEC || oldfd == newfd)
    return -EINVAL;
  struct slot *slot = table_slot(guest, oldfd);
  if ((uint32_t)newfd >= limit_descriptors(guest) || !slot)
    return -EBADF;
  long kfd = kernel(guest, SYS_fcntl, slot->kfd, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
  if (kfd < 0)
    return (int32_t)kfd;
  table_close(guest, newfd); // what was there is closed without a word
  return table_install(guest, newfd, (int)kfd, slot->description, flags & O_CLOEXEC);
}

static int32_t set_nonblocking(struct guest *guest, struct slot *slot, uint32_t argp) {
  int32_t on;
  if (!copy_from_guest(guest, &on, argp, sizeof on))
    return -EFAULT;
  bool virtual = keeps_nonblocking(slot->description);
  if (virtual)
    slot->description->nonblocking = on;
  return virtual ? 0 : (int32_t)kernel(guest, SYS_ioctl, slot->kfd, FIONBIO, (long)&on, 0, 0, 0);
}

static int32_t epoll_params(struct guest *guest, struct slot *slot, uint32_t request,
                            uint32_t argp) {
  struct epoll_params_layout params;
  if (slot->description->kind != KIND_EPOLL)
    return -ENOTTY;
  if (request == EPIOC_GET_PARAMS)
    return (int32_t)kernel(guest, SYS_ioctl, slot->kfd, request,
                           (long)guest_range(guest, argp, sizeof params), 0, 0, 0);
  if (!copy_from_guest(guest, &params, argp, sizeof params))
    return -EFAULT;
  bool sane = params.busy_poll_usecs <= INT_MAX && params.prefer_busy_poll <= 1 && !params.padding;
  // The kernel looks at no signal while it polls a device.
  if (sane && (params.busy_poll_budget > BUSY_POLL_BUDGET_MAX ||
               params.busy_poll_usecs > BUSY_POLL_USECS_MAX))
    return -EPERM;
  return (int32_t)kernel(guest, SYS_ioctl, slot->kfd, request, (long)&params, 0, 0, 0);
}

int32_t sys_ioctl(struct guest *guest, int32_t fd, uint32_t request, uint32_t argp) {
  struct slot *slot = table_slot(guest, fd);
  if (!slot)
    return -EBADF;
  enum kind kind = slot->description->kind;
  switch (request) {
  case FIOCLEX:
  case FIONCLEX:
    slot->cloexec = request == FIOCLEX;
    return 0;
  case FIONBIO:
    return set_nonblocking(guest, slot, argp);
  case EPIOC_SET_PARAMS:
  case EPIOC_GET_PARAMS:
    return epoll_params(guest, slot, request, argp);
  case FIONREAD:
    if (kind == KIND_PIPE)
      break;
    // fall through
  case SIOCOUTQ:
  case SIOCOUTQNSD:
  case SIOCATMARK:
    if (kind == KIND_SOCKET)
      break;
    // fall through
  default:
    // An epoll has an answer of its own to what it does not know.
    return kind == KIND_EPOLL
               ? (int32_t)kernel(guest, SYS_ioctl, slot->kfd, EPIOC_UNKNOWN, 0, 0, 0, 0)
               : -ENOTTY;
  }
  return (int32_t)kernel(guest, SYS_ioctl, slot->kfd, request,
                         (long)guest_range(guest, argp, sizeof(int32_t)), 0, 0, 0);
}

// What is open here is a socket, a pipe, an event descriptor or stdio; of the host's own files the
// guest learns the type and nothing that names them.
int32_t sys_fstat(struct guest *guest, int32_t fd, uint32_t statbuf) {
  struct stat stat = {0};
  struct slot *slot = table_slot(guest, fd);
  if (!slot)
    return -EBADF;
  if (fstat(slot->kfd, &stat) < 0)
    return -errno;
  if (slot->description->kind == KIND_STDIO)
    stat = (struct stat){.st_mode = stat.st_mode,
                         .st_nlink = 1,
                         .st_size = stat.st_size,
                         .st_blksize = stat.st_blksize};
  if (slot->description->kind == KIND_SIGNALFD) // what carries it is a pipe's end
    stat.st_mode = S_IRUSR | S_IWUSR;
  stat.st_uid = stat.st_gid = GUEST_UID;
  return copy_to_guest(guest, statbuf, &stat, sizeof stat) ? 0 : -EFAULT;
}

_Static_assert(sizeof(struct stat) == 144, "stat goes out as it is");
_Static_assert(sizeof(struct rusage) == 144, "rusage goes out as it is");
_Static_assert(sizeof(struct utsname) == 390, "utsname goes out as it is");

static bool may_sleep_by(int32_t clockid) {
  return clockid == CLOCK_REALTIME || clockid == CLOCK_MONOTONIC || clockid == CLOCK_BOOTTIME ||
         clockid == CLOCK_TAI;
}

int32_t sys_clock_nanosleep(struct guest *guest, int32_t clockid, int32_t flags, uint32_t request,
                            uint32_t remain) {
  struct timespec until, now, left;
  if (!may_sleep_by(clockid))
    return clockid >= 0 && clockid < CLOCK_TAI && clockid != CLOCK_UNUSED ? -EOPNOTSUPP : -EINVAL;
  int32_t wrong = span_from_guest(guest, &until, request);
  if (wrong)
    return wrong;
  bool absolute = flags & TIMER_ABSTIME;
  // An interval does not follow a clock that is set.
  clockid_t clock = !absolute && clockid == CLOCK_REALTIME ? CLOCK_MONOTONIC : clockid;
  if (!absolute) {
    clock_gettime(clock, &now);
    until = timespec_sum(&now, &until);
  }
  long result = kernel(guest, SYS_clock_nanosleep, clock, TIMER_ABSTIME, (long)&until, 0, 0, 0);
  if (result != -RESTART)
    return (int32_t)result;
  if (absolute) // the caller can sleep again just so: SA_RESTART does nothing here
    return -EINTR;
  clock_gettime(clock, &now);
  left = timespec_difference(&until, &now);
  return remain && !copy_to_guest(guest, remain, &left, sizeof left) ? -EFAULT : -EINTR;
}

int32_t sys_clock_getres(struct guest *guest, int32_t clockid, uint32_t res) {
  struct timespec resolution;
  if (clockid < CLOCK_REALTIME || clockid > CLOCK_TAI)
    return -EINVAL;
  if (clock_getres(clockid, &resolution) < 0)
    return -errno;
  return res && !copy_to_guest(guest, res, &resolution, sizeof resolution) ? -EFAULT : 0;
}

static int32_t guest_uid(struct guest *guest) {
  (void)guest;
  return GUEST_UID;
}

int32_t sys_getuid(struct guest *guest) { return guest_uid(guest); }
int32_t sys_geteuid(struct guest *guest) { return guest_uid(guest); }
int32_t sys_getgid(struct guest *guest) { return guest_uid(guest); }
int32_t sys_getegid(struct guest *guest) { return guest_uid(guest); }

int32_t sys_uname(struct guest *guest, uint32_t buf) {
  struct utsname host, name = {.sysname = "Linux", .nodename = "tripoll", .machine = "wasm32"};
  if (uname(&host) < 0)
    return -errno;
  memcpy(name.release, host.release, sizeof name.release);
  snprintf(name.domainname, sizeof name.domainname, "(none)");
  return copy_to_guest(guest, buf, &name, sizeof name) ? 0 : -EFAULT;
}

// A guest's process is its thread, and it has no children.
int32_t sys_getrusage(struct guest *guest, int32_t who, uint32_t usage) {
  struct rusage used = {0};
  if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
    return -EINVAL;
  if (who != RUSAGE_CHILDREN && getrusage(RUSAGE_THREAD, &used) < 0)
    return -errno;
  return copy_to_guest(guest, usage, &used, sizeof used) ? 0 : -EFAULT;
}

int32_t sys_sched_yield(struct guest *guest) {
  return (int32_t)kernel(guest, SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}
