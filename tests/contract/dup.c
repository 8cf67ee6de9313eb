// dup and dup3: errors and their order, what is shared, and epoll's key over them.
#include "contract.h"

static void errors(void) {
  static const int closed[] = {-1, 3, 600, INT_MAX, INT_MIN};
  int fd = eventfd2(0, 0);
  close(fd);
  for (int i = 0; i < COUNT(closed); i++) {
    fact_at("dup: of a closed one", closed[i], dup(closed[i]));
    fact_at("dup3: of a closed one", closed[i], dup3(closed[i], 10, 0));
    fact_at("dup3: of a closed one onto itself", closed[i], dup3(closed[i], closed[i], 0));
  }
  fd = eventfd2(0, 0);
  static const int flags[] = {1, 2, O_NONBLOCK, O_CLOEXEC | 1, -1, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(flags); i++) {
    fact_at("dup3: wrong flags", flags[i], dup3(fd, 10, flags[i]));
    fact_at("dup3: wrong flags or closed", flags[i], dup3(600, 10, flags[i]));
  }
  fact("dup3: onto itself", dup3(fd, fd, 0));
  fact("dup3: onto itself, cloexec", dup3(fd, fd, O_CLOEXEC));
  static const int to[] = {-1, INT_MAX, INT_MIN, 1 << 30};
  for (int i = 0; i < COUNT(to); i++) {
    fact_at("dup3: onto what no number can be", to[i], dup3(fd, to[i], 0));
    fact_at("dup3: of a closed one onto what no number can be", to[i], dup3(600, to[i], 0));
  }
  fact("dup3: what failed opened nothing", fcntl(10, F_GETFD, 0));
  close(fd);
}

static void numbers(void) {
  int fd = eventfd2(5, EFD_NONBLOCK | EFD_CLOEXEC);
  u64 count = 0;
  int twin = dup(fd);
  fact("dup: the lowest free number", twin);
  fact("dup: close-on-exec is not copied", fcntl(twin, F_GETFD, 0));
  fact("dup3: a free number", dup3(fd, 20, 0));
  fact("dup3: close-on-exec is not copied", fcntl(20, F_GETFD, 0));
  fact("dup3: the same again, close-on-exec", dup3(fd, 20, O_CLOEXEC));
  fact("dup3: close-on-exec", fcntl(20, F_GETFD, 0));
  fact("F_GETFL: one for all", fcntl(20, F_GETFL, 0));
  fcntl(twin, F_SETFL, 0);
  fact("F_GETFL: set for all", fcntl(20, F_GETFL, 0));
  fact("read: through one", read(20, &count, 8));
  fact("read: the value", (long long)count);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  fact("read: through another, it is gone", read(twin, &count, 8));
  close(fd);
  count = 3;
  fact("write: after the first was closed", write(twin, &count, 8));
  fact("read: by the third", read(20, &count, 8));
  fact("dup: fills the gap", dup(20));
  close(fd);
  close(20);
  close(twin);
  int out = dup(1);
  fact("dup: of standard output", out);
  fact("write: nothing to it", write(out, "", 0));
  close(out);
}

// What was open under the number is closed: its peer sees the end.
static void replaces(void) {
  int pair[2];
  u8 byte;
  unix_pair(pair, SOCK_STREAM);
  int other = eventfd2(0, 0);
  fact("dup3: onto an open one", dup3(other, pair[1], 0));
  fact_mask("dup3: it was closed", ready(pair[0], EPOLLIN));
  fact("read: its peer is at the end", read(pair[0], &byte, 1));
  fact("sendto: the number is no socket now", sendto(pair[1], "a", 1, 0, NULL, 0));
  close_pair(pair);
  close(other);
  int fds[64];
  int count = 0;
  int source = eventfd2(0, 0);
  for (; count < COUNT(fds); count++)
    fds[count] = dup3(source, 100 + count, 0);
  fact("dup3: many of one", fds[COUNT(fds) - 1]);
  for (int i = 0; i < count; i++)
    close(fds[i]);
  close(source);
}

static void wait_for(const char *what, int epfd) {
  struct epoll_event got[8];
  fact_events(what, epoll_wait(epfd, got, COUNT(got), 0), got);
}

static void keys(void) {
  int epfd = epoll_create1(0);
  int fd = eventfd2(1, 0);
  int twin = dup(fd);
  fact("epoll: add one", watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 1));
  fact("epoll: add its twin", watch(epfd, EPOLL_CTL_ADD, twin, EPOLLIN, 2));
  wait_for("epoll: both", epfd);
  close(fd);
  wait_for("epoll: both, the first number closed", epfd);
  fact("epoll: remove by the closed number", watch(epfd, EPOLL_CTL_DEL, fd, 0, 0));
  fact("dup3: back onto the number", dup3(twin, fd, 0));
  fact("epoll: it is there already", watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 3));
  fact("epoll: change it", watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN, 4));
  wait_for("epoll: changed", epfd);
  fact("epoll: remove it", watch(epfd, EPOLL_CTL_DEL, fd, 0, 0));
  wait_for("epoll: the twin is left", epfd);
  int other = eventfd2(1, 0);
  fact("dup3: another onto the twin's number", dup3(other, twin, 0));
  wait_for("epoll: the twin's registration lives by the first number", epfd);
  fact("epoll: the other is new", watch(epfd, EPOLL_CTL_ADD, twin, EPOLLIN, 5));
  wait_for("epoll: both under one number", epfd);
  close(fd);
  wait_for("epoll: its description's last number is closed", epfd);
  fact("dup3: of an epoll onto a watched number", dup3(epfd, twin, 0));
  wait_for("epoll: the other lives by its first number", epfd);
  wait_for("epoll: and through the other number of the epoll", twin);
  fact("epoll: watch itself by another number", watch(epfd, EPOLL_CTL_ADD, twin, EPOLLIN, 6));
  close(other);
  wait_for("epoll: nothing is left", epfd);
  close(epfd);
  fact("epoll: a duplicate is an epoll", watch(twin, EPOLL_CTL_ADD, 1000, EPOLLIN, 0));
  close(twin);
}

// A registration that is closed by dup3 onto its only number.
static void overwritten(void) {
  int epfd = epoll_create1(0);
  int fd = eventfd2(1, 0);
  int other = eventfd2(1, 0);
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 1);
  dup3(other, fd, 0);
  wait_for("epoll: dup3 onto the only number removes it", epfd);
  fact("epoll: change the new one", watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN, 2));
  fact("epoll: add the new one", watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 2));
  wait_for("epoll: the new one", epfd);
  dup3(other, fd, 0);
  wait_for("epoll: put onto its own number again, it is still there", epfd);
  fact("epoll: remove the new one", watch(epfd, EPOLL_CTL_DEL, fd, 0, 0));
  close(fd);
  close(other);
  close(epfd);
}

static void facts(void) {
  errors();
  numbers();
  replaces();
  keys();
  overwritten();
}
