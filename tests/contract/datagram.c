// UDP and datagram pairs: sendto, recvfrom, borders, connected and not.
#include "contract.h"

static char bytes[64];

static int send_at(int fd, const char *text, const struct sockaddr_in *at) {
  return sendto(fd, text, (size_t)length_of(text), 0, at, sizeof *at);
}

static void borders(void) {
  struct sockaddr_in at, from;
  int length = sizeof from;
  int fd = bound(SOCK_DGRAM);
  int peer = bound(SOCK_DGRAM);
  at = loopback(port_of(fd));
  fact_mask("UDP: epoll, nothing", ready(fd, 0x3fff));
  fact("UDP: sendto", send_at(peer, "hello", &at));
  await(fd, EPOLLIN);
  fact_mask("UDP: epoll, a datagram", ready(fd, 0x3fff));
  fact_bytes("UDP: recvfrom", recvfrom(fd, bytes, 64, 0, &from, &length), bytes);
  fact("UDP: the length of its sender", length);
  fact("UDP: the sender", swap16(from.sin_port) == port_of(peer) && from.sin_addr == at.sin_addr);
  fact("UDP: the answer", send_at(fd, "you", &from));
  await(peer, EPOLLIN);
  fact_bytes("UDP: a short buffer cuts", read(peer, bytes, 2), bytes);
  fact("UDP: and the rest is gone", recvfrom(peer, bytes, 64, MSG_DONTWAIT, NULL, NULL));
  send_at(peer, "one", &at);
  send_at(peer, "", &at);
  send_at(peer, "three", &at);
  await(fd, EPOLLIN);
  fact_bytes("UDP: borders are kept", recvfrom(fd, bytes, 64, MSG_PEEK, NULL, NULL), bytes);
  fact_bytes("UDP: MSG_PEEK left it", read(fd, bytes, 64), bytes);
  await(fd, EPOLLIN);
  fact("UDP: an empty datagram", read(fd, bytes, 64));
  await(fd, EPOLLIN);
  fact("UDP: MSG_TRUNC tells the real length", recvfrom(fd, bytes, 2, MSG_TRUNC, NULL, NULL));
  send_at(peer, "zero", &at);
  await(fd, EPOLLIN);
  fact("UDP: recvfrom of length 0 takes one", recvfrom(fd, bytes, 0, 0, NULL, NULL));
  fact("UDP: so nothing is left", recvfrom(fd, bytes, 64, MSG_DONTWAIT, NULL, NULL));
  send_at(peer, "zero", &at);
  await(fd, EPOLLIN);
  fact("UDP: read of length 0", read(fd, bytes, 0));
  fact("UDP: what that left", recvfrom(fd, bytes, 64, MSG_DONTWAIT, NULL, NULL));
  send_at(peer, "any", &at);
  fact_bytes("UDP: MSG_WAITALL", recvfrom(fd, bytes, 64, MSG_WAITALL, NULL, NULL), bytes);
  fact("UDP: MSG_OOB", recvfrom(fd, bytes, 64, MSG_OOB | MSG_DONTWAIT, NULL, NULL));
  close(fd);
  close(peer);
}

