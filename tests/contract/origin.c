// What is told of a signal: where it came from, which flags an action keeps, which signals take
// each other back, how many wait.
#include "signals.h"

enum { RLIMIT_SIGPENDING = 11, SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22 };

static void fact_origin(const char *what, int taken, int code, int pid, u32 uid) {
  struct siginfo self;
  static int own_uid = -1;
  if (own_uid < 0) { // as a signal to oneself tells it
    u64 set = bit(SIGUSR2);
    must("kill", kill(getpid(), SIGUSR2));
    must("rt_sigtimedwait", rt_sigtimedwait(&set, &self, NULL, MASK_BYTES));
    own_uid = (int)self.si_uid;
  }
  begin_line(what);
  put(" = ");
  put_result(taken);
  put(", code ");
  put_number(code);
  put(pid == getpid() ? ", from itself" : pid == 0 ? ", from nobody" : ", from another");
  put(pid == 0              ? uid == 0 ? ", of root" : ", of another"
      : (int)uid == own_uid ? ", of its own user"
                            : ", of another");
  close_line();
}

static void take(const char *what, int number) {
  struct siginfo info;
  const u64 set = bit(number);
  clear(&info, sizeof info);
  int taken = rt_sigtimedwait(&set, &info, NULL, MASK_BYTES);
  fact_origin(what, taken, info.si_code, info.si_pid, info.si_uid);
}

static void read_one(const char *what, int number) {
  struct signalfd_siginfo info;
  const u64 set = bit(number);
  int fd = must("signalfd4", signalfd4(-1, &set, MASK_BYTES, 0));
  int got = read(fd, &info, sizeof info);
  fact_origin(what, got, info.ssi_code, (int)info.ssi_pid, info.ssi_uid);
  close(fd);
}

static void origins(void) {
  static const int numbers[] = {SIGUSR1, SIGTERM, 40};
  static const struct itimerval soon = {{0, 0}, {0, 1000}};
  set_mask(~(u64)0);
  for (int i = 0; i < COUNT(numbers); i++) {
    int number = numbers[i];
    must("kill", kill(getpid(), number));
    take(i == 0 ? "kill: SIGUSR1" : i == 1 ? "kill: SIGTERM" : "kill: 40", number);
    must("tgkill", tgkill(getpid(), getpid(), number));
    take(i == 0 ? "tgkill: SIGUSR1" : i == 1 ? "tgkill: SIGTERM" : "tgkill: 40", number);
    must("tgkill", tgkill(getpid(), getpid(), number));
    read_one(i == 0   ? "tgkill, signalfd: SIGUSR1"
             : i == 1 ? "tgkill, signalfd: SIGTERM"
                      : "tgkill, signalfd: 40",
             number);
  }
  must("setitimer", setitimer(ITIMER_REAL, &soon, NULL));
  take("setitimer: SIGALRM", SIGALRM);
  must("setitimer", setitimer(ITIMER_REAL, &soon, NULL));
  read_one("setitimer, signalfd: SIGALRM", SIGALRM);
  int ends[2];
  must("pipe2", pipe2(ends, 0));
  close(ends[0]);
  on(SIGPIPE, SIG_DFL, 0);
  fact("SIGPIPE: write", write(ends[1], "x", 1));
  take("SIGPIPE: its origin", SIGPIPE);
  close(ends[1]);
}

static void action_flags(void) {
  static const unsigned long all[] = {0x400, 0x8, 0x10, 0x800, 0x418, 0x1000, 0x100000, 0x3};
  for (int i = 0; i < COUNT(all); i++) {
    struct sigaction now;
    must("rt_sigaction", on_masking(SIGUSR1, SIG_IGN, all[i], 0));
    must("rt_sigaction", rt_sigaction(SIGUSR1, NULL, &now, MASK_BYTES));
    fact_at("flags: kept of", (i64)all[i], (i64)(now.sa_flags & ~(unsigned long)RESTORER_FLAG));
  }
}

static void stops(void) {
  static const int numbers[] = {SIGCONT, SIGTSTP, SIGTTIN, SIGCONT, SIGTTOU, SIGTSTP, SIGCONT};
  set_mask(~(u64)0);
  for (int i = 0; i < COUNT(numbers); i++) {
    must("kill", kill(getpid(), numbers[i]));
    begin_line("stop and continue: pending after ");
    put_number(i);
    put(" = ");
    put_hex(pending());
    close_line();
  }
  u64 cont = bit(SIGCONT);
  must("rt_sigtimedwait", rt_sigtimedwait(&cont, NULL, NULL, MASK_BYTES));
}

// The kernel counts what is pending of all the user's processes, so its own answers vary.
static void queue(int limit, const char *expected) {
  static const struct timespec none = {0, 0};
  struct rlimit to = {(u64)limit, 100};
  const u64 set = bit(40);
  int taken = 0;
  set_mask(~(u64)0);
  must("prlimit64", prlimit64(0, RLIMIT_SIGPENDING, &to, NULL));
  begin_line("queue: tgkill six times, kill, and how many are taken; limit ");
  put_number(limit);
  put(" =");
  for (int i = 0; i < 6; i++) {
    put(" ");
    put_result(tgkill(getpid(), getpid(), 40));
  }
  put(" ");
  put_result(GUEST ? kill(getpid(), 40) : 0);
  while (rt_sigtimedwait(&set, NULL, &none, MASK_BYTES) > 0)
    taken++;
  put(" ");
  put_number(taken);
  settled(expected, "the kernel counts all of the user's");
  close_line();
}

static void facts(void) {
  action_flags();
  origins();
  stops();
  queue(0, "EAGAIN EAGAIN EAGAIN EAGAIN EAGAIN EAGAIN 0 1");
  queue(3, "0 0 0 EAGAIN EAGAIN EAGAIN 0 3");
  queue(6, "0 0 0 0 0 0 0 6");
  queue(7, "0 0 0 0 0 0 0 7");
}
