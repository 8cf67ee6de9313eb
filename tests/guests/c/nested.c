// Nested epoll: an epoll is a descriptor too, and can be watched by another one.
//
// It is readable while one of its own descriptors is ready. So a program can have groups: here the
// outer epoll watches one of urgent and one of ordinary pipes, and whatever is urgent goes first,
// however much else is ready. An epoll that would watch itself, through others, is ELOOP.
//
//   cc nested.c -o nested && ./nested

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MAX_EVENTS 2
#define BUFFER_SIZE 64

static struct epoll_event events[MAX_EVENTS];

static void fail(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

static int new_epoll(void) {
  const int epfd = epoll_create1(0);
  if (epfd == -1)
    fail("epoll_create1");
  return epfd;
}

static int watch(int epfd, int fd) {
  struct epoll_event event = {.events = EPOLLIN};
  event.data.fd = fd;
  return epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event);
}

// A pipe, watched by a group; where to write to it.
static int pipe_in(int group) {
  int pipefd[2];
  if (pipe(pipefd) == -1)
    fail("pipe");
  if (watch(group, pipefd[0]) == -1)
    fail("epoll_ctl");
  return pipefd[1];
}

static void send_to(int wfd, const char *text) {
  if (write(wfd, text, strlen(text)) == -1)
    fail("write");
}

// How many are ready, without waiting; `events` has them.
static int ready(int epfd) {
  const int count = epoll_wait(epfd, events, MAX_EVENTS, 0);
  if (count == -1)
    fail("epoll_wait");
  return count;
}

int main(void) {
  char buffer[BUFFER_SIZE];
  const int urgent = new_epoll();
  const int ordinary = new_epoll();
  const int outer = new_epoll();
  if (watch(outer, urgent) == -1 || watch(outer, ordinary) == -1)
    fail("epoll_ctl");
  const int is_loop = watch(urgent, outer) == -1 && errno == ELOOP;
  printf("the urgent one watching the outer one: %s\n", is_loop ? "ELOOP" : "no ELOOP");

  const int mail = pipe_in(ordinary);
  const int news = pipe_in(ordinary);
  const int alarm = pipe_in(urgent);
  printf("ready in the outer one: %d\n", ready(outer));
  send_to(mail, "mail");
  send_to(news, "news");
  printf("ready in the outer one: %d\n", ready(outer));
  send_to(alarm, "fire");
  printf("ready in the outer one: %d\n", ready(outer));

  while (ready(outer) > 0) {
    const int is_urgent = ready(urgent) > 0;
    if (!is_urgent)
      ready(ordinary);
    const ssize_t count = read(events[0].data.fd, buffer, sizeof buffer);
    if (count == -1)
      fail("read");
    printf("%s: %.*s\n", is_urgent ? "urgent" : "ordinary", (int)count, buffer);
  }
  printf("nothing is left\n");
}
