// eventfd, timerfd and signalfd in one loop: a counter, a clock and signals as descriptors.
//
// Whatever can be waited for is a descriptor, and one epoll waits for all of them. Here the timer
// ticks, each tick adds to the counter, and after three ticks the program signals itself. Signals
// have to be blocked, or they take their usual way instead of waiting in the signalfd.
//
//   cc descriptors.c -o descriptors && ./descriptors
//
// Ctrl-C before the end comes by the signalfd too.

#define _GNU_SOURCE
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define MAX_EVENTS 3
#define PERIOD_NS 200000000
#define TICKS 3

static int epfd, counter, timer, signals;
static uint64_t ticks = 0;

static void fail(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

static void watch(int fd) {
  struct epoll_event event = {.events = EPOLLIN};
  event.data.fd = fd;
  if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) == -1)
    fail("epoll_ctl");
}

// Starts the timer for one tick; with an interval it would go on by itself.
static void arm(void) {
  const struct itimerspec time = {.it_value = {.tv_nsec = PERIOD_NS}};
  if (timerfd_settime(timer, 0, &time, NULL) == -1)
    fail("timerfd_settime");
}

// A read gives how often it has expired since the last one.
static void on_timer(void) {
  uint64_t expired;
  if (read(timer, &expired, sizeof expired) == -1)
    fail("read");
  printf("timerfd: expired %" PRIu64 " time\n", expired);
  ticks++;
  if (write(counter, &ticks, sizeof ticks) == -1)
    fail("write");
  if (ticks < TICKS)
    arm();
}

// A read gives what was added up, and leaves 0.
static void on_counter(void) {
  uint64_t sum;
  if (read(counter, &sum, sizeof sum) == -1)
    fail("read");
  printf("eventfd: %" PRIu64 " was added\n", sum);
  if (ticks == TICKS && kill(getpid(), SIGTERM) == -1)
    fail("kill");
}

static void on_signal(void) {
  struct signalfd_siginfo info;
  if (read(signals, &info, sizeof info) == -1)
    fail("read");
  printf("signalfd: signal %" PRIu32 "\n", info.ssi_signo);
  exit(EXIT_SUCCESS);
}

static void open_all(void) {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGINT);
  sigaddset(&mask, SIGTERM);
  if ((epfd = epoll_create1(0)) == -1)
    fail("epoll_create1");
  if ((counter = eventfd(0, 0)) == -1)
    fail("eventfd");
  if ((timer = timerfd_create(CLOCK_MONOTONIC, 0)) == -1)
    fail("timerfd_create");
  if (sigprocmask(SIG_BLOCK, &mask, NULL) == -1)
    fail("sigprocmask");
  if ((signals = signalfd(-1, &mask, 0)) == -1)
    fail("signalfd");
}

int main(void) {
  struct epoll_event events[MAX_EVENTS];
  setvbuf(stdout, NULL, _IOLBF, 0); // each line at once, into a pipe too
  open_all();
  watch(counter);
  watch(timer);
  watch(signals);
  arm();

  for (;;) {
    const int count = epoll_wait(epfd, events, MAX_EVENTS, -1);
    if (count == -1)
      fail("epoll_wait");
    for (int i = 0; i < count; i++) {
      const int fd = events[i].data.fd;
      if (fd == timer)
        on_timer();
      else if (fd == counter)
        on_counter();
      else
        on_signal();
    }
  }
}
