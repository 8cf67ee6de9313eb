// Descriptor numbers, and epoll's key: (open file description, number).
#include "contract.h"

static const u64 one = 1;
static struct epoll_event events[8];
static int epfd;

static int counter(int value) { return must("eventfd2", eventfd2((u32)value, EFD_NONBLOCK)); }

static void told(const char *what) {
  clear(events, sizeof events);
  fact_events(what, epoll_wait(epfd, events, COUNT(events), 0), events);
}

static int add(int fd, u64 data) { return watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, data); }
static int mod(int fd, u64 data) { return watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN, data); }
static int del(int fd) { return epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL); }

// Puts a twin of `fd` on the number `at`, which is free.
static int twin_at(int fd, int at) { return fcntl(fd, F_DUPFD, (size_t)at); }

static void numbers(void) {
  int pair[2];
  fact("numbers: the first socket after epoll", socket(AF_INET, SOCK_STREAM, 0));
  fact("numbers: an eventfd", counter(0));
  fact("numbers: a timerfd", timerfd_create(CLOCK_MONOTONIC, 0));
  fact("numbers: a pair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  fact("numbers: its first", pair[0]);
  fact("numbers: its second", pair[1]);
  close(5);
  fact("numbers: the lowest free", counter(0));
  close(4);
  close(6);
  fact("numbers: a pair in two gaps", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  fact("numbers: the first gap", pair[0]);
  fact("numbers: the second gap", pair[1]);
  fact("numbers: a socket that fails", socket(AF_INET, SOCK_STREAM, 99));
  fact("numbers: a pair that fails", socketpair(AF_INET, SOCK_STREAM, 0, pair));
  fact("numbers: what fails takes no number, the next", epoll_create1(0));
  fact("F_DUPFD: the lowest", fcntl(5, F_DUPFD, 0));
  fact("F_DUPFD: from 20", fcntl(5, F_DUPFD, 20));
  fact("F_DUPFD: from 20 again", fcntl(5, F_DUPFD, 20));
  fact("F_DUPFD: from a free number below", fcntl(5, F_DUPFD, 19));
  fact("numbers: the lowest is not above", counter(0));
  fact("F_DUPFD: -1", fcntl(5, F_DUPFD, (size_t)-1));
  fact("F_DUPFD: INT_MAX", fcntl(5, F_DUPFD, INT_MAX));
  fact("F_DUPFD: of -1", fcntl(-1, F_DUPFD, 0));
  fact("F_DUPFD: of a closed one or from -1", fcntl(700, F_DUPFD, (size_t)-1));
  fact("F_DUPFD: FD_CLOEXEC is not inherited", fcntl(fcntl(5, F_DUPFD, 30), F_GETFD, 0));
  fact("F_DUPFD_CLOEXEC: it is set", fcntl(fcntl(5, F_DUPFD_CLOEXEC, 30), F_GETFD, 0));
  fact("F_DUPFD_CLOEXEC: the first keeps its own", fcntl(5, F_GETFD, 0));
  struct sockaddr_in at;
  int from = listener(&at);
  connect(socket(AF_INET, SOCK_STREAM, 0), &at, sizeof at);
  close(4);
  fact("numbers: accept4 takes the lowest", accept4(from, NULL, NULL, 0));
  for (int i = 4; i < 40; i++)
    close(i);
}

static void standard(void) {
  fact("close: standard input", close(0));
  fact("read: closed standard input", read(0, NULL, 0));
  fact("numbers: 0 is free now", counter(3));
  fact("epoll: number 0", add(0, 77));
  told("epoll: number 0 is told");
  fact("close: number 0", close(0));
  told("epoll: number 0 is gone");
  fact("close: standard error", close(2));
  fact("write: closed standard error", write(2, "x", 1));
  fact("numbers: 0 first", counter(0));
  fact("numbers: then 2", counter(0));
  close(2);
  fact("F_DUPFD: standard output on 2", twin_at(1, 2));
  fact("write: a twin of standard output", write(2, "", 0));
}

static void closing(void) {
  fact("close: -1", close(-1));
  fact("close: INT_MIN", close(INT_MIN));
  fact("close: INT_MAX", close(INT_MAX));
  int fd = counter(0);
  fact("close: open", close(fd));
  fact("close: twice", close(fd));
  fact("close: never opened", close(600));
  // What is not open here must not be open at all, whatever the host has behind these numbers.
  int answered = 0;
  char byte;
  int size = sizeof byte;
  for (int n = epfd + 1; n < 1100; n++) {
    answered += read(n, &byte, 1) != -EBADF;
    answered += write(n, &byte, 1) != -EBADF;
    answered += close(n) != -EBADF;
    answered += fcntl(n, F_GETFD, 0) != -EBADF;
    answered += fcntl(n, F_DUPFD, 0) != -EBADF;
    answered += add(n, 0) != -EBADF;
    answered += watch(n, EPOLL_CTL_ADD, epfd, EPOLLIN, 0) != -EBADF;
    answered += epoll_wait(n, events, 1, 0) != -EBADF;
    answered += shutdown(n, SHUT_RDWR) != -EBADF;
    answered += getsockopt(n, SOL_SOCKET, SO_TYPE, &byte, &size) != -EBADF;
    answered += sendto(n, &byte, 1, 0, NULL, 0) != -EBADF;
    answered += recvfrom(n, &byte, 1, MSG_DONTWAIT, NULL, NULL) != -EBADF;
    answered += accept4(n, NULL, NULL, SOCK_NONBLOCK) != -EBADF;
  }
  fact("numbers: foreign ones that answered", answered);
}

// The registration of a number whose description lives on through a twin.
static void key_survives(void) {
  int fd = counter(1);
  int twin = fcntl(fd, F_DUPFD, 0);
  fact("key: ADD of the twin", add(twin, 2));
  fact("key: ADD of the first, one description under two numbers", add(fd, 1));
  told("key: both are told");
  fact("key: close of the first", close(fd));
  told("key: both are still told");
  fact("key: MOD of the closed number", mod(fd, 9));
  fact("key: DEL of the closed number", del(fd));
  fact("key: DEL of the twin", del(twin));
  told("key: the closed number is still told");
  fact("key: DEL of the twin again", del(twin));
  fact("key: the number again, same description", twin_at(twin, fd) == fd);
  fact("key: ADD finds the registration", add(fd, 9));
  fact("key: MOD finds it", mod(fd, 5));
  told("key: changed");
  fact("key: DEL finds it", del(fd));
  told("key: removed");
  add(fd, 3);
  close(fd);
  told("key: closed once more, the twin keeps it");
  close(twin);
  told("key: the last close removes it");
}

// The number goes to another description while the first one's registration lives.
static void key_reused(void) {
  int fd = counter(1);
  int twin = twin_at(fd, 50);
  add(fd, 1);
  close(fd);
  fact("reuse: another description on the number", counter(1) == fd);
  fact("reuse: MOD does not find it", mod(fd, 2));
  fact("reuse: ADD is a registration of its own", add(fd, 2));
  told("reuse: both are told");
  fact("reuse: MOD changes the new one", mod(fd, 3));
  told("reuse: the old one is as it was");
  int second = twin_at(fd, 60);
  close(fd);
  fact("reuse: a third description on the number", counter(1) == fd);
  fact("reuse: ADD of the third", add(fd, 4));
  told("reuse: three under one number");
  close(fd);
  told("reuse: the third is closed for good");
  fact("reuse: the second comes back", twin_at(second, fd) == fd);
  fact("reuse: MOD of the second", mod(fd, 6));
  told("reuse: the second is changed");
  close(fd);
  fact("reuse: the first comes back", twin_at(twin, fd) == fd);
  fact("reuse: DEL of the first", del(fd));
  told("reuse: the second is left");
  fact("reuse: DEL of the first again", del(fd));
  close(fd);
  close(twin);
  told("reuse: the first is gone, the second is left");
  fact("reuse: accepted by number only", add(second, 7));
  told("reuse: the second under both its numbers");
  close(second);
  told("reuse: the last close of the second");
}

static void key_epolls(void) {
  int other = epoll_create1(0);
  int fd = counter(1);
  int twin = twin_at(fd, 50);
  add(fd, 1);
  watch(other, EPOLL_CTL_ADD, fd, EPOLLIN, 2);
  close(fd);
  fact_events("two epolls: the second is told", epoll_wait(other, events, 8, 0), events);
  twin_at(twin, fd);
  fact("two epolls: DEL in the first", del(fd));
  told("two epolls: the first");
  fact_events("two epolls: the second", epoll_wait(other, events, 8, 0), events);
  fact("two epolls: DEL in the second", epoll_ctl(other, EPOLL_CTL_DEL, fd, NULL));
  close(twin);

  int same = fcntl(epfd, F_DUPFD, 0);
  fact("dup of epoll: ADD through it", watch(same, EPOLL_CTL_ADD, fd, EPOLLIN, 4));
  fact("dup of epoll: the first has it", add(fd, 5));
  fact_events("dup of epoll: told", epoll_wait(same, events, 8, 0), events);
  int number = epfd;
  close(epfd);
  fact_events("dup of epoll: the first is closed", epoll_wait(same, events, 8, 0), events);
  epfd = twin_at(same, number);
  told("dup of epoll: back on its number");
  close(same);

  // An epoll that is watched, closed with and without a twin.
  watch(other, EPOLL_CTL_ADD, epfd, EPOLLIN, 6);
  same = twin_at(epfd, 50);
  close(epfd);
  fact_events("watched epoll: closed, a twin lives", epoll_wait(other, events, 8, 0), events);
  close(same);
  fact_events("watched epoll: closed for good", epoll_wait(other, events, 8, 0), events);
  close(fd);
  close(other);
  epfd = epoll_create1(0);
}

// What a server does to descriptors while it walks through a batch.
static void batch(void) {
  int fd[3];
  for (int i = 0; i < 3; i++)
    add(fd[i] = counter(1), (u64)i);
  fact("batch: three are ready", epoll_wait(epfd, events, 8, 0));
  close(fd[1]);
  fact("batch: its number is taken by a new one", counter(0) == fd[1]);
  told("batch: the new one is not mistaken for it");
  add(fd[1], 11);
  told("batch: added, not ready");
  write(fd[1], &one, sizeof one);
  told("batch: ready");
  for (int i = 0; i < 3; i++)
    close(fd[i]);
  told("batch: all closed");

  struct sockaddr_in at;
  int from = listener(&at);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  int closed = counter(1);
  connect(client, &at, sizeof at);
  await(from, EPOLLIN);
  add(closed, 1);
  int twin = twin_at(closed, 50);
  close(closed);
  int accepted = accept4(from, NULL, NULL, 0);
  fact("batch: accept4 takes the closed number", accepted == closed);
  fact("batch: ADD of the accepted", add(accepted, 2));
  told("batch: the old description is told, the accepted is quiet");
  send_text(client, "x");
  await(accepted, EPOLLIN);
  told("batch: both are told");
  close(accepted);
  close(twin);
  close(client);
  close(from);
  told("batch: nothing is left");
}

static void shared_state(void) {
  int fd = counter(1);
  int twin = fcntl(fd, F_DUPFD, 0);
  u64 value;
  fact("twins: read through the second", read(twin, &value, sizeof value));
  fact("twins: the first is empty", read(fd, &value, sizeof value));
  fcntl(twin, F_SETFL, 0);
  fact("twins: O_NONBLOCK is the description's", fcntl(fd, F_GETFL, 0));
  fcntl(twin, F_SETFD, FD_CLOEXEC);
  fact("twins: FD_CLOEXEC is the number's", fcntl(fd, F_GETFD, 0));
  close(fd);
  close(twin);

  int pair[2];
  char byte;
  unix_pair(pair, SOCK_STREAM);
  twin = fcntl(pair[0], F_DUPFD, 0);
  close(pair[0]);
  fact("twins: the peer of a closed twin may write", send_text(pair[1], "x"));
  fact("twins: the other twin reads", read(twin, &byte, 1));
  shutdown(twin, SHUT_WR);
  fact("twins: shutdown is the description's", read(pair[1], &byte, 1));
  close(twin);
  fact("twins: all closed, the peer writes", send_text(pair[1], "x"));
  close(pair[1]);
}

static void facts(void) {
  epfd = epoll_create1(0);
  numbers();
  closing();
  key_survives();
  key_reused();
  key_epolls();
  batch();
  shared_state();
  standard();
}
