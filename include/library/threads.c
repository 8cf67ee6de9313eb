// The one thread of a guest: itself, its keys, what it does at its end, and that there is no other.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "linux.h"
#include "threads.h"

enum { KEYS_MAX = 1024, DESTRUCTOR_ROUNDS = 4, STACK_BYTES_MIN = 16384 };
enum { STACK_BYTES = 8 * 1024 * 1024, GUARD_BYTES = 4096 };

static char the_thread;
static int is_detached;

pthread_t pthread_self(void) { return (pthread_t)&the_thread; }

static int is_self(pthread_t thread) { return thread == pthread_self(); }

int pthread_equal(pthread_t one, pthread_t other) { return one == other; }

int pthread_create(pthread_t *__restrict thread, const pthread_attr_t *__restrict attributes,
                   void *(*call)(void *), void *__restrict argument) {
  (void)thread;
  (void)attributes;
  (void)call;
  (void)argument;
  return EAGAIN;
}

int pthread_join(pthread_t thread, void **value) {
  (void)value;
  if (!is_self(thread))
    return ESRCH;
  return is_detached ? EINVAL : EDEADLK;
}

int pthread_detach(pthread_t thread) {
  if (!is_self(thread))
    return ESRCH;
  if (is_detached)
    return EINVAL;
  is_detached = 1;
  return 0;
}

int pthread_kill(pthread_t thread, int number) {
  if (!is_self(thread))
    return ESRCH;
  const int self = __linux_getpid();
  return -__linux_tgkill(self, self, number);
}

// There is no fork(), so that they are never called.
int pthread_atfork(void (*before)(void), void (*in_parent)(void), void (*in_child)(void)) {
  (void)before;
  (void)in_parent;
  (void)in_child;
  return 0;
}

int pthread_once(pthread_once_t *control, void (*call)(void)) {
  enum { NEVER = PTHREAD_ONCE_INIT, RUNNING, DONE };
  if (*control == RUNNING)
    __deadlock("pthread_once");
  if (*control == NEVER) {
    *control = RUNNING;
    call();
    *control = DONE;
  }
  return 0;
}

// ---- keys ---------------------------------------------------------------------------------------

static struct {
  int is_used;
  const void *value;
  void (*destructor)(void *);
} keys[KEYS_MAX];

static int is_key(pthread_key_t key) { return key < KEYS_MAX && keys[key].is_used; }

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *)) {
  for (pthread_key_t i = 0; i < KEYS_MAX; i++) {
    if (keys[i].is_used)
      continue;
    keys[i].is_used = 1;
    keys[i].value = NULL;
    keys[i].destructor = destructor;
    *key = i;
    return 0;
  }
  return EAGAIN;
}

int pthread_key_delete(pthread_key_t key) {
  if (!is_key(key))
    return EINVAL;
  keys[key].is_used = 0;
  return 0;
}

void *pthread_getspecific(pthread_key_t key) {
  return is_key(key) ? (void *)keys[key].value : NULL;
}

int pthread_setspecific(pthread_key_t key, const void *value) {
  if (!is_key(key))
    return EINVAL;
  keys[key].value = value;
  return 0;
}

// Whether a destructor was called, which may have set a value again.
static int destroy_values(void) {
  int called = 0;
  for (pthread_key_t i = 0; i < KEYS_MAX; i++) {
    const void *value = keys[i].value;
    if (!is_key(i) || value == NULL || keys[i].destructor == NULL)
      continue;
    keys[i].value = NULL;
    keys[i].destructor((void *)value);
    called = 1;
  }
  return called;
}

// ---- the end ------------------------------------------------------------------------------------

static struct __pthread_cleanup *cleanups;

void __pthread_cleanup_push(struct __pthread_cleanup *cleanup, void (*call)(void *),
                            void *argument) {
  *cleanup = (struct __pthread_cleanup){call, argument, cleanups};
  cleanups = cleanup;
}

void __pthread_cleanup_pop(struct __pthread_cleanup *cleanup, int executes) {
  cleanups = cleanup->__outer;
  if (executes)
    cleanup->__call(cleanup->__argument);
}

// The last thread's end is the end of the process, with 0.
_Noreturn void pthread_exit(void *value) {
  (void)value;
  while (cleanups != NULL)
    __pthread_cleanup_pop(cleanups, 1);
  for (int round = 0; round < DESTRUCTOR_ROUNDS && destroy_values(); round++)
    ;
  exit(0);
}

static int cancel_state = PTHREAD_CANCEL_ENABLE;
static int cancel_type = PTHREAD_CANCEL_DEFERRED;
static int is_cancelled;

static int exchange(int *current, int to, int max, int *from) {
  if (to < 0 || to > max)
    return EINVAL;
  if (from != NULL)
    *from = *current;
  *current = to;
  return 0;
}

int pthread_setcancelstate(int to, int *from) {
  return exchange(&cancel_state, to, PTHREAD_CANCEL_DISABLE, from);
}

int pthread_setcanceltype(int to, int *from) {
  return exchange(&cancel_type, to, PTHREAD_CANCEL_ASYNCHRONOUS, from);
}

void pthread_testcancel(void) {
  if (is_cancelled && cancel_state == PTHREAD_CANCEL_ENABLE)
    pthread_exit(PTHREAD_CANCELED);
}

int pthread_cancel(pthread_t thread) {
  if (!is_self(thread))
    return ESRCH;
  is_cancelled = 1;
  if (cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS)
    pthread_testcancel();
  return 0;
}

// ---- attributes of a thread that will not be ----------------------------------------------------

struct attr {
  int detached;
  int scope;
  size_t stack_bytes;
  size_t guard_bytes;
};

_Static_assert(sizeof(struct attr) <= sizeof(pthread_attr_t), "attr");

int pthread_attr_init(pthread_attr_t *attributes) {
  memset(attributes, 0, sizeof *attributes);
  struct attr *ours = (struct attr *)attributes;
  ours->stack_bytes = STACK_BYTES;
  ours->guard_bytes = GUARD_BYTES;
  return 0;
}

int pthread_attr_destroy(pthread_attr_t *attributes) {
  (void)attributes;
  return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attributes, int *state) {
  *state = ((const struct attr *)attributes)->detached;
  return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attributes, int state) {
  return exchange(&((struct attr *)attributes)->detached, state, PTHREAD_CREATE_DETACHED, NULL);
}

int pthread_attr_getscope(const pthread_attr_t *__restrict attributes, int *__restrict scope) {
  *scope = ((const struct attr *)attributes)->scope;
  return 0;
}

// As on Linux, where all threads compete with all.
int pthread_attr_setscope(pthread_attr_t *attributes, int scope) {
  if (scope == PTHREAD_SCOPE_PROCESS)
    return ENOTSUP;
  return exchange(&((struct attr *)attributes)->scope, scope, PTHREAD_SCOPE_SYSTEM, NULL);
}

int pthread_attr_getstacksize(const pthread_attr_t *__restrict attributes,
                              size_t *__restrict bytes) {
  *bytes = ((const struct attr *)attributes)->stack_bytes;
  return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t bytes) {
  if (bytes < STACK_BYTES_MIN)
    return EINVAL;
  ((struct attr *)attributes)->stack_bytes = bytes;
  return 0;
}

int pthread_attr_getguardsize(const pthread_attr_t *__restrict attributes,
                              size_t *__restrict bytes) {
  *bytes = ((const struct attr *)attributes)->guard_bytes;
  return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *attributes, size_t bytes) {
  ((struct attr *)attributes)->guard_bytes = bytes;
  return 0;
}
