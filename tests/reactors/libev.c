// libev's API, from one loop: prints what happened, in an order that is defined, so that two
// builds can be compared byte for byte. Arguments: a backend and whether signals come by signalfd.
#include <arpa/inet.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 20, MESSAGES = 10, PIPES = 100 };

static void must(int holds, const char *what) {
  if (holds)
    return;
  perror(what);
  exit(1);
}

static void section(const char *name) { printf("-- %s\n", name); }

// ---- io: level-triggered, priorities, feeding ---------------------------------------------------

static int bytes_read;

static void on_byte(EV_P_ ev_io *watcher, int events) {
  char byte;
  must(read(watcher->fd, &byte, 1) == 1, "read");
  bytes_read++;
  printf("read %c, events %d\n", byte, events);
  if (byte == 'c')
    ev_io_stop(EV_A_ watcher);
}

static void on_writable(EV_P_ ev_io *watcher, int events) {
  printf("writable, events %d, priority %d\n", events, ev_priority(watcher));
  ev_io_stop(EV_A_ watcher);
}

static void on_fed(EV_P_ ev_io *watcher, int events) {
  (void)loop;
  printf("fed, events %d, active %d\n", events, ev_is_active(watcher));
}

static void io(EV_P) {
  int pipe_fds[2], sockets[2];
  ev_io reads, writes, fed;
  section("io");
  must(pipe(pipe_fds) == 0, "pipe");
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0, "socketpair");
  must(write(pipe_fds[1], "abcd", 4) == 4, "write");
  ev_io_init(&reads, on_byte, pipe_fds[0], EV_READ);
  ev_io_start(EV_A_ & reads);
  ev_io_init(&writes, on_writable, sockets[0], EV_READ | EV_WRITE);
  ev_set_priority(&writes, EV_MAXPRI);
  ev_io_start(EV_A_ & writes);
  ev_run(EV_A_ 0);
  printf("%d bytes, one is left\n", bytes_read);
  ev_io_init(&fed, on_fed, sockets[1], EV_READ);
  ev_feed_event(EV_A_ & fed, EV_CUSTOM);
  printf("pending %d\n", ev_is_pending(&fed));
  printf("cleared %d\n", ev_clear_pending(EV_A_ & fed) == EV_CUSTOM);
  ev_io_start(EV_A_ & fed);
  ev_feed_fd_event(EV_A_ sockets[1], EV_READ);
  ev_run(EV_A_ EVRUN_NOWAIT);
  ev_io_stop(EV_A_ & fed);
  for (int i = 0; i < 2; i++) {
    close(pipe_fds[i]);
    close(sockets[i]);
  }
}

// ---- many descriptors ---------------------------------------------------------------------------

struct relay {
  ev_io reads;
  int to;
};

static int relays_left;

static void on_relay(EV_P_ ev_io *watcher, int events) {
  (void)events;
  struct relay *relay = (struct relay *)watcher;
  char byte;
  must(read(watcher->fd, &byte, 1) == 1, "read");
  if (relay->to >= 0)
    must(write(relay->to, &byte, 1) == 1, "write");
  ev_io_stop(EV_A_ watcher);
  relays_left--;
}

static void many(EV_P) {
  static struct relay relays[PIPES];
  int fds[PIPES][2];
  section("many descriptors");
  for (int i = 0; i < PIPES; i++)
    must(pipe(fds[i]) == 0, "pipe");
  for (int i = 0; i < PIPES; i++) {
    relays[i].to = i + 1 < PIPES ? fds[i + 1][1] : -1;
    ev_io_init(&relays[i].reads, on_relay, fds[i][0], EV_READ);
    ev_io_start(EV_A_ & relays[i].reads);
  }
  relays_left = PIPES;
  must(write(fds[0][1], "x", 1) == 1, "write");
  ev_run(EV_A_ 0);
  printf("%d left\n", relays_left);
  for (int i = 0; i < PIPES; i++) {
    close(fds[i][0]);
    close(fds[i][1]);
  }
}

