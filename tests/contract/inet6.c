// IPv6: names, dual stack, IPv4-mapped addresses, wildcards, what is not here.
#include "contract.h"

static char bytes[64];

enum where { ANY, LOOPBACK, MAPPED, MAPPED_ANY, LINK_LOCAL, DOCUMENTATION };

static struct sockaddr_in6 six(enum where where, int port) {
  struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = swap16((u16)port)};
  u8 *address = at.sin6_addr;
  if (where == MAPPED || where == MAPPED_ANY)
    address[10] = address[11] = 0xff;
  if (where == MAPPED)
    address[12] = 127;
  if (where == LINK_LOCAL || where == DOCUMENTATION) {
    address[0] = where == LINK_LOCAL ? 0xfe : 0x20;
    address[1] = where == LINK_LOCAL ? 0x80 : 0x01;
    address[2] = where == LINK_LOCAL ? 0 : 0x0d;
    address[3] = where == LINK_LOCAL ? 0 : 0xb8;
  }
  if (where != ANY && where != MAPPED_ANY)
    address[15] = 1;
  return at;
}

static struct sockaddr_in four(u32 address, int port) {
  struct sockaddr_in at = loopback(port);
  at.sin_addr = address;
  return at;
}

// Family and address of a name, without the port.
static void fact_name(const char *what, int fd, int (*name)(int, void *, int *)) {
  struct sockaddr_in6 at;
  clear(&at, sizeof at);
  int length = sizeof at;
  int result = name(fd, &at, &length);
  begin_line(what);
  put(" = ");
  put_result(result);
  put(", length ");
  put_number(length);
  put(", family ");
  put_number(at.sin6_family);
  for (int i = 0; i < 16 && at.sin6_family == AF_INET6; i++) {
    put(i ? "." : " ");
    put_number(at.sin6_addr[i]);
  }
  close_line();
}

static int listener_at(enum where where, int v6only) {
  struct sockaddr_in6 at = six(where, 0);
  int fd = must("socket", socket(AF_INET6, SOCK_STREAM, 0));
  setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only);
  must("bind", bind(fd, &at, sizeof at));
  must("listen", listen(fd, 8));
  return fd;
}

static void loopbacks(void) {
  int from = listener_at(LOOPBACK, 0);
  struct sockaddr_in6 at = six(LOOPBACK, port_of(from));
  struct sockaddr_in6 peer;
  int length = sizeof peer;
  fact_name("::1: the listener's name", from, getsockname);
  int fd = socket(AF_INET6, SOCK_STREAM, 0);
  fact("::1: connect", connect(fd, &at, sizeof at));
  int accepted = accept4(from, &peer, &length, 0);
  fact("::1: accept4", accepted);
  fact("::1: length of the peer's name", length);
  fact("::1: the peer's family", peer.sin6_family);
  fact_name("::1: getpeername", accepted, getpeername);
  fact("::1: write", write(fd, "six", 3));
  fact("::1: read", read(accepted, bytes, 64));
  close(accepted);
  close(fd);
  static const int lengths[] = {0, 2, 16, 23, 24, 27, 28, 128};
  static u8 room[128];
  __builtin_memcpy(room, &at, sizeof at);
  for (int i = 0; i < COUNT(lengths); i++) {
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    fact_at("::1: connect, length", lengths[i], connect(fd, room, lengths[i]));
    close(fd);
    struct sockaddr_in6 free = six(LOOPBACK, 0);
    __builtin_memcpy(room, &free, sizeof free);
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    fact_at("::1: bind, length", lengths[i], bind(fd, room, lengths[i]));
    close(fd);
    __builtin_memcpy(room, &at, sizeof at);
  }
  struct sockaddr_in in4 = loopback(port_of(from));
  fd = socket(AF_INET6, SOCK_STREAM, 0);
  fact("::1: connect, an IPv4 address", connect(fd, &in4, sizeof in4));
  fact("::1: bind, an IPv4 address", bind(fd, &in4, sizeof in4));
  at.sin6_family = AF_UNSPEC;
  fact("::1: bind, AF_UNSPEC", bind(fd, &at, sizeof at));
  at.sin6_family = AF_INET6;
  at.sin6_flowinfo = 0xffffffff;
  fact("::1: connect, a flow", connect(fd, &at, sizeof at));
  close(fd);
  close(from);
}

// Whether IPv4 may bind the port of a listener on ::, too. Somebody else may hold that port, so
// that one failure says nothing: several ports are tried.
static int both_bind(int v6only) {
  int result = -EADDRINUSE;
  for (int i = 0; i < 16 && result == -EADDRINUSE; i++) {
    int from = listener_at(ANY, v6only);
    struct sockaddr_in in4 = four(0, port_of(from));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    result = bind(fd, &in4, sizeof in4);
    close(fd);
    close(from);
  }
  return result;
}

