// Ranges of memory: ends, overflows, growth between calls, and what a call may not touch.
#include "contract.h"

static u8 bytes[256];

// A range that would wrap around at the end of the address space.
static void wrapping(void) {
  void *top = (void *)((size_t)0 - 16);
  int pair[2];
  int fd = eventfd2(1, EFD_NONBLOCK);
  struct sockaddr_in at = loopback(0);
  unix_pair(pair, SOCK_STREAM | SOCK_NONBLOCK);
  send_text(pair[1], "abc");
  static const size_t sizes[] = {
      1, 16, 17, 32, (size_t)-1, (size_t)-16, (size_t)1 << (sizeof(size_t) * 8 - 1)};
  for (int i = 0; i < COUNT(sizes); i++) {
    fact_at("wrapping: read, size", i, read(pair[0], top, sizes[i]));
    fact_at("wrapping: write, size", i, write(pair[0], top, sizes[i]));
    fact_at("wrapping: recvfrom, size", i, recvfrom(pair[0], top, sizes[i], 0, NULL, NULL));
    fact_at("wrapping: sendto, size", i, sendto(pair[0], top, sizes[i], 0, NULL, 0));
    fact_at("wrapping: getrandom, size", i, getrandom(top, sizes[i], 0));
    struct iovec iov = {top, sizes[i]};
    fact_at("wrapping: readv, size", i, readv(pair[0], &iov, 1));
    fact_at("wrapping: writev, size", i, writev(pair[0], &iov, 1));
    struct msghdr message = {NULL, 0, &iov, 1, NULL, 0, 0};
    fact_at("wrapping: sendmsg, size", i, sendmsg(pair[0], &message, 0));
    fact_at("wrapping: recvmsg, size", i, recvmsg(pair[0], &message, 0));
  }
  int epfd = epoll_create1(0);
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 0);
  fact("wrapping: epoll_wait", epoll_wait(epfd, top, 16, 0));
  fact("wrapping: epoll_ctl", epoll_ctl(epfd, EPOLL_CTL_MOD, fd, (void *)((size_t)0 - 8)));
  fact("wrapping: bind", bind(fd, top, sizeof at));
  fact("wrapping: timerfd_settime", timerfd_settime(fd, 0, top, NULL));
  fact("wrapping: readv, the vector", readv(pair[0], top, 3));
  fact("wrapping: sendmsg", sendmsg(pair[0], top, 0));
  fact("wrapping: sendmmsg", sendmmsg(pair[0], top, 2, 0));
  fact("wrapping: recvmmsg", recvmmsg(pair[0], top, 2, 0, NULL));
  fact("wrapping: socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, (void *)((size_t)0 - 4)));
  fact("wrapping: getsockname", getsockname(pair[0], bytes, (void *)((size_t)0 - 4)));
  fact("wrapping: clock_gettime", clock_gettime(CLOCK_MONOTONIC, (void *)((size_t)0 - 8)));
  fact("wrapping: what all that took", read(pair[0], bytes, sizeof bytes));
  close(epfd);
  close(fd);
  close_pair(pair);
}

// Lengths that reach from good memory far behind its end.
static void reaching(void) {
  static const size_t sizes[] = {64 << 20, 1 << 30, INT_MAX};
  int pair[2];
  for (int i = 0; i < COUNT(sizes); i++) {
    unix_pair(pair, SOCK_STREAM | SOCK_NONBLOCK);
    send_text(pair[1], "abc");
    struct iovec iov = {bytes, sizes[i]};
    struct msghdr message = {NULL, 0, &iov, 1, NULL, 0, 0};
    static const char *whole = "a range has to lie in memory as a whole";
    differs("EFAULT", whole);
    fact_at("reaching: read, size", (i64)sizes[i], read(pair[0], bytes, sizes[i]));
    send_text(pair[1], "abc");
    differs("EFAULT", whole);
    fact_at("reaching: readv, size", (i64)sizes[i], readv(pair[0], &iov, 1));
    send_text(pair[1], "abc");
    differs("EFAULT", whole);
    fact_at("reaching: recvfrom, size", (i64)sizes[i],
            recvfrom(pair[0], bytes, sizes[i], 0, NULL, NULL));
    send_text(pair[1], "abc");
    differs("EFAULT", whole);
    fact_at("reaching: recvmsg, size", (i64)sizes[i], recvmsg(pair[0], &message, 0));
    close_pair(pair);
    unix_pair(pair, SOCK_DGRAM | SOCK_NONBLOCK);
    settled("EFAULT", whole);
    fact_at("reaching: write, size", (i64)sizes[i], write(pair[0], bytes, sizes[i]));
    settled("EFAULT", whole);
    fact_at("reaching: sendto, size", (i64)sizes[i], sendto(pair[0], bytes, sizes[i], 0, NULL, 0));
    settled("EFAULT", whole);
    fact_at("reaching: sendmsg, size", (i64)sizes[i], sendmsg(pair[0], &message, 0));
    fact_at("reaching: what came of it, size", (i64)sizes[i], read(pair[1], bytes, 1));
    close_pair(pair);
  }
}

