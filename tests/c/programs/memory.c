// Pages: mapped, unmapped in part, moved, advised and refused. A page has the size of the
// machine's.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };

static size_t page;

static void report(const char *what, int is_good) {
  printf("%s: %s\n", what, is_good ? "good" : strerror(errno));
}

static char *map(size_t pages) { return mmap(NULL, pages * page, RW, ANON, -1, 0); }

static int is_all(const char *from, size_t pages, char value) {
  for (size_t i = 0; i < pages * page; i++) {
    if (from[i] != value)
      return 0;
  }
  return 1;
}

static void refused(void *address, size_t size, int flags, int fd, off_t offset) {
  report("mmap", mmap(address, size, RW, flags, fd, offset) != MAP_FAILED);
}

static void refusals(void) {
  refused(NULL, 0, ANON, -1, 0);
  refused(NULL, page, MAP_ANONYMOUS, -1, 0);
  refused(NULL, page, MAP_ANONYMOUS | MAP_SHARED_VALIDATE, -1, 0);
  refused(NULL, page, ANON, -1, 1);
  refused(NULL, page, MAP_PRIVATE, -1, 0);
  refused(NULL, page, MAP_PRIVATE, 99, 0);
  refused(NULL, 0, MAP_PRIVATE, 99, 0);
  refused((void *)1, page, ANON | MAP_FIXED, -1, 0);
  refused(NULL, (size_t)-1, ANON, -1, 0);
  report("munmap 0", munmap((void *)(16 * page), 0) == 0);
  report("munmap between pages", munmap((void *)(16 * page + 1), page) == 0);
  report("munmap of too much", munmap((void *)(16 * page), (size_t)-1) == 0);
}

