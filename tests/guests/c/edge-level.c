// Edge against level, with the steps of epoll(7): 2 KB are written to a pipe and 1 KB is read.
//
// A level-triggered epoll reports the other 1 KB, an edge-triggered one does not: nothing has come
// since. Whoever waited here would wait for ever, with half of the data in the pipe. What helps is
// to read until EAGAIN, or something new that comes.
//
//   cc edge-level.c -o edge-level && ./edge-level

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define KIB 1024

static char buffer[2 * KIB];

static void fail(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

static void write_to(int fd, size_t count) {
  const ssize_t result = write(fd, buffer, count);
  if (result == -1)
    fail("write");
  printf("  write %zu = %zd\n", count, result);
}

static void read_from(int fd, size_t count) {
  const ssize_t result = read(fd, buffer, count);
  if (result != -1)
    printf("  read %zu = %zd\n", count, result);
  else if (errno == EAGAIN)
    printf("  read %zu = EAGAIN\n", count);
  else
    fail("read");
}

// Looks only, with a timeout of 0: nobody else writes to the pipe.
static void look(int epfd) {
  struct epoll_event event;
  const int count = epoll_wait(epfd, &event, 1, 0);
  if (count == -1)
    fail("epoll_wait");
  printf("  epoll_wait = %d\n", count);
}

static void show(uint32_t events) {
  int pipefd[2];
  if (pipe2(pipefd, O_NONBLOCK) == -1)
    fail("pipe2");
  const int rfd = pipefd[0];
  const int wfd = pipefd[1];
  const int epfd = epoll_create1(0);
  if (epfd == -1)
    fail("epoll_create1");
  struct epoll_event event = {.events = events};
  event.data.fd = rfd;
  if (epoll_ctl(epfd, EPOLL_CTL_ADD, rfd, &event) == -1)
    fail("epoll_ctl");

  look(epfd);
  write_to(wfd, 2 * KIB);
  look(epfd);
  read_from(rfd, KIB);
  look(epfd);
  write_to(wfd, 1);
  look(epfd);
  read_from(rfd, 2 * KIB);
  read_from(rfd, 2 * KIB);
  look(epfd);

  close(rfd);
  close(wfd);
  close(epfd);
}

int main(void) {
  printf("level-triggered\n");
  show(EPOLLIN);
  printf("edge-triggered\n");
  show(EPOLLIN | EPOLLET);
}
