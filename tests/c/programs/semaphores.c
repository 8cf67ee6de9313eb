// Semaphores of a program with one thread: who waits is woken by a signal's handler or by time.
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

static sem_t semaphore;
static volatile sig_atomic_t posts;

static void on_alarm(int number) {
  (void)number;
  if (posts)
    sem_post(&semaphore);
}

static void report(const char *what, int result) {
  int value = -1;
  const int error = errno;
  sem_getvalue(&semaphore, &value);
  printf("%s: %d %s, now %d\n", what, result, result < 0 ? strerror(error) : "", value);
}

// Repeated, so that one which comes before the wait does no harm.
static void ring(long usec) {
  const struct itimerval often = {{0, usec}, {0, usec}};
  setitimer(ITIMER_REAL, &often, NULL);
}

int main(void) {
  const struct timespec past = {1, 0};
  const struct timespec wrong = {1, 1000000000};
  struct sigaction action = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &action, NULL);
  report("too many", sem_init(&semaphore, 0, (unsigned)INT_MAX + 1));
  report("init", sem_init(&semaphore, 0, 2));
  report("wait", sem_wait(&semaphore));
  report("timedwait", sem_timedwait(&semaphore, &past));
  report("trywait at 0", sem_trywait(&semaphore));
  report("timedwait at 0", sem_timedwait(&semaphore, &past));
  report("timedwait for nonsense", sem_timedwait(&semaphore, &wrong));
  ring(20000);
  report("interrupted", sem_wait(&semaphore));
  ring(0);
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, NULL);
  posts = 1;
  const struct itimerval once = {{0, 0}, {0, 20000}};
  setitimer(ITIMER_REAL, &once, NULL);
  report("posted by a handler", sem_wait(&semaphore));
  report("post", sem_post(&semaphore));
  report("init to the most", sem_init(&semaphore, 0, INT_MAX));
  report("post past the most", sem_post(&semaphore));
  report("destroy", sem_destroy(&semaphore));
  return 0;
}
