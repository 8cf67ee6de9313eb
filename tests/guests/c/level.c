// A level-triggered epoll server, which answers each message with its length: "get bytes 6".
//
// Level-triggered is what epoll is without a flag: epoll_wait reports a descriptor for as long as
// it is ready. So one read for each event will do; what that has left is reported again. Unlike
// poll, the kernel knows what to wait for from epoll_ctl, and tells only what is ready.
//
//   cc level.c -o level && ./level
//   nc 127.0.0.1 15000
//
// Another port can follow the name: ./level 9000

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 15000
#define MAX_EVENTS 2048
#define BUFFER_SIZE 1024

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
    fprintf(stderr, "usage: %s [PORT]\n", argv[0]);
    exit(EXIT_FAILURE);
  }
  return (int)port;
}

static int listen_on(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
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

static void watch(int epfd, int fd) {
  struct epoll_event event = {.events = EPOLLIN};
  event.data.fd = fd; // whatever we like; it comes back with each event
  if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) == -1)
    fail("epoll_ctl");
}

// Takes one connection. If there are more, the listener is reported again.
static void accept_client(int epfd, int listener) {
  const int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
  if (client == -1)
    fail("accept4");
  watch(epfd, client);
}

// Reads once and answers; whether the client stays. Who does not read the answers does not.
static int serve(int client) {
  char buffer[BUFFER_SIZE];
  const ssize_t count = read(client, buffer, sizeof buffer);
  if (count <= 0)
    return count == -1 && errno == EAGAIN;
  const int length = snprintf(buffer, sizeof buffer, "get bytes %zd\n", count);
  return send(client, buffer, (size_t)length, MSG_NOSIGNAL) == length;
}

int main(int argc, char **argv) {
  static struct epoll_event events[MAX_EVENTS];
  const int listener = listen_on(port_of(argc, argv));
  const int epfd = epoll_create1(0);
  if (epfd == -1)
    fail("epoll_create1");
  watch(epfd, listener);

  for (;;) {
    const int count = epoll_wait(epfd, events, MAX_EVENTS, -1);
    if (count == -1)
      fail("epoll_wait");
    for (int i = 0; i < count; i++) {
      const int fd = events[i].data.fd;
      if (fd == listener)
        accept_client(epfd, listener);
      else if (!serve(fd))
        close(fd); // which removes it from the epoll too
    }
  }
}
