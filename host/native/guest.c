// The life of a guest: its control block, interrupting it, killing it.
//
// To stop a guest, `ending` is set and its thread gets KICK every 5 ms until the worker is gone.
// A kick alone could be lost between the look at the flag and the kernel; repeated, it cannot.
#include "signal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

// Linux defines SIGSTKFLT and never sends it; libraries and programs leave it alone.
#define KICK SIGSTKFLT

enum { KICK_EVERY_NS = 5 * 1000 * 1000, ROUSE_EVERY_NS = 200 * 1000 * 1000 };

enum {
  DESCRIPTORS_RESERVED = 256, // of the process, for the host
  DESCRIPTORS_BESIDE = 96, // of each guest: its worker, its signalfds' other ends, one in passing
};

// The one process-wide thing: worker and owner find the same control block by its id, and every
// exit path of the process finds all guests.
static struct {
  pthread_mutex_t lock;
  struct guest *first;
  uint32_t last_id;
  uint64_t descriptors; // that the guests may open, with what each of them takes besides
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

// The guest whose thread this is.
static _Thread_local struct guest *here;

static void on_kick(int signal) {
  (void)signal;
  if (here)
    atomic_store(&here->attention, true);
}

// A timer that kicks the calling thread when it is armed. NULL: there is none to be had.
struct alarm *alarm_create(void) {
  struct alarm *alarm = calloc(1, sizeof *alarm);
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = KICK};
  event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
  if (alarm && timer_create(CLOCK_MONOTONIC, &event, &alarm->timer) == 0)
    return alarm;
  free(alarm);
  return NULL;
}

void alarm_destroy(struct alarm *alarm) {
  if (alarm)
    timer_delete(alarm->timer);
  free(alarm);
}

// Installs the kick's handler, without SA_RESTART: a blocked system call has to return.
bool kick_install(void) {
  struct sigaction action = {.sa_handler = on_kick};
  return sigaction(KICK, &action, NULL) == 0;
}

// Leaves the worker's thread the kick, the synchronous signals and V8's profiler; every other
// signal belongs to the main thread.
static void mask_signals(void) {
  sigset_t set;
  sigfillset(&set);
  const int open[] = {KICK, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPROF};
  for (size_t i = 0; i < sizeof open / sizeof *open; i++)
    sigdelset(&set, open[i]);
  pthread_sigmask(SIG_SETMASK, &set, NULL);
}

// The host's descriptor. A terminal or a pipe is opened anew, because its O_NONBLOCK must not be
// the host's: a write to a full terminal that waits holds a lock that the host needs, too.
static int open_output(int fd) {
  char path[32];
  struct stat stat;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  bool reopens = fstat(fd, &stat) == 0 && (S_ISCHR(stat.st_mode) || S_ISFIFO(stat.st_mode));
  int kfd = reopens ? open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
  return kfd < 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : kfd;
}

// 0, 1 and 2: the host's own, or for an ungranted stdin one that is at end of file.
static bool open_stdio(struct guest *guest, bool stdin_granted) {
  for (int fd = 0; fd <= 2; fd++) {
    int kfd = fd > 0          ? open_output(fd)
              : stdin_granted ? fcntl(fd, F_DUPFD_CLOEXEC, 3)
                              : open("/dev/null", O_RDONLY | O_CLOEXEC);
    const struct description like = {.kind = KIND_STDIO, .output = fd > 0};
    if (table_open(guest, kfd < 0 ? -errno : kfd, &like, false) < 0)
      return false;
  }
  return true;
}

static void destroy(struct guest *guest) {
  table_destroy(guest);
  free(guest->cmdline.bytes);
  free(guest->environ.bytes);
  pthread_cond_destroy(&guest->kicked);
  pthread_mutex_destroy(&guest->lock);
  free(guest);
}

// How many more numbers a guest could have under the process's own limit.
static uint64_t descriptors_left(void) {
  struct rlimit limit;
  uint64_t all = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
  uint64_t taken = registry.descriptors + DESCRIPTORS_RESERVED + DESCRIPTORS_BESIDE;
  return all > taken ? all - taken : 0;
}

// Takes the guest's share of the process's descriptors and enters it into the registry: how many
// numbers it gets, or 0 and how many there are in `*left`.
static uint32_t register_guest(struct guest *guest, uint64_t *left) {
  const struct quotas *quotas = &guest->quotas;
  pthread_mutex_lock(&registry.lock);
  *left = descriptors_left();
  uint32_t count = *left < quotas->descriptors_max ? (uint32_t)*left : quotas->descriptors_max;
  if (count < quotas->descriptors_min)
    count = 0;
  if (count > 0) {
    guest->share = count + DESCRIPTORS_BESIDE;
    registry.descriptors += guest->share;
    guest->id = ++registry.last_id;
    guest->next = registry.first;
    registry.first = guest;
  }
  pthread_mutex_unlock(&registry.lock);
  return count;
}

