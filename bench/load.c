// The load generator: N connections that each send S bytes, wait for the same bytes, send again.
// It knows no server, only what an echo promises; whatever else comes back ends the run.
//
// usage: load [options] PORT      the server is at 127.0.0.1:PORT
//   --connections N   how many at once (50)          --bytes S        size of a message (128)
//   --warmup MS       not counted (300)              --duration MS    counted (1000)
//   --requests N      end the counted part early, after N answers
//   --timeout MS      bound on connecting, on the last answers, and on --idle's holding (10000)
//   --pid PID         the server, whose CPU time is read at both ends of the counted part
//   --syscalls        count its system calls too: costs it time, so not in a round that measures
//   --idle            one message each, print a line, hold the connections until stdin ends
//
// Prints one line of JSON. An error is one sentence on stderr and exit status 1; 2: wrong usage.
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_MAX = 512, PATTERN_SHIFTS = 4096, NS_PER_MS = 1000000 };

struct options {
  int port, connections, bytes, warmup_ms, duration_ms, requests, timeout_ms, pid;
  int syscalls, idle; // flags
};

struct connection {
  int fd;
  uint32_t watched;
  bool waiting; // between the first byte sent and the last received
  size_t sent, received;
  const char *message;
  uint64_t sequence;
  uint64_t started_ns;
};

struct load {
  struct options options;
  uint16_t port;
  size_t bytes;
  int epfd;
  int waiting; // connections that wait for an answer
  bool again;  // an answer is followed by the next message
  uint64_t requests, requests_max;
  char *pattern, *received;
  struct connection *connections;
  struct histogram latencies;
};

static void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("load: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static uint64_t now_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static long index_of(const struct load *l, const struct connection *c) {
  return c - l->connections;
}

// Every message starts at a place of its own in one random text, so that bytes of another
// connection, or of the message before, cannot pass for the right ones.
static char *make_pattern(size_t bytes) {
  char *pattern = malloc(bytes + PATTERN_SHIFTS);
  if (pattern == NULL)
    fail("out of memory");
  uint64_t x = 0x9e3779b97f4a7c15u;
  for (size_t i = 0; i < bytes + PATTERN_SHIFTS; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    pattern[i] = (char)(x >> 56);
  }
  return pattern;
}

static void watch(struct load *l, struct connection *c, uint32_t events) {
  if (c->watched == events)
    return;
  struct epoll_event event = {.events = events, .data.ptr = c};
  int op = c->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (epoll_ctl(l->epfd, op, c->fd, &event) < 0)
    fail("epoll_ctl: %s", strerror(errno));
  c->watched = events;
}

static void connect_one(struct load *l, struct connection *c) {
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (c->fd < 0)
    fail("connection %ld: socket: %s", index_of(l, c), strerror(errno));
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(l->port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // A blocking connect under a time limit, which the kernel reports as EINPROGRESS.
  struct timeval limit = {.tv_sec = l->options.timeout_ms / 1000,
                          .tv_usec = l->options.timeout_ms % 1000 * 1000};
  setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0) {
    const char *why = errno == EINPROGRESS ? "timed out" : strerror(errno);
    fail("connection %ld: connect 127.0.0.1:%d: %s", index_of(l, c), l->options.port, why);
  }
  int on = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(l, c, EPOLLIN);
}

