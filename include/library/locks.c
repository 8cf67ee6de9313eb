// Mutexes, conditions and the other locks of pthread.h, for the one thread there is. A lock knows
// only whether it is held: the holder is always the same.
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "linux.h"
#include "threads.h"

enum { NSEC_PER_SEC = 1000000000 };

_Noreturn void __deadlock(const char *call) {
  fprintf(stderr, "%s: deadlock: only this thread could end the wait, and it is waiting\n", call);
  abort();
}

static int is_time(const struct timespec *time) {
  return time->tv_nsec >= 0 && time->tv_nsec < NSEC_PER_SEC;
}

// Sleeps until then, and what a timed wait returns: 0 when a signal's handler has run.
static int wait_until(clockid_t clock, const struct timespec *time) {
  if (!is_time(time))
    return EINVAL;
  if (time->tv_sec < 0)
    return ETIMEDOUT;
  const int result = clock_nanosleep(clock, TIMER_ABSTIME, time, NULL);
  if (result == 0)
    return ETIMEDOUT;
  return result == EINTR ? 0 : result;
}

// The same without being interrupted, for locks.
static int time_out(const struct timespec *time) {
  int result;
  do
    result = wait_until(CLOCK_REALTIME, time);
  while (result == 0);
  return result;
}

// ---- mutexes ------------------------------------------------------------------------------------

struct mutex {
  int type;
  int held;
};

struct mutexattr {
  unsigned type : 2;
  unsigned shared : 1;
  unsigned robust : 1;
  unsigned protocol : 2;
};

_Static_assert(sizeof(struct mutex) <= sizeof(pthread_mutex_t), "mutex");
_Static_assert(sizeof(struct mutexattr) <= sizeof(pthread_mutexattr_t), "mutexattr");

static struct mutex *mutex_of(pthread_mutex_t *mutex) { return (struct mutex *)mutex; }

int pthread_mutex_init(pthread_mutex_t *__restrict mutex,
                       const pthread_mutexattr_t *__restrict attributes) {
  const struct mutexattr *given = (const struct mutexattr *)attributes;
  memset(mutex, 0, sizeof *mutex);
  mutex_of(mutex)->type = given == NULL ? PTHREAD_MUTEX_DEFAULT : (int)given->type;
  return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex) { return mutex_of(mutex)->held ? EBUSY : 0; }

// Takes it where it can be taken; otherwise the error of its type, EBUSY where it has none.
static int take(struct mutex *mutex) {
  if (mutex->held == 0 || mutex->type == PTHREAD_MUTEX_RECURSIVE) {
    if (mutex->held == INT_MAX)
      return EAGAIN;
    mutex->held++;
    return 0;
  }
  return mutex->type == PTHREAD_MUTEX_ERRORCHECK ? EDEADLK : EBUSY;
}

int pthread_mutex_lock(pthread_mutex_t *mutex) {
  const int result = take(mutex_of(mutex));
  if (result == EBUSY)
    __deadlock("pthread_mutex_lock");
  return result;
}

int pthread_mutex_trylock(pthread_mutex_t *mutex) {
  const int result = take(mutex_of(mutex));
  return result == EDEADLK ? EBUSY : result;
}

int pthread_mutex_timedlock(pthread_mutex_t *__restrict mutex,
                            const struct timespec *__restrict time) {
  const int result = take(mutex_of(mutex));
  return result == EBUSY ? time_out(time) : result;
}

// To unlock a normal one that is not held is undefined, and nothing with glibc.
int pthread_mutex_unlock(pthread_mutex_t *mutex) {
  struct mutex *ours = mutex_of(mutex);
  if (ours->held > 0)
    ours->held--;
  else if (ours->type == PTHREAD_MUTEX_RECURSIVE || ours->type == PTHREAD_MUTEX_ERRORCHECK)
    return EPERM;
  return 0;
}

// No owner can have died.
int pthread_mutex_consistent(pthread_mutex_t *mutex) {
  (void)mutex;
  return EINVAL;
}

int pthread_mutexattr_init(pthread_mutexattr_t *attributes) {
  memset(attributes, 0, sizeof *attributes);
  return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attributes) {
  (void)attributes;
  return 0;
}

