// getrandom, cmdline, environ, exit_group.
#include "imports.h"

#include <sys/random.h>

enum { RANDOM_PIECE_BYTES = 1 << 20 };

// Random bytes, in pieces between which the guest can be ended. As the kernel, -EINVAL for unknown
// flags, at most INT32_MAX bytes, and what there is when it is interrupted.
int32_t sys_getrandom(struct guest *guest, uint32_t buf, uint32_t buflen, uint32_t flags) {
  uint32_t length = buflen < INT32_MAX ? buflen : INT32_MAX;
  uint8_t *to = guest_range(guest, buf, length);
  uint32_t done = 0;
  do {
    uint32_t left = length - done;
    uint32_t piece = left < RANDOM_PIECE_BYTES ? left : RANDOM_PIECE_BYTES;
    long result = kernel(guest, SYS_getrandom, (long)(to + done), piece, flags, 0, 0, 0);
    if (result < 0)
      return done > 0 ? (int32_t)done : (int32_t)result;
    done += (uint32_t)result;
    if (result < piece)
      break;
  } while (done < length);
  return (int32_t)done;
}

static int32_t copy_blob(struct guest *guest, const struct blob *blob, uint32_t buf,
                         uint32_t length) {
  uint32_t bytes = length < blob->length ? length : blob->length;
  return copy_to_guest(guest, buf, blob->bytes, bytes) ? (int32_t)blob->length : -EFAULT;
}

int32_t sys_cmdline(struct guest *guest, uint32_t buf, uint32_t length) {
  return copy_blob(guest, &guest->cmdline, buf, length);
}

int32_t sys_environ(struct guest *guest, uint32_t buf, uint32_t length) {
  return copy_blob(guest, &guest->environ, buf, length);
}

// Every later call of the guest is in vain; the worker itself is ended by its owner.
int32_t sys_exit_group(struct guest *guest, int32_t status) {
  if (guest_is_ending(guest))
    return -EINTR;
  guest_die(guest, status & 0xff);
  return 0;
}
