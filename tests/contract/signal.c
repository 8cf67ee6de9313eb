// Signals: actions, masks, delivery and its order, and the calls that take or wait for them.
#include "signals.h"

static void actions(void) {
  struct sigaction act = {note, SA_RESTART | RESTORER_FLAG, RESTORER, {0x200, 0}};
  struct sigaction old;
  static const int wrong[] = {0, -1, 65, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(wrong); i++) {
    fact_at("rt_sigaction: set of", wrong[i], rt_sigaction(wrong[i], &act, NULL, 8));
    fact_at("rt_sigaction: get of", wrong[i], rt_sigaction(wrong[i], NULL, &old, 8));
    fact_at("rt_sigaction: nothing of", wrong[i], rt_sigaction(wrong[i], NULL, NULL, 8));
  }
  static const int fixed[] = {SIGKILL, SIGSTOP};
  for (int i = 0; i < COUNT(fixed); i++) {
    fact_at("rt_sigaction: set of", fixed[i], rt_sigaction(fixed[i], &act, NULL, 8));
    fact_at("rt_sigaction: get of", fixed[i], rt_sigaction(fixed[i], NULL, &old, 8));
    fact_at("rt_sigaction: it is the default, of", fixed[i], old.sa_handler == SIG_DFL);
  }
  fact("rt_sigaction: another size", rt_sigaction(SIGUSR1, &act, NULL, 4));
  fact("rt_sigaction: another size or nowhere", rt_sigaction(SIGUSR1, NOWHERE, NULL, 128));
  fact("rt_sigaction: nowhere", rt_sigaction(SIGUSR1, NOWHERE, NULL, 8));
  fact("rt_sigaction: no signal or nowhere", rt_sigaction(99, NOWHERE, NULL, 8));
  fact("rt_sigaction: good", rt_sigaction(SIGUSR1, &act, &old, 8));
  fact("rt_sigaction: it was the default", old.sa_handler == SIG_DFL);
  fact("rt_sigaction: get", rt_sigaction(SIGUSR1, NULL, &old, 8));
  fact("rt_sigaction: the handler", old.sa_handler == note);
  fact_hex("rt_sigaction: the flags", old.sa_flags & ~SA_RESTORER);
  fact_hex("rt_sigaction: the mask", old.sa_mask[0]);
  act.sa_mask[0] = act.sa_mask[1] = ~0u;
  rt_sigaction(SIGUSR1, &act, NULL, 8);
  rt_sigaction(SIGUSR1, NULL, &old, 8);
  fact_hex("rt_sigaction: what no mask can have", old.sa_mask[0]);
  fact("rt_sigaction: the old one nowhere", rt_sigaction(SIGUSR1, NULL, NOWHERE, 8));
  act.sa_handler = SIG_IGN;
  fact("rt_sigaction: set, the old one nowhere", rt_sigaction(SIGUSR1, &act, NOWHERE, 8));
  rt_sigaction(SIGUSR1, NULL, &old, 8);
  fact("rt_sigaction: it is set", old.sa_handler == SIG_IGN);
  fact("rt_sigaction: SIGPIPE is as at the start", rt_sigaction(SIGPIPE, NULL, &old, 8));
  fact("rt_sigaction: ignored", old.sa_handler == SIG_IGN);
  on(SIGUSR1, SIG_DFL, 0);
}

static void masks(void) {
  u64 set = bit(SIGUSR1);
  u64 old = 7;
  fact("rt_sigprocmask: get", rt_sigprocmask(99, NULL, &old, 8));
  fact_hex("rt_sigprocmask: empty at the start", old);
  fact("rt_sigprocmask: block", rt_sigprocmask(SIG_BLOCK, &set, NULL, 8));
  set = bit(SIGUSR2) | bit(64);
  fact("rt_sigprocmask: block more", rt_sigprocmask(SIG_BLOCK, &set, &old, 8));
  fact_hex("rt_sigprocmask: what was blocked", old);
  set = bit(SIGUSR1);
  fact("rt_sigprocmask: unblock", rt_sigprocmask(SIG_UNBLOCK, &set, &old, 8));
  fact_hex("rt_sigprocmask: both were blocked", old);
  set = ~(u64)0;
  fact("rt_sigprocmask: all", rt_sigprocmask(SIG_SETMASK, &set, &old, 8));
  fact_hex("rt_sigprocmask: one was left", old);
  fact_hex("rt_sigprocmask: all but two", set_mask(0));
  static const int wrong[] = {-1, 3, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(wrong); i++)
    fact_at("rt_sigprocmask: how", wrong[i], rt_sigprocmask(wrong[i], &set, NULL, 8));
  fact("rt_sigprocmask: another size", rt_sigprocmask(SIG_BLOCK, &set, NULL, 4));
  fact("rt_sigprocmask: nowhere", rt_sigprocmask(SIG_BLOCK, NOWHERE, NULL, 8));
  fact("rt_sigprocmask: how or nowhere", rt_sigprocmask(99, NOWHERE, NULL, 8));
  set = bit(SIGUSR1);
  fact("rt_sigprocmask: the old one nowhere", rt_sigprocmask(SIG_SETMASK, &set, NOWHERE, 8));
  fact_hex("rt_sigprocmask: it is set", set_mask(0));
  fact("rt_sigpending: nowhere", rt_sigpending(NOWHERE, 8));
  fact("rt_sigpending: another size", rt_sigpending(&set, 16));
  fact("rt_sigpending: a smaller size", rt_sigpending(&set, 4));
  fact("rt_sigsuspend: another size", rt_sigsuspend(&set, 4));
  fact("rt_sigsuspend: nowhere", rt_sigsuspend(NOWHERE, 8));
}

