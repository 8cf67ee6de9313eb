// Calls that block and a signal that comes: -EINTR, or restarted where SA_RESTART does that.
#include "signals.h"

static u8 buffer[1 << 20];

static int fds[2];
static volatile int alarms_left;

// Lets the call that blocks come to its end after some interruptions.
static void finish(int number) {
  note(number);
  if (--alarms_left > 0)
    return;
  u64 one = 1;
  write(fds[1], &one, sizeof one);
}

// Several alarms: at least one of them comes while the call waits.
static void begin_interrupting(unsigned long flags) {
  forget_signals();
  alarms_left = 3;
  on(SIGALRM, flags & SA_RESTART ? finish : note, flags);
  start_alarm();
}

static void end_interrupting(const char *what, int restart, int result) {
  stop_alarm();
  begin_line(what);
  put(" ");
  put_number(restart);
  put(" = ");
  put_result(result);
  put(seen[SIGALRM] > 0 ? ", handled" : ", not handled");
  close_line();
}

static void reading(int restart) {
  unsigned long flags = restart ? SA_RESTART : 0;
  struct iovec part = {buffer, 8};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  struct mmsghdr vector = {message, 0};
  for (int call = 0; call < 8; call++) {
    static const char *const names[] = {
        "interrupted: read of a socket, SA_RESTART",   "interrupted: readv, SA_RESTART",
        "interrupted: recvfrom, SA_RESTART",           "interrupted: recvmsg, SA_RESTART",
        "interrupted: recvmmsg, SA_RESTART",           "interrupted: read of a pipe, SA_RESTART",
        "interrupted: read of an eventfd, SA_RESTART", "interrupted: MSG_WAITALL, SA_RESTART",
    };
    if (call == 5)
      must("pipe2", pipe2(fds, 0));
    else if (call == 6)
      fds[0] = fcntl(fds[1] = eventfd2(0, 0), F_DUPFD, 0);
    else
      unix_pair(fds, SOCK_STREAM);
    begin_interrupting(flags);
    int result = call == 1   ? readv(fds[0], &part, 1)
                 : call == 2 ? recvfrom(fds[0], buffer, 8, 0, NULL, NULL)
                 : call == 3 ? recvmsg(fds[0], &message, 0)
                 : call == 4 ? recvmmsg(fds[0], &vector, 1, 0, NULL)
                 : call == 7 ? recvfrom(fds[0], buffer, 8, MSG_WAITALL, NULL, NULL)
                             : read(fds[0], buffer, 8);
    end_interrupting(names[call], restart, result);
    close_pair(fds);
  }
}

static void with_timeouts(int restart) {
  struct timeval hour = {3600, 0};
  unix_pair(fds, SOCK_STREAM);
  setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &hour, sizeof hour);
  begin_interrupting(restart ? SA_RESTART : 0);
  end_interrupting("interrupted: read with SO_RCVTIMEO, SA_RESTART", restart,
                   read(fds[0], buffer, 8));
  close_pair(fds);
  hour = (struct timeval){3600, 0};
  unix_pair(fds, SOCK_STREAM);
  fcntl(fds[0], F_SETFL, O_NONBLOCK);
  while (write(fds[0], buffer, 4096) > 0)
    continue;
  fcntl(fds[0], F_SETFL, 0);
  setsockopt(fds[0], SOL_SOCKET, SO_SNDTIMEO, &hour, sizeof hour);
  forget_signals();
  on(SIGALRM, note, restart ? SA_RESTART : 0);
  start_alarm();
  end_interrupting("interrupted: write with SO_SNDTIMEO, SA_RESTART", restart,
                   write(fds[0], buffer, 8));
  close_pair(fds);
}

static struct sockaddr_in there;
static volatile int client;

static void connect_at_last(int number) {
  note(number);
  if (--alarms_left == 0) {
    client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connect(client, &there, sizeof there);
  }
}

static void drain_at_last(int number) {
  note(number);
  if (--alarms_left <= 0)
    while (recvfrom(fds[1], buffer, sizeof buffer, MSG_DONTWAIT, NULL, NULL) > 0)
      continue;
}

static void begin_restarting(handler handler) {
  forget_signals();
  alarms_left = 3;
  on(SIGALRM, handler, SA_RESTART);
  start_alarm();
}

