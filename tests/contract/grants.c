// Addresses that were not granted. Each of 127.0.0.1 to 127.0.0.5 has other grants, see
// grants.test.ts; natively all of them are as good as any.
#include "loopback.h"

enum { FULL = 1, NOTHING = 2, LISTEN = 3, CONNECT = 4, LISTEN_ANY_PORT = 5 };

#define DENIED differs("EACCES", "the address was not granted")
// The same where the kernel's answer hangs on what the machine has.
#define REFUSED settled("EACCES", "the address was not granted")

static char bytes[64];

static int tcp6(void) { return must("socket", socket(AF_INET6, SOCK_STREAM, 0)); }
static int udp6(void) { return must("socket", socket(AF_INET6, SOCK_DGRAM, 0)); }

// What is denied leaves a guest's socket as it was; natively it was bound or connected, so that
// what is asked next has to be asked of a new one.
static int untouched(int fd, int (*make)(void)) {
  if (GUEST)
    return fd;
  close(fd);
  return make();
}

static int bind_at(int fd, int host, int port) {
  struct sockaddr_in to = at(host, port);
  return bind(fd, &to, sizeof to);
}

static int connect_to(int fd, int host, int port) {
  struct sockaddr_in to = at(host, port);
  return connect(fd, &to, sizeof to);
}

static int send_at(int fd, int host, int port) {
  struct sockaddr_in to = at(host, port);
  return sendto(fd, "x", 1, MSG_NOSIGNAL, &to, sizeof to);
}

// A port that nobody else can have: its socket is bound to it on `host`.
static int reserve(int host) {
  int fd = tcp();
  must("bind", bind_at(fd, host, 0));
  return fd;
}

static void binding(void) {
  int fd = tcp();
  DENIED;
  fact("bind: nothing granted", bind_at(fd, NOTHING, 0));
  fd = untouched(fd, tcp);
  DENIED;
  fact("bind: connect granted", bind_at(fd, CONNECT, 0));
  fd = untouched(fd, tcp);
  struct sockaddr_in any = {AF_INET, 0, 0, {0}};
  DENIED;
  fact("bind: 0.0.0.0", bind(fd, &any, sizeof any));
  fd = untouched(fd, tcp);
  any.sin_family = AF_UNSPEC;
  DENIED;
  fact("bind: AF_UNSPEC and 0.0.0.0", bind(fd, &any, sizeof any));
  fd = untouched(fd, tcp);
  any.sin_addr = at(NOTHING, 0).sin_addr;
  fact("bind: AF_UNSPEC and an address", bind(fd, &any, sizeof any));
  any.sin_addr = at(LISTEN, 0).sin_addr;
  fact("bind: AF_UNSPEC and a granted address", bind(fd, &any, sizeof any));
  any.sin_family = 99;
  fact("bind: an unknown family", bind(fd, &any, sizeof any));
  fact("bind: after all that", bind_at(fd, LISTEN, 0));
  fact("listen: granted", listen(fd, 1));
  close(fd);
  fd = tcp();
  fact("bind: port 0, granted as port 0", bind_at(fd, LISTEN_ANY_PORT, 0));
  fact("listen: what port 0 gave", listen(fd, 1));
  int port = port_of(fd);
  close(fd);
  fd = tcp();
  DENIED;
  fact("bind: the same port by its number", bind_at(fd, LISTEN_ANY_PORT, port));
  close(fd);
  fd = udp();
  DENIED;
  fact("bind: UDP where TCP is granted", bind_at(fd, LISTEN_ANY_PORT, 0));
  close(fd);
  u8 longer[128];
  struct sockaddr_in to = at(NOTHING, 0);
  clear(longer, sizeof longer);
  __builtin_memcpy(longer, &to, sizeof to);
  fd = tcp();
  DENIED;
  fact("bind: a longer address", bind(fd, longer, sizeof longer));
  close(fd);
}

