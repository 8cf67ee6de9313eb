// EPOLLONESHOT: who is reported is disarmed, and armed again when the work is done.
//
// A server that queues its work must not queue a connection twice; threads that share an epoll must
// not serve one at the same time. With EPOLLONESHOT nothing of a connection is reported after the
// first event, whatever comes, until EPOLL_CTL_MOD arms it again. What has come meanwhile, or was
// left, is reported then: nothing is lost.
//
//   cc oneshot.c -o oneshot && ./oneshot
//   nc 127.0.0.1 9879
//
// Type a line longer than 16 bytes. Another port can follow the name: ./oneshot 9000

#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 9879
#define MAX_EVENTS 64
#define MAX_DESCRIPTORS 4096
#define BUFFER_SIZE 16 // small, so that something is left

// Connections to be served, each of them once at most: so there is room for all.
static int queue[MAX_DESCRIPTORS];
static int first = 0;
static int queued = 0;

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

static void control(int epfd, int op, int fd, uint32_t interest) {
  struct epoll_event event = {.events = interest};
  event.data.fd = fd;
  if (epoll_ctl(epfd, op, fd, &event) == -1)
    fail("epoll_ctl");
}

static void accept_client(int epfd, int listener) {
  const int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
  if (client == -1)
    fail("accept4");
  if (client < MAX_DESCRIPTORS)
    control(epfd, EPOLL_CTL_ADD, client, EPOLLIN | EPOLLONESHOT);
  else
    close(client);
}

static void push(int client) {
  queue[(first + queued) % MAX_DESCRIPTORS] = client;
  queued++;
}

static int shift(void) {
  const int client = queue[first];
  first = (first + 1) % MAX_DESCRIPTORS;
  queued--;
  return client;
}

// Reads once and sends it back, then asks for the next event.
static void work(int epfd, int client) {
  char buffer[BUFFER_SIZE];
  const ssize_t count = read(client, buffer, sizeof buffer);
  if (count > 0 && send(client, buffer, (size_t)count, MSG_NOSIGNAL) == count) {
    printf("descriptor %d: %zd bytes, armed again\n", client, count);
    control(epfd, EPOLL_CTL_MOD, client, EPOLLIN | EPOLLONESHOT);
  } else {
    printf("descriptor %d: closed\n", client); // its end, an error, or it does not read
    close(client);
  }
}

int main(int argc, char **argv) {
  struct epoll_event events[MAX_EVENTS];
  setvbuf(stdout, NULL, _IOLBF, 0); // each line at once, into a pipe too
  const int listener = listen_on(port_of(argc, argv));
  const int epfd = epoll_create1(0);
  if (epfd == -1)
    fail("epoll_create1");
  control(epfd, EPOLL_CTL_ADD, listener, EPOLLIN);

  for (;;) {
    const int count = epoll_wait(epfd, events, MAX_EVENTS, queued > 0 ? 0 : -1);
    if (count == -1)
      fail("epoll_wait");
    for (int i = 0; i < count; i++) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        accept_client(epfd, listener);
      } else {
        printf("descriptor %d is ready, and disarmed\n", fd);
        push(fd);
      }
    }
    // One piece of work each turn. Its bytes are still unread here, but epoll is silent about them.
    if (count == 0 && queued > 0)
      work(epfd, shift());
  }
}
