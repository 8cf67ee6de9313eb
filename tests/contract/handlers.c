// What a handler may do to the call that it interrupts, and to the signals after it.
#include "signals.h"

static u8 buffer[64];
static int fds[2];
static int other[2];
static volatile int inside;

static void alarmed(handler handler, unsigned long flags) {
  const struct itimerval soon = {{0, 0}, {0, 10000}};
  forget_signals();
  inside = 0;
  on(SIGALRM, handler, flags);
  must("setitimer", setitimer(ITIMER_REAL, &soon, NULL));
}

static void with_pipe(void) { must("pipe2", pipe2(fds, 0)); }

static void feed(void) { write(fds[1], "fed", 3); }

// ---- what is waited for changes -----------------------------------------------------------------

static void close_it(int number) {
  note(number);
  inside = close(fds[0]);
}

static void replace_it(int number) {
  note(number);
  inside = dup3(other[0], fds[0], 0);
}

static void watch_it(int number) {
  note(number);
  inside = watch(other[0], EPOLL_CTL_ADD, fds[1], EPOLLOUT, 7);
}

static void closing(int restart) {
  unsigned long flags = restart ? SA_RESTART : 0;
  struct epoll_event got[4];
  with_pipe();
  alarmed(close_it, flags);
  fact_at("handler: closes what is read, SA_RESTART", restart, read(fds[0], buffer, 8));
  fact_at("handler: its close, SA_RESTART", restart, inside);
  close(fds[1]);
  unix_pair(fds, SOCK_STREAM);
  alarmed(close_it, flags);
  fact_at("handler: closes what is received from, SA_RESTART", restart,
          recvfrom(fds[0], buffer, 8, 0, NULL, NULL));
  fact_at("handler: the other end afterwards, SA_RESTART", restart, read(fds[1], buffer, 8));
  close(fds[1]);
  struct sockaddr_in at;
  fds[0] = listener(&at);
  alarmed(close_it, flags);
  fact_at("handler: closes what accepts, SA_RESTART", restart, accept4(fds[0], NULL, NULL, 0));
  int epfd = must("epoll_create1", epoll_create1(0));
  with_pipe();
  watch(epfd, EPOLL_CTL_ADD, fds[0], EPOLLIN, 1);
  alarmed(close_it, flags);
  fact_at("handler: closes what is watched, SA_RESTART", restart, epoll_wait(epfd, got, 4, -1));
  fact_at("handler: it is watched no more, SA_RESTART", restart, epoll_wait(epfd, got, 4, 0));
  close(fds[1]);
  fds[0] = epfd;
  alarmed(close_it, flags);
  fact_at("handler: closes the epoll, SA_RESTART", restart, epoll_wait(epfd, got, 4, -1));
  fact_at("handler: it is closed, SA_RESTART", restart, epoll_wait(epfd, got, 4, 0));
}

static void replacing(int restart) {
  struct epoll_event got[4];
  with_pipe();
  must("pipe2", pipe2(other, 0));
  write(other[1], "other", 5);
  alarmed(replace_it, restart ? SA_RESTART : 0);
  fact_at("handler: puts another there, SA_RESTART", restart, read(fds[0], buffer, 8));
  fact_at("handler: its dup3, SA_RESTART", restart, inside == fds[0]);
  close_pair(fds);
  close_pair(other);
  with_pipe();
  other[0] = must("epoll_create1", epoll_create1(0));
  alarmed(watch_it, restart ? SA_RESTART : 0);
  fact_at("handler: watches what is ready, SA_RESTART", restart, epoll_wait(other[0], got, 4, -1));
  fact_at("handler: ready the next time, SA_RESTART", restart, epoll_wait(other[0], got, 4, -1));
  close_pair(fds);
  close(other[0]);
}

// ---- calls that wait, in a handler --------------------------------------------------------------

static void sleep_inside(int number) {
  const struct timespec some = {0, 5000000};
  note(number);
  inside = clock_nanosleep(CLOCK_MONOTONIC, 0, &some, NULL);
  feed();
}

