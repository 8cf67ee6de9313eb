// Standard input as it is granted with --stdin: a pipe that holds "one two three" and is at its
// end.
#include "contract.h"

static char bytes[64];
static struct epoll_event events[2];

static void facts(void) {
  int epfd = epoll_create1(0);
  fact("F_GETFL: it is opened for reading", fcntl(0, F_GETFL, 0) & 3);
  fact("epoll: ADD", watch(epfd, EPOLL_CTL_ADD, 0, EPOLLIN | EPOLLRDHUP | EPOLLET, 7));
  fact_events("epoll: data, and its end", epoll_wait(epfd, events, 2, PATIENCE_MS), events);
  fact_events("epoll: told once", epoll_wait(epfd, events, 2, 0), events);
  fact_bytes("read: part", read(0, bytes, 4), bytes);
  fact_events("epoll: a read is no edge", epoll_wait(epfd, events, 2, 0), events);
  struct iovec iov[2] = {{bytes, 2}, {bytes + 8, 2}};
  fact("readv: two ranges", readv(0, iov, 2));
  fact_bytes("readv: the first", 2, bytes);
  fact_bytes("readv: the second", 2, bytes + 8);
  fact("read: of length 0", read(0, bytes, 0));
  fact("read: nowhere", read(0, NOWHERE, 4));
  fact("write: it cannot be written", write(0, "x", 1));
  fact("writev: nor so", writev(0, iov, 1));
  fact("recvfrom: it is no socket", recvfrom(0, bytes, 4, 0, NULL, NULL));
  fact("sendto: nor for this", sendto(0, bytes, 4, 0, NULL, 0));
  fact("getsockopt: nor for this", getsockopt(0, SOL_SOCKET, SO_TYPE, bytes, (int[]){4}));
  int twin = fcntl(0, F_DUPFD, 10);
  fact("F_DUPFD: a twin", twin);
  fact_bytes("F_DUPFD: reads on", read(twin, bytes, 1), bytes);
  fact("F_SETFL: O_NONBLOCK", fcntl(twin, F_SETFL, O_NONBLOCK));
  fact("F_GETFL: it is the description's", fcntl(0, F_GETFL, 0) & O_NONBLOCK);
  fact_bytes("read: the rest", read(0, bytes, 64), bytes);
  fact("read: the end", read(0, bytes, 64));
  fact("read: the end again", read(twin, bytes, 64));
  watch(epfd, EPOLL_CTL_MOD, 0, EPOLLIN, 8);
  fact_events("epoll: at its end", epoll_wait(epfd, events, 2, PATIENCE_MS), events);
  close(0);
  fact_events("epoll: closed, the twin lives", epoll_wait(epfd, events, 2, 0), events);
  close(twin);
  fact_events("epoll: both closed", epoll_wait(epfd, events, 2, 0), events);
  fact("read: closed", read(0, bytes, 1));
}
