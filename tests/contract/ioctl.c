// ioctl: FIONREAD, FIONBIO, FIOCLEX, SIOCATMARK, SIOCOUTQ, epoll's parameters.
#include "contract.h"

static const char *const kinds[] = {"TCP",  "listener", "UDP",   "pair",
                                    "pipe", "epoll",    "event", "timer"};

static int open_kind(int kind) {
  struct sockaddr_in at;
  int pair[2];
  switch (kind) {
  case 0:
    tcp_pair(pair);
    break;
  case 1:
    return listener(&at);
  case 2:
    udp_pair(pair);
    break;
  case 3:
    unix_pair(pair, SOCK_STREAM);
    break;
  case 4:
    must("pipe2", pipe2(pair, 0));
    break;
  case 5:
    return epoll_create1(0);
  case 6:
    return eventfd2(0, 0);
  default:
    return timerfd_create(CLOCK_MONOTONIC, 0);
  }
  close(pair[1]);
  return pair[0];
}

static void each_kind(int kind) {
  static const u32 requests[] = {FIONREAD, SIOCATMARK, SIOCOUTQ, SIOCOUTQNSD, EPIOCGPARAMS};
  int fd = open_kind(kind);
  begin_line("ioctl: FIONREAD SIOCATMARK SIOCOUTQ SIOCOUTQNSD EPIOCGPARAMS, result and value, ");
  put(kinds[kind]);
  put(" =");
  for (int i = 0; i < COUNT(requests); i++) {
    int value[2] = {-7, -7};
    put(" ");
    put_result(ioctl(fd, requests[i], value));
    put("/");
    put_number(value[0]);
  }
  close_line();
  int on = 2;
  int off = 0;
  begin_line("ioctl: FIONBIO on and off, FIOCLEX, FIONCLEX, what they give and leave, ");
  put(kinds[kind]);
  put(" = ");
  put_result(ioctl(fd, FIONBIO, &on));
  put("/");
  put_number(fcntl(fd, F_GETFL, 0) & O_NONBLOCK);
  put(" ");
  put_result(ioctl(fd, FIONBIO, &off));
  put("/");
  put_number(fcntl(fd, F_GETFL, 0) & O_NONBLOCK);
  put(" ");
  put_result(ioctl(fd, FIOCLEX, NULL));
  put("/");
  put_number(fcntl(fd, F_GETFD, 0));
  put(" ");
  put_result(ioctl(fd, FIONCLEX, NOWHERE));
  put("/");
  put_number(fcntl(fd, F_GETFD, 0));
  close_line();
  fact_at("FIONBIO: NULL, kind", kind, ioctl(fd, FIONBIO, NULL));
  fact_at("FIONBIO: nowhere, kind", kind, ioctl(fd, FIONBIO, NOWHERE));
  fact_at("FIONREAD: NULL, kind", kind, ioctl(fd, FIONREAD, NULL));
  fact_at("FIONREAD: nowhere, kind", kind, ioctl(fd, FIONREAD, NOWHERE));
  fact_at("SIOCOUTQ: nowhere, kind", kind, ioctl(fd, SIOCOUTQ, NOWHERE));
  fact_at("SIOCATMARK: nowhere, kind", kind, ioctl(fd, SIOCATMARK, NOWHERE));
  close(fd);
}

static int asked(int fd, u32 request) {
  int value = -1;
  must("ioctl", ioctl(fd, request, &value));
  return value;
}

