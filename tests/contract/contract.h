// What every contract program is made of: facts, one a line as `subject: behaviour = value`,
// and the sockets to ask them of. The same source runs on the kernel and in a guest; only the
// entry, the end of memory and the listed differences know which of the two it is.
#ifndef CONTRACT_H
#define CONTRACT_H

#include "linux.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define HELPER static inline __attribute__((unused))

// How long a program waits for an event that must come before it gives up.
enum { PATIENCE_MS = 10000 };

static char line[16384];
static int line_length;
static const char *listed_mark;
static const char *listed_value;
static const char *listed_reason;

// What the program is about.
static void facts(void);

HELPER void clear(void *at, size_t size) {
  for (size_t i = 0; i < size; i++)
    ((volatile u8 *)at)[i] = 0;
}

HELPER int same(const void *a, const void *b, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (((const u8 *)a)[i] != ((const u8 *)b)[i])
      return 0;
  }
  return 1;
}

HELPER int length_of(const char *text) {
  int length = 0;
  while (text[length])
    length++;
  return length;
}

// ---- a line -------------------------------------------------------------------------------------

HELPER void put(const char *text) {
  for (; *text && line_length < COUNT(line) - 1; text++)
    line[line_length++] = *text;
}

HELPER void put_number(long long number) {
  char digits[24];
  int at = COUNT(digits) - 1;
  unsigned long long rest = number < 0 ? 0ull - (unsigned long long)number : (u64)number;
  digits[at] = 0;
  do
    digits[--at] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0)
    digits[--at] = '-';
  put(digits + at);
}

HELPER void put_hex(u64 number) {
  char digits[24];
  int at = COUNT(digits) - 1;
  digits[at] = 0;
  do
    digits[--at] = "0123456789abcdef"[number % 16];
  while ((number /= 16) > 0);
  put("0x");
  put(digits + at);
}

