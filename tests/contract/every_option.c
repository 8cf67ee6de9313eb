// Every option number at every level, get and set: what is off the list is unknown and touches
// nothing, what is on it writes what it says and no byte more.
#include "canary.h"
#include "options.h"

// Those that this or another kernel has, and some that none has.
static const int levels[] = {
    1,   0,   2,   6,   17,  29,  33,  41,  58,  132, 136, 255, 256, 257,  258,  259,     260,
    261, 262, 263, 264, 265, 266, 267, 268, 269, 270, 271, 272, 273, 274,  275,  276,     277,
    278, 279, 280, 281, 282, 283, 284, 285, 286, 287, 288, 300, -1,  4095, 9999, INT_MAX, INT_MIN};

enum { DENSE = 256, END = 1100, STEP = 7, SPARSE = (END - DENSE) / STEP };
enum { NUMBERS = DENSE + SPARSE + COUNT(odd_numbers) };
enum { NO_OPTION = INT_MAX - 1, LENGTH_MAX = 300 };

static int number_at(int i) {
  if (i < DENSE)
    return i;
  i -= DENSE;
  return i < SPARSE ? DENSE + i * STEP : odd_numbers[i - SPARSE];
}

static const int get_sizes[] = {0, 1, 4, 16, BUFFER_BYTES, -1};

// A value to set: an int, or what could be a struct with a count and a pointer.
static const struct {
  int value[4];
  int size;
} values[] = {{{0}, 4}, {{1}, 4}, {{-1}, 4}, {{1, 1, 1, 1}, 16}, {{1}, 1}, {{1}, 0}};

// A socket that has a peer where that is cheap: some options exist only with one.
static int open_kind(int kind) {
  int pair[2];
  if (kinds[kind].domain == AF_INET6)
    return must("socket", socket(AF_INET6, kinds[kind].type, 0));
  if (kinds[kind].domain == AF_UNIX)
    unix_pair(pair, kinds[kind].type);
  else
    (kinds[kind].type == SOCK_STREAM ? tcp_pair : udp_pair)(pair);
  close(pair[1]);
  return pair[0];
}

static void put_found(const char *way, int number, int result) {
  put(", ");
  put(way);
  put(" ");
  put_number(number);
  put(": ");
  put_result(result);
}

static void get_unlisted(int fd, int level, int kind, const int *unknown) {
  for (int i = 0; i < NUMBERS; i++) {
    int number = number_at(i);
    if (is_listed(level, number, kind, GET))
      continue;
    for (int j = 0; j < COUNT(get_sizes); j++) {
      int length = get_sizes[j];
      int result = getsockopt(fd, level, number, buffer, &length);
      if (result != unknown[j])
        put_found("get", number, result);
      if (length != get_sizes[j])
        put_found("length told by get", number, length);
    }
    if (canary_touched())
      put_found("bytes written by get", number, 1);
  }
}

static void set_unlisted(int fd, int level, int kind, const int *unknown) {
  for (int i = 0; i < NUMBERS; i++) {
    int number = number_at(i);
    if (is_listed(level, number, kind, SET))
      continue;
    for (int j = 0; j < COUNT(values); j++) {
      __builtin_memcpy(buffer, values[j].value, sizeof values[j].value);
      int result = setsockopt(fd, level, number, buffer, values[j].size);
      if (result != unknown[j])
        put_found("set", number, result);
      if (!same(buffer, values[j].value, sizeof values[j].value))
        put_found("value changed by set", number, 1);
    }
    if (canary_touched_behind(sizeof values[0].value))
      put_found("bytes written by set", number, 1);
  }
}

// What an unknown option gives, then each number that is off the list and answers otherwise.
static void unlisted(int fd, int level, int kind) {
  int unknown_get[COUNT(get_sizes)];
  int unknown_set[COUNT(values)];
  begin_line(kinds[kind].name);
  put(", level ");
  put_number(level);
  put(": what is off the list = get");
  canary_set();
  for (int i = 0; i < COUNT(get_sizes); i++) {
    int length = get_sizes[i];
    unknown_get[i] = getsockopt(fd, level, NO_OPTION, buffer, &length);
    put(" ");
    put_result(unknown_get[i]);
  }
  put(", set");
  for (int i = 0; i < COUNT(values); i++) {
    unknown_set[i] = setsockopt(fd, level, NO_OPTION, values[i].value, values[i].size);
    put(" ");
    put_result(unknown_set[i]);
  }
  if (GUEST) {
    get_unlisted(fd, level, kind, unknown_get);
    set_unlisted(fd, level, kind, unknown_set);
  }
  close_line();
}