// A getter and a setter of one attribute, whose values are 0 to `max`.
#define ATTRIBUTE(object, name, field, max)                                                        \
  int pthread_##object##_get##name(const pthread_##object##_t *__restrict attributes,              \
                                   int *__restrict value) {                                        \
    *value = (int)((const struct object *)attributes)->field;                                      \
    return 0;                                                                                      \
  }                                                                                                \
  int pthread_##object##_set##name(pthread_##object##_t *attributes, int value) {                  \
    if (value < 0 || value > (max))                                                                \
      return EINVAL;                                                                               \
    ((struct object *)attributes)->field = (unsigned)value;                                        \
    return 0;                                                                                      \
  }

ATTRIBUTE(mutexattr, type, type, PTHREAD_MUTEX_ADAPTIVE_NP)
ATTRIBUTE(mutexattr, pshared, shared, PTHREAD_PROCESS_SHARED)
ATTRIBUTE(mutexattr, robust, robust, PTHREAD_MUTEX_ROBUST)
ATTRIBUTE(mutexattr, protocol, protocol, PTHREAD_PRIO_PROTECT)

// ---- conditions ---------------------------------------------------------------------------------

struct cond {
  clockid_t clock;
};

struct condattr {
  unsigned shared : 1;
  unsigned clock : 1;
};

_Static_assert(sizeof(struct cond) <= sizeof(pthread_cond_t), "cond");
_Static_assert(sizeof(struct condattr) <= sizeof(pthread_condattr_t), "condattr");
_Static_assert(CLOCK_REALTIME == 0 && CLOCK_MONOTONIC == 1, "clocks");

int pthread_cond_init(pthread_cond_t *__restrict condition,
                      const pthread_condattr_t *__restrict attributes) {
  const struct condattr *given = (const struct condattr *)attributes;
  memset(condition, 0, sizeof *condition);
  ((struct cond *)condition)->clock = given == NULL ? CLOCK_REALTIME : (clockid_t)given->clock;
  return 0;
}

int pthread_cond_destroy(pthread_cond_t *condition) {
  (void)condition;
  return 0;
}

int pthread_cond_wait(pthread_cond_t *__restrict condition, pthread_mutex_t *__restrict mutex) {
  (void)condition;
  const int result = pthread_mutex_unlock(mutex);
  if (result != 0)
    return result;
  pause();
  return pthread_mutex_lock(mutex);
}

int pthread_cond_timedwait(pthread_cond_t *__restrict condition, pthread_mutex_t *__restrict mutex,
                           const struct timespec *__restrict time) {
  const int unlocked = pthread_mutex_unlock(mutex);
  if (unlocked != 0)
    return unlocked;
  const int result = wait_until(((struct cond *)condition)->clock, time);
  const int locked = pthread_mutex_lock(mutex);
  return locked != 0 ? locked : result;
}

// Nobody waits.
int pthread_cond_signal(pthread_cond_t *condition) {
  (void)condition;
  return 0;
}

int pthread_cond_broadcast(pthread_cond_t *condition) { return pthread_cond_signal(condition); }

int pthread_condattr_init(pthread_condattr_t *attributes) {
  memset(attributes, 0, sizeof *attributes);
  return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attributes) {
  (void)attributes;
  return 0;
}

ATTRIBUTE(condattr, pshared, shared, PTHREAD_PROCESS_SHARED)
ATTRIBUTE(condattr, clock, clock, CLOCK_MONOTONIC)

// ---- readers and writers ------------------------------------------------------------------------

struct rwlock {
  int readers;
  int writers;
};

struct rwlockattr {
  unsigned shared : 1;
};

_Static_assert(sizeof(struct rwlock) <= sizeof(pthread_rwlock_t), "rwlock");
_Static_assert(sizeof(struct rwlockattr) <= sizeof(pthread_rwlockattr_t), "rwlockattr");

static struct rwlock *rwlock_of(pthread_rwlock_t *lock) { return (struct rwlock *)lock; }