// ---- timers and periodics -----------------------------------------------------------------------

static void on_timer(EV_P_ ev_timer *watcher, int events) {
  static int repeats;
  printf("timer %s, events %d\n", (const char *)watcher->data, events == EV_TIMER);
  if (watcher->repeat > 0 && ++repeats == 3)
    ev_timer_stop(EV_A_ watcher);
}

static ev_tstamp next_tick(ev_periodic *watcher, ev_tstamp now) {
  (void)watcher;
  return now + 0.02;
}

static void on_periodic(EV_P_ ev_periodic *watcher, int events) {
  static int ticks;
  printf("periodic %s, events %d, not early %d\n", (const char *)watcher->data,
         events == EV_PERIODIC, watcher->reschedule_cb != NULL || ev_now(EV_A) >= watcher->offset);
  if (watcher->reschedule_cb != NULL && ++ticks == 3)
    ev_periodic_stop(EV_A_ watcher);
}

static void timers(EV_P) {
  ev_timer first, second, third, repeated, cancelled;
  ev_timer *all[] = {&third, &first, &second};
  const char *const names[] = {"third", "first", "second"};
  const ev_tstamp after[] = {0.12, 0.04, 0.08};
  section("timers");
  ev_now_update(EV_A);
  const ev_tstamp begin = ev_now(EV_A);
  for (int i = 0; i < 3; i++) {
    ev_timer_init(all[i], on_timer, after[i], 0.);
    all[i]->data = (void *)names[i];
    ev_timer_start(EV_A_ all[i]);
  }
  ev_timer_init(&cancelled, on_timer, 0.01, 0.);
  cancelled.data = (void *)"cancelled";
  ev_timer_start(EV_A_ & cancelled);
  printf("remaining %d\n", ev_timer_remaining(EV_A_ & cancelled) > 0);
  ev_timer_stop(EV_A_ & cancelled);
  ev_run(EV_A_ 0);
  printf("120 ms have passed: %d\n", ev_now(EV_A) - begin >= 0.12);
  ev_timer_init(&repeated, on_timer, 0., 0.01);
  repeated.data = (void *)"repeated";
  ev_timer_again(EV_A_ & repeated);
  ev_run(EV_A_ 0);
  printf("active %d\n", ev_is_active(&repeated));

  ev_periodic absolute, ticking;
  ev_periodic_init(&absolute, on_periodic, ev_now(EV_A) + 0.05, 0., 0);
  absolute.data = (void *)"absolute";
  ev_periodic_start(EV_A_ & absolute);
  ev_run(EV_A_ 0);
  ev_periodic_init(&ticking, on_periodic, 0., 0., next_tick);
  ticking.data = (void *)"ticking";
  ev_periodic_start(EV_A_ & ticking);
  ev_run(EV_A_ 0);
}

// ---- signals and async --------------------------------------------------------------------------

static ev_async from_handler;

static void on_plain_signal(int number) {
  (void)number;
  ev_async_send(EV_DEFAULT_UC_ & from_handler);
}

static void on_async(EV_P_ ev_async *watcher, int events) {
  printf("async, events %d, pending %d\n", events == EV_ASYNC, ev_async_pending(watcher) != 0);
  ev_async_stop(EV_A_ watcher);
}

static void on_signal(EV_P_ ev_signal *watcher, int events) {
  printf("signal %d, events %d\n", watcher->signum, events == EV_SIGNAL);
  ev_signal_stop(EV_A_ watcher);
}

static void on_kill_time(EV_P_ ev_timer *watcher, int events) {
  (void)loop;
  (void)watcher;
  (void)events;
  kill(getpid(), SIGUSR2);
}