static void dual_stack(void) {
  for (int v6only = 0; v6only < 2; v6only++) {
    int from = listener_at(ANY, v6only);
    struct sockaddr_in in4 = loopback(port_of(from));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    fact_at("dual stack: IPv4 connects, V6ONLY", v6only, connect(fd, &in4, sizeof in4));
    if (!v6only) {
      int accepted = accept4(from, NULL, NULL, 0);
      fact_name("dual stack: the accepted's name", accepted, getsockname);
      fact_name("dual stack: its peer's name", accepted, getpeername);
      close(accepted);
    }
    close(fd);
    fact_at("dual stack: IPv4 binds the same port, V6ONLY", v6only, both_bind(v6only));
    struct sockaddr_in6 any = six(ANY, port_of(from));
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    fact_at("dual stack: connect to ::, V6ONLY", v6only, connect(fd, &any, sizeof any));
    fact_name(v6only ? "dual stack: whom :: reached, V6ONLY" : "dual stack: whom :: reached", fd,
              getpeername);
    int on = 1;
    fact_at("dual stack: IPV6_V6ONLY set late, V6ONLY", v6only,
            setsockopt(from, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on));
    close(fd);
    close(from);
  }
  struct sockaddr_in in4;
  int from = listener(&in4);
  struct sockaddr_in any = four(0, port_of(from));
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  fact("IPv4: connect to 0.0.0.0", connect(fd, &any, sizeof any));
  close(fd);
  close(from);
}

static void mapped(void) {
  struct sockaddr_in in4;
  int on = 1;
  int from = listener(&in4);
  struct sockaddr_in6 at = six(MAPPED, port_of(from));
  int fd = socket(AF_INET6, SOCK_STREAM, 0);
  fact("mapped: connect", connect(fd, &at, sizeof at));
  fact_name("mapped: getpeername", fd, getpeername);
  fact_name("mapped: getsockname", fd, getsockname);
  close(fd);
  fd = socket(AF_INET6, SOCK_STREAM, 0);
  setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  fact("mapped: connect, V6ONLY", connect(fd, &at, sizeof at));
  at = six(MAPPED, 0);
  fact("mapped: bind, V6ONLY", bind(fd, &at, sizeof at));
  close(fd);
  fd = socket(AF_INET6, SOCK_STREAM, 0);
  fact("mapped: bind", bind(fd, &at, sizeof at));
  fact_name("mapped: bound to", fd, getsockname);
  fact("mapped: listen", listen(fd, 1));
  struct sockaddr_in to = loopback(port_of(fd));
  int client = socket(AF_INET, SOCK_STREAM, 0);
  fact("mapped: IPv4 connects to it", connect(client, &to, sizeof to));
  close(client);
  struct sockaddr_in6 six_to = six(LOOPBACK, port_of(fd));
  client = socket(AF_INET6, SOCK_STREAM, 0);
  fact("mapped: IPv6 cannot", connect(client, &six_to, sizeof six_to));
  close(client);
  close(fd);
  at = six(MAPPED_ANY, port_of(from));
  fd = socket(AF_INET6, SOCK_STREAM, 0);
  fact("mapped: connect to ::ffff:0.0.0.0", connect(fd, &at, sizeof at));
  fact_name("mapped: whom that reached", fd, getpeername);
  close(fd);
  close(from);
}

