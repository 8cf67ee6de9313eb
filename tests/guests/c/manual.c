// The example of epoll(7), with a main around it: echoes what clients send, ends with "quit".
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_EVENTS 10

static void setnonblocking(int sock) { fcntl(sock, F_SETFL, fcntl(sock, F_GETFL) | O_NONBLOCK); }

static void do_use_fd(int fd) {
  char buffer[512];
  ssize_t size;
  while ((size = read(fd, buffer, sizeof buffer)) > 0) {
    if (write(fd, buffer, (size_t)size) != size)
      exit(EXIT_FAILURE);
    if (memmem(buffer, (size_t)size, "quit", 4) != NULL)
      exit(EXIT_SUCCESS);
  }
  if (size == 0)
    close(fd);
}

static int listening(unsigned short port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  int one = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 16) < 0) {
    perror("listen");
    exit(EXIT_FAILURE);
  }
  return fd;
}

int main(int argc, char **argv) {
  struct epoll_event ev, events[MAX_EVENTS];
  struct sockaddr_storage addr;
  int listen_sock = listening((unsigned short)(argc > 1 ? atoi(argv[1]) : 0));
  int conn_sock, nfds;

  int epollfd = epoll_create1(0);
  if (epollfd == -1) {
    perror("epoll_create1");
    exit(EXIT_FAILURE);
  }

  ev.events = EPOLLIN;
  ev.data.fd = listen_sock;
  if (epoll_ctl(epollfd, EPOLL_CTL_ADD, listen_sock, &ev) == -1) {
    perror("epoll_ctl: listen_sock");
    exit(EXIT_FAILURE);
  }

  for (;;) {
    nfds = epoll_wait(epollfd, events, MAX_EVENTS, -1);
    if (nfds == -1) {
      perror("epoll_wait");
      exit(EXIT_FAILURE);
    }

    for (int n = 0; n < nfds; ++n) {
      if (events[n].data.fd == listen_sock) {
        socklen_t addrlen = sizeof addr;
        conn_sock = accept(listen_sock, (struct sockaddr *)&addr, &addrlen);
        if (conn_sock == -1) {
          perror("accept");
          exit(EXIT_FAILURE);
        }
        setnonblocking(conn_sock);
        ev.events = EPOLLIN | EPOLLET;
        ev.data.fd = conn_sock;
        if (epoll_ctl(epollfd, EPOLL_CTL_ADD, conn_sock, &ev) == -1) {
          perror("epoll_ctl: conn_sock");
          exit(EXIT_FAILURE);
        }
      } else {
        do_use_fd(events[n].data.fd);
      }
    }
  }
}