static void binding6(void) {
  struct sockaddr_in6 to = mapped(NOTHING, 0);
  int fd = tcp6();
  DENIED;
  fact("bind: mapped, nothing granted", bind(fd, &to, sizeof to));
  fd = untouched(fd, tcp6);
  to.sin6_addr[12] = to.sin6_addr[15] = 0;
  DENIED;
  fact("bind: ::ffff:0.0.0.0", bind(fd, &to, sizeof to));
  fd = untouched(fd, tcp6);
  to.sin6_addr[10] = to.sin6_addr[11] = 0;
  DENIED;
  fact("bind: ::", bind(fd, &to, sizeof to));
  fd = untouched(fd, tcp6);
  to.sin6_addr[15] = 1;
  DENIED;
  fact("bind: ::1", bind(fd, &to, sizeof to));
  fd = untouched(fd, tcp6);
  DENIED;
  fact("bind: ::1, the short form", bind(fd, &to, 24));
  fd = untouched(fd, tcp6);
  to.sin6_family = AF_UNSPEC;
  fact("bind: AF_UNSPEC and ::1", bind(fd, &to, sizeof to));
  struct sockaddr_in in4 = at(NOTHING, 0);
  fact("bind: an IPv4 address on IPv6", bind(fd, &in4, sizeof in4));
  to = mapped(LISTEN, 0);
  fact("bind: mapped, granted", bind(fd, &to, sizeof to));
  fact("listen: mapped, granted", listen(fd, 1));
  close(fd);
}

static void listening(void) {
  int fd = tcp();
  DENIED;
  fact("listen: unbound is 0.0.0.0 and any port", listen(fd, 1));
  int value = -1;
  int size = sizeof value;
  getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size);
  differs("0", "listen was denied");
  fact("SO_ACCEPTCONN: after listen was denied", value);
  close(fd);
  fd = tcp6();
  DENIED;
  fact("listen: unbound IPv6", listen(fd, 1));
  close(fd);
  fd = tcp();
  bind_at(fd, NOTHING, 0);
  DENIED;
  fact("listen: after bind was denied", listen(fd, 1));
  close(fd);
  // A connect binds, too; a disconnect leaves what it has bound.
  int hold = reserve(FULL);
  fd = tcp();
  connect_to(fd, CONNECT, port_of(hold));
  struct sockaddr none = {AF_UNSPEC, {0}};
  connect(fd, &none, sizeof none);
  DENIED;
  fact("listen: after a connect and a disconnect", listen(fd, 1));
  close(fd);
  close(hold);
}

static void connecting(void) {
  int hold = reserve(FULL);
  int port = port_of(hold);
  struct sockaddr none = {AF_UNSPEC, {0}};
  int fd = tcp();
  DENIED;
  fact("connect: nothing granted", connect_to(fd, NOTHING, port));
  DENIED;
  fact("connect: listen granted", connect_to(fd, LISTEN, port));
  fact("connect: granted, nobody there", connect_to(fd, CONNECT, port));
  DENIED;
  fact("connect: after a connect that failed", connect_to(fd, NOTHING, port));
  fact("connect: AF_UNSPEC", connect(fd, &none, sizeof none));
  DENIED;
  fact("connect: after AF_UNSPEC", connect_to(fd, NOTHING, port));
  close(fd);
  fd = tcp();
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof on);
  REFUSED;
  fact("connect: with TCP_FASTOPEN_CONNECT", connect_to(fd, NOTHING, port));
  close(fd);
  fd = tcp();
  fcntl(fd, F_SETFL, O_NONBLOCK);
  DENIED;
  fact("connect: O_NONBLOCK", connect_to(fd, NOTHING, port));
  differs("OUT|HUP", "the connect was denied, nothing is on its way");
  fact_mask("epoll: after connect was denied", ready(fd, EPOLLIN | EPOLLOUT | EPOLLERR));
  close(fd);
  struct sockaddr_in6 to = mapped(NOTHING, port);
  fd = tcp6();
  DENIED;
  fact("connect: mapped, nothing granted", connect(fd, &to, sizeof to));
  fd = untouched(fd, tcp6);
  to.sin6_addr[12] = to.sin6_addr[15] = 0;
  fact("connect: ::ffff:0.0.0.0 is 127.0.0.1", connect(fd, &to, sizeof to));
  close(fd);
  fd = tcp6();
  to = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = swap16((u16)port)};
  DENIED;
  fact("connect: :: is ::1", connect(fd, &to, sizeof to));
  fd = untouched(fd, tcp6);
  to.sin6_addr[15] = 1;
  DENIED;
  fact("connect: ::1", connect(fd, &to, sizeof to));
  fd = untouched(fd, tcp6);
  to = mapped(CONNECT, port);
  fact("connect: mapped, granted", connect(fd, &to, sizeof to));
  struct sockaddr_in zero = {AF_INET, swap16((u16)port), 0, {0}};
  fact("connect: 0.0.0.0 is 127.0.0.1", connect(tcp(), &zero, sizeof zero));
  close(fd);
  close(hold);
}

