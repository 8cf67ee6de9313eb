// epoll_wait, epoll_pwait, epoll_pwait2: counts, masks, timeouts, data, and whose turn it is.
#include "contract.h"

static const u64 one = 1;

static int counted(int value) { return must("eventfd2", eventfd2((u32)value, EFD_NONBLOCK)); }

static i64 now_ns(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1000000000 + at.tv_nsec;
}

static void counts(void) {
  static struct epoll_event events[64];
  int epfd = epoll_create1(0);
  int fd = counted(0);
  fact("maxevents: 0", epoll_wait(epfd, events, 0, 0));
  fact("maxevents: -1", epoll_wait(epfd, events, -1, 0));
  fact("maxevents: INT_MIN", epoll_wait(epfd, events, INT_MIN, 0));
  fact("maxevents: INT_MAX", epoll_wait(epfd, events, INT_MAX, 0));
  fact("maxevents: INT_MAX / 12 + 1", epoll_wait(epfd, events, INT_MAX / 12 + 1, 0));
  differs("EINVAL", "an event has 16 bytes, the kernel's on x86-64 has 12");
  fact("maxevents: INT_MAX / 16 + 1", epoll_wait(epfd, events, INT_MAX / 16 + 1, 0));
  differs("EFAULT", "a range has to lie in memory as a whole");
  fact("maxevents: INT_MAX / 16", epoll_wait(epfd, events, INT_MAX / 16, 0));
  fact("maxevents: 64", epoll_wait(epfd, events, 64, 0));
  fact("epoll_wait: epfd -1", epoll_wait(-1, events, 1, 0));
  fact("epoll_wait: closed epfd", epoll_wait(900, events, 1, 0));
  fact("epoll_wait: not an epoll", epoll_wait(fd, events, 1, 0));
  static const char *age = "kernels before 6.15 look at the descriptor last";
  settled("EBADF", age);
  fact("epoll_wait: EBADF or maxevents", epoll_wait(-1, events, 0, 0));
  settled("EBADF", age);
  fact("epoll_wait: EBADF or no memory", epoll_wait(-1, NOWHERE, 1, 0));
  fact("epoll_wait: not an epoll or maxevents", epoll_wait(fd, events, 0, 0));
  fact("epoll_wait: not an epoll or no memory", epoll_wait(fd, NOWHERE, 1, 0));
  fact("epoll_wait: no memory or maxevents", epoll_wait(epfd, NOWHERE, 0, 0));
  fact("epoll_wait: standard input", epoll_wait(0, events, 1, 0));
  fact("epoll_wait: NULL, nothing ready", epoll_wait(epfd, NULL, 1, 0));
  fact("epoll_wait: nowhere, nothing ready", epoll_wait(epfd, NOWHERE, 1, 0));
  struct epoll_event *last = (struct epoll_event *)(void *)last_bytes(sizeof *last);
  fact("epoll_wait: events that end behind memory, nothing ready", epoll_wait(epfd, last, 2, 0));
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 7);
  write(fd, &one, sizeof one);
  fact("epoll_wait: NULL, one ready", epoll_wait(epfd, NULL, 1, 0));
  fact("epoll_wait: nowhere, one ready", epoll_wait(epfd, NOWHERE, 1, 0));
  fact_events("epoll_wait: the last bytes of memory", epoll_wait(epfd, last, 1, 0), last);
  fact("epoll_wait: events that end behind memory, one ready", epoll_wait(epfd, last, 1000000, 0));
  fact("epoll_wait: an event that ends behind memory",
       epoll_wait(epfd, (void *)last_bytes(sizeof *last - 4), 1, 0));
  fact_events("epoll_wait: nothing was lost by it", epoll_wait(epfd, events, 64, 0), events);
  close(fd);
  close(epfd);
}

