// What it takes the kernel to close many TCP connections: `closes N ROUNDS` prints, for each round
// and end, N and the nanoseconds that closing them took. The server's are watched by an epoll.
#define _GNU_SOURCE
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void need(int result, const char *what) {
  if (result < 0) {
    perror(what);
    exit(1);
  }
}

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void close_all(const int *fds, int count) {
  long long begin = now_ns();
  for (int i = 0; i < count; i++)
    close(fds[i]);
  printf("%d %lld\n", count, now_ns() - begin);
  fflush(stdout);
}

// As in a host of guests, the table of descriptors is shared.
static void *sleeper(void *argument) {
  pause();
  return argument;
}

// The other process: connects, waits until the server has closed, then closes.
static void connect_all(const struct sockaddr_in *at, int *fds, int count, int closed) {
  char byte;
  for (int i = 0; i < count; i++) {
    need(fds[i] = socket(AF_INET, SOCK_STREAM, 0), "socket");
    need(connect(fds[i], (const struct sockaddr *)at, sizeof *at), "connect");
  }
  need((int)read(closed, &byte, 1), "read");
  close_all(fds, count);
  _exit(0);
}

static void round_of(int *fds, int count) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof at;
  struct epoll_event event = {.events = EPOLLIN};
  int closed[2], status;
  int listener = socket(AF_INET, SOCK_STREAM, 0), epfd = epoll_create1(0);
  need(bind(listener, (struct sockaddr *)&at, sizeof at), "bind");
  need(listen(listener, 4096), "listen");
  need(getsockname(listener, (struct sockaddr *)&at, &length), "getsockname");
  need(pipe(closed), "pipe");
  pid_t pid = fork();
  need(pid, "fork");
  if (pid == 0) {
    close(closed[1]);
    connect_all(&at, fds, count, closed[0]);
  }
  for (int i = 0; i < count; i++) {
    need(fds[i] = accept(listener, NULL, NULL), "accept");
    need(epoll_ctl(epfd, EPOLL_CTL_ADD, fds[i], &event), "epoll_ctl");
  }
  close_all(fds, count);
  close(closed[1]);
  waitpid(pid, &status, 0);
  close(closed[0]);
  close(listener);
  close(epfd);
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 0;
  int rounds = argc > 2 ? atoi(argv[2]) : 1;
  int *fds = calloc((size_t)count + 1, sizeof *fds);
  pthread_t thread;
  if (count <= 0 || !fds) {
    fprintf(stderr, "usage: closes N [ROUNDS]\n");
    return 2;
  }
  pthread_create(&thread, NULL, sleeper, NULL);
  for (int i = 0; i < rounds; i++)
    round_of(fds, count);
  free(fds);
  return 0;
}