static void fast_open(void) {
  int hold = reserve(FULL);
  int port = port_of(hold);
  struct sockaddr_in to = at(NOTHING, port);
  struct iovec iov = {"x", 1};
  struct msghdr message = {&to, sizeof to, &iov, 1, NULL, 0, 0};
  struct mmsghdr messages[1] = {{message, 0}};
  static const u32 flags = MSG_FASTOPEN | MSG_NOSIGNAL;
  REFUSED;
  fact("MSG_FASTOPEN: sendto", sendto(tcp(), "x", 1, flags, &to, sizeof to));
  REFUSED;
  fact("MSG_FASTOPEN: sendmsg", sendmsg(tcp(), &message, flags));
  REFUSED;
  fact("MSG_FASTOPEN: sendmmsg", sendmmsg(tcp(), messages, 1, flags));
  to = at(LISTEN, port);
  REFUSED;
  fact("MSG_FASTOPEN: listen granted", sendto(tcp(), "x", 1, flags, &to, sizeof to));
  struct sockaddr_in6 six = mapped(NOTHING, port);
  REFUSED;
  fact("MSG_FASTOPEN: mapped", sendto(tcp6(), "x", 1, flags, &six, sizeof six));
  to = at(CONNECT, port);
  fact("MSG_FASTOPEN: granted", sendto(tcp(), "x", 1, flags, &to, sizeof to));
  close(hold);
}

static void sending(void) {
  int hold = reserve(FULL);
  int port = port_of(hold);
  struct sockaddr none = {AF_UNSPEC, {0}};
  int fd = udp();
  DENIED;
  fact("sendto: nothing granted", send_at(fd, NOTHING, port));
  DENIED;
  fact("sendto: listen granted", send_at(fd, LISTEN, port));
  fact("sendto: granted", send_at(fd, CONNECT, port));
  struct sockaddr_in to = at(NOTHING, port);
  to.sin_family = AF_UNSPEC;
  DENIED;
  fact("sendto: AF_UNSPEC is AF_INET", sendto(fd, "x", 1, 0, &to, sizeof to));
  to.sin_family = AF_INET;
  struct iovec iov[2] = {{"x", 1}, {"y", 1}};
  struct msghdr message = {&to, sizeof to, iov, 2, NULL, 0, 0};
  DENIED;
  fact("sendmsg: nothing granted", sendmsg(fd, &message, 0));
  struct sockaddr_in good = at(FULL, port);
  struct mmsghdr messages[3] = {{message, 0}, {message, 0}, {message, 0}};
  messages[0].msg_hdr.msg_name = &good;
  differs("1", "the second address was not granted");
  fact("sendmmsg: the second is not granted", sendmmsg(fd, messages, 3, 0));
  DENIED;
  fact("sendmmsg: the first is not granted", sendmmsg(fd, messages + 1, 2, 0));
  DENIED;
  fact("connect: UDP, nothing granted", connect_to(fd, NOTHING, port));
  fact("connect: UDP, granted", connect_to(fd, CONNECT, port));
  DENIED;
  fact("connect: UDP, elsewhere", connect_to(fd, NOTHING, port));
  int length = sizeof to;
  getpeername(fd, &to, &length);
  differs("4", "the second connect was denied");
  fact("getpeername: the peer that was granted", (long long)(to.sin_addr >> 24));
  DENIED;
  fact("sendto: UDP, connected, elsewhere", send_at(fd, NOTHING, port));
  fact("connect: UDP, AF_UNSPEC", connect(fd, &none, sizeof none));
  DENIED;
  fact("sendto: UDP, after AF_UNSPEC", send_at(fd, NOTHING, port));
  DENIED;
  fact("connect: UDP, after AF_UNSPEC", connect_to(fd, NOTHING, port));
  close(fd);
  fd = udp6();
  struct sockaddr_in6 six = mapped(NOTHING, port);
  DENIED;
  fact("sendto: UDP over IPv6, mapped", sendto(fd, "x", 1, 0, &six, sizeof six));
  DENIED;
  fact("sendto: UDP over IPv6, an IPv4 address", send_at(fd, NOTHING, port));
  DENIED;
  fact("connect: UDP over IPv6, an IPv4 address", connect_to(fd, NOTHING, port));
  fact("sendto: UDP over IPv6, granted", send_at(fd, CONNECT, port));
  six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = swap16((u16)port)};
  REFUSED;
  fact("sendto: UDP over IPv6, ::", sendto(fd, "x", 1, 0, &six, sizeof six));
  close(fd);
  fd = tcp();
  fact("sendto: TCP, not connected, an address", send_at(fd, NOTHING, port));
  close(fd);
  close(hold);
}

