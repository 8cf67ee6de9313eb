// The process: arguments, environment, options, times, what is forbidden, and an exit by exit().
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void first(void) { printf("registered first, called last\n"); }

static void last(void) { printf("registered last, called first\n"); }

static void arguments(int argc, char **argv) {
  int option;
  while ((option = getopt(argc, argv, "vp:")) != -1)
    printf("option %c %s\n", option, optarg ? optarg : "-");
  for (int i = optind; i < argc; i++)
    printf("argument [%s]\n", argv[i]);
  for (char **at = environ; *at != NULL; at++)
    printf("variable %s\n", *at);
  printf("%s %d\n", getenv("A"), getenv("B") == NULL);
  setenv("B", "new", 1);
  unsetenv("A");
  printf("%s %d\n", getenv("B"), getenv("A") == NULL);
}

static void report(int result) { printf("%d %s\n", result, strerror(errno)); }

static void times(void) {
  struct timespec a, b, rest = {0, 2000000};
  struct timeval now;
  clock_gettime(CLOCK_MONOTONIC, &a);
  nanosleep(&rest, NULL);
  usleep(1000);
  clock_gettime(CLOCK_MONOTONIC, &b);
  const long long ns = (b.tv_sec - a.tv_sec) * 1000000000LL + (b.tv_nsec - a.tv_nsec);
  gettimeofday(&now, NULL);
  printf("slept %d, now %d %d\n", ns >= 3000000, now.tv_sec - time(NULL) <= 0,
         now.tv_usec < 1000000);
  rest.tv_nsec = 1000000000;
  report(nanosleep(&rest, NULL));
  time_t day = 86400;
  char text[64];
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", gmtime(&day));
  printf("%s %d\n", text, clock() >= 0);
}

static void descriptors(void) {
  struct stat stat;
  struct rlimit limit;
  int fds[2];
  if (pipe(fds) < 0)
    return;
  fstat(fds[0], &stat);
  printf("%d %d\n", S_ISFIFO(stat.st_mode), dup2(fds[0], 9));
  printf("%d\n", dup2(9, 9));
  report(dup2(77, 77));
  report((int)lseek(fds[0], 0, SEEK_SET));
  report(isatty(fds[0]));
  printf("%d\n", fcntl(9, F_SETFL, O_NONBLOCK) == 0 && fcntl(9, F_GETFL) & O_NONBLOCK);
  printf("%d %d\n", getrlimit(RLIMIT_NOFILE, &limit), limit.rlim_cur <= limit.rlim_max);
  unsigned char bytes[16] = {0};
  printf("%zd %d\n", getrandom(bytes, sizeof bytes, 0), getentropy(bytes, sizeof bytes));
  report(waitpid(-1, NULL, 0));
  report(fopen("/no/such/file", "r") != NULL);
}

int main(int argc, char **argv) {
  atexit(first);
  atexit(last);
  arguments(argc, argv);
  times();
  descriptors();
  exit(300);
}
