// connect and accept4, blocking and not; shutdown each way; reset and refusal.
#include "contract.h"

static int nonblocking(void) {
  return must("socket", socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
}

static int error_of(int fd) {
  int value = -1;
  int size = sizeof value;
  must("SO_ERROR", getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &size));
  return -value;
}

// An address where nobody listens: its socket is bound, so nobody else can.
static int nobody(struct sockaddr_in *at) {
  int fd = bound(SOCK_STREAM);
  *at = loopback(port_of(fd));
  return fd;
}

static void connecting(void) {
  struct sockaddr_in at;
  int from = listener(&at);
  int fd = nonblocking();
  fact("connect: O_NONBLOCK", connect(fd, &at, sizeof at));
  fact_mask("connect: what comes", await(fd, EPOLLOUT));
  fact("SO_ERROR: after connect", error_of(fd));
  fact("connect: the result is taken by a second connect", connect(fd, &at, sizeof at));
  fact("connect: a third time", connect(fd, &at, sizeof at));
  fact_mask("epoll: a connected socket", ready(fd, 0x3fff));
  int accepted = accept4(from, NULL, NULL, 0);
  fact("accept4: the number", accepted);
  close(accepted);
  close(fd);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  fact("connect: blocking", connect(fd, &at, sizeof at));
  fact("connect: blocking, a second time", connect(fd, &at, sizeof at));
  close(accept4(from, NULL, NULL, 0));
  close(fd);
  fd = bound(SOCK_STREAM);
  fact("connect: bound first", connect(fd, &at, sizeof at));
  close(accept4(from, NULL, NULL, 0));
  close(fd);
  close(from);
}

// A listener whose queue is full leaves the next connection on its way.
static void pending(void) {
  struct sockaddr_in at, peer;
  struct sockaddr none = {AF_UNSPEC, {0}};
  struct sockaddr_in elsewhere = loopback(9);
  struct timeval soon = {0, 20000};
  int length = sizeof peer;
  char byte;
  int from = bound(SOCK_STREAM);
  must("listen", listen(from, 0));
  at = loopback(port_of(from));
  int first = socket(AF_INET, SOCK_STREAM, 0);
  must("connect", connect(first, &at, sizeof at));
  await(from, EPOLLIN);
  int fd = nonblocking();
  fact("pending: connect", connect(fd, &at, sizeof at));
  fact("pending: connect again", connect(fd, &at, sizeof at));
  fact("pending: connect elsewhere", connect(fd, &elsewhere, sizeof elsewhere));
  fact_mask("pending: epoll", ready(fd, 0x3fff));
  fact("pending: SO_ERROR", error_of(fd));
  fact("pending: read", read(fd, &byte, 1));
  fact("pending: write", write(fd, &byte, 1));
  fact("pending: getpeername", getpeername(fd, &peer, &length));
  fact("pending: it has a port", port_of(fd) > 0);
  fact("pending: listen", listen(fd, 1));
  fact("pending: bind", bind(fd, &at, sizeof at));
  fact("pending: AF_UNSPEC", connect(fd, &none, sizeof none));
  fact_mask("pending: epoll after it", ready(fd, 0x3fff));
  fact("pending: connect anew", connect(fd, &at, sizeof at));
  fact("pending: shutdown", shutdown(fd, SHUT_RDWR));
  fact_mask("pending: epoll after shutdown", ready(fd, 0x3fff));
  close(fd);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof soon);
  fact("pending: blocking, with SO_SNDTIMEO", connect(fd, &at, sizeof at));
  fact("pending: blocking, again", connect(fd, &at, sizeof at));
  close(fd);
  close(first);
  close(from);
}

static void refused(void) {
  struct sockaddr_in at;
  int hold = nobody(&at);
  int fd = nonblocking();
  char byte;
  int result = connect(fd, &at, sizeof at);
  fact("connect: refused, at once or soon", result == -EINPROGRESS || result == -ECONNREFUSED);
  if (result == -EINPROGRESS) {
    await(fd, EPOLLOUT);
    result = error_of(fd);
  }
  fact("connect: refused", result);
  fact("SO_ERROR: told once", error_of(fd));
  fact_mask("epoll: a refused socket", ready(fd, 0x3fff));
  fact("read: a refused socket", read(fd, &byte, 1));
  fact("write: a refused socket", sendto(fd, &byte, 1, MSG_NOSIGNAL, NULL, 0));
  close(fd);

  fd = socket(AF_INET, SOCK_STREAM, 0);
  fact("connect: refused, blocking", connect(fd, &at, sizeof at));
  fact("connect: refused, again", connect(fd, &at, sizeof at));
  fact("SO_ERROR: connect has told it", error_of(fd));
  fact("getpeername: refused", getpeername(fd, &byte, &(int){1}));
  struct sockaddr_in good;
  int from = listener(&good);
  fact("connect: elsewhere after it was refused", connect(fd, &good, sizeof good));
  close(fd);
  close(from);
  close(hold);
}