// Who has written may be answered, by a socket that was bound under a grant.
static void answering(void) {
  struct sockaddr_in from;
  int length = sizeof from;
  int server = udp();
  int plain = udp();
  int client = udp();
  int other = udp();
  must("bind", bind_at(server, FULL, 0));
  must("bind", bind_at(client, LISTEN, 0));
  must("bind", bind_at(other, LISTEN, 0));
  struct sockaddr_in any = {AF_INET, 0, 0, {0}};
  fact("bind: UDP to 0.0.0.0 and port 0", bind(plain, &any, sizeof any));
  DENIED;
  fact("answer: before anything came", send_at(server, LISTEN, port_of(client)));
  fact("answer: the client writes", send_at(client, FULL, port_of(server)));
  await(server, EPOLLIN);
  DENIED;
  fact("answer: before it was received", send_at(server, LISTEN, port_of(client)));
  fact("answer: it is received", recvfrom(server, bytes, 64, 0, &from, &length));
  fact("answer: granted by what was received", sendto(server, "y", 1, 0, &from, sizeof from));
  await(client, EPOLLIN);
  fact("answer: it comes", read(client, bytes, 64));
  DENIED;
  fact("answer: another port", send_at(server, LISTEN, port_of(other)));
  DENIED;
  fact("answer: from another socket", send_at(other, LISTEN, port_of(client)));
  fact("answer: a plain socket is written to", send_at(client, FULL, port_of(plain)));
  await(plain, EPOLLIN);
  fact("answer: and receives", recvfrom(plain, bytes, 64, 0, &from, &length));
  DENIED;
  fact("answer: but was not bound under a grant", sendto(plain, "y", 1, 0, &from, sizeof from));
  close(server);
  close(plain);
  close(client);
  close(other);
}

// A grant is for the address that was bound under it, not for what the socket is bound to later.
static void rebinding(void) {
  struct sockaddr none = {AF_UNSPEC, {0}};
  struct sockaddr_in any = {AF_INET, 0, 0, {0}};
  struct sockaddr_in from;
  int length = sizeof from;
  int server = udp();
  int client = udp();
  must("bind", bind_at(client, LISTEN, 0));
  fact("rebind: under a grant", bind_at(server, LISTEN, 0));
  connect_to(server, CONNECT, 9);
  connect(server, &none, sizeof none);
  fact("rebind: to the wildcard, which needs none", bind(server, &any, sizeof any));
  fact("rebind: somebody writes", send_at(client, FULL, port_of(server)));
  await(server, EPOLLIN);
  fact("rebind: it is received", recvfrom(server, bytes, 64, 0, &from, &length));
  DENIED;
  fact("rebind: the answer", sendto(server, "y", 1, 0, &from, sizeof from));
  close(server);
  close(client);
  // The same with a listener: its port was any, and is another after a disconnect.
  int fd = tcp();
  int hold = reserve(FULL);
  must("bind", bind_at(fd, LISTEN, 0));
  connect_to(fd, CONNECT, port_of(hold));
  connect(fd, &none, sizeof none);
  DENIED;
  fact("rebind: TCP, to the wildcard", bind(fd, &any, sizeof any));
  fd = untouched(fd, tcp);
  DENIED;
  fact("rebind: TCP, to another address", bind_at(fd, NOTHING, 0));
  close(fd);
  close(hold);
}

static void facts(void) {
  binding();
  binding6();
  listening();
  connecting();
  fast_open();
  sending();
  answering();
  rebinding();
}