// What SA_RESTART restarts comes to its end by what a handler does.
static void restarting(void) {
  int fd = listener(&there);
  begin_restarting(connect_at_last);
  int accepted = accept4(fd, NULL, NULL, 0);
  end_interrupting("restarted: accept4, a connection", 1, accepted > 0);
  close(accepted);
  close(client);
  close(fd);
  unix_pair(fds, SOCK_STREAM);
  fcntl(fds[0], F_SETFL, O_NONBLOCK);
  while (write(fds[0], buffer, 4096) > 0)
    continue;
  fcntl(fds[0], F_SETFL, 0);
  begin_restarting(drain_at_last);
  end_interrupting("restarted: write into a full socket", 1, write(fds[0], buffer, 8));
  while (sendto(fds[0], buffer, 4096, MSG_DONTWAIT, NULL, 0) > 0)
    continue;
  begin_restarting(drain_at_last);
  end_interrupting("restarted: sendto into a full socket", 1,
                   sendto(fds[0], buffer, 8, 0, NULL, 0));
  close_pair(fds);
  // A signal's handler that has no SA_RESTART decides, if it is the one that ran.
  unix_pair(fds, SOCK_STREAM);
  u64 set = bit(SIGUSR1);
  on(SIGUSR1, note, SA_RESTART);
  on(SIGALRM, note, 0);
  set_mask(set);
  send_self(SIGUSR1);
  start_alarm();
  end_interrupting("interrupted: read, another is pending, it is blocked", 0,
                   read(fds[0], buffer, 8));
  set_mask(0);
  close_pair(fds);
}

static void accepting(void) {
  struct sockaddr_in at;
  int fd = listener(&at);
  begin_interrupting(0);
  end_interrupting("interrupted: accept4", 0, accept4(fd, NULL, NULL, 0));
  struct timeval hour = {3600, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &hour, sizeof hour);
  forget_signals();
  on(SIGALRM, note, SA_RESTART);
  start_alarm();
  end_interrupting("interrupted: accept4 with SO_RCVTIMEO, SA_RESTART", 1,
                   accept4(fd, NULL, NULL, 0));
  close(fd);
}

static void writing(void) {
  unix_pair(fds, SOCK_STREAM);
  begin_interrupting(0);
  int result = write(fds[0], buffer, sizeof buffer);
  stop_alarm();
  fact("interrupted: a large write gives a part", result > 0 && result < (int)sizeof buffer);
  begin_interrupting(0);
  end_interrupting("interrupted: write into a full socket", 0, write(fds[0], buffer, 8));
  begin_interrupting(0);
  end_interrupting("interrupted: sendto into a full socket", 0,
                   sendto(fds[0], buffer, 8, 0, NULL, 0));
  close_pair(fds);
  must("pipe2", pipe2(fds, 0));
  begin_interrupting(0);
  result = write(fds[1], buffer, sizeof buffer);
  stop_alarm();
  fact("interrupted: a large write to a pipe", result);
  begin_interrupting(0);
  end_interrupting("interrupted: write into a full pipe", 0, write(fds[1], buffer, 8));
  close_pair(fds);
}

static void waiting(int restart) {
  struct epoll_event got[4];
  u64 none = 0;
  struct timespec hour = {3600, 0};
  unsigned long flags = restart ? SA_RESTART : 0;
  int epfd = epoll_create1(0);
  forget_signals();
  on(SIGALRM, note, flags);
  start_alarm();
  fact_at("interrupted: epoll_wait, SA_RESTART", restart, epoll_wait(epfd, got, 4, -1));
  fact_at("interrupted: epoll_wait, a time, SA_RESTART", restart,
          epoll_wait(epfd, got, 4, 3600000));
  fact_at("interrupted: epoll_pwait, SA_RESTART", restart, epoll_pwait(epfd, got, 4, -1, NULL, 8));
  fact_at("interrupted: epoll_pwait, a mask, SA_RESTART", restart,
          epoll_pwait(epfd, got, 4, -1, &none, 8));
  fact_at("interrupted: epoll_pwait2, SA_RESTART", restart,
          epoll_pwait2(epfd, got, 4, &hour, NULL, 8));
  fact_at("interrupted: epoll_pwait2, no time, SA_RESTART", restart,
          epoll_pwait2(epfd, got, 4, NULL, NULL, 8));
  fact_at("interrupted: rt_sigsuspend, SA_RESTART", restart, rt_sigsuspend(&none, 8));
  u64 other = bit(SIGUSR1);
  fact_at("interrupted: rt_sigtimedwait, SA_RESTART", restart,
          rt_sigtimedwait(&other, NULL, &hour, 8));
  fact_at("interrupted: rt_sigtimedwait, no time, SA_RESTART", restart,
          rt_sigtimedwait(&other, NULL, NULL, 8));
  stop_alarm();
  fact_at("interrupted: a handler each, SA_RESTART", restart, seen[SIGALRM] >= 9);
  on(SIGALRM, SIG_IGN, 0);
  start_alarm();
  fact_at("ignored: epoll_wait goes on, SA_RESTART", restart, epoll_wait(epfd, got, 4, 30));
  stop_alarm();
  close(epfd);
}

static void facts(void) {
  for (int restart = 0; restart < 2; restart++) {
    reading(restart);
    with_timeouts(restart);
    waiting(restart);
  }
  restarting();
  accepting();
  writing();
}
