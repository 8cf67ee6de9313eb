// Every bit of the flags of sendto and recvfrom, one by one, on every kind of socket.
#include "contract.h"

static char bytes[16];

static const char *const kinds[] = {"TCP", "UDP", "unix stream", "unix datagram", "unix seqpacket"};

static void open_kind(int kind, int pair[2]) {
  if (kind == 0)
    tcp_pair(pair);
  else if (kind == 1)
    udp_pair(pair);
  else
    unix_pair(pair, kind == 2 ? SOCK_STREAM : kind == 3 ? SOCK_DGRAM : SOCK_SEQPACKET);
}

static void begin_flag(const char *what, int kind, u32 flag) {
  begin_line(what);
  put(", ");
  put(kinds[kind]);
  put(", ");
  put_hex(flag);
  put(" = ");
}

// What the flag makes of a send, and of what had to come with it.
static void send_with(int kind, u32 flag) {
  int pair[2];
  open_kind(kind, pair);
  begin_flag("send", kind, flag);
  put_result(sendto(pair[0], "ab", 2, flag | MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0));
  put(", then ");
  put_result(sendto(pair[0], "cd", 2, MSG_NOSIGNAL, NULL, 0));
  await(pair[1], EPOLLIN);
  put(", then received ");
  put_result(recvfrom(pair[1], bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT, NULL, NULL) > 0);
  close_line();
  close_pair(pair);
}

static void receive_with(int kind, u32 flag) {
  int pair[2];
  open_kind(kind, pair);
  send_text(pair[0], "abcd");
  await(pair[1], EPOLLIN);
  begin_flag("receive", kind, flag);
  put_result(recvfrom(pair[1], bytes, 2, flag | MSG_DONTWAIT, NULL, NULL));
  put(", then ");
  put_result(recvfrom(pair[1], bytes, 8, MSG_DONTWAIT, NULL, NULL));
  put(", then ");
  put_result(recvfrom(pair[1], bytes, 8, flag | MSG_DONTWAIT, NULL, NULL));
  close_line();
  close_pair(pair);
}

static void facts(void) {
  for (int kind = 0; kind < COUNT(kinds); kind++) {
    for (int bit = 0; bit < 32; bit++) {
      send_with(kind, 1u << bit);
      receive_with(kind, 1u << bit);
    }
    send_with(kind, ~(u32)(MSG_FASTOPEN | MSG_OOB | MSG_MORE));
    receive_with(kind, ~(u32)(MSG_OOB | MSG_ERRQUEUE));
  }
}
