// Published attacks on a host's memory and descriptors.
#include "published.h"

enum { SO_GET_FILTER = 26, SO_DETACH_FILTER = 27, SO_LOCK_FILTER = 44, SO_PEERGROUPS = 59 };
enum { TCP_REPAIR_QUEUE = 20, IP_MSFILTER = 41, IPT_SO_SET_REPLACE = 64, SO_REUSEPORT_EBPF = 52 };

static const char sixteen[] = "0123456789abcdef";

// A range that begins inside of memory and ends behind it, in every call that has one.
static void range_check(void) {
  u8 *end = last_bytes(8);
  void *last = last_bytes(4);
  void *half = last_bytes(2);
  int fds[2];
  int pair[2];
  __builtin_memcpy(end, "unspoilt", 8);
  must("pipe2", pipe2(fds, O_NONBLOCK));
  unix_pair(pair, SOCK_DGRAM | SOCK_NONBLOCK);
  must("write", write(fds[1], sixteen, 16));
  must("write", write(pair[1], sixteen, 16));
  int epfd = epoll_create1(0);
  must("epoll_ctl", watch(epfd, EPOLL_CTL_ADD, fds[0], EPOLLIN, 0));
  int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  struct iovec iov = {end, 16};
  struct msghdr message = {NULL, 0, &iov, 1, NULL, 0, 0};
  fact("read", read(fds[0], end, 16));
  fact("read, INT_MAX", read(fds[0], end, INT_MAX));
  fact("readv", readv(fds[0], &iov, 1));
  fact("readv, the vector", readv(fds[0], last, 1));
  fact("recvfrom", recvfrom(pair[0], end, 16, 0, NULL, NULL));
  fact("recvmsg", recvmsg(pair[0], &message, 0));
  fact("recvmsg, the header", recvmsg(pair[0], (void *)end, 0));
  fact("recvmmsg", recvmmsg(pair[0], (void *)end, 1, 0, NULL));
  fact("write", write(fds[1], end, 16));
  fact("writev", writev(fds[1], &iov, 1));
  fact("sendto", sendto(pair[0], end, 16, 0, NULL, 0));
  fact("sendmsg", sendmsg(pair[0], &message, 0));
  fact("sendmmsg", sendmmsg(pair[0], (void *)end, 1, 0));
  fact("bind", bind(pair[0], end, 16));
  fact("epoll_wait", epoll_wait(epfd, (void *)end, 1, 0));
  fact("epoll_ctl", epoll_ctl(epfd, EPOLL_CTL_MOD, fds[0], (void *)end));
  fact("poll", poll(last, 1, 0));
  fact("pipe2", pipe2(last, 0));
  fact("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, last));
  fact("timerfd_gettime", timerfd_gettime(timer, (void *)end));
  fact("clock_gettime", clock_gettime(CLOCK_MONOTONIC, (void *)end));
  fact("getrandom", getrandom(end, 16, 0));
  fact("fstat", fstat(timer, (void *)end));
  fact("uname", uname((void *)end));
  fact("getsockname", getsockname(pair[0], bytes, half));
  fact("getsockopt", getsockopt(pair[0], SOL_SOCKET, SO_TYPE, bytes, half));
  fact("setsockopt", setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, end, 16));
  fact_bytes("the end of memory", 8, end);
  fact("left in the pipe", read(fds[0], bytes, sizeof bytes));
  fact("left in the socket", read(pair[0], bytes, sizeof bytes));
  fact("come to its peer", read(pair[1], bytes, sizeof bytes));
}

static int pair_of_stale[2];

static void grow_and_write(int number) {
  (void)number;
  u8 *page = grow(64);
  page[0] = '!';
  write(pair_of_stale[1], "early", 5);
  write(pair_of_stale[1], page, 1);
}

