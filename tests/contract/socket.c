// socket, socketpair, bind, listen, getsockname, getpeername.
#include "contract.h"

static void fact_socket(int domain, int type, int protocol) {
  begin_line("socket: domain ");
  put_number(domain);
  put(", type ");
  put_number(type);
  put(", protocol ");
  put_number(protocol);
  put(" = ");
  int fd = socket(domain, type, protocol);
  put_result(fd);
  close_line();
  close(fd);
}

static void creation(void) {
  static const int known[][3] = {
      {AF_INET, SOCK_STREAM, 0},  {AF_INET, SOCK_STREAM, IPPROTO_TCP},
      {AF_INET, SOCK_DGRAM, 0},   {AF_INET, SOCK_DGRAM, IPPROTO_UDP},
      {AF_INET6, SOCK_STREAM, 0}, {AF_INET6, SOCK_STREAM, IPPROTO_TCP},
      {AF_INET6, SOCK_DGRAM, 0},  {AF_INET6, SOCK_DGRAM, IPPROTO_UDP},
      {AF_UNIX, SOCK_STREAM, 0},  {AF_UNIX, SOCK_STREAM, AF_UNIX},
      {AF_UNIX, SOCK_DGRAM, 0},   {AF_UNIX, SOCK_SEQPACKET, 0},
  };
  for (int i = 0; i < COUNT(known); i++) {
    fact_socket(known[i][0], known[i][1], known[i][2]);
    int fd = socket(known[i][0], known[i][1], known[i][2]);
    int value = 0;
    int size = sizeof value;
    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &value, &size);
    fact_at("SO_DOMAIN: of triple", i, value);
    getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &size);
    fact_at("SO_TYPE: of triple", i, value);
    getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &value, &size);
    fact_at("SO_PROTOCOL: of triple", i, value);
    fact_mask_at("epoll: what a new socket reports, triple", i, ready(fd, 0x3fff));
    close(fd);
  }
  static const int wrong[][3] = {
      {AF_INET, SOCK_STREAM, IPPROTO_UDP},
      {AF_INET, SOCK_DGRAM, IPPROTO_TCP},
      {AF_INET, SOCK_STREAM, 99},
      {AF_INET, SOCK_STREAM, -1},
      {AF_INET, SOCK_STREAM, INT_MAX},
      {AF_INET, SOCK_DGRAM, 263},
      {AF_INET, SOCK_RDM, 0},
      {AF_INET, SOCK_RDM, -1},
      {AF_INET, SOCK_SEQPACKET, 0},
      {AF_INET, SOCK_RAW, 0},
      {AF_INET, 0, 0},
      {AF_INET, 6, 0},
      {AF_INET, 7, 0},
      {AF_INET, 9, 0},
      {AF_INET, 11, 0},
      {AF_INET, 15, 0},
      {AF_INET, 16, 0},
      {AF_INET, -1, 0},
      {AF_INET, SOCK_STREAM | 0x100, 0},
      {AF_INET, SOCK_STREAM | 0x40000000, 0},
      {AF_INET6, SOCK_STREAM, IPPROTO_UDP},
      {AF_INET6, SOCK_DGRAM, 99},
      {AF_INET6, SOCK_STREAM, -1},
      {AF_UNIX, SOCK_STREAM, 2},
      {AF_UNIX, SOCK_STREAM, -1},
      {AF_UNIX, SOCK_RDM, 0},
      {AF_UNIX, SOCK_RDM, 2},
      {AF_UNIX, 0, 0},
      {AF_UNSPEC, SOCK_STREAM, 0},
      {-1, SOCK_STREAM, 0},
      {46, SOCK_STREAM, 0},
      {INT_MAX, SOCK_STREAM, 0},
      {-1, -1, -1},
      {AF_UNSPEC, 99, 0},
      {99, 9, 99},
  };
  for (int i = 0; i < COUNT(wrong); i++)
    fact_socket(wrong[i][0], wrong[i][1], wrong[i][2]);
}