static void wait_inside(int number) {
  struct epoll_event got[4];
  int epfd = epoll_create1(0);
  note(number);
  inside = epoll_wait(epfd, got, 4, 10);
  close(epfd);
  feed();
}

static void second_alarm(int number) {
  note(number);
  feed();
}

// Its own call is interrupted by another signal's handler.
static void interrupted_inside(int number) {
  const struct itimerval soon = {{0, 0}, {0, 5000}};
  note(number);
  if (seen[number] > 1)
    return feed();
  on(number, second_alarm, 0);
  setitimer(ITIMER_REAL, &soon, NULL);
  inside = read(other[0], buffer, 8);
}

static void waiting(int restart) {
  static const handler handlers[] = {sleep_inside, wait_inside, interrupted_inside};
  static const char *const names[][2] = {
      {"handler: sleeps, SA_RESTART", "handler: sleeps, its own call, SA_RESTART"},
      {"handler: waits, SA_RESTART", "handler: waits, its own call, SA_RESTART"},
      {"handler: is interrupted, SA_RESTART", "handler: is interrupted, its own call, SA_RESTART"},
  };
  for (int i = 0; i < COUNT(handlers); i++) {
    with_pipe();
    must("pipe2", pipe2(other, 0));
    alarmed(handlers[i], (restart ? SA_RESTART : 0) | SA_NODEFER);
    fact_at(names[i][0], restart, read(fds[0], buffer, 8));
    fact_at(names[i][1], restart, inside);
    close_pair(fds);
    close_pair(other);
  }
}

// ---- which action decides -----------------------------------------------------------------------

static void restart_from_now_on(int number) {
  note(number);
  on(number, note, SA_RESTART);
  feed();
}

static void interrupt_from_now_on(int number) {
  note(number);
  on(number, note, 0);
  feed();
}

static void send_user1(int number) {
  note(number);
  send_self(SIGUSR1);
  feed();
}

static void send_both(int number) {
  note(number);
  send_self(SIGUSR2);
  send_self(SIGUSR1);
  feed();
}

static void deciding(void) {
  with_pipe();
  alarmed(restart_from_now_on, 0);
  fact("action: changed to SA_RESTART in its handler", read(fds[0], buffer, 8));
  close_pair(fds);
  with_pipe();
  alarmed(interrupt_from_now_on, SA_RESTART);
  fact("action: changed to none in its handler", read(fds[0], buffer, 8));
  close_pair(fds);
  with_pipe();
  alarmed(restart_from_now_on, SA_RESETHAND);
  fact("action: SA_RESETHAND, changed in its handler", read(fds[0], buffer, 8));
  close_pair(fds);
  for (int outer = 0; outer < 2; outer++) {
    with_pipe();
    on(SIGUSR1, note, outer ? 0 : SA_RESTART);
    alarmed(send_user1, outer ? SA_RESTART : 0);
    fact_at("action: of the one that interrupts, SA_RESTART", outer, read(fds[0], buffer, 8));
    fact_at("action: both are handled, SA_RESTART", outer, seen[SIGUSR1] + seen[SIGALRM]);
    close_pair(fds);
    with_pipe();
    on(SIGUSR1, note, outer ? 0 : SA_RESTART);
    on(SIGUSR2, note, outer ? 0 : SA_RESTART);
    alarmed(send_both, 0);
    must("rt_sigaction",
         on_masking(SIGALRM, send_both, outer ? SA_RESTART : 0, bit(SIGUSR1) | bit(SIGUSR2)));
    fact_at("action: of the first, two come after it, SA_RESTART", outer, read(fds[0], buffer, 8));
    fact_order(outer ? "action: their order, SA_RESTART" : "action: their order");
    close_pair(fds);
  }
}

// ---- masks --------------------------------------------------------------------------------------

static void block_user1(int number) {
  u64 set = bit(SIGUSR1);
  note(number);
  rt_sigprocmask(SIG_BLOCK, &set, NULL, 8);
  send_self(SIGUSR1);
  inside = seen[SIGUSR1];
}