static void addresses(void) {
  struct sockaddr_in at;
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = {[15] = 1}};
  int fd = bound(SOCK_DGRAM);
  int peer = bound(SOCK_DGRAM);
  at = loopback(port_of(peer));
  static const int lengths[] = {-1, 0, 1, 2, 8, 15, 129, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(lengths); i++)
    fact_at("UDP: sendto, length", lengths[i], sendto(fd, "x", 1, 0, &at, lengths[i]));
  fact("UDP: sendto without an address", sendto(fd, "x", 1, 0, NULL, 0));
  fact("UDP: write without a peer", write(fd, "x", 1));
  fact("UDP: sendto, address nowhere", sendto(fd, "x", 1, 0, NOWHERE, sizeof at));
  fact("UDP: sendto, address and data nowhere", sendto(fd, NOWHERE, 1, 0, NOWHERE, sizeof at));
  fact("UDP: sendto, data nowhere", sendto(fd, NOWHERE, 1, 0, &at, sizeof at));
  fact("UDP: sendto, data half behind memory", sendto(fd, last_bytes(2), 4, 0, &at, sizeof at));
  fact("UDP: sendto, an IPv6 address", sendto(fd, "x", 1, 0, &six, sizeof six));
  at.sin_family = 99;
  fact("UDP: sendto, an unknown family", send_at(fd, "x", &at));
  at.sin_family = AF_UNSPEC;
  fact("UDP: sendto, AF_UNSPEC is AF_INET", send_at(fd, "unspec", &at));
  await(peer, EPOLLIN);
  fact_bytes("UDP: it comes", read(peer, bytes, 64), bytes);
  at.sin_family = AF_INET;
  at.sin_port = 0;
  fact("UDP: sendto, port 0", send_at(fd, "x", &at));
  u8 longer[128] = {0};
  at = loopback(port_of(peer));
  __builtin_memcpy(longer, &at, sizeof at);
  fact("UDP: sendto, a longer address", sendto(fd, "long", 4, 0, longer, sizeof longer));
  await(peer, EPOLLIN);
  static const int sizes[] = {0, 1, 8, 16, 100, -1, INT_MIN};
  static u8 room[160];
  read(peer, bytes, 64);
  for (int i = 0; i < COUNT(sizes); i++) {
    send_at(fd, "abc", &at);
    await(peer, EPOLLIN);
    int length = sizes[i];
    fact_at("UDP: recvfrom, room for the address", sizes[i],
            recvfrom(peer, bytes, 64, 0, room, &length));
    fact_number_at("UDP: length told for room", sizes[i], length);
    fact_at("UDP: the datagram is taken, room", sizes[i], !ready(peer, EPOLLIN));
  }
  int length = 16;
  send_at(fd, "abc", &at);
  await(peer, EPOLLIN);
  fact("UDP: recvfrom, address nowhere", recvfrom(peer, bytes, 64, 0, NOWHERE, &length));
  fact("UDP: that took it", !ready(peer, EPOLLIN));
  send_at(fd, "abc", &at);
  await(peer, EPOLLIN);
  fact("UDP: recvfrom, length nowhere", recvfrom(peer, bytes, 64, 0, room, NOWHERE));
  fact("UDP: that took it, too", !ready(peer, EPOLLIN));
  send_at(fd, "abc", &at);
  await(peer, EPOLLIN);
  fact("UDP: recvfrom, length NULL", recvfrom(peer, bytes, 64, 0, room, NULL));
  fact("UDP: and that", !ready(peer, EPOLLIN));
  send_at(fd, "abc", &at);
  await(peer, EPOLLIN);
  fact("UDP: recvfrom, no address, length nowhere", recvfrom(peer, bytes, 64, 0, NULL, NOWHERE));
  send_at(fd, "abc", &at);
  await(peer, EPOLLIN);
  fact("UDP: recvfrom, data nowhere", recvfrom(peer, NOWHERE, 64, 0, NULL, NULL));
  fact("UDP: data nowhere takes nothing", !ready(peer, EPOLLIN));
  fact("UDP: recvfrom, data NULL", recvfrom(peer, NULL, 64, 0, NULL, NULL));
  fact("UDP: what data NULL takes", !ready(peer, EPOLLIN));
  close(fd);
  close(peer);
}

static void connected(void) {
  int pair[2];
  struct sockaddr_in from;
  int length = sizeof from;
  udp_pair(pair);
  fact_mask("UDP: epoll, connected", ready(pair[0], 0x3fff));
  fact("UDP: write to the peer", write(pair[0], "abc", 3));
  fact_bytes("UDP: read from it", read(pair[1], bytes, 64), bytes);
  fact("UDP: sendto without an address, connected", send_text(pair[0], "abc"));
  fact("UDP: recvfrom, connected", recvfrom(pair[1], bytes, 64, 0, &from, &length));
  fact("UDP: its sender", swap16(from.sin_port) == port_of(pair[0]));
  int third = bound(SOCK_DGRAM);
  struct sockaddr_in at = loopback(port_of(pair[1]));
  fact("UDP: a stranger sends", send_at(third, "stranger", &at));
  write(pair[0], "friend", 6);
  await(pair[1], EPOLLIN);
  fact_bytes("UDP: only the peer is heard", read(pair[1], bytes, 64), bytes);
  at = loopback(port_of(third));
  fact("UDP: connected, sendto another", send_at(pair[0], "other", &at));
  await(third, EPOLLIN);
  fact_bytes("UDP: which hears it", read(third, bytes, 64), bytes);
  fact("UDP: connect to another", connect(pair[0], &at, sizeof at));
  fact("UDP: that is its peer now", write(pair[0], "new", 3));
  await(third, EPOLLIN);
  fact_bytes("UDP: the new peer hears", read(third, bytes, 64), bytes);
  fact("UDP: shutdown, connected", shutdown(pair[0], SHUT_WR));
  fact("UDP: write after it", sendto(pair[0], "x", 1, MSG_NOSIGNAL, NULL, 0));
  fact_mask("UDP: epoll after it", ready(pair[0], 0x3fff));
  fact("UDP: shutdown of reading", shutdown(pair[0], SHUT_RD));
  fact_mask("UDP: epoll after both", ready(pair[0], 0x3fff));
  fact("UDP: read after it", recvfrom(pair[0], bytes, 64, MSG_DONTWAIT, NULL, NULL));
  close(third);
  close_pair(pair);

  // Nobody is there: the kernel tells it at the next call.
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int deaf = bound(SOCK_DGRAM); // it hears nobody but itself
  at = loopback(port_of(deaf));
  connect(deaf, &at, sizeof at);
  fact("UDP: connect to nobody", connect(fd, &at, sizeof at));
  fact("UDP: write to nobody", write(fd, "x", 1));
  fact_mask("UDP: epoll then", await(fd, EPOLLERR));
  fact("UDP: read tells", read(fd, bytes, 64));
  fact("UDP: once", recvfrom(fd, bytes, 64, MSG_DONTWAIT, NULL, NULL));
  write(fd, "x", 1);
  await(fd, EPOLLERR);
  fact("UDP: write tells, too", write(fd, "x", 1));
  close(fd);
  close(deaf);
}