static void unregister_guest(struct guest *guest) {
  pthread_mutex_lock(&registry.lock);
  for (struct guest **link = &registry.first; *link; link = &(*link)->next) {
    if (*link == guest) {
      *link = guest->next;
      registry.descriptors -= guest->share;
      break;
    }
  }
  pthread_mutex_unlock(&registry.lock);
}

// Makes a control block with 0, 1 and 2 open and enters it into the registry; takes over the
// options' blobs. NULL when memory or descriptors are short; of these, `*left` tells how many a
// guest could have.
struct guest *guest_create(const struct guest_options *options, uint64_t *left) {
  struct guest *guest = calloc(1, sizeof *guest);
  *left = UINT64_MAX;
  if (!guest)
    return NULL;
  pthread_mutex_init(&guest->lock, NULL);
  pthread_cond_init(&guest->kicked, NULL);
  guest->refs = 1;
  guest->placeholder = -1;
  guest->quotas = options->quotas;
  guest->cmdline = options->cmdline;
  guest->environ = options->environ;
  uint32_t count = register_guest(guest, left);
  bool made = count > 0 && table_create(guest, count);
  limits_create(guest);
  if (!made || !open_stdio(guest, options->stdin_granted)) {
    unregister_guest(guest);
    destroy(guest);
    return NULL;
  }
  signals_changed(guest);
  return guest;
}

static void ref(struct guest *guest) {
  pthread_mutex_lock(&guest->lock);
  guest->refs++;
  pthread_mutex_unlock(&guest->lock);
}

void guest_unref(struct guest *guest) {
  pthread_mutex_lock(&guest->lock);
  bool last = --guest->refs == 0;
  pthread_mutex_unlock(&guest->lock);
  if (last)
    destroy(guest);
}

struct guest *guest_find(uint32_t id) {
  pthread_mutex_lock(&registry.lock);
  struct guest *guest = registry.first;
  while (guest && guest->id != id)
    guest = guest->next;
  if (guest)
    ref(guest);
  pthread_mutex_unlock(&registry.lock);
  return guest;
}

// The worker's thread becomes the guest's; false when it is already to end or taken.
bool guest_enter(struct guest *guest) {
  pthread_mutex_lock(&guest->lock);
  bool entered = !guest_is_ending(guest) && !guest->gone && guest->tid == 0;
  if (entered) {
    guest->tid = (pid_t)syscall(SYS_gettid);
    guest->refs++;
  }
  pthread_mutex_unlock(&guest->lock);
  if (entered) {
    here = guest;
    mask_signals();
  }
  return entered;
}

// The worker's environment ends: whatever it was doing, nothing it opened is left.
void guest_leave(struct guest *guest) {
  atomic_store(&guest->ending, true);
  alarm_destroy(guest->alarm);
  guest->alarm = NULL;
  table_close_all(guest);
  here = NULL;
  pthread_mutex_lock(&guest->lock);
  guest->tid = 0;
  guest->gone = true;
  pthread_cond_signal(&guest->kicked);
  pthread_mutex_unlock(&guest->lock);
  guest_unref(guest);
}

static struct timespec in_nanoseconds(int64_t nanoseconds) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  nanoseconds += at.tv_nsec;
  at.tv_sec += nanoseconds / 1000000000;
  at.tv_nsec = nanoseconds % 1000000000;
  return at;
}

static int64_t cpu_ns(pid_t tid) {
  struct timespec used;
  const clockid_t clock = (clockid_t)(~(unsigned)tid << 3 | 6); // of a thread, see clock_getres(2)
  return clock_gettime(clock, &used) == 0 ? used.tv_sec * INT64_C(1000000000) + used.tv_nsec : 0;
}

// Whether the guest has used up its CPU time without a call. It is looked at four times in that
// time, and so exact to a quarter.
static bool has_overrun(struct guest *guest) {
  uint32_t calls = atomic_load_explicit(&guest->calls, memory_order_relaxed);
  int64_t now = cpu_ns(guest->tid);
  if (calls != guest->calls_seen || calls % 2 == 1) {
    guest->calls_seen = calls;
    guest->run_from_ns = now;
  }
  return now - guest->run_from_ns >= guest->quotas.run_ms_max * INT64_C(1000000);
}