// Memory that grows between two calls, and in a handler that runs within one.
static void stale_base(void) {
  static u8 old[64];
  unix_pair(pair_of_stale, SOCK_STREAM);
  for (int round = 0; round < 8; round++) {
    int fd = pair_of_stale[0];
    write(pair_of_stale[1], sixteen, 16);
    u8 *page = grow(1 + 7 * round);
    struct iovec *iov = (void *)(page + PAGE - 2 * sizeof *iov);
    iov[0] = (struct iovec){page, 6};
    iov[1] = (struct iovec){old, 10};
    fact_at("readv by and into new memory, round", round, readv(fd, iov, 2));
    fact_at("the new memory has it, round", round, same(page, "012345", 6));
    fact_at("the old memory has it, round", round, same(old, "6789abcdef", 10));
  }
  on(SIGALRM, grow_and_write, SA_RESTART);
  const struct itimerval soon = {{0, 0}, {0, ALARM_USEC}};
  must("setitimer", setitimer(ITIMER_REAL, &soon, NULL));
  clear(old, sizeof old);
  struct msghdr message = {NULL, 0, &(struct iovec){old, 5}, 1, bytes, sizeof bytes, 0};
  fact("recvmsg within which memory grows", recvmsg(pair_of_stale[0], &message, 0));
  fact_bytes("what it has received", 5, old);
  fact("its control data", (int)message.msg_controllen);
  fact_bytes("from the new memory", read(pair_of_stale[0], old, 1), old);
}

// Counts whose product with an entry's size is small again in 32 bits.
static void count_size(void) {
  static struct {
    struct mmsghdr messages[2];
    struct pollfd fds[2];
    struct epoll_event events[2];
    struct iovec iov[2];
    u8 canary[256];
  } all;
  int pair[2];
  int epfd = epoll_create1(0);
  unix_pair(pair, SOCK_DGRAM | SOCK_NONBLOCK);
  for (int i = 0; i < 4; i++)
    watch(epfd, EPOLL_CTL_ADD, eventfd2(1, 0), EPOLLIN, 7);
  for (int i = 0; i < 2; i++) {
    all.iov[i] = (struct iovec){bytes, 1};
    all.fds[i] = (struct pollfd){pair[i], POLLIN, 0};
  }
  static const u32 counts[] = {0x10000000u, 0x10000001u, 0x20000000u, 0x20000001u,
                               0x40000001u, 0x80000001u, 0xc0000001u};
  for (int i = 0; i < COUNT(counts); i++) {
    struct msghdr message = {NULL, 0, all.iov, counts[i], NULL, 0, 0};
    fact_at("epoll_wait", counts[i], epoll_wait(epfd, all.events, (int)counts[i], 0));
    fact_at("poll", counts[i], poll(all.fds, counts[i], 0));
    fact_at("readv", counts[i], readv(pair[0], all.iov, counts[i]));
    fact_at("writev", counts[i], writev(pair[0], all.iov, counts[i]));
    fact_at("sendmsg", counts[i], sendmsg(pair[0], &message, 0));
    fact_at("recvmsg", counts[i], recvmsg(pair[0], &message, 0));
  }
  // Natively an event has 12 bytes, and more of them fit into an int.
  fact("epoll_wait, INT_MAX / 16 + 1",
       GUEST ? epoll_wait(epfd, all.events, INT_MAX / 16 + 1, 0) : -EINVAL);
  int touched = 0;
  for (int i = 0; i < COUNT(all.canary); i++)
    touched += all.canary[i] != 0;
  fact("bytes behind them that changed", touched);
  fact("what came of it", recvfrom(pair[1], bytes, 16, MSG_DONTWAIT, NULL, NULL));
}

// The second event of a batch is about a number that the first one's handling has given away.
static void reused_handle(void) {
  struct epoll_event events[4];
  u64 count = 0;
  int epfd = epoll_create1(0);
  int first = eventfd2(1, EFD_NONBLOCK);
  int second = eventfd2(5, EFD_NONBLOCK);
  watch(epfd, EPOLL_CTL_ADD, first, EPOLLIN, 1);
  watch(epfd, EPOLL_CTL_ADD, second, EPOLLIN, 2);
  fact("events in the batch", epoll_wait(epfd, events, 4, 0));
  close(second);
  int successor = eventfd2(0, EFD_NONBLOCK);
  fact("the number is used again", successor == second);
  fact("its stale event: read", read(successor, &count, 8));
  fact("its stale event: MOD", watch(epfd, EPOLL_CTL_MOD, second, EPOLLIN, 2));
  fact("its stale event: DEL", watch(epfd, EPOLL_CTL_DEL, second, 0, 0));
  fact_events("the next batch", epoll_wait(epfd, events, 4, 0), events);
  watch(epfd, EPOLL_CTL_ADD, successor, EPOLLIN, 3);
  fact_events("the successor is added", epoll_wait(epfd, events, 4, 0), events);
  count = 9;
  write(successor, &count, 8);
  int twin = dup(successor);
  close(successor);
  int third = eventfd2(0, EFD_NONBLOCK);
  fact("the number is used once more", third == second);
  fact("its stale event: read", read(third, &count, 8));
  fact("added under the same number", watch(epfd, EPOLL_CTL_ADD, third, EPOLLIN, 4));
  fact_events("the twin still reports", epoll_wait(epfd, events, 4, 0), events);
  close(twin);
  fact_events("and is gone with its last number", epoll_wait(epfd, events, 4, 0), events);
}

