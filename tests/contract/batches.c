// sendmmsg and recvmmsg where something goes wrong in the middle: what has been moved, what is
// told, and what the next call says.
#include "contract.h"

enum { MANY = 6 };

static u8 rooms[MANY][16];
static struct iovec vectors[MANY];
static struct sockaddr_in names[MANY];
static struct mmsghdr all[MANY];

// Messages of one byte each, 'a' to 'f'; to receive, with room for a name.
static void prepare(int receives) {
  clear(all, sizeof all);
  clear(names, sizeof names);
  for (int i = 0; i < MANY; i++) {
    rooms[i][0] = receives ? 0 : (u8)('a' + i);
    vectors[i] = (struct iovec){rooms[i], receives ? sizeof rooms[i] : 1};
    all[i].msg_hdr.msg_iov = &vectors[i];
    all[i].msg_hdr.msg_iovlen = 1;
    all[i].msg_len = 77;
    if (receives) {
      all[i].msg_hdr.msg_name = &names[i];
      all[i].msg_hdr.msg_namelen = sizeof names[i];
    }
  }
}

static void fact_batch(const char *what, int result) {
  begin_line(what);
  put(" = ");
  put_result(result);
  for (int i = 0; i < MANY; i++) {
    put(i ? ", " : ": ");
    put_number(all[i].msg_len);
    put(" ");
    put_number(rooms[i][0]);
  }
  close_line();
}

static void fill(int fd) {
  static const char *const texts[] = {"1", "2", "3", "4", "5", "6"};
  for (int i = 0; i < MANY; i++)
    must("send", send_text(fd, texts[i]));
}

static int drain(int fd) {
  u8 bytes[16];
  int count = 0;
  while (recvfrom(fd, bytes, sizeof bytes, MSG_DONTWAIT, NULL, NULL) > 0)
    count++;
  return count;
}

// What is wrong with the third message that is to be received.
enum wrong { FINE, VECTOR, NAME, NAMELEN, COUNT_OF_VECTORS, VECTORS, CONTROL, WRONGS };
static const char *const wrongs[WRONGS] = {
    "receive: nothing wrong",          "receive: its room is nowhere",
    "receive: its name is nowhere",    "receive: its name's length is negative",
    "receive: it has too many ranges", "receive: its ranges are nowhere",
    "receive: its control is nowhere",
};

static void spoil(enum wrong wrong) {
  struct msghdr *third = &all[2].msg_hdr;
  if (wrong == VECTOR)
    vectors[2].iov_base = NOWHERE;
  if (wrong == NAME)
    third->msg_name = NOWHERE;
  if (wrong == NAMELEN)
    third->msg_namelen = -1;
  if (wrong == COUNT_OF_VECTORS)
    third->msg_iovlen = 1025;
  if (wrong == VECTORS)
    third->msg_iov = NOWHERE;
  if (wrong == CONTROL) {
    third->msg_control = NOWHERE;
    third->msg_controllen = 64;
  }
}

static void receiving(void) {
  for (enum wrong wrong = FINE; wrong < WRONGS; wrong++) {
    int pair[2];
    u8 byte;
    udp_pair(pair);
    fill(pair[0]);
    await_bytes(pair[1], 1);
    prepare(1);
    spoil(wrong);
    fact_batch(wrongs[wrong], recvmmsg(pair[1], all, MANY, MSG_DONTWAIT, NULL));
    fact_at("receive: the next call, wrong", wrong,
            recvfrom(pair[1], &byte, 1, MSG_DONTWAIT, NULL, NULL));
    fact_at("receive: left in the queue, wrong", wrong, drain(pair[1]));
    close_pair(pair);
  }
}