static void data(void) {
  struct epoll_event events[4];
  int epfd = epoll_create1(0);
  int fd = counted(1);
  static const u64 values[] = {0, 0xfedcba9876543210, 0xffffffffffffffff, 0x8000000000000000};
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 1);
  for (int i = 0; i < COUNT(values); i++) {
    watch(epfd, EPOLL_CTL_MOD, fd, EPOLLIN, values[i]);
    clear(events, sizeof events);
    fact_at("data: events", i, epoll_wait(epfd, events, 4, 0));
    fact_at("data: comes back whole", i, events[0].data == values[i]);
  }
  // What lies between events and data, and behind the last event, is nobody's.
  u8 *raw = (u8 *)events;
  for (int i = 0; i < COUNT(events) * (int)sizeof *events; i++)
    raw[i] = 0xaa;
  int count = epoll_wait(epfd, events, 4, 0);
  int touched = 0;
  for (size_t i = sizeof *events; i < sizeof events; i++)
    touched += raw[i] != 0xaa;
  fact("data: bytes written behind the events", count == 1 ? touched : -EINVAL);
  close(fd);
  close(epfd);
}

static void masks(void) {
  struct epoll_event events[2];
  int epfd = epoll_create1(0);
  int fd = counted(1);
  static const u32 asked[] = {0,
                              EPOLLIN,
                              EPOLLOUT,
                              EPOLLIN | EPOLLOUT,
                              EPOLLPRI,
                              EPOLLRDNORM,
                              EPOLLWRNORM,
                              EPOLLRDBAND,
                              EPOLLMSG,
                              EPOLLNVAL,
                              EPOLLRDHUP,
                              1u << 20,
                              EPOLLIN | EPOLLWAKEUP,
                              0x0fffffff};
  watch(epfd, EPOLL_CTL_ADD, fd, 0, 0);
  for (int i = 0; i < COUNT(asked); i++) {
    watch(epfd, EPOLL_CTL_MOD, fd, asked[i], (u64)i);
    int count = epoll_wait(epfd, events, 2, 0);
    fact_at("mask: how many for mask", asked[i], count);
    if (count > 0)
      fact_mask_at("mask: which for mask", asked[i], events[0].events);
  }
  close(fd);
  int pair[2];
  unix_pair(pair, SOCK_STREAM);
  send_text(pair[1], "x");
  watch(epfd, EPOLL_CTL_ADD, pair[0], 0x0fffffff, 5);
  fact_events("mask: all of a stream with data", epoll_wait(epfd, events, 2, 0), events);
  close(pair[1]);
  fact_events("mask: all of a stream whose peer is gone", epoll_wait(epfd, events, 2, 0), events);
  watch(epfd, EPOLL_CTL_MOD, pair[0], 0, 6);
  fact_events("mask: 0 tells of HUP and ERR alone", epoll_wait(epfd, events, 2, 0), events);
  close(pair[0]);
  close(epfd);
}

static void turns(void) {
  struct epoll_event events[4];
  int epfd = epoll_create1(0);
  int fd[4];
  for (int i = 0; i < 4; i++) {
    fd[i] = counted(0);
    watch(epfd, EPOLL_CTL_ADD, fd[i], EPOLLIN, (u64)i + 1);
  }
  static const int order[] = {2, 0, 3, 1};
  for (int i = 0; i < 4; i++)
    write(fd[order[i]], &one, sizeof one);
  fact_events("turns: all, as they became ready", epoll_wait(epfd, events, 4, 0), events);
  fact_events("turns: all again", epoll_wait(epfd, events, 4, 0), events);
  for (int i = 0; i < 6; i++) {
    int count = epoll_wait(epfd, events, 1, 0);
    fact_at("turns: one at a time", i, count == 1 ? (int)events[0].data : count);
  }
  for (int i = 0; i < 4; i++) {
    int count = epoll_wait(epfd, events, 3, 0);
    fact_at("turns: three at a time, the first of turn", i,
            count == 3 ? (int)events[0].data : count);
  }
  u64 value;
  read(fd[0], &value, sizeof value);
  fact_events("turns: one is served and leaves", epoll_wait(epfd, events, 4, 0), events);
  write(fd[0], &one, sizeof one);
  fact_events("turns: it comes back last", epoll_wait(epfd, events, 4, 0), events);
  watch(epfd, EPOLL_CTL_MOD, fd[3], EPOLLIN, 4);
  fact_events("turns: MOD does not move", epoll_wait(epfd, events, 4, 0), events);
  close(fd[2]);
  fact_events("turns: closed between two waits", epoll_wait(epfd, events, 4, 0), events);
  epoll_ctl(epfd, EPOLL_CTL_DEL, fd[1], NULL);
  fact_events("turns: removed between two waits", epoll_wait(epfd, events, 4, 0), events);
  for (int i = 0; i < 4; i++)
    close(fd[i]);
  fact_events("turns: all closed", epoll_wait(epfd, events, 4, 0), events);
  close(epfd);
}

