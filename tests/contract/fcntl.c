// fcntl: each listed command on each kind of descriptor, and some that are off the list.
#include "contract.h"

static const char *const kinds[] = {"TCP",    "UDP",    "pair",  "pair of datagrams",
                                    "reader", "writer", "epoll", "event",
                                    "timer",  "signal", "input", "output"};

enum { EPOLL = 6, SIGNAL = 9, INPUT = 10 };

static int open_kind(int kind) {
  u64 mask = 1;
  int pair[2];
  switch (kind) {
  case 0:
    return socket(AF_INET, SOCK_STREAM, 0);
  case 1:
    return socket(AF_INET, SOCK_DGRAM, 0);
  case 2:
  case 3:
    unix_pair(pair, kind == 2 ? SOCK_STREAM : SOCK_DGRAM);
    close(pair[1]);
    return pair[0];
  case 4:
  case 5:
    must("pipe2", pipe2(pair, 0));
    close(pair[kind == 4]);
    return pair[kind == 5];
  case EPOLL:
    return epoll_create1(0);
  case 7:
    return eventfd2(0, 0);
  case 8:
    return timerfd_create(CLOCK_MONOTONIC, 0);
  case SIGNAL:
    return signalfd4(-1, &mask, sizeof mask, 0);
  default:
    return fcntl(kind - INPUT, F_DUPFD, 0);
  }
}

static void begin_kind(const char *what, int kind) {
  begin_line(what);
  put(", ");
  put(kinds[kind]);
  put(" =");
}

static void descriptor_flags(int kind) {
  static const size_t flags[] = {FD_CLOEXEC, 0, 2, 3, (size_t)-1, INT_MAX};
  int fd = open_kind(kind);
  begin_kind("F_GETFD: at first and after F_SETFD 1 0 2 3 -1 INT_MAX", kind);
  put(" ");
  put_result(fcntl(fd, F_GETFD, 0));
  for (int i = 0; i < COUNT(flags); i++) {
    put(" ");
    put_result(fcntl(fd, F_SETFD, flags[i]));
    put("/");
    put_result(fcntl(fd, F_GETFD, 0));
  }
  close_line();
  close(fd);
}

// Of standard input and output only what changes is a fact: how they were opened is not ours.
static void status_flags(int kind) {
  static const size_t flags[] = {O_NONBLOCK, 0, O_RDWR, 1, O_NONBLOCK | 3, 0100, 0};
  int fd = open_kind(kind);
  int start = fcntl(fd, F_GETFL, 0);
  if (kind < INPUT)
    fact_at("F_GETFL: at first, kind", kind, start);
  begin_kind("F_GETFL: what changes by F_SETFL O_NONBLOCK 0 2 1 O_NONBLOCK|3 0100 0", kind);
  for (int i = 0; i < COUNT(flags); i++) {
    put(" ");
    put_result(fcntl(fd, F_SETFL, flags[i]));
    put("/");
    put_result(fcntl(fd, F_GETFL, 0) ^ start);
  }
  close_line();
  if (kind < INPUT) {
    begin_kind("F_GETFL: after F_SETFL O_APPEND O_ASYNC O_DIRECT all", kind);
    enum { O_NOATIME = 0x40000 };
    static const size_t more[] = {O_APPEND, O_ASYNC, O_DIRECT, ~(size_t)O_NOATIME};
    for (int i = 0; i < COUNT(more); i++) {
      put(" ");
      put_result(fcntl(fd, F_SETFL, more[i]));
      put("/");
      put_result(fcntl(fd, F_GETFL, 0));
    }
    close_line();
    settled(kind < EPOLL ? "0" : "EPERM", "root owns the inode");
    fact_at("F_SETFL: O_NOATIME, kind", kind, fcntl(fd, F_SETFL, O_NOATIME));
  }
  fcntl(fd, F_SETFL, (size_t)start);
  close(fd);
}

