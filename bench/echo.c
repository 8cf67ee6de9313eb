// The C rival: an echo server as a C programmer writes it for speed, level-triggered epoll.
// usage: echo PORT   (0: any free one; prints "listening on 127.0.0.1:PORT")
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_BYTES = 16 * 1024, EVENTS_MAX = 512, BACKLOG = 4096 };

// What one write did not take. While it waits the connection is not read: the kernel's buffers
// fill and the sender stops, so a client that never reads costs one buffer and no more.
struct pending {
  size_t from, to;
  char bytes[BUFFER_BYTES];
};

static char buffer[BUFFER_BYTES];
static struct pending **pending_of; // by descriptor; NULL while nothing waits
static int epfd;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void watch(int op, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(epfd, op, fd, &event) < 0)
    die("epoll_ctl");
}

static void drop(int fd) {
  free(pending_of[fd]);
  pending_of[fd] = NULL;
  close(fd);
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED)
        continue;
      if (errno == EAGAIN)
        return;
      die("accept4");
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
  }
}

static void keep(int fd, const char *rest, size_t length) {
  struct pending *p = malloc(sizeof *p);
  if (p == NULL)
    die("malloc");
  memcpy(p->bytes, rest, length);
  p->from = 0;
  p->to = length;
  pending_of[fd] = p;
  watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

// A short read needs no second one: level-triggered epoll tells of what comes later.
static void echo(int fd) {
  ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  if (n <= 0) {
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    drop(fd);
    return;
  }
  ssize_t sent = send(fd, buffer, (size_t)n, MSG_NOSIGNAL);
  if (sent == n)
    return;
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) {
      drop(fd);
      return;
    }
    sent = 0;
  }
  keep(fd, buffer + sent, (size_t)(n - sent));
}

static void flush_pending(int fd) {
  struct pending *p = pending_of[fd];
  ssize_t sent = send(fd, p->bytes + p->from, p->to - p->from, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR)
      drop(fd);
    return;
  }
  p->from += (size_t)sent;
  if (p->from < p->to)
    return;
  free(p);
  pending_of[fd] = NULL;
  watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

static int listen_on(uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    die("socket");
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (bind(fd, (struct sockaddr *)&address, length) < 0)
    die("bind");
  if (listen(fd, BACKLOG) < 0)
    die("listen");
  if (getsockname(fd, (struct sockaddr *)&address, &length) < 0)
    die("getsockname");
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: echo PORT\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) < 0)
    die("getrlimit");
  files.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &files) < 0)
    die("setrlimit");
  pending_of = calloc(files.rlim_max, sizeof *pending_of);
  if (pending_of == NULL)
    die("calloc");
  epfd = epoll_create1(EPOLL_CLOEXEC);
  if (epfd < 0)
    die("epoll_create1");
  int listener = listen_on((uint16_t)atoi(argv[1]));
  watch(EPOLL_CTL_ADD, listener, EPOLLIN);

  struct epoll_event events[EVENTS_MAX];
  for (;;) {
    int count = epoll_wait(epfd, events, EVENTS_MAX, -1);
    if (count < 0 && errno != EINTR)
      die("epoll_wait");
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == listener)
        accept_all(listener);
      else if (pending_of[fd] != NULL)
        flush_pending(fd);
      else
        echo(fd);
    }
  }
}