static void sizes(void) {
  int pair[2];
  static char large[70000];
  static char back[70000];
  udp_pair(pair);
  fact("UDP: the largest", write(pair[0], large, 65507));
  fact("UDP: it comes whole", read(pair[1], back, sizeof back));
  fact("UDP: one byte more", write(pair[0], large, 65508));
  fact("UDP: 65536", write(pair[0], large, 65536));
  fact("UDP: 70000", write(pair[0], large, 70000));
  fact("UDP: 0", write(pair[0], large, 0));
  fact("UDP: MSG_MORE", sendto(pair[0], "ab", 2, MSG_MORE, NULL, 0));
  fact("UDP: ends with the next", sendto(pair[0], "cd", 2, 0, NULL, 0));
  await(pair[1], EPOLLIN);
  fact("UDP: read of the empty one", read(pair[1], bytes, 64));
  await(pair[1], EPOLLIN);
  fact_bytes("UDP: MSG_MORE makes one of two", read(pair[1], bytes, 64), bytes);
  fact("UDP: send, MSG_OOB", sendto(pair[0], "x", 1, MSG_OOB, NULL, 0));
  fact("UDP: send, MSG_CONFIRM", sendto(pair[0], "x", 1, MSG_CONFIRM, NULL, 0));
  fact("UDP: send, MSG_DONTROUTE", sendto(pair[0], "x", 1, MSG_DONTROUTE, NULL, 0));
  close_pair(pair);
}

static void pairs(void) {
  static const int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};
  for (int i = 0; i < COUNT(types); i++) {
    int pair[2];
    unix_pair(pair, types[i] | SOCK_NONBLOCK);
    write(pair[0], "one", 3);
    write(pair[0], "", 0);
    write(pair[0], "three", 5);
    fact_at("unix: the first, type", types[i], read(pair[1], bytes, 64));
    fact_at("unix: empty, type", types[i], read(pair[1], bytes, 64));
    fact_at("unix: cut, type", types[i], read(pair[1], bytes, 2));
    fact_at("unix: nothing, type", types[i], read(pair[1], bytes, 64));
    write(pair[0], "12345", 5);
    fact_at("unix: MSG_PEEK|MSG_TRUNC, type", types[i],
            recvfrom(pair[1], bytes, 2, MSG_PEEK | MSG_TRUNC, NULL, NULL));
    fact_at("unix: MSG_TRUNC, type", types[i], recvfrom(pair[1], bytes, 2, MSG_TRUNC, NULL, NULL));
    fact_at("unix: MSG_OOB, type", types[i], sendto(pair[0], "x", 1, MSG_OOB, NULL, 0));
    int count = 0;
    int result;
    while ((result = write(pair[0], bytes, 8)) > 0)
      count++;
    fact_at("unix: full, type", types[i], result);
    fact_at("unix: how many fit, type", types[i], count);
    fact_mask_at("unix: epoll when full, type", types[i], ready(pair[0], 0x3fff));
    read(pair[1], bytes, 8);
    fact_mask_at("unix: epoll after one read, type", types[i], ready(pair[0], 0x3fff));
    static char large[300000];
    fact_at("unix: too large, type", types[i], write(pair[0], large, sizeof large));
    int from = 128;
    static u8 name[128];
    fact_at("unix: the sender's name, type", types[i], recvfrom(pair[1], bytes, 8, 0, name, &from));
    fact_at("unix: its length, type", types[i], from);
    close_pair(pair);
  }
}

static void facts(void) {
  borders();
  addresses();
  connected();
  sizes();
  pairs();
}
