// What the programs of published.test.ts share: they do on both sides what was published as an
// attack on other runtimes. The arguments are which one, and the ports of what it is aimed at.
#ifndef PUBLISHED_H
#define PUBLISHED_H

#include "../contract/loopback.h"
#include "../contract/signals.h"

// 127.0.0.1 is granted to a guest where its test says so, 127.0.0.2 never is.
enum { OWN = 1, FOREIGN = 2 };

static char bytes[256];

// An argument, 0 being the program's name; empty where there is none.
HELPER const char *argument(int index) {
  static char all[4096];
  int size = must("cmdline", cmdline(all, sizeof all - 1));
  int at = 0;
  while (index-- > 0 && at < size)
    at += length_of(all + at) + 1;
  return at < size ? all + at : "";
}

HELPER int number_of(int index) {
  int number = 0;
  for (const char *digit = argument(index); *digit; digit++)
    number = number * 10 + *digit - '0';
  return number;
}

HELPER int is(const char *a, const char *b) {
  return length_of(a) == length_of(b) && same(a, b, (size_t)length_of(a));
}

HELPER int connect_to(int fd, int host, int port) {
  struct sockaddr_in to = at(host, port);
  return connect(fd, &to, sizeof to);
}

HELPER int send_to(int fd, int host, int port) {
  struct sockaddr_in to = at(host, port);
  return sendto(fd, "x", 1, MSG_NOSIGNAL, &to, sizeof to);
}

// Stays until the test has looked around.
HELPER void park(void) {
  struct epoll_event event;
  int epfd = epoll_create1(0);
  fact("parked", 0);
  for (;;)
    epoll_wait(epfd, &event, 1, -1);
}

#endif
