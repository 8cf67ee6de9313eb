// The signals of System V, other stacks, groups of processes and ualarm().
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static void note(int number) { caught = number; }

static void report(const char *what, int result) {
  printf("%s: %d %s, caught %d\n", what, result, result < 0 ? strerror(errno) : "", (int)caught);
  caught = 0;
}

static const char *name_of(void (*handler)(int)) {
  if (handler == SIG_ERR)
    return "error";
  if (handler == SIG_HOLD)
    return "hold";
  return handler == SIG_DFL ? "default" : handler == SIG_IGN ? "ignore" : "note";
}

static void system_v(void) {
  printf("%s\n", name_of(sigset(SIGUSR1, note)));
  report("raise", raise(SIGUSR1));
  report("sighold", sighold(SIGUSR1));
  report("raise", raise(SIGUSR1));
  report("sigrelse", sigrelse(SIGUSR1));
  printf("%s\n", name_of(sigset(SIGUSR1, SIG_HOLD)));
  report("raise", raise(SIGUSR1));
  printf("%s\n", name_of(sigset(SIGUSR1, note)));
  report("after it", 0);
  sighold(SIGUSR1);
  raise(SIGUSR1);
  report("sigpause", sigpause(SIGUSR1));
  report("sigignore", sigignore(SIGUSR1));
  sigrelse(SIGUSR1);
  report("raise", raise(SIGUSR1));
  printf("%s\n", name_of(sigset(SIGUSR1, SIG_DFL)));
  report("sighold 0", sighold(0));
  report("sigrelse 65", sigrelse(65));
  report("sigignore SIGKILL", sigignore(SIGKILL));
  report("sigpause 99", sigpause(99));
  printf("%s\n", name_of(sigset(0, note)));
}

static void stacks(void) {
  stack_t stack, big = {.ss_sp = malloc(65536), .ss_size = 65536};
  report("sigaltstack", sigaltstack(NULL, &stack));
  printf("%d %zu\n", stack.ss_flags, stack.ss_size);
  report("another", sigaltstack(&big, &stack));
  printf("%d\n", stack.ss_flags);
  report("which", sigaltstack(NULL, &stack));
  printf("%d %zu %d\n", stack.ss_flags, stack.ss_size, stack.ss_sp == big.ss_sp);
  struct sigaction action = {.sa_handler = note, .sa_flags = SA_ONSTACK};
  report("sigaction", sigaction(SIGUSR2, &action, NULL));
  report("raise", raise(SIGUSR2));
  sigaction(SIGUSR2, NULL, &action);
  printf("%d\n", (action.sa_flags & SA_ONSTACK) != 0);
  report("small", sigaltstack(&(stack_t){.ss_sp = big.ss_sp, .ss_size = 100}, NULL));
  report("flags", sigaltstack(&(stack_t){.ss_flags = 3}, NULL));
  report("none", sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, &stack));
  printf("%d\n", stack.ss_flags);
  sigaltstack(NULL, &stack);
  printf("%d %zu\n", stack.ss_flags, stack.ss_size);
}

int main(void) {
  system_v();
  stacks();
  setpgid(0, 0); // so that no shell is meant
  signal(SIGUSR1, note);
  report("killpg", killpg(getpgrp(), SIGUSR1));
  report("killpg 0", killpg(0, SIGUSR1));
  report("killpg of nobody", killpg(99999999, SIGUSR1));
  report("killpg -1", killpg(-1, SIGUSR1));
  signal(SIGALRM, note);
  sighold(SIGALRM);
  report("ualarm", (int)ualarm(1000, 0));
  report("sigpause", sigpause(SIGALRM));
  printf("%d\n", ualarm(900000, 0) == 0 && ualarm(0, 0) > 800000);
  sigset_t a, b, both;
  sigemptyset(&a);
  sigaddset(&a, 1);
  sigaddset(&a, 40);
  sigemptyset(&b);
  sigaddset(&b, 40);
  sigandset(&both, &a, &b);
  printf("%d %d", sigismember(&both, 1), sigismember(&both, 40));
  sigorset(&both, &a, &b);
  printf(" %d %d\n", sigismember(&both, 1), sigismember(&both, 40));
  return 0;
}
