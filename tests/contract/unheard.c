// Signals that are ignored or blocked: no call that waits shows that there was one. An alarm comes
// every 20 ms meanwhile. And alarms with the largest intervals.
#include "signals.h"

enum { EVERY_US = 20000, TIMEOUT_MS = 150 };

static u8 bytes[1 << 20];

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void alarms(i64 every_us) {
  const struct itimerval value = {{0, every_us}, {0, every_us}};
  must("setitimer", setitimer(ITIMER_REAL, &value, NULL));
}

static void set_timeout(int fd, int option) {
  const struct timeval timeout = {0, TIMEOUT_MS * 1000};
  must("setsockopt", setsockopt(fd, SOL_SOCKET, option, &timeout, sizeof timeout));
}

// A result, and whether it took all of its time.
static void fact_waited(const char *how, const char *what, long long result, long long from) {
  begin_line(how);
  put(": ");
  put(what);
  put(" = ");
  put_result(result);
  put(now_ms() - from >= TIMEOUT_MS - 1 ? ", after its time" : ", early");
  close_line();
}

static void sockets(const char *how) {
  int pair[2], datagrams[2];
  unix_pair(pair, SOCK_STREAM);
  unix_pair(datagrams, SOCK_DGRAM);
  set_timeout(pair[0], SO_SNDTIMEO);
  set_timeout(pair[1], SO_RCVTIMEO);
  set_timeout(datagrams[1], SO_RCVTIMEO);
  long long from = now_ms();
  fact_waited(how, "read", read(pair[1], bytes, 1), from);
  send_text(pair[0], "x");
  from = now_ms();
  fact_waited(how, "MSG_WAITALL of one byte", recvfrom(pair[1], bytes, 10, MSG_WAITALL, NULL, NULL),
              from);
  from = now_ms();
  int written = write(pair[0], bytes, sizeof bytes);
  fact_waited(how, "a write that is not read", written > 0, from);
  struct iovec iov = {bytes, 16};
  struct mmsghdr message = {{NULL, 0, &iov, 1, NULL, 0, 0}, 0};
  struct timespec long_time = {5, 0};
  from = now_ms();
  fact_waited(how, "recvmmsg", recvmmsg(datagrams[1], &message, 1, 0, NULL), from);
  from = now_ms();
  fact_waited(how, "recvmmsg with a time", recvmmsg(datagrams[1], &message, 1, 0, &long_time),
              from);
  close_pair(pair);
  close_pair(datagrams);
}

static void waits(const char *how) {
  struct epoll_event event;
  struct pollfd polled = {-1, 0, 0};
  const struct timespec span = {0, TIMEOUT_MS * 1000000};
  struct timespec left = span;
  const u64 none = 0;
  int epfd = must("epoll_create1", epoll_create1(0));
  long long from = now_ms();
  fact_waited(how, "epoll_wait", epoll_wait(epfd, &event, 1, TIMEOUT_MS), from);
  from = now_ms();
  fact_waited(how, "poll", poll(&polled, 1, TIMEOUT_MS), from);
  from = now_ms();
  fact_waited(how, "clock_nanosleep", clock_nanosleep(CLOCK_MONOTONIC, 0, &span, NULL), from);
  from = now_ms();
  fact_waited(how, "rt_sigtimedwait for another", rt_sigtimedwait(&none, NULL, &left, 8), from);
  close(epfd);
}

static void linger(const char *how) {
  static const struct linger on = {1, 1};
  int pair[2];
  tcp_pair(pair);
  must("fcntl", fcntl(pair[0], F_SETFL, O_NONBLOCK));
  while (write(pair[0], bytes, sizeof bytes) > 0)
    continue;
  setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &on, sizeof on);
  long long from = now_ms();
  fact_waited(how, "close that lingers", close(pair[0]), from);
  close(pair[1]);
}

static void huge(void) {
  static const struct itimerval values[] = {{{INT64_MAX, 0}, {0, 1}},
                                            {{INT64_MAX / 1000000000, 999999}, {0, 1}},
                                            {{1ll << 40, 0}, {0, 1}},
                                            {{0, 1}, {0, 1}}};
  const struct timespec pause = {0, 2000000};
  for (int i = 0; i < COUNT(values); i++) {
    struct itimerval left;
    fact_at("alarm: set", i, setitimer(ITIMER_REAL, &values[i], NULL));
    clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
    fact_at("alarm: got", i, setitimer(ITIMER_REAL, NULL, &left));
    fact_number_at("alarm: its interval, seconds", i, left.it_interval.tv_sec);
    fact_number_at("alarm: its interval, microseconds", i, left.it_interval.tv_usec);
    alarms(0);
  }
}

static void under(const char *how) {
  alarms(EVERY_US);
  sockets(how);
  waits(how);
  linger(how);
  alarms(0);
}

static void facts(void) {
  static const struct sigaction ignored = {SIG_IGN, 0, NULL, {0, 0}};
  static const struct sigaction by_default = {SIG_DFL, 0, NULL, {0, 0}};
  const u64 set = 1ull << (SIGALRM - 1);
  must("rt_sigaction", rt_sigaction(SIGALRM, &ignored, NULL, 8));
  under("ignored");
  must("rt_sigaction", rt_sigaction(SIGALRM, &by_default, NULL, 8));
  must("rt_sigprocmask", rt_sigprocmask(SIG_BLOCK, &set, NULL, 8));
  under("blocked");
  u64 pending = 0;
  must("rt_sigpending", rt_sigpending(&pending, 8));
  fact("blocked: pending afterwards", pending == set);
  huge();
}
