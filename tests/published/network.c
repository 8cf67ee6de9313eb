// Published attacks on what may be reached: addresses, families, and calls that bind or connect on
// the side.
#include "published.h"

static void bind_refused(void) {
  int fd = tcp();
  struct sockaddr_in to = at(FOREIGN, number_of(2));
  fact("bind", bind(fd, &to, sizeof to));
  fact("listen", listen(fd, 1));
  park();
}

static void listen_without_bind(void) {
  int fd = tcp();
  fact("listen", listen(fd, 1));
  fact("port", port_of(fd));
  int six = must("socket", socket(AF_INET6, SOCK_STREAM, 0));
  fact("listen, IPv6", listen(six, 1));
  park();
}

static void send_ungranted(void) {
  int port = number_of(2);
  struct sockaddr_in to = at(FOREIGN, port);
  struct iovec iov = {"x", 1};
  struct msghdr message = {&to, sizeof to, &iov, 1, NULL, 0, 0};
  struct mmsghdr messages[2] = {{message, 0}, {message, 0}};
  int fd = udp();
  fact("sendto", send_to(fd, FOREIGN, port));
  fact("sendmsg", sendmsg(fd, &message, 0));
  fact("sendmmsg", sendmmsg(fd, messages, 2, 0));
  struct sockaddr_in own = at(OWN, number_of(3));
  must("connect", connect(fd, &own, sizeof own));
  fact("sendto, connected elsewhere", send_to(fd, FOREIGN, port));
}

// What is bound implicitly is bound to every address: who finds it out can write to it.
static void implicit_bind(void) {
  struct sockaddr_in from = at(OWN, 0);
  int length = sizeof from;
  int fd = udp();
  fact("sendto, ungranted", send_to(fd, FOREIGN, number_of(2)));
  fact("a port after it", port_of(fd) > 0);
  fact("sendto, granted", send_to(fd, OWN, number_of(3)));
  fact("a port after that", port_of(fd) > 0);
  fact("received", recvfrom(fd, bytes, sizeof bytes, 0, &from, &length));
  fact("its sender", from.sin_addr == at(FOREIGN, 0).sin_addr);
  fact("the answer", sendto(fd, "answer", 6, 0, &from, sizeof from));
  struct msghdr message = {&from, sizeof from, &(struct iovec){"answer", 6}, 1, NULL, 0, 0};
  fact("the answer by sendmsg", sendmsg(fd, &message, 0));
}

static void mapped_address(void) {
  struct sockaddr_in6 to = mapped(FOREIGN, number_of(2));
  int fd = must("socket", socket(AF_INET6, SOCK_STREAM, 0));
  fact("connect", connect(fd, &to, sizeof to));
  fd = must("socket", socket(AF_INET6, SOCK_DGRAM, 0));
  to = mapped(FOREIGN, number_of(3));
  fact("sendto", sendto(fd, "x", 1, 0, &to, sizeof to));
  fact("UDP connect", connect(fd, &to, sizeof to));
  fact("write", send_text(fd, "x"));
  to = mapped(FOREIGN, 0);
  fd = must("socket", socket(AF_INET6, SOCK_STREAM, 0));
  fact("bind", bind(fd, &to, sizeof to));
}

static void connect_again(void) {
  int port = number_of(2);
  int hold = tcp(); // bound, and nobody listens
  struct sockaddr_in own = at(OWN, 0);
  must("bind", bind(hold, &own, sizeof own));
  int fd = tcp();
  fact("connect, granted", connect_to(fd, OWN, port_of(hold)));
  fact("connect, ungranted", connect_to(fd, FOREIGN, port));
  fd = tcp();
  fcntl(fd, F_SETFL, O_NONBLOCK);
  fact("without waiting, granted", connect_to(fd, OWN, port_of(hold)));
  await(fd, EPOLLOUT | EPOLLERR);
  int error = 0;
  int length = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  fact("its SO_ERROR", -error);
  connect_to(fd, FOREIGN, port); // natively ECONNABORTED, once
  fact("without waiting, ungranted", connect_to(fd, FOREIGN, port));
}

static void reconnect(void) {
  struct sockaddr none = {AF_UNSPEC, {0}};
  int port = number_of(2);
  int fd = udp();
  fact("connect, granted", connect_to(fd, OWN, number_of(3)));
  fact("AF_UNSPEC", connect(fd, &none, sizeof none));
  fact("connect, ungranted", connect_to(fd, FOREIGN, port));
  fact("write", send_text(fd, "x"));
  // A disconnect forgets the port, and what was bound under a grant with it.
  struct sockaddr_in own = at(OWN, 0);
  struct sockaddr_in from = at(OWN, 0);
  int length = sizeof from;
  fd = udp();
  must("bind", bind(fd, &own, sizeof own));
  must("connect", connect_to(fd, OWN, number_of(3)));
  must("connect", connect(fd, &none, sizeof none));
  own.sin_addr = 0;
  must("bind", bind(fd, &own, sizeof own));
  fact("port", port_of(fd));
  must("recvfrom", recvfrom(fd, bytes, sizeof bytes, 0, &from, &length));
  fact("answer", sendto(fd, "x", 1, 0, &from, sizeof from));
}

