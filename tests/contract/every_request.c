// Every fcntl command and every ioctl request of the socket, terminal and file ranges, on every
// kind of descriptor: what is off the list is unknown and touches nothing.
#include "canary.h"

enum { PIPE = 1, SOCKET = 2, EPOLL = 4 };

static const struct {
  const char *name;
  int is;
} kinds[] = {
    {"TCP", SOCKET},
    {"listener", SOCKET},
    {"TCP over IPv6", SOCKET},
    {"UDP", SOCKET},
    {"UDP over IPv6", SOCKET},
    {"unix", SOCKET},
    {"unix datagram", SOCKET},
    {"unix seqpacket", SOCKET},
    {"pipe's reader", PIPE},
    {"pipe's writer", PIPE},
    {"epoll", EPOLL},
    {"event", 0},
    {"timer", 0},
    {"signal", 0},
    {"input", 0},
    {"output", 0},
};

static int first_of(const int pair[2]) {
  close(pair[1]);
  return pair[0];
}

static int open_kind(int kind) {
  struct sockaddr_in at;
  int pair[2];
  u64 mask = 1;
  switch (kind) {
  case 0:
    tcp_pair(pair);
    return first_of(pair);
  case 1:
    return listener(&at);
  case 2:
    return socket(AF_INET6, SOCK_STREAM, 0);
  case 3:
    udp_pair(pair);
    return first_of(pair);
  case 4:
    return socket(AF_INET6, SOCK_DGRAM, 0);
  case 5:
  case 6:
  case 7:
    unix_pair(pair, kind == 5 ? SOCK_STREAM : kind == 6 ? SOCK_DGRAM : SOCK_SEQPACKET);
    return first_of(pair);
  case 8:
  case 9:
    must("pipe2", pipe2(pair, 0));
    close(pair[kind == 8]);
    return pair[kind == 9];
  case 10:
    return epoll_create1(0);
  case 11:
    return eventfd2(0, 0);
  case 12:
    return timerfd_create(CLOCK_MONOTONIC, 0);
  case 13:
    return signalfd4(-1, &mask, sizeof mask, 0);
  default:
    return fcntl(kind - 14, F_DUPFD, 0);
  }
}

static void begin(const char *what, int kind) {
  begin_line(kinds[kind].name);
  put(what);
}

// ---- fcntl --------------------------------------------------------------------------------------

static void try_command(int fd, int command, int unknown) {
  static const int listed[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD,      F_SETFD,
                               F_GETFL, F_SETFL,         F_GETPIPE_SZ, F_SETPIPE_SZ};
  for (int i = 0; i < COUNT(listed); i++) {
    if (command == listed[i])
      return;
  }
  const size_t arguments[] = {0, 1, (size_t)-1, (size_t)NOWHERE, (size_t)buffer};
  for (int i = 0; i < COUNT(arguments); i++) {
    int result = fcntl(fd, command, arguments[i]);
    if (result == unknown)
      continue;
    put(", command ");
    put_number(command);
    put(" gives ");
    put_result(result);
  }
  if (canary_touched()) {
    put(", bytes written by command ");
    put_number(command);
  }
}

static void commands(int kind) {
  int fd = open_kind(kind);
  canary_set();
  int unknown = fcntl(fd, 999, (size_t)buffer);
  begin(": fcntl off the list = ", kind);
  put_result(unknown);
  for (int command = 0; GUEST && command <= 2000; command++)
    try_command(fd, command, unknown);
  for (int i = 0; GUEST && i < COUNT(odd_numbers); i++)
    try_command(fd, odd_numbers[i], unknown);
  close_line();
  close(fd);
}

// ---- ioctl --------------------------------------------------------------------------------------

static int is_listed(u32 request, int kind) {
  switch (request) {
  case FIOCLEX:
  case FIONCLEX:
  case FIONBIO:
    return 1;
  case FIONREAD:
    return kinds[kind].is & (SOCKET | PIPE);
  case SIOCOUTQ:
  case SIOCOUTQNSD:
  case SIOCATMARK:
    return kinds[kind].is & SOCKET;
  case EPIOCSPARAMS:
  case EPIOCGPARAMS:
    return kinds[kind].is & EPOLL;
  default:
    return 0;
  }
}

