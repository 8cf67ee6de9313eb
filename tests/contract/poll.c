// poll and ppoll: what they report of each kind, their arguments, times and errors.
#include "signals.h"

static void put_poll(int events) { put_mask((u32)(u16)events); }

static void fact_poll(const char *what, int result, const struct pollfd *fds, int count) {
  open_line(what);
  put_result(result);
  for (int i = 0; i < count; i++) {
    put(" ");
    put_poll(fds[i].revents);
  }
  close_line();
}

static void one(const char *what, int fd, int events) {
  struct pollfd entry = {fd, (i16)events, 0x5555};
  int result = poll(&entry, 1, 0);
  fact_poll(what, result, &entry, 1);
}

enum { ALL = POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLWRNORM | POLLRDHUP };

static void kinds(void) {
  struct sockaddr_in at;
  int pair[2];
  one("poll: -1", -1, ALL);
  one("poll: INT_MIN", INT_MIN, ALL);
  one("poll: a closed one", 600, ALL);
  one("poll: INT_MAX", INT_MAX, ALL);
  one("poll: a closed one, nothing asked", 600, 0);
  int fd = listener(&at);
  one("poll: a listener", fd, ALL);
  close(fd);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  one("poll: an unconnected TCP socket", fd, ALL);
  close(fd);
  tcp_pair(pair);
  one("poll: a TCP socket", pair[0], ALL);
  one("poll: a TCP socket, only to read", pair[0], POLLIN);
  send_text(pair[1], "abc");
  await(pair[0], EPOLLIN);
  one("poll: bytes of TCP", pair[0], ALL);
  shutdown(pair[1], SHUT_WR);
  await(pair[0], EPOLLRDHUP);
  one("poll: half closed", pair[0], ALL);
  one("poll: half closed, RDHUP not asked", pair[0], POLLOUT);
  shutdown(pair[0], SHUT_RDWR);
  one("poll: shut both ways", pair[0], 0);
  close_pair(pair);
  unix_pair(pair, SOCK_STREAM);
  close(pair[1]);
  one("poll: a Unix socket without peer", pair[0], ALL);
  close(pair[0]);
  must("pipe2", pipe2(pair, 0));
  one("poll: a pipe's reader", pair[0], ALL);
  one("poll: a pipe's writer", pair[1], ALL);
  close(pair[0]);
  one("poll: a pipe's writer without reader", pair[1], ALL);
  close(pair[1]);
  fd = eventfd2(0, 0);
  one("poll: an eventfd of 0", fd, ALL);
  close(fd);
  fd = eventfd2(3, 0);
  one("poll: an eventfd of 3", fd, ALL);
  int epfd = epoll_create1(0);
  one("poll: an empty epoll", epfd, ALL);
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 0);
  one("poll: an epoll with an event", epfd, ALL);
  close(fd);
  close(epfd);
  fd = timerfd_create(CLOCK_MONOTONIC, 0);
  one("poll: a timer that is not set", fd, ALL);
  close(fd);
  one("poll: standard output", 1, POLLOUT);
  one("poll: standard input at its end", 0, POLLIN);
}

static void several(void) {
  int fd = eventfd2(1, 0);
  struct pollfd fds[5] = {
      {fd, POLLIN, 9}, {-5, POLLIN, 9}, {600, POLLIN, 9}, {fd, 0, 9}, {fd, POLLOUT, 9}};
  int result = poll(fds, 5, -1);
  fact_poll("poll: several, one of them closed", result, fds, 5);
  fact("poll: the numbers are left", fds[1].fd);
  fact("poll: the events are left", fds[4].events);
  fact("poll: no entry, no time", poll(NULL, 0, 0));
  fact("poll: no entry, 5 ms", poll(NULL, 0, 5));
  differs("0", "an empty range is good anywhere");
  fact("poll: no entry, nowhere", poll(NOWHERE, 0, 0));
  fact("poll: NULL", poll(NULL, 1, 0));
  fact("poll: nowhere", poll(NOWHERE, 1, 0));
  struct pollfd *last = (struct pollfd *)last_bytes(8);
  *last = (struct pollfd){fd, POLLIN, 0};
  fact("poll: the last bytes", poll(last, 1, 0));
  fact("poll: half behind memory", poll(last, 2, 0));
  fact("poll: too many", poll(fds, 0x7fffffff, 0));
  fact("poll: too many or nowhere", poll(NOWHERE, 0xffffffff, 0));
  fact("poll: a negative time that is not -1, ready", poll(fds, 1, INT_MIN));
  close(fd);
  fd = eventfd2(0, 0);
  fds[0] = (struct pollfd){fd, POLLIN, 0x5555};
  result = poll(fds, 1, 10);
  fact_poll("poll: nothing in 10 ms", result, fds, 1);
  close(fd);
}