// Room that reaches behind memory, for something that fits in front of its end.
static void small_things(void) {
  struct sockaddr_in to;
  int pair[2];
  int length = 128;
  udp_pair(pair);
  fact("fits: getsockname", getsockname(pair[0], last_bytes(16), &length));
  fact("fits: the length", length);
  length = 128;
  fact("fits: getpeername", getpeername(pair[0], last_bytes(16), &length));
  length = 64;
  fact("fits: getsockopt", getsockopt(pair[0], SOL_SOCKET, SO_TYPE, last_bytes(4), &length));
  fact("fits: its length", length);
  length = 128;
  write(pair[1], "abc", 3);
  fact("fits: recvfrom, the address", recvfrom(pair[0], bytes, 3, 0, last_bytes(16), &length));
  length = 128;
  write(pair[1], "abc", 3);
  struct iovec iov = {bytes, 3};
  struct msghdr message = {last_bytes(16), 128, &iov, 1, NULL, 0, 0};
  fact("fits: recvmsg, the name", recvmsg(pair[0], &message, 0));
  close_pair(pair);
  int from = listener(&to);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  connect(client, &to, sizeof to);
  fact("fits: accept4, the address", accept4(from, last_bytes(16), &length, 0) >= 0);
  close(client);
  close(from);
}

// Counts whose product with the size of an entry does not fit into 32 bits.
static void overflowing(void) {
  static struct iovec iov[2];
  static struct mmsghdr messages[2];
  static struct epoll_event events[2];
  int pair[2];
  unix_pair(pair, SOCK_STREAM | SOCK_NONBLOCK);
  iov[0] = iov[1] = (struct iovec){bytes, 1};
  static const size_t counts[] = {0x10000000, 0x10000001, 0x20000000,
                                  0x20000001, 0x40000001, 0x80000001};
  int epfd = epoll_create1(0);
  for (int i = 0; i < COUNT(counts); i++) {
    fact_at("count * size: writev", i, writev(pair[0], iov, counts[i]));
    fact_at("count * size: readv", i, readv(pair[0], iov, counts[i]));
    struct msghdr message = {NULL, 0, iov, counts[i], NULL, 0, 0};
    fact_at("count * size: sendmsg", i, sendmsg(pair[0], &message, 0));
    fact_at("count * size: recvmsg", i, recvmsg(pair[0], &message, 0));
    fact_at("count * size: epoll_wait", i, epoll_wait(epfd, events, (int)counts[i], 0));
  }
  for (int i = 0; i < 2; i++)
    messages[i].msg_hdr = (struct msghdr){NULL, 0, iov, 1, NULL, 0, 0};
  struct mmsghdr *last = (void *)last_bytes(2 * sizeof *last);
  __builtin_memcpy(last, messages, sizeof messages);
  fact("count * size: sendmmsg stops at the end", sendmmsg(pair[0], last, 0x08000001, 0));
  fact("count * size: recvmmsg stops at the end",
       recvmmsg(pair[1], last, 0x08000001, MSG_DONTWAIT, NULL));
  close(epfd);
  close_pair(pair);
}

