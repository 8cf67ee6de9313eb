// epoll_create1, epoll_ctl and what they refuse, in the kernel's order; nesting.
#include "contract.h"

static void create(void) {
  int fd = epoll_create1(0);
  fact("epoll_create1: no flags gives the lowest number", fd);
  fact("epoll_create1: it is opened for reading and writing", fcntl(fd, F_GETFL, 0));
  fact("epoll_create1: without EPOLL_CLOEXEC there is no FD_CLOEXEC", fcntl(fd, F_GETFD, 0));
  fact("close: an epoll descriptor", close(fd));
  fd = epoll_create1(EPOLL_CLOEXEC);
  fact("epoll_create1: EPOLL_CLOEXEC sets FD_CLOEXEC", fcntl(fd, F_GETFD, 0));
  fact("read: an epoll descriptor", read(fd, &fd, sizeof fd));
  fact("write: an epoll descriptor", write(fd, &fd, sizeof fd));
  fact("getsockname: an epoll descriptor", getsockname(fd, NULL, NULL));
  fact("F_SETFL: an epoll descriptor takes O_NONBLOCK", fcntl(fd, F_SETFL, O_NONBLOCK));
  fact("F_GETFL: O_NONBLOCK on an epoll descriptor", fcntl(fd, F_GETFL, 0));
  close(fd);
  static const int flags[] = {1,       2, 4, O_NONBLOCK, EPOLL_CLOEXEC | 1, EPOLL_CLOEXEC << 1,
                              INT_MIN, -1};
  for (int i = 0; i < COUNT(flags); i++) {
    fact_at("epoll_create1: unknown flags", flags[i], epoll_create1(flags[i]));
  }
}

static void operations(void) {
  int epfd = epoll_create1(0);
  int fd = eventfd2(0, 0);
  fact("EPOLL_CTL_MOD: absent", watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN, 1));
  fact("EPOLL_CTL_DEL: absent", watch(epfd, EPOLL_CTL_DEL, fd, EPOLLIN, 1));
  fact("EPOLL_CTL_ADD: a new descriptor", watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 1));
  fact("EPOLL_CTL_ADD: again", watch(epfd, EPOLL_CTL_ADD, fd, EPOLLOUT, 2));
  fact("EPOLL_CTL_MOD: present", watch(epfd, EPOLL_CTL_MOD, fd, EPOLLOUT, 3));
  fact("EPOLL_CTL_DEL: present, event NULL", epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL));
  fact("EPOLL_CTL_DEL: again", epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL));
  fact("EPOLL_CTL_ADD: after DEL", watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 1));
  fact("EPOLL_CTL_DEL: an event that is nowhere", epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NOWHERE));
  static const int unknown[] = {0, 4, 5, 99, -1, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(unknown); i++) {
    fact_at("epoll_ctl: unknown operation", unknown[i], watch(epfd, unknown[i], fd, EPOLLIN, 1));
  }
  fact("EPOLL_CTL_ADD: event NULL", epoll_ctl(epfd, EPOLL_CTL_ADD, fd, NULL));
  fact("EPOLL_CTL_MOD: event NULL", epoll_ctl(epfd, EPOLL_CTL_MOD, fd, NULL));
  fact("EPOLL_CTL_ADD: event nowhere", epoll_ctl(epfd, EPOLL_CTL_ADD, fd, NOWHERE));
  struct epoll_event *last = (struct epoll_event *)(void *)last_bytes(sizeof *last);
  last->events = EPOLLIN;
  fact("EPOLL_CTL_ADD: event in the last bytes of memory",
       epoll_ctl(epfd, EPOLL_CTL_ADD, fd, last));
  fact("EPOLL_CTL_MOD: event that ends behind memory",
       epoll_ctl(epfd, EPOLL_CTL_MOD, fd, (void *)last_bytes(sizeof *last - 4)));
  close(fd);
  close(epfd);
}