// Sockets that the kernel may well have, and a guest does not.
static void unlisted(void) {
  static const struct {
    int domain, type, protocol;
    const char *answer;
  } all[] = {
      {AF_INET, SOCK_STREAM, IPPROTO_MPTCP, "EPROTONOSUPPORT"},
      {AF_INET, SOCK_STREAM, IPPROTO_SCTP, "EPROTONOSUPPORT"},
      {AF_INET, SOCK_DGRAM, IPPROTO_ICMP, "EPROTONOSUPPORT"},
      {AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, "EPROTONOSUPPORT"},
      {AF_INET, SOCK_RAW, IPPROTO_ICMP, "EPROTONOSUPPORT"},
      {AF_INET, SOCK_RAW, 255, "EPROTONOSUPPORT"},
      {AF_INET6, SOCK_RAW, IPPROTO_TCP, "EPROTONOSUPPORT"},
      {AF_INET6, SOCK_STREAM, IPPROTO_MPTCP, "EPROTONOSUPPORT"},
      {AF_INET, 10, 0, "ESOCKTNOSUPPORT"},
      {AF_UNIX, SOCK_RAW, 0, "ESOCKTNOSUPPORT"},
      {AF_NETLINK, SOCK_RAW, 0, "EAFNOSUPPORT"},
      {AF_NETLINK, SOCK_DGRAM, 0, "EAFNOSUPPORT"},
      {AF_PACKET, SOCK_RAW, 0, "EAFNOSUPPORT"},
      {AF_PACKET, SOCK_DGRAM, 0x300, "EAFNOSUPPORT"},
      {15, SOCK_RAW, 2, "EAFNOSUPPORT"},       // AF_KEY
      {29, SOCK_RAW, 1, "EAFNOSUPPORT"},       // AF_CAN
      {31, SOCK_RAW, 1, "EAFNOSUPPORT"},       // AF_BLUETOOTH
      {38, SOCK_SEQPACKET, 0, "EAFNOSUPPORT"}, // AF_ALG
      {40, SOCK_STREAM, 0, "EAFNOSUPPORT"},    // AF_VSOCK
      {44, SOCK_RAW, 0, "EAFNOSUPPORT"},       // AF_XDP
  };
  for (int i = 0; i < COUNT(all); i++) {
    settled(all[i].answer, "this socket is not on the list of a guest's sockets");
    fact_socket(all[i].domain, all[i].type, all[i].protocol);
  }
}

static void flags(void) {
  static const int all[] = {0, SOCK_NONBLOCK, SOCK_CLOEXEC, SOCK_NONBLOCK | SOCK_CLOEXEC};
  for (int i = 0; i < COUNT(all); i++) {
    int pair[2];
    int fd = socket(AF_INET, SOCK_STREAM | all[i], 0);
    fact_at("socket: F_GETFL with flags", all[i], fcntl(fd, F_GETFL, 0));
    fact_at("socket: F_GETFD with flags", all[i], fcntl(fd, F_GETFD, 0));
    close(fd);
    fact_at("socketpair: with flags", all[i], socketpair(AF_UNIX, SOCK_STREAM | all[i], 0, pair));
    for (int j = 0; j < 2; j++) {
      fact_at(j ? "socketpair: F_GETFL of the second with flags"
                : "socketpair: F_GETFL of the first with flags",
              all[i], fcntl(pair[j], F_GETFL, 0));
      fact_at(j ? "socketpair: F_GETFD of the second with flags"
                : "socketpair: F_GETFD of the first with flags",
              all[i], fcntl(pair[j], F_GETFD, 0));
    }
    close_pair(pair);
  }
}

