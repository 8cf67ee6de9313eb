// Long random sequences of calls on few numbers: descriptors that are closed, duplicated and used
// again while epolls, nested ones too, watch them. Each block of steps is one digest of all
// results. With a seed as its argument the program prints the steps of that sequence instead.
#include "contract.h"

enum { SEEDS = 32, BLOCKS = 4, STEPS = 1000, FIRST = 3 };

static u64 state;
static u64 digest;
static u32 numbers; // that are in use, from FIRST on: the fewer, the more often they meet
static int verbose;
static u8 bytes[512];

static u32 below(u32 bound) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (u32)((state >> 16) % bound);
}

static void note(long long value) {
  digest = (digest ^ (u64)value) * 0x100000001b3;
  if (verbose) {
    put(" ");
    put_result(value);
  }
}

static void step(const char *name) {
  if (!verbose)
    return;
  if (line_length > 0) {
    put("\n");
    write(1, line, (size_t)line_length);
  }
  begin_line(name);
}

static int any(void) { return FIRST + (int)below(numbers); }

// One of the numbers, told.
static int pick(void) {
  int fd = any();
  if (verbose) {
    put(" ");
    put_number(fd);
  }
  return fd;
}

// Keeps the numbers few: what does not fit is closed again.
static void opened(int fd) {
  note(fd);
  if (fd >= FIRST + (int)numbers)
    close(fd);
}

static u32 random_events(void) {
  static const u32 all[] = {
      EPOLLIN,
      EPOLLOUT,
      EPOLLIN | EPOLLOUT,
      EPOLLIN | EPOLLRDHUP,
      EPOLLPRI,
      0,
      EPOLLIN | EPOLLET,
      EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
      EPOLLIN | EPOLLONESHOT,
      EPOLLIN | EPOLLOUT | EPOLLONESHOT | EPOLLET,
      EPOLLIN | EPOLLEXCLUSIVE,
      EPOLLOUT | EPOLLEXCLUSIVE | EPOLLET,
      EPOLLIN | EPOLLOUT | EPOLLWAKEUP,
  };
  return all[below(COUNT(all))];
}

// Arguments are drawn one statement at a time: C leaves the order within a call to the compiler.
static void open_one(void) {
  u32 value;
  int pair[2] = {-1, -1};
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
  switch (below(6)) {
  case 0:
    step("epoll_create1");
    opened(epoll_create1(0));
    return;
  case 1:
    step("eventfd2");
    value = below(3);
    opened(eventfd2(value, below(2) ? EFD_NONBLOCK : EFD_NONBLOCK | EFD_SEMAPHORE));
    return;
  case 2:
    step("timerfd_create");
    opened(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    return;
  case 3:
    step("socket");
    value = below(2) ? AF_INET : AF_INET6;
    opened(socket((int)value, SOCK_NONBLOCK | (below(2) ? SOCK_STREAM : SOCK_DGRAM), 0));
    return;
  default:
    step("socketpair");
    note(socketpair(AF_UNIX, SOCK_NONBLOCK | types[below(3)], 0, pair));
    opened(pair[0]);
    opened(pair[1]);
  }
}

static void move_bytes(void) {
  static const u32 flags[] = {0, MSG_PEEK, MSG_TRUNC, MSG_OOB, MSG_DONTWAIT, MSG_PEEK | MSG_TRUNC};
  static const size_t sizes[] = {0, 1, 4, 8, 100, 512};
  size_t size = sizes[below(COUNT(sizes))];
  u32 flag = flags[below(COUNT(flags))];
  clear(bytes, 8);
  bytes[0] = (u8)below(4); // an eventfd takes the first 8 bytes for a number
  switch (below(4)) {
  case 0:
    step("write");
    note(write(pick(), bytes, size));
    return;
  case 1:
    step("sendto");
    note(sendto(pick(), bytes, size, flag | MSG_NOSIGNAL, NULL, 0));
    return;
  case 2:
    step("read");
    note(read(pick(), bytes, size));
    break;
  default:
    step("recvfrom");
    note(recvfrom(pick(), bytes, size, flag | MSG_DONTWAIT, NULL, NULL));
  }
  note(bytes[0]);
}

static void change(void) {
  int value = 0;
  int size = sizeof value;
  u32 way = below(4);
  switch (below(6)) {
  case 0:
    step("shutdown");
    note(shutdown(pick(), (int)way));
    return;
  case 1:
    step("F_SETFD");
    note(fcntl(pick(), F_SETFD, way % 2));
    return;
  case 2:
    step("F_GETFD");
    note(fcntl(pick(), F_GETFD, 0));
    return;
  case 3:
    step("F_GETFL");
    note(fcntl(pick(), F_GETFL, 0));
    return;
  case 4:
    step("SO_ERROR");
    note(getsockopt(pick(), SOL_SOCKET, SO_ERROR, &value, &size));
    note(value);
    return;
  default:
    step("getpeername");
    size = 0;
    note(getpeername(pick(), bytes, &size));
  }
}

static void control(void) {
  static const int operations[] = {
      EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, 0};
  step("epoll_ctl");
  int operation = operations[below(COUNT(operations))];
  u32 events = random_events();
  u64 data = (u64)below(1000) << 32;
  data |= below(1000);
  int epfd = pick();
  int fd = pick();
  note(operation);
  note(events);
  note(watch(epfd, operation, fd, events, data));
}

static void wait(void) {
  struct epoll_event events[8];
  step("epoll_wait");
  int most = 1 + (int)below(8);
  int count = epoll_wait(pick(), events, most, 0);
  note(count);
  for (int i = 0; i < count; i++) {
    note(events[i].events);
    note((long long)events[i].data);
  }
}

static void one_step(void) {
  u32 what = below(100);
  if (what < 14) {
    open_one();
  } else if (what < 24) {
    step("close");
    note(close(pick()));
  } else if (what < 34) {
    step("F_DUPFD");
    int fd = pick();
    opened(fcntl(fd, F_DUPFD, (size_t)any()));
  } else if (what < 62) {
    control();
  } else if (what < 82) {
    wait();
  } else if (what < 95) {
    move_bytes();
  } else {
    change();
  }
}

static void sequence(int seed) {
  static const char *const names[] = {"first", "second", "third", "fourth"};
  numbers = 6 + (u32)seed % 20;
  state = 0x9e3779b97f4a7c15u * (u64)(seed + 1);
  for (int block = 0; block < BLOCKS; block++) {
    digest = 0xcbf29ce484222325;
    for (int i = 0; i < STEPS; i++)
      one_step();
    if (verbose)
      continue;
    begin_line("sequence ");
    put_number(seed);
    put(": the ");
    put(names[block]);
    put(" thousand steps = ");
    put_hex(digest);
    close_line();
  }
  for (int fd = FIRST; fd < FIRST + (int)numbers; fd++)
    close(fd);
}

static void facts(void) {
  char arguments[4096];
  int length = cmdline(arguments, sizeof arguments);
  int at = length_of(arguments) + 1;
  int seed = 0;
  for (; at < length && arguments[at] >= '0' && arguments[at] <= '9'; at++, verbose = 1)
    seed = seed * 10 + arguments[at] - '0';
  if (verbose) {
    sequence(seed);
    step("");
    return;
  }
  for (seed = 0; seed < SEEDS; seed++)
    sequence(seed);
}