static void with_timespec(void) {
  int fd = eventfd2(0, 0);
  struct pollfd entry = {fd, POLLIN, 0};
  struct timespec none = {0, 0};
  struct timespec some = {0, 5000000};
  fact("ppoll: no time", ppoll(&entry, 1, &none, NULL, 0));
  fact("ppoll: 5 ms", ppoll(&entry, 1, &some, NULL, 0));
  fact("ppoll: its seconds afterwards", some.tv_sec);
  fact("ppoll: its nanoseconds afterwards", some.tv_nsec);
  struct timespec wrong[] = {{-1, 0}, {0, -1}, {0, 1000000000}, {-1, 1000000000}};
  for (int i = 0; i < COUNT(wrong); i++) {
    fact_at("ppoll: wrong time", i, ppoll(&entry, 1, &wrong[i], NULL, 0));
    fact_at("ppoll: wrong time or nowhere", i, ppoll(NOWHERE, 1, &wrong[i], NULL, 0));
  }
  u64 mask = 0;
  fact("ppoll: a time nowhere", ppoll(&entry, 1, NOWHERE, NULL, 0));
  fact("ppoll: a mask nowhere", ppoll(&entry, 1, &none, NOWHERE, 8));
  fact("ppoll: a mask of another size", ppoll(&entry, 1, &none, &mask, 4));
  fact("ppoll: a mask nowhere of another size", ppoll(&entry, 1, &none, NOWHERE, 128));
  fact("ppoll: no mask of another size", ppoll(&entry, 1, &none, NULL, 4));
  fact("ppoll: a wrong time or mask", ppoll(&entry, 1, &wrong[0], NOWHERE, 4));
  fact("ppoll: a mask", ppoll(&entry, 1, &none, &mask, 8));
  fact("ppoll: nowhere", ppoll(NOWHERE, 1, &none, &mask, 8));
  fact("ppoll: too many", ppoll(&entry, 0x7fffffff, &none, NULL, 0));
  u64 one_more = 1;
  write(fd, &one_more, 8);
  struct timespec hour = {3600, 0};
  fact("ppoll: ready, an hour", ppoll(&entry, 1, &hour, NULL, 0));
  fact("ppoll: what is left of it", hour.tv_sec == 3599 && hour.tv_nsec > 0);
  fact("ppoll: for ever", ppoll(&entry, 1, NULL, NULL, 0));
  close(fd);
}

static void interrupted(void) {
  int fd = eventfd2(0, 0);
  struct pollfd entry = {fd, POLLIN, 0x5555};
  for (int restart = 0; restart < 2; restart++) {
    forget_signals();
    on(SIGALRM, note, restart ? SA_RESTART : 0);
    start_alarm();
    fact_at("poll: interrupted, SA_RESTART", restart, poll(&entry, 1, -1));
    fact_at("poll: with a time, interrupted, SA_RESTART", restart, poll(&entry, 1, 3600000));
    struct timespec hour = {3600, 0};
    fact_at("ppoll: interrupted, SA_RESTART", restart, ppoll(&entry, 1, &hour, NULL, 0));
    fact_at("ppoll: what is left of the time, SA_RESTART", restart, hour.tv_sec);
    fact_at("ppoll: for ever, interrupted, SA_RESTART", restart, ppoll(&entry, 1, NULL, NULL, 0));
    stop_alarm();
    fact_at("poll: the handler ran, SA_RESTART", restart, seen[SIGALRM] > 3);
  }
  fact("poll: interrupted, revents all the same", entry.revents);
  on(SIGALRM, SIG_IGN, 0);
  start_alarm();
  fact("poll: an ignored signal does not interrupt", poll(&entry, 1, 30));
  stop_alarm();
  close(fd);
}

static void masks(void) {
  int fd = eventfd2(0, 0);
  struct pollfd entry = {fd, POLLIN, 0};
  struct timespec none = {0, 0};
  u64 open = 0;
  u64 closed = bit(SIGUSR1);
  forget_signals();
  on(SIGUSR1, note, SA_RESTART);
  set_mask(closed);
  send_self(SIGUSR1);
  fact("ppoll: pending, blocked by the call, too", ppoll(&entry, 1, &none, &closed, 8));
  fact("ppoll: not handled", seen[SIGUSR1]);
  fact("ppoll: pending, let through", ppoll(&entry, 1, NULL, &open, 8));
  fact("ppoll: handled", seen[SIGUSR1]);
  fact_hex("ppoll: the mask is back", set_mask(closed));
  send_self(SIGUSR1);
  fact("ppoll: no time, pending, let through", ppoll(&entry, 1, &none, &open, 8));
  fact("ppoll: handled again", seen[SIGUSR1]);
  send_self(SIGUSR1);
  u64 value = 1;
  write(fd, &value, 8);
  fact("ppoll: ready and pending", ppoll(&entry, 1, NULL, &open, 8));
  fact("ppoll: ready comes first", seen[SIGUSR1]);
  fact_hex("ppoll: it is still pending", pending());
  fact("ppoll: an error, pending", ppoll(NOWHERE, 1, NULL, &open, 8));
  fact("ppoll: after an error", seen[SIGUSR1]);
  set_mask(0);
  fact("ppoll: handled when let through", seen[SIGUSR1]);
  close(fd);
}

static void facts(void) {
  kinds();
  several();
  with_timespec();
  interrupted();
  masks();
}