static void signals(EV_P) {
  ev_signal one, other;
  ev_timer later;
  section("signals");
  ev_signal_init(&one, on_signal, SIGUSR1);
  ev_signal_start(EV_A_ & one);
  raise(SIGUSR1);
  raise(SIGUSR1);
  ev_run(EV_A_ 0);
  ev_signal_init(&other, on_signal, SIGUSR2);
  ev_signal_start(EV_A_ & other);
  ev_timer_init(&later, on_kill_time, 0.02, 0.);
  ev_timer_start(EV_A_ & later);
  ev_run(EV_A_ 0);
  ev_signal_start(EV_A_ & one);
  ev_feed_signal_event(EV_A_ SIGUSR1);
  ev_run(EV_A_ 0);

  section("async");
  ev_async_init(&from_handler, on_async);
  ev_async_start(EV_A_ & from_handler);
  ev_async_send(EV_A_ & from_handler);
  ev_async_send(EV_A_ & from_handler);
  ev_run(EV_A_ 0);
  signal(SIGALRM, on_plain_signal);
  ev_async_start(EV_A_ & from_handler);
  alarm(1);
  ev_run(EV_A_ 0);
}

// ---- prepare, check, idle -----------------------------------------------------------------------

static int rounds;

static void on_prepare(EV_P_ ev_prepare *watcher, int events) {
  (void)loop;
  (void)watcher;
  printf("prepare %d, events %d\n", rounds, events == EV_PREPARE);
}

static void on_check(EV_P_ ev_check *watcher, int events) {
  (void)watcher;
  printf("check %d, events %d\n", rounds, events == EV_CHECK);
  if (++rounds == 3)
    ev_break(EV_A_ EVBREAK_ALL);
}

static void on_idle(EV_P_ ev_idle *watcher, int events) {
  (void)loop;
  printf("idle %d, events %d\n", ev_priority(watcher), events == EV_IDLE);
}

static void on_once(int events, void *argument) {
  printf("once %s, events %d\n", (const char *)argument, events);
}

static void on_nested(EV_P_ ev_timer *watcher, int events) {
  (void)events;
  ev_timer inner;
  printf("depth %u\n", ev_depth(EV_A));
  if (watcher->data != NULL)
    return;
  ev_timer_init(&inner, on_nested, 0.01, 0.);
  inner.data = (void *)"inner";
  ev_timer_start(EV_A_ & inner);
  ev_run(EV_A_ EVRUN_ONCE);
  printf("depth %u again\n", ev_depth(EV_A));
}

static void steps(EV_P) {
  ev_prepare prepare;
  ev_check check;
  ev_idle idle, low;
  ev_timer outer;
  section("prepare, check, idle");
  ev_prepare_init(&prepare, on_prepare);
  ev_prepare_start(EV_A_ & prepare);
  ev_check_init(&check, on_check);
  ev_check_start(EV_A_ & check);
  ev_idle_init(&idle, on_idle);
  ev_set_priority(&idle, 1);
  ev_idle_start(EV_A_ & idle);
  ev_idle_init(&low, on_idle);
  ev_set_priority(&low, -1);
  ev_idle_start(EV_A_ & low);
  ev_run(EV_A_ 0);
  ev_idle_stop(EV_A_ & idle);
  rounds = 2;
  ev_run(EV_A_ 0);
  ev_idle_stop(EV_A_ & low);
  ev_check_stop(EV_A_ & check);
  ev_unref(EV_A);
  printf("only one that does not count: %d\n", ev_run(EV_A_ 0));
  ev_ref(EV_A);
  ev_prepare_stop(EV_A_ & prepare);
  ev_once(EV_A_ - 1, 0, 0.01, on_once, (void *)"time");
  ev_once(EV_A_ STDOUT_FILENO, EV_WRITE, 5., on_once, (void *)"output");
  ev_run(EV_A_ 0);
  ev_timer_init(&outer, on_nested, 0.01, 0.);
  outer.data = NULL;
  ev_timer_start(EV_A_ & outer);
  ev_run(EV_A_ 0);
}

