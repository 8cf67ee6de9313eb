// The one thread of a process, by pthread.h: locks, conditions, keys, cleanup. There is no second
// thread here, natively either.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

static struct timespec in_ms(clockid_t clock, long ms) {
  struct timespec time;
  clock_gettime(clock, &time);
  time.tv_nsec += ms * 1000000;
  time.tv_sec += time.tv_nsec / 1000000000;
  time.tv_nsec %= 1000000000;
  return time;
}

static int has_passed(clockid_t clock, struct timespec time) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec > time.tv_sec || (now.tv_sec == time.tv_sec && now.tv_nsec >= time.tv_nsec);
}

// The order in which parameters are evaluated is the compiler's: one call a line.
#define SAY(call) printf("%s: %d\n", #call, (int)(call))

static void mutexes(void) {
  for (int type = PTHREAD_MUTEX_NORMAL; type <= PTHREAD_MUTEX_ADAPTIVE_NP; type++) {
    const int is_told = type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK;
    pthread_mutexattr_t attributes;
    pthread_mutex_t mutex;
    int got = -1;
    pthread_mutexattr_init(&attributes);
    SAY(pthread_mutexattr_settype(&attributes, type));
    pthread_mutexattr_gettype(&attributes, &got);
    SAY(got);
    SAY(pthread_mutex_init(&mutex, &attributes));
    SAY(pthread_mutex_lock(&mutex));
    SAY(pthread_mutex_trylock(&mutex));
    SAY(pthread_mutex_destroy(&mutex));
    if (is_told)
      SAY(pthread_mutex_lock(&mutex));
    const struct timespec time = in_ms(CLOCK_REALTIME, 5);
    if (type != PTHREAD_MUTEX_ADAPTIVE_NP)
      SAY(pthread_mutex_timedlock(&mutex, &time));
    if (type == PTHREAD_MUTEX_NORMAL)
      SAY(has_passed(CLOCK_REALTIME, time));
    for (int i = 0; i < (type == PTHREAD_MUTEX_RECURSIVE ? 4 : 1); i++)
      SAY(pthread_mutex_unlock(&mutex));
    if (is_told)
      SAY(pthread_mutex_unlock(&mutex));
    SAY(pthread_mutex_trylock(&mutex));
    SAY(pthread_mutex_unlock(&mutex));
    SAY(pthread_mutex_destroy(&mutex));
  }
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  SAY(pthread_mutexattr_settype(&attributes, 9));
  pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
  pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
  for (int i = 0; i < 2; i++) {
    SAY(pthread_mutex_lock(&recursive));
    SAY(pthread_mutex_lock(&checked));
  }
  pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
  const struct timespec wrong = {0, 1000000000};
  pthread_mutex_lock(&plain);
  SAY(pthread_mutex_timedlock(&plain, &wrong));
}

static volatile int alarms;

static void on_alarm(int number) { alarms += number == SIGALRM; }

static void conditions(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  struct timespec time = in_ms(CLOCK_REALTIME, 20);
  pthread_mutex_lock(&mutex);
  SAY(pthread_cond_timedwait(&condition, &mutex, &time));
  SAY(has_passed(CLOCK_REALTIME, time));
  SAY(pthread_mutex_trylock(&mutex));
  time.tv_sec -= 1000;
  SAY(pthread_cond_timedwait(&condition, &mutex, &time));
  time.tv_nsec = 1000000000;
  SAY(pthread_cond_timedwait(&condition, &mutex, &time));
  SAY(pthread_cond_signal(&condition));
  SAY(pthread_cond_broadcast(&condition));

  pthread_condattr_t attributes;
  pthread_cond_t monotonic;
  pthread_condattr_init(&attributes);
  SAY(pthread_condattr_setclock(&attributes, CLOCK_PROCESS_CPUTIME_ID));
  SAY(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
  pthread_cond_init(&monotonic, &attributes);
  time = in_ms(CLOCK_MONOTONIC, 20);
  SAY(pthread_cond_timedwait(&monotonic, &mutex, &time));
  SAY(has_passed(CLOCK_MONOTONIC, time));

  // A handler that runs meanwhile. glibc goes on waiting, POSIX lets it return 0 as well.
  signal(SIGALRM, on_alarm);
  setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 10000}}, NULL);
  time = in_ms(CLOCK_REALTIME, 300);
  while (pthread_cond_timedwait(&condition, &mutex, &time) == 0)
    ;
  SAY(alarms);
  SAY(has_passed(CLOCK_REALTIME, time));
  SAY(pthread_cond_destroy(&condition));

  pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
  SAY(pthread_cond_wait(&monotonic, &checked));
  SAY(pthread_cond_timedwait(&monotonic, &checked, &time));
}

