// getsockopt and setsockopt: each option that a guest has, with every kind of value.
#include "options.h"

static u8 buffer[512];

static int open_kind(int kind) {
  return must("socket", socket(kinds[kind].domain, kinds[kind].type, 0));
}

static void begin_option(const char *what, const struct option *option, int kind) {
  begin_line(option->name);
  put(": ");
  put(what);
  put(", ");
  put(kinds[kind].name);
  put(" =");
}

// For each size asked for: the result or the length told, and what was written.
static void get(const struct option *option, int kind) {
  static const int sizes[] = {-1, INT_MIN, 0, 1, 2, 3, 4, 8, 16, 400, 1 << 30};
  int fd = open_kind(kind);
  begin_option("get, sizes -1 INT_MIN 0 1 2 3 4 8 16 400 1<<30, then bad pointers", option, kind);
  for (int i = 0; i < COUNT(sizes); i++) {
    for (int j = 0; j < COUNT(buffer); j++)
      buffer[j] = 0xee;
    int length = sizes[i];
    int result = getsockopt(fd, option->level, option->number, buffer, &length);
    put(" ");
    put_result(result < 0 ? result : length);
    if (option->ways & VOLATILE || result < 0)
      continue;
    put("(");
    for (int j = 0; j < length && j < 16; j++) {
      put(j ? "," : "");
      put_number(buffer[j]);
    }
    put(")");
  }
  int length = 4;
  int *const lengths[] = {&length, &length, NOWHERE, NULL, NOWHERE};
  void *const values[] = {NOWHERE, NULL, buffer, buffer, NOWHERE};
  for (int i = 0; i < COUNT(values); i++) {
    length = 4;
    put(" ");
    put_result(getsockopt(fd, option->level, option->number, values[i], lengths[i]));
  }
  close_line();
  close(fd);
}

// For each value: the result, and what is got afterwards.
static void set_values(const struct option *option, int kind) {
  static const int values[] = {1,   0,   2,    -1,    3,     63,      128,
                               255, 256, 1280, 65535, 65536, INT_MAX, INT_MIN};
  int fd = open_kind(kind);
  begin_option("set 1 0 2 -1 3 63 128 255 256 1280 65535 65536 INT_MAX INT_MIN", option, kind);
  for (int i = 0; i < COUNT(values); i++) {
    int value = values[i];
    int length = sizeof value;
    put(" ");
    put_result(setsockopt(fd, option->level, option->number, &value, sizeof value));
    if (!(option->ways & GET))
      continue;
    value = -12345;
    getsockopt(fd, option->level, option->number, &value, &length);
    put("/");
    put_number(value);
  }
  close_line();
  close(fd);
}

static void set_sizes(const struct option *option, int kind) {
  static const int sizes[] = {-1, INT_MIN, 0, 1, 2, 3, 4, 5, 8, 16, 400};
  begin_option("set, sizes -1 INT_MIN 0 1 2 3 4 5 8 16 400, then bad pointers", option, kind);
  for (int i = 0; i < COUNT(sizes); i++) {
    int fd = open_kind(kind);
    int value = -12345;
    int length = sizeof value;
    clear(buffer, sizeof buffer);
    buffer[0] = 1;
    put(" ");
    put_result(setsockopt(fd, option->level, option->number, buffer, sizes[i]));
    getsockopt(fd, option->level, option->number, &value, &length);
    put("/");
    put_number(value);
    close(fd);
  }
  static const struct {
    const void *at;
    int size;
  } bad[] = {{NOWHERE, 4}, {NOWHERE, 1}, {NOWHERE, 0}, {NULL, 4}, {NULL, 1}, {NULL, 0}};
  for (int i = 0; i < COUNT(bad); i++) {
    int fd = open_kind(kind);
    put(" ");
    put_result(setsockopt(fd, option->level, option->number, bad[i].at, bad[i].size));
    close(fd);
  }
  close_line();
}

static void listed(void) {
  for (int i = 0; i < COUNT(options); i++) {
    for (int kind = 0; kind < KINDS; kind++) {
      if (!(options[i].sockets >> kind & 1))
        continue;
      get(&options[i], kind);
      if (options[i].ways & SET) {
        set_values(&options[i], kind);
        set_sizes(&options[i], kind);
      }
    }
  }
}