static void descriptors(void) {
  int pipes[2], pair[2];
  if (pipe(pipes) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
    return;
  const int fds[] = {pipes[0], pipes[1], pair[0], eventfd(0, 0), epoll_create1(0)};
  for (int i = 0; i < 5; i++) {
    refused(NULL, page, MAP_SHARED, fds[i], 0);
    refused(NULL, page, MAP_PRIVATE, fds[i], 0);
    refused(NULL, page, 0, fds[i], 0);
  }
}

static void parts(void) {
  char *a = map(5);
  printf("aligned %d, zero %d\n", (size_t)a % page == 0, is_all(a, 5, 0));
  memset(a, 'a', 5 * page);
  report("a page in the middle", munmap(a + page, page) == 0);
  report("it again", munmap(a + page, page) == 0);
  report("the end, and a byte", munmap(a + 3 * page, page + 1) == 0);
  printf("the rest %d %d\n", is_all(a, 1, 'a'), is_all(a + 2 * page, 1, 'a'));
  char *other = malloc(10 * page);
  memset(other, 'm', 10 * page);
  char *b = map(1);
  printf("zero %d\n", is_all(b, 1, 0));
  memset(b, 'b', page);
  printf("the rest %d %d %d\n", is_all(a, 1, 'a'), is_all(a + 2 * page, 1, 'a'),
         is_all(other, 10, 'm'));
  report("fixed", mmap(a + page, page, RW, ANON | MAP_FIXED, -1, 0) == a + page || b == a + page);
  report("fixed over it", mmap(a, 2 * page, RW, ANON | MAP_FIXED, -1, 0) == a);
  printf("zero %d, the rest %d\n", is_all(a, 2, 0), is_all(a + 2 * page, 1, 'a'));
  report("fixed where something is",
         mmap(a, page, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) != MAP_FAILED);
  report("all", munmap(a, 3 * page) == 0);
  free(other);
}

// Many mappings of changing sizes, each holding its own letter.
static void many(void) {
  enum { COUNT = 40, ROUNDS = 2000 };
  char *maps[COUNT] = {0};
  size_t sizes[COUNT];
  unsigned random = 1;
  int wrong = 0;
  for (int round = 0; round < ROUNDS; round++) {
    random = random * 1103515245 + 12345;
    const int at = (int)((random >> 16) % COUNT);
    if (maps[at] != NULL) {
      wrong += maps[at][0] != 'A' + at || maps[at][sizes[at] * page - 1] != 'A' + at;
      wrong += munmap(maps[at], sizes[at] * page) != 0;
      maps[at] = NULL;
      continue;
    }
    sizes[at] = (random >> 8) % 7 + 1;
    maps[at] = map(sizes[at]);
    wrong += maps[at] == MAP_FAILED || maps[at][0] != 0 || maps[at][sizes[at] * page - 1] != 0;
    memset(maps[at], 'A' + at, sizes[at] * page);
  }
  printf("wrong %d\n", wrong);
}

static void moves(void) {
  char *a = map(2);
  memset(a, 'x', 2 * page);
  a = mremap(a, 2 * page, 6 * page, MREMAP_MAYMOVE);
  printf("%d %d\n", is_all(a, 2, 'x'), is_all(a + 2 * page, 4, 0));
  printf("%d\n", mremap(a, 6 * page, page, 0) == a && is_all(a, 1, 'x'));
  report("flags", mremap(a, page, page, 64) != MAP_FAILED);
  report("to nothing", mremap(a, page, 0, MREMAP_MAYMOVE) != MAP_FAILED);
  report("between pages", mremap(a + 1, page, page, MREMAP_MAYMOVE) != MAP_FAILED);
  report("what is unmapped", munmap(a, page) == 0 && mremap(a, page, page, 0) != MAP_FAILED);
}

static void advice(void) {
  char *a = map(3);
  char *shared = mmap(NULL, page, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  memset(a, 'a', 3 * page);
  memset(shared, 's', page);
  report("MADV_WILLNEED", madvise(a, 3 * page, MADV_WILLNEED) == 0);
  report("MADV_DONTNEED", madvise(a + page, page, MADV_DONTNEED) == 0);
  printf("%d %d %d\n", is_all(a, 1, 'a'), is_all(a + page, 1, 0), is_all(a + 2 * page, 1, 'a'));
  report("MADV_DONTNEED, shared", madvise(shared, page, MADV_DONTNEED) == 0);
  printf("%d\n", is_all(shared, 1, 's'));
  report("unknown", madvise(a, page, 12345) == 0);
  report("between pages", madvise(a + 1, page, MADV_NORMAL) == 0);
  printf("posix_madvise %d %d\n", posix_madvise(a, page, POSIX_MADV_DONTNEED),
         posix_madvise(a, page, 77));
  printf("kept %d\n", is_all(a, 1, 'a'));
  report("msync", msync(a, page, MS_SYNC) == 0);
  report("msync, both", msync(a, page, MS_SYNC | MS_ASYNC) == 0);
  report("msync, unknown", msync(a, page, 64) == 0);
  report("mprotect", mprotect(a, page, RW) == 0);
  report("mprotect of nothing", mprotect(a, 0, PROT_NONE) == 0);
  report("mprotect, unknown", mprotect(a, page, 64) == 0);
  report("mprotect between pages", mprotect(a + 1, page, RW) == 0);
  munmap(a + page, page);
  report("a hole: madvise", madvise(a, 3 * page, MADV_DONTNEED) == 0);
  printf("%d %d\n", is_all(a, 1, 0), is_all(a + 2 * page, 1, 0));
  report("a hole: msync", msync(a, 3 * page, MS_SYNC) == 0);
  report("a hole: mprotect", mprotect(a, 3 * page, RW) == 0);
  report("a hole: munlock", munlock(a, 3 * page) == 0);
  report("munlock", munlock(a + 1, 10) == 0);
}

// As one who has no privilege and may lock nothing.
static void locks(void) {
  const struct rlimit none = {0, 0};
  static char data[10];
  setrlimit(RLIMIT_MEMLOCK, &none);
  if (setuid(1000) < 0)
    return;
  report("mlock", mlock(data, sizeof data) == 0);
  report("mlockall", mlockall(MCL_CURRENT) == 0);
  report("mlockall of nothing", mlockall(0) == 0);
  report("mlockall, unknown", mlockall(64) == 0);
  report("munlockall", munlockall() == 0);
}

int main(void) {
  page = (size_t)sysconf(_SC_PAGESIZE);
  refusals();
  descriptors();
  parts();
  many();
  moves();
  advice();
  locks();
  return 0;
}
