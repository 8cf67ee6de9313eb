// errno is Linux's whoever sets it: a system call, the library here, or wasi-libc's own code.
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wchar.h>

static void report(const char *what) {
  printf("%s: %d %s\n", what, errno, strerror(errno));
  errno = 0;
}

int main(void) {
  char *volatile end = NULL;
  char buffer[64];
  errno = 0;
  strtoll("99999999999999999999", (char **)&end, 10);
  report("strtoll");
  volatile size_t huge = (size_t)-1 / 2;
  void *volatile nothing = malloc(huge);
  if (nothing == NULL)
    report("malloc");
  close(99);
  report("close");
  if (read(99, buffer, 1) < 0)
    strtoll("99999999999999999999", (char **)&end, 10);
  report("read, then strtoll");
  strtoll("99999999999999999999", (char **)&end, 10);
  if (read(99, buffer, 1) < 0)
    report("strtoll, then read");
  epoll_ctl(0, EPOLL_CTL_ADD, 0, NULL);
  report("epoll_ctl");
  socket(99, SOCK_STREAM, 0);
  report("socket");
  setenv("", "x", 1);
  report("setenv");
  errno = EAGAIN;
  printf("kept: %d\n", errno == EWOULDBLOCK);
  errno = ECONNREFUSED;
  printf("%%m: %m, after it %d\n", errno);
  snprintf(buffer, sizeof buffer, "%m");
  printf("snprintf: %s\n", buffer);
  errno = 0;
  strtoll("99999999999999999999", (char **)&end, 10);
  printf("%%m of strtoll: %m\n");
  dup2(1, 2);
  fflush(stdout);
  errno = EADDRINUSE;
  perror("perror");
  perror("");
  for (int i = -1; i < 140; i++)
    printf("%d %s\n", i, strerror(i));
  const int others[] = {-2, INT_MIN, INT_MAX, 65535, 65536, 65537, 65538, 131074};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    printf("%d %s", others[i], strerror(others[i]));
    errno = others[i];
    printf(", %m\n");
  }
  printf("%d ", strerror_r(ENOENT, buffer, sizeof buffer));
  printf("%s\n", buffer);
  printf("%d ", strerror_r(ENOENT, buffer, 8));
  printf("%s\n", buffer);
  for (int i = 0; i < 67; i++)
    printf("%s\n", strsignal(i));
  return 0;
}
