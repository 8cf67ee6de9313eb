// The example of epoll(7): the listener is level-triggered, the connections are edge-triggered.
//
// The manual page leaves open what do_use_fd does; here it sends back what it reads. It has to go
// on until EAGAIN, be it of reading or of sending, and to find its place again at the next edge. It
// keeps that place in the kernel: what could not be sent was not read yet.
//
//   cc manual.c -o manual && ./manual
//   nc 127.0.0.1 9878
//
// Another port can follow the name: ./manual 9000

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 9878
#define MAX_EVENTS 10
#define BUFFER_SIZE 4096

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

static void setnonblocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
    fail("fcntl");
}

// Sends back what has come, until there is no more of it, or no more room.
static void do_use_fd(int fd) {
  char buffer[BUFFER_SIZE];
  ssize_t count;
  while ((count = recv(fd, buffer, sizeof buffer, MSG_PEEK)) > 0) {
    const ssize_t sent = send(fd, buffer, (size_t)count, MSG_NOSIGNAL);
    if (sent == -1)
      break;
    recv(fd, buffer, (size_t)sent, 0); // takes what was sent
  }
  if (count == 0 || errno != EAGAIN)
    close(fd); // the end, or an error
}

int main(int argc, char **argv) {
  struct epoll_event ev, events[MAX_EVENTS];
  struct sockaddr_storage addr;
  const int listen_sock = listen_on(port_of(argc, argv));

  const int epollfd = epoll_create1(0);
  if (epollfd == -1)
    fail("epoll_create1");
  ev.events = EPOLLIN;
  ev.data.fd = listen_sock;
  if (epoll_ctl(epollfd, EPOLL_CTL_ADD, listen_sock, &ev) == -1)
    fail("epoll_ctl: listen_sock");

  for (;;) {
    const int nfds = epoll_wait(epollfd, events, MAX_EVENTS, -1);
    if (nfds == -1)
      fail("epoll_wait");
    for (int n = 0; n < nfds; n++) {
      if (events[n].data.fd != listen_sock) {
        do_use_fd(events[n].data.fd);
        continue;
      }
      socklen_t addrlen = sizeof addr;
      const int conn_sock = accept(listen_sock, (struct sockaddr *)&addr, &addrlen);
      if (conn_sock == -1)
        fail("accept");
      setnonblocking(conn_sock);
      ev.events = EPOLLIN | EPOLLOUT | EPOLLET; // EPOLLOUT: there is room again to send
      ev.data.fd = conn_sock;
      if (epoll_ctl(epollfd, EPOLL_CTL_ADD, conn_sock, &ev) == -1)
        fail("epoll_ctl: conn_sock");
    }
  }
}
