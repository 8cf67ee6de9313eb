// pipe2, and how much the pipes of a guest hold.
//
// The kernel bounds the pages of a user's pipes (pipe(7), pipe-user-pages-soft), but not of root's.
// A guest is held to everybody's bound, in the kernel's own way: beyond it a new pipe is small, and
// none can be enlarged.
#include "imports.h"

#include <fcntl.h>
#include <stdlib.h>

enum {
  PAGE_BYTES = 4096, // what pipe(7) counts in, whatever the machine's pages are
  PIPE_BYTES_MAX = 1 << 20,
  SMALL_PIPE_BYTES = 2 * PAGE_BYTES,
  PIPES_BYTES_MAX = 16384 * PAGE_BYTES,
};

// What both ends share.
struct pipe {
  uint32_t ends, bytes;
};

// Of two ends that are not open to the guest yet: how large the pipe is then.
static uint32_t settle_size(struct guest *guest, int kfd) {
  long bytes = fcntl(kfd, F_GETPIPE_SZ);
  if (bytes > 0 && guest->pipe_bytes + (uint64_t)bytes > PIPES_BYTES_MAX)
    bytes = fcntl(kfd, F_SETPIPE_SZ, SMALL_PIPE_BYTES);
  return bytes > 0 ? (uint32_t)bytes : 0;
}

int32_t sys_pipe2(struct guest *guest, uint32_t pipefd, int32_t flags) {
  if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
    return -EINVAL;
  if (!table_has_two(guest))
    return -EMFILE;
  if (!guest_holds(guest, pipefd, sizeof(int32_t[2])))
    return -EFAULT;
  struct pipe *pipe = calloc(1, sizeof *pipe);
  if (!pipe)
    return -ENOMEM;
  int kfds[2];
  int32_t vfds[2];
  long result = kernel(guest, SYS_pipe2, (long)kfds, flags | O_CLOEXEC, 0, 0, 0, 0);
  if (result < 0) {
    free(pipe);
    return (int32_t)result;
  }
  *pipe = (struct pipe){2, settle_size(guest, kfds[0])};
  guest->pipe_bytes += pipe->bytes;
  const struct description like = {.kind = KIND_PIPE, .pipe = pipe};
  int32_t error = table_pair(guest, kfds, &like, flags & O_CLOEXEC, vfds);
  if (error) {
    pipe->ends = 1; // an end that was opened is closed again
    pipe_close(guest, pipe);
    return error;
  }
  memcpy(guest->memory + pipefd, vfds, sizeof vfds);
  return 0;
}

// An end is closed for good.
void pipe_close(struct guest *guest, struct pipe *pipe) {
  if (--pipe->ends > 0)
    return;
  guest->pipe_bytes -= pipe->bytes;
  free(pipe);
}

// What the kernel makes of a size: a power of two of pages.
static uint64_t rounded(uint32_t bytes) {
  uint64_t size = PAGE_BYTES;
  while (size < bytes)
    size *= 2;
  return size;
}

// F_GETPIPE_SZ and F_SETPIPE_SZ: -EBADF of what is no pipe; -EPERM of a larger one where a user
// without privileges could not have it.
int32_t pipe_size(struct guest *guest, struct slot *slot, int32_t cmd, uint32_t bytes) {
  struct pipe *pipe = slot->description->pipe;
  if (!pipe)
    return -EBADF;
  uint64_t size = rounded(bytes), others = guest->pipe_bytes - pipe->bytes;
  bool enlarges = cmd == F_SETPIPE_SZ && size > pipe->bytes && bytes <= INT32_MAX;
  if (enlarges && (size > PIPE_BYTES_MAX || others + size > PIPES_BYTES_MAX))
    return -EPERM;
  long result = kernel(guest, SYS_fcntl, slot->kfd, cmd, bytes, 0, 0, 0);
  if (result < 0)
    return (int32_t)result;
  guest->pipe_bytes = others + (uint64_t)result;
  pipe->bytes = (uint32_t)result;
  return (int32_t)result;
}
