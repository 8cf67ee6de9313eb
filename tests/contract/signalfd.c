// signalfd4: what is read, when it is readable, through epoll and poll, and its errors.
#include "signals.h"

static const u64 both = 1ull << (SIGUSR1 - 1) | 1ull << (SIGUSR2 - 1);
static struct signalfd_siginfo got[4];
static struct epoll_event events[4];

static void fact_read(const char *what, int fd, int count) {
  clear(got, sizeof got);
  int result = read(fd, got, (size_t)count * sizeof got[0]);
  open_line(what);
  put_result(result);
  for (int i = 0; i < result / (int)sizeof got[0]; i++) {
    put(" ");
    put_number(got[i].ssi_signo);
    put(got[i].ssi_pid == (u32)getpid() ? " own" : " foreign");
    put(got[i].ssi_uid == (u32)getuid() ? " own" : " foreign");
    put(" ");
    put_number(got[i].ssi_code);
  }
  close_line();
}

static void errors(void) {
  u64 set = both;
  static const int flags[] = {1, 2, O_DIRECT, -1, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(flags); i++)
    fact_at("signalfd4: wrong flags", flags[i], signalfd4(-1, &set, 8, flags[i]));
  fact("signalfd4: another size", signalfd4(-1, &set, 4, 0));
  fact("signalfd4: another size or nowhere", signalfd4(-1, NOWHERE, 16, 0));
  fact("signalfd4: nowhere", signalfd4(-1, NOWHERE, 8, 0));
  fact("signalfd4: nowhere or wrong flags", signalfd4(-1, NOWHERE, 8, 1));
  fact("signalfd4: NULL", signalfd4(-1, NULL, 8, 0));
  fact("signalfd4: of a closed one", signalfd4(600, &set, 8, 0));
  fact("signalfd4: of -2", signalfd4(-2, &set, 8, 0));
  fact("signalfd4: of a closed one, wrong flags", signalfd4(600, &set, 8, 1));
  int other = eventfd2(0, 0);
  fact("signalfd4: of an eventfd", signalfd4(other, &set, 8, 0));
  close(other);
  int fd = signalfd4(-1, &set, 8, SFD_NONBLOCK | SFD_CLOEXEC);
  fact("signalfd4: the lowest free number", fd);
  fact("F_GETFL: of a signalfd", fcntl(fd, F_GETFL, 0));
  fact("F_GETFD: of a signalfd", fcntl(fd, F_GETFD, 0));
  fact("read: less than one", read(fd, got, 127));
  fact("read: nothing", read(fd, got, 0));
  fact("read: nothing is pending", read(fd, got, 128));
  fact("read: nothing is pending, nowhere", read(fd, NOWHERE, 128));
  fact("write: to a signalfd", write(fd, got, 128));
  struct iovec parts[2] = {{got, 64}, {got, 128}};
  fact("readv: less than one in its first part", readv(fd, parts, 2));
  fact("readv: nothing", readv(fd, parts, 0));
  fact("read: NULL, nothing is pending", read(fd, NULL, 128));
  fact("writev: to a signalfd", writev(fd, parts, 2));
  fact("sendto: a signalfd", sendto(fd, got, 1, 0, NULL, 0));
  int value = 0;
  fact("FIONREAD: of a signalfd", ioctl(fd, FIONREAD, &value));
  fact("F_GETPIPE_SZ: of a signalfd", fcntl(fd, F_GETPIPE_SZ, 0));
  fact("F_SETFL: blocking", fcntl(fd, F_SETFL, 0));
  fact("F_GETFL: blocking", fcntl(fd, F_GETFL, 0));
  close(fd);
}