static int closed;
static int in_its_place;

static void close_it(int number) {
  (void)number;
  close(closed);
  in_its_place = eventfd2(1, 0);
}

// The epoll goes while its events are dealt with, and while it is waited for.
static void closed_epoll(void) {
  struct epoll_event events[4];
  int epfd = epoll_create1(0);
  int fds[2] = {eventfd2(1, 0), eventfd2(2, 0)};
  u64 count = 0;
  for (int i = 0; i < 2; i++)
    watch(epfd, EPOLL_CTL_ADD, fds[i], EPOLLIN, (u64)i);
  fact("events in the batch", epoll_wait(epfd, events, 4, 0));
  close(epfd);
  fact("epoll_ctl", watch(epfd, EPOLL_CTL_DEL, fds[0], 0, 0));
  fact("epoll_wait", epoll_wait(epfd, events, 4, 0));
  fact("close", close(epfd));
  fact("the second event's descriptor", read(fds[1], &count, 8));
  fact("a new one in its place", epoll_create1(0) == epfd);
  fact("has no events", epoll_wait(epfd, events, 4, 0));
  fact("and no registration", watch(epfd, EPOLL_CTL_MOD, fds[0], EPOLLIN, 0));
  closed = epfd;
  const u64 none = 0;
  set_mask(bit(SIGUSR1));
  on(SIGUSR1, close_it, SA_RESTART);
  send_self(SIGUSR1);
  fact("a wait within which it is closed", epoll_pwait(closed, events, 4, -1, &none, MASK_BYTES));
  fact("something else in its place", in_its_place == closed);
  fact("a wait for that", epoll_wait(closed, events, 4, 0));
  watch(epfd = epoll_create1(0), EPOLL_CTL_ADD, in_its_place, EPOLLIN, 8);
  fact_events("what is in its place", epoll_wait(epfd, events, 4, 0), events);
}

// How many calls on a number that this program does not have found something open.
static int hits(int fd, int epfd) {
  struct stat stat;
  int length = sizeof bytes;
  struct pollfd polled = {fd, POLLIN, 0};
  const int results[] = {read(fd, bytes, 8),
                         write(fd, "guessed", 7),
                         recvfrom(fd, bytes, 8, MSG_DONTWAIT, NULL, NULL),
                         sendto(fd, "guessed", 7, MSG_NOSIGNAL, NULL, 0),
                         getsockname(fd, bytes, &length),
                         getsockopt(fd, SOL_SOCKET, SO_TYPE, bytes, &length),
                         shutdown(fd, SHUT_RDWR),
                         accept4(fd, NULL, NULL, 0),
                         fcntl(fd, F_GETFL, 0),
                         fcntl(fd, F_SETFL, O_NONBLOCK),
                         fcntl(fd, F_DUPFD, 0),
                         ioctl(fd, FIONREAD, bytes),
                         fstat(fd, &stat),
                         dup(fd),
                         dup3(fd, 1, 0),
                         watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 0),
                         watch(fd, EPOLL_CTL_ADD, epfd, EPOLLIN, 0),
                         close(fd)};
  int found = 0;
  for (int i = 0; i < COUNT(results); i++)
    found += results[i] != -EBADF;
  return found + (poll(&polled, 1, 0) != (fd >= 0) || (fd >= 0 && polled.revents != POLLNVAL));
}

// In a guest alone: natively the numbers are its own. Its status says whether something was found.
static void guessed(void) {
  static const int odd[] = {-1, -2, -100, INT_MIN, INT_MAX, 65535, 65536, 1 << 20, 1 << 30};
  int epfd = epoll_create1(0);
  int found = 0;
  for (int fd = epfd + 1; fd < 5000; fd++)
    found += hits(fd, epfd);
  for (int i = 0; i < COUNT(odd); i++)
    found += hits(odd[i], epfd);
  exit_group(found > 200 ? 200 : found);
}