// Memory that is new since the last call is as good as the old.
static void growing(void) {
  int pair[2];
  int epfd = epoll_create1(0);
  unix_pair(pair, SOCK_STREAM);
  watch(epfd, EPOLL_CTL_ADD, pair[0], EPOLLIN, 0x123456789abcdef0);
  write(pair[1], "abcdefgh", 8);
  for (int round = 0; round < 3; round++) {
    u8 *page = grow(1 + 3 * round);
    fact_at("grow: it is zero, round", round, page[0] + page[PAGE - 1]);
    struct epoll_event *event = (void *)(page + PAGE - 16);
    fact_at("grow: epoll_wait into it, round", round, epoll_wait(epfd, event, 1, 0));
    fact_hex(round == 0   ? "grow: the data, first round"
             : round == 1 ? "grow: the data, second round"
                          : "grow: the data, third round",
             event->data);
    struct iovec *iov = (void *)(page + PAGE / 2);
    iov[0] = (struct iovec){page + 8, 1};
    iov[1] = (struct iovec){bytes, 1};
    fact_at("grow: readv by a vector in it, round", round, readv(pair[0], iov, 2));
    fact_at("grow: the byte, round", round, page[8]);
    fact_at("grow: write from it, round", round, write(pair[0], page + PAGE - 1, 1));
    fact_at("grow: bytes into it, round", round, getrandom(page, PAGE, 0));
  }
  u8 *many = grow(64);
  fact("grow: 4 MiB at once", getrandom(many, 4 << 20, 0));
  close(epfd);
  close_pair(pair);
}

static int touched;

// Fills a page with a pattern, and counts what of it a call changed outside of `size` bytes.
static u8 *canary(void) {
  static u8 page[1024];
  for (int i = 0; i < COUNT(page); i++)
    page[i] = 0xc5;
  return page + 512;
}

static void look(const u8 *at, size_t size) {
  const u8 *page = at - 512;
  for (size_t i = 0; i < 1024; i++)
    touched += (i < 512 || i >= 512 + size) && page[i] != 0xc5;
}

static void borders(void) {
  int pair[2];
  int length;
  u8 *at;
  udp_pair(pair);
  at = canary();
  clock_gettime(CLOCK_MONOTONIC, (void *)at);
  look(at, sizeof(struct timespec));
  int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  at = canary();
  timerfd_gettime(timer, (void *)at);
  look(at, sizeof(struct itimerspec));
  struct itimerspec set = {{0, 0}, {9, 0}};
  at = canary();
  timerfd_settime(timer, 0, &set, (void *)at);
  look(at, sizeof(struct itimerspec));
  for (int size = 0; size < 40; size++) {
    length = size;
    at = canary();
    getsockname(pair[0], at, &length);
    look(at, (size_t)(size < 16 ? size : 16));
    length = size;
    at = canary();
    getsockopt(pair[0], SOL_SOCKET, SO_TYPE, at, &length);
    look(at, (size_t)(size < 4 ? size : 4));
    length = size;
    at = canary();
    getsockopt(pair[0], SOL_SOCKET, SO_LINGER, at, &length);
    look(at, (size_t)(size < 8 ? size : 8));
    write(pair[1], "0123456789", 10);
    length = size;
    at = canary();
    recvfrom(pair[0], bytes, 10, 0, at, &length);
    look(at, (size_t)(size < 16 ? size : 16));
    write(pair[1], "0123456789", 10);
    at = canary();
    recvfrom(pair[0], at, (size_t)size, MSG_TRUNC, NULL, NULL);
    look(at, (size_t)(size < 10 ? size : 10));
    at = canary();
    getrandom(at, (size_t)size, 0);
    look(at, (size_t)size);
  }
  int fd[6];
  int epfd = epoll_create1(0);
  for (int i = 0; i < 6; i++)
    watch(epfd, EPOLL_CTL_ADD, fd[i] = eventfd2(1, 0), EPOLLIN, 0);
  for (int i = 1; i < 9; i++) {
    at = canary();
    epoll_wait(epfd, (void *)at, i, 0);
    look(at, (size_t)(i < 6 ? i : 6) * sizeof(struct epoll_event));
  }
  close_pair(pair);
  at = canary();
  socketpair(AF_UNIX, SOCK_STREAM, 0, (void *)at);
  look(at, 8);
  fact("borders: bytes written outside of a range", touched);
}

static void facts(void) {
  wrapping();
  reaching();
  small_things();
  overflowing();
  growing();
  borders();
}
