// The C twin of guests/crossing.ts: what the bare system call costs, writing 8 bytes to an eventfd.
// Prints a line for each batch: calls, nanoseconds.
//
// usage: crossing [threads]   threads: with a second one, which sleeps. The table of descriptors is
// shared then, and the kernel counts references to a file in every call, as it does in any host
// that has threads.
#define _GNU_SOURCE
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

// A batch is shorter than a turn of the scheduler: most are not interrupted, and the median is not.
enum { CALLS = 2000, BATCHES = 500 };

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *sleep_on(void *none) {
  pause();
  return none;
}

int main(int argc, char **argv) {
  (void)argv;
  pthread_t second;
  if (argc > 1 && pthread_create(&second, NULL, sleep_on, NULL) != 0)
    return 1;
  const uint64_t one = 1;
  int fd = eventfd(0, EFD_NONBLOCK);
  if (fd < 0)
    return 1;
  for (int batch = 0; batch < BATCHES; batch++) {
    int64_t began = now_ns();
    for (int i = 0; i < CALLS; i++)
      if (write(fd, &one, sizeof one) != sizeof one)
        return 1;
    printf("%d %" PRId64 "\n", CALLS, now_ns() - began);
  }
  return 0;
}
