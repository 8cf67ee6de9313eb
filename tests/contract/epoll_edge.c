// EPOLLET, EPOLLONESHOT, EPOLLEXCLUSIVE, EPOLLWAKEUP, EPOLLRDHUP, EPOLLPRI: what is told, and when.
#include "contract.h"

static const u64 one = 1;
static struct epoll_event events[8];
static int epfd;

// One wait that does not block, as a fact.
static void told(const char *what) {
  clear(events, sizeof events);
  fact_events(what, epoll_wait(epfd, events, COUNT(events), 0), events);
}

// One wait for something that is on its way.
static void told_soon(const char *what) {
  clear(events, sizeof events);
  fact_events(what, epoll_wait(epfd, events, COUNT(events), PATIENCE_MS), events);
}

static void edges_in(void) {
  u64 value;
  int fd = eventfd2(0, EFD_NONBLOCK);
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET, 1);
  told("ET in: nothing yet");
  write(fd, &one, sizeof one);
  told("ET in: the first write");
  told("ET in: told once");
  write(fd, &one, sizeof one);
  told("ET in: a second write without a read");
  write(fd, &one, sizeof one);
  write(fd, &one, sizeof one);
  told("ET in: two writes are one event");
  read(fd, &value, sizeof value);
  told("ET in: a read is no edge");
  write(fd, &one, sizeof one);
  read(fd, &value, sizeof value);
  told("ET in: an edge that was read before the wait");
  write(fd, &one, sizeof one);
  told("ET in: the edge after that");
  watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLET, 2);
  told("ET in: MOD tells what is still there");
  told("ET in: once");
  watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN, 3);
  told("ET in: made level triggered");
  told("ET in: level triggered, again");
  watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLET, 4);
  told("ET in: made edge triggered again");
  told("ET in: edge triggered, once");
  epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL);
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET, 5);
  told("ET in: added when it is ready already");
  told("ET in: added when ready, once");
  close(fd);
}

static void edges_stream(void) {
  int pair[2];
  char bytes[16];
  static char block[65536];
  unix_pair(pair, SOCK_STREAM | SOCK_NONBLOCK);
  watch(epfd, EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLOUT | EPOLLET, 1);
  told("ET stream: writable at the start");
  told("ET stream: once");
  send_text(pair[1], "abcdef");
  told("ET stream: data, and writable with it");
  read(pair[0], bytes, 3);
  told("ET stream: half is read, half is there");
  send_text(pair[1], "ghi");
  told("ET stream: more comes");
  read(pair[0], bytes, sizeof bytes);
  told("ET stream: all is read");
  int wrote = 0;
  int result;
  while ((result = write(pair[0], block, sizeof block)) > 0)
    wrote += result;
  fact("ET stream: filled until", result);
  told("ET stream: full");
  while (wrote > 0 && (result = read(pair[1], block, sizeof block)) > 0)
    wrote -= result;
  fact("ET stream: drained, bytes left", wrote);
  told("ET stream: writable again");
  told("ET stream: writable again, once");
  shutdown(pair[1], SHUT_WR);
  told("ET stream: the peer shuts down its writing");
  told("ET stream: shut down, once");
  shutdown(pair[1], SHUT_RD);
  told("ET stream: the peer shuts down its reading");
  close(pair[1]);
  told("ET stream: the peer closes");
  told("ET stream: closed, once");
  close(pair[0]);
}

