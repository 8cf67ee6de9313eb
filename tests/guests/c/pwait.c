// epoll_pwait and a signal: the race that it cures.
//
// A loop sleeps until there is something to do, be it an event or a signal, whose handler sets a
// variable. A signal that comes after the loop has looked at the variable and before it sleeps is
// handled, and then slept over. The cure is to keep the signal blocked except while asleep:
// epoll_pwait unblocks it, sleeps and blocks it again in one step.
//
//   cc pwait.c -o pwait && ./pwait
//   kill -USR1 PID    # of that process, from another terminal; then Ctrl-C

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define TIMEOUT_MS 100

static volatile sig_atomic_t count = 0;
static volatile sig_atomic_t ended = 0;

static void fail(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

static void on_usr1(int signum) {
  (void)signum;
  count++;
}

static void on_end(int signum) {
  (void)signum;
  ended = 1;
}

static void handle(int signum, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler};
  sigemptyset(&action.sa_mask);
  if (sigaction(signum, &action, NULL) == -1)
    fail("sigaction");
}

static void signal_myself(void) {
  if (kill(getpid(), SIGUSR1) == -1)
    fail("kill");
}

// For ever, with no signal blocked.
static int sleep_in(int epfd) {
  struct epoll_event event;
  sigset_t none;
  sigemptyset(&none);
  return epoll_pwait(epfd, &event, 1, -1, &none);
}

static const char *text(int result) {
  static char number[12];
  if (result == -1)
    return errno == EINTR ? "EINTR" : "an error";
  snprintf(number, sizeof number, "%d", result);
  return number;
}

int main(void) {
  struct epoll_event event;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  setvbuf(stdout, NULL, _IOLBF, 0); // each line at once, into a pipe too
  handle(SIGUSR1, on_usr1);
  handle(SIGINT, on_end);
  handle(SIGTERM, on_end);
  const int epfd = epoll_create1(0); // watches nothing: signals will do
  if (epfd == -1)
    fail("epoll_create1");

  if (count == 0) {
    signal_myself(); // as if somebody did, in this very moment
    const int result = epoll_wait(epfd, &event, 1, TIMEOUT_MS);
    printf("epoll_wait: %d signal handled, %s after all of the timeout\n", count, text(result));
  }

  count = 0;
  if (sigprocmask(SIG_BLOCK, &signals, NULL) == -1)
    fail("sigprocmask");
  if (count == 0) {
    signal_myself();
    const int result = sleep_in(epfd);
    printf("epoll_pwait: %d signal handled, %s at once\n", count, text(result));
  }

  while (!ended) {
    count = 0;
    printf("waiting for signals\n");
    sleep_in(epfd);
    if (count > 0)
      printf("SIGUSR1\n");
  }
  printf("the end\n");
}