static void open_user1(int number) {
  u64 set = bit(SIGUSR1);
  note(number);
  rt_sigprocmask(SIG_UNBLOCK, &set, NULL, 8);
  inside = seen[SIGUSR1];
}

static void masks(void) {
  u64 open = 0;
  u64 closed = bit(SIGUSR1) | bit(SIGALRM);
  struct epoll_event got[4];
  int epfd = must("epoll_create1", epoll_create1(0));
  on(SIGUSR1, note, 0);
  set_mask(bit(SIGALRM));
  alarmed(block_user1, 0);
  fact("mask: epoll_pwait, the handler blocks and sends", epoll_pwait(epfd, got, 4, -1, &open, 8));
  fact("mask: it waited for the handler's end", inside);
  fact("mask: it was handled then", seen[SIGUSR1]);
  fact_hex("mask: the one before is back", set_mask(0));
  u64 most = bit(SIGUSR1);
  set_mask(closed);
  forget_signals();
  send_self(SIGUSR1);
  alarmed(open_user1, 0);
  fact("mask: ppoll lets one through, its handler the other", ppoll(NULL, 0, NULL, &most, 8));
  fact("mask: handled within", inside);
  fact_hex("mask: the one before is back, both blocked", set_mask(0));
  set_mask(closed);
  send_self(SIGUSR1);
  alarmed(note, 0);
  fact("mask: rt_sigsuspend lets one through", rt_sigsuspend(&most, 8));
  fact("mask: the other waits", seen[SIGUSR1]);
  fact_hex("mask: it is pending", pending());
  set_mask(0);
  fact("mask: it is handled", seen[SIGUSR1]);
  close(epfd);
}

// ---- signals that are not to interrupt ----------------------------------------------------------

static void feed_at_last(int number) {
  note(number);
  if (seen[number] == 3)
    feed();
}

static void quiet(void) {
  struct timespec some = {0, 30000000};
  struct epoll_event got[4];
  struct itimerval left;
  u64 set = bit(SIGALRM) | bit(SIGUSR2);
  u64 user2 = bit(SIGUSR2);
  int epfd = must("epoll_create1", epoll_create1(0));
  on(SIGUSR2, note, 0);
  for (int blocked = 0; blocked < 2; blocked++) {
    unix_pair(fds, SOCK_STREAM);
    struct timeval time = {0, 30000};
    setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    set_mask(blocked ? set : user2);
    on(SIGALRM, blocked ? note : SIG_IGN, 0);
    start_alarm();
    fact_at("quiet: read with SO_RCVTIMEO", blocked, read(fds[0], buffer, 8));
    fact_at("quiet: epoll_wait", blocked, epoll_wait(epfd, got, 4, 30));
    fact_at("quiet: epoll_pwait2", blocked, epoll_pwait2(epfd, got, 4, &some, NULL, 8));
    fact_at("quiet: poll", blocked, poll(NULL, 0, 30));
    fact_at("quiet: clock_nanosleep", blocked, clock_nanosleep(CLOCK_MONOTONIC, 0, &some, NULL));
    fact_at("quiet: rt_sigtimedwait", blocked, rt_sigtimedwait(&user2, NULL, &some, 8));
    setitimer(ITIMER_REAL, NULL, &left);
    fact_hex(blocked ? "quiet: pending, blocked" : "quiet: pending, ignored", pending());
    on(SIGALRM, SIG_IGN, 0);
    close_pair(fds);
  }
  set_mask(0);
  with_pipe();
  forget_signals();
  on(SIGALRM, feed_at_last, SA_RESTART);
  start_alarm();
  fact("restarted: as often as it takes", read(fds[0], buffer, 8));
  fact("restarted: twice at least", seen[SIGALRM] >= 3);
  stop_alarm();
  close_pair(fds);
  close(epfd);
}

static void facts(void) {
  for (int restart = 0; restart < 2; restart++) {
    closing(restart);
    replacing(restart);
    waiting(restart);
  }
  deciding();
  masks();
  quiet();
}
