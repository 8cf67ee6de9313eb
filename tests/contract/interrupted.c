// What an interrupted call leaves behind: parts that were done, errors, time, and what a handler
// may do meanwhile. Which calls are interrupted at all: interrupt.c.
#include "signals.h"

enum { LARGE = 1 << 22, MESSAGES = 64, MESSAGE = 1 << 14 };

static u8 buffer[LARGE];
static int fds[2];
static volatile int alarms_left;

static void interrupt(handler handler, unsigned long flags) {
  forget_signals();
  alarms_left = 3;
  on(SIGALRM, handler, flags);
  start_alarm();
}

// The result of a call that was interrupted, and whether a handler ran.
static void interrupted(const char *what, int restart, int result) {
  stop_alarm();
  begin_line(what);
  put(restart ? ", SA_RESTART = " : " = ");
  put_result(result);
  put(seen[SIGALRM] > 0 ? ", handled" : ", not handled");
  close_line();
}

static void set_option(int fd, int name, i64 sec, i64 usec) {
  struct timeval time = {sec, usec};
  must("setsockopt", setsockopt(fd, SOL_SOCKET, name, &time, sizeof time));
}

static void fill(int fd) {
  while (sendto(fd, buffer, 4096, MSG_DONTWAIT, NULL, 0) > 0)
    continue;
}

// ---- connect ------------------------------------------------------------------------------------

static volatile int waiting_listener;

// A connect that waits: the queue of connections holds one, and it is there.
static int begin_connect(struct sockaddr_in *at, int *queued) {
  int fd = bound(SOCK_STREAM);
  must("listen", listen(fd, 0));
  *at = loopback(port_of(fd));
  waiting_listener = fd;
  *queued = must("socket", socket(AF_INET, SOCK_STREAM, 0));
  must("connect", connect(*queued, at, sizeof *at));
  return must("socket", socket(AF_INET, SOCK_STREAM, 0));
}

static void accept_at_last(int number) {
  note(number);
  if (--alarms_left == 0)
    close(must("accept4", accept4(waiting_listener, NULL, NULL, 0)));
}

static void connecting(void) {
  struct sockaddr_in at;
  int queued;
  int value = 0;
  int length = sizeof value;
  int fd = begin_connect(&at, &queued);
  interrupt(note, 0);
  interrupted("connect: interrupted", 0, connect(fd, &at, sizeof at));
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &length);
  fact("connect: SO_ERROR afterwards", value);
  fact_mask("connect: ready afterwards", ready(fd, EPOLLIN | EPOLLOUT));
  fact("connect: a write afterwards", sendto(fd, buffer, 1, MSG_DONTWAIT, NULL, 0));
  fact("connect: its name afterwards", port_of(fd) > 0);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  fact("connect: once more, nonblocking", connect(fd, &at, sizeof at));
  fcntl(fd, F_SETFL, 0);
  interrupt(note, 0);
  interrupted("connect: once more", 0, connect(fd, &at, sizeof at));
  set_option(fd, SO_SNDTIMEO, 0, 20000);
  fact("connect: once more, SO_SNDTIMEO", connect(fd, &at, sizeof at));
  set_option(fd, SO_SNDTIMEO, 3600, 0);
  interrupt(note, SA_RESTART);
  interrupted("connect: SO_SNDTIMEO", 1, connect(fd, &at, sizeof at));
  set_option(fd, SO_SNDTIMEO, 0, 0);
  interrupt(accept_at_last, SA_RESTART);
  interrupted("connect: accepted at last", 1, connect(fd, &at, sizeof at));
  fact("connect: connected", connect(fd, &at, sizeof at));
  close(fd);
  close(queued);
  close(waiting_listener);
}

// ---- parts --------------------------------------------------------------------------------------

static const char *const SENDS[] = {
    "write: a part",
    "writev: a part",
    "sendto: a part",
    "sendmsg: a part",
};

static const char *const TIMED_SENDS[] = {
    "write: nothing, SO_SNDTIMEO",
    "writev: nothing, SO_SNDTIMEO",
    "sendto: nothing, SO_SNDTIMEO",
    "sendmsg: nothing, SO_SNDTIMEO",
};