static void wrong_addresses(void) {
  struct sockaddr_in at;
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = {[15] = 1}};
  int from = listener(&at);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  static const int lengths[] = {-1, 0, 1, 2, 4, 8, 15, 129, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(lengths); i++)
    fact_at("connect: length", lengths[i], connect(fd, &at, lengths[i]));
  fact("connect: NULL", connect(fd, NULL, sizeof at));
  fact("connect: NULL of length 0", connect(fd, NULL, 0));
  fact("connect: nowhere", connect(fd, NOWHERE, sizeof at));
  fact("connect: half behind memory", connect(fd, last_bytes(8), sizeof at));
  fact("connect: nowhere or a length", connect(fd, NOWHERE, 129));
  fact("connect: EBADF", connect(-1, &at, sizeof at));
  fact("connect: EBADF or nowhere", connect(600, NOWHERE, sizeof at));
  fact("connect: not a socket", connect(0, &at, sizeof at));
  fact("connect: not a socket or nowhere", connect(0, NOWHERE, sizeof at));
  fact("connect: an IPv6 address", connect(fd, &six, sizeof six));
  at.sin_family = AF_UNIX;
  fact("connect: a Unix address", connect(fd, &at, sizeof at));
  at.sin_family = 99;
  fact("connect: an unknown family", connect(fd, &at, sizeof at));
  at.sin_family = AF_INET;
  u8 longer[128] = {0};
  __builtin_memcpy(longer, &at, sizeof at);
  fact("connect: a longer address", connect(fd, longer, sizeof longer));
  close(fd);
  close(from);
}

static void unspecified(void) {
  struct sockaddr_in at;
  struct sockaddr none = {AF_UNSPEC, {0}};
  char byte;
  int from = listener(&at);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  fact("AF_UNSPEC: connect of a new socket", connect(fd, &none, sizeof none));
  connect(fd, &at, sizeof at);
  int accepted = accept4(from, NULL, NULL, 0);
  fact("AF_UNSPEC: connect of a connected one", connect(fd, &none, sizeof none));
  fact("AF_UNSPEC: it has no peer now", getpeername(fd, &byte, &(int){1}));
  await(accepted, EPOLLIN);
  fact("AF_UNSPEC: the other end", read(accepted, &byte, 1));
  fact("AF_UNSPEC: connects anew", connect(fd, &at, sizeof at));
  int again = accept4(from, NULL, NULL, 0);
  fact("AF_UNSPEC: is accepted anew", again >= 0);
  close(again);
  close(accepted);
  close(fd);
  fact("AF_UNSPEC: connect of a listener", connect(from, &none, sizeof none));
  int value = -1;
  int size = sizeof value;
  getsockopt(from, SOL_SOCKET, SO_ACCEPTCONN, &value, &size);
  fact("AF_UNSPEC: it listens no more", value);
  close(from);
  fd = bound(SOCK_DGRAM);
  int peer = bound(SOCK_DGRAM);
  at = loopback(port_of(peer));
  connect(fd, &at, sizeof at);
  fact("AF_UNSPEC: connect of UDP", connect(fd, &none, sizeof none));
  fact("AF_UNSPEC: UDP has no peer now", getpeername(fd, &byte, &(int){1}));
  fact("AF_UNSPEC: write without a peer", write(fd, "x", 1));
  fact("AF_UNSPEC: short", connect(fd, &none, 2));
  fact("AF_UNSPEC: shorter", connect(fd, &none, 1));
  close(fd);
  close(peer);
}

