// sendmsg, recvmsg, sendmmsg, recvmmsg: names, vectors, flags, counts. Control messages have a
// file of their own.
#include "contract.h"

static char bytes[64];

static struct msghdr message(struct iovec *iov, size_t count) {
  struct msghdr made = {NULL, 0, iov, count, NULL, 0, 0};
  return made;
}

// What recvmsg gave: how much, its flags, the lengths it told.
static void fact_message(const char *what, int result, const struct msghdr *got) {
  begin_line(what);
  put(" = ");
  put_result(result);
  put(", flags ");
  put_hex(got->msg_flags);
  put(", name ");
  put_number(got->msg_namelen);
  put(", control ");
  put_number((long long)got->msg_controllen);
  close_line();
}

static void basics(void) {
  int pair[2];
  struct sockaddr_in from;
  char a[3], b[8];
  udp_pair(pair);
  struct iovec out[2] = {{"hel", 3}, {"lo!", 3}};
  struct iovec in[2] = {{a, 3}, {b, 8}};
  struct msghdr to = message(out, 2);
  struct msghdr got = message(in, 2);
  fact("sendmsg: two ranges", sendmsg(pair[0], &to, 0));
  got.msg_name = &from;
  got.msg_namelen = sizeof from;
  got.msg_flags = 0xdead;
  int result = recvmsg(pair[1], &got, 0);
  fact_message("recvmsg: two ranges", result, &got);
  fact_bytes("recvmsg: the first", 3, a);
  fact_bytes("recvmsg: the second", 3, b);
  fact("recvmsg: the sender", swap16(from.sin_port) == port_of(pair[0]));
  sendmsg(pair[0], &to, 0);
  got = message(in, 1);
  got.msg_namelen = 99;
  result = recvmsg(pair[1], &got, 0);
  fact_message("recvmsg: cut, no name but a length", result, &got);
  sendmsg(pair[0], &to, 0);
  result = recvmsg(pair[1], &got, MSG_TRUNC);
  fact_message("recvmsg: cut, MSG_TRUNC", result, &got);
  sendmsg(pair[0], &to, 0);
  result = recvmsg(pair[1], &got, MSG_PEEK | MSG_CMSG_CLOEXEC);
  fact_message("recvmsg: MSG_PEEK|MSG_CMSG_CLOEXEC", result, &got);
  got = message(NULL, 0);
  result = recvmsg(pair[1], &got, 0);
  fact_message("recvmsg: no ranges", result, &got);
  result = recvmsg(pair[1], &got, MSG_DONTWAIT);
  fact("recvmsg: nothing", result);
  got.msg_flags = 0x77;
  recvmsg(pair[1], &got, MSG_DONTWAIT);
  fact_hex("recvmsg: what fails leaves the flags", got.msg_flags);
  to = message(NULL, 0);
  fact("sendmsg: no ranges is an empty datagram", sendmsg(pair[0], &to, 0));
  fact("read: the empty datagram", recvfrom(pair[1], bytes, 64, 0, NULL, NULL));
  to.msg_flags = 0xffffffff;
  fact("sendmsg: msg_flags is not looked at", sendmsg(pair[0], &to, 0));
  await(pair[1], EPOLLIN);
  close_pair(pair);
}

static void kinds(void) {
  int pair[2];
  struct sockaddr_in from;
  char a[3], b[8];
  struct iovec out[2] = {{"hel", 3}, {"lo!", 3}};
  struct iovec in[2] = {{a, 3}, {b, 8}};
  struct msghdr to = message(out, 2);
  struct msghdr got;
  int result;
  unix_pair(pair, SOCK_SEQPACKET);
  sendmsg(pair[0], &to, MSG_EOR);
  got = message(in, 2);
  result = recvmsg(pair[1], &got, 0);
  fact_message("recvmsg: seqpacket", result, &got);
  sendmsg(pair[0], &to, 0);
  got = message(in, 1);
  result = recvmsg(pair[1], &got, 0);
  fact_message("recvmsg: seqpacket, cut", result, &got);
  close(pair[0]);
  result = recvmsg(pair[1], &got, 0);
  fact_message("recvmsg: seqpacket, the end", result, &got);
  close(pair[1]);

  tcp_pair(pair);
  sendmsg(pair[0], &to, 0);
  await_bytes(pair[1], 6);
  got = message(in, 1);
  got.msg_name = &from;
  got.msg_namelen = sizeof from;
  result = recvmsg(pair[1], &got, 0);
  fact_message("recvmsg: TCP, part", result, &got);
  result = recvmsg(pair[1], &got, 0);
  fact_message("recvmsg: TCP, the rest", result, &got);
  sendto(pair[0], "!", 1, MSG_OOB, NULL, 0);
  await(pair[1], EPOLLPRI);
  result = recvmsg(pair[1], &got, MSG_OOB);
  fact_message("recvmsg: TCP, urgent", result, &got);
  shutdown(pair[0], SHUT_WR);
  await(pair[1], EPOLLRDHUP);
  result = recvmsg(pair[1], &got, 0);
  fact_message("recvmsg: TCP, the end", result, &got);
  close_pair(pair);
}