// ---- a server and its clients -------------------------------------------------------------------

struct peer {
  ev_io io;
  int left;
};

static struct peer clients[CLIENTS];
static int accepted, echoed, closed;

static void on_server_data(EV_P_ ev_io *watcher, int events) {
  (void)events;
  char buffer[64];
  const ssize_t size = read(watcher->fd, buffer, sizeof buffer);
  must(size >= 0, "read");
  if (size > 0) {
    must(write(watcher->fd, buffer, (size_t)size) == size, "write");
    return;
  }
  ev_io_stop(EV_A_ watcher);
  close(watcher->fd);
  free(watcher);
  closed++;
}

static void on_connection(EV_P_ ev_io *watcher, int events) {
  (void)events;
  const int fd = accept(watcher->fd, NULL, NULL);
  ev_io *connection = malloc(sizeof *connection);
  must(fd >= 0 && connection != NULL, "accept");
  accepted++;
  ev_io_init(connection, on_server_data, fd, EV_READ);
  ev_io_start(EV_A_ connection);
  if (accepted == CLIENTS)
    ev_io_stop(EV_A_ watcher);
}

static void on_client(EV_P_ ev_io *watcher, int events) {
  struct peer *client = (struct peer *)watcher;
  char buffer[64];
  if (events & EV_READ) {
    must(read(watcher->fd, buffer, sizeof buffer) == 5, "an answer");
    must(memcmp(buffer, "hello", 5) == 0, "the answer");
    echoed++;
  }
  if (client->left-- > 0) {
    must(write(watcher->fd, "hello", 5) == 5, "write");
    ev_io_stop(EV_A_ watcher);
    ev_io_set(watcher, watcher->fd, EV_READ);
    ev_io_start(EV_A_ watcher);
    return;
  }
  ev_io_stop(EV_A_ watcher);
  close(watcher->fd);
}

static void server(EV_P) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  ev_io listens;
  section("a server and its clients");
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  must(bind(listener, (struct sockaddr *)&address, size) == 0, "bind");
  must(listen(listener, CLIENTS) == 0, "listen");
  must(getsockname(listener, (struct sockaddr *)&address, &size) == 0, "getsockname");
  ev_io_init(&listens, on_connection, listener, EV_READ);
  ev_io_start(EV_A_ & listens);
  for (int i = 0; i < CLIENTS; i++) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(fd, (struct sockaddr *)&address, size) == 0, "connect");
    clients[i].left = MESSAGES;
    ev_io_init(&clients[i].io, on_client, fd, EV_WRITE);
    ev_io_start(EV_A_ & clients[i].io);
  }
  ev_run(EV_A_ 0);
  printf("accepted %d, echoed %d, closed %d\n", accepted, echoed, closed);
  close(listener);
}

int main(int argc, char **argv) {
  const struct {
    const char *name;
    unsigned flag;
  } backends[] = {
      {"epoll", EVBACKEND_EPOLL}, {"poll", EVBACKEND_POLL}, {"select", EVBACKEND_SELECT}};
  unsigned backend = 0;
  for (int i = 0; i < 3; i++) {
    if (argc > 1 && strcmp(argv[1], backends[i].name) == 0)
      backend = backends[i].flag;
  }
  must(backend != 0 && argc == 3, "arguments");
  const unsigned signalfd = strcmp(argv[2], "signalfd") == 0 ? EVFLAG_SIGNALFD : 0;
  struct ev_loop *loop = ev_default_loop(backend | signalfd | EVFLAG_NOENV);
  must(loop != NULL, "loop");
  printf("backend %s: %d\n", argv[1], ev_backend(loop) == backend);
  io(loop);
  many(loop);
  timers(loop);
  signals(loop);
  steps(loop);
  server(loop);
  printf("all is done: %d\n", ev_run(loop, 0));
  ev_loop_destroy(loop);
  return 0;
}