static void readers_and_writers(void) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  const struct timespec time = in_ms(CLOCK_REALTIME, 5);
  const struct timespec late = {0, 1000000000};
  const struct timespec early = {0, -1};
  SAY(pthread_rwlock_timedrdlock(&lock, &late));
  SAY(pthread_rwlock_timedrdlock(&lock, &early));
  SAY(pthread_rwlock_timedwrlock(&lock, &late));
  SAY(pthread_rwlock_timedwrlock(&lock, &early));
  SAY(pthread_rwlock_rdlock(&lock));
  SAY(pthread_rwlock_tryrdlock(&lock));
  SAY(pthread_rwlock_trywrlock(&lock));
  SAY(pthread_rwlock_timedwrlock(&lock, &time));
  SAY(pthread_rwlock_unlock(&lock));
  SAY(pthread_rwlock_unlock(&lock));
  SAY(pthread_rwlock_wrlock(&lock));
  SAY(pthread_rwlock_trywrlock(&lock));
  SAY(pthread_rwlock_tryrdlock(&lock));
  SAY(pthread_rwlock_rdlock(&lock));
  SAY(pthread_rwlock_wrlock(&lock));
  SAY(pthread_rwlock_timedrdlock(&lock, &time));
  SAY(pthread_rwlock_timedwrlock(&lock, &time));
  SAY(pthread_rwlock_unlock(&lock));
  SAY(pthread_rwlock_destroy(&lock));

  pthread_spinlock_t spin;
  SAY(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
  SAY(pthread_spin_lock(&spin));
  SAY(pthread_spin_trylock(&spin));
  SAY(pthread_spin_unlock(&spin));
  SAY(pthread_spin_trylock(&spin));

  pthread_barrier_t barrier;
  SAY(pthread_barrier_init(&barrier, NULL, 0));
  SAY(pthread_barrier_init(&barrier, NULL, 1));
  SAY(pthread_barrier_wait(&barrier));
  SAY(pthread_barrier_wait(&barrier));
}

static void call_once(void) { printf("once\n"); }

static void itself(void) {
  const pthread_t self = pthread_self();
  pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_attr_t attributes;
  size_t bytes = 0;
  int state = -1;
  SAY(pthread_equal(self, pthread_self()) != 0);
  SAY(pthread_join(self, NULL));
  SAY(pthread_once(&once, call_once));
  SAY(pthread_once(&once, call_once));
  alarms = 0;
  SAY(pthread_kill(self, SIGALRM));
  SAY(pthread_kill(self, 0));
  SAY(alarms);
  SAY(pthread_kill(self, 99));
  pthread_attr_init(&attributes);
  pthread_attr_getdetachstate(&attributes, &state);
  SAY(state);
  SAY(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));
  SAY(pthread_attr_setdetachstate(&attributes, 7));
  pthread_attr_getdetachstate(&attributes, &state);
  SAY(state);
  SAY(pthread_attr_setstacksize(&attributes, 1));
  SAY(pthread_attr_setstacksize(&attributes, 1 << 20));
  pthread_attr_getstacksize(&attributes, &bytes);
  SAY(bytes);
  SAY(pthread_attr_setscope(&attributes, PTHREAD_SCOPE_PROCESS));
  SAY(pthread_attr_setscope(&attributes, PTHREAD_SCOPE_SYSTEM));
  SAY(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state));
  SAY(state);
  SAY(pthread_setcanceltype(9, NULL));
  SAY(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state));
  SAY(state);
  SAY(pthread_detach(self));
  SAY(pthread_detach(self));
  SAY(pthread_join(self, NULL));
}

static pthread_key_t again;

static void destroy(void *value) {
  printf("destroyed %s\n", (char *)value);
  if (strcmp(value, "first") == 0)
    pthread_setspecific(again, "second");
}

static void not_called(void *value) { printf("not called %p\n", value); }

static void clean(void *argument) { printf("clean %s\n", (char *)argument); }

static void at_exit(void) { printf("exit\n"); }

static void keys(void) {
  pthread_key_t key, gone;
  SAY(pthread_key_create(&again, destroy));
  SAY(pthread_key_create(&gone, not_called));
  SAY(pthread_getspecific(again) == NULL);
  SAY(pthread_setspecific(gone, "x"));
  SAY(pthread_key_delete(gone));
  SAY(pthread_key_delete(gone));
  SAY(pthread_setspecific(gone, "x"));
  SAY(pthread_key_create(&key, NULL));
  SAY(pthread_getspecific(key) == NULL);
  SAY(pthread_setspecific(key, "y"));
  SAY(strcmp(pthread_getspecific(key), "y"));
  int count = 2;
  pthread_key_t more;
  while (pthread_key_create(&more, NULL) == 0)
    count++;
  SAY(count);
  pthread_setspecific(again, "first");
}

int main(int argc, char **argv) {
  (void)argv;
  mutexes();
  conditions();
  readers_and_writers();
  keys();
  itself();
  atexit(at_exit);
  pthread_cleanup_push(clean, (void *)"outer");
  pthread_cleanup_push(clean, (void *)"popped");
  pthread_cleanup_pop(argc > 0);
  pthread_cleanup_push(clean, (void *)"inner");
  pthread_cancel(pthread_self());
  pthread_testcancel();
  pthread_cleanup_pop(0);
  pthread_cleanup_pop(0);
  return 7;
}
