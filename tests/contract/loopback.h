// Addresses of loopback beside 127.0.0.1, and sockets for them: what families about grants ask
// with.
#ifndef CONTRACT_LOOPBACK_H
#define CONTRACT_LOOPBACK_H

#include "contract.h"

HELPER struct sockaddr_in at(int host, int port) {
  struct sockaddr_in made = loopback(port);
  made.sin_addr = 0x7f | (u32)host << 24;
  return made;
}

HELPER struct sockaddr_in6 mapped(int host, int port) {
  struct sockaddr_in6 made = {.sin6_family = AF_INET6, .sin6_port = swap16((u16)port)};
  made.sin6_addr[10] = made.sin6_addr[11] = 0xff;
  made.sin6_addr[12] = 127;
  made.sin6_addr[15] = (u8)host;
  return made;
}

HELPER int tcp(void) { return must("socket", socket(AF_INET, SOCK_STREAM, 0)); }
HELPER int udp(void) { return must("socket", socket(AF_INET, SOCK_DGRAM, 0)); }

#endif