static void batches(void) {
  enum { MANY = 700 };
  static struct epoll_event events[MANY + 1];
  static int fd[MANY];
  int epfd = epoll_create1(0);
  for (int i = 0; i < MANY; i++) {
    fd[i] = counted(1);
    watch(epfd, EPOLL_CTL_ADD, fd[i], i % 2 ? EPOLLIN : EPOLLIN | EPOLLOUT, ~(u64)i << 20 | 5);
  }
  static const int sizes[] = {1, 2, 3, 64, 511, 512, MANY - 1, MANY, MANY + 1};
  for (int i = 0; i < COUNT(sizes); i++) {
    int wrong = 0;
    int count = epoll_wait(epfd, events, sizes[i], 0);
    for (int j = 0; j < count; j++) {
      u64 which = ~(events[j].data >> 20 | ~(~0ull >> 20));
      wrong += which >= MANY || (events[j].data & 0xfffff) != 5;
      wrong += events[j].events != (which % 2 ? EPOLLIN : EPOLLIN | EPOLLOUT);
    }
    fact_at("batch: events of at most", sizes[i], count);
    fact_at("batch: wrong ones of at most", sizes[i], wrong);
  }
  for (int i = 0; i < MANY; i++)
    close(fd[i]);
  fact("batch: all closed", epoll_wait(epfd, events, MANY, 0));
  close(epfd);
}

static void timeouts(void) {
  struct epoll_event events[2];
  int epfd = epoll_create1(0);
  i64 before = now_ns();
  fact("timeout: 20 ms with nothing", epoll_wait(epfd, events, 2, 20));
  fact("timeout: 20 ms are not cut short", now_ns() - before >= 20000000);
  struct timespec fine = {0, 1500000};
  before = now_ns();
  fact("epoll_pwait2: 1.5 ms with nothing", epoll_pwait2(epfd, events, 2, &fine, NULL, 0));
  fact("epoll_pwait2: 1.5 ms are not cut short", now_ns() - before >= 1500000);
  fine.tv_nsec = 1;
  fact("epoll_pwait2: 1 ns", epoll_pwait2(epfd, events, 2, &fine, NULL, 0));
  fine.tv_nsec = 0;
  fact("epoll_pwait2: 0", epoll_pwait2(epfd, events, 2, &fine, NULL, 0));
  static const int endless[] = {-1, -2, -1000, INT_MIN};
  int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  watch(epfd, EPOLL_CTL_ADD, timer, EPOLLIN, 3);
  struct itimerspec soon = {{0, 0}, {0, 2000000}};
  for (int i = 0; i < COUNT(endless); i++) {
    timerfd_settime(timer, 0, &soon, NULL);
    fact_at("timeout: negative is endless", endless[i], epoll_wait(epfd, events, 2, endless[i]));
  }
  timerfd_settime(timer, 0, &soon, NULL);
  fact("timeout: INT_MAX", epoll_wait(epfd, events, 2, INT_MAX));
  timerfd_settime(timer, 0, &soon, NULL);
  fact("epoll_pwait: endless", epoll_pwait(epfd, events, 2, -1, NULL, 0));
  timerfd_settime(timer, 0, &soon, NULL);
  fact("epoll_pwait2: no timeout is endless", epoll_pwait2(epfd, events, 2, NULL, NULL, 0));
  static const struct timespec odd[] = {{0, 999999999}, {0, 1000000000},       {0, -1},
                                        {-1, 0},        {-1, 999999999},       {1, 1000000000},
                                        {0, INT_MIN},   {0, INT_MAX},          {INT_MAX, 0},
                                        {1ll << 40, 0}, {(i64)(~0ull >> 1), 0}};
  for (int i = 0; i < COUNT(odd); i++) {
    fact_at("epoll_pwait2: timespec", i, epoll_pwait2(epfd, events, 2, &odd[i], NULL, 0));
  }
  // On wasm32 tv_nsec is 4 bytes and 4 of padding; in the kernel the same 8 bytes are one number.
  struct {
    i64 sec;
    u32 nsec, above;
  } padded = {0, 0, 0xffffffff};
  differs("1", "tv_nsec has 4 bytes, what is above it is not looked at");
  fact("epoll_pwait2: padding of the timespec",
       epoll_pwait2(epfd, events, 2, (void *)&padded, NULL, 0));
  close(timer);
  close(epfd);
}