static void queues(void) {
  int pair[2];
  u8 buffer[16];
  unix_pair(pair, SOCK_STREAM);
  write(pair[0], "hello", 5);
  fact("FIONREAD: five bytes", asked(pair[1], FIONREAD));
  fact("SIOCOUTQ: not read yet", asked(pair[0], SIOCOUTQ) > 0);
  read(pair[1], buffer, 2);
  fact("FIONREAD: three are left", asked(pair[1], FIONREAD));
  read(pair[1], buffer, 8);
  fact("SIOCOUTQ: all is read", asked(pair[0], SIOCOUTQ));
  close_pair(pair);
  udp_pair(pair);
  send_text(pair[0], "one");
  send_text(pair[0], "second");
  await(pair[1], EPOLLIN);
  fact("FIONREAD: the next datagram", asked(pair[1], FIONREAD));
  read(pair[1], buffer, sizeof buffer);
  await(pair[1], EPOLLIN);
  fact("FIONREAD: the one after it", asked(pair[1], FIONREAD));
  close_pair(pair);
  pipe2(pair, 0);
  write(pair[1], "four", 4);
  fact("FIONREAD: a pipe's reader", asked(pair[0], FIONREAD));
  fact("FIONREAD: a pipe's writer", asked(pair[1], FIONREAD));
  close_pair(pair);
  tcp_pair(pair);
  send_text(pair[0], "abcdef");
  await_bytes(pair[1], 6);
  fact("FIONREAD: TCP", asked(pair[1], FIONREAD));
  fact("SIOCATMARK: no mark", asked(pair[1], SIOCATMARK));
  sendto(pair[0], "!", 1, MSG_OOB, NULL, 0);
  await(pair[1], EPOLLPRI);
  fact("FIONREAD: up to the mark", asked(pair[1], FIONREAD));
  fact("SIOCATMARK: before it", asked(pair[1], SIOCATMARK));
  fact("read: up to the mark", read(pair[1], buffer, sizeof buffer));
  fact("SIOCATMARK: at it", asked(pair[1], SIOCATMARK));
  fact("FIONREAD: at the mark", asked(pair[1], FIONREAD));
  close_pair(pair);
  fact("FIONREAD: a closed one", ioctl(pair[0], FIONREAD, NULL));
  fact("FIONREAD: -1", ioctl(-1, FIONREAD, buffer));
  fact("ioctl: EBADF or the request", ioctl(-1, 12345, NOWHERE));
}

static void parameters(void) {
  int epfd = epoll_create1(0);
  struct epoll_params set = {50, 16, 1, 0};
  struct epoll_params got = {7, 7, 7, 7};
  fact("EPIOCGPARAMS: at first", ioctl(epfd, EPIOCGPARAMS, &got));
  fact("EPIOCGPARAMS: usecs at first", got.busy_poll_usecs);
  fact("EPIOCGPARAMS: budget at first", got.busy_poll_budget);
  fact("EPIOCSPARAMS: good ones", ioctl(epfd, EPIOCSPARAMS, &set));
  ioctl(epfd, EPIOCGPARAMS, &got);
  fact("EPIOCGPARAMS: usecs as set", got.busy_poll_usecs);
  fact("EPIOCGPARAMS: budget as set", got.busy_poll_budget);
  fact("EPIOCGPARAMS: prefer as set", got.prefer_busy_poll);
  set.padding = 1;
  fact("EPIOCSPARAMS: padding", ioctl(epfd, EPIOCSPARAMS, &set));
  set = (struct epoll_params){0x80000000u, 1, 0, 0};
  fact("EPIOCSPARAMS: usecs above INT_MAX", ioctl(epfd, EPIOCSPARAMS, &set));
  set = (struct epoll_params){1, 1, 2, 0};
  fact("EPIOCSPARAMS: prefer 2", ioctl(epfd, EPIOCSPARAMS, &set));
  set = (struct epoll_params){1, 64, 0, 0};
  fact("EPIOCSPARAMS: budget 64", ioctl(epfd, EPIOCSPARAMS, &set));
  set = (struct epoll_params){1, 65, 0, 0};
  settled("EPERM", "no privilege, whoever the host is");
  fact("EPIOCSPARAMS: budget 65", ioctl(epfd, EPIOCSPARAMS, &set));
  set.padding = 1;
  fact("EPIOCSPARAMS: budget 65 and padding", ioctl(epfd, EPIOCSPARAMS, &set));
  fact("EPIOCSPARAMS: NULL", ioctl(epfd, EPIOCSPARAMS, NULL));
  fact("EPIOCSPARAMS: nowhere", ioctl(epfd, EPIOCSPARAMS, NOWHERE));
  fact("EPIOCGPARAMS: nowhere", ioctl(epfd, EPIOCGPARAMS, NOWHERE));
  fact("EPIOCGPARAMS: half behind memory", ioctl(epfd, EPIOCGPARAMS, last_bytes(4)));
  close(epfd);
  int fd = eventfd2(0, 0);
  fact("EPIOCSPARAMS: no epoll", ioctl(fd, EPIOCSPARAMS, &set));
  fact("EPIOCSPARAMS: no epoll or nowhere", ioctl(fd, EPIOCSPARAMS, NOWHERE));
  close(fd);
}

static void facts(void) {
  for (int kind = 0; kind < COUNT(kinds); kind++)
    each_kind(kind);
  queues();
  parameters();
}