static void errors(void) {
  int pair[2];
  static struct iovec many[1026];
  udp_pair(pair);
  fcntl(pair[1], F_SETFL, O_NONBLOCK);
  struct iovec iov = {"x", 1};
  struct msghdr to = message(&iov, 1);
  fact("sendmsg: EBADF", sendmsg(-1, &to, 0));
  fact("sendmsg: EBADF or nowhere", sendmsg(600, NOWHERE, 0));
  fact("sendmsg: not a socket", sendmsg(0, &to, 0));
  fact("sendmsg: not a socket or nowhere", sendmsg(0, NOWHERE, 0));
  fact("sendmsg: nowhere", sendmsg(pair[0], NOWHERE, 0));
  fact("sendmsg: NULL", sendmsg(pair[0], NULL, 0));
  fact("sendmsg: half behind memory", sendmsg(pair[0], (void *)last_bytes(16), 0));
  fact("sendmsg: the kernel's own flag", sendmsg(pair[0], &to, 0x80000000));
  fact("recvmsg: the kernel's own flag", recvmsg(pair[0], &to, 0x80000000));
  fact("recvmsg: EBADF or nowhere", recvmsg(-1, NOWHERE, 0));
  fact("recvmsg: not a socket or nowhere", recvmsg(0, NOWHERE, 0));
  fact("recvmsg: nowhere", recvmsg(pair[1], NOWHERE, 0));
  fact("recvmsg: nothing or nowhere", recvmsg(pair[1], NULL, MSG_DONTWAIT));
  for (int i = 0; i < COUNT(many); i++)
    many[i] = iov;
  static const size_t counts[] = {0, 1, 1024, 1025, 1026, INT_MAX, (size_t)-1};
  for (int i = 0; i < COUNT(counts); i++) {
    to = message(many, counts[i]);
    fact_at("sendmsg: ranges", (i32)counts[i], sendmsg(pair[0], &to, 0));
    if (counts[i] <= 1024)
      await(pair[1], EPOLLIN);
    struct msghdr got = message(many, counts[i]);
    for (int j = 0; j < COUNT(many); j++)
      many[j] = (struct iovec){bytes, 1};
    fact_at("recvmsg: ranges", (i32)counts[i], recvmsg(pair[1], &got, 0));
  }
  to = message(NOWHERE, 1);
  fact("sendmsg: ranges nowhere", sendmsg(pair[0], &to, 0));
  to = message(NULL, 1);
  fact("sendmsg: ranges NULL", sendmsg(pair[0], &to, 0));
  to = message(NOWHERE, 1025);
  fact("sendmsg: ranges nowhere or too many", sendmsg(pair[0], &to, 0));
  iov.iov_base = NOWHERE;
  to = message(&iov, 1);
  fact("sendmsg: data nowhere", sendmsg(pair[0], &to, 0));
  iov.iov_len = (size_t)1 << (sizeof(size_t) * 8 - 1);
  fact("sendmsg: a negative length", sendmsg(pair[0], &to, 0));
  close_pair(pair);
}

static const int lengths[] = {-1, INT_MIN, 0, 1, 15, 17, 128, 129, 1000, INT_MAX};