static void signal_masks(void) {
  struct epoll_event events[2];
  const struct timespec zero = {0, 0};
  const struct timespec bad = {0, -1};
  const u64 mask = 1u << 9;
  int epfd = epoll_create1(0);
  int fd = counted(1);
  static const size_t sizes[] = {0, 1, 4, 7, 9, 16, 128, (size_t)-1};
  for (int i = 0; i < COUNT(sizes); i++) {
    fact_at("epoll_pwait: size of a mask", (i32)sizes[i],
            epoll_pwait(epfd, events, 2, 0, &mask, sizes[i]));
    fact_at("epoll_pwait: size without a mask", (i32)sizes[i],
            epoll_pwait(epfd, events, 2, 0, NULL, sizes[i]));
    fact_at("epoll_pwait2: size of a mask", (i32)sizes[i],
            epoll_pwait2(epfd, events, 2, &zero, &mask, sizes[i]));
    fact_at("epoll_pwait2: size without a mask", (i32)sizes[i],
            epoll_pwait2(epfd, events, 2, &zero, NULL, sizes[i]));
  }
  fact("epoll_pwait: a mask", epoll_pwait(epfd, events, 2, 0, &mask, 8));
  fact("epoll_pwait2: a mask", epoll_pwait2(epfd, events, 2, &zero, &mask, 8));
  fact("epoll_pwait: a mask nowhere", epoll_pwait(epfd, events, 2, 0, NOWHERE, 8));
  fact("epoll_pwait2: a mask nowhere", epoll_pwait2(epfd, events, 2, &zero, NOWHERE, 8));
  fact("epoll_pwait2: a timeout nowhere", epoll_pwait2(epfd, events, 2, NOWHERE, NULL, 8));
  fact("epoll_pwait: EBADF or its size", epoll_pwait(-1, events, 2, 0, &mask, 4));
  fact("epoll_pwait: EBADF or a mask nowhere", epoll_pwait(-1, events, 2, 0, NOWHERE, 8));
  fact("epoll_pwait: maxevents or a mask nowhere", epoll_pwait(epfd, events, 0, 0, NOWHERE, 8));
  fact("epoll_pwait: its size or a mask nowhere", epoll_pwait(epfd, events, 2, 0, NOWHERE, 4));
  fact("epoll_pwait2: EBADF or its timeout", epoll_pwait2(-1, events, 2, &bad, NULL, 8));
  fact("epoll_pwait2: EBADF or a timeout nowhere", epoll_pwait2(-1, events, 2, NOWHERE, NULL, 8));
  fact("epoll_pwait2: its timeout or a mask nowhere",
       epoll_pwait2(epfd, events, 2, &bad, NOWHERE, 8));
  fact("epoll_pwait2: a timeout nowhere or its size",
       epoll_pwait2(epfd, events, 2, NOWHERE, &mask, 4));
  fact("epoll_pwait2: EBADF or its size", epoll_pwait2(-1, events, 2, &zero, &mask, 4));
  fact("epoll_pwait2: maxevents 0", epoll_pwait2(epfd, events, 0, &zero, NULL, 8));
  fact("epoll_pwait2: not an epoll", epoll_pwait2(fd, events, 1, &zero, NULL, 8));
  fact("epoll_pwait: not an epoll", epoll_pwait(fd, events, 1, 0, NULL, 8));
  u8 *last = last_bytes(8);
  fact("epoll_pwait: a mask in the last bytes of memory",
       epoll_pwait(epfd, events, 2, 0, (void *)last, 8));
  fact("epoll_pwait: a mask that ends behind memory",
       epoll_pwait(epfd, events, 2, 0, (void *)(last + 4), 8));
  watch(epfd, EPOLL_CTL_ADD, fd, EPOLLIN, 4);
  fact_events("epoll_pwait: an event", epoll_pwait(epfd, events, 2, -1, &mask, 8), events);
  fact_events("epoll_pwait2: an event", epoll_pwait2(epfd, events, 2, NULL, &mask, 8), events);
  close(fd);
  close(epfd);
}

static void facts(void) {
  counts();
  data();
  masks();
  turns();
  batches();
  timeouts();
  signal_masks();
}
