// Signals: actions, masks and sets. A handler is known to the host by its index in the table.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "linux.h"

struct kernel_sigaction {
  __sighandler_t handler;
  unsigned flags;
  void (*restorer)(void);
  sigset_t mask;
};

_Static_assert(sizeof(struct kernel_sigaction) == 20, "kernel_sigaction");

// Handlers with three parameters (SA_SIGINFO), which the host knows nothing of. That belongs to the
// function and not to the signal: a handler may be called in the middle of its own sigaction().
static __sighandler_t with_info[_NSIG];

static int has_info(__sighandler_t handler) {
  for (int i = 0; i < _NSIG && with_info[i] != NULL; i++) {
    if (with_info[i] == handler)
      return 1;
  }
  return 0;
}

// Whether it is known from now on.
static int remember(__sighandler_t handler) {
  int at = 0;
  while (at < _NSIG && with_info[at] != NULL && with_info[at] != handler)
    at++;
  if (at < _NSIG)
    with_info[at] = handler;
  return at < _NSIG;
}

// Called by the host to have a signal handled. Of what siginfo could say only the number is known.
__attribute__((export_name("__signal"))) void __signal(__sighandler_t handler, int number) {
  siginfo_t info = {.si_signo = number};
  if (has_info(handler))
    ((void (*)(int, siginfo_t *, void *))(void *)handler)(number, &info, NULL);
  else
    handler(number);
}

static int is_function(__sighandler_t handler) { return handler != SIG_DFL && handler != SIG_IGN; }

int sigaction(int number, const struct sigaction *__restrict to,
              struct sigaction *__restrict from) {
  struct kernel_sigaction new, old;
  if (to != NULL) {
    const unsigned flags = (unsigned)to->sa_flags & ~(unsigned)SA_SIGINFO;
    new = (struct kernel_sigaction){to->sa_handler, flags, NULL, to->sa_mask};
    if (to->sa_flags & SA_SIGINFO && is_function(new.handler) && !remember(new.handler))
      return __failed(ENOMEM);
  }
  int result = __linux_rt_sigaction(number, to ? &new : NULL, from ? &old : NULL, SIGSET_BYTES);
  if (result == 0 && from != NULL) {
    const int info = is_function(old.handler) && has_info(old.handler) ? SA_SIGINFO : 0;
    *from = (struct sigaction){{old.handler}, old.mask, (int)old.flags | info, NULL};
  }
  return __answer(result);
}

__sighandler_t signal(int number, __sighandler_t handler) {
  struct sigaction to = {{handler}, {{0, 0}}, SA_RESTART, NULL};
  struct sigaction from;
  if (handler == SIG_ERR) {
    __failed(EINVAL);
    return SIG_ERR;
  }
  return sigaction(number, &to, &from) < 0 ? SIG_ERR : from.sa_handler;
}

int siginterrupt(int number, int interrupts) {
  struct sigaction action;
  if (sigaction(number, NULL, &action) < 0)
    return -1;
  action.sa_flags = interrupts ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
  return sigaction(number, &action, NULL);
}

int sigprocmask(int how, const sigset_t *__restrict to, sigset_t *__restrict from) {
  return __answer(__linux_rt_sigprocmask(how, to, from, SIGSET_BYTES));
}

// With one thread the two are the same, but that this one returns the error.
int pthread_sigmask(int how, const sigset_t *__restrict to, sigset_t *__restrict from) {
  return -__linux_rt_sigprocmask(how, to, from, SIGSET_BYTES);
}

int sigpending(sigset_t *set) { return __answer(__linux_rt_sigpending(set, SIGSET_BYTES)); }

int sigsuspend(const sigset_t *mask) { return __answer(__linux_rt_sigsuspend(mask, SIGSET_BYTES)); }

int pause(void) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  return sigsuspend(&mask);
}

int sigtimedwait(const sigset_t *__restrict set, siginfo_t *__restrict info,
                 const struct timespec *__restrict timeout) {
  return __answer(__linux_rt_sigtimedwait(set, info, timeout, SIGSET_BYTES));
}

int sigwaitinfo(const sigset_t *__restrict set, siginfo_t *__restrict info) {
  return sigtimedwait(set, info, NULL);
}

int sigwait(const sigset_t *__restrict set, int *__restrict number) {
  int result;
  do
    result = __linux_rt_sigtimedwait(set, NULL, NULL, SIGSET_BYTES);
  while (result == -EINTR);
  if (result < 0)
    return -result;
  *number = result;
  return 0;
}

int kill(pid_t pid, int number) { return __answer(__linux_kill(pid, number)); }

int raise(int number) {
  const int self = __linux_getpid();
  return __answer(__linux_tgkill(self, self, number));
}

int getitimer(int which, struct itimerval *value) {
  struct itimerval old;
  const struct itimerval off = {{0, 0}, {0, 0}};
  if (setitimer(which, &off, &old) < 0)
    return -1;
  *value = old;
  return setitimer(which, &old, NULL);
}

int setitimer(int which, const struct itimerval *__restrict to, struct itimerval *__restrict from) {
  return __answer(__linux_setitimer(which, to, from));
}

unsigned alarm(unsigned seconds) {
  struct itimerval to = {{0, 0}, {seconds, 0}};
  struct itimerval from;
  if (setitimer(ITIMER_REAL, &to, &from) < 0)
    return 0;
  const int rounds_up =
      from.it_value.tv_usec >= 500000 || (from.it_value.tv_sec == 0 && from.it_value.tv_usec > 0);
  return (unsigned)from.it_value.tv_sec + (unsigned)rounds_up;
}

// ---- sets ---------------------------------------------------------------------------------------

// 32 and 33 belong to the threads of a libc on Linux, and to nobody here.
static int is_signal(int number) {
  return number > 0 && number < NSIG && number != 32 && number != 33;
}

static unsigned bit_of(int number) { return 1u << ((number - 1) % 32); }

int sigemptyset(sigset_t *set) {
  *set = (sigset_t){{0, 0}};
  return 0;
}

int sigfillset(sigset_t *set) {
  *set = (sigset_t){{0x7fffffff, 0xfffffffe}};
  return 0;
}

int sigaddset(sigset_t *set, int number) {
  if (!is_signal(number))
    return __failed(EINVAL);
  set->__bits[(number - 1) / 32] |= bit_of(number);
  return 0;
}

int sigdelset(sigset_t *set, int number) {
  if (!is_signal(number))
    return __failed(EINVAL);
  set->__bits[(number - 1) / 32] &= ~bit_of(number);
  return 0;
}

int sigismember(const sigset_t *set, int number) {
  if (number <= 0 || number >= NSIG)
    return __failed(EINVAL);
  return (set->__bits[(number - 1) / 32] & bit_of(number)) != 0;
}

int sigisemptyset(const sigset_t *set) { return (set->__bits[0] | set->__bits[1]) == 0; }
