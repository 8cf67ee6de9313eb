// The allow lists: which sockets, socket options and control messages exist for a guest.
//
// What is not here is not passed to the kernel, in either direction. No option that carries a
// pointer or a descriptor, that needs a privilege or that loads a kernel module is on it: the host
// may well be root.
#include "guest.h"

#include <linux/in6.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

// What socket(2) says of (domain, type, protocol): the protocol's errno, or 0.
int32_t allow_socket(int domain, int type, int protocol) {
  if (domain != AF_INET && domain != AF_INET6 && domain != AF_UNIX)
    return -EAFNOSUPPORT;
  if (type < 0 || type > SOCK_PACKET)
    return -EINVAL;
  if (domain == AF_UNIX) {
    if (protocol != 0 && protocol != PF_UNIX)
      return -EPROTONOSUPPORT;
    bool known = type == SOCK_STREAM || type == SOCK_DGRAM || type == SOCK_SEQPACKET;
    return known ? 0 : -ESOCKTNOSUPPORT;
  }
  if (protocol < 0 || protocol >= IPPROTO_MAX)
    return -EINVAL;
  if (type == SOCK_STREAM)
    return protocol == 0 || protocol == IPPROTO_TCP ? 0 : -EPROTONOSUPPORT;
  if (type == SOCK_DGRAM)
    return protocol == 0 || protocol == IPPROTO_UDP ? 0 : -EPROTONOSUPPORT;
  return type == SOCK_RAW ? -EPROTONOSUPPORT : -ESOCKTNOSUPPORT;
}

enum { GET = 1, SET = 2, BOTH = GET | SET };
enum { TCP4 = 1, TCP6 = 2, UDP4 = 4, UDP6 = 8, LOCAL = 16 };
enum {
  TCP = TCP4 | TCP6,
  UDP = UDP4 | UDP6,
  INET = TCP4 | UDP4,
  INET6 = TCP6 | UDP6,
  ANY_INET = INET | INET6,
  EVERY = ANY_INET | LOCAL,
};

struct option {
  int level, name;
  uint8_t sockets, ways;
};

