// Pages of memory, each mapped and unmapped by itself, whole mappings or parts of them. They come
// from memory.grow; what is unmapped is kept for the next mmap(), because memory cannot shrink.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "linux.h"

enum { PAGE_BYTES = 65536, PAGES_MAX = 65536, NOWHERE = -1 };

// What a page is to mmap(): OTHER is data, stack or malloc's, or lies behind the end of memory.
enum { OTHER, UNMAPPED, PRIVATE, SHARED };

static unsigned char pages[PAGES_MAX];

struct range {
  int first;
  int count;
};

static int is_mapped(int page) {
  return pages[page] != UNMAPPED && (size_t)page < __builtin_wasm_memory_size(0);
}

static int is_aligned(const void *address) { return (uintptr_t)address % PAGE_BYTES == 0; }

static int count_pages(size_t size) { return (int)(size / PAGE_BYTES + (size % PAGE_BYTES != 0)); }

// The pages of a range from an aligned address on; its end may be the end of the address space.
static int find_range(const void *address, size_t size, struct range *range) {
  *range = (struct range){(int)((uintptr_t)address / PAGE_BYTES), count_pages(size)};
  return range->count <= PAGES_MAX - range->first;
}

static int is_all_mapped(struct range range) {
  for (int i = 0; i < range.count; i++) {
    if (!is_mapped(range.first + i))
      return 0;
  }
  return 1;
}

static void *address_of(int page) { return (void *)((uintptr_t)page * PAGE_BYTES); }

static void clear(struct range range) {
  memset(address_of(range.first), 0, (size_t)range.count * PAGE_BYTES);
}

static void mark(struct range range, int state) {
  memset(pages + range.first, state, (size_t)range.count);
}

// New pages at the end of memory, which are zero. malloc() must have begun before: its first call
// takes for its own all that is there.
static int grow(int count) {
  static int is_ready;
  if (!is_ready) {
    free(malloc(1));
    is_ready = 1;
  }
  return (int)__builtin_wasm_memory_grow(0, (size_t)count);
}

// The first run of so many unmapped pages.
static int find_unmapped(int count) {
  const int end = (int)__builtin_wasm_memory_size(0);
  int run = 0;
  for (int page = 0; page < end; page++) {
    run = pages[page] == UNMAPPED ? run + 1 : 0;
    if (run == count)
      return page + 1 - count;
  }
  return NOWHERE;
}

static void *map_anywhere(int count, int state) {
  int first = find_unmapped(count);
  if (first != NOWHERE)
    clear((struct range){first, count});
  else
    first = grow(count);
  if (first == NOWHERE) {
    __failed(ENOMEM);
    return MAP_FAILED;
  }
  mark((struct range){first, count}, state);
  return address_of(first);
}

// At an address that must be that of pages which mmap() has given before.
static void *map_at(void *address, size_t size, int flags, int state) {
  struct range range;
  const int is_new = (flags & MAP_FIXED_NOREPLACE) != 0;
  int error = is_aligned(address) ? 0 : EINVAL;
  if (error == 0 && !find_range(address, size, &range))
    error = ENOMEM;
  for (int i = 0; error == 0 && i < range.count; i++) {
    if (pages[range.first + i] == OTHER)
      error = ENOMEM;
    else if (is_new && is_mapped(range.first + i))
      error = EEXIST;
  }
  if (error != 0) {
    __failed(error);
    return MAP_FAILED;
  }
  clear(range);
  mark(range, state);
  return address;
}

// Why a descriptor cannot be mapped: sockets, pipes and event descriptors never can.
static int why_no_file(int fd, int protection, int is_shared) {
  const int mode = fcntl(fd, F_GETFL) & O_ACCMODE;
  const int may_write = mode == O_RDWR || !is_shared || !(protection & PROT_WRITE);
  return mode == O_WRONLY || !may_write ? EACCES : ENODEV;
}

static int why_not(size_t size, int protection, int flags, int fd) {
  const int type = flags & MAP_TYPE;
  const int is_file = !(flags & MAP_ANONYMOUS);
  const int is_shared = type == MAP_SHARED || (is_file && type == MAP_SHARED_VALIDATE);
  if (is_file && fcntl(fd, F_GETFD) < 0)
    return EBADF;
  if (size == 0 || (!is_shared && type != MAP_PRIVATE))
    return EINVAL;
  if (is_file)
    return why_no_file(fd, protection, is_shared);
  return protection == (PROT_READ | PROT_WRITE) ? 0 : ENOTSUP;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
  const int error = offset % PAGE_BYTES != 0 ? EINVAL : why_not(size, protection, flags, fd);
  if (error != 0) {
    __failed(error);
    return MAP_FAILED;
  }
  const int state = (flags & MAP_TYPE) == MAP_SHARED ? SHARED : PRIVATE;
  if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
    return map_at(address, size, flags, state);
  return map_anywhere(count_pages(size), state);
}