static void sending(void) {
  int self = getpid();
  static const int wrong[] = {-1, 65, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(wrong); i++) {
    fact_at("kill: signal", wrong[i], kill(self, wrong[i]));
    fact_at("tgkill: signal", wrong[i], tgkill(self, self, wrong[i]));
  }
  fact("kill: signal 0", kill(self, 0));
  fact("kill: nobody", kill(INT_MAX, 0));
  fact("kill: nobody, no signal", kill(INT_MAX, 65));
  fact("kill: INT_MIN", kill(INT_MIN, 0));
  fact("tgkill: signal 0", tgkill(self, self, 0));
  fact("tgkill: no thread of it", tgkill(self, INT_MAX, 0));
  fact("tgkill: 0", tgkill(self, 0, 0));
  fact("tgkill: -1", tgkill(-1, self, 0));
  forget_signals();
  on(SIGUSR1, note, 0);
  int result = kill(self, SIGUSR1);
  fact("kill: handled before it returns", seen[SIGUSR1]);
  fact("kill: its result", result);
  tgkill(self, self, SIGUSR1);
  fact("tgkill: handled before it returns", seen[SIGUSR1]);
  static const int quiet[] = {SIGCHLD, SIGURG, SIGWINCH, SIGCONT};
  for (int i = 0; i < COUNT(quiet); i++)
    fact_at("kill: ignored by default", quiet[i], kill(self, quiet[i]));
  fact_hex("rt_sigpending: none of them", pending());
  on(SIGTERM, SIG_IGN, 0);
  fact("kill: ignored", kill(self, SIGTERM));
  on(SIGTERM, SIG_DFL, 0);
}

static void blocked(void) {
  forget_signals();
  on(SIGUSR1, note, 0);
  on(SIGUSR2, note, 0);
  set_mask(bit(SIGUSR1) | bit(SIGUSR2) | bit(SIGCHLD));
  for (int i = 0; i < 3; i++)
    send_self(SIGUSR1);
  send_self(SIGUSR2);
  send_self(SIGCHLD);
  fact("blocked: none is handled", seen[SIGUSR1] + seen[SIGUSR2]);
  fact_hex("blocked: pending", pending());
  on(SIGUSR2, SIG_IGN, 0);
  fact_hex("blocked: to ignore discards", pending());
  send_self(SIGUSR2);
  fact_hex("blocked: ignored, it is kept all the same", pending());
  on(SIGUSR2, note, 0);
  set_mask(0);
  fact("unblocked: one of three", seen[SIGUSR1]);
  fact("unblocked: the other", seen[SIGUSR2]);
  fact_hex("unblocked: nothing is pending", pending());
  forget_signals();
  on(40, note, 0);
  set_mask(bit(40));
  for (int i = 0; i < 3; i++)
    send_self(40);
  set_mask(0);
  fact("unblocked: a real-time signal sent three times", seen[40]);
  on(SIGCHLD, note, 0);
  set_mask(bit(SIGCHLD));
  send_self(SIGCHLD);
  on(SIGCHLD, SIG_DFL, 0);
  fact_hex("blocked: a default that ignores discards", pending());
  set_mask(0);
}