static const struct option options[] = {
    {SOL_SOCKET, SO_REUSEADDR, EVERY, BOTH},
    {SOL_SOCKET, SO_TYPE, EVERY, GET},
    {SOL_SOCKET, SO_ERROR, EVERY, GET},
    {SOL_SOCKET, SO_DONTROUTE, EVERY, BOTH},
    {SOL_SOCKET, SO_BROADCAST, EVERY, BOTH},
    {SOL_SOCKET, SO_SNDBUF, EVERY, BOTH},
    {SOL_SOCKET, SO_RCVBUF, EVERY, BOTH},
    {SOL_SOCKET, SO_KEEPALIVE, EVERY, BOTH},
    {SOL_SOCKET, SO_OOBINLINE, EVERY, BOTH},
    {SOL_SOCKET, SO_LINGER, EVERY, BOTH},
    {SOL_SOCKET, SO_REUSEPORT, ANY_INET, BOTH},
    {SOL_SOCKET, SO_RCVLOWAT, EVERY, BOTH},
    {SOL_SOCKET, SO_SNDLOWAT, EVERY, BOTH},
    {SOL_SOCKET, SO_RCVTIMEO, EVERY, BOTH},
    {SOL_SOCKET, SO_SNDTIMEO, EVERY, BOTH},
    {SOL_SOCKET, SO_TIMESTAMP, EVERY, BOTH},
    {SOL_SOCKET, SO_ACCEPTCONN, EVERY, GET},
    {SOL_SOCKET, SO_PROTOCOL, EVERY, GET},
    {SOL_SOCKET, SO_DOMAIN, EVERY, GET},
    {SOL_SOCKET, SO_RXQ_OVFL, EVERY, BOTH},
    {SOL_SOCKET, SO_PEEK_OFF, EVERY, BOTH},
    {SOL_SOCKET, SO_COOKIE, EVERY, GET},
    {SOL_SOCKET, SO_MEMINFO, EVERY, GET},
    {SOL_SOCKET, SO_INCOMING_CPU, EVERY, GET},
    {SOL_SOCKET, SO_INCOMING_NAPI_ID, EVERY, GET},
    {IPPROTO_IP, IP_TOS, ANY_INET, BOTH},
    {IPPROTO_IP, IP_TTL, ANY_INET, BOTH},
    {IPPROTO_IP, IP_MTU_DISCOVER, ANY_INET, BOTH},
    {IPPROTO_IP, IP_MTU, ANY_INET, GET},
    {IPPROTO_IP, IP_RECVTOS, ANY_INET, BOTH},
    {IPPROTO_IP, IP_RECVTTL, ANY_INET, BOTH},
    {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, ANY_INET, BOTH},
    {IPPROTO_IPV6, IPV6_V6ONLY, INET6, BOTH},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS, INET6, BOTH},
    {IPPROTO_IPV6, IPV6_MTU_DISCOVER, INET6, BOTH},
    {IPPROTO_IPV6, IPV6_MTU, INET6, GET},
    {IPPROTO_IPV6, IPV6_RECVHOPLIMIT, INET6, BOTH},
    {IPPROTO_IPV6, IPV6_RECVTCLASS, INET6, BOTH},
    {IPPROTO_IPV6, IPV6_TCLASS, INET6, BOTH},
    {IPPROTO_IPV6, IPV6_DONTFRAG, INET6, BOTH},
    {IPPROTO_TCP, TCP_NODELAY, TCP, BOTH},
    {IPPROTO_TCP, TCP_MAXSEG, TCP, BOTH},
    {IPPROTO_TCP, TCP_CORK, TCP, BOTH},
    {IPPROTO_TCP, TCP_KEEPIDLE, TCP, BOTH},
    {IPPROTO_TCP, TCP_KEEPINTVL, TCP, BOTH},
    {IPPROTO_TCP, TCP_KEEPCNT, TCP, BOTH},
    {IPPROTO_TCP, TCP_SYNCNT, TCP, BOTH},
    {IPPROTO_TCP, TCP_LINGER2, TCP, BOTH},
    {IPPROTO_TCP, TCP_DEFER_ACCEPT, TCP, BOTH},
    {IPPROTO_TCP, TCP_WINDOW_CLAMP, TCP, BOTH},
    {IPPROTO_TCP, TCP_INFO, TCP, GET},
    {IPPROTO_TCP, TCP_QUICKACK, TCP, BOTH},
    {IPPROTO_TCP, TCP_CONGESTION, TCP, GET},
    {IPPROTO_TCP, TCP_USER_TIMEOUT, TCP, BOTH},
    {IPPROTO_TCP, TCP_FASTOPEN, TCP, BOTH},
    {IPPROTO_TCP, TCP_FASTOPEN_CONNECT, TCP, BOTH},
    {IPPROTO_TCP, TCP_NOTSENT_LOWAT, TCP, BOTH},
    {IPPROTO_UDP, UDP_CORK, UDP, BOTH},
    {IPPROTO_UDP, UDP_SEGMENT, UDP, BOTH},
    {IPPROTO_UDP, UDP_GRO, UDP, BOTH},
};

static uint8_t socket_bit(const struct description *description) {
  bool stream = description->type == SOCK_STREAM;
  switch (description->domain) {
  case AF_INET:
    return stream ? TCP4 : UDP4;
  case AF_INET6:
    return stream ? TCP6 : UDP6;
  default:
    return LOCAL;
  }
}

// The option's own number, or one that no level knows: the kernel then answers as it does for an
// unknown option, in its own order of checks.
int allow_option(const struct description *description, int level, int name, bool set) {
  uint8_t bit = socket_bit(description);
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (options[i].level == level && options[i].name == name && options[i].sockets & bit &&
        options[i].ways & (set ? SET : GET))
      return name;
  return INT32_MAX;
}

// Control messages, each with the most data that it may carry.
static const struct control {
  int level, type;
  uint32_t data_bytes_max;
  bool send;
} controls[] = {
    {SOL_SOCKET, SO_TIMESTAMP, sizeof(struct timeval), false},
    {SOL_SOCKET, SO_RXQ_OVFL, 4, false},
    {IPPROTO_IP, IP_TOS, 4, true},
    {IPPROTO_IP, IP_TTL, 4, true},
    {IPPROTO_IPV6, IPV6_TCLASS, 4, true},
    {IPPROTO_IPV6, IPV6_HOPLIMIT, 4, true},
    {IPPROTO_UDP, UDP_SEGMENT, 2, true},
    {IPPROTO_UDP, UDP_GRO, 4, false},
};

bool allow_control(int level, int type, bool send, uint32_t data_bytes) {
  for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
    if (controls[i].level == level && controls[i].type == type &&
        data_bytes <= controls[i].data_bytes_max)
      return !send || controls[i].send;
  return false;
}