// What mmap() has not given stays: a program's data, its stack and malloc's memory.
int munmap(void *address, size_t size) {
  struct range range;
  if (!is_aligned(address) || size == 0 || !find_range(address, size, &range))
    return __failed(EINVAL);
  for (int i = 0; i < range.count; i++) {
    if (pages[range.first + i] != OTHER)
      pages[range.first + i] = UNMAPPED;
  }
  return 0;
}

// Whether the pages behind a mapping can be added to it, which they are then.
static int extend(struct range range, int count) {
  const struct range more = {range.first + range.count, count - range.count};
  const int end = (int)__builtin_wasm_memory_size(0);
  if (more.first == end)
    return grow(more.count) != NOWHERE;
  if (more.count > end - more.first)
    return 0;
  for (int i = 0; i < more.count; i++) {
    if (pages[more.first + i] != UNMAPPED)
      return 0;
  }
  clear(more);
  return 1;
}

void *mremap(void *from, size_t from_size, size_t size, int flags, ...) {
  struct range range;
  const int count = count_pages(size);
  int error = 0;
  if (flags & ~MREMAP_MAYMOVE || !is_aligned(from) || size == 0 || from_size == 0)
    error = EINVAL;
  else if (!find_range(from, from_size, &range) || !is_all_mapped(range) ||
           pages[range.first] == OTHER)
    error = EFAULT;
  if (error != 0) {
    __failed(error);
    return MAP_FAILED;
  }
  const int state = pages[range.first];
  if (count < range.count)
    mark((struct range){range.first + count, range.count - count}, UNMAPPED);
  if (count <= range.count)
    return from;
  if (extend(range, count)) {
    mark((struct range){range.first, count}, state);
    return from;
  }
  void *to = MAP_FAILED;
  if (flags & MREMAP_MAYMOVE)
    to = map_anywhere(count, state);
  else
    __failed(ENOMEM);
  if (to != MAP_FAILED) {
    memcpy(to, from, (size_t)range.count * PAGE_BYTES);
    mark(range, UNMAPPED);
  }
  return to;
}

// 0, or why these pages are none that anything can be asked of; an empty range is good.
static int why_no_range(const void *address, size_t size, struct range *range) {
  if (!find_range(address, size, range) || !is_all_mapped(*range))
    return ENOMEM;
  return 0;
}

int mprotect(void *address, size_t size, int protection) {
  const int known = PROT_READ | PROT_WRITE | PROT_EXEC;
  struct range range;
  if (!is_aligned(address))
    return __failed(EINVAL);
  if (size == 0)
    return 0;
  if (protection & ~known)
    return __failed(EINVAL);
  const int error = why_no_range(address, size, &range);
  if (error != 0)
    return __failed(error);
  return protection == (PROT_READ | PROT_WRITE) ? 0 : __failed(ENOTSUP);
}

int msync(void *address, size_t size, int flags) {
  struct range range;
  const int unknown = flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC);
  if (unknown || !is_aligned(address) || (flags & MS_ASYNC && flags & MS_SYNC))
    return __failed(EINVAL);
  const int error = why_no_range(address, size, &range);
  return error == 0 ? 0 : __failed(error);
}

static int is_advice(int advice) {
  const int is_old = advice >= MADV_NORMAL && advice <= MADV_DONTNEED;
  const int is_new = advice >= MADV_DONTFORK && advice <= MADV_PAGEOUT;
  return is_old || is_new || advice == MADV_FREE;
}

// Only one advice has an effect that a program can see: private pages are zero after it.
int madvise(void *address, size_t size, int advice) {
  struct range range;
  if (!is_advice(advice) || !is_aligned(address))
    return __failed(EINVAL);
  const int error = why_no_range(address, size, &range);
  for (int i = 0; advice == MADV_DONTNEED && i < range.count; i++) {
    if (is_mapped(range.first + i) && pages[range.first + i] != SHARED)
      clear((struct range){range.first + i, 1});
  }
  return error == 0 ? 0 : __failed(error);
}

int posix_madvise(void *address, size_t size, int advice) {
  struct range range;
  const int is_known = advice >= POSIX_MADV_NORMAL && advice <= POSIX_MADV_DONTNEED;
  if (!is_known || !is_aligned(address))
    return EINVAL;
  return why_no_range(address, size, &range);
}

// RLIMIT_MEMLOCK is 0.
int mlock(const void *address, size_t size) {
  (void)address;
  (void)size;
  return __failed(EPERM);
}

int mlockall(int flags) {
  const int known = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
  const int is_good = flags != 0 && flags != MCL_ONFAULT && !(flags & ~known);
  return __failed(is_good ? EPERM : EINVAL);
}

int munlock(const void *address, size_t size) {
  struct range range;
  const size_t skipped = (uintptr_t)address % PAGE_BYTES;
  const int error = why_no_range((const char *)address - skipped, size + skipped, &range);
  return error == 0 ? 0 : __failed(error);
}

int munlockall(void) { return 0; }
