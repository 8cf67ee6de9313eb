// poll() and, made from it, select().
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/select.h>

#include "linux.h"

// What the kernel counts as readable, writable and exceptional in select().
enum {
  READABLE = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
  WRITABLE = POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR,
  EXCEPTIONAL = POLLPRI,
};

enum { USEC_PER_SEC = 1000000 };

int poll(struct pollfd *fds, nfds_t count, int timeout_ms) {
  return __answer(__linux_poll(fds, (int)count, timeout_ms));
}

// The system call writes the rest of the time back, the function does not.
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
  struct timespec left;
  if (timeout != NULL)
    left = *timeout;
  return __answer(__linux_ppoll(fds, (int)count, timeout ? &left : NULL, mask, SIGSET_BYTES));
}

struct sets {
  fd_set *readable;
  fd_set *writable;
  fd_set *exceptional;
};

static int is_in(const fd_set *set, int fd) { return set != NULL && FD_ISSET(fd, set); }

static int watch(struct pollfd *polled, int count, const struct sets *sets) {
  int watched = 0;
  for (int fd = 0; fd < count; fd++) {
    int events = (is_in(sets->readable, fd) ? READABLE : 0) |
                 (is_in(sets->writable, fd) ? WRITABLE : 0) |
                 (is_in(sets->exceptional, fd) ? EXCEPTIONAL : 0);
    if (events != 0)
      polled[watched++] = (struct pollfd){fd, (short)events, 0};
  }
  return watched;
}

static void clear(fd_set *set, int count) {
  if (set == NULL)
    return;
  for (int fd = 0; fd < count; fd++)
    FD_CLR(fd, set);
}

static int mark(fd_set *set, int fd, int is_there) {
  if (is_there)
    FD_SET(fd, set);
  return is_there;
}

// How many entries poll() gave that select() gives too. A hang-up that nobody asked for is left out
// of the next wait, which it would end at once.
static int count_hits(struct pollfd *polled, int watched) {
  int hits = 0;
  for (int i = 0; i < watched; i++) {
    if (polled[i].revents & polled[i].events)
      hits++;
    else if (polled[i].revents != 0)
      polled[i].fd = -1 - polled[i].fd;
  }
  return hits;
}

static int report(const struct pollfd *polled, int watched, int count, const struct sets *asked) {
  int bits = 0;
  clear(asked->readable, count);
  clear(asked->writable, count);
  clear(asked->exceptional, count);
  for (int i = 0; i < watched; i++) {
    const int events = polled[i].events & polled[i].revents;
    const int wanted = polled[i].events;
    if (polled[i].fd < 0 || events == 0)
      continue;
    if (wanted & POLLIN)
      bits += mark(asked->readable, polled[i].fd, (events & READABLE) != 0);
    if (wanted & POLLOUT)
      bits += mark(asked->writable, polled[i].fd, (events & WRITABLE) != 0);
    if (wanted & POLLPRI)
      bits += mark(asked->exceptional, polled[i].fd, (events & EXCEPTIONAL) != 0);
  }
  return bits;
}

static int select_until(int count, const struct sets *sets, struct timespec *left,
                        const sigset_t *mask) {
  struct pollfd polled[FD_SETSIZE];
  if (count < 0)
    return __failed(EINVAL);
  if (count > FD_SETSIZE)
    count = FD_SETSIZE;
  const int watched = watch(polled, count, sets);
  for (;;) {
    int result = __linux_ppoll(polled, watched, left, mask, SIGSET_BYTES);
    if (result < 0)
      return __failed(-result);
    for (int i = 0; i < watched; i++) {
      if (polled[i].revents & POLLNVAL)
        return __failed(EBADF);
    }
    if (result == 0 || count_hits(polled, watched) > 0)
      return report(polled, watched, count, sets);
  }
}

int pselect(int count, fd_set *__restrict readable, fd_set *__restrict writable,
            fd_set *__restrict exceptional, const struct timespec *__restrict timeout,
            const sigset_t *__restrict mask) {
  const struct sets sets = {readable, writable, exceptional};
  struct timespec left;
  if (timeout != NULL)
    left = *timeout;
  return select_until(count, &sets, timeout ? &left : NULL, mask);
}

// The whole seconds may be anywhere in it; more than there can be is for ever.
static struct timespec timespec_of(const struct timeval *time) {
  const int64_t more = time->tv_usec / USEC_PER_SEC;
  if (more > INT64_MAX - time->tv_sec)
    return (struct timespec){INT64_MAX, 999999999};
  return (struct timespec){time->tv_sec + more, (long)(time->tv_usec % USEC_PER_SEC) * 1000};
}

int select(int count, fd_set *__restrict readable, fd_set *__restrict writable,
           fd_set *__restrict exceptional, struct timeval *__restrict timeout) {
  const struct sets sets = {readable, writable, exceptional};
  if (timeout == NULL)
    return select_until(count, &sets, NULL, NULL);
  if (timeout->tv_sec < 0 || timeout->tv_usec < 0)
    return __failed(EINVAL);
  struct timespec left = timespec_of(timeout);
  int result = select_until(count, &sets, &left, NULL);
  timeout->tv_sec = left.tv_sec;
  timeout->tv_usec = left.tv_nsec / 1000;
  return result;
}