// Two things are wrong: which one is told?
static void precedence(void) {
  int epfd = epoll_create1(0);
  int fd = eventfd2(0, 0);
  fact("epoll_ctl: bad epfd", watch(-1, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
  fact("epoll_ctl: closed epfd", watch(900, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
  fact("epoll_ctl: bad fd", watch(epfd, EPOLL_CTL_ADD, -1, EPOLLIN, 0));
  fact("epoll_ctl: closed fd", watch(epfd, EPOLL_CTL_ADD, 900, EPOLLIN, 0));
  fact("epoll_ctl: both bad", watch(-1, EPOLL_CTL_ADD, -1, EPOLLIN, 0));
  fact("EPOLL_CTL_DEL: bad fd", epoll_ctl(epfd, EPOLL_CTL_DEL, -1, NULL));
  fact("epoll_ctl: EBADF or EFAULT", epoll_ctl(-1, EPOLL_CTL_ADD, -1, NULL));
  fact("epoll_ctl: EBADF or EFAULT, event nowhere", epoll_ctl(-1, EPOLL_CTL_MOD, -1, NOWHERE));
  fact("epoll_ctl: EBADF or an unknown operation", watch(-1, 99, fd, EPOLLIN, 0));
  fact("epoll_ctl: EFAULT or an unknown operation", epoll_ctl(epfd, 99, fd, NULL));
  fact("epoll_ctl: a bad fd or an unknown operation", watch(epfd, 99, -1, EPOLLIN, 0));
  fact("epoll_ctl: epfd is not an epoll", watch(fd, EPOLL_CTL_ADD, epfd, EPOLLIN, 0));
  fact("epoll_ctl: epfd is not an epoll or a bad fd", watch(fd, EPOLL_CTL_ADD, -1, EPOLLIN, 0));
  fact("epoll_ctl: epfd is not an epoll, unknown operation", watch(fd, 99, epfd, EPOLLIN, 0));
  fact("epoll_ctl: epfd is not an epoll and is fd", watch(fd, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
  fact("EPOLL_CTL_ADD: itself", watch(epfd, EPOLL_CTL_ADD, epfd, EPOLLIN, 0));
  fact("EPOLL_CTL_MOD: itself", watch(epfd, EPOLL_CTL_MOD, epfd, EPOLLIN, 0));
  fact("EPOLL_CTL_DEL: itself", watch(epfd, EPOLL_CTL_DEL, epfd, EPOLLIN, 0));
  fact("epoll_ctl: itself, unknown operation", watch(epfd, 99, epfd, EPOLLIN, 0));
  fact("epoll_ctl: itself or EFAULT", epoll_ctl(epfd, EPOLL_CTL_ADD, epfd, NULL));
  int twin = fcntl(epfd, F_DUPFD, 0);
  fact("EPOLL_CTL_ADD: its own dup", watch(epfd, EPOLL_CTL_ADD, twin, EPOLLIN, 0));
  close(twin);
  // Standard input is at its end on both sides: a file that cannot be waited for.
  fact("EPOLL_CTL_ADD: standard input", watch(epfd, EPOLL_CTL_ADD, 0, EPOLLIN, 0));
  fact("EPOLL_CTL_MOD: standard input", watch(epfd, EPOLL_CTL_MOD, 0, EPOLLIN, 0));
  fact("EPOLL_CTL_DEL: standard input", watch(epfd, EPOLL_CTL_DEL, 0, EPOLLIN, 0));
  fact("epoll_ctl: standard input, unknown operation", watch(epfd, 99, 0, EPOLLIN, 0));
  fact("epoll_ctl: standard input, epfd is not an epoll", watch(fd, EPOLL_CTL_ADD, 0, EPOLLIN, 0));
  fact("epoll_ctl: standard input, epfd is bad", watch(-1, EPOLL_CTL_ADD, 0, EPOLLIN, 0));
  fact("EPOLL_CTL_ADD: standard output to a file", watch(epfd, EPOLL_CTL_ADD, 1, EPOLLOUT, 0));
  close(fd);
  close(epfd);
}

static void exclusive(void) {
  int epfd = epoll_create1(0);
  int inner = epoll_create1(0);
  int fd = eventfd2(0, 0);
  static const struct {
    const char *with;
    u32 events;
  } adds[] = {
      {"EPOLLEXCLUSIVE: ADD alone", 0},
      {"EPOLLEXCLUSIVE: ADD with IN", EPOLLIN},
      {"EPOLLEXCLUSIVE: ADD with IN|OUT|ERR|HUP|ET|WAKEUP",
       EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLET | EPOLLWAKEUP},
      {"EPOLLEXCLUSIVE: ADD with PRI", EPOLLIN | EPOLLPRI},
      {"EPOLLEXCLUSIVE: ADD with RDHUP", EPOLLIN | EPOLLRDHUP},
      {"EPOLLEXCLUSIVE: ADD with ONESHOT", EPOLLIN | EPOLLONESHOT},
      {"EPOLLEXCLUSIVE: ADD with RDNORM", EPOLLIN | EPOLLRDNORM},
      {"EPOLLEXCLUSIVE: ADD with WRNORM", EPOLLOUT | EPOLLWRNORM},
      {"EPOLLEXCLUSIVE: ADD with MSG", EPOLLIN | EPOLLMSG},
      {"EPOLLEXCLUSIVE: ADD with an unknown bit", EPOLLIN | 1u << 20},
  };
  for (int i = 0; i < COUNT(adds); i++) {
    fact(adds[i].with, watch(epfd, EPOLL_CTL_ADD, fd, adds[i].events | EPOLLEXCLUSIVE, 0));
    epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL);
  }
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE, 0);
  fact("EPOLLEXCLUSIVE: MOD of it", watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN, 0));
  fact("EPOLLEXCLUSIVE: MOD of it with the flag",
       watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLEXCLUSIVE, 0));
  fact("EPOLLEXCLUSIVE: ADD again", watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE, 0));
  fact("EPOLLEXCLUSIVE: DEL of it with the flag",
       watch(epfd, EPOLL_CTL_DEL, fd, EPOLLIN | EPOLLEXCLUSIVE, 0));
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 0);
  fact("EPOLLEXCLUSIVE: MOD of an ordinary registration",
       watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLEXCLUSIVE, 0));
  fact("EPOLLEXCLUSIVE: MOD of an absent one",
       watch(epfd, EPOLL_CTL_MOD, inner, EPOLLIN | EPOLLEXCLUSIVE, 0));
  fact("EPOLLEXCLUSIVE: ADD of an epoll descriptor",
       watch(epfd, EPOLL_CTL_ADD, inner, EPOLLIN | EPOLLEXCLUSIVE, 0));
  fact("EPOLLEXCLUSIVE: a bad fd",
       watch(epfd, EPOLL_CTL_ADD, -1, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, 0));
  fact("EPOLLEXCLUSIVE: standard input or ONESHOT",
       watch(epfd, EPOLL_CTL_ADD, 0, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, 0));
  fact("EPOLLWAKEUP: ADD", watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLWAKEUP, 0));
  close(fd);
  close(inner);
  close(epfd);
}