static void names_out(void) {
  int pair[2];
  struct sockaddr_in at;
  struct iovec iov = {"x", 1};
  struct msghdr to = message(&iov, 1);
  udp_pair(pair);
  static u8 room[256];
  at = loopback(port_of(pair[1]));
  __builtin_memcpy(room, &at, sizeof at);
  for (int i = 0; i < COUNT(lengths); i++) {
    to.msg_name = room;
    to.msg_namelen = lengths[i];
    fact_at("sendmsg: length of the name", lengths[i], sendmsg(pair[0], &to, 0));
  }
  to.msg_name = NOWHERE;
  to.msg_namelen = sizeof at;
  fact("sendmsg: name nowhere", sendmsg(pair[0], &to, 0));
  to.msg_namelen = -1;
  fact("sendmsg: name nowhere or of length -1", sendmsg(pair[0], &to, 0));
  to.msg_name = NULL;
  fact("sendmsg: no name of length -1", sendmsg(pair[0], &to, 0));
  to.msg_namelen = sizeof at;
  fact("sendmsg: no name of length 16", sendmsg(pair[0], &to, 0));
  to.msg_iov = NOWHERE;
  to.msg_name = NOWHERE;
  fact("sendmsg: all nowhere", sendmsg(pair[0], &to, 0));
  close_pair(pair);
}

static void names_in(void) {
  int pair[2];
  udp_pair(pair);
  fcntl(pair[1], F_SETFL, O_NONBLOCK);
  struct sockaddr_in names[16];
  static char data[4];
  for (int i = 0; i < COUNT(lengths); i++) {
    fact_at("sendmsg: one for length", lengths[i], send_text(pair[0], "abc"));
    await(pair[1], EPOLLIN);
    struct iovec in = {data, 4};
    struct msghdr got = message(&in, 1);
    got.msg_name = names;
    got.msg_namelen = lengths[i];
    fact_at("recvmsg: length of the name", lengths[i], recvmsg(pair[1], &got, 0));
    fact_number_at("recvmsg: told for length", lengths[i], got.msg_namelen);
    recvfrom(pair[1], bytes, 64, 0, NULL, NULL);
  }
  send_text(pair[0], "abc");
  await(pair[1], EPOLLIN);
  struct iovec in = {data, 4};
  struct msghdr got = message(&in, 1);
  got.msg_name = NOWHERE;
  got.msg_namelen = 16;
  fact("recvmsg: name nowhere", recvmsg(pair[1], &got, 0));
  fact("recvmsg: which took the datagram", recvmsg(pair[1], &got, 0));
  close_pair(pair);
}

static void many_out(void) {
  int pair[2];
  struct iovec iov[4] = {{"a", 1}, {"bc", 2}, {"def", 3}, {NOWHERE, 1}};
  struct mmsghdr all[4];
  udp_pair(pair);
  for (int i = 0; i < 4; i++)
    all[i] = (struct mmsghdr){message(&iov[i], 1), 77};
  fact("sendmmsg: three", sendmmsg(pair[0], all, 3, 0));
  for (int i = 0; i < 4; i++)
    fact_at("sendmmsg: length of message", i, all[i].msg_len);
  for (int i = 0; i < 3; i++)
    fact_at("sendmmsg: received", i, read(pair[1], bytes, 64));
  fact("sendmmsg: the fourth fails", sendmmsg(pair[0], all, 4, 0));
  fact("sendmmsg: its length stays", all[3].msg_len);
  fact("sendmmsg: the first fails", sendmmsg(pair[0], all + 3, 1, 0));
  fact("sendmmsg: none", sendmmsg(pair[0], all, 0, 0));
  fact("sendmmsg: none, nowhere", sendmmsg(pair[0], NOWHERE, 0, 0));
  fact("sendmmsg: nowhere", sendmmsg(pair[0], NOWHERE, 1, 0));
  fact("sendmmsg: NULL", sendmmsg(pair[0], NULL, 1, 0));
  fact("sendmmsg: EBADF", sendmmsg(-1, all, 1, 0));
  fact("sendmmsg: EBADF, none", sendmmsg(-1, all, 0, 0));
  fact("sendmmsg: EBADF or nowhere", sendmmsg(-1, NOWHERE, 1, 0));
  fact("sendmmsg: not a socket", sendmmsg(0, all, 1, 0));
  fact("sendmmsg: not a socket, none", sendmmsg(0, all, 0, 0));
  fact("sendmmsg: the kernel's own flag", sendmmsg(pair[0], all, 1, 0x80000000));
  struct mmsghdr *last = (struct mmsghdr *)(void *)last_bytes(sizeof *last);
  *last = all[0];
  fact("sendmmsg: the second behind memory", sendmmsg(pair[0], last, 2, 0));
  fact("sendmmsg: ten million, behind memory", sendmmsg(pair[0], last, 10000000, 0));
  static struct mmsghdr lots[1100];
  int unix_ends[2];
  unix_pair(unix_ends, SOCK_STREAM);
  struct iovec one = {"x", 1};
  for (int i = 0; i < COUNT(lots); i++)
    lots[i] = (struct mmsghdr){message(&one, 1), 0};
  fact("sendmmsg: at most 1024", sendmmsg(pair[0], lots, 1100, 0));
  fact("sendmmsg: 200 to a stream", sendmmsg(unix_ends[0], lots, 200, MSG_DONTWAIT));
  close_pair(unix_ends);
  close_pair(pair);
}