static void duplicates(int kind) {
  static const int from[] = {0, 10, 100, -1, INT_MIN};
  static const int commands[] = {F_DUPFD, F_DUPFD_CLOEXEC};
  int fd = open_kind(kind);
  for (int i = 0; i < COUNT(commands); i++) {
    begin_kind(i ? "F_DUPFD_CLOEXEC: from 0 10 100 -1 INT_MIN, number and FD_CLOEXEC"
                 : "F_DUPFD: from 0 10 100 -1 INT_MIN, number and FD_CLOEXEC",
               kind);
    for (int j = 0; j < COUNT(from); j++) {
      int twin = fcntl(fd, commands[i], (size_t)from[j]);
      put(" ");
      put_result(twin);
      put("/");
      put_result(fcntl(twin, F_GETFD, 0));
      close(twin);
    }
    close_line();
  }
  close(fd);
}

static void pipe_sizes(int kind) {
  static const size_t sizes[] = {4096, 1, 0, 65536, 1 << 20, (size_t)1 << 31};
  int fd = open_kind(kind);
  begin_kind("F_GETPIPE_SZ: at first and after F_SETPIPE_SZ 4096 1 0 65536 1<<20 1<<31", kind);
  put(" ");
  put_result(fcntl(fd, F_GETPIPE_SZ, 0));
  for (int i = 0; i < COUNT(sizes); i++) {
    put(" ");
    put_result(fcntl(fd, F_SETPIPE_SZ, sizes[i]));
    put("/");
    put_result(fcntl(fd, F_GETPIPE_SZ, 0));
  }
  close_line();
  close(fd);
}

static void errors(void) {
  static const int commands[] = {F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC};
  for (int i = 0; i < COUNT(commands); i++) {
    fact_at("fcntl: of -1, command", commands[i], fcntl(-1, commands[i], 0));
    fact_at("fcntl: of a closed one, command", commands[i], fcntl(600, commands[i], 0));
    fact_at("fcntl: of INT_MAX, command", commands[i], fcntl(INT_MAX, commands[i], 0));
  }
  fact("fcntl: EBADF or the command", fcntl(-1, 9999, 0));
  int fd = eventfd2(0, 0);
  static const int unknown[] = {-1, 99, 1029, 1043, 2000, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(unknown); i++)
    fact_at("fcntl: unknown command", unknown[i], fcntl(fd, unknown[i], 0));
  close(fd);
}

// Commands that the kernel has and a guest has not: owners, signals, leases, locks, seals.
static void unlisted(void) {
  static const int commands[] = {5,    6,    7,    8,    9,    10,   11,   12,   13,   14,
                                 15,   16,   17,   36,   37,   38,   1024, 1025, 1026, 1027,
                                 1028, 1033, 1034, 1035, 1036, 1037, 1038, 1039, 1040};
  int pair[2];
  unix_pair(pair, SOCK_STREAM);
  for (int i = 0; i < COUNT(commands); i++) {
    settled("EINVAL", "the command is not on the list");
    fact_at("fcntl: unlisted command", commands[i], fcntl(pair[0], commands[i], 0));
  }
  fact("F_SETPIPE_SZ: of a socket", fcntl(pair[0], F_SETPIPE_SZ, 4096));
  fact("F_GETPIPE_SZ: of a socket", fcntl(pair[0], F_GETPIPE_SZ, 0));
  close_pair(pair);
}

static void facts(void) {
  for (int kind = 0; kind < COUNT(kinds); kind++) {
    descriptor_flags(kind);
    status_flags(kind);
    duplicates(kind);
    pipe_sizes(kind);
  }
  errors();
  unlisted();
  // Natively this changes the open file that the output goes to. A guest's must not: contract.ts
  // looks at it afterwards.
  fact("F_SETFL: standard output takes O_NONBLOCK", fcntl(1, F_SETFL, O_NONBLOCK));
  fact("F_GETFL: it has it", fcntl(1, F_GETFL, 0) & O_NONBLOCK);
}