static void datagrams(void) {
  struct sockaddr_in6 at = six(LOOPBACK, 0), name;
  int length = sizeof name;
  int to = socket(AF_INET6, SOCK_DGRAM, 0);
  int fd = socket(AF_INET6, SOCK_DGRAM, 0);
  fact("UDP ::1: bind", bind(to, &at, sizeof at));
  at = six(LOOPBACK, port_of(to));
  fact("UDP ::1: sendto", sendto(fd, "six", 3, 0, &at, sizeof at));
  fact("UDP ::1: recvfrom", recvfrom(to, bytes, 64, 0, &name, &length));
  fact("UDP ::1: length of the sender", length);
  fact("UDP ::1: its family", name.sin6_family);
  static const int lengths[] = {1, 2, 16, 23, 24, 28};
  for (int i = 0; i < COUNT(lengths); i++)
    fact_at("UDP ::1: sendto, length", lengths[i], sendto(fd, "x", 1, 0, &at, lengths[i]));
  struct sockaddr none = {AF_UNSPEC, {0}};
  fact("UDP ::1: sendto AF_UNSPEC, no peer", sendto(fd, "x", 1, 0, &none, sizeof none));
  connect(fd, &at, sizeof at);
  fact("UDP ::1: sendto AF_UNSPEC, a peer", sendto(fd, "x", 1, 0, &none, sizeof none));
  fact("UDP ::1: connect AF_UNSPEC", connect(fd, &none, sizeof none));
  close(to);
  close(fd);

  to = bound(SOCK_DGRAM);
  fd = socket(AF_INET6, SOCK_DGRAM, 0);
  struct sockaddr_in in4 = loopback(port_of(to));
  at = six(MAPPED, port_of(to));
  fact("UDP mapped: sendto", sendto(fd, "map", 3, 0, &at, sizeof at));
  await(to, EPOLLIN);
  fact("UDP mapped: it comes", read(to, bytes, 64));
  fact("UDP over IPv6: sendto an IPv4 address", sendto(fd, "four", 4, 0, &in4, sizeof in4));
  await(to, EPOLLIN);
  fact("UDP over IPv6: it comes", read(to, bytes, 64));
  fact("UDP over IPv6: connect to an IPv4 address", connect(fd, &in4, sizeof in4));
  fact_name("UDP over IPv6: whose name is", fd, getpeername);
  close(fd);
  in4 = four(0, port_of(to));
  fd = socket(AF_INET, SOCK_DGRAM, 0);
  fact("UDP: sendto 0.0.0.0", sendto(fd, "zero", 4, 0, &in4, sizeof in4));
  await(to, EPOLLIN);
  fact("UDP: it comes to 127.0.0.1", read(to, bytes, 64));
  close(fd);
  close(to);
}

static void elsewhere(void) {
  struct sockaddr_in6 at = six(DOCUMENTATION, 0);
  int fd = socket(AF_INET6, SOCK_STREAM, 0);
  fact("elsewhere: bind 2001:db8::1", bind(fd, &at, sizeof at));
  at = six(LINK_LOCAL, 0);
  fact("elsewhere: bind fe80::1 without a scope", bind(fd, &at, sizeof at));
  at.sin6_port = swap16(9);
  fact("elsewhere: connect fe80::1 without a scope", connect(fd, &at, sizeof at));
  close(fd);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in in4 = four(0x017100cb, 0); // 203.0.113.1
  fact("elsewhere: bind 203.0.113.1", bind(fd, &in4, sizeof in4));
  in4 = four(0xffffffff, 0);
  fact("elsewhere: bind 255.255.255.255", bind(fd, &in4, sizeof in4));
  in4 = four(0x010000e0, 9); // 224.0.0.1
  fact("elsewhere: bind 224.0.0.1, TCP", bind(fd, &in4, sizeof in4));
  fact("elsewhere: connect 224.0.0.1, TCP", connect(fd, &in4, sizeof in4));
  close(fd);
  fd = socket(AF_INET, SOCK_DGRAM, 0);
  in4 = four(0xffffffff, 9);
  fact("elsewhere: connect 255.255.255.255 without SO_BROADCAST", connect(fd, &in4, sizeof in4));
  fact("elsewhere: sendto 255.255.255.255 without SO_BROADCAST",
       sendto(fd, "x", 1, 0, &in4, sizeof in4));
  close(fd);
}

static void classes(void) {
  int pair[2];
  int on = 1;
  int value = 0x68;
  for (int i = 0; i < 2; i++) {
    struct sockaddr_in6 at = six(LOOPBACK, 0);
    pair[i] = socket(AF_INET6, SOCK_DGRAM, 0);
    must("bind", bind(pair[i], &at, sizeof at));
  }
  struct sockaddr_in6 at = six(LOOPBACK, port_of(pair[1]));
  must("connect", connect(pair[0], &at, sizeof at));
  setsockopt(pair[1], IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof on);
  setsockopt(pair[1], IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof on);
  setsockopt(pair[0], IPPROTO_IPV6, IPV6_TCLASS, &value, sizeof value);
  write(pair[0], "x", 1);
  static size_t control[32];
  struct iovec iov = {bytes, 8};
  struct msghdr got = {NULL, 0, &iov, 1, control, sizeof control, 0};
  fact("IPV6_RECVTCLASS: recvmsg", recvmsg(pair[1], &got, 0));
  size_t at_byte = 0;
  for (int i = 0; i < 2; i++) {
    const struct cmsghdr *one = (void *)((u8 *)control + at_byte);
    fact_at("control over IPv6: type of message", i, one->cmsg_type);
    fact_at("control over IPv6: value of message", i, *(const int *)(one + 1));
    at_byte += sizeof *one + (sizeof(size_t) == 8 ? 8 : 4);
  }
  close_pair(pair);
}

static void facts(void) {
  loopbacks();
  dual_stack();
  mapped();
  datagrams();
  elsewhere();
  classes();
}
