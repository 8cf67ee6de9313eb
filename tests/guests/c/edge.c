// The edge-triggered epoll server: prints what its clients send.
//
// With EPOLLET epoll_wait reports a descriptor once when something has come, not for as long as
// something is there. Whoever then leaves a byte unread, or a connection waiting, may never hear of
// it again: so accept and read are repeated until they answer EAGAIN, and nothing may block.
//
//   cc edge.c -o edge && ./edge
//   nc 127.0.0.1 8080
//
// Another port can follow the name: ./edge 9000

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT "8080"
#define MAX_EVENTS 64
#define BUFFER_SIZE 256

static void fail(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

static void set_nonblocking(int fd) {
  const int flags = fcntl(fd, F_GETFL, 0);
  if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
    fail("fcntl");
}

// AI_PASSIVE in the hints would make it every address of this machine, not 127.0.0.1 alone.
static int listen_on(const char *port) {
  const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  struct addrinfo *address;
  const int error = getaddrinfo(NULL, port, &hints, &address);
  if (error != 0) {
    fprintf(stderr, "getaddrinfo: %s\n", gai_strerror(error));
    exit(EXIT_FAILURE);
  }
  const int on = 1;
  const int fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
  if (fd == -1)
    fail("socket");
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
    fail("setsockopt");
  if (bind(fd, address->ai_addr, address->ai_addrlen) == -1)
    fail("bind");
  freeaddrinfo(address);
  set_nonblocking(fd);
  if (listen(fd, SOMAXCONN) == -1)
    fail("listen");
  return fd;
}

static void watch(int epfd, int fd) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLET};
  event.data.fd = fd;
  if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) == -1)
    fail("epoll_ctl");
}

// Takes all connections that wait: there is one edge for all of them.
static void accept_all(int epfd, int listener) {
  for (;;) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    const int client = accept(listener, (struct sockaddr *)&address, &length);
    if (client == -1 && errno == EAGAIN)
      return;
    if (client == -1)
      fail("accept");
    if (getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
      printf("Accepted connection on descriptor %d (host=%s, port=%s)\n", client, host, port);
    set_nonblocking(client);
    watch(epfd, client);
  }
}

// Reads and prints all that has come; whether the client stays.
static int read_all(int client) {
  char buffer[BUFFER_SIZE];
  ssize_t count;
  while ((count = read(client, buffer, sizeof buffer)) > 0) {
    if (write(STDOUT_FILENO, buffer, (size_t)count) == -1)
      fail("write");
  }
  return count == -1 && errno == EAGAIN;
}

int main(int argc, char **argv) {
  struct epoll_event events[MAX_EVENTS];
  setvbuf(stdout, NULL, _IOLBF, 0); // each line at once, or write() overtakes it in a pipe
  const int listener = listen_on(argc > 1 ? argv[1] : PORT);
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
      if ((events[i].events & (EPOLLERR | EPOLLHUP)) || !(events[i].events & EPOLLIN)) {
        fprintf(stderr, "epoll error\n"); // the connection was reset
        close(fd);
      } else if (fd == listener) {
        accept_all(epfd, listener);
      } else if (!read_all(fd)) {
        printf("Closed connection on descriptor %d\n", fd);
        close(fd); // which removes it from the epoll too
      }
    }
  }
}
