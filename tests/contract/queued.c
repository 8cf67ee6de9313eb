// Signals that wait: real-time ones are queued and counted, and what becomes of one that is ignored
// when a call's own mask lets it through.
#include "signals.h"

enum { RT = 34, RT_LAST = 64 };

static void queue(int number, int times) {
  for (int i = 0; i < times; i++)
    send_self(number);
}

static void counting(void) {
  static const int numbers[] = {SIGUSR1, 31, 32, 33, RT, RT + 1, 50, RT_LAST};
  for (int i = 0; i < COUNT(numbers); i++) {
    int number = numbers[i];
    forget_signals();
    on(number, note, 0);
    set_mask(bit(number));
    queue(number, 5);
    fact_at("queue: it is pending, signal", number, pending() == bit(number));
    set_mask(0);
    fact_at("queue: of five, handled, signal", number, seen[number]);
    fact_at("queue: none is left, signal", number, pending() == 0);
    on(number, SIG_DFL, 0);
  }
}

static void ordering(void) {
  static const int sent[] = {50, SIGTERM, RT, 50, SIGHUP, RT, 40, SIGTERM, RT};
  forget_signals();
  set_mask(~(u64)0);
  for (int i = 0; i < COUNT(sent); i++) {
    must("rt_sigaction", on_masking(sent[i], note, 0, ~(u64)0));
    send_self(sent[i]);
  }
  set_mask(0);
  fact_order("queue: the order of handlers that block all");
  forget_signals();
  set_mask(~(u64)0);
  for (int i = 0; i < COUNT(sent); i++) {
    on(sent[i], note, 0);
    send_self(sent[i]);
  }
  set_mask(0);
  fact_order("queue: the order of handlers that block none");
  for (int i = 0; i < COUNT(sent); i++)
    on(sent[i], SIG_DFL, 0);
}

static void taking(void) {
  const struct timespec none = {0, 0};
  struct siginfo info;
  u64 set = bit(RT) | bit(50) | bit(SIGUSR1);
  set_mask(set);
  queue(50, 2);
  queue(SIGUSR1, 2);
  queue(RT, 3);
  for (int i = 0; i < 8; i++)
    fact_at("queue: rt_sigtimedwait, one after the other", i,
            rt_sigtimedwait(&set, &info, &none, 8));
  queue(50, 2);
  queue(SIGUSR1, 2);
  queue(RT, 3);
  struct signalfd_siginfo read_info[8];
  int fd = must("signalfd4", signalfd4(-1, &set, 8, SFD_NONBLOCK));
  fact_mask("queue: a signalfd", ready(fd, EPOLLIN));
  fact("queue: two of a signalfd", read(fd, read_info, 2 * sizeof read_info[0]));
  fact("queue: the first", read_info[0].ssi_signo);
  fact("queue: the second", read_info[1].ssi_signo);
  fact_mask("queue: a signalfd with some left", ready(fd, EPOLLIN));
  int result = read(fd, read_info, sizeof read_info);
  fact("queue: the rest of a signalfd", result);
  for (int i = 0; i * (int)sizeof read_info[0] < result; i++)
    fact_at("queue: of the rest", i, read_info[i].ssi_signo);
  fact_mask("queue: a signalfd with none left", ready(fd, EPOLLIN));
  fact("queue: nothing is left of a signalfd", read(fd, read_info, sizeof read_info));
  close(fd);
  set_mask(0);
}

static void discarding(void) {
  on(RT, note, 0);
  set_mask(bit(RT));
  forget_signals();
  queue(RT, 3);
  on(RT, SIG_IGN, 0);
  fact_hex("queue: to ignore discards all", pending());
  on(RT, note, 0);
  set_mask(0);
  fact("queue: none of them is handled", seen[RT]);
  set_mask(bit(RT));
  on(RT, SIG_IGN, 0);
  queue(RT, 3);
  fact_at("queue: ignored and blocked, kept", RT, pending() == bit(RT));
  on(RT, note, 0);
  set_mask(0);
  fact("queue: ignored and blocked, then handled", seen[RT]);
  on(RT, SIG_DFL, 0);
}

static void send_again(int number) {
  note(number);
  if (seen[number] < 4)
    queue(number, 2);
}

static void resending(void) {
  forget_signals();
  on(RT, send_again, 0);
  send_self(RT);
  fact("queue: sent twice in each of three handlers", seen[RT]);
  forget_signals();
  must("rt_sigaction", on_masking(RT, note, SA_RESETHAND, 0));
  set_mask(bit(RT));
  send_self(RT);
  set_mask(0);
  fact("queue: SA_RESETHAND, the first", seen[RT]);
  on(RT, SIG_DFL, 0);
}

// ---- ignored, blocked, let through --------------------------------------------------------------

// SIGUSR1 is pending, blocked, and ignored; SIGALRM ends a call that would not end by itself.
static void begin_ignored(unsigned long flags) {
  forget_signals();
  on(SIGUSR1, SIG_IGN, 0);
  on(SIGALRM, note, flags);
  set_mask(bit(SIGUSR1));
  send_self(SIGUSR1);
  start_alarm();
}

static void end_ignored(const char *what, int result) {
  stop_alarm();
  begin_line(what);
  put(" = ");
  put_result(result);
  put(seen[SIGALRM] ? ", by the alarm" : ", by itself");
  put(pending() ? ", pending" : "");
  close_line();
  set_mask(0);
}

static void ignoring(void) {
  struct timespec hour = {3600, 0};
  struct timespec short_time = {0, 2000000};
  struct timespec none = {0, 0};
  struct epoll_event got[4];
  u64 open = 0;
  int epfd = must("epoll_create1", epoll_create1(0));
  begin_ignored(0);
  end_ignored("ignored: ppoll lets it through", ppoll(NULL, 0, &hour, &open, 8));
  begin_ignored(SA_RESTART);
  end_ignored("ignored: ppoll lets it through, SA_RESTART", ppoll(NULL, 0, NULL, &open, 8));
  begin_ignored(0);
  stop_alarm();
  end_ignored("ignored: ppoll for a short time", ppoll(NULL, 0, &short_time, &open, 8));
  begin_ignored(0);
  stop_alarm();
  end_ignored("ignored: ppoll for no time", ppoll(NULL, 0, &none, &open, 8));
  begin_ignored(0);
  end_ignored("ignored: rt_sigsuspend lets it through", rt_sigsuspend(&open, 8));
  begin_ignored(0);
  end_ignored("ignored: epoll_pwait lets it through", epoll_pwait(epfd, got, 4, -1, &open, 8));
  begin_ignored(0);
  end_ignored("ignored: epoll_pwait2 lets it through", epoll_pwait2(epfd, got, 4, &hour, &open, 8));
  begin_ignored(0);
  stop_alarm();
  end_ignored("ignored: epoll_pwait for no time", epoll_pwait(epfd, got, 4, 0, &open, 8));
  on(SIGCHLD, SIG_DFL, 0);
  set_mask(bit(SIGCHLD));
  send_self(SIGCHLD);
  fact_hex("ignored: by default, blocked, kept", pending());
  forget_signals();
  on(SIGALRM, note, 0);
  start_alarm();
  end_ignored("ignored: by default, rt_sigsuspend", rt_sigsuspend(&open, 8));
  on(SIGUSR1, SIG_DFL, 0);
  close(epfd);
}

static void facts(void) {
  counting();
  ordering();
  taking();
  discarding();
  resending();
  ignoring();
}
