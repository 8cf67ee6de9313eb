// read, write, readv, writev, and sendto and recvfrom on streams.
#include "contract.h"

#define EMPTY "an empty range is good wherever it lies"

static char bytes[16];

static void errors(void) {
  int pair[2];
  tcp_pair(pair);
  fcntl(pair[0], F_SETFL, O_NONBLOCK);
  fact("read: nothing is there", read(pair[0], bytes, 1));
  fact("read: nothing is there, of length 0", read(pair[0], bytes, 0));
  fact("read: nothing is there or nowhere", read(pair[0], NOWHERE, 1));
  fact("read: nothing is there or NULL", read(pair[0], NULL, 1));
  differs("0", EMPTY);
  fact("read: nowhere, length 0", read(pair[0], NOWHERE, 0));
  fact("read: NULL, length 0", read(pair[0], NULL, 0));
  fact("read: EBADF", read(-1, bytes, 1));
  fact("read: EBADF or nowhere", read(-1, NOWHERE, 1));
  fact("read: EBADF, length 0", read(600, NULL, 0));
  fact("write: EBADF", write(-1, bytes, 1));
  fact("write: EBADF or nowhere", write(-1, NOWHERE, 1));
  fact("write: length 0", write(pair[0], bytes, 0));
  fact("write: NULL, length 0", write(pair[0], NULL, 0));
  fact("write: nowhere", write(pair[0], NOWHERE, 4));
  fact("write: NULL", write(pair[0], NULL, 4));
  fact("write: half behind memory", write(pair[0], last_bytes(4), 8));
  send_text(pair[1], "abc");
  await_bytes(pair[0], 3);
  fact("read: nowhere", read(pair[0], NOWHERE, 3));
  fact("read: NULL", read(pair[0], NULL, 3));
  fact("read: half behind memory", read(pair[0], last_bytes(2), 3));
  fact("read: what that left", read(pair[0], bytes, sizeof bytes));
  send_text(pair[1], "z");
  await_bytes(pair[0], 1);
  u8 *last = last_bytes(1);
  fact("read: the last byte of memory", read(pair[0], last, 1));
  fact("read: it is there", *last);
  fact("write: the last byte of memory", write(pair[0], last, 1));
  fact("read: standard input", read(0, bytes, 1));
  fact("read: standard input, nowhere", read(0, NOWHERE, 1));
  fact("read: standard input, length 0", read(0, NULL, 0));
  fact("read: standard output", read(1, bytes, 1));
  fact("write: standard output, length 0", write(1, NULL, 0));
  fact("write: standard output, nowhere", write(1, NOWHERE, 1));
  fact("write: standard output, half behind memory", write(1, last_bytes(1), 2));
  close_pair(pair);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  fact("read: TCP, not connected", read(fd, bytes, 1));
  fact("write: TCP, not connected", sendto(fd, bytes, 1, MSG_NOSIGNAL, NULL, 0));
  fact("write: TCP, not connected, length 0", write(fd, bytes, 0));
  fact("read: TCP, not connected, length 0", read(fd, bytes, 0));
  fact("read: TCP, not connected or nowhere", read(fd, NOWHERE, 1));
  close(fd);
}

static void flow(void) {
  int pair[2];
  static char block[1 << 18];
  for (int i = 0; i < COUNT(block); i++)
    block[i] = (char)(i * 7 + i / 251);
  unix_pair(pair, SOCK_STREAM | SOCK_NONBLOCK);
  int wrote = 0;
  int result;
  while ((result = write(pair[0], block, 4096)) > 0)
    wrote += result;
  fact("write: until", result);
  fact("write: how much was taken in pieces of 4 KiB", wrote);
  int got = 0;
  while ((result = read(pair[1], block, 1000)) > 0)
    got += result;
  fact("read: until", result);
  fact("read: all of it", got - wrote);
  for (int i = 0; i < COUNT(block); i++)
    block[i] = (char)(i * 7 + i / 251);
  int taken = write(pair[0], block, sizeof block);
  fact("write: more than there is room for is taken in part", taken > 0 && taken < COUNT(block));
  static char back[1 << 18];
  got = 0;
  while ((result = read(pair[1], back + got, sizeof back - (size_t)got)) > 0)
    got += result;
  fact("read: that part, byte for byte", got == taken && same(block, back, (size_t)got));
  close_pair(pair);

  tcp_pair(pair);
  wrote = 0;
  got = 0;
  int wrong = 0;
  for (int round = 0; round < 64; round++) {
    wrote += sendto(pair[0], block, sizeof block, MSG_DONTWAIT, NULL, 0);
    while (got < wrote) {
      result = read(pair[1], back, sizeof back);
      if (result <= 0)
        break;
      got += result;
      for (int i = 0; i < result; i++)
        wrong += round == 0 && back[i] != block[got - result + i];
    }
  }
  fact("TCP: what is written is read", got - wrote);
  fact("TCP: and unchanged", wrong);
  close_pair(pair);
}

