// select() and pselect(): what is ready in which set, the rest of the time, and errors.
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static void show(const char *what, int result, int fd, fd_set *sets) {
  printf("%s: %d", what, result);
  for (int i = 0; i < 3; i++)
    printf(" %d", FD_ISSET(fd, &sets[i]) != 0);
  printf(" %s\n", result < 0 ? strerror(errno) : "");
}

static void report(int result) { printf("%d %s\n", result, strerror(errno)); }

static void ask(const char *what, int fd) {
  fd_set sets[3];
  struct timeval none = {0, 0};
  for (int i = 0; i < 3; i++) {
    FD_ZERO(&sets[i]);
    FD_SET(fd, &sets[i]);
  }
  int result = select(fd + 1, &sets[0], &sets[1], &sets[2], &none);
  show(what, result, fd, sets);
}

int main(void) {
  int pair[2], fds[2];
  fd_set set;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 || pipe(fds) < 0)
    return 1;
  ask("idle socket", pair[0]);
  if (write(pair[1], "x", 1) == 1)
    ask("readable socket", pair[0]);
  ask("empty pipe", fds[0]);
  ask("its other end", fds[1]);
  close(fds[1]);
  ask("pipe without writers", fds[0]);
  close(pair[1]);
  ask("socket without a peer", pair[0]);
  struct timeval wait = {0, 20000};
  FD_ZERO(&set);
  FD_SET(fds[0], &set);
  printf("hang-up asked for as writable: %d\n", select(fds[0] + 1, NULL, &set, NULL, &wait));
  printf("the time is used up: %d\n", wait.tv_sec == 0 && wait.tv_usec == 0);
  wait = (struct timeval){5, 0};
  FD_SET(fds[0], &set);
  printf("ready at once: %d\n", select(fds[0] + 1, &set, NULL, NULL, &wait));
  printf("most of the time is left: %d\n", wait.tv_sec == 4);
  wait = (struct timeval){INT64_MAX, 1000000};
  FD_SET(fds[0], &set);
  printf("with all the time there is: %d", select(fds[0] + 1, &set, NULL, NULL, &wait));
  printf(" %d\n", wait.tv_sec > INT64_MAX / 2);
  wait = (struct timeval){INT64_MAX - 1, 1999999};
  printf("and almost all: %d", select(fds[0] + 1, &set, NULL, NULL, &wait));
  printf(" %d\n", wait.tv_sec > INT64_MAX / 2);
  close(fds[0]);
  ask("closed", fds[0]);
  report(select(-1, NULL, NULL, NULL, NULL));
  wait = (struct timeval){-1, 0};
  report(select(0, NULL, NULL, NULL, &wait));
  struct timespec rest = {0, 1000000};
  int result = pselect(0, NULL, NULL, NULL, &rest, NULL);
  printf("%d %ld\n", result, (long)rest.tv_nsec);
  return 0;
}