static void other_families(void) {
  int port = number_of(2);
  struct sockaddr_in to = at(FOREIGN, port);
  int four = udp();
  int six = must("socket", socket(AF_INET6, SOCK_DGRAM, 0));
  fact("AF_INET on IPv6", sendto(six, "x", 1, 0, &to, sizeof to));
  to.sin_family = AF_UNSPEC;
  fact("AF_UNSPEC", sendto(four, "x", 1, 0, &to, sizeof to));
  struct msghdr message = {&to, sizeof to, &(struct iovec){"x", 1}, 1, NULL, 0, 0};
  fact("AF_UNSPEC, sendmsg", sendmsg(four, &message, 0));
  static const int families[] = {AF_UNIX, 3, AF_INET6, AF_NETLINK, AF_PACKET, 40, 0xffff};
  for (int i = 0; i < COUNT(families); i++) {
    to.sin_family = (u16)families[i];
    fact_at("family", families[i], sendto(four, "x", 1, 0, &to, sizeof to));
  }
}

static void fast_open(void) {
  struct sockaddr_in to = at(FOREIGN, number_of(2));
  struct iovec iov = {"x", 1};
  struct msghdr message = {&to, sizeof to, &iov, 1, NULL, 0, 0};
  struct mmsghdr messages[1] = {{message, 0}};
  static const u32 flags = MSG_FASTOPEN | MSG_NOSIGNAL;
  fact("sendto", sendto(tcp(), "x", 1, flags, &to, sizeof to));
  fact("sendmsg", sendmsg(tcp(), &message, flags));
  fact("sendmmsg", sendmmsg(tcp(), messages, 1, flags));
  int fd = tcp();
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof on);
  fact("TCP_FASTOPEN_CONNECT", connect(fd, &to, sizeof to));
  fact("write after it", send_text(fd, "x"));
}

// Paths and names that would clear a screen, set its title, hide, or begin a line of the host's.
static void escapes(void) {
  static const char *const texts[] = {
      "/tmp/\x1b[2J\x1b]0;owned\x07\x1b[31m",
      "/tmp/a\ntripoll: forged.wasm listening on 127.0.0.1:1",
      "/tmp/\r\x1b[1A\x7f\x08\x08",
      "/tmp/\xc2\x9b;31m\xe2\x80\xae\xef\xbb\xbf\xff\x9b",
      "\"; --unix /; \\",
  };
  struct sockaddr_un to;
  for (int i = 0; i < COUNT(texts); i++) {
    for (int abstract = 0; abstract < 2; abstract++) {
      int fd = must("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
      int size = length_of(texts[i]);
      clear(&to, sizeof to);
      to.sun_family = AF_UNIX;
      __builtin_memcpy(to.sun_path + abstract, texts[i], (size_t)size);
      size += 2 + abstract;
      fact_at("connect", 2 * i + abstract, connect(fd, &to, size));
      fact_at("bind", 2 * i + abstract, bind(fd, &to, size));
      fact_at("sendto", 2 * i + abstract, sendto(fd, "x", 1, 0, &to, size));
      close(fd);
    }
  }
}

static void flood(void) {
  enum { TIMES = 100000 };
  int denied = 0;
  int fd = udp();
  for (int i = 0; i < TIMES; i++)
    denied += connect_to(fd, FOREIGN, 1) == -EACCES;
  for (int i = 0; i < TIMES; i++) {
    struct sockaddr_in to = at(FOREIGN, 1 + i % 65535);
    to.sin_addr = 0x7fu | (u32)(i & 0xffff) << 8 | FOREIGN << 24;
    denied += sendto(fd, "x", 1, 0, &to, sizeof to) == -EACCES;
  }
  fact("denied", denied);
}

static const struct {
  const char *name;
  void (*run)(void);
} attacks[] = {{"bind refused", bind_refused},
               {"listen without bind", listen_without_bind},
               {"send ungranted", send_ungranted},
               {"implicit bind", implicit_bind},
               {"mapped address", mapped_address},
               {"connect again", connect_again},
               {"reconnect", reconnect},
               {"other families", other_families},
               {"fast open", fast_open},
               {"escapes", escapes},
               {"flood", flood}};

static void facts(void) {
  for (int i = 0; i < COUNT(attacks); i++) {
    if (is(argument(1), attacks[i].name))
      attacks[i].run();
  }
}
