// What every call answers that wants a new descriptor when none is left: RLIMIT_NOFILE natively,
// the quota in a guest.
#include "contract.h"

static void limit(void) {
#if !GUEST
  static const u64 limits[2] = {200, 200};
  enum { RLIMIT_NOFILE = 7 };
  must("prlimit64", answer(syscall(__NR_prlimit64, 0, RLIMIT_NOFILE, limits, NULL)));
#endif
}

// Opens until nothing is left; the last number it got.
static int fill(void) {
  int last = -1;
  int fd;
  while ((fd = eventfd2(0, 0)) >= 0)
    last = fd;
  return last;
}

static void full(void) {
  static const struct {
    const char *what;
    int domain, type, protocol;
  } sockets[] = {{"full: socket, TCP", AF_INET, SOCK_STREAM, 0},
                 {"full: socket, UDP", AF_INET, SOCK_DGRAM, 0},
                 {"full: socket, unix", AF_UNIX, SOCK_STREAM, 0},
                 {"full: socket, an unknown family", 99, SOCK_STREAM, 0},
                 {"full: socket, an unknown protocol", AF_INET, SOCK_STREAM, 99},
                 {"full: socket, an unknown type", AF_INET, 99, 0}};
  int pair[2];
  for (int i = 0; i < COUNT(sockets); i++)
    fact(sockets[i].what, socket(sockets[i].domain, sockets[i].type, sockets[i].protocol));
  fact("full: socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  fact("full: socketpair, AF_INET", socketpair(AF_INET, SOCK_STREAM, 0, pair));
  fact("full: socketpair, an unknown family", socketpair(99, SOCK_STREAM, 0, pair));
  fact("full: socketpair, an unknown flag", socketpair(AF_UNIX, 0x100 | SOCK_STREAM, 0, pair));
  fact("full: socketpair, nowhere", socketpair(AF_UNIX, SOCK_STREAM, 0, NOWHERE));
  fact("full: epoll_create1", epoll_create1(0));
  fact("full: epoll_create1, an unknown flag", epoll_create1(1));
  fact("full: eventfd2", eventfd2(0, 0));
  fact("full: eventfd2, an unknown flag", eventfd2(0, 2));
  fact("full: timerfd_create", timerfd_create(CLOCK_MONOTONIC, 0));
  fact("full: timerfd_create, an unknown clock", timerfd_create(99, 0));
  fact("full: timerfd_create, an unknown flag", timerfd_create(CLOCK_MONOTONIC, 1));
  fact("full: F_DUPFD", fcntl(0, F_DUPFD, 0));
  fact("full: F_DUPFD, from 10", fcntl(0, F_DUPFD, 10));
  fact("full: F_DUPFD_CLOEXEC", fcntl(0, F_DUPFD_CLOEXEC, 0));
  fact("full: F_DUPFD, from INT_MAX", fcntl(0, F_DUPFD, INT_MAX));
  fact("full: F_DUPFD, of a closed one", fcntl(-1, F_DUPFD, 0));
}

static void accepting(void) {
  struct sockaddr_in at;
  struct epoll_event event;
  int from = listener(&at);
  int epfd = epoll_create1(0);
  watch(epfd, EPOLL_CTL_ADD, from, EPOLLIN, 1);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  fcntl(from, F_SETFL, O_NONBLOCK);
  int last = fill();
  fact("full: accept4, nobody", accept4(from, NULL, NULL, 0));
  fact("full: accept4, an unknown flag", accept4(from, NULL, NULL, 1));
  fact("full: accept4, EBADF", accept4(-1, NULL, NULL, 0));
  fact("full: accept4, not a socket", accept4(0, NULL, NULL, 0));
  fact("full: accept4, not a listener", accept4(client, NULL, NULL, 0));
  connect(client, &at, sizeof at);
  fact("full: somebody waits", epoll_wait(epfd, &event, 1, PATIENCE_MS));
  fact("full: accept4", accept4(from, NULL, NULL, 0));
  fact("full: accept4 again", accept4(from, NULL, NULL, SOCK_NONBLOCK));
  fact("full: somebody waits still", epoll_wait(epfd, &event, 1, 0));
  close(last);
  fact("one left: accept4", accept4(from, NULL, NULL, 0) == last);
  fact("full again: nobody waits", epoll_wait(epfd, &event, 1, 0));
  fact("full again: eventfd2", eventfd2(0, 0));
}

static void facts(void) {
  limit();
  int last = fill();
  fact("full: eventfd2 said", eventfd2(0, 0));
  full();
  close(last);
  fact("one left: an eventfd is the last", eventfd2(0, 0) == last);
  close(last);
  fact("one left: socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, (int[2]){0, 0}));
  fact("one left: F_DUPFD", fcntl(0, F_DUPFD, 0) == last);
  for (int fd = 3; fd <= last; fd++)
    close(fd);
  fact("all closed: the lowest", eventfd2(0, 0));
  close(3);
  accepting();
}
