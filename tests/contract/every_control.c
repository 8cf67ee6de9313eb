// Every type of control message at every level, sent: what is off the list is refused where the
// kernel would look at it, and ignored where it would not.
#include "canary.h"

static const char *const kinds[] = {"TCP",         "UDP",           "UDP over IPv6",
                                    "unix stream", "unix datagram", "unix seqpacket"};

static const int levels[] = {SOL_SOCKET, IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_IPV6, 2,
                             58,         132,        136,         255,         263,          270,
                             282,        284,        9999,        -1,          INT_MAX};

static const int sizes[] = {0, 1, 2, 4, 12, 16, 20};

enum { NO_TYPE = 999, UDP = 1, UDP6 = 2 };

static void open_kind(int kind, int pair[2]) {
  struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = {[15] = 1}};
  switch (kind) {
  case 0:
    tcp_pair(pair);
    return;
  case UDP:
    udp_pair(pair);
    return;
  case UDP6: // connected to itself
    pair[0] = must("socket", socket(AF_INET6, SOCK_DGRAM, 0));
    must("bind", bind(pair[0], &at, sizeof at));
    at.sin6_port = swap16((u16)port_of(pair[0]));
    must("connect", connect(pair[0], &at, sizeof at));
    pair[1] = must("dup", dup(pair[0]));
    return;
  default:
    unix_pair(pair, kind == 3 ? SOCK_STREAM : kind == 4 ? SOCK_DGRAM : SOCK_SEQPACKET);
  }
}

// Sends a byte with it, and takes the byte away again. Data of zeros is as good as any for most.
static int send_type(const int pair[2], int level, int type, int size) {
  static struct {
    struct cmsghdr header;
    u8 data[64];
  } control;
  struct iovec iov = {"x", 1};
  size_t length = sizeof control.header + (size_t)size;
  struct msghdr message = {NULL, 0, &iov, 1, &control, length, 0};
  control.header = (struct cmsghdr){length, level, type};
  int result = sendmsg(pair[0], &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  recvfrom(pair[1], buffer, 1, MSG_DONTWAIT, NULL, NULL);
  return result;
}

// Those that docs/ABI.md lists, with as much data as they may have; control.c is about them.
static int is_listed(int level, int type, int size) {
  switch (level) {
  case IPPROTO_IP:
    return (type == IP_TOS || type == IP_TTL) && size <= 4;
  case IPPROTO_IPV6:
    return (type == IPV6_TCLASS || type == IPV6_HOPLIMIT) && size <= 4;
  case IPPROTO_UDP:
    return type == UDP_SEGMENT && size <= 2;
  default:
    return 0;
  }
}

static void try_type(const int pair[2], int level, int type, const int *unknown) {
  int refused = level == SOL_SOCKET && (type == SCM_RIGHTS || type == SCM_CREDENTIALS);
  for (int i = 0; i < COUNT(sizes); i++) {
    if (is_listed(level, type, sizes[i]))
      continue;
    int result = send_type(pair, level, type, sizes[i]);
    if (result == (refused ? -EPERM : unknown[i]))
      continue;
    put(", type ");
    put_number(type);
    put(" with ");
    put_number(sizes[i]);
    put(" bytes ");
    put_result(result);
  }
}

static void sent(int kind, int level) {
  int pair[2];
  int unknown[COUNT(sizes)];
  open_kind(kind, pair);
  if ((kind == UDP && level == IPPROTO_IPV6) || (kind == UDP6 && level == IPPROTO_IP))
    settled("EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL",
            "the other family's messages are looked at, too");
  begin_line(kinds[kind]);
  put(", level ");
  put_number(level);
  put(": control messages off the list =");
  for (int i = 0; i < COUNT(sizes); i++) {
    unknown[i] = send_type(pair, level, NO_TYPE, sizes[i]);
    put(" ");
    put_result(unknown[i]);
  }
  for (int type = 0; GUEST && type < 256; type++)
    try_type(pair, level, type, unknown);
  for (int i = 0; GUEST && i < COUNT(odd_numbers); i++)
    try_type(pair, level, odd_numbers[i], unknown);
  close_line();
  close_pair(pair);
}

static void facts(void) {
  for (int kind = 0; kind < COUNT(kinds); kind++) {
    for (int i = 0; i < COUNT(levels); i++)
      sent(kind, levels[i]);
  }
}