static void send_rest(struct load *l, struct connection *c) {
  size_t rest = l->bytes - c->sent;
  if (rest > 0) {
    ssize_t n = send(c->fd, c->message + c->sent, rest, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
      fail("connection %ld: send: %s", index_of(l, c), strerror(errno));
    if (n > 0)
      c->sent += (size_t)n;
  }
  watch(l, c, c->sent < l->bytes ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void begin(struct load *l, struct connection *c, uint64_t now) {
  uint64_t shift = (uint64_t)index_of(l, c) * 61 + ++c->sequence * 17;
  c->message = l->pattern + shift % PATTERN_SHIFTS;
  c->sent = c->received = 0;
  c->started_ns = now;
  c->waiting = true;
  l->waiting++;
  send_rest(l, c);
}

static void answered(struct load *l, struct connection *c) {
  uint64_t now = now_ns(CLOCK_MONOTONIC);
  histogram_add(&l->latencies, now - c->started_ns);
  l->requests++;
  c->waiting = false;
  l->waiting--;
  if (l->again && (l->requests_max == 0 || l->requests < l->requests_max))
    begin(l, c, now);
}

static void receive(struct load *l, struct connection *c) {
  // One byte more than is due: an echo that says too much is seen at once.
  size_t due = c->waiting ? l->bytes - c->received : 0;
  ssize_t n = recv(c->fd, l->received, due + 1, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n < 0)
    fail("connection %ld: recv: %s", index_of(l, c), strerror(errno));
  if (n == 0)
    fail("connection %ld: closed by the server, %zu bytes short", index_of(l, c), due);
  if ((size_t)n > due)
    fail("connection %ld: more bytes came back than were sent", index_of(l, c));
  if (memcmp(l->received, c->message + c->received, (size_t)n) != 0)
    fail("connection %ld: message %llu came back with other bytes", index_of(l, c),
         (unsigned long long)c->sequence);
  c->received += (size_t)n;
  if (c->received > c->sent)
    fail("connection %ld: answered before it was sent", index_of(l, c));
  if (c->received == l->bytes)
    answered(l, c);
}

// Runs until the clock reaches `until`, or `requests_max` is reached, or nothing is waited for.
static void pump(struct load *l, uint64_t until) {
  struct epoll_event events[EVENTS_MAX];
  for (uint64_t now = now_ns(CLOCK_MONOTONIC); now < until && l->waiting > 0;
       now = now_ns(CLOCK_MONOTONIC)) {
    int timeout_ms = (int)((until - now + NS_PER_MS - 1) / NS_PER_MS);
    int count = epoll_wait(l->epfd, events, EVENTS_MAX, timeout_ms);
    if (count < 0 && errno != EINTR)
      fail("epoll_wait: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
      struct connection *c = events[i].data.ptr;
      if (events[i].events & EPOLLOUT)
        send_rest(l, c);
      if (events[i].events & ~(uint32_t)EPOLLOUT)
        receive(l, c);
    }
    if (l->requests_max != 0 && l->requests >= l->requests_max)
      return;
  }
}

static uint64_t in_ms(int ms) { return now_ns(CLOCK_MONOTONIC) + (uint64_t)ms * NS_PER_MS; }

// No message is left without its answer, so a server that loses one is found.
static void drain(struct load *l) {
  l->again = false;
  l->requests_max = 0;
  pump(l, in_ms(l->options.timeout_ms));
  if (l->waiting > 0)
    fail("%d connections got no answer within %d ms", l->waiting, l->options.timeout_ms);
}

static void start_all(struct load *l) {
  for (int i = 0; i < l->options.connections; i++)
    connect_one(l, &l->connections[i]);
  for (int i = 0; i < l->options.connections; i++)
    begin(l, &l->connections[i], now_ns(CLOCK_MONOTONIC));
}

static void measure(struct load *l) {
  struct meter meter = {.skipped = "no --pid"};
  struct reading before = {0}, after = {0};
  l->again = true;
  start_all(l);
  pump(l, in_ms(l->options.warmup_ms));
  int error = l->options.pid > 0 ? meter_open(&meter, l->options.pid, l->options.syscalls) : 0;
  if (error < 0)
    fail("process %d: %s", l->options.pid, strerror(-error));
  bool metered = l->options.pid > 0;

  memset(&l->latencies, 0, sizeof l->latencies);
  l->requests = 0;
  l->requests_max = (uint64_t)l->options.requests;
  uint64_t own_cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
  uint64_t began = now_ns(CLOCK_MONOTONIC);
  if (metered)
    error = meter_read(&meter, &before);
  pump(l, in_ms(l->options.duration_ms));
  if (l->requests == 0) { // on a machine so busy that the window was too short
    l->requests_max = 1;
    pump(l, in_ms(l->options.timeout_ms));
  }
  if (metered && error == 0)
    error = meter_read(&meter, &after);
  uint64_t window = now_ns(CLOCK_MONOTONIC) - began;
  own_cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID) - own_cpu;
  if (error < 0)
    fail("process %d: %s", l->options.pid, strerror(-error));

  uint64_t requests = l->requests;
  struct histogram latencies = l->latencies;
  drain(l);
  if (requests == 0)
    fail("no answer within %d ms", l->options.timeout_ms);
  printf("{\"connections\":%d,\"bytes\":%zu,\"requests\":%llu,\"windowNs\":%llu,\"p50Ns\":%llu,"
         "\"p99Ns\":%llu,\"maxNs\":%llu,\"loadCpuNs\":%llu",
         l->options.connections, l->bytes, (unsigned long long)requests, (unsigned long long)window,
         (unsigned long long)histogram_percentile(&latencies, 50),
         (unsigned long long)histogram_percentile(&latencies, 99),
         (unsigned long long)latencies.max, (unsigned long long)own_cpu);
  if (metered)
    printf(",\"serverCpuNs\":%llu", (unsigned long long)(after.cpu_ns - before.cpu_ns));
  if (meter.skipped != NULL)
    printf(",\"syscallsSkipped\":\"%s\"", meter.skipped);
  else
    printf(",\"serverSyscalls\":%llu", (unsigned long long)(after.syscalls - before.syscalls));
  puts("}");
}

static void hold_idle(struct load *l) {
  start_all(l);
  drain(l);
  printf("{\"idle\":%d}\n", l->options.connections);
  fflush(stdout);
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  char byte;
  uint64_t until = in_ms(l->options.timeout_ms);
  for (uint64_t now; (now = now_ns(CLOCK_MONOTONIC)) < until;) {
    if (poll(&input, 1, (int)((until - now) / NS_PER_MS) + 1) < 0 && errno != EINTR)
      fail("poll: %s", strerror(errno));
    if (input.revents == 0 || read(STDIN_FILENO, &byte, 1) > 0)
      continue;
    for (int i = 0; i < l->options.connections; i++)
      receive(l, &l->connections[i]);
    return;
  }
  fail("stdin did not end within %d ms", l->options.timeout_ms);
}

static int number(const char *text, int least, int most) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno == 0 && end != text && *end == '\0' && value >= least && value <= most)
    return (int)value;
  fprintf(stderr, "load: %s: a number from %d to %d is wanted\n", text, least, most);
  exit(2);
}

