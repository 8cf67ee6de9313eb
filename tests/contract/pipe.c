// pipe2: its flags, its size, what its ends can do, hang-up, EPIPE and SIGPIPE, in epoll.
#include "signals.h"

static u8 buffer[1 << 17];

static void make(int pair[2], int flags) { must("pipe2", pipe2(pair, flags)); }

static void flags(void) {
  static const int good[] = {0, O_NONBLOCK, O_CLOEXEC, O_DIRECT, O_NONBLOCK | O_DIRECT};
  for (int i = 0; i < COUNT(good); i++) {
    int pair[2];
    fact_at("pipe2: flags", good[i], pipe2(pair, good[i]));
    fact_at("pipe2: reader's number, flags", good[i], pair[0]);
    fact_at("pipe2: writer's number, flags", good[i], pair[1]);
    for (int end = 0; end < 2; end++) {
      fact_at(end ? "F_GETFL: of a writer, flags" : "F_GETFL: of a reader, flags", good[i],
              fcntl(pair[end], F_GETFL, 0));
      fact_at(end ? "F_GETFD: of a writer, flags" : "F_GETFD: of a reader, flags", good[i],
              fcntl(pair[end], F_GETFD, 0));
    }
    close_pair(pair);
  }
  static const int bad[] = {1, 2, O_APPEND, O_ASYNC, -1, INT_MAX, INT_MIN};
  int pair[2] = {-7, -7};
  for (int i = 0; i < COUNT(bad); i++)
    fact_at("pipe2: wrong flags", bad[i], pipe2(pair, bad[i]));
  fact("pipe2: wrong flags or nowhere", pipe2(NOWHERE, 1));
  fact("pipe2: wrong flags leave the array", pair[0]);
  fact("pipe2: NULL", pipe2(NULL, 0));
  fact("pipe2: nowhere", pipe2(NOWHERE, 0));
  fact("pipe2: half behind memory", pipe2((int *)last_bytes(4), 0));
  fact("pipe2: what failed left no number open", fcntl(3, F_GETFD, 0));
  fact("pipe2: the last bytes", pipe2((int *)last_bytes(8), 0));
  close_pair((int *)last_bytes(8));
}

static void bytes(void) {
  int pair[2];
  make(pair, O_NONBLOCK);
  fact("read: of an empty pipe", read(pair[0], buffer, 8));
  fact("read: of nothing from an empty pipe", read(pair[0], buffer, 0));
  fact("read: of the writer", read(pair[1], buffer, 8));
  fact("write: to the reader", write(pair[0], "abc", 3));
  fact("write: nothing", write(pair[1], NULL, 0));
  fact("write: from nowhere", write(pair[1], NOWHERE, 8));
  fact("write: some bytes", write(pair[1], "hello", 5));
  fact("read: to nowhere", read(pair[0], NOWHERE, 8));
  int got = read(pair[0], buffer, 3);
  fact_bytes("read: fewer than there are", got, buffer);
  struct iovec parts[2] = {{buffer, 1}, {buffer + 8, 8}};
  fact("readv: the rest", readv(pair[0], parts, 2));
  fact_bytes("readv: its second part", 1, buffer + 8);
  fact("writev: two parts", writev(pair[1], parts, 2));
  fact("read: both", read(pair[0], buffer, 100));
  fact("sendto: a pipe", sendto(pair[1], "a", 1, 0, NULL, 0));
  fact("recvfrom: a pipe", recvfrom(pair[0], buffer, 1, 0, NULL, NULL));
  fact("shutdown: a pipe", shutdown(pair[0], SHUT_RDWR));
  close_pair(pair);
  make(pair, O_DIRECT | O_NONBLOCK);
  write(pair[1], "one", 3);
  write(pair[1], "second", 6);
  fact("read: a packet", read(pair[0], buffer, 100));
  fact("read: a part of a packet", read(pair[0], buffer, 2));
  fact("read: the rest of it is gone", read(pair[0], buffer, 2));
  close_pair(pair);
}