static void one_shot(void) {
  u64 value;
  int fd = eventfd2(1, EFD_NONBLOCK);
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLONESHOT, 1);
  told("ONESHOT: the event");
  told("ONESHOT: disarmed");
  write(fd, &one, sizeof one);
  told("ONESHOT: a write while disarmed");
  fact("ONESHOT: ADD while disarmed", watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 2));
  fact("ONESHOT: MOD arms", watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT, 2));
  told("ONESHOT: armed");
  told("ONESHOT: disarmed again");
  watch(epfd, EPOLL_CTL_MOD, fd, EPOLLOUT | EPOLLONESHOT, 3);
  told("ONESHOT: armed for writing");
  watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT | EPOLLET, 4);
  told("ONESHOT|ET: the event");
  write(fd, &one, sizeof one);
  told("ONESHOT|ET: an edge while disarmed");
  watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT | EPOLLET, 5);
  told("ONESHOT|ET: armed, the edge was before");
  read(fd, &value, sizeof value);
  watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT, 6);
  told("ONESHOT: armed with nothing there");
  write(fd, &one, sizeof one);
  told("ONESHOT: then something");
  watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN, 7);
  told("ONESHOT: made level triggered");
  told("ONESHOT: level triggered, again");
  close(fd);

  int pair[2];
  unix_pair(pair, SOCK_STREAM);
  watch(epfd, EPOLL_CTL_ADD, pair[0], EPOLLOUT | EPOLLONESHOT, 1);
  told("ONESHOT: writable");
  close(pair[1]);
  told("ONESHOT: HUP while disarmed");
  watch(epfd, EPOLL_CTL_MOD, pair[0], EPOLLONESHOT, 2);
  told("ONESHOT: HUP with an empty mask");
  told("ONESHOT: HUP, once");
  close(pair[0]);
}

static void exclusive(void) {
  int other = epoll_create1(0);
  int fd = eventfd2(0, EFD_NONBLOCK);
  u64 value;
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE, 1);
  watch(other, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE, 2);
  write(fd, &one, sizeof one);
  // Nobody sleeps in either, so who is told is not promised, but somebody is.
  int count = epoll_wait(epfd, events, 8, 0) + epoll_wait(other, events, 8, 0);
  fact("EXCLUSIVE: at least one of two is told", count >= 1);
  read(fd, &value, sizeof value);
  epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL);
  write(fd, &one, sizeof one);
  fact_events("EXCLUSIVE: the other alone", epoll_wait(other, events, 8, 0), events);
  fact_events("EXCLUSIVE: level triggered", epoll_wait(other, events, 8, 0), events);
  epoll_ctl(other, EPOLL_CTL_DEL, fd, NULL);
  watch(other, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLET, 3);
  fact_events("EXCLUSIVE|ET: ready when added", epoll_wait(other, events, 8, 0), events);
  fact_events("EXCLUSIVE|ET: once", epoll_wait(other, events, 8, 0), events);
  write(fd, &one, sizeof one);
  fact_events("EXCLUSIVE|ET: an edge", epoll_wait(other, events, 8, 0), events);
  epoll_ctl(other, EPOLL_CTL_DEL, fd, NULL);
  watch(other, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLWAKEUP | EPOLLET, 4);
  fact_events("WAKEUP|ET: the event, without the flag", epoll_wait(other, events, 8, 0), events);
  close(fd);
  close(other);
}

static void two_watchers(void) {
  int other = epoll_create1(0);
  int fd = eventfd2(0, EFD_NONBLOCK);
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET, 1);
  watch(other, EPOLL_CTL_ADD, fd, EPOLLIN, 2);
  watch(epfd, EPOLL_CTL_ADD, other, EPOLLIN | EPOLLET, 3);
  write(fd, &one, sizeof one);
  told("two watchers: the edge, and the inner epoll's edge");
  told("two watchers: once each");
  fact_events("two watchers: the level", epoll_wait(other, events, 8, 0), events);
  told("two watchers: after a look at the level");
  write(fd, &one, sizeof one);
  told("two watchers: the next edge");
  close(other);
  close(fd);
}