// A result as the manual pages name it: a number, or the name of the errno.
HELPER void put_result(long long result) {
  switch (-result) {
#define NAME(name, number)                                                                         \
  case number:                                                                                     \
    put(#name);                                                                                    \
    return;
    ERRNOS(NAME)
#undef NAME
  default:
    put_number(result);
  }
}

HELPER void put_mask(u32 events) {
  static const struct {
    u32 bit;
    const char *name;
  } names[] = {
      {EPOLLIN, "IN"},         {EPOLLPRI, "PRI"},       {EPOLLOUT, "OUT"},
      {EPOLLERR, "ERR"},       {EPOLLHUP, "HUP"},       {EPOLLRDNORM, "RDNORM"},
      {EPOLLRDBAND, "RDBAND"}, {EPOLLWRNORM, "WRNORM"}, {EPOLLWRBAND, "WRBAND"},
      {EPOLLMSG, "MSG"},       {EPOLLRDHUP, "RDHUP"},
  };
  const char *between = "";
  for (int i = 0; i < COUNT(names); i++) {
    if (!(events & names[i].bit))
      continue;
    put(between);
    put(names[i].name);
    between = "|";
    events &= ~names[i].bit;
  }
  if (events || !*between) {
    put(between);
    put_hex(events);
  }
}

HELPER void begin_line(const char *what) {
  line_length = 0;
  put(what);
}

HELPER void open_line(const char *what) {
  begin_line(what);
  put(" = ");
}

HELPER void close_line(void) {
  if (listed_mark) {
    put(listed_mark);
    put(listed_value);
    put(" ~ ");
    put(listed_reason);
  }
  listed_mark = NULL;
  put("\n");
  write(1, line, (size_t)line_length);
}

// ---- facts --------------------------------------------------------------------------------------

// The next fact differs from the kernel by design: the guest is held to `value`, for `reason`.
HELPER void differs(const char *value, const char *reason) {
  listed_mark = " ~ ";
  listed_value = value;
  listed_reason = reason;
}

// The kernel's answer to the next fact depends on its age or configuration, the guest's does not.
HELPER void settled(const char *value, const char *reason) {
  differs(value, reason);
  listed_mark = " ~~ ";
}

// A call's result.
HELPER void fact(const char *what, long long result) {
  open_line(what);
  put_result(result);
  close_line();
}

// One of many results of a loop, told by a number.
HELPER void fact_at(const char *what, long long number, long long result) {
  begin_line(what);
  put(" ");
  put_number(number);
  put(" = ");
  put_result(result);
  close_line();
}

// The same where a negative number is not an errno.
HELPER void fact_number_at(const char *what, long long at, long long number) {
  begin_line(what);
  put(" ");
  put_number(at);
  put(" = ");
  put_number(number);
  close_line();
}

HELPER void fact_mask(const char *what, u32 events) {
  open_line(what);
  put_mask(events);
  close_line();
}

HELPER void fact_mask_at(const char *what, long long number, u32 events) {
  begin_line(what);
  put(" ");
  put_number(number);
  put(" = ");
  put_mask(events);
  close_line();
}

HELPER void fact_hex(const char *what, u64 number) {
  open_line(what);
  put_hex(number);
  close_line();
}

// What a wait gave: how many events, then each with its data.
HELPER void fact_events(const char *what, int count, const struct epoll_event *events) {
  open_line(what);
  put_result(count);
  for (int i = 0; i < count; i++) {
    put(" [");
    put_mask(events[i].events);
    put(" ");
    put_hex(events[i].data);
    put("]");
  }
  close_line();
}

// What a read gave: how many bytes, then the bytes.
HELPER void fact_bytes(const char *what, int count, const void *bytes) {
  open_line(what);
  put_result(count);
  if (count > 0)
    put(" ");
  for (int i = 0; i < count && i < 256; i++) {
    u8 byte = ((const u8 *)bytes)[i];
    if (byte > ' ' && byte < 127) {
      char text[2] = {(char)byte, 0};
      put(text);
    } else {
      put("\\");
      put_number(byte);
    }
  }
  close_line();
}

// A step that the facts after it rest on: without it the program stops, with a line that is no
// fact.
HELPER int must(const char *what, int result) {
  if (result >= 0)
    return result;
  begin_line("stopped: ");
  put(what);
  put(" gave ");
  put_result(result);
  close_line();
  exit_group(1);
  return result;
}

static void ignore_broken_pipes(void) {
  static const struct sigaction ignored = {SIG_IGN, 0, NULL, {0, 0}};
  must("SIGPIPE is ignored", rt_sigaction(SIGPIPE, &ignored, NULL, 8));
}

// ---- memory -------------------------------------------------------------------------------------

#if defined(__wasm32__)
#define GUEST 1
#define PAGE 65536
// An address that no program can have.
#define NOWHERE ((void *)0xffff0000u)

// The last `size` bytes of memory: nothing can be read or written behind them.
HELPER u8 *last_bytes(int size) {
  return (u8 *)(__builtin_wasm_memory_size(0) * PAGE - (size_t)size);
}

// New memory, `pages` times 64 KiB, zero.
HELPER u8 *grow(int pages) { return (u8 *)(__builtin_wasm_memory_grow(0, pages) * PAGE); }

// What an adapter keeps its own things in, where there is no kernel.
__attribute__((export_name("malloc"))) void *malloc(size_t size);
void *malloc(size_t size) {
  static u8 *free, *end;
  size_t all = (size + 15) & ~(size_t)15;
  if ((size_t)(end - free) < all) {
    int pages = (int)(all / PAGE) + 16;
    free = grow(pages);
    end = free + (size_t)pages * PAGE;
  }
  free += all;
  return free - all;
}

__attribute__((export_name("_start"))) void _start(void);
void _start(void) {
  ignore_broken_pipes();
  facts();
}
#else
#define GUEST 0
#define PAGE 65536
#define NOWHERE ((void *)0xffff800000000000)

HELPER u8 *map_pages(size_t at, int pages) {
  // PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE
  long got = syscall(__NR_mmap, at, (size_t)pages * PAGE, 3, at ? 0x100022 : 0x22, -1, 0);
  return got == -1 ? NULL : (u8 *)got;
}

HELPER u8 *grow(int pages) { return map_pages(0, pages); }

// The end of a guest's memory is the end of its address space, so this is asked at the end of ours.
HELPER u8 *last_bytes(int size) {
  static u8 *page;
  static const int bits[] = {56, 47};
  for (int i = 0; i < COUNT(bits) && !page; i++) {
    page = map_pages(((size_t)1 << bits[i]) - 4096 - PAGE, 1);
  }
  must("the last page of the address space", page ? 0 : -ENOMEM);
  return page + PAGE - size;
}

HELPER int proc_file(const char *path, void *buffer, size_t size) {
  int fd = answer(syscall(__NR_openat, -100, path, 0));
  int length = 0;
  int got;
  static u8 all[1 << 20];
  while ((got = read(fd, all + length, sizeof all - (size_t)length)) > 0)
    length += got;
  close(fd);
  for (int i = 0; i < length && (size_t)i < size; i++)
    ((u8 *)buffer)[i] = all[i];
  return length;
}

HELPER int cmdline(void *buffer, size_t size) {
  return proc_file("/proc/self/cmdline", buffer, size);
}

HELPER int environ(void *buffer, size_t size) {
  return proc_file("/proc/self/environ", buffer, size);
}

int main(void) {
  syscall(__NR_close_range, 3, ~0u, 0); // a guest starts with three descriptors
  ignore_broken_pipes();
  facts();
  return 0;
}
#endif

// ---- sockets ------------------------------------------------------------------------------------

HELPER u16 swap16(u16 number) { return (u16)(number << 8 | number >> 8); }

// 127.0.0.1 and a port, 0 for any.
HELPER struct sockaddr_in loopback(int port) {
  struct sockaddr_in at = {AF_INET, swap16((u16)port), 0x0100007f, {0}};
  return at;
}

HELPER int port_of(int fd) {
  struct sockaddr_in6 at;
  int length = sizeof at;
  must("getsockname", getsockname(fd, &at, &length));
  return swap16(at.sin6_port);
}

HELPER int bound(int type) {
  struct sockaddr_in at = loopback(0);
  int fd = must("socket", socket(AF_INET, type, 0));
  must("bind", bind(fd, &at, sizeof at));
  return fd;
}

HELPER int listener(struct sockaddr_in *at) {
  int fd = bound(SOCK_STREAM);
  must("listen", listen(fd, 16));
  *at = loopback(port_of(fd));
  return fd;
}

// Two ends of one TCP connection, both blocking.
HELPER void tcp_pair(int pair[2]) {
  struct sockaddr_in at;
  int from = listener(&at);
  pair[0] = must("socket", socket(AF_INET, SOCK_STREAM, 0));
  must("connect", connect(pair[0], &at, sizeof at));
  pair[1] = must("accept4", accept4(from, NULL, NULL, 0));
  close(from);
}

// Two UDP sockets connected to each other.
HELPER void udp_pair(int pair[2]) {
  struct sockaddr_in at[2];
  for (int i = 0; i < 2; i++)
    at[i] = loopback(port_of(pair[i] = bound(SOCK_DGRAM)));
  for (int i = 0; i < 2; i++)
    must("connect", connect(pair[i], &at[1 - i], sizeof at[0]));
}

HELPER void unix_pair(int pair[2], int type) {
  must("socketpair", socketpair(AF_UNIX, type, 0, pair));
}

HELPER void close_pair(const int pair[2]) {
  close(pair[0]);
  close(pair[1]);
}

HELPER int poll_once(int fd, u32 events, int timeout_ms) {
  struct epoll_event event = {events, 0};
  int epfd = must("epoll_create1", epoll_create1(0));
  must("epoll_ctl", epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event));
  int count = must("epoll_wait", epoll_wait(epfd, &event, 1, timeout_ms));
  close(epfd);
  return count > 0 ? (int)event.events : 0;
}

// Waits for one of `events` and says which have come.
HELPER u32 await(int fd, u32 events) {
  u32 mask = (u32)poll_once(fd, events, PATIENCE_MS);
  return (u32)must("an awaited event", mask ? (int)mask : -ETIMEDOUT);
}

// Which of `events` are there now.
HELPER u32 ready(int fd, u32 events) { return (u32)poll_once(fd, events, 0); }

// Waits until `size` bytes lie in the receive queue, without taking them.
HELPER void await_bytes(int fd, int size) {
  static u8 seen[PAGE];
  while (recvfrom(fd, seen, (size_t)size, MSG_PEEK | MSG_DONTWAIT, NULL, NULL) < size) {
    await(fd, EPOLLIN);
  }
}

HELPER int send_text(int fd, const char *text) {
  return sendto(fd, text, (size_t)length_of(text), MSG_NOSIGNAL, NULL, 0);
}

HELPER int watch(int epfd, int op, int fd, u32 events, u64 data) {
  struct epoll_event event = {events, data};
  return epoll_ctl(epfd, op, fd, &event);
}

#endif