static void sizes(void) {
  static const size_t asked[] = {0, 1, 4096, 4097, 8192, 100000, 1 << 20};
  int pair[2];
  make(pair, O_NONBLOCK);
  fact("F_GETPIPE_SZ: at first", fcntl(pair[0], F_GETPIPE_SZ, 0));
  for (int i = 0; i < COUNT(asked); i++) {
    fact_at("F_SETPIPE_SZ:", (int)asked[i], fcntl(pair[0], F_SETPIPE_SZ, asked[i]));
    fact_at("F_GETPIPE_SZ: after", (int)asked[i], fcntl(pair[1], F_GETPIPE_SZ, 0));
  }
  fact("F_SETPIPE_SZ: -1", fcntl(pair[0], F_SETPIPE_SZ, (size_t)-1));
  fact("F_SETPIPE_SZ: 2 GiB", fcntl(pair[0], F_SETPIPE_SZ, 0x80000000u));
  settled("EPERM", "no privilege, whoever the host is");
  fact("F_SETPIPE_SZ: more than everybody's", fcntl(pair[0], F_SETPIPE_SZ, (1 << 20) + 1));
  fcntl(pair[0], F_SETPIPE_SZ, 8192);
  fact("write: more than fits", write(pair[1], buffer, sizeof buffer));
  fact("write: into a full pipe", write(pair[1], buffer, 1));
  fact("F_SETPIPE_SZ: less than there is", fcntl(pair[0], F_SETPIPE_SZ, 4096));
  fact("read: part of it", read(pair[0], buffer, 1000));
  fact("write: a page that does not fit as a whole", write(pair[1], buffer, 4096));
  fact("write: more than a page, a part", write(pair[1], buffer, 5000));
  close_pair(pair);
  int other = eventfd2(0, 0);
  fact("F_GETPIPE_SZ: of an eventfd", fcntl(other, F_GETPIPE_SZ, 0));
  fact("F_SETPIPE_SZ: of an eventfd", fcntl(other, F_SETPIPE_SZ, 4096));
  close(other);
}