static struct options parse(int argc, char **argv) {
  struct options o = {.connections = 50, .bytes = 128, .warmup_ms = 300, .duration_ms = 1000};
  o.timeout_ms = 10000;
  const int ms_max = 600000;
  const struct {
    int *value, least, most;
  } numbers[] = {
      {&o.connections, 1, 100000}, {&o.bytes, 1, 64 << 20},      {&o.warmup_ms, 0, ms_max},
      {&o.duration_ms, 1, ms_max}, {&o.requests, 1, 1000000000}, {&o.timeout_ms, 1, ms_max},
      {&o.pid, 1, 1 << 22},
  };
  // A number's option is known by its place above, from 1; getopt_long itself sets a flag.
  const struct option names[] = {
      {"connections", required_argument, NULL, 1}, {"bytes", required_argument, NULL, 2},
      {"warmup", required_argument, NULL, 3},      {"duration", required_argument, NULL, 4},
      {"requests", required_argument, NULL, 5},    {"timeout", required_argument, NULL, 6},
      {"pid", required_argument, NULL, 7},         {"syscalls", no_argument, &o.syscalls, 1},
      {"idle", no_argument, &o.idle, 1},           {NULL, 0, NULL, 0},
  };
  for (int n; (n = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (n == '?')
      exit(2);
    if (n > 0)
      *numbers[n - 1].value = number(optarg, numbers[n - 1].least, numbers[n - 1].most);
  }
  if (optind + 1 != argc) {
    fprintf(stderr, "usage: load [--connections N] [--bytes S] [--warmup MS] [--duration MS]\n"
                    "  [--requests N] [--timeout MS] [--pid PID [--syscalls]] [--idle] PORT\n");
    exit(2);
  }
  o.port = number(argv[optind], 1, 65535);
  return o;
}

int main(int argc, char **argv) {
  static struct load l;
  l.options = parse(argc, argv);
  l.port = (uint16_t)l.options.port;
  l.bytes = (size_t)l.options.bytes;
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  l.epfd = epoll_create1(EPOLL_CLOEXEC);
  if (l.epfd < 0)
    fail("epoll_create1: %s", strerror(errno));
  l.pattern = make_pattern(l.bytes);
  l.received = malloc(l.bytes + 1);
  l.connections = calloc((size_t)l.options.connections, sizeof *l.connections);
  if (l.received == NULL || l.connections == NULL)
    fail("out of memory");
  if (l.options.idle)
    hold_idle(&l);
  else
    measure(&l);
  return 0;
}