static void in_order(int a, int b, int c, const char *what, u64 mask) {
  const int numbers[] = {a, b, c};
  forget_signals();
  set_mask(~(u64)0);
  for (int i = 0; i < 3; i++) {
    must("rt_sigaction", on_masking(numbers[i], note, 0, mask));
    send_self(numbers[i]);
  }
  set_mask(0);
  fact_order(what);
  for (int i = 0; i < 3; i++)
    on(numbers[i], SIG_DFL, 0);
}

static volatile int depth;
static volatile int deepest;
static volatile int inside_result;
static volatile u64 inside_mask;

static void nest(int number) {
  note(number);
  if (++depth > deepest)
    deepest = depth;
  if (seen[number] < 3)
    kill(getpid(), number);
  depth--;
}

static void look(int number) {
  struct sigaction old;
  u64 mask;
  note(number);
  rt_sigprocmask(SIG_BLOCK, NULL, &mask, 8);
  inside_mask = mask;
  rt_sigaction(number, NULL, &old, 8);
  inside_result = old.sa_handler == SIG_DFL;
}

static void change_mask(int number) {
  u64 mask = bit(SIGUSR2);
  note(number);
  rt_sigprocmask(SIG_BLOCK, &mask, NULL, 8);
}

static void send_other(int number) {
  note(number);
  kill(getpid(), SIGUSR2);
  note(number);
}

static void handlers(void) {
  in_order(SIGUSR1, SIGUSR2, SIGTERM, "order: of three pending", 0);
  in_order(SIGTERM, SIGUSR2, SIGUSR1, "order: sent the other way round", 0);
  in_order(SIGUSR1, SIGUSR2, SIGTERM, "order: handlers that block all", ~(u64)0);
  in_order(34, SIGTERM, 40, "order: with real-time signals", 0);
  in_order(SIGHUP, SIGINT, SIGTERM, "order: handlers that block one", bit(SIGTERM));
  forget_signals();
  depth = deepest = 0;
  on(SIGUSR1, nest, 0);
  send_self(SIGUSR1);
  fact("nesting: blocked while it is handled", deepest);
  fact("nesting: handled afterwards", seen[SIGUSR1]);
  forget_signals();
  depth = deepest = 0;
  on(SIGUSR1, nest, SA_NODEFER);
  send_self(SIGUSR1);
  fact("SA_NODEFER: handled within", deepest);
  fact("SA_NODEFER: each", seen[SIGUSR1]);
  forget_signals();
  must("rt_sigaction", on_masking(SIGUSR1, look, SA_RESETHAND, bit(SIGTERM)));
  send_self(SIGUSR1);
  fact("SA_RESETHAND: the default within its handler", inside_result);
  fact_hex("handler: its mask", inside_mask);
  fact_hex("handler: the mask afterwards", set_mask(0));
  on(SIGUSR1, look, SA_NODEFER);
  send_self(SIGUSR1);
  fact_hex("SA_NODEFER: the mask within", inside_mask);
  fact("handler: it stays without SA_RESETHAND", inside_result);
  on(SIGUSR1, change_mask, 0);
  send_self(SIGUSR1);
  fact_hex("handler: what it does to the mask is undone", set_mask(0));
  forget_signals();
  on(SIGUSR1, send_other, 0);
  on(SIGUSR2, note, 0);
  send_self(SIGUSR1);
  fact_order("nesting: another one within a handler");
  forget_signals();
  must("rt_sigaction", on_masking(SIGUSR1, send_other, 0, bit(SIGUSR2)));
  send_self(SIGUSR1);
  fact_order("nesting: another one, blocked within the handler");
}

// ---- masks of one call --------------------------------------------------------------------------

