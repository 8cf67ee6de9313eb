// AF_UNIX sockets without a name and without a peer; no name is ever granted.
#include "contract.h"

#define DENIED differs("EACCES", "the address was not granted")

static void names(void) {
  struct sockaddr_un path = {AF_UNIX, "/nonexistent/contract"};
  struct sockaddr_un name = {AF_UNIX, "\0contract of tripoll"};
  struct sockaddr_un none = {AF_UNIX, {0}};
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
  for (int i = 0; i < COUNT(types); i++) {
    int fd = socket(AF_UNIX, types[i], 0);
    DENIED;
    fact_at("unix: connect to a path, type", types[i], connect(fd, &path, sizeof path));
    DENIED;
    fact_at("unix: connect to a name, type", types[i], connect(fd, &name, 22));
    DENIED;
    fact_at("unix: bind to a path, type", types[i], bind(fd, &path, sizeof path));
    DENIED;
    fact_at("unix: bind to a name, type", types[i], bind(fd, &name, 22));
    close(fd);
    fd = socket(AF_UNIX, types[i], 0);
    DENIED;
    fact_at("unix: bind to any name, type", types[i], bind(fd, &none, 2));
    close(fd);
    fd = socket(AF_UNIX, types[i], 0);
    fact_at("unix: listen, type", types[i], listen(fd, 1));
    close(fd);
  }
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  DENIED;
  fact("unix: sendto a path", sendto(fd, "x", 1, 0, &path, sizeof path));
  DENIED;
  fact("unix: sendto a name", sendto(fd, "x", 1, 0, &name, 22));
  struct iovec iov = {"x", 1};
  struct msghdr message = {&path, sizeof path, &iov, 1, NULL, 0, 0};
  DENIED;
  fact("unix: sendmsg to a path", sendmsg(fd, &message, 0));
  fact("unix: connect AF_UNSPEC", connect(fd, &(struct sockaddr){AF_UNSPEC, {0}}, 16));
  close(fd);
}

// Lengths that no address of the family has.
static void lengths(int type) {
  static const int all[] = {-1, 0, 1, 2, 111, 128, 129};
  static u8 room[160];
  clear(room, sizeof room);
  room[0] = AF_UNIX;
  __builtin_memcpy(room + 2, "/nonexistent/contract", 21);
  for (int i = 0; i < COUNT(all); i++) {
    int fd = socket(AF_UNIX, type, 0);
    begin_line("an address of length ");
    put_number(all[i]);
    put(", type ");
    put_number(type);
    put(" = connect ");
    put_result(connect(fd, room, all[i]));
    if (all[i] != 2) { // which asks bind for any free name
      put(", bind ");
      put_result(bind(fd, room, all[i]));
    }
    put(", sendto ");
    put_result(sendto(fd, "x", 1, MSG_NOSIGNAL, room, all[i]));
    close_line();
    close(fd);
  }
}

static void nameless(void) {
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
  struct sockaddr none = {AF_UNSPEC, {0}};
  struct sockaddr_in in4 = loopback(9);
  char bytes[8];
  for (int i = 0; i < COUNT(types); i++) {
    lengths(types[i]);
    int fd = socket(AF_UNIX, types[i], 0);
    int length = sizeof bytes;
    fact_at("no peer: read, type", types[i],
            recvfrom(fd, bytes, sizeof bytes, MSG_DONTWAIT, NULL, NULL));
    fact_at("no peer: write, type", types[i], send_text(fd, "x"));
    fact_at("no peer: write of length 0, type", types[i], send_text(fd, ""));
    fact_at("no peer: getpeername, type", types[i], getpeername(fd, bytes, &length));
    fact_at("no peer: accept4, type", types[i], accept4(fd, NULL, NULL, 0));
    fact_at("no peer: listen, type", types[i], listen(fd, 1));
    fact_at("no peer: connect AF_UNSPEC, type", types[i], connect(fd, &none, sizeof none));
    fact_at("no peer: connect, IPv4, type", types[i], connect(fd, &in4, sizeof in4));
    fact_at("no peer: bind, IPv4, type", types[i], bind(fd, &in4, sizeof in4));
    fact_at("no peer: bind AF_UNSPEC, type", types[i], bind(fd, &none, sizeof none));
    fact_at("no peer: bind, length 0, type", types[i], bind(fd, &none, 0));
    fact_at("no peer: bind, length 111, type", types[i], bind(fd, last_bytes(111), 111));
    fact_at("no peer: sendto, IPv4, type", types[i], sendto(fd, "x", 1, 0, &in4, sizeof in4));
    fact_at("no peer: MSG_OOB, type", types[i],
            sendto(fd, "x", 1, MSG_OOB | MSG_NOSIGNAL, NULL, 0));
    fact_mask_at("no peer: epoll, type", types[i], ready(fd, 0x3fff));
    fact_at("no peer: TCP_NODELAY, type", types[i],
            getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, bytes, &length));
    close(fd);
    int pair[2];
    unix_pair(pair, types[i]);
    fact_at("pair: connect AF_UNSPEC, type", types[i], connect(pair[0], &none, sizeof none));
    fact_at("pair: write after it, type", types[i], send_text(pair[0], "x"));
    fact_at("pair: the other's write, type", types[i], send_text(pair[1], "x"));
    fact_at("pair: listen, type", types[i], listen(pair[1], 1));
    fact_at("pair: accept4, type", types[i], accept4(pair[1], NULL, NULL, 0));
    close_pair(pair);
  }
}

static void facts(void) {
  nameless();
  names();
}
