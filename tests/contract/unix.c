// AF_UNIX sockets without a name and without a peer.
#include "contract.h"

static void facts(void) {
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
  struct sockaddr none = {AF_UNSPEC, {0}};
  struct sockaddr_in in4 = loopback(9);
  char bytes[8];
  for (int i = 0; i < COUNT(types); i++) {
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