static void swapping(void) {
  struct epoll_event got[4];
  struct timespec no_time = {0, 0};
  u64 open = 0;
  u64 closed = bit(SIGUSR1);
  int epfd = epoll_create1(0);
  int fd = eventfd2(0, 0);
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 1);
  forget_signals();
  on(SIGUSR1, look, 0);
  set_mask(closed | bit(SIGUSR2));
  send_self(SIGUSR1);
  fact("epoll_pwait: pending, blocked by its mask", epoll_pwait(epfd, got, 4, 0, &closed, 8));
  fact("epoll_pwait: not handled", seen[SIGUSR1]);
  fact("epoll_pwait: pending, let through", epoll_pwait(epfd, got, 4, -1, &open, 8));
  fact("epoll_pwait: handled", seen[SIGUSR1]);
  fact_hex("epoll_pwait: the mask within the handler", inside_mask);
  fact_hex("epoll_pwait: the mask is back", set_mask(closed));
  send_self(SIGUSR1);
  fact("epoll_pwait: no time, pending, let through", epoll_pwait(epfd, got, 4, 0, &open, 8));
  fact("epoll_pwait: handled again", seen[SIGUSR1]);
  send_self(SIGUSR1);
  u64 value = 1;
  write(fd, &value, 8);
  fact("epoll_pwait: ready and pending", epoll_pwait(epfd, got, 4, -1, &open, 8));
  fact("epoll_pwait: ready comes first", seen[SIGUSR1]);
  fact("epoll_pwait2: ready and pending", epoll_pwait2(epfd, got, 4, NULL, &open, 8));
  fact("epoll_pwait2: ready comes first", seen[SIGUSR1]);
  fact("epoll_pwait: an error, pending", epoll_pwait(epfd, got, 0, -1, &open, 8));
  fact("epoll_pwait: no epoll, pending", epoll_pwait(600, got, 4, -1, &open, 8));
  fact("epoll_pwait: after errors", seen[SIGUSR1]);
  read(fd, &value, 8);
  fact("epoll_pwait2: pending, let through", epoll_pwait2(epfd, got, 4, NULL, &open, 8));
  fact("epoll_pwait2: handled", seen[SIGUSR1]);
  send_self(SIGUSR1);
  fact("epoll_pwait2: no time, pending", epoll_pwait2(epfd, got, 4, &no_time, &open, 8));
  fact_hex("epoll_pwait2: the mask is back", set_mask(closed));
  send_self(SIGUSR1);
  set_mask(0);
  send_self(SIGUSR1);
  u64 all = ~(u64)0;
  forget_signals();
  on(SIGALRM, note, 0);
  start_alarm();
  fact("epoll_pwait: all blocked, alarms, no events", epoll_pwait(epfd, got, 4, 30, &all, 8));
  stop_alarm();
  fact("epoll_pwait: handled afterwards", seen[SIGALRM] > 0);
  close(fd);
  close(epfd);
}

static void suspending(void) {
  u64 open = 0;
  u64 closed = bit(SIGUSR1);
  forget_signals();
  on(SIGUSR1, look, SA_RESTART);
  on(SIGUSR2, note, 0);
  set_mask(closed | bit(SIGUSR2));
  send_self(SIGUSR1);
  send_self(SIGUSR2);
  fact("rt_sigsuspend: pending, let through", rt_sigsuspend(&open, 8));
  fact_order("rt_sigsuspend: handled");
  fact_hex("rt_sigsuspend: the mask is back", set_mask(0));
}