static void vectors(void) {
  int pair[2];
  static struct iovec many[1026];
  static char store[1026];
  unix_pair(pair, SOCK_STREAM | SOCK_NONBLOCK);
  for (int i = 0; i < COUNT(many); i++)
    many[i] = (struct iovec){store + i, 1};
  static const size_t counts[] = {0, 1, 16, 1023, 1024, 1025, 1026, INT_MAX, (size_t)-1};
  for (int i = 0; i < COUNT(counts); i++) {
    fact_at("writev: count", (i32)counts[i], writev(pair[0], many, counts[i]));
    fact_at("readv: count", (i32)counts[i], readv(pair[1], many, counts[i]));
  }
  struct iovec iov[4] = {{"ab", 2}, {NULL, 0}, {"cd", 2}, {"ef", 2}};
  fact("writev: with an empty one", writev(pair[0], iov, 4));
  char a[3] = {0}, b[3] = {0};
  struct iovec to[3] = {{a, 3}, {NOWHERE, 0}, {b, 3}};
  differs("6", EMPTY);
  fact("readv: with an empty one nowhere", readv(pair[1], to, 3));
  to[1].iov_base = NULL;
  writev(pair[0], iov, 4);
  clear(a, sizeof a);
  fact("readv: with an empty one at NULL", readv(pair[1], to, 3));
  fact_bytes("readv: the first", 3, a);
  fact_bytes("readv: the second", 3, b);
  read(pair[1], bytes, sizeof bytes);
  struct iovec over[3] = {{"xyz", 3}, {"xyz", 3}, {bytes, 0}};
  over[1].iov_base = over[0].iov_base;
  fact("writev: the same bytes twice", writev(pair[0], over, 3));
  struct iovec lap[2] = {{bytes, 4}, {bytes + 2, 4}};
  fact("readv: ranges that overlap", readv(pair[1], lap, 2));
  fact_bytes("readv: the later one wins", 4, bytes);
  fact("writev: no iovec", writev(pair[0], NULL, 0));
  fact("writev: NULL", writev(pair[0], NULL, 1));
  fact("writev: nowhere", writev(pair[0], NOWHERE, 1));
  fact("writev: nowhere, count 0", writev(pair[0], NOWHERE, 0));
  fact("writev: nowhere, count 1025", writev(pair[0], NOWHERE, 1025));
  fact("writev: iovecs that end behind memory",
       writev(pair[0], (void *)last_bytes(sizeof *iov), 2));
  fact("writev: EBADF or nowhere", writev(-1, NOWHERE, 1));
  fact("writev: EBADF or count", writev(-1, many, 1025));
  fact("readv: EBADF or nowhere", readv(600, NOWHERE, 1));
  iov[1] = (struct iovec){NOWHERE, 2};
  fact("writev: the second is nowhere", writev(pair[0], iov, 3));
  fact("writev: so nothing was sent", read(pair[1], bytes, sizeof bytes));
  iov[0] = (struct iovec){NOWHERE, 0};
  iov[1] = (struct iovec){NULL, 0};
  differs("0", EMPTY);
  fact("writev: all empty", writev(pair[0], iov, 2));
  iov[0] = (struct iovec){"ab", 2};
  iov[1] = (struct iovec){"cd", (size_t)-1};
  fact("writev: a length of SIZE_MAX", writev(pair[0], iov, 2));
  iov[1] = (struct iovec){"cd", (size_t)1 << (sizeof(size_t) * 8 - 1)};
  fact("writev: a negative length", writev(pair[0], iov, 2));
  iov[0] = (struct iovec){NOWHERE, 2};
  fact("writev: nowhere or a negative length", writev(pair[0], iov, 2));
  iov[0] = (struct iovec){last_bytes(4), 8};
  fact("writev: a range that ends behind memory", writev(pair[0], iov, 1));
  fact("readv: a range that ends behind memory", readv(pair[1], iov, 1));
  // Lengths whose sum does not fit.
  iov[0] = (struct iovec){bytes, INT_MAX};
  iov[1] = (struct iovec){bytes, INT_MAX};
  differs("EFAULT", "memory has an end, and a range has to lie in it");
  fact("readv: a sum over INT_MAX", readv(pair[1], iov, 2));
  close_pair(pair);
}