static void errors(void) {
  int value = 1;
  int length = sizeof value;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  fact("getsockopt: EBADF", getsockopt(-1, SOL_SOCKET, SO_TYPE, &value, &length));
  fact("getsockopt: EBADF or nowhere", getsockopt(600, SOL_SOCKET, SO_TYPE, NOWHERE, NOWHERE));
  fact("getsockopt: not a socket", getsockopt(0, SOL_SOCKET, SO_TYPE, &value, &length));
  fact("getsockopt: not a socket or nowhere", getsockopt(0, SOL_SOCKET, SO_TYPE, NOWHERE, NOWHERE));
  fact("setsockopt: EBADF", setsockopt(-1, SOL_SOCKET, SO_REUSEADDR, &value, 4));
  fact("setsockopt: EBADF or its size", setsockopt(-1, SOL_SOCKET, SO_REUSEADDR, &value, -1));
  fact("setsockopt: not a socket", setsockopt(0, SOL_SOCKET, SO_REUSEADDR, &value, 4));
  fact("setsockopt: not a socket or its size", setsockopt(0, SOL_SOCKET, SO_REUSEADDR, &value, -1));
  differs("EFAULT", "a range has to lie in memory as a whole");
  fact("setsockopt: size INT_MAX", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, INT_MAX));
  fact("setsockopt: SO_TYPE", setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, 4));
  fact("setsockopt: SO_ERROR", setsockopt(fd, SOL_SOCKET, SO_ERROR, &value, 4));
  fact("setsockopt: SO_ACCEPTCONN", setsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, 4));
  static const int numbers[] = {-1, 0, 9999, INT_MAX, INT_MIN};
  static const int levels[] = {SOL_SOCKET, IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP, -1, 9999};
  for (int i = 0; i < COUNT(levels); i++) {
    for (int j = 0; j < COUNT(numbers); j++) {
      if (levels[i] == IPPROTO_IP && numbers[j] == 0)
        continue;
      begin_line("an unknown option: level ");
      put_number(levels[i]);
      put(", number ");
      put_number(numbers[j]);
      put(" = get ");
      length = sizeof value;
      put_result(getsockopt(fd, levels[i], numbers[j], &value, &length));
      put(", set ");
      put_result(setsockopt(fd, levels[i], numbers[j], &value, 4));
      close_line();
    }
  }
  fact("an unknown option, size -1", setsockopt(fd, SOL_SOCKET, 9999, &value, -1));
  fact("an unknown option, nowhere", setsockopt(fd, SOL_SOCKET, 9999, NOWHERE, 4));
  fact("an unknown option, one byte", setsockopt(fd, SOL_SOCKET, 9999, &value, 1));
  close(fd);
}

// Values that are not an int.
static void structures(void) {
  int pair[2];
  struct linger linger[] = {{1, 0}, {1, 5}, {0, 9}, {-1, -1}, {1, INT_MAX}};
  struct timeval times[] = {{0, 0},  {1, 500000}, {0, 1},        {0, 1000000},
                            {-1, 0}, {0, -1},     {1ll << 60, 0}};
  int length;
  tcp_pair(pair);
  for (int i = 0; i < COUNT(linger); i++) {
    length = sizeof *linger;
    fact_at("SO_LINGER: set", i, setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &linger[i], 8));
    getsockopt(pair[0], SOL_SOCKET, SO_LINGER, &linger[i], &length);
    fact_number_at("SO_LINGER: then l_onoff", i, linger[i].l_onoff);
    fact_number_at("SO_LINGER: and l_linger", i, linger[i].l_linger);
  }
  for (int i = 0; i < COUNT(times); i++) {
    length = sizeof *times;
    fact_at("SO_RCVTIMEO: set", i, setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &times[i], 16));
    fact_at("SO_SNDTIMEO: set", i, setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &times[i], 16));
    getsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &times[i], &length);
    fact_number_at("SO_RCVTIMEO: then seconds", i, times[i].tv_sec);
    fact_number_at("SO_RCVTIMEO: and microseconds", i, times[i].tv_usec);
  }
  close_pair(pair);
  tcp_pair(pair);
  send_text(pair[0], "abc");
  await_bytes(pair[1], 3);
  length = sizeof buffer;
  fact("TCP_INFO: connected", getsockopt(pair[1], IPPROTO_TCP, TCP_INFO, buffer, &length));
  fact("TCP_INFO: its size", length);
  fact("TCP_INFO: tcpi_state", buffer[0]);
  u64 received = 0;
  __builtin_memcpy(&received, buffer + 128, sizeof received);
  fact("TCP_INFO: tcpi_bytes_received", (long long)received);
  int low = 6;
  setsockopt(pair[1], SOL_SOCKET, SO_RCVLOWAT, &low, sizeof low);
  fact_mask("SO_RCVLOWAT: 3 of 6 bytes", ready(pair[1], EPOLLIN));
  send_text(pair[0], "def");
  fact_mask("SO_RCVLOWAT: 6 of 6 bytes", await(pair[1], EPOLLIN));
  close_pair(pair);
  unix_pair(pair, SOCK_STREAM);
  send_text(pair[0], "abcdef");
  int from = 2;
  setsockopt(pair[1], SOL_SOCKET, SO_PEEK_OFF, &from, sizeof from);
  fact_bytes("SO_PEEK_OFF: a peek", recvfrom(pair[1], buffer, 2, MSG_PEEK, NULL, NULL), buffer);
  fact_bytes("SO_PEEK_OFF: goes on", recvfrom(pair[1], buffer, 2, MSG_PEEK, NULL, NULL), buffer);
  fact_bytes("SO_PEEK_OFF: a read does not", read(pair[1], buffer, 8), buffer);
  close_pair(pair);
}

static void facts(void) {
  errors();
  structures();
  listed();
}