static int send_by(int call, int size) {
  struct iovec parts[2] = {{buffer, (size_t)size / 2}, {buffer, (size_t)size / 2}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  return call == 0   ? write(fds[0], buffer, (size_t)size)
         : call == 1 ? writev(fds[0], parts, 2)
         : call == 2 ? sendto(fds[0], buffer, (size_t)size, 0, NULL, 0)
                     : sendmsg(fds[0], &message, 0);
}

static void sending(int restart) {
  unsigned long flags = restart ? SA_RESTART : 0;
  for (int call = 0; call < COUNT(SENDS); call++) {
    for (int tcp = 0; tcp < 2; tcp++) {
      if (tcp)
        tcp_pair(fds);
      else
        unix_pair(fds, SOCK_STREAM);
      interrupt(note, flags);
      int result = send_by(call, LARGE);
      stop_alarm();
      fact_at(SENDS[call], restart * 2 + tcp, result > 0 && result < LARGE);
      fill(fds[0]);
      set_option(fds[0], SO_SNDTIMEO, 3600, 0);
      interrupt(note, flags);
      result = send_by(call, 8);
      stop_alarm();
      fact_at(TIMED_SENDS[call], restart * 2 + tcp, result);
      close_pair(fds);
    }
  }
}

static void piping(int restart) {
  struct iovec parts[3] = {{buffer, 40000}, {buffer, 40000}, {buffer, 40000}};
  must("pipe2", pipe2(fds, 0));
  interrupt(note, restart ? SA_RESTART : 0);
  interrupted("writev: to a pipe, a part", restart, writev(fds[1], parts, 3));
  close_pair(fds);
}

static void waiting_for_all(int restart) {
  struct iovec parts[2] = {{buffer, 4}, {buffer, 4}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  for (int tcp = 0; tcp < 2; tcp++) {
    if (tcp)
      tcp_pair(fds);
    else
      unix_pair(fds, SOCK_STREAM);
    send_text(fds[1], "abc");
    await_bytes(fds[0], 3);
    interrupt(note, restart ? SA_RESTART : 0);
    interrupted(tcp ? "MSG_WAITALL: TCP" : "MSG_WAITALL: Unix", restart,
                recvfrom(fds[0], buffer, 8, MSG_WAITALL, NULL, NULL));
    send_text(fds[1], "abcde");
    await_bytes(fds[0], 5);
    interrupt(note, restart ? SA_RESTART : 0);
    interrupted(tcp ? "MSG_WAITALL: TCP, recvmsg" : "MSG_WAITALL: Unix, recvmsg", restart,
                recvmsg(fds[0], &message, MSG_WAITALL));
    close_pair(fds);
  }
}

static struct mmsghdr vector[MESSAGES];
static struct iovec parts[MESSAGES];

static void prepare_vector(size_t size) {
  for (int i = 0; i < MESSAGES; i++) {
    parts[i] = (struct iovec){buffer + i * MESSAGE, size};
    vector[i] = (struct mmsghdr){{.msg_iov = &parts[i], .msg_iovlen = 1}, 77};
  }
}

static void counting(int restart) {
  unsigned long flags = restart ? SA_RESTART : 0;
  int value = 0;
  int length = sizeof value;
  prepare_vector(MESSAGE);
  unix_pair(fds, SOCK_DGRAM);
  interrupt(note, flags);
  int sent = sendmmsg(fds[0], vector, MESSAGES, 0);
  stop_alarm();
  fact_at("sendmmsg: a part, SA_RESTART", restart, sent);
  must("sendmmsg: more than one, not all", sent > 1 && sent < MESSAGES ? 0 : -ENOSPC);
  fact_at("sendmmsg: the last that was sent, SA_RESTART", restart, vector[sent - 1].msg_len);
  fact_at("sendmmsg: the first that was not, SA_RESTART", restart, vector[sent].msg_len);
  if (!restart) {
    interrupt(note, flags);
    interrupted("sendmmsg: nothing", restart, sendmmsg(fds[0], vector, MESSAGES, 0));
    interrupt(note, flags);
    interrupted("sendmsg: nothing", restart, sendmsg(fds[0], &vector[0].msg_hdr, 0));
  }
  prepare_vector(16);
  while (recvfrom(fds[1], buffer, 16, MSG_DONTWAIT, NULL, NULL) > 0)
    continue;
  sendmmsg(fds[0], vector, 2, 0);
  prepare_vector(16);
  interrupt(note, flags);
  interrupted("recvmmsg: two of four", restart, recvmmsg(fds[1], vector, 4, 0, NULL));
  fact_at("recvmmsg: the second, SA_RESTART", restart, vector[1].msg_len);
  fact_at("recvmmsg: the third, SA_RESTART", restart, vector[2].msg_len);
  getsockopt(fds[1], SOL_SOCKET, SO_ERROR, &value, &length);
  fact_at("recvmmsg: SO_ERROR afterwards, SA_RESTART", restart, value);
  if (!restart) {
    struct timespec hour = {3600, 0};
    interrupt(note, flags);
    interrupted("recvmmsg: nothing, a time", restart, recvmmsg(fds[1], vector, 4, 0, &hour));
    fact("recvmmsg: what is left of the time", hour.tv_sec);
  }
  close_pair(fds);
}

// ---- waits --------------------------------------------------------------------------------------

static void polling(int restart) {
  unsigned long flags = restart ? SA_RESTART : 0;
  struct timespec hour = {3600, 0};
  struct timespec none = {0, 0};
  u64 open = 0;
  must("pipe2", pipe2(fds, 0));
  struct pollfd list[2] = {{fds[0], POLLIN, 99}, {-1, POLLIN, 99}};
  interrupt(note, flags);
  interrupted("poll: interrupted", restart, poll(list, 2, -1));
  fact_at("poll: revents afterwards, SA_RESTART", restart, list[0].revents + list[1].revents);
  interrupt(note, flags);
  interrupted("poll: interrupted, a time", restart, poll(list, 2, 3600000));
  interrupt(note, flags);
  interrupted("ppoll: interrupted", restart, ppoll(list, 2, &hour, &open, 8));
  fact_at("ppoll: what is left of an hour, SA_RESTART", restart, hour.tv_sec);
  on(SIGUSR1, note, flags);
  set_mask(bit(SIGUSR1));
  send_self(SIGUSR1);
  forget_signals();
  fact_at("ppoll: no time, pending, let through, SA_RESTART", restart,
          ppoll(list, 2, &none, &open, 8));
  fact_at("ppoll: handled, SA_RESTART", restart, seen[SIGUSR1]);
  send_self(SIGUSR1);
  write(fds[1], "x", 1);
  fact_at("ppoll: ready and pending, SA_RESTART", restart, ppoll(list, 2, NULL, &open, 8));
  fact_at("ppoll: ready comes first, SA_RESTART", restart, seen[SIGUSR1]);
  fact_at("ppoll: it is still pending, SA_RESTART", restart, pending() == bit(SIGUSR1));
  set_mask(0);
  close_pair(fds);
}

static void timers(int restart) {
  const struct itimerspec often = {{0, 7000000}, {0, 30000000}};
  struct epoll_event got[4];
  u64 count = 0;
  int fd = must("timerfd_create", timerfd_create(CLOCK_MONOTONIC, 0));
  int epfd = must("epoll_create1", epoll_create1(0));
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 1);
  timerfd_settime(fd, 0, &often, NULL);
  interrupt(note, restart ? SA_RESTART : 0);
  int waits = 0;
  int result;
  while ((result = epoll_wait(epfd, got, 4, -1)) == -EINTR && waits < 1000)
    waits++;
  fact_at("epoll_wait: a timer among alarms, SA_RESTART", restart, result);
  fact_at("epoll_wait: it was interrupted, SA_RESTART", restart, waits > 0);
  while ((result = read(fd, &count, 8)) == -EINTR)
    continue;
  fact_at("read: of a timer among alarms, SA_RESTART", restart, result);
  stop_alarm();
  fact_at("read: how often it has expired, SA_RESTART", restart, count > 0);
  close(fd);
  close(epfd);
}

static void sleeping(int restart) {
  struct timespec hour = {3600, 0};
  struct timespec left = {77, 77};
  interrupt(note, restart ? SA_RESTART : 0);
  interrupted("clock_nanosleep: interrupted", restart,
              clock_nanosleep(CLOCK_MONOTONIC, 0, &hour, &left));
  fact_at("clock_nanosleep: what is left, SA_RESTART", restart, left.tv_sec);
  struct timespec far = {(i64)1 << 34, 0};
  left = (struct timespec){77, 77};
  interrupt(note, restart ? SA_RESTART : 0);
  interrupted("clock_nanosleep: until a time", restart,
              clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &far, &left));
  fact_at("clock_nanosleep: nothing is said of what is left, SA_RESTART", restart, left.tv_sec);
  on(SIGALRM, SIG_IGN, 0);
  start_alarm();
  hour = (struct timespec){0, 30000000};
  fact_at("clock_nanosleep: alarms that are ignored, SA_RESTART", restart,
          clock_nanosleep(CLOCK_MONOTONIC, 0, &hour, NULL));
  stop_alarm();
}

static void counters(int restart) {
  u64 most = ~(u64)0 - 1;
  u64 mask = bit(SIGUSR2);
  unsigned long flags = restart ? SA_RESTART : 0;
  if (restart)
    return;
  int fd = must("eventfd2", eventfd2(0, 0));
  write(fd, &most, 8);
  interrupt(note, flags);
  interrupted("write: to a full eventfd", restart, write(fd, &most, 8));
  close(fd);
  fd = must("timerfd_create", timerfd_create(CLOCK_MONOTONIC, 0));
  interrupt(note, flags);
  interrupted("read: of a timer that is not set", restart, read(fd, &most, 8));
  close(fd);
  fd = must("signalfd4", signalfd4(-1, &mask, 8, 0));
  interrupt(note, flags);
  interrupted("read: of a signalfd", restart, read(fd, buffer, 128));
  close(fd);
}

static void facts(void) {
  connecting();
  for (int restart = 0; restart < 2; restart++) {
    sending(restart);
    piping(restart);
    waiting_for_all(restart);
    counting(restart);
    polling(restart);
    timers(restart);
    sleeping(restart);
    counters(restart);
  }
}