static void pairs(void) {
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
  int pair[2] = {-7, -7};
  char bytes[8];
  for (int i = 0; i < COUNT(types); i++) {
    fact_at("socketpair: AF_UNIX, type", types[i], socketpair(AF_UNIX, types[i], 0, pair));
    fact_at("socketpair: write, type", types[i], write(pair[0], "hi", 2));
    fact_at("socketpair: read, type", types[i], read(pair[1], bytes, sizeof bytes));
    fact_at("socketpair: the other way, type", types[i], write(pair[1], "you", 3));
    fact_at("socketpair: read back, type", types[i], read(pair[0], bytes, sizeof bytes));
    close_pair(pair);
  }
  pair[0] = pair[1] = -7;
  fact("socketpair: AF_INET", socketpair(AF_INET, SOCK_STREAM, 0, pair));
  fact("socketpair: AF_INET, UDP", socketpair(AF_INET, SOCK_DGRAM, 0, pair));
  fact("socketpair: AF_INET6", socketpair(AF_INET6, SOCK_STREAM, 0, pair));
  fact("socketpair: AF_UNSPEC", socketpair(AF_UNSPEC, SOCK_STREAM, 0, pair));
  fact("socketpair: unknown family", socketpair(99, SOCK_STREAM, 0, pair));
  fact("socketpair: unknown type", socketpair(AF_UNIX, 9, 0, pair));
  fact("socketpair: unknown flag", socketpair(AF_UNIX, SOCK_STREAM | 0x100, 0, pair));
  fact("socketpair: unknown protocol", socketpair(AF_UNIX, SOCK_STREAM, 9, pair));
  differs("1", "socketpair(2): an error leaves sv as it was");
  fact("socketpair: what fails writes no number", pair[0] == -7 && pair[1] == -7);
  fact("socketpair: NULL", socketpair(AF_UNIX, SOCK_STREAM, 0, NULL));
  fact("socketpair: nowhere", socketpair(AF_UNIX, SOCK_STREAM, 0, NOWHERE));
  fact("socketpair: half behind memory",
       socketpair(AF_UNIX, SOCK_STREAM, 0, (int *)(void *)last_bytes(4)));
  fact("socketpair: nowhere or an unknown family", socketpair(99, SOCK_STREAM, 0, NOWHERE));
  fact("socketpair: NULL or an unknown flag", socketpair(AF_UNIX, SOCK_STREAM | 0x100, 0, NULL));
  fact("socketpair: NULL or AF_INET", socketpair(AF_INET, SOCK_STREAM, 0, NULL));
  fact("socketpair: no number was lost", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  fact("socketpair: the first number", pair[0]);
  close_pair(pair);
}

static void binding(void) {
  struct sockaddr_in at = loopback(0);
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = {[15] = 1}};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  for (int length = -1; length < 18; length++) {
    if (length == sizeof at)
      continue;
    if (length > (int)sizeof at)
      break;
    fact_at("bind: length", length, bind(fd, &at, length));
  }
  fact("bind: length 129", bind(fd, &at, 129));
  fact("bind: INT_MIN", bind(fd, &at, INT_MIN));
  fact("bind: NULL", bind(fd, NULL, sizeof at));
  fact("bind: NULL of length 0", bind(fd, NULL, 0));
  fact("bind: nowhere", bind(fd, NOWHERE, sizeof at));
  fact("bind: nowhere or length -1", bind(fd, NOWHERE, -1));
  fact("bind: EBADF or nowhere", bind(-1, NOWHERE, sizeof at));
  fact("bind: closed or length -1", bind(600, &at, -1));
  fact("bind: not a socket", bind(0, &at, sizeof at));
  fact("bind: not a socket or length -1", bind(0, &at, -1));
  fact("bind: not a socket or nowhere", bind(0, NOWHERE, sizeof at));
  fact("bind: IPv6 address on IPv4", bind(fd, &six, sizeof six));
  fact("bind: 127.0.0.1", bind(fd, &at, sizeof at));
  fact("bind: it has a port", port_of(fd) > 0);
  fact("bind: twice", bind(fd, &at, sizeof at));
  int second = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in taken = loopback(port_of(fd));
  fact("bind: a bound address", bind(second, &taken, sizeof taken));
  fact("bind: longer than the address", bind(second, &at, sizeof at) < 0);
  fact("listen: bound", listen(fd, 1));
  fact("bind: a listened address", bind(second, &taken, sizeof taken));
  int yes = 1;
  setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  fact("bind: a listened address with SO_REUSEADDR", bind(second, &taken, sizeof taken));
  close(second);
  second = socket(AF_INET, SOCK_STREAM, 0);
  close(fd);
  fact("bind: the address of a closed listener", bind(second, &taken, sizeof taken));
  close(second);

  int one = socket(AF_INET, SOCK_STREAM, 0);
  int two = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(one, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  fact("SO_REUSEPORT: the first binds", bind(one, &at, sizeof at));
  taken = loopback(port_of(one));
  fact("SO_REUSEPORT: a second without it", bind(two, &taken, sizeof taken));
  setsockopt(two, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  fact("SO_REUSEPORT: a second with it", bind(two, &taken, sizeof taken));
  fact("SO_REUSEPORT: both listen", listen(one, 1) + listen(two, 1));
  close(one);
  close(two);
}

static void listening(void) {
  struct sockaddr_in at;
  int fd = bound(SOCK_STREAM);
  fact("listen: backlog 0", listen(fd, 0));
  fact("listen: again, backlog -1", listen(fd, -1));
  fact("listen: again, INT_MAX", listen(fd, INT_MAX));
  fact_mask("epoll: a listener with nobody", ready(fd, 0x3fff));
  int value = 0;
  int size = sizeof value;
  getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size);
  fact("SO_ACCEPTCONN: a listener", value);
  char byte;
  fact("read: a listener", read(fd, &byte, 1));
  fact("write: a listener", sendto(fd, &byte, 1, MSG_NOSIGNAL, NULL, 0));
  at = loopback(port_of(fd));
  fact("connect: a listener", connect(fd, &at, sizeof at));
  fact("listen: UDP", listen(bound(SOCK_DGRAM), 1));
  fact("listen: -1", listen(-1, 1));
  fact("listen: not a socket", listen(0, 1));
  close(fd);
  int pair[2];
  tcp_pair(pair);
  fact("listen: connected", listen(pair[0], 1));
  fact("bind: connected", bind(pair[0], &at, sizeof at));
  close_pair(pair);
  unix_pair(pair, SOCK_STREAM);
  fact("listen: half of a pair", listen(pair[0], 1));
  close_pair(pair);
  unix_pair(pair, SOCK_DGRAM);
  fact("listen: a datagram pair", listen(pair[0], 1));
  close_pair(pair);

  fd = bound(SOCK_STREAM);
  listen(fd, 1);
  fact("shutdown: a listener", shutdown(fd, SHUT_RDWR));
  fact("accept4: after it", accept4(fd, NULL, NULL, 0));
  fact_mask("epoll: after it", ready(fd, 0x3fff));
  fact("listen: after it", listen(fd, 1));
  fact_mask("epoll: after listen again", ready(fd, 0x3fff));
  close(fd);
}

// The address of one socket in buffers of every size: result, length told, bytes written.
static void names_of(const char *what, int fd, int (*name)(int, void *, int *)) {
  static u8 buffer[160];
  static const int sizes[] = {0, 1, 2, 4, 8, 15, 16, 17, 28, 110, 128, 160, -1, INT_MIN, INT_MAX};
  for (int i = 0; i < COUNT(sizes); i++) {
    int length = 0;
    int result = 0;
    int written = 0;
    for (int fill = 0; fill < 256; fill += 255) {
      for (int j = 0; j < COUNT(buffer); j++)
        buffer[j] = (u8)fill;
      length = sizes[i];
      result = name(fd, buffer, &length);
      for (int j = written; j < COUNT(buffer); j++) {
        if (buffer[j] != fill)
          written = j + 1;
      }
    }
    begin_line(what);
    put(", size ");
    put_number(sizes[i]);
    put(" = ");
    put_result(result);
    put(", length ");
    put_number(length);
    put(", written ");
    put_number(written);
    close_line();
  }
}

static void names(void) {
  int pair[2];
  int length = 16;
  struct sockaddr_in at;
  int fd = bound(SOCK_STREAM);
  names_of("getsockname: IPv4", fd, getsockname);
  names_of("getpeername: not connected", fd, getpeername);
  getsockname(fd, &at, &length);
  fact("getsockname: the family", at.sin_family);
  fact_hex("getsockname: the address", at.sin_addr);
  fact("getsockname: NULL", getsockname(fd, NULL, &length));
  fact("getsockname: nowhere", getsockname(fd, NOWHERE, &length));
  fact("getsockname: length NULL", getsockname(fd, &at, NULL));
  fact("getsockname: length nowhere", getsockname(fd, &at, NOWHERE));
  length = 0;
  fact("getsockname: nowhere of length 0", getsockname(fd, NOWHERE, &length));
  fact("getsockname: the length it would have", length);
  length = -5;
  fact("getsockname: nowhere or a negative length", getsockname(fd, NOWHERE, &length));
  length = 16;
  fact("getsockname: EBADF or length NULL", getsockname(-1, &at, NULL));
  fact("getsockname: not a socket or length NULL", getsockname(0, &at, NULL));
  fact("getpeername: -1", getpeername(-1, &at, &length));
  fact("getpeername: not a socket", getpeername(0, &at, &length));
  fact("getpeername: not connected or nowhere", getpeername(fd, NOWHERE, NOWHERE));
  close(fd);
  tcp_pair(pair);
  names_of("getpeername: IPv4", pair[0], getpeername);
  getpeername(pair[0], &at, &length);
  fact("getpeername: it is the other's port", swap16(at.sin_port) == port_of(pair[1]));
  getpeername(pair[1], &at, &length);
  fact("getpeername: the other way", swap16(at.sin_port) == port_of(pair[0]));
  fact("getpeername: length nowhere", getpeername(pair[0], &at, NOWHERE));
  close_pair(pair);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  getsockname(fd, &at, &length);
  fact("getsockname: an unbound socket's port", at.sin_port);
  fact_hex("getsockname: an unbound socket's address", at.sin_addr);
  close(fd);
  unix_pair(pair, SOCK_STREAM);
  names_of("getsockname: unix", pair[0], getsockname);
  names_of("getpeername: unix", pair[0], getpeername);
  close(pair[1]);
  length = 16;
  fact("getpeername: unix, the peer is gone", getpeername(pair[0], &at, &length));
  close(pair[0]);
  fd = socket(AF_INET6, SOCK_DGRAM, 0);
  names_of("getsockname: IPv6", fd, getsockname);
  close(fd);
}

static void facts(void) {
  creation();
  unlisted();
  flags();
  pairs();
  binding();
  listening();
  names();
}
