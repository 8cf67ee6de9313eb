// What the programs of published.test.ts share: they do on both sides what was published as an
// attack on other runtimes. The arguments are which one, and the ports of what it is aimed at.
#ifndef PUBLISHED_H
#define PUBLISHED_H

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

HELPER struct sockaddr_in at(int host, int port) {
  struct sockaddr_in made = loopback(port);
  made.sin_addr = 0x7f | (u32)host << 24;
  return made;
}

HELPER struct sockaddr_in6 mapped(int host, int port) {
  struct sockaddr_in6 made = {.sin6_family = AF_INET6, .sin6_port = swap16((u16)port)};
  made.sin6_addr[10] = made.sin6_addr[11] = 0xff;
  made.sin6_addr[12] = 127;
  made.sin6_addr[15] = (u8)host;
  return made;
}

HELPER int tcp(void) { return must("socket", socket(AF_INET, SOCK_STREAM, 0)); }
HELPER int udp(void) { return must("socket", socket(AF_INET, SOCK_DGRAM, 0)); }

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
