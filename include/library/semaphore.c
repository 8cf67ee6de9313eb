// Semaphores of the one thread: who waits at 0, waits for a signal's handler to post.
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <time.h>

#include "linux.h"

static volatile int *value_of(sem_t *semaphore) { return &semaphore->__val[0]; }

int sem_init(sem_t *semaphore, int shared, unsigned value) {
  (void)shared;
  if (value > INT_MAX)
    return __failed(EINVAL);
  *value_of(semaphore) = (int)value;
  return 0;
}

int sem_destroy(sem_t *semaphore) {
  (void)semaphore;
  return 0;
}

int sem_getvalue(sem_t *__restrict semaphore, int *__restrict value) {
  *value = *value_of(semaphore);
  return 0;
}

int sem_post(sem_t *semaphore) {
  if (*value_of(semaphore) == INT_MAX)
    return __failed(EOVERFLOW);
  ++*value_of(semaphore);
  return 0;
}

int sem_trywait(sem_t *semaphore) {
  if (*value_of(semaphore) == 0)
    return __failed(EAGAIN);
  --*value_of(semaphore);
  return 0;
}

// Whether a handler that interrupted the wait has posted: otherwise EINTR is the result.
static int wake(sem_t *semaphore) {
  return *value_of(semaphore) > 0 ? sem_trywait(semaphore) : __failed(EINTR);
}

int sem_wait(sem_t *semaphore) {
  if (*value_of(semaphore) > 0)
    return sem_trywait(semaphore);
  __linux_poll(NULL, 0, -1);
  return wake(semaphore);
}

int sem_timedwait(sem_t *__restrict semaphore, const struct timespec *__restrict time) {
  if (*value_of(semaphore) > 0)
    return sem_trywait(semaphore);
  if (time->tv_nsec < 0 || time->tv_nsec >= 1000000000)
    return __failed(EINVAL);
  if (time->tv_sec < 0)
    return __failed(ETIMEDOUT);
  const int result = clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, time, NULL);
  return result == EINTR ? wake(semaphore) : __failed(result == 0 ? ETIMEDOUT : result);
}

// Those with names are files.
sem_t *sem_open(const char *name, int flags, ...) {
  (void)name;
  (void)flags;
  __failed(ENOSYS);
  return SEM_FAILED;
}

int sem_close(sem_t *semaphore) {
  (void)semaphore;
  return __failed(EINVAL);
}

int sem_unlink(const char *name) {
  (void)name;
  return __failed(ENOENT);
}