static void sending(void) {
  for (enum wrong wrong = FINE; wrong < WRONGS; wrong++) {
    int pair[2];
    udp_pair(pair);
    prepare(0);
    spoil(wrong);
    int unnamed = wrong == NAME || wrong == NAMELEN;
    if (unnamed)
      continue;
    begin_line("send: ");
    put(wrongs[wrong] + 9);
    put(" = ");
    put_result(sendmmsg(pair[0], all, MANY, 0));
    for (int i = 0; i < MANY; i++) {
      put(" ");
      put_number(all[i].msg_len);
    }
    close_line();
    fact_at("send: have arrived, wrong", wrong, drain(pair[1]));
    close_pair(pair);
  }
}

// The array ends in the middle of its third entry.
static void torn(void) {
  int pair[2];
  udp_pair(pair);
  for (int held = 8; held <= (int)sizeof all[0]; held += 8) {
    prepare(0);
    int size = 2 * (int)sizeof all[0] + held;
    u8 *at = last_bytes(size);
    __builtin_memcpy(at, all, (size_t)size);
    int sent = sendmmsg(pair[0], (struct mmsghdr *)(void *)at, 3, 0);
    must("as many as lie in memory", sent == (held < (int)sizeof all[0] ? 2 : 3) ? 0 : -EIO);
    drain(pair[1]);
    fill(pair[0]);
    await_bytes(pair[1], 1);
    int received = recvmmsg(pair[1], (struct mmsghdr *)(void *)at, 3, MSG_DONTWAIT, NULL);
    must("as many as lie in memory", received == sent ? 0 : -EIO);
    drain(pair[1]);
  }
  close_pair(pair);
}

static void streams(void) {
  static const int types[] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM};
  for (int i = 0; i < COUNT(types); i++) {
    int pair[2];
    unix_pair(pair, types[i]);
    prepare(0);
    fact_at("unix: sendmmsg, type", types[i], sendmmsg(pair[0], all, MANY, 0));
    prepare(1);
    fact_batch(types[i] == SOCK_STREAM      ? "unix: recvmmsg of a stream"
               : types[i] == SOCK_SEQPACKET ? "unix: recvmmsg of packets"
                                            : "unix: recvmmsg of datagrams",
               recvmmsg(pair[1], all, MANY, MSG_DONTWAIT, NULL));
    close(pair[1]);
    prepare(0);
    fact_at("unix: sendmmsg to nobody, type", types[i], sendmmsg(pair[0], all, MANY, 0));
    close(pair[0]);
  }
  int pair[2];
  tcp_pair(pair);
  prepare(0);
  fact("TCP: sendmmsg", sendmmsg(pair[0], all, MANY, 0));
  shutdown(pair[0], SHUT_WR);
  fact("TCP: sendmmsg after shutdown", sendmmsg(pair[0], all, MANY, 0));
  fact("TCP: and silently", sendmmsg(pair[0], all, MANY, MSG_NOSIGNAL));
  await_bytes(pair[1], MANY);
  prepare(1);
  fact_batch("TCP: recvmmsg up to the end", recvmmsg(pair[1], all, MANY, 0, NULL));
  close_pair(pair);
}

// Of a connected socket whose peer has gone: the error comes before what is in the queue.
static void refused(void) {
  int pair[2];
  u8 byte;
  udp_pair(pair);
  fill(pair[1]);
  close(pair[1]);
  must("send", send_text(pair[0], "x"));
  await(pair[0], EPOLLERR);
  prepare(1);
  fact("refused: recvmmsg of none", recvmmsg(pair[0], all, 0, 0, NULL));
  must("send", send_text(pair[0], "x"));
  await(pair[0], EPOLLERR);
  fact("refused: recvmmsg", recvmmsg(pair[0], all, MANY, MSG_DONTWAIT, NULL));
  fact_batch("refused: then all", recvmmsg(pair[0], all, MANY, MSG_DONTWAIT, NULL));
  fact("refused: then nothing", recvfrom(pair[0], &byte, 1, MSG_DONTWAIT, NULL, NULL));
  prepare(0);
  int sent = sendmmsg(pair[0], all, MANY, 0);
  fact("refused: sendmmsg sends some", sent > 0 && sent <= MANY);
  close(pair[0]);
}

static void facts(void) {
  receiving();
  sending();
  torn();
  streams();
  refused();
}
