// read, write, readv, writev, close, fcntl on whatever is open; the stdio of the host.
#include "imports.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

// Takes over a guest's array of iovec (u32 base @0, u32 len @4) as a 32-bit kernel would: -EINVAL
// for a count over UIO_MAXIOV or a length over INT32_MAX, -EFAULT. A bad range becomes IMPOSSIBLE.
int32_t iovecs_from_guest(struct guest *guest, struct iovec *to, uint32_t from, uint32_t count) {
  if (count > IOV_MAX)
    return -EINVAL;
  if (count > 0 && !guest_holds(guest, from, (uint64_t)count * 8))
    return -EFAULT;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t entry[2];
    memcpy(entry, guest->memory + from + (size_t)i * 8, sizeof entry);
    if (entry[1] > INT32_MAX)
      return -EINVAL;
    to[i].iov_base = guest_range(guest, entry[0], entry[1]);
    to[i].iov_len = entry[1];
  }
  return (int32_t)count;
}

// Waits until one of the host's own descriptors is ready: its O_NONBLOCK is not the guest's.
static int32_t stdio_wait(struct guest *guest, struct slot *slot, short events) {
  struct pollfd ready = {.fd = slot->kfd, .events = events};
  long result = kernel(guest, SYS_ppoll, (long)&ready, 1, 0, 0, 0, 0);
  return result < 0 ? (int32_t)result : 0;
}

static bool stdio_ready(struct slot *slot, short events) {
  struct pollfd ready = {.fd = slot->kfd, .events = events};
  return poll(&ready, 1, 0) != 0;
}

// One readv or writev on 0, 1 or 2, with the guest's own O_NONBLOCK.
static int32_t stdio_once(struct guest *guest, struct slot *slot, long number,
                          const struct iovec *iov, int32_t count) {
  short events = number == SYS_readv ? POLLIN : POLLOUT;
  for (;;) {
    if (slot->description->nonblocking && !stdio_ready(slot, events))
      return -EAGAIN;
    long result = kernel(guest, number, slot->kfd, (long)iov, count, 0, 0, 0);
    if (result != -EAGAIN || slot->description->nonblocking)
      return (int32_t)result;
    int32_t error = stdio_wait(guest, slot, events);
    if (error)
      return error;
  }
}

static struct iovec *skip(struct iovec *iov, int32_t *count, size_t bytes) {
  for (; *count > 0 && bytes >= iov->iov_len; iov++, --*count)
    bytes -= iov->iov_len;
  if (*count > 0) {
    iov->iov_base = (uint8_t *)iov->iov_base + bytes;
    iov->iov_len -= bytes;
  }
  return iov;
}

// What the host's descriptors are is not known, and one entry into the kernel must not run long: a
// vector that is large goes by its first STDIO_PIECE_BYTES. A read is short then; a write goes on,
// and one that blocks writes everything, though the kernel's descriptor may be nonblocking.
static int32_t stdio_move(struct guest *guest, struct slot *slot, long number, struct iovec *iov,
                          int32_t count) {
  if (slot->description->output != (number == SYS_writev))
    return -EBADF;
  for (int32_t i = 0; i < count; i++)
    if (iov[i].iov_base == IMPOSSIBLE)
      return -EFAULT;
  for (int32_t moved = 0;;) {
    size_t bytes = 0, over = 0;
    int32_t piece = 0;
    while (piece < count && bytes < STDIO_PIECE_BYTES)
      bytes += iov[piece++].iov_len;
    if (bytes > STDIO_PIECE_BYTES) {
      over = bytes - STDIO_PIECE_BYTES;
      iov[piece - 1].iov_len -= over;
    }
    int32_t result = stdio_once(guest, slot, number, iov, piece);
    if (result < 0)
      return moved > 0 ? moved : result;
    if (over > 0)
      iov[piece - 1].iov_len += over;
    if (__builtin_add_overflow(moved, result, &moved))
      return INT32_MAX;
    bool all = (size_t)result == bytes - over;
    iov = skip(iov, &count, (size_t)result);
    if (number == SYS_readv || count == 0 || result == 0 ||
        (!all && slot->description->nonblocking))
      return moved;
  }
}

// EPIPE raises SIGPIPE in the guest alone, where the kernel would: not for datagrams, and not if
// the call asked for silence.
int32_t broken_pipe(struct guest *guest, struct slot *slot, int32_t result, int32_t flags) {
  const struct description *description = slot->description;
  bool stream = description->kind != KIND_SOCKET || description->type == SOCK_STREAM;
  if (result == -EPIPE && stream && !(flags & MSG_NOSIGNAL))
    signal_raise(guest, SIGPIPE, SOURCE_KILL);
  return result;
}

static int32_t move(struct guest *guest, int32_t fd, long number, uint32_t buf, uint32_t count) {
  struct slot *slot = table_slot(guest, fd);
  if (!slot)
    return -EBADF;
  void *range = guest_range(guest, buf, count);
  struct iovec iov = {range, count};
  switch (slot->description->kind) {
  case KIND_STDIO:
    return stdio_move(guest, slot, number == SYS_read ? SYS_readv : SYS_writev, &iov, 1);
  case KIND_SIGNALFD:
    return number == SYS_read ? signalfd_read(guest, slot, &iov, 1) : -EINVAL;
  default:
    return (int32_t)kernel_on(guest, slot, number, (long)range, count, 0, 0, 0);
  }
}