static void half_close(void) {
  static const struct {
    const char *what;
    u32 events;
  } asked[] = {
      {"RDHUP: TCP, nothing asked", 0},
      {"RDHUP: TCP, IN", EPOLLIN},
      {"RDHUP: TCP, RDHUP", EPOLLRDHUP},
      {"RDHUP: TCP, IN|OUT|RDHUP", EPOLLIN | EPOLLOUT | EPOLLRDHUP},
  };
  int pair[2];
  tcp_pair(pair);
  shutdown(pair[1], SHUT_WR);
  await(pair[0], EPOLLRDHUP);
  watch(epfd, EPOLL_CTL_ADD, pair[0], 0, 0);
  for (int i = 0; i < COUNT(asked); i++) {
    watch(epfd, EPOLL_CTL_MOD, pair[0], asked[i].events, (u64)i);
    told(asked[i].what);
  }
  shutdown(pair[0], SHUT_WR);
  told_soon("RDHUP: TCP, both sides have shut down");
  watch(epfd, EPOLL_CTL_MOD, pair[0], 0, 9);
  told("RDHUP: TCP, both have shut down, nothing asked");
  close_pair(pair);

  tcp_pair(pair);
  watch(epfd, EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLRDHUP | EPOLLET, 1);
  send_text(pair[1], "bye");
  await_bytes(pair[0], 3);
  told("RDHUP: TCP, ET, data");
  shutdown(pair[1], SHUT_WR);
  told_soon("RDHUP: TCP, ET, then the end");
  told("RDHUP: TCP, ET, once");
  shutdown(pair[0], SHUT_RD);
  told("RDHUP: TCP, ET, own reading shut down");
  close_pair(pair);

  unix_pair(pair, SOCK_STREAM);
  shutdown(pair[0], SHUT_RD);
  watch(epfd, EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP, 1);
  told("RDHUP: own reading shut down");
  watch(epfd, EPOLL_CTL_ADD, pair[1], EPOLLIN | EPOLLOUT | EPOLLRDHUP, 2);
  told("RDHUP: and what the peer sees of it");
  close_pair(pair);
}

static void urgent(void) {
  int pair[2];
  char byte;
  tcp_pair(pair);
  watch(epfd, EPOLL_CTL_ADD, pair[0], EPOLLPRI | EPOLLET, 1);
  told("PRI: TCP, nothing");
  send_text(pair[1], "ab");
  await_bytes(pair[0], 2);
  told("PRI: TCP, ordinary data");
  fact("MSG_OOB: TCP, sent", sendto(pair[1], "!", 1, MSG_OOB, NULL, 0));
  told_soon("PRI: TCP, urgent data");
  told("PRI: TCP, once");
  watch(epfd, EPOLL_CTL_MOD, pair[0], EPOLLIN | EPOLLPRI | EPOLLRDBAND, 2);
  told("PRI: TCP, level triggered");
  told("PRI: TCP, level triggered, again");
  fact("MSG_OOB: TCP, received", recvfrom(pair[0], &byte, 1, MSG_OOB, NULL, NULL));
  fact("MSG_OOB: TCP, the byte", byte);
  told("PRI: TCP, after it was received");
  fact("MSG_OOB: TCP, received again", recvfrom(pair[0], &byte, 1, MSG_OOB, NULL, NULL));
  close_pair(pair);

  unix_pair(pair, SOCK_STREAM);
  watch(epfd, EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLPRI, 1);
  fact("MSG_OOB: unix, sent", sendto(pair[1], "?", 1, MSG_OOB, NULL, 0));
  told("PRI: unix, urgent data");
  fact("MSG_OOB: unix, received", recvfrom(pair[0], &byte, 1, MSG_OOB, NULL, NULL));
  told("PRI: unix, after it was received");
  close_pair(pair);
}

static void listeners(void) {
  struct sockaddr_in at;
  int from = listener(&at);
  int to[2];
  watch(epfd, EPOLL_CTL_ADD, from, EPOLLIN | EPOLLET, 1);
  told("ET listener: nobody");
  for (int i = 0; i < 2; i++) {
    to[i] = socket(AF_INET, SOCK_STREAM, 0);
    connect(to[i], &at, sizeof at);
    told_soon(i ? "ET listener: the second" : "ET listener: the first");
  }
  told("ET listener: once each");
  close(accept4(from, NULL, NULL, 0));
  told("ET listener: one accepted, one waits");
  watch(epfd, EPOLL_CTL_MOD, from, EPOLLIN, 2);
  told("ET listener: level triggered, one waits");
  close(accept4(from, NULL, NULL, 0));
  told("ET listener: none waits");
  close_pair(to);
  close(from);
}

static void facts(void) {
  static void (*const all[])(void) = {edges_in,     edges_stream, one_shot, exclusive,
                                      two_watchers, half_close,   urgent,   listeners};
  for (int i = 0; i < COUNT(all); i++) {
    epfd = epoll_create1(0);
    all[i]();
    close(epfd);
  }
}
