// epoll and the descriptors that are made for it.
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "linux.h"

int epoll_create1(int flags) { return __answer(__linux_epoll_create1(flags)); }

int epoll_create(int size) { return size <= 0 ? __failed(EINVAL) : epoll_create1(0); }

int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event) {
  return __answer(__linux_epoll_ctl(epfd, op, fd, event));
}

int epoll_wait(int epfd, struct epoll_event *events, int max, int timeout_ms) {
  return __answer(__linux_epoll_wait(epfd, events, max, timeout_ms));
}

int epoll_pwait(int epfd, struct epoll_event *events, int max, int timeout_ms,
                const sigset_t *mask) {
  return __answer(__linux_epoll_pwait(epfd, events, max, timeout_ms, mask, SIGSET_BYTES));
}

int epoll_pwait2(int epfd, struct epoll_event *events, int max, const struct timespec *timeout,
                 const sigset_t *mask) {
  return __answer(__linux_epoll_pwait2(epfd, events, max, timeout, mask, SIGSET_BYTES));
}

int eventfd(unsigned value, int flags) { return __answer(__linux_eventfd2((int)value, flags)); }

int eventfd_read(int fd, eventfd_t *value) {
  return read(fd, value, sizeof *value) == sizeof *value ? 0 : -1;
}

int eventfd_write(int fd, eventfd_t value) {
  return write(fd, &value, sizeof value) == sizeof value ? 0 : -1;
}

int timerfd_create(clockid_t clock, int flags) {
  return __answer(__linux_timerfd_create(clock, flags));
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old) {
  return __answer(__linux_timerfd_settime(fd, flags, value, old));
}

int timerfd_gettime(int fd, struct itimerspec *value) {
  return __answer(__linux_timerfd_gettime(fd, value));
}

int signalfd(int fd, const sigset_t *mask, int flags) {
  return __answer(__linux_signalfd4(fd, mask, SIGSET_BYTES, flags));
}