static void many_in(void) {
  int pair[2];
  static char store[4][8];
  struct iovec iov[4];
  struct mmsghdr all[4];
  struct timespec zero = {0, 0}, bad = {0, -1}, negative = {-1, 0}, some = {5, 0};
  udp_pair(pair);
  for (int i = 0; i < 4; i++) {
    iov[i] = (struct iovec){store[i], 8};
    all[i] = (struct mmsghdr){message(&iov[i], 1), 77};
  }
  for (int i = 0; i < 3; i++)
    write(pair[0], "abcd", (size_t)i + 1);
  fact("recvmmsg: two of three", recvmmsg(pair[1], all, 2, 0, NULL));
  for (int i = 0; i < 3; i++)
    fact_at("recvmmsg: length of message", i, all[i].msg_len);
  fact("recvmmsg: MSG_WAITFORONE", recvmmsg(pair[1], all, 4, MSG_WAITFORONE, NULL));
  fact("recvmmsg: nothing", recvmmsg(pair[1], all, 4, MSG_DONTWAIT, NULL));
  fact("recvmmsg: none", recvmmsg(pair[1], all, 0, 0, NULL));
  fact("recvmmsg: none, nowhere", recvmmsg(pair[1], NOWHERE, 0, 0, NULL));
  write(pair[0], "abcd", 4);
  fact("recvmmsg: MSG_DONTWAIT, one of four",
       (await(pair[1], EPOLLIN), recvmmsg(pair[1], all, 4, MSG_DONTWAIT, NULL)));
  write(pair[0], "abcd", 4);
  fact("recvmmsg: no time", recvmmsg(pair[1], all, 4, 0, &zero));
  fact("recvmmsg: time nowhere", recvmmsg(pair[1], all, 4, 0, NOWHERE));
  fact("recvmmsg: tv_nsec -1", recvmmsg(pair[1], all, 4, 0, &bad));
  fact("recvmmsg: tv_sec -1", recvmmsg(pair[1], all, 4, 0, &negative));
  fact("recvmmsg: EBADF or its time", recvmmsg(-1, all, 4, 0, &bad));
  fact("recvmmsg: EBADF or time nowhere", recvmmsg(-1, all, 4, 0, NOWHERE));
  fact("recvmmsg: EBADF or nowhere", recvmmsg(-1, NOWHERE, 4, 0, NULL));
  fact("recvmmsg: not a socket", recvmmsg(0, all, 4, 0, NULL));
  write(pair[0], "abcd", 4);
  write(pair[0], "abcd", 4);
  fact("recvmmsg: time enough", recvmmsg(pair[1], all, 2, 0, &some));
  fact("recvmmsg: what is left of it", some.tv_sec == 4 && some.tv_nsec > 0);
  write(pair[0], "abcd", 4);
  await(pair[1], EPOLLIN);
  fact("recvmmsg: nowhere", recvmmsg(pair[1], NOWHERE, 1, MSG_DONTWAIT, NULL));
  fact("recvmmsg: NULL", recvmmsg(pair[1], NULL, 1, MSG_DONTWAIT, NULL));
  struct mmsghdr *last = (struct mmsghdr *)(void *)last_bytes(sizeof *last);
  *last = all[0];
  fact("recvmmsg: the second behind memory", recvmmsg(pair[1], last, 2, MSG_DONTWAIT, NULL));
  fact("recvmmsg: its length", last->msg_len);
  fact("recvmmsg: the kernel's own flag", recvmmsg(pair[1], all, 1, 0x80000000, NULL));
  close_pair(pair);
}

static void facts(void) {
  basics();
  kinds();
  errors();
  names_out();
  names_in();
  many_out();
  many_in();
}