static void accepting(void) {
  struct sockaddr_in at, peer;
  static const int flags[] = {0, SOCK_NONBLOCK, SOCK_CLOEXEC, SOCK_NONBLOCK | SOCK_CLOEXEC};
  int from = listener(&at);
  int fd = -1;
  for (int i = 0; i < COUNT(flags); i++) {
    fd = socket(AF_INET, SOCK_STREAM, 0);
    connect(fd, &at, sizeof at);
    int length = sizeof peer;
    int accepted = accept4(from, &peer, &length, flags[i]);
    fact_at("accept4: the number, flags", flags[i], accepted);
    fact_at("accept4: F_GETFL, flags", flags[i], fcntl(accepted, F_GETFL, 0));
    fact_at("accept4: F_GETFD, flags", flags[i], fcntl(accepted, F_GETFD, 0));
    fact_at("accept4: the address' length, flags", flags[i], length);
    fact_at("accept4: it is the client's, flags", flags[i],
            swap16(peer.sin_port) == port_of(fd) && peer.sin_family == AF_INET);
    close(accepted);
    close(fd);
  }
  fcntl(from, F_SETFL, O_NONBLOCK);
  fact("accept4: nobody, O_NONBLOCK", accept4(from, NULL, NULL, 0));
  fact("accept4: nobody or nowhere", accept4(from, NOWHERE, NOWHERE, 0));
  static const int unknown[] = {1, 2, O_APPEND, SOCK_CLOEXEC | 1, -1, INT_MIN};
  for (int i = 0; i < COUNT(unknown); i++)
    fact_at("accept4: unknown flags", unknown[i], accept4(from, NULL, NULL, unknown[i]));
  fact("accept4: EBADF", accept4(-1, NULL, NULL, 0));
  fact("accept4: EBADF or its flags", accept4(-1, NULL, NULL, 1));
  fact("accept4: not a socket", accept4(0, NULL, NULL, 0));
  fact("accept4: not a socket or its flags", accept4(0, NULL, NULL, 1));
  int plain = bound(SOCK_STREAM);
  fact("accept4: no listener", accept4(plain, NULL, NULL, 0));
  fact("accept4: no listener or its flags", accept4(plain, NULL, NULL, 1));
  close(plain);
  int udp = bound(SOCK_DGRAM);
  fact("accept4: UDP", accept4(udp, NULL, NULL, 0));
  close(udp);
  int pair[2];
  unix_pair(pair, SOCK_STREAM);
  fact("accept4: half of a pair", accept4(pair[0], NULL, NULL, 0));
  close_pair(pair);

  close(from);
}

// What a bad address costs: the connection is taken and closed.
static void accepting_badly(void) {
  struct sockaddr_in at;
  int from = listener(&at);
  fcntl(from, F_SETFL, O_NONBLOCK);
  int fd;
  static const int lengths[] = {0, 1, 8, 15, 17, 200, -1, INT_MIN};
  for (int i = 0; i < COUNT(lengths); i++) {
    static u8 room[256];
    fd = socket(AF_INET, SOCK_STREAM, 0);
    connect(fd, &at, sizeof at);
    await(from, EPOLLIN);
    int length = lengths[i];
    int accepted = accept4(from, room, &length, 0);
    fact_at("accept4: size of the address", lengths[i], accepted);
    fact_number_at("accept4: length told for size", lengths[i], length);
    fact_at("accept4: somebody is left for size", lengths[i], ready(from, EPOLLIN));
    if (accepted >= 0)
      close(accepted);
    close(fd);
  }
  int sixteen = 16;
  const struct {
    const char *what;
    void *address, *length;
  } bad[] = {{"accept4: address nowhere", NOWHERE, &sixteen},
             {"accept4: length nowhere", &at, NOWHERE},
             {"accept4: length NULL", &at, NULL},
             {"accept4: address NULL, length nowhere", NULL, NOWHERE}};
  struct sockaddr_in to = at;
  for (int i = 0; i < COUNT(bad); i++) {
    fd = socket(AF_INET, SOCK_STREAM, 0);
    connect(fd, &to, sizeof to);
    await(from, EPOLLIN);
    int accepted = accept4(from, bad[i].address, bad[i].length, 0);
    fact(bad[i].what, accepted);
    fact_at("accept4: what that left in the queue", i, ready(from, EPOLLIN));
    if (accepted >= 0)
      close(accepted);
    close(fd);
  }
  close(from);
}

static void inheritance(void) {
  struct sockaddr_in at;
  int from = listener(&at);
  int on = 1;
  int value;
  int size = sizeof value;
  static const int options[][2] = {{SOL_SOCKET, SO_KEEPALIVE},  {SOL_SOCKET, SO_OOBINLINE},
                                   {SOL_SOCKET, SO_REUSEADDR},  {IPPROTO_TCP, TCP_NODELAY},
                                   {IPPROTO_TCP, TCP_KEEPIDLE}, {SOL_SOCKET, SO_RCVLOWAT}};
  for (int i = 0; i < COUNT(options); i++)
    setsockopt(from, options[i][0], options[i][1], &on, sizeof on);
  fcntl(from, F_SETFL, O_NONBLOCK);
  fcntl(from, F_SETFD, FD_CLOEXEC);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  connect(fd, &at, sizeof at);
  await(from, EPOLLIN);
  int accepted = accept4(from, NULL, NULL, 0);
  fact("inheritance: O_NONBLOCK", fcntl(accepted, F_GETFL, 0));
  fact("inheritance: FD_CLOEXEC", fcntl(accepted, F_GETFD, 0));
  for (int i = 0; i < COUNT(options); i++) {
    value = -1;
    getsockopt(accepted, options[i][0], options[i][1], &value, &size);
    fact_at("inheritance: option", i, value);
  }
  close(accepted);
  close(fd);
  close(from);
}

static void facts(void) {
  connecting();
  pending();
  refused();
  wrong_addresses();
  unspecified();
  accepting();
  accepting_badly();
  inheritance();
}