static void readiness(void) {
  int pair[2];
  make(pair, O_NONBLOCK);
  fcntl(pair[0], F_SETPIPE_SZ, 8192);
  fact_mask("epoll: an empty pipe's reader", ready(pair[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP));
  fact_mask("epoll: an empty pipe's writer", ready(pair[1], EPOLLIN | EPOLLOUT | EPOLLRDHUP));
  write(pair[1], buffer, 8192);
  fact_mask("epoll: a full pipe's reader", ready(pair[0], EPOLLIN | EPOLLRDNORM | EPOLLOUT));
  fact_mask("epoll: a full pipe's writer", ready(pair[1], EPOLLIN | EPOLLOUT));
  read(pair[0], buffer, 100);
  fact_mask("epoll: not a page is free", ready(pair[1], EPOLLOUT));
  read(pair[0], buffer, 4096);
  fact_mask("epoll: a page is free", ready(pair[1], EPOLLOUT | EPOLLWRNORM));
  close(pair[1]);
  fact_mask("epoll: bytes and no writer", ready(pair[0], EPOLLIN | EPOLLRDHUP));
  fact("read: what is left without a writer", read(pair[0], buffer, 8192));
  fact_mask("epoll: no bytes and no writer", ready(pair[0], EPOLLIN | EPOLLRDHUP));
  fact_mask("epoll: no writer, nothing asked", ready(pair[0], 0));
  fact("read: at the end", read(pair[0], buffer, 8));
  close(pair[0]);
  make(pair, O_NONBLOCK);
  close(pair[0]);
  fact_mask("epoll: no reader", ready(pair[1], EPOLLOUT));
  fact_mask("epoll: no reader, nothing asked", ready(pair[1], 0));
  close(pair[1]);
}

static void edges(void) {
  struct epoll_event got[4];
  int pair[2];
  make(pair, O_NONBLOCK);
  int epfd = epoll_create1(0);
  watch(epfd, EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLET, 7);
  fact_events("edge: nothing yet", epoll_wait(epfd, got, 4, 0), got);
  for (int i = 0; i < 3; i++) {
    write(pair[1], "a", 1);
    int count = epoll_wait(epfd, got, 4, 0);
    fact_at("edge: after each write", i, count);
    fact_at("edge: and no other", i, epoll_wait(epfd, got, 4, 0));
  }
  read(pair[0], buffer, 1);
  fact_events("edge: not after a read", epoll_wait(epfd, got, 4, 0), got);
  close(pair[1]);
  fact_events("edge: the hang-up", epoll_wait(epfd, got, 4, 0), got);
  fact_events("edge: once", epoll_wait(epfd, got, 4, 0), got);
  close(pair[0]);
  close(epfd);
}

static void broken(void) {
  int pair[2];
  forget_signals();
  make(pair, 0);
  close(pair[0]);
  fact("write: nobody reads, SIGPIPE ignored", write(pair[1], "a", 1));
  fact("write: nothing, nobody reads", write(pair[1], "a", 0));
  on(SIGPIPE, note, 0);
  fact("write: nobody reads", write(pair[1], "a", 1));
  fact("SIGPIPE: by write", seen[SIGPIPE]);
  struct iovec part = {buffer, 1};
  fact("writev: nobody reads", writev(pair[1], &part, 1));
  fact("SIGPIPE: by writev", seen[SIGPIPE]);
  set_mask(bit(SIGPIPE));
  fact("write: nobody reads, SIGPIPE blocked", write(pair[1], "a", 1));
  fact("SIGPIPE: not while it is blocked", seen[SIGPIPE]);
  fact_hex("SIGPIPE: pending", pending());
  set_mask(0);
  fact("SIGPIPE: when it is no longer", seen[SIGPIPE]);
  close(pair[1]);
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
  for (int i = 0; i < COUNT(types); i++) {
    unix_pair(pair, types[i]);
    shutdown(pair[0], SHUT_WR);
    forget_signals();
    fact_at("write: to a socket that is shut, type", types[i], write(pair[0], "a", 1));
    fact_at("SIGPIPE: by write to a socket, type", types[i], seen[SIGPIPE]);
    fact_at("sendto: MSG_NOSIGNAL, type", types[i], sendto(pair[0], "a", 1, MSG_NOSIGNAL, 0, 0));
    fact_at("SIGPIPE: not with MSG_NOSIGNAL, type", types[i], seen[SIGPIPE]);
    fact_at("sendto: to a socket that is shut, type", types[i], sendto(pair[0], "a", 1, 0, 0, 0));
    fact_at("SIGPIPE: by sendto, type", types[i], seen[SIGPIPE]);
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    fact_at("sendmsg: to a socket that is shut, type", types[i], sendmsg(pair[0], &message, 0));
    fact_at("SIGPIPE: by sendmsg, type", types[i], seen[SIGPIPE]);
    struct mmsghdr vector[2] = {{message, 0}, {message, 0}};
    fact_at("sendmmsg: to a socket that is shut, type", types[i], sendmmsg(pair[0], vector, 2, 0));
    fact_at("SIGPIPE: by sendmmsg, type", types[i], seen[SIGPIPE]);
    close_pair(pair);
  }
  tcp_pair(pair);
  shutdown(pair[0], SHUT_WR);
  forget_signals();
  fact("write: to a TCP socket that is shut", write(pair[0], "a", 1));
  fact("SIGPIPE: by write to a TCP socket", seen[SIGPIPE]);
  fact("sendto: to a TCP socket that is shut, out of band", sendto(pair[0], "a", 1, MSG_OOB, 0, 0));
  fact("SIGPIPE: by sendto to a TCP socket", seen[SIGPIPE]);
  close_pair(pair);
  on(SIGPIPE, SIG_IGN, 0);
}

static void facts(void) {
  flags();
  bytes();
  sizes();
  readiness();
  edges();
  broken();
}