int pthread_rwlock_init(pthread_rwlock_t *__restrict lock,
                        const pthread_rwlockattr_t *__restrict attributes) {
  (void)attributes;
  memset(lock, 0, sizeof *lock);
  return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock) {
  (void)lock;
  return 0;
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock) {
  struct rwlock *ours = rwlock_of(lock);
  if (ours->writers > 0)
    return EBUSY;
  if (ours->readers == INT_MAX)
    return EAGAIN;
  ours->readers++;
  return 0;
}

// A writer that wants to read as well is told so.
int pthread_rwlock_rdlock(pthread_rwlock_t *lock) {
  const int result = pthread_rwlock_tryrdlock(lock);
  return result == EBUSY ? EDEADLK : result;
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *__restrict lock,
                               const struct timespec *__restrict time) {
  return is_time(time) ? pthread_rwlock_rdlock(lock) : EINVAL;
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock) {
  struct rwlock *ours = rwlock_of(lock);
  if (ours->writers > 0 || ours->readers > 0)
    return EBUSY;
  ours->writers = 1;
  return 0;
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock) {
  const int result = pthread_rwlock_trywrlock(lock);
  if (result != EBUSY)
    return result;
  if (rwlock_of(lock)->writers > 0)
    return EDEADLK;
  __deadlock("pthread_rwlock_wrlock");
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *__restrict lock,
                               const struct timespec *__restrict time) {
  if (!is_time(time))
    return EINVAL;
  const int result = pthread_rwlock_trywrlock(lock);
  if (result != EBUSY)
    return result;
  return rwlock_of(lock)->writers > 0 ? EDEADLK : time_out(time);
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock) {
  struct rwlock *ours = rwlock_of(lock);
  if (ours->writers > 0)
    ours->writers = 0;
  else if (ours->readers > 0)
    ours->readers--;
  return 0;
}

int pthread_rwlockattr_init(pthread_rwlockattr_t *attributes) {
  memset(attributes, 0, sizeof *attributes);
  return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attributes) {
  (void)attributes;
  return 0;
}

ATTRIBUTE(rwlockattr, pshared, shared, PTHREAD_PROCESS_SHARED)

// ---- spin locks and barriers --------------------------------------------------------------------

int pthread_spin_init(pthread_spinlock_t *lock, int shared) {
  (void)shared;
  *lock = 0;
  return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *lock) {
  (void)lock;
  return 0;
}

int pthread_spin_trylock(pthread_spinlock_t *lock) {
  if (*lock != 0)
    return EBUSY;
  *lock = 1;
  return 0;
}

int pthread_spin_lock(pthread_spinlock_t *lock) {
  if (pthread_spin_trylock(lock) != 0)
    __deadlock("pthread_spin_lock");
  return 0;
}

int pthread_spin_unlock(pthread_spinlock_t *lock) {
  *lock = 0;
  return 0;
}

struct barrier {
  unsigned count;
};

struct barrierattr {
  unsigned shared : 1;
};

_Static_assert(sizeof(struct barrier) <= sizeof(pthread_barrier_t), "barrier");
_Static_assert(sizeof(struct barrierattr) <= sizeof(pthread_barrierattr_t), "barrierattr");

int pthread_barrier_init(pthread_barrier_t *__restrict barrier,
                         const pthread_barrierattr_t *__restrict attributes, unsigned count) {
  (void)attributes;
  if (count == 0 || count > INT_MAX)
    return EINVAL;
  *(struct barrier *)barrier = (struct barrier){count};
  return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier) {
  (void)barrier;
  return 0;
}

int pthread_barrier_wait(pthread_barrier_t *barrier) {
  if (((struct barrier *)barrier)->count > 1)
    __deadlock("pthread_barrier_wait");
  return PTHREAD_BARRIER_SERIAL_THREAD;
}

int pthread_barrierattr_init(pthread_barrierattr_t *attributes) {
  memset(attributes, 0, sizeof *attributes);
  return 0;
}

int pthread_barrierattr_destroy(pthread_barrierattr_t *attributes) {
  (void)attributes;
  return 0;
}

ATTRIBUTE(barrierattr, pshared, shared, PTHREAD_PROCESS_SHARED)