static void standard_vectors(void) {
  static struct iovec many[1025];
  struct iovec iov[2] = {{bytes, 4}, {bytes + 2, 4}};
  fact("readv: standard input", readv(0, iov, 2));
  fact("readv: standard input, count 1025", readv(0, many, 1025));
  fact("writev: standard output, count 0", writev(1, many, 0));
  fact("writev: standard output, nowhere", writev(1, NOWHERE, 1));
  iov[0] = (struct iovec){"\n", 1};
  iov[1] = (struct iovec){NOWHERE, 1};
  fact("writev: standard error, the second is nowhere", writev(2, iov, 2));
  iov[1] = (struct iovec){last_bytes(1), 2};
  fact("writev: standard error, the second ends behind memory", writev(2, iov, 2));
  iov[1] = (struct iovec){NULL, 1};
  fact("writev: standard error, the second is NULL", writev(2, iov, 2));
}

static void receive_flags(void) {
  int pair[2];
  tcp_pair(pair);
  send_text(pair[1], "peek");
  await_bytes(pair[0], 4);
  fact_bytes("MSG_PEEK: TCP", recvfrom(pair[0], bytes, 8, MSG_PEEK, NULL, NULL), bytes);
  fact_bytes("MSG_PEEK: TCP, part", recvfrom(pair[0], bytes, 2, MSG_PEEK, NULL, NULL), bytes);
  fact_bytes("MSG_PEEK: TCP, still there", recvfrom(pair[0], bytes, 8, 0, NULL, NULL), bytes);
  fact("MSG_DONTWAIT: TCP, nothing", recvfrom(pair[0], bytes, 8, MSG_DONTWAIT, NULL, NULL));
  fact("MSG_DONTWAIT: TCP, with MSG_WAITALL",
       recvfrom(pair[0], bytes, 8, MSG_DONTWAIT | MSG_WAITALL, NULL, NULL));
  send_text(pair[1], "wait");
  fact_bytes("MSG_WAITALL: TCP", recvfrom(pair[0], bytes, 4, MSG_WAITALL, NULL, NULL), bytes);
  send_text(pair[1], "trunc");
  await_bytes(pair[0], 5);
  fact("MSG_TRUNC: TCP, nowhere", recvfrom(pair[0], NOWHERE, 3, MSG_TRUNC, NULL, NULL));
  fact("MSG_TRUNC: TCP, bytes are dropped", recvfrom(pair[0], NULL, 3, MSG_TRUNC, NULL, NULL));
  fact_bytes("MSG_TRUNC: TCP, then", recvfrom(pair[0], bytes, 8, 0, NULL, NULL), bytes);
  fact("MSG_OOB: TCP, nothing", recvfrom(pair[0], bytes, 1, MSG_OOB, NULL, NULL));
  fact("MSG_ERRQUEUE: TCP, nothing", recvfrom(pair[0], bytes, 1, MSG_ERRQUEUE, NULL, NULL));
  fact("recvfrom: length 0, nothing there", recvfrom(pair[0], bytes, 0, MSG_DONTWAIT, NULL, NULL));
  send_text(pair[1], "end");
  shutdown(pair[1], SHUT_WR);
  fact_bytes("MSG_WAITALL: TCP, cut short by the end",
             recvfrom(pair[0], bytes, 8, MSG_WAITALL, NULL, NULL), bytes);
  fact("recvfrom: the end", recvfrom(pair[0], bytes, 8, 0, NULL, NULL));
  struct sockaddr_in from;
  int length = sizeof from;
  fact("recvfrom: TCP gives no address", recvfrom(pair[0], bytes, 8, 0, &from, &length));
  fact("recvfrom: its length", length);
  close_pair(pair);

  tcp_pair(pair);
  send_text(pair[1], "abc");
  await_bytes(pair[0], 3);
  fact("recvfrom: nowhere", recvfrom(pair[0], NOWHERE, 3, 0, NULL, NULL));
  fact("recvfrom: address nowhere, which TCP does not give",
       recvfrom(pair[0], bytes, 1, 0, NOWHERE, NOWHERE));
  fact("recvfrom: EBADF or nowhere", recvfrom(-1, NOWHERE, 3, 0, NULL, NULL));
  fact("recvfrom: not a socket", recvfrom(0, bytes, 3, 0, NULL, NULL));
  fact("recvfrom: not a socket or nowhere", recvfrom(0, NOWHERE, 3, 0, NULL, NULL));
  close_pair(pair);
}

