// EPOLLEXCLUSIVE: two epolls watch one listener, and a connection wakes only one of them.
//
// Without it, each thread that sleeps in an epoll of its own on a shared listener is woken by each
// connection, and all but one for nothing: the thundering herd. With it the kernel stops at the
// first that sleeps. There is one thread here, so one epoll sleeps, and the other one is asked
// afterwards whether it was told. An epoll in which nobody sleeps counts for nobody: sleep in the
// second one, and the first, which the kernel comes to before, is told as well.
//
//   cc exclusive.c -o exclusive && ./exclusive
//   nc 127.0.0.1 9880
//
// Connect again and again: each time the other epoll sleeps. Then compare, without EPOLLEXCLUSIVE:
//
//   ./exclusive 9880 all

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 9880

static void fail(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

static int port_of(int argc, char **argv) {
  char *end;
  if (argc < 2)
    return PORT;
  const long port = strtol(argv[1], &end, 10);
  if (end == argv[1] || *end != '\0' || port < 0 || port > 65535) {
    fprintf(stderr, "usage: %s [PORT [all]]\n", argv[0]);
    exit(EXIT_FAILURE);
  }
  return (int)port;
}

static int listen_on(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd == -1)
    fail("socket");
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
    fail("setsockopt");
  if (bind(fd, (struct sockaddr *)&address, sizeof address) == -1)
    fail("bind");
  if (listen(fd, SOMAXCONN) == -1)
    fail("listen");
  return fd;
}

// An epoll that watches the listener. With EPOLLET it reports what it was told, and no more.
static int watching(int listener, uint32_t flag) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLET | flag};
  const int epfd = epoll_create1(0);
  if (epfd == -1)
    fail("epoll_create1");
  if (epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &event) == -1)
    fail("epoll_ctl");
  return epfd;
}

static int wait_for(int epfd, int timeout) {
  struct epoll_event event;
  const int count = epoll_wait(epfd, &event, 1, timeout);
  if (count == -1)
    fail("epoll_wait");
  return count;
}

static int is_told(int epfd) { return wait_for(epfd, 0) > 0; }

// Takes all connections that wait, and closes them.
static void close_all(int listener) {
  int client;
  while ((client = accept(listener, NULL, NULL)) != -1)
    close(client);
  if (errno != EAGAIN)
    fail("accept");
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0); // each line at once, into a pipe too
  const uint32_t flag = argc > 2 && strcmp(argv[2], "all") == 0 ? 0 : EPOLLEXCLUSIVE;
  const int listener = listen_on(port_of(argc, argv));
  const int first = watching(listener, flag);
  const int second = watching(listener, flag);

  for (;;) {
    wait_for(first, -1);
    printf("the first was woken, the second was %s\n", is_told(second) ? "told too" : "left alone");
    close_all(listener);
    wait_for(second, -1);
    printf("the second was woken, the first was %s\n", is_told(first) ? "told too" : "left alone");
    close_all(listener);
  }
}