static void timed(void) {
  struct timespec none = {0, 0};
  struct timespec some = {0, 10000000};
  struct siginfo info;
  u64 set = bit(SIGUSR1) | bit(SIGUSR2);
  forget_signals();
  on(SIGUSR1, note, 0);
  on(SIGUSR2, note, 0);
  set_mask(set);
  fact("rt_sigtimedwait: nothing, no time", rt_sigtimedwait(&set, NULL, &none, 8));
  fact("rt_sigtimedwait: nothing in 10 ms", rt_sigtimedwait(&set, NULL, &some, 8));
  send_self(SIGUSR2);
  send_self(SIGUSR1);
  fact("rt_sigtimedwait: the lower of two", rt_sigtimedwait(&set, &info, &none, 8));
  fact("rt_sigtimedwait: si_signo", info.si_signo);
  fact("rt_sigtimedwait: si_code", info.si_code);
  fact("rt_sigtimedwait: si_pid", info.si_pid == getpid());
  fact("rt_sigtimedwait: si_uid", info.si_uid == (u32)getuid());
  fact("rt_sigtimedwait: the other", rt_sigtimedwait(&set, NULL, NULL, 8));
  fact("rt_sigtimedwait: no handler ran", order_length);
  struct timespec wrong[] = {{-1, 0}, {0, -1}, {0, 1000000000}};
  for (int i = 0; i < COUNT(wrong); i++)
    fact_at("rt_sigtimedwait: wrong time", i, rt_sigtimedwait(&set, NULL, &wrong[i], 8));
  fact("rt_sigtimedwait: another size", rt_sigtimedwait(&set, NULL, &none, 4));
  fact("rt_sigtimedwait: nowhere", rt_sigtimedwait(NOWHERE, NULL, &none, 8));
  fact("rt_sigtimedwait: a time nowhere", rt_sigtimedwait(&set, NULL, NOWHERE, 8));
  send_self(SIGUSR1);
  fact("rt_sigtimedwait: the info nowhere", rt_sigtimedwait(&set, NOWHERE, &none, 8));
  fact_hex("rt_sigtimedwait: taken all the same", pending());
  set_mask(0);
  u64 alarm = bit(SIGALRM);
  on(SIGALRM, note, 0);
  const struct itimerval soon = {{0, 0}, {0, 5000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  fact("rt_sigtimedwait: an alarm that nobody blocks", rt_sigtimedwait(&alarm, NULL, NULL, 8));
  fact("rt_sigtimedwait: not handled", seen[SIGALRM]);
  on(SIGALRM, SIG_IGN, 0);
  setitimer(ITIMER_REAL, &soon, NULL);
  some = (struct timespec){0, 30000000};
  fact("rt_sigtimedwait: an alarm that is ignored", rt_sigtimedwait(&alarm, NULL, &some, 8));
  set_mask(alarm);
  setitimer(ITIMER_REAL, &soon, NULL);
  fact("rt_sigtimedwait: ignored and blocked", rt_sigtimedwait(&alarm, NULL, NULL, 8));
  set_mask(0);
}

static void alarms(void) {
  struct itimerval set = {{0, 0}, {100, 0}};
  struct itimerval old;
  fact("setitimer: set", setitimer(ITIMER_REAL, &set, &old));
  fact("setitimer: none before", old.it_value.tv_sec + old.it_value.tv_usec);
  set = (struct itimerval){{5, 6}, {200, 0}};
  fact("setitimer: set another", setitimer(ITIMER_REAL, &set, &old));
  fact("setitimer: what was left", old.it_value.tv_sec == 99 || old.it_value.tv_sec == 100);
  fact("setitimer: NULL disarms", setitimer(ITIMER_REAL, NULL, &old));
  fact("setitimer: its interval", old.it_interval.tv_sec * 10 + old.it_interval.tv_usec);
  struct itimerval wrong[] = {{{0, 0}, {-1, 0}},
                              {{0, 0}, {0, -1}},
                              {{0, 0}, {0, 1000000}},
                              {{-1, 0}, {0, 0}},
                              {{0, 1000000}, {0, 0}}};
  for (int i = 0; i < COUNT(wrong); i++)
    fact_at("setitimer: wrong time", i, setitimer(ITIMER_REAL, &wrong[i], NULL));
  for (int i = 1; i <= 2; i++) {
    differs("EINVAL", "they count the time of a process, which is the host's");
    fact_at("setitimer: which", i, setitimer(i, &set, NULL));
    setitimer(i, NULL, NULL);
  }
  static const int which[] = {-1, 3, INT_MAX};
  for (int i = 0; i < COUNT(which); i++) {
    fact_at("setitimer: which", which[i], setitimer(which[i], &set, NULL));
    fact_at("setitimer: which or nowhere", which[i], setitimer(which[i], NOWHERE, NULL));
  }
  fact("setitimer: nowhere", setitimer(ITIMER_REAL, NOWHERE, NULL));
  set = (struct itimerval){{0, 0}, {0, 0}};
  fact("setitimer: the old one nowhere", setitimer(ITIMER_REAL, &set, NOWHERE));
  forget_signals();
  on(SIGALRM, note, 0);
  set = (struct itimerval){{0, 0}, {0, 3000}};
  setitimer(ITIMER_REAL, &set, NULL);
  u64 open = 0;
  fact("setitimer: one alarm", rt_sigsuspend(&open, 8));
  setitimer(ITIMER_REAL, NULL, &old);
  fact("setitimer: it was the only one", old.it_value.tv_sec + old.it_value.tv_usec);
  fact("setitimer: its handler", seen[SIGALRM]);
}

static int feeding, side[2];

// Reads and writes elsewhere before it ends the wait of the call that it has interrupted.
static void feed(int signum) {
  (void)signum;
  char other[4] = "....";
  write(side[1], "side", 4);
  read(side[0], other, 4);
  fact_bytes("handler: its own read", 4, other);
  write(feeding, "main", 4);
}

static void reading(void) {
  int pipes[2];
  char bytes[8] = "........";
  must("pipe2", pipe2(pipes, 0));
  must("pipe2", pipe2(side, 0));
  feeding = pipes[1];
  on(SIGALRM, feed, SA_RESTART);
  const struct itimerval soon = {{0, 0}, {0, 3000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  int got = read(pipes[0], bytes, sizeof bytes);
  fact_bytes("read: restarted, its handler read meanwhile", got, bytes);
  forget_signals();
  close_pair(pipes);
  close_pair(side);
}

static void facts(void) {
  reading();
  actions();
  masks();
  sending();
  blocked();
  handlers();
  swapping();
  suspending();
  timed();
  alarms();
}
