// Signals as programs use them: handlers, restarts, masks, sets, alarm and sigwait.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t seen;

static void note(int number) { seen = seen * 100 + number; }

static void noted(const char *what) {
  printf("%s: %d\n", what, (int)seen);
  seen = 0;
}

static void report(int result) { printf("%d %s\n", result, strerror(errno)); }

static void handlers(void) {
  printf("first: %d\n", signal(SIGUSR1, note) == SIG_DFL);
  printf("again: %d\n", signal(SIGUSR1, note) == note);
  raise(SIGUSR1);
  noted("raise");
  kill(getpid(), SIGUSR1);
  noted("kill");
  signal(SIGUSR2, SIG_IGN);
  raise(SIGUSR2);
  printf("ignored: %d\n", signal(SIGUSR2, SIG_DFL) == SIG_IGN);
  report(signal(SIGKILL, note) == SIG_ERR);
  struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
  sigaction(SIGUSR2, &action, NULL);
  raise(SIGUSR2);
  sigaction(SIGUSR2, NULL, &action);
  printf("once: %d\n", action.sa_handler == SIG_DFL);
  noted("reset");
}

static void note_info(int number, siginfo_t *info, void *context) {
  (void)context;
  seen = info->si_signo == number ? number : -1;
}

static void infos(void) {
  struct sigaction action = {.sa_sigaction = note_info, .sa_flags = SA_SIGINFO | SA_RESTART};
  struct sigaction was;
  report(sigaction(SIGUSR2, &action, NULL));
  raise(SIGUSR2);
  noted("with info");
  sigaction(SIGUSR2, NULL, &was);
  printf("flags: %d %d\n", (was.sa_flags & SA_SIGINFO) != 0, was.sa_sigaction == note_info);
  action = (struct sigaction){.sa_handler = note};
  sigaction(SIGUSR2, &action, &was);
  raise(SIGUSR2);
  noted("without again");
  sigaction(SIGUSR2, NULL, &was);
  printf("flags: %d\n", (was.sa_flags & SA_SIGINFO) != 0);
}

static void masks(void) {
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, &old);
  raise(SIGUSR1);
  noted("blocked");
  sigpending(&set);
  printf("pending: %d %d\n", sigismember(&set, SIGUSR1), sigismember(&set, SIGUSR2));
  sigprocmask(SIG_SETMASK, &old, NULL);
  noted("unblocked");
  sigfillset(&set);
  for (int number = -1; number < 67; number++)
    printf("%d", sigismember(&set, number));
  report(sigaddset(&set, 32));
  report(sigdelset(&set, 33));
  printf("sets: %d %d", sigismember(&set, 1), sigismember(&set, 64));
  sigdelset(&set, 64);
  printf(" %d %d %d\n", sigismember(&set, 64), sigaddset(&set, 0), sigaddset(&set, 65));
}

static void waits(void) {
  sigset_t set;
  int number = 0;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  raise(SIGUSR1);
  printf("sigwait: %d", sigwait(&set, &number));
  printf(" %d\n", number);
  raise(SIGUSR1);
  sigemptyset(&set);
  report(sigsuspend(&set));
  noted("during it");
}

static void alarms(void) {
  struct itimerval timer = {{0, 0}, {0, 1000}};
  signal(SIGALRM, note);
  siginterrupt(SIGALRM, 1);
  printf("alarm: %u", alarm(100));
  printf(" %u\n", alarm(0));
  setitimer(ITIMER_REAL, &timer, NULL);
  report(pause());
  noted("timer");
  getitimer(ITIMER_REAL, &timer);
  printf("run out: %d\n", timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0);
}

int main(void) {
  handlers();
  infos();
  masks();
  waits();
  alarms();
  fputs("not lost before a fatal signal\n", stdout);
  fflush(stdout);
  raise(SIGTERM);
  return 0;
}