static void nesting(void) {
  int chain[10];
  int fd = eventfd2(0, 0);
  struct epoll_event events[4];
  for (int i = 0; i < COUNT(chain); i++)
    chain[i] = epoll_create1(0);
  fact("nesting: the eventfd", watch(chain[0], EPOLL_CTL_ADD, fd, EPOLLIN, 1));
  for (int i = 1; i < COUNT(chain); i++) {
    fact_at("nesting: upwards, depth", i, watch(chain[i], EPOLL_CTL_ADD, chain[i - 1], EPOLLIN, 9));
  }
  fact("nesting: a loop of two", watch(chain[0], EPOLL_CTL_ADD, chain[1], EPOLLIN, 9));
  fact("nesting: a loop of three", watch(chain[0], EPOLL_CTL_ADD, chain[2], EPOLLIN, 9));
  fact("nesting: a loop, EPOLLEXCLUSIVE first",
       watch(chain[0], EPOLL_CTL_ADD, chain[1], EPOLLIN | EPOLLEXCLUSIVE, 9));
  fact("nesting: MOD of an absent loop", watch(chain[0], EPOLL_CTL_MOD, chain[1], EPOLLIN, 9));
  fact_events("nesting: nothing is ready", epoll_wait(chain[2], events, 4, 0), events);
  u64 one = 1;
  write(fd, &one, sizeof one);
  for (int i = 0; i < 5; i++) {
    fact_at("nesting: readiness goes up, depth", i, epoll_wait(chain[i], events, 4, 0));
  }
  read(fd, &one, sizeof one);
  fact_events("nesting: readiness goes down", epoll_wait(chain[4], events, 4, 0), events);
  fact("nesting: DEL in the middle", epoll_ctl(chain[2], EPOLL_CTL_DEL, chain[1], NULL));
  write(fd, &one, sizeof one);
  fact_events("nesting: below the cut", epoll_wait(chain[1], events, 4, 0), events);
  fact_events("nesting: above the cut", epoll_wait(chain[3], events, 4, 0), events);
  fact("nesting: the loop may now close the other way",
       watch(chain[0], EPOLL_CTL_ADD, chain[3], EPOLLIN, 9));
  fact("nesting: its last link", watch(chain[2], EPOLL_CTL_ADD, chain[1], EPOLLIN, 9));
  for (int i = 0; i < COUNT(chain); i++)
    close(chain[i]);

  for (int i = 0; i < COUNT(chain); i++)
    chain[i] = epoll_create1(0);
  for (int i = COUNT(chain) - 1; i > 0; i--) {
    fact_at("nesting: downwards, depth", i,
            watch(chain[i], EPOLL_CTL_ADD, chain[i - 1], EPOLLIN, 9));
  }
  fact("nesting: an eventfd at the bottom", watch(chain[0], EPOLL_CTL_ADD, fd, EPOLLIN, 1));
  for (int i = 0; i < COUNT(chain); i++)
    close(chain[i]);
  close(fd);
}

// One file may be reached by so many epolls over so many steps: 1000, 500, 100, 50, 10.
static void paths(void) {
  int chain[3];
  int fd = eventfd2(0, 0);
  for (int i = 0; i < COUNT(chain); i++)
    chain[i] = epoll_create1(0);
  watch(chain[0], EPOLL_CTL_ADD, fd, EPOLLIN, 0);
  watch(chain[1], EPOLL_CTL_ADD, chain[0], EPOLLIN, 0);
  watch(chain[2], EPOLL_CTL_ADD, chain[1], EPOLLIN, 0);
  int top[64];
  int added = 0;
  int result = 0;
  for (int i = 0; i < COUNT(top); i++) {
    top[i] = epoll_create1(0);
    if (result == 0)
      result = watch(top[i], EPOLL_CTL_ADD, chain[2], EPOLLIN, 0);
    if (result == 0)
      added++;
  }
  fact("nesting: paths of four steps that fit", added);
  fact("nesting: one path more", result);
  for (int i = 0; i < COUNT(top); i++)
    close(top[i]);
  for (int i = 0; i < COUNT(chain); i++)
    close(chain[i]);
  close(fd);
}

static void facts(void) {
  create();
  operations();
  precedence();
  exclusive();
  nesting();
  paths();
}