static void try_request(int fd, u32 request, int kind, int unknown) {
  if (is_listed(request, kind))
    return;
  void *const arguments[] = {buffer, NULL, NOWHERE};
  for (int i = 0; i < COUNT(arguments); i++) {
    int result = ioctl(fd, request, arguments[i]);
    if (result == unknown)
      continue;
    put(", request ");
    put_hex(request);
    put(" gives ");
    put_result(result);
  }
  if (canary_touched()) {
    put(", bytes written by request ");
    put_hex(request);
  }
}

// A type's 256 numbers as they are, and with each direction and some sizes of the argument.
static void try_type(int fd, u32 type, int kind, int unknown) {
  static const u32 sizes[] = {1, 4, 8, 16, 28, 32};
  for (u32 number = 0; number < 256; number++) {
    try_request(fd, type << 8 | number, kind, unknown);
    for (u32 direction = 1; direction < 4; direction++) {
      for (int i = 0; i < COUNT(sizes); i++)
        try_request(fd, direction << 30 | sizes[i] << 16 | type << 8 | number, kind, unknown);
    }
  }
}

static void requests(int kind) {
  // Files 0, 2, 'X', 'f', 'v', disks 3, 0x12; clocks 'p'; terminals and timers 'T'; sockets 0x89,
  // 0x8b; epolls 0x8a; namespaces 0xb7; tunnels 't'; virtual machines 0xae; and nobody's 0x8f.
  static const u32 types[] = {0,   2,    3,    0x12, 'X', 'f',  'v',  'p',
                              'T', 0x89, 0x8b, 0x8a, 't', 0xb7, 0xae, 0x8f};
  int fd = open_kind(kind);
  canary_set();
  int unknown = ioctl(fd, 0x8aff, buffer);
  begin(": ioctl off the list = ", kind);
  put_result(unknown);
  for (int i = 0; GUEST && i < COUNT(types); i++)
    try_type(fd, types[i], kind, unknown);
  for (int i = 0; GUEST && i < COUNT(odd_numbers); i++)
    try_request(fd, (u32)odd_numbers[i], kind, unknown);
  close_line();
  // Natively these are unknown as well: the low 16 bits of one that is known do not make it known.
  static const u32 nobodys[] = {0x8aff, 0x8fff, 0x54ff, 0x66ff, 0xffff, 0xc0048fff, 0x1541b};
  begin(": ioctl that nobody knows =", kind);
  for (int i = 0; i < COUNT(nobodys); i++) {
    put(" ");
    put_result(ioctl(fd, nobodys[i], buffer));
  }
  close_line();
  fact_at("bytes written by what nobody knows, kind", kind, canary_touched());
  close(fd);
}

// What the listed ones write: an int, or what epoll has.
static void listed_requests(int kind) {
  static const u32 all[] = {FIONREAD, SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK, EPIOCGPARAMS};
  int fd = open_kind(kind);
  begin(": FIONREAD SIOCOUTQ SIOCOUTQNSD SIOCATMARK EPIOCGPARAMS, bytes behind the value =", kind);
  for (int i = 0; i < COUNT(all); i++) {
    canary_set();
    ioctl(fd, all[i], buffer);
    put(" ");
    put_number(canary_touched_behind(all[i] == EPIOCGPARAMS ? sizeof(struct epoll_params) : 4));
  }
  close_line();
  canary_set();
  ioctl(fd, FIOCLEX, buffer);
  ioctl(fd, FIONCLEX, buffer);
  ioctl(fd, FIONBIO, buffer);
  ioctl(fd, EPIOCSPARAMS, buffer);
  fact_at("bytes written by FIOCLEX, FIONCLEX, FIONBIO, EPIOCSPARAMS, kind", kind,
          canary_touched());
  close(fd);
}

static void facts(void) {
  for (int kind = 0; kind < COUNT(kinds); kind++) {
    int lowest = fcntl(0, F_DUPFD, 0);
    close(lowest);
    commands(kind);
    requests(kind);
    listed_requests(kind);
    int next = fcntl(0, F_DUPFD, 0);
    fact_at("descriptors that it has left, kind", kind, next - lowest);
    close(next);
  }
}