// The lengths that a get tells for those that it was asked for: an errno, `=` for as many, or less.
static void put_lengths(int fd, const struct option *option, int *behind) {
  int last = INT_MIN;
  put("; ");
  put(option->name);
  for (int size = 0; size <= LENGTH_MAX; size++) {
    int length = size;
    canary_set();
    int result = getsockopt(fd, option->level, option->number, buffer, &length);
    int told = result < 0 ? result : length == size ? INT_MAX : length;
    *behind += canary_touched_behind(result < 0 ? 0 : length) || length > size;
    if (told == last)
      continue;
    last = told;
    put(" ");
    put_number(size);
    put(":");
    if (told == INT_MAX)
      put("=");
    else
      put_result(told);
  }
}

static void lengths(int fd, int kind) {
  int behind = 0;
  begin_line(kinds[kind].name);
  put(": the lengths told, from which on = ");
  for (int i = 0; i < COUNT(options); i++) {
    if (options[i].sockets >> kind & 1 && options[i].ways & GET)
      put_lengths(fd, &options[i], &behind);
  }
  close_line();
  fact_at("bytes written behind the lengths told, kind", kind, behind);
}

// What all that has left: each option as on a new socket, and no descriptor.
static void left(int fd, int kind, int lowest) {
  int fresh = open_kind(kind);
  begin_line(kinds[kind].name);
  put(": options that have changed = ");
  for (int i = 0; i < COUNT(options); i++) {
    if (!(options[i].sockets >> kind & 1) || !(options[i].ways & GET) || options[i].ways & VOLATILE)
      continue;
    u8 value[2][16] = {{0}};
    int length = 16;
    getsockopt(fd, options[i].level, options[i].number, value[0], &length);
    length = 16;
    getsockopt(fresh, options[i].level, options[i].number, value[1], &length);
    if (!same(value[0], value[1], 16))
      put(options[i].name);
  }
  close_line();
  close(fresh);
  close(fd);
  int next = fcntl(0, F_DUPFD, 0);
  fact_at("descriptors that it has left, kind", kind, next - lowest);
  close(next);
}

// Which domain, type and protocol make a socket; natively only the listed ones are asked about.
static void triples(void) {
  static const int listed[][3] = {
      {AF_UNIX, SOCK_STREAM, 0},    {AF_UNIX, SOCK_STREAM, AF_UNIX},
      {AF_UNIX, SOCK_DGRAM, 0},     {AF_UNIX, SOCK_DGRAM, AF_UNIX},
      {AF_UNIX, SOCK_SEQPACKET, 0}, {AF_UNIX, SOCK_SEQPACKET, AF_UNIX},
      {AF_INET, SOCK_STREAM, 0},    {AF_INET, SOCK_STREAM, IPPROTO_TCP},
      {AF_INET, SOCK_DGRAM, 0},     {AF_INET, SOCK_DGRAM, IPPROTO_UDP},
      {AF_INET6, SOCK_STREAM, 0},   {AF_INET6, SOCK_STREAM, IPPROTO_TCP},
      {AF_INET6, SOCK_DGRAM, 0},    {AF_INET6, SOCK_DGRAM, IPPROTO_UDP},
  };
  begin_line("socket: domain/type/protocol that there are =");
  for (int domain = -1; domain < 64; domain++) {
    for (int type = -1; type < 16; type++) {
      for (int protocol = -1; protocol < 300; protocol++) {
        int asked = GUEST;
        for (int i = 0; i < COUNT(listed); i++)
          asked |= listed[i][0] == domain && listed[i][1] == type && listed[i][2] == protocol;
        int fd = asked ? socket(domain, type, protocol) : -EINVAL;
        if (fd == -EINVAL || fd == -EAFNOSUPPORT || fd == -EPROTONOSUPPORT ||
            fd == -ESOCKTNOSUPPORT)
          continue;
        put(" ");
        put_number(domain);
        put("/");
        put_number(type);
        put("/");
        put_number(protocol);
        if (fd < 0)
          put_result(fd);
        close(fd);
      }
    }
  }
  close_line();
}

static void facts(void) {
  triples();
  for (int kind = 0; kind < KINDS; kind++) {
    int lowest = fcntl(0, F_DUPFD, 0);
    close(lowest);
    int fd = open_kind(kind);
    for (int i = 0; i < COUNT(levels); i++)
      unlisted(fd, levels[i], kind);
    lengths(fd, kind);
    left(fd, kind, lowest);
  }
}
