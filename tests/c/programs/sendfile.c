// sendfile() between descriptors that are no files.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

static void report(const char *what, ssize_t result) {
  printf(" %s %zd %s", what, result, result < 0 ? strerror(errno) : "");
}

int main(void) {
  int pipes[2], pair[2];
  if (pipe(pipes) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
    return 1;
  const int fds[] = {pipes[0],         pipes[1], pair[0], eventfd(1, 0),
                     epoll_create1(0), 99,       -1,      timerfd_create(CLOCK_MONOTONIC, 0)};
  for (int to = 0; to < 8; to++) {
    for (int from = 0; from < 8; from++) {
      off_t start = 0, before = -1;
      printf("%d <- %d:", to, from);
      // A pipe takes from a socket on Linux, and waits for it.
      if (to != 1 || from != 2)
        report("here", sendfile(fds[to], fds[from], NULL, 5));
      report("nothing", sendfile(fds[to], fds[from], NULL, 0));
      report("there", sendfile(fds[to], fds[from], &start, 5));
      report("before", sendfile(fds[to], fds[from], &before, 5));
      printf("\n");
    }
  }
  return 0;
}
