// What old programs ask for besides: System V's signals, other stacks, groups of processes,
// ualarm().
#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "linux.h"

// One is a process group of its own.
int killpg(pid_t group, int number) {
  if (group < 0)
    return __failed(EINVAL);
  return kill(group == 0 ? getpid() : group, number);
}

static int change(int how, int number) {
  sigset_t set;
  sigemptyset(&set);
  return sigaddset(&set, number) < 0 ? -1 : sigprocmask(how, &set, NULL);
}

int sighold(int number) { return change(SIG_BLOCK, number); }

int sigrelse(int number) { return change(SIG_UNBLOCK, number); }

int sigignore(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

int sigpause(int number) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  return sigdelset(&mask, number) < 0 ? -1 : sigsuspend(&mask);
}

__sighandler_t sigset(int number, __sighandler_t handler) {
  struct sigaction from;
  sigset_t mask;
  const struct sigaction to = {{handler}, {{0, 0}}, 0, NULL};
  if (sigprocmask(SIG_BLOCK, NULL, &mask) < 0)
    return SIG_ERR;
  const int was_held = sigismember(&mask, number) == 1;
  if (sigaction(number, handler == SIG_HOLD ? NULL : &to, &from) < 0 ||
      change(handler == SIG_HOLD ? SIG_BLOCK : SIG_UNBLOCK, number) < 0)
    return SIG_ERR;
  return was_held ? SIG_HOLD : from.sa_handler;
}

// It is remembered; a handler runs on the stack that is there.
int sigaltstack(const stack_t *__restrict to, stack_t *__restrict from) {
  static stack_t stack = {NULL, SS_DISABLE, 0};
  const stack_t before = stack;
  if (to != NULL && (to->ss_flags < 0 || to->ss_flags > SS_DISABLE))
    return __failed(EINVAL);
  if (to != NULL && !(to->ss_flags & SS_DISABLE) && to->ss_size < MINSIGSTKSZ)
    return __failed(ENOMEM);
  if (to != NULL)
    stack = to->ss_flags & SS_DISABLE ? (stack_t){NULL, SS_DISABLE, 0}
                                      : (stack_t){to->ss_sp, 0, to->ss_size};
  if (from != NULL)
    *from = before;
  return 0;
}

int sigandset(sigset_t *to, const sigset_t *a, const sigset_t *b) {
  *to = (sigset_t){{a->__bits[0] & b->__bits[0], a->__bits[1] & b->__bits[1]}};
  return 0;
}

int sigorset(sigset_t *to, const sigset_t *a, const sigset_t *b) {
  *to = (sigset_t){{a->__bits[0] | b->__bits[0], a->__bits[1] | b->__bits[1]}};
  return 0;
}

unsigned ualarm(unsigned us, unsigned interval) {
  const struct itimerval to = {{interval / 1000000, interval % 1000000},
                               {us / 1000000, us % 1000000}};
  struct itimerval from;
  if (setitimer(ITIMER_REAL, &to, &from) < 0)
    return (unsigned)-1;
  return (unsigned)(from.it_value.tv_sec * 1000000 + from.it_value.tv_usec);
}