// Options by which a kernel takes or gives addresses and descriptors.
static void pointer_options(void) {
  struct {
    u64 address, length, rest[6];
  } zero_copy = {(u64)(size_t)bytes, 4096, {0}};
  static const struct {
    u16 code;
    u8 jt, jf;
    u32 k;
  } accept_all = {6, 0, 0, 0xffffffffu}; // BPF_RET
  struct {
    u16 count;
    const void *program;
  } filter = {1, &accept_all};
  int fd = 2;
  int pair[2];
  int local[2];
  int length = sizeof zero_copy;
  tcp_pair(pair);
  unix_pair(local, SOCK_STREAM);
  fact("SO_ATTACH_FILTER",
       setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
  fact("SO_GET_FILTER", getsockopt(pair[0], SOL_SOCKET, SO_GET_FILTER, bytes, &length));
  fact("SO_ATTACH_BPF", setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_BPF, &fd, 4));
  fact("SO_ATTACH_REUSEPORT_CBPF",
       setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter));
  fact("SO_ATTACH_REUSEPORT_EBPF", setsockopt(pair[0], SOL_SOCKET, SO_REUSEPORT_EBPF, &fd, 4));
  length = sizeof zero_copy;
  fact("TCP_ZEROCOPY_RECEIVE",
       getsockopt(pair[0], IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, &zero_copy, &length));
  fact("TCP_ULP", setsockopt(pair[0], IPPROTO_TCP, TCP_ULP, "tls", 4));
  fact("TCP_REPAIR", setsockopt(pair[0], IPPROTO_TCP, TCP_REPAIR, &fd, 4));
  fact("TCP_REPAIR_QUEUE", setsockopt(pair[0], IPPROTO_TCP, TCP_REPAIR_QUEUE, &fd, 4));
  fact("IP_MSFILTER", setsockopt(pair[0], IPPROTO_IP, IP_MSFILTER, &zero_copy, 32));
  fact("IPT_SO_SET_REPLACE", setsockopt(pair[0], IPPROTO_IP, IPT_SO_SET_REPLACE, &zero_copy, 64));
  fact("SO_ZEROCOPY", setsockopt(pair[0], SOL_SOCKET, SO_ZEROCOPY, &fd, 4));
  length = 4;
  fact("SO_PEERPIDFD", getsockopt(local[0], SOL_SOCKET, SO_PEERPIDFD, bytes, &length));
  length = sizeof bytes;
  fact("SO_PEERGROUPS", getsockopt(local[0], SOL_SOCKET, SO_PEERGROUPS, bytes, &length));
  int changed = 0;
  for (int i = 0; i < COUNT(bytes); i++)
    changed += bytes[i] != 0;
  fact("bytes that a get has written", changed);
  fact("the length in TCP_ZEROCOPY_RECEIVE", (int)zero_copy.length);
  park();
}

// Everything by which a description could be changed for those who share it: 0 and 1. 2 tells when.
static void change_stdio(void) {
  int on = 1;
  for (int fd = 0; fd < 2; fd++) {
    int twin = dup(fd);
    fcntl(twin, F_SETFL, O_NONBLOCK | O_APPEND | O_ASYNC | O_NOATIME);
    ioctl(fd, FIONBIO, &on);
    ioctl(fd, FIOASYNC, &on);
    fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND | O_DIRECT);
    fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND);
    fcntl(fd, F_SETOWN, (size_t)getpid());
    fcntl(fd, F_SETPIPE_SZ, 4096);
    shutdown(fd, SHUT_RDWR);
    close(twin);
  }
  write(2, "changed", 7);
  park(); // Node would put some of it right at its end
}

static const struct {
  const char *name;
  void (*run)(void);
} attacks[] = {{"range check", range_check},         {"stale base", stale_base},
               {"count size", count_size},           {"reused handle", reused_handle},
               {"closed epoll", closed_epoll},       {"guessed", guessed},
               {"pointer options", pointer_options}, {"change stdio", change_stdio}};

static void facts(void) {
  for (int i = 0; i < COUNT(attacks); i++) {
    if (is(argument(1), attacks[i].name))
      attacks[i].run();
  }
}
