// shutdown each way, close, reset: what epoll, read and write say then.
#include "contract.h"

static void ends(const char *what, int fd) {
  char byte;
  begin_line(what);
  put(" = epoll ");
  put_mask(ready(fd, 0x3fff));
  put(", read ");
  put_result(recvfrom(fd, &byte, 1, MSG_DONTWAIT, NULL, NULL));
  put(", write ");
  put_result(sendto(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0));
  close_line();
}

static void errors(void) {
  int pair[2];
  tcp_pair(pair);
  static const int ways[] = {-1, 3, 4, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(ways); i++)
    fact_at("shutdown: way", ways[i], shutdown(pair[0], ways[i]));
  close_pair(pair);
  fact("shutdown: EBADF", shutdown(-1, SHUT_WR));
  fact("shutdown: EBADF or its way", shutdown(-1, 9));
  fact("shutdown: not a socket", shutdown(0, SHUT_WR));
  fact("shutdown: not a socket or its way", shutdown(0, 9));
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  fact("shutdown: TCP, not connected", shutdown(fd, SHUT_RDWR));
  fact("shutdown: TCP, not connected or its way", shutdown(fd, 9));
  ends("shutdown: TCP, not connected, after it", fd);
  close(fd);
  fd = bound(SOCK_STREAM);
  fact("shutdown: TCP, bound", shutdown(fd, SHUT_RD));
  close(fd);
  fd = bound(SOCK_DGRAM);
  fact("shutdown: UDP, not connected", shutdown(fd, SHUT_RDWR));
  close(fd);
  fd = socket(AF_UNIX, SOCK_STREAM, 0);
  fact("shutdown: unix, not connected", shutdown(fd, SHUT_RDWR));
  close(fd);
}

static void pairs(void) {
  static const struct {
    const char *pair, *self, *peer;
    int type, way;
  } all[] = {
      {"shutdown: unix stream, RD", "the one itself", "its peer", SOCK_STREAM, SHUT_RD},
      {"shutdown: unix stream, WR", "the one itself", "its peer", SOCK_STREAM, SHUT_WR},
      {"shutdown: unix stream, RDWR", "the one itself", "its peer", SOCK_STREAM, SHUT_RDWR},
      {"shutdown: unix datagram, RD", "the one itself", "its peer", SOCK_DGRAM, SHUT_RD},
      {"shutdown: unix datagram, WR", "the one itself", "its peer", SOCK_DGRAM, SHUT_WR},
      {"shutdown: unix datagram, RDWR", "the one itself", "its peer", SOCK_DGRAM, SHUT_RDWR},
      {"shutdown: unix seqpacket, RD", "the one itself", "its peer", SOCK_SEQPACKET, SHUT_RD},
      {"shutdown: unix seqpacket, WR", "the one itself", "its peer", SOCK_SEQPACKET, SHUT_WR},
      {"shutdown: unix seqpacket, RDWR", "the one itself", "its peer", SOCK_SEQPACKET, SHUT_RDWR},
  };
  for (int i = 0; i < COUNT(all); i++) {
    int pair[2];
    unix_pair(pair, all[i].type);
    fact(all[i].pair, shutdown(pair[0], all[i].way));
    fact_at("shutdown: again, of pair", i, shutdown(pair[0], all[i].way));
    static char name[96];
    for (int end = 0; end < 2; end++) {
      begin_line(all[i].pair);
      put(", ");
      put(end ? all[i].peer : all[i].self);
      line[line_length] = 0;
      __builtin_memcpy(name, line, sizeof name);
      ends(name, pair[end]);
    }
    close_pair(pair);
  }
}

static void tcp(void) {
  int pair[2];
  char bytes[8];
  tcp_pair(pair);
  send_text(pair[1], "ab");
  await_bytes(pair[0], 2);
  fact("shutdown: TCP, RD", shutdown(pair[0], SHUT_RD));
  fact_mask("shutdown: TCP, RD, epoll", ready(pair[0], 0x3fff));
  fact_bytes("shutdown: TCP, RD, what had come is read", read(pair[0], bytes, 8), bytes);
  fact("shutdown: TCP, RD, then the end", read(pair[0], bytes, 8));
  ends("shutdown: TCP, RD, the peer knows nothing", pair[1]);
  await(pair[0], EPOLLIN);
  close_pair(pair);

  tcp_pair(pair);
  send_text(pair[0], "last");
  fact("shutdown: TCP, WR", shutdown(pair[0], SHUT_WR));
  fact("shutdown: TCP, WR again", shutdown(pair[0], SHUT_WR));
  await(pair[1], EPOLLRDHUP);
  fact_bytes("shutdown: TCP, WR, the peer reads", read(pair[1], bytes, 8), bytes);
  fact("shutdown: TCP, WR, the peer reads the end", read(pair[1], bytes, 8));
  fact("shutdown: TCP, WR, the end again", read(pair[1], bytes, 8));
  fact("shutdown: TCP, WR, the peer still writes", send_text(pair[1], "more"));
  await_bytes(pair[0], 4);
  fact_bytes("shutdown: TCP, WR, and is read", read(pair[0], bytes, 8), bytes);
  ends("shutdown: TCP, WR, the one itself", pair[0]);
  fact("shutdown: TCP, WR by the peer, too", shutdown(pair[1], SHUT_WR));
  await(pair[0], EPOLLRDHUP);
  ends("shutdown: TCP, WR by both", pair[0]);
  fact("shutdown: TCP, after both", shutdown(pair[0], SHUT_RDWR));
  close_pair(pair);

  tcp_pair(pair);
  fact("shutdown: TCP, RDWR", shutdown(pair[0], SHUT_RDWR));
  ends("shutdown: TCP, RDWR, the one itself", pair[0]);
  await(pair[1], EPOLLRDHUP);
  fact_mask("shutdown: TCP, RDWR, the peer", ready(pair[1], 0x3fff));
  fact("shutdown: TCP, RDWR, the peer reads", read(pair[1], bytes, 8));
  close_pair(pair);
}