static void end_locked(struct guest *guest) {
  atomic_store(&guest->ending, true);
  atomic_store(&guest->attention, true);
}

// The kicker's thread. Under the lock, the guest's thread cannot end and its number cannot go to
// another.
static void *kick(void *argument) {
  struct guest *guest = argument;
  pthread_mutex_lock(&guest->lock);
  while (!guest->gone) {
    if (guest->timed && guest->tid && !guest_is_ending(guest) && has_overrun(guest)) {
      atomic_store(&guest->overran, true);
      end_locked(guest);
      guest->host->exiting(guest);
    }
    bool urgent = guest_is_ending(guest) || guest_notices(guest);
    if (guest->tid && (urgent || guest->rousing))
      syscall(SYS_tgkill, getpid(), guest->tid, KICK);
    int64_t pause = urgent ? KICK_EVERY_NS : guest->rousing ? ROUSE_EVERY_NS : INT64_MAX;
    if (guest->timed && guest->quotas.run_ms_max * INT64_C(250000) < pause)
      pause = guest->quotas.run_ms_max * INT64_C(250000);
    if (pause == INT64_MAX) {
      pthread_cond_wait(&guest->kicked, &guest->lock);
      continue;
    }
    const struct timespec next = in_nanoseconds(pause);
    pthread_cond_timedwait(&guest->kicked, &guest->lock, &next);
  }
  pthread_mutex_unlock(&guest->lock);
  guest_unref(guest);
  return NULL;
}

// Starts the kicker or wakes it; the lock is held. False where there is no thread to be had.
static bool kick_now(struct guest *guest) {
  pthread_t thread;
  sigset_t all, before;
  if (guest->gone)
    return true;
  if (guest->kicking) {
    pthread_cond_signal(&guest->kicked);
    return true;
  }
  // It takes no signal that Node's own threads should see.
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  guest->kicking = pthread_create(&thread, NULL, kick, guest) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (guest->kicking) {
    pthread_detach(thread);
    guest->refs++;
  }
  return guest->kicking;
}

// For an owner that is itself a worker: when its own owner terminates it, nobody ends the guest
// but V8, which cannot reach into a system call. Roused now and then, the guest asks.
bool guest_rouse(struct guest *guest) {
  pthread_mutex_lock(&guest->lock);
  guest->rousing = true;
  bool started = kick_now(guest);
  pthread_mutex_unlock(&guest->lock);
  return started;
}

// Begins to watch over the run time of the guest whose thread this is.
bool guest_time(struct guest *guest) {
  if (guest->quotas.run_ms_max == 0)
    return true;
  pthread_mutex_lock(&guest->lock);
  guest->timed = true;
  guest->run_from_ns = cpu_ns(guest->tid);
  bool started = kick_now(guest);
  pthread_mutex_unlock(&guest->lock);
  return started;
}

// Every import returns -EINTR from now on, a blocked one at once. Ending the worker's JavaScript
// is the caller's part.
void guest_end(struct guest *guest) {
  pthread_mutex_lock(&guest->lock);
  end_locked(guest);
  kick_now(guest);
  pthread_mutex_unlock(&guest->lock);
}

// Sends the guest a signal. True where that ends it: the action is the default one and fatal.
bool guest_signal(struct guest *guest, int32_t signum) {
  uint64_t bit = UINT64_C(1) << (signum - 1);
  bool fatal = atomic_load(&guest->fatal) & bit;
  pthread_mutex_lock(&guest->lock);
  atomic_fetch_or(&guest->raised, bit);
  atomic_store(&guest->attention, true);
  if (guest_notices(guest)) {
    if (guest->tid)
      syscall(SYS_tgkill, getpid(), guest->tid, KICK);
    kick_now(guest);
  }
  pthread_mutex_unlock(&guest->lock);
  return fatal;
}

void guest_end_all(void) {
  pthread_mutex_lock(&registry.lock);
  for (struct guest *guest = registry.first; guest; guest = guest->next)
    guest_end(guest);
  pthread_mutex_unlock(&registry.lock);
}

// The owner lets go: the worker is gone, or never came, and then 0, 1 and 2 are still open.
void guest_release(struct guest *guest) {
  table_close_all(guest);
  unregister_guest(guest);
  pthread_mutex_lock(&guest->lock);
  guest->gone = true;
  pthread_cond_signal(&guest->kicked);
  guest->owner = NULL;
  pthread_mutex_unlock(&guest->lock);
  guest_unref(guest);
}