static void reading(void) {
  u64 set = both;
  set_mask(both | bit(SIGALRM));
  int fd = signalfd4(-1, &set, 8, SFD_NONBLOCK);
  send_self(SIGUSR2);
  send_self(SIGUSR1);
  send_self(SIGUSR1);
  fact_mask("epoll: two are pending", ready(fd, EPOLLIN | EPOLLOUT));
  differs("IN|RDNORM", "what carries a guest's signalfd reports both");
  fact_mask("epoll: RDNORM asked for", ready(fd, EPOLLIN | EPOLLRDNORM));
  fact_read("read: one of two", fd, 1);
  fact_mask("epoll: one is pending", ready(fd, EPOLLIN | EPOLLOUT));
  fact_read("read: the other", fd, 1);
  fact_mask("epoll: none", ready(fd, EPOLLIN | EPOLLOUT));
  send_self(SIGUSR2);
  send_self(SIGUSR1);
  fact_read("read: both at once", fd, 4);
  fact_read("read: none is left", fd, 4);
  send_self(SIGUSR1);
  fact("read: nowhere, pending", read(fd, NOWHERE, 128));
  fact_hex("read: nowhere, it is gone", pending());
  send_self(SIGUSR1);
  struct iovec parts[3] = {{got, 100}, {NULL, 0}, {(u8 *)got + 100, 284}};
  send_self(SIGUSR2);
  fact("readv: both over two parts", readv(fd, parts, 3));
  fact("readv: the first", got[0].ssi_signo);
  fact("readv: the second", got[1].ssi_signo);
  send_self(SIGUSR1);
  struct timespec none = {0, 0};
  fact("rt_sigtimedwait: takes it away", rt_sigtimedwait(&set, NULL, &none, 8));
  fact_mask("epoll: it is taken away", ready(fd, EPOLLIN));
  forget_signals();
  on(SIGUSR1, note, 0);
  send_self(SIGUSR1);
  set_mask(bit(SIGALRM));
  fact("handler: takes it away", seen[SIGUSR1]);
  fact_mask("epoll: it was handled", ready(fd, EPOLLIN));
  send_self(SIGUSR1);
  fact("handler: not blocked, nothing for the signalfd", seen[SIGUSR1]);
  fact("read: nothing for it", read(fd, got, 128));
  set_mask(both | bit(SIGALRM));
  send_self(SIGUSR1);
  on(SIGUSR1, SIG_IGN, 0);
  fact("read: what became ignored is gone", read(fd, got, 128));
  send_self(SIGUSR1);
  fact_read("read: blocked and ignored", fd, 1);
  on(SIGUSR1, SIG_DFL, 0);
  set = bit(SIGALRM);
  int blocking = signalfd4(-1, &set, 8, 0);
  const struct itimerval soon = {{0, 0}, {0, 5000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  clear(got, sizeof got);
  fact("read: waits for an alarm", read(blocking, got, sizeof got));
  fact("read: it is the alarm", got[0].ssi_signo);
  on(SIGUSR1, note, 0);
  close(blocking);
  close(fd);
}

static void masks(void) {
  u64 set = bit(SIGUSR1);
  set_mask(both);
  int fd = signalfd4(-1, &set, 8, SFD_NONBLOCK);
  send_self(SIGUSR2);
  fact("read: not in its mask", read(fd, got, 128));
  fact_mask("epoll: not in its mask", ready(fd, EPOLLIN));
  set = both;
  fact("signalfd4: another mask", signalfd4(fd, &set, 8, 0));
  fact_mask("epoll: in its mask now", ready(fd, EPOLLIN));
  fact("F_GETFL: the flags are as they were", fcntl(fd, F_GETFL, 0));
  set = bit(SIGUSR1);
  signalfd4(fd, &set, 8, 0);
  fact_mask("epoll: no longer in its mask", ready(fd, EPOLLIN));
  set = ~(u64)0;
  fact("signalfd4: all signals", signalfd4(fd, &set, 8, 0));
  fact_read("read: the one that is pending", fd, 4);
  u64 none = 0;
  fact("signalfd4: no signal", signalfd4(fd, &none, 8, 0));
  send_self(SIGUSR1);
  fact("read: with an empty mask", read(fd, got, 128));
  int other = signalfd4(-1, &set, 8, SFD_NONBLOCK);
  set = both;
  signalfd4(fd, &set, 8, 0);
  fact_mask("two signalfds: the first is readable", ready(fd, EPOLLIN));
  fact_mask("two signalfds: so is the second", ready(other, EPOLLIN));
  fact_read("two signalfds: read by one", fd, 1);
  fact_mask("two signalfds: the other has nothing", ready(other, EPOLLIN));
  fact("two signalfds: nor to read", read(other, got, 128));
  int twin = dup(fd);
  close(fd);
  send_self(SIGUSR1);
  fact_mask("dup: the twin is readable", ready(twin, EPOLLIN));
  fact_read("dup: and read", twin, 1);
  close(other);
  close(twin);
}

static void waiting(void) {
  u64 set = both;
  set_mask(both);
  int fd = signalfd4(-1, &set, 8, SFD_NONBLOCK);
  int level = epoll_create1(0);
  int edge = epoll_create1(0);
  watch(level, EPOLL_CTL_ADD, fd, EPOLLIN, 1);
  watch(edge, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET, 2);
  fact_events("level: nothing", epoll_wait(level, events, 4, 0), events);
  fact_events("edge: nothing", epoll_wait(edge, events, 4, 0), events);
  send_self(SIGUSR1);
  fact_events("level: one", epoll_wait(level, events, 4, 0), events);
  fact_events("level: still", epoll_wait(level, events, 4, 0), events);
  fact_events("edge: one", epoll_wait(edge, events, 4, 0), events);
  fact_events("edge: no more", epoll_wait(edge, events, 4, 0), events);
  send_self(SIGUSR1);
  fact_events("edge: the same signal once more", epoll_wait(edge, events, 4, 0), events);
  send_self(SIGUSR2);
  fact_events("edge: another signal", epoll_wait(edge, events, 4, 0), events);
  read(fd, got, 128);
  fact_events("edge: not after a read", epoll_wait(edge, events, 4, 0), events);
  fact_events("level: one is left", epoll_wait(level, events, 4, 0), events);
  read(fd, got, 128);
  fact_events("level: none is left", epoll_wait(level, events, 4, 0), events);
  send_self(SIGUSR1);
  fact_events("edge: the next", epoll_wait(edge, events, 4, 0), events);
  struct pollfd entry = {fd, POLLIN | POLLOUT, 0};
  fact("poll: one", poll(&entry, 1, 0));
  fact_mask("poll: what it is", (u32)entry.revents);
  read(fd, got, 128);
  fact("poll: none", poll(&entry, 1, 0));
  set = bit(SIGALRM);
  set_mask(both | bit(SIGALRM));
  signalfd4(fd, &set, 8, 0);
  const struct itimerval soon = {{0, 0}, {0, 5000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  fact_events("epoll: wakes for an alarm", epoll_wait(level, events, 4, -1), events);
  fact("read: the alarm", read(fd, got, sizeof got));
  setitimer(ITIMER_REAL, &soon, NULL);
  entry.revents = 0;
  fact("poll: wakes for an alarm", poll(&entry, 1, -1));
  fact("read: that alarm", read(fd, got, sizeof got));
  close(fd);
  close(level);
  close(edge);
  set_mask(0);
}

static void facts(void) {
  errors();
  reading();
  masks();
  waiting();
}