static void reset(int pair[2]) {
  struct linger now = {1, 0};
  tcp_pair(pair);
  fact("SO_LINGER: {1, 0}", setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &now, sizeof now));
}

static void resets(void) {
  int pair[2];
  char bytes[8];
  int value;
  int size = sizeof value;
  reset(pair);
  send_text(pair[1], "lost");
  await_bytes(pair[0], 4);
  close(pair[1]);
  fact_mask("RST: epoll", await(pair[0], EPOLLERR));
  fact_mask("RST: epoll, all bits", ready(pair[0], 0x3fff));
  fact("RST: read", read(pair[0], bytes, 8));
  fact("RST: read again", read(pair[0], bytes, 8));
  fact("RST: write", send_text(pair[0], "x"));
  fact_mask("RST: epoll after the error was told", ready(pair[0], 0x3fff));
  fact("RST: shutdown", shutdown(pair[0], SHUT_WR));
  fact("RST: getpeername", getpeername(pair[0], bytes, &(int){1}));
  close(pair[0]);

  tcp_pair(pair);
  struct linger now = {1, 0};
  setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(pair[1]);
  await(pair[0], EPOLLERR);
  fact("RST: write first", send_text(pair[0], "x"));
  fact("RST: write again", send_text(pair[0], "x"));
  fact("RST: then read", read(pair[0], bytes, 8));
  close(pair[0]);

  tcp_pair(pair);
  setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(pair[1]);
  await(pair[0], EPOLLERR);
  getsockopt(pair[0], SOL_SOCKET, SO_ERROR, &value, &size);
  fact("RST: SO_ERROR", -value);
  getsockopt(pair[0], SOL_SOCKET, SO_ERROR, &value, &size);
  fact("RST: SO_ERROR is told once", -value);
  ends("RST: after SO_ERROR", pair[0]);
  close(pair[0]);

  // A close with unread data resets, too.
  tcp_pair(pair);
  send_text(pair[0], "unread");
  await_bytes(pair[1], 6);
  close(pair[1]);
  await(pair[0], EPOLLERR);
  fact("RST: by a close with unread data", read(pair[0], bytes, 8));
  close(pair[0]);

  // A write to a peer that has closed is answered with a reset.
  tcp_pair(pair);
  close(pair[1]);
  await(pair[0], EPOLLRDHUP);
  fact_mask("close: the peer of a closed socket", ready(pair[0], 0x3fff));
  fact("close: it reads the end", read(pair[0], bytes, 8));
  fact("close: it may write once", send_text(pair[0], "x"));
  await(pair[0], EPOLLERR | EPOLLHUP);
  ends("close: then it is reset", pair[0]);
  close(pair[0]);
}

static void unix_close(void) {
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
  for (int i = 0; i < COUNT(types); i++) {
    int pair[2];
    char bytes[8];
    unix_pair(pair, types[i]);
    send_text(pair[1], "left");
    close(pair[1]);
    fact_mask_at("unix: epoll after the peer's close, type", types[i], ready(pair[0], 0x3fff));
    fact_at("unix: what is left, type", types[i], read(pair[0], bytes, 8));
    fact_at("unix: then, type", types[i], recvfrom(pair[0], bytes, 8, MSG_DONTWAIT, NULL, NULL));
    fact_at("unix: write, type", types[i], send_text(pair[0], "x"));
    close(pair[0]);
    unix_pair(pair, types[i]);
    send_text(pair[0], "unread");
    close(pair[1]);
    fact_mask_at("unix: epoll after a close with unread data, type", types[i],
                 ready(pair[0], 0x3fff));
    fact_at("unix: read after it, type", types[i],
            recvfrom(pair[0], bytes, 8, MSG_DONTWAIT, NULL, NULL));
    fact_at("unix: read again, type", types[i],
            recvfrom(pair[0], bytes, 8, MSG_DONTWAIT, NULL, NULL));
    fact_at("unix: write after it, type", types[i], send_text(pair[0], "x"));
    close(pair[0]);
  }
}

static void facts(void) {
  errors();
  pairs();
  tcp();
  resets();
  unix_close();
}
