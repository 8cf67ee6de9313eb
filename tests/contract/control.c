// Control messages in both directions. Their headers have 12 bytes and 4 of alignment in a guest,
// 16 and 8 in the kernel, so lengths are told as data, not as room.
#include "contract.h"

#define ALIGN(size) (((size) + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1))
#define SPACE(data) (ALIGN(sizeof(struct cmsghdr)) + ALIGN(data))
#define UNLISTED "no control message that is not on the list is sent"

static char bytes[64];
static size_t control[128];

static struct cmsghdr *header(size_t at) { return (struct cmsghdr *)(void *)((u8 *)control + at); }

static size_t put_control(size_t at, int level, int type, const void *data, size_t size) {
  struct cmsghdr *made = header(at);
  made->cmsg_len = sizeof *made + size;
  made->cmsg_level = level;
  made->cmsg_type = type;
  __builtin_memcpy((u8 *)made + sizeof *made, data, size);
  return at + SPACE(size);
}

static int send_control(int fd, const char *text, size_t size) {
  struct iovec iov = {(void *)(size_t)text, (size_t)length_of(text)};
  struct msghdr to = {NULL, 0, &iov, 1, control, size, 0};
  return sendmsg(fd, &to, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int send_one(int fd, int level, int type, const void *data, size_t size) {
  return send_control(fd, "x", put_control(0, level, type, data, size));
}

// Every control message of one receive: level, type, bytes of data, and the data where asked.
static void fact_received(const char *what, int fd, size_t room, int with_data) {
  static char data[256];
  struct iovec iov = {data, sizeof data};
  struct msghdr got = {NULL, 0, &iov, 1, control, room, 0};
  clear(control, sizeof control);
  await(fd, EPOLLIN | EPOLLERR);
  int result = recvmsg(fd, &got, MSG_DONTWAIT);
  begin_line(what);
  put(" = ");
  put_result(result);
  put(", flags ");
  put_hex(got.msg_flags);
  size_t at = 0;
  while (result >= 0 && at + sizeof(struct cmsghdr) <= got.msg_controllen) {
    const struct cmsghdr *one = header(at);
    size_t size = one->cmsg_len - sizeof *one;
    put(" [");
    put_number(one->cmsg_level);
    put(" ");
    put_number(one->cmsg_type);
    put(", ");
    put_number((long long)size);
    for (size_t i = 0; with_data && i < size; i++) {
      put(" ");
      put_number(((const u8 *)one)[sizeof *one + i]);
    }
    put("]");
    at += SPACE(size);
  }
  close_line();
}

static int set(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value);
}

static void received(void) {
  int pair[2];
  udp_pair(pair);
  int on = 1;
  send_text(pair[0], "abc");
  fact_received("control: nothing asked", pair[1], sizeof control, 1);
  set(pair[1], IPPROTO_IP, IP_RECVTTL, on);
  send_text(pair[0], "abc");
  fact_received("control: IP_RECVTTL", pair[1], sizeof control, 1);
  set(pair[1], IPPROTO_IP, IP_RECVTOS, on);
  set(pair[0], IPPROTO_IP, IP_TOS, 0x48);
  send_text(pair[0], "abc");
  fact_received("control: IP_RECVTTL and IP_RECVTOS", pair[1], sizeof control, 1);
  set(pair[1], SOL_SOCKET, SO_TIMESTAMP, on);
  send_text(pair[0], "abc");
  fact_received("control: and SO_TIMESTAMP", pair[1], sizeof control, 0);
  send_text(pair[0], "abc");
  fact_received("control: no room", pair[1], 0, 1);
  send_text(pair[0], "abc");
  fact_received("control: room for less than a header", pair[1], 8, 1);
  send_text(pair[0], "abc");
  fact_received("control: room for a header", pair[1], sizeof(struct cmsghdr), 1);
  send_text(pair[0], "abc");
  fact_received("control: room for the first", pair[1], SPACE(16), 0);
  send_text(pair[0], "abc");
  fact_received("control: room for the first and 4 bytes", pair[1], SPACE(16) + 4, 0);
  send_text(pair[0], "abc");
  fact_received("control: room for two", pair[1], SPACE(16) + SPACE(4), 0);
  set(pair[1], SOL_SOCKET, SO_TIMESTAMP, 0);
  send_text(pair[0], "abc");
  fact_received("control: room for two of three bytes of data", pair[1], sizeof(struct cmsghdr) + 2,
                1);
  close_pair(pair);

  udp_pair(pair);
  set(pair[1], SOL_SOCKET, SO_RXQ_OVFL, on);
  set(pair[1], SOL_SOCKET, SO_RCVBUF, 1);
  for (int i = 0; i < 100; i++)
    send_text(pair[0], "more than there is room for");
  while (recvfrom(pair[1], bytes, sizeof bytes, MSG_DONTWAIT, NULL, NULL) >= 0)
    ;
  send_text(pair[0], "abc");
  fact_received("control: SO_RXQ_OVFL", pair[1], sizeof control, 0);
  close_pair(pair);

  // The kernel begins to stamp segments some time after the first has asked for it.
  tcp_pair(pair);
  set(pair[1], SOL_SOCKET, SO_TIMESTAMP, on);
  struct msghdr got = {NULL, 0, NULL, 0, control, 0, 0};
  for (int i = 0; i < 10000 && got.msg_controllen == 0; i++) {
    send_text(pair[0], "abc");
    await_bytes(pair[1], 3);
    got = (struct msghdr){NULL, 0, &(struct iovec){bytes, 3}, 1, control, sizeof control, 0};
    recvmsg(pair[1], &got, 0);
  }
  fact("control: SO_TIMESTAMP, TCP, comes in the end", got.msg_controllen > 0);
  send_text(pair[0], "abc");
  fact_received("control: SO_TIMESTAMP, TCP", pair[1], sizeof control, 0);
  close_pair(pair);
  unix_pair(pair, SOCK_DGRAM);
  set(pair[1], SOL_SOCKET, SO_TIMESTAMP, on);
  send_text(pair[0], "abc");
  differs("3, flags 0x8", "control data of AF_UNIX is dropped: it could be descriptors");
  fact_received("control: SO_TIMESTAMP, unix", pair[1], sizeof control, 0);
  close_pair(pair);
}

// Where control data cannot go, it is lost, and the message is not.
static void received_bad(void) {
  int pair[2];
  udp_pair(pair);
  set(pair[1], IPPROTO_IP, IP_RECVTTL, 1);
  struct iovec iov = {bytes, sizeof bytes};
  void *const at[] = {NULL, NOWHERE, last_bytes(8), last_bytes(sizeof(struct cmsghdr))};
  static const size_t rooms[] = {64, 0};
  for (int i = 0; i < COUNT(at); i++) {
    for (int j = 0; j < COUNT(rooms); j++) {
      send_text(pair[0], "abc");
      await(pair[1], EPOLLIN);
      struct msghdr got = {NULL, 0, &iov, 1, at[i], rooms[j], 0};
      int result = recvmsg(pair[1], &got, MSG_DONTWAIT);
      fact_at(j ? "control: received, no room at bad address" : "control: received at bad address",
              i, result);
      fact_at(j ? "control: flags then, no room" : "control: flags then", i,
              result < 0 ? 0 : got.msg_flags);
    }
  }
  close_pair(pair);
}

static void sent(void) {
  int pair[2];
  udp_pair(pair);
  set(pair[1], IPPROTO_IP, IP_RECVTTL, 1);
  set(pair[1], IPPROTO_IP, IP_RECVTOS, 1);
  static const int ttls[] = {1, 77, 255, 0, 256, -1};
  for (int i = 0; i < COUNT(ttls); i++) {
    int result = send_one(pair[0], IPPROTO_IP, IP_TTL, &ttls[i], sizeof ttls[i]);
    fact_at("control: IP_TTL", ttls[i], result);
    if (result > 0)
      fact_received(i == 0   ? "control: IP_TTL comes, the first"
                    : i == 1 ? "control: IP_TTL comes, the second"
                             : "control: IP_TTL comes, the third",
                    pair[1], sizeof control, 1);
  }
  int tos = 0x20;
  fact("control: IP_TOS", send_one(pair[0], IPPROTO_IP, IP_TOS, &tos, sizeof tos));
  fact_received("control: IP_TOS comes", pair[1], sizeof control, 1);
  fact("control: IP_TOS of one byte", send_one(pair[0], IPPROTO_IP, IP_TOS, &tos, 1));
  fact_received("control: IP_TOS of one byte comes", pair[1], sizeof control, 1);
  fact("control: IP_TOS of two bytes", send_one(pair[0], IPPROTO_IP, IP_TOS, &tos, 2));
  tos = 256;
  fact("control: IP_TOS 256", send_one(pair[0], IPPROTO_IP, IP_TOS, &tos, sizeof tos));
  size_t size = put_control(0, IPPROTO_IP, IP_TTL, &(int){9}, 4);
  size = put_control(size, IPPROTO_IP, IP_TOS, &(int){8}, 4);
  fact("control: two of them", send_control(pair[0], "x", size));
  fact_received("control: two of them come", pair[1], sizeof control, 1);
  size = put_control(0, IPPROTO_IP, IP_TTL, &(int){9}, 4);
  fact("control: bytes behind it", send_control(pair[0], "x", size + 4));
  fact_received("control: bytes behind it are not looked at", pair[1], sizeof control, 1);
  u16 segment = 3;
  size = put_control(0, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
  fact("control: UDP_SEGMENT", send_control(pair[0], "abcdefgh", size));
  for (int i = 0; i < 3; i++)
    fact_at("control: UDP_SEGMENT, segment", i, read(pair[1], bytes, sizeof bytes));
  segment = 0;
  put_control(0, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
  fact("control: UDP_SEGMENT 0", send_control(pair[0], "abc", size));
  read(pair[1], bytes, sizeof bytes);
  set(pair[1], IPPROTO_UDP, UDP_GRO, 1);
  segment = 3;
  put_control(0, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
  send_control(pair[0], "abcdef", size);
  fact_received("control: UDP_GRO", pair[1], sizeof control, 0);
  close_pair(pair);
}

static void sent_wrong(void) {
  int pair[2];
  int value = 5;
  udp_pair(pair);
  size_t size = put_control(0, IPPROTO_IP, IP_TTL, &value, 4);
  static const long lengths[] = {0, 1, 11, 100, 1 << 20, -1};
  for (int i = 0; i < COUNT(lengths); i++) {
    header(0)->cmsg_len = (size_t)lengths[i];
    fact_at("control: a header of length", lengths[i], send_control(pair[0], "x", size));
  }
  header(0)->cmsg_len = sizeof(struct cmsghdr);
  fact("control: a header without data", send_control(pair[0], "x", size));
  fact("control: less than a header", send_control(pair[0], "x", 8));
  fact("control: an unknown type", send_one(pair[0], IPPROTO_IP, 99, &value, 4));
  fact("control: an unknown type of SOL_SOCKET", send_one(pair[0], SOL_SOCKET, 99, &value, 4));
  fact("control: SO_TIMESTAMP is not sent", send_one(pair[0], SOL_SOCKET, SO_TIMESTAMP, &value, 4));
  fact("control: IPv6 on IPv4", send_one(pair[0], IPPROTO_IPV6, IPV6_TCLASS, &value, 4));
  struct iovec iov = {"x", 1};
  struct msghdr to = {NULL, 0, &iov, 1, NOWHERE, 64, 0};
  fact("control: nowhere", sendmsg(pair[0], &to, 0));
  to.msg_control = NULL;
  fact("control: NULL", sendmsg(pair[0], &to, 0));
  to.msg_control = NOWHERE;
  to.msg_controllen = 0;
  fact("control: nowhere, length 0", sendmsg(pair[0], &to, 0));
  to.msg_control = control;
  to.msg_controllen = (size_t)-1;
  fact("control: longer than INT_MAX", sendmsg(pair[0], &to, 0));
  to.msg_control = NOWHERE;
  fact("control: nowhere and longer than INT_MAX", sendmsg(pair[0], &to, 0));
  to.msg_controllen = 1 << 24;
  to.msg_control = control;
  fact("control: 16 MiB", sendmsg(pair[0], &to, 0));
  close_pair(pair);
}

static void refused(void) {
  int pair[2];
  int fds[2] = {0, 1};
  struct {
    int pid, uid, gid;
  } self = {0, 0, 0};
  unix_pair(pair, SOCK_STREAM);
  differs("EPERM", "no descriptor leaves a guest");
  fact("SCM_RIGHTS: one descriptor", send_one(pair[0], SOL_SOCKET, SCM_RIGHTS, fds, 4));
  differs("EPERM", "no descriptor leaves a guest");
  fact("SCM_RIGHTS: two descriptors", send_one(pair[0], SOL_SOCKET, SCM_RIGHTS, fds, 8));
  differs("EPERM", "no descriptor leaves a guest");
  fact("SCM_RIGHTS: none", send_one(pair[0], SOL_SOCKET, SCM_RIGHTS, fds, 0));
  fds[0] = -1;
  differs("EPERM", "no descriptor leaves a guest");
  fact("SCM_RIGHTS: of -1", send_one(pair[0], SOL_SOCKET, SCM_RIGHTS, fds, 4));
  size_t size = put_control(0, SOL_SOCKET, SCM_RIGHTS, fds, 4);
  size = put_control(size, SOL_SOCKET, SCM_RIGHTS, fds, 4);
  differs("EPERM", "no descriptor leaves a guest");
  fact("SCM_RIGHTS: behind another", send_control(pair[0], "x", size));
  settled("EPERM", "whose credentials they are is the host's to say");
  fact("SCM_CREDENTIALS: its own", send_one(pair[0], SOL_SOCKET, SCM_CREDENTIALS, &self, 12));
  close_pair(pair);
  udp_pair(pair);
  fds[0] = 1;
  differs("EPERM", "no descriptor leaves a guest");
  fact("SCM_RIGHTS: on UDP", send_one(pair[0], SOL_SOCKET, SCM_RIGHTS, fds, 4));
  u8 packet_info[12] = {0};
  differs("EINVAL", UNLISTED);
  fact("IP_PKTINFO: sent", send_one(pair[0], IPPROTO_IP, IP_PKTINFO, packet_info, 12));
  int mark = 0;
  differs("EINVAL", UNLISTED);
  fact("SO_MARK: sent", send_one(pair[0], SOL_SOCKET, SO_MARK, &mark, 4));
  close_pair(pair);
}

static void facts(void) {
  received();
  received_bad();
  sent();
  sent_wrong();
  refused();
}