static void urgent(void) {
  int pair[2];
  int on = 1;
  tcp_pair(pair);
  fact("MSG_OOB: TCP, only the last byte is urgent", sendto(pair[1], "abc", 3, MSG_OOB, NULL, 0));
  await(pair[0], EPOLLPRI);
  fact_bytes("MSG_OOB: TCP, peeked", recvfrom(pair[0], bytes, 8, MSG_OOB | MSG_PEEK, NULL, NULL),
             bytes);
  fact_bytes("MSG_OOB: TCP, read", recvfrom(pair[0], bytes, 8, MSG_OOB, NULL, NULL), bytes);
  fact_bytes("MSG_OOB: TCP, what is not urgent", read(pair[0], bytes, 8), bytes);
  sendto(pair[1], "xy", 2, 0, NULL, 0);
  sendto(pair[1], "!", 1, MSG_OOB, NULL, 0);
  sendto(pair[1], "z", 1, 0, NULL, 0);
  await(pair[0], EPOLLPRI);
  await_bytes(pair[0], 2);
  fact_bytes("MSG_OOB: TCP, a read stops at the mark", read(pair[0], bytes, 8), bytes);
  await_bytes(pair[0], 1);
  fact_bytes("MSG_OOB: TCP, and leaves the urgent byte out", read(pair[0], bytes, 8), bytes);
  setsockopt(pair[0], SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
  sendto(pair[1], "?", 1, MSG_OOB, NULL, 0);
  await(pair[0], EPOLLPRI);
  fact("SO_OOBINLINE: MSG_OOB", recvfrom(pair[0], bytes, 8, MSG_OOB, NULL, NULL));
  fact_bytes("SO_OOBINLINE: read", read(pair[0], bytes, 8), bytes);
  close_pair(pair);
}

static void send_flags(void) {
  int pair[2];
  tcp_pair(pair);
  fact("MSG_NOSIGNAL: TCP", sendto(pair[0], "a", 1, MSG_NOSIGNAL, NULL, 0));
  fact("MSG_DONTWAIT: TCP", sendto(pair[0], "b", 1, MSG_DONTWAIT, NULL, 0));
  fact("MSG_MORE: TCP", sendto(pair[0], "c", 1, MSG_MORE, NULL, 0));
  fact("MSG_EOR: TCP", sendto(pair[0], "d", 1, MSG_EOR, NULL, 0));
  fact_bytes("MSG_MORE: all comes", recvfrom(pair[1], bytes, 4, MSG_WAITALL, NULL, NULL), bytes);
  struct sockaddr_in at = loopback(9);
  fact("sendto: TCP, connected, an address", sendto(pair[0], "e", 1, 0, &at, sizeof at));
  fact("sendto: an address nowhere", sendto(pair[0], "f", 1, 0, NOWHERE, sizeof at));
  fact("sendto: a length without an address", sendto(pair[0], "g", 1, 0, NULL, 99));
  fact("sendto: an address of length -1", sendto(pair[0], "h", 1, 0, &at, -1));
  fact("sendto: an address of length 129", sendto(pair[0], "i", 1, 0, &at, 129));
  fact("sendto: nowhere", sendto(pair[0], NOWHERE, 4, 0, NULL, 0));
  fact("sendto: EBADF or nowhere", sendto(-1, NOWHERE, 4, 0, NULL, 0));
  fact("sendto: not a socket", sendto(0, "x", 1, 0, NULL, 0));
  fact("sendto: not a socket or nowhere", sendto(0, NOWHERE, 1, 0, NULL, 0));
  fact("sendto: nowhere or its address' length", sendto(pair[0], NOWHERE, 1, 0, &at, -1));
  close_pair(pair);
  unix_pair(pair, SOCK_STREAM);
  fact("sendto: unix, an address", sendto(pair[0], "x", 1, 0, &at, sizeof at));
  close_pair(pair);
}

// Blocking calls that wait for nothing but time.
static void time_limits(void) {
  int pair[2];
  static char block[65536];
  struct timeval short_time = {0, 20000};
  tcp_pair(pair);
  setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof short_time);
  fact("SO_RCVTIMEO: read", read(pair[0], bytes, 1));
  fact("SO_RCVTIMEO: recvfrom", recvfrom(pair[0], bytes, 1, 0, NULL, NULL));
  send_text(pair[1], "12");
  fact("SO_RCVTIMEO: MSG_WAITALL gets part", recvfrom(pair[0], bytes, 8, MSG_WAITALL, NULL, NULL));
  close_pair(pair);
  unix_pair(pair, SOCK_STREAM);
  setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &short_time, sizeof short_time);
  int result;
  while ((result = write(pair[0], block, sizeof block)) > 0)
    ;
  fact("SO_SNDTIMEO: write", result);
  close_pair(pair);
  struct sockaddr_in at;
  int from = listener(&at);
  setsockopt(from, SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof short_time);
  fact("SO_RCVTIMEO: accept4", accept4(from, NULL, NULL, 0));
  close(from);
}

static void facts(void) {
  errors();
  flow();
  vectors();
  standard_vectors();
  receive_flags();
  urgent();
  send_flags();
  time_limits();
}