int32_t sys_read(struct guest *guest, int32_t fd, uint32_t buf, uint32_t count) {
  return move(guest, fd, SYS_read, buf, count);
}

int32_t sys_write(struct guest *guest, int32_t fd, uint32_t buf, uint32_t count) {
  int32_t result = move(guest, fd, SYS_write, buf, count);
  return result == -EPIPE ? broken_pipe(guest, table_slot(guest, fd), result, 0) : result;
}

static bool is_empty(const struct iovec *vector, int32_t count) {
  size_t bytes = 0;
  for (int32_t i = 0; i < count; i++)
    bytes += vector[i].iov_len;
  return bytes == 0;
}

static int32_t movev(struct guest *guest, int32_t fd, long number, uint32_t iov, uint32_t iovcnt) {
  struct slot *slot = table_slot(guest, fd);
  if (!slot)
    return -EBADF;
  struct iovec vector[IOV_MAX];
  int32_t count = iovecs_from_guest(guest, vector, iov, iovcnt);
  if (count < 0)
    return count;
  switch (slot->description->kind) {
  case KIND_STDIO:
    return stdio_move(guest, slot, number, vector, count);
  case KIND_SIGNALFD:
    if (number == SYS_writev)
      return -EINVAL;
    return is_empty(vector, count) ? 0 : signalfd_read(guest, slot, vector, count);
  default:
    return (int32_t)kernel_on(guest, slot, number, (long)vector, count, 0, 0, 0);
  }
}

int32_t sys_readv(struct guest *guest, int32_t fd, uint32_t iov, uint32_t iovcnt) {
  return movev(guest, fd, SYS_readv, iov, iovcnt);
}

int32_t sys_writev(struct guest *guest, int32_t fd, uint32_t iov, uint32_t iovcnt) {
  int32_t result = movev(guest, fd, SYS_writev, iov, iovcnt);
  return result == -EPIPE ? broken_pipe(guest, table_slot(guest, fd), result, 0) : result;
}

int32_t sys_close(struct guest *guest, int32_t fd) {
  return guest_is_ending(guest) ? -EINTR : table_close(guest, fd);
}

// The description on the lowest free number from `from` on too, or -EMFILE.
int32_t duplicate(struct guest *guest, struct slot *slot, uint32_t from, bool cloexec) {
  int32_t vfd = table_lowest(guest, from);
  if (vfd < 0)
    return vfd;
  long kfd = kernel(guest, SYS_fcntl, slot->kfd, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
  if (kfd < 0)
    return (int32_t)kfd;
  return table_install(guest, vfd, (int)kfd, slot->description, cloexec);
}

static int32_t get_flags(struct guest *guest, struct slot *slot) {
  int32_t own = slot->description->nonblocking ? O_NONBLOCK : 0;
  long flags = kernel(guest, SYS_fcntl, slot->kfd, F_GETFL, 0, 0, 0, 0);
  if (flags >= 0 && slot->description->kind == KIND_SIGNALFD) // what carries it is a pipe's end
    return O_RDWR | own | (int32_t)(flags & O_APPEND);
  if (flags < 0 || slot->description->kind != KIND_STDIO)
    return (int32_t)flags;
  return (int32_t)(flags & ~(O_NONBLOCK | O_ACCMODE)) | own |
         (slot->description->output ? O_WRONLY : O_RDONLY);
}

static int32_t set_flags(struct guest *guest, struct slot *slot, uint32_t flags) {
  struct description *description = slot->description;
  bool carried = description->kind == KIND_SIGNALFD; // by a pipe's end, which stays nonblocking
  // Their inode is root's, as the host may be.
  bool anonymous = description->kind != KIND_STDIO && description->kind != KIND_SOCKET &&
                   description->kind != KIND_PIPE;
  if (anonymous && flags & O_NOATIME)
    return -EPERM;
  if (carried && flags & O_DIRECT)
    return -EINVAL;
  if (keeps_nonblocking(description))
    description->nonblocking = flags & O_NONBLOCK;
  if (description->kind == KIND_STDIO)
    return 0;
  flags |= carried ? O_NONBLOCK : 0;
  return (int32_t)kernel(guest, SYS_fcntl, slot->kfd, F_SETFL, flags, 0, 0, 0);
}

int32_t sys_fcntl(struct guest *guest, int32_t fd, int32_t cmd, uint32_t arg) {
  struct slot *slot = table_slot(guest, fd);
  if (!slot)
    return -EBADF;
  switch (cmd) {
  case F_DUPFD:
  case F_DUPFD_CLOEXEC:
    if (arg >= limit_descriptors(guest))
      return -EINVAL;
    return duplicate(guest, slot, arg, cmd == F_DUPFD_CLOEXEC);
  case F_GETFD:
    return slot->cloexec ? FD_CLOEXEC : 0;
  case F_SETFD:
    slot->cloexec = arg & FD_CLOEXEC;
    return 0;
  case F_GETFL:
    return get_flags(guest, slot);
  case F_SETFL:
    return set_flags(guest, slot, arg);
  case F_SETPIPE_SZ:
  case F_GETPIPE_SZ:
    return pipe_size(guest, slot, cmd, arg);
  default:
    return -EINVAL;
  }
}
