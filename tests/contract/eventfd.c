// eventfd2: counter, semaphore, overflow, sizes, and what epoll says.
#include "contract.h"

static u64 value;

static void add_number(int fd, const char *what, u64 number) {
  fact(what, write(fd, &number, sizeof number));
}

static void take(int fd, const char *what) {
  value = 0;
  int result = read(fd, &value, sizeof value);
  begin_line(what);
  put(" = ");
  put_result(result);
  put(", value ");
  put_hex(value);
  close_line();
}

static void creation(void) {
  static const int flags[] = {0,
                              EFD_SEMAPHORE,
                              EFD_NONBLOCK,
                              EFD_CLOEXEC,
                              EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC,
                              2,
                              4,
                              O_APPEND,
                              EFD_CLOEXEC << 1,
                              -1,
                              INT_MIN};
  for (int i = 0; i < COUNT(flags); i++) {
    int fd = eventfd2(0, flags[i]);
    fact_at("eventfd2: flags", flags[i], fd);
    if (fd < 0)
      continue;
    fact_at("eventfd2: F_GETFL with flags", flags[i], fcntl(fd, F_GETFL, 0));
    fact_at("eventfd2: F_GETFD with flags", flags[i], fcntl(fd, F_GETFD, 0));
    close(fd);
  }
  int fd = eventfd2(0xffffffff, EFD_NONBLOCK);
  take(fd, "eventfd2: the largest start");
  close(fd);
}

static void counter(void) {
  int fd = eventfd2(3, EFD_NONBLOCK);
  take(fd, "eventfd: read takes all");
  take(fd, "eventfd: read of 0");
  add_number(fd, "eventfd: write 5", 5);
  add_number(fd, "eventfd: write 2", 2);
  take(fd, "eventfd: the sum");
  add_number(fd, "eventfd: write 0", 0);
  take(fd, "eventfd: 0 is nothing");
  add_number(fd, "eventfd: write UINT64_MAX", 0xffffffffffffffff);
  add_number(fd, "eventfd: write UINT64_MAX - 1", 0xfffffffffffffffe);
  fact_mask("epoll: a full eventfd", ready(fd, 0x3fff));
  add_number(fd, "eventfd: 1 more", 1);
  add_number(fd, "eventfd: 0 more", 0);
  take(fd, "eventfd: the largest value");
  add_number(fd, "eventfd: write UINT64_MAX - 2", 0xfffffffffffffffd);
  add_number(fd, "eventfd: 2 more do not fit", 2);
  fact_mask("epoll: one fits", ready(fd, 0x3fff));
  add_number(fd, "eventfd: 1 fits", 1);
  take(fd, "eventfd: all of it");
  fact_mask("epoll: an empty eventfd", ready(fd, 0x3fff));
  close(fd);
}

static void semaphore(void) {
  int fd = eventfd2(2, EFD_SEMAPHORE | EFD_NONBLOCK);
  take(fd, "EFD_SEMAPHORE: read takes one");
  fact_mask("EFD_SEMAPHORE: epoll with one left", ready(fd, 0x3fff));
  take(fd, "EFD_SEMAPHORE: the second");
  take(fd, "EFD_SEMAPHORE: none is left");
  add_number(fd, "EFD_SEMAPHORE: write 3", 3);
  take(fd, "EFD_SEMAPHORE: one of three");
  add_number(fd, "EFD_SEMAPHORE: write what does not fit", 0xfffffffffffffffd);
  close(fd);
}

static void sizes(void) {
  int fd = eventfd2(1, EFD_NONBLOCK);
  u64 room[2] = {1, 0};
  static const size_t lengths[] = {0, 1, 4, 7};
  for (int i = 0; i < COUNT(lengths); i++) {
    fact_at("eventfd: read of bytes", (i32)lengths[i], read(fd, room, lengths[i]));
    fact_at("eventfd: write of bytes", (i32)lengths[i], write(fd, room, lengths[i]));
  }
  fact("eventfd: read of 7 nowhere", read(fd, NOWHERE, 7));
  fact("eventfd: read of 8 nowhere", read(fd, NOWHERE, 8));
  fact("eventfd: write of 8 nowhere", write(fd, NOWHERE, 8));
  fact("eventfd: write of 7 nowhere", write(fd, NOWHERE, 7));
  fact("eventfd: write NULL", write(fd, NULL, 8));
  take(fd, "eventfd: what all that left");
  fact("eventfd: write of 16", write(fd, room, 16));
  fact("eventfd: read of 16", read(fd, room, 16));
  fact("eventfd: read nowhere, nothing there", read(fd, NOWHERE, 8));
  add_number(fd, "eventfd: write 1", 1);
  fact("eventfd: read to NULL", read(fd, NULL, 8));
  take(fd, "eventfd: what that left");
  add_number(fd, "eventfd: write 1 again", 1);
  fact("eventfd: read that ends behind memory", read(fd, last_bytes(4), 8));
  fact("eventfd: read of the last bytes", read(fd, last_bytes(8), 8));
  struct iovec halves[2] = {{room, 4}, {(u8 *)room + 4, 4}};
  room[0] = 6;
  fact("eventfd: writev of two halves", writev(fd, halves, 2));
  room[0] = 0;
  fact("eventfd: readv of two halves", readv(fd, halves, 2));
  fact_hex("eventfd: its value", room[0]);
  fact("recvfrom: an eventfd", recvfrom(fd, room, 8, 0, NULL, NULL));
  close(fd);
}

static void facts(void) {
  creation();
  counter();
  semaphore();
  sizes();
}
