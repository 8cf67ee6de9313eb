// sendmmsg, recvmmsg: many messages by one entry into the kernel.
//
// mmsghdr, 32 bytes: msghdr @0, u32 len @28. The messages are taken over up to the first that is
// wrong in itself; the kernel then does, counts and breaks off as it does for a process.
#include "message.h"

#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/un.h>

enum {
  MMSGHDR_BYTES = 32,
  MESSAGES_MAX = IOV_MAX, // UIO_MAXIOV, the kernel's bound
  SENDS_MAX = 64,
  WAIT_FOR_ONE = 0x10000, // MSG_WAITFORONE
};

struct batch {
  uint32_t count;
  int32_t error; // of the message behind the last one
  struct mmsghdr *headers;
  struct message *messages;
  struct iovec *vectors;
};

// Entry `i` of a guest's array: 0 past the end of its address space, which is a fault.
static uint32_t entry_at(uint32_t vec, uint32_t i) {
  uint64_t at = vec + (uint64_t)i * MMSGHDR_BYTES;
  return at + MMSGHDR_BYTES <= UINT64_C(1) << 32 ? (uint32_t)at : 0;
}

static void batch_free(struct batch *batch) {
  free(batch->headers);
  free(batch->messages);
  free(batch->vectors);
}

// Takes over the headers of up to `vlen` messages and makes room for all that belongs to them:
// 0, or -ENOMEM.
static int32_t batch_create(struct guest *guest, struct batch *batch, uint32_t vec, uint32_t vlen) {
  uint32_t most = vlen < MESSAGES_MAX ? vlen : MESSAGES_MAX;
  size_t vectors = 0;
  *batch = (struct batch){.headers = calloc(most, sizeof *batch->headers),
                          .messages = malloc(most * sizeof *batch->messages)};
  if (!batch->headers || !batch->messages)
    return -ENOMEM;
  for (; batch->count < most; batch->count++) {
    struct guest_msghdr *from = &batch->messages[batch->count].from;
    batch->error = message_header(guest, from, entry_at(vec, batch->count));
    if (batch->error)
      break;
    vectors += from->iovlen < IOV_MAX ? from->iovlen : IOV_MAX;
  }
  batch->vectors = malloc(vectors * sizeof *batch->vectors + 1);
  return batch->vectors ? 0 : -ENOMEM;
}

// Gives the kernel a message to receive that it refuses with just this errno: it keeps the errno
// for the next call.
static void refuse(struct msghdr *to, struct message *message, int32_t error) {
  static const struct iovec none;
  *to = (struct msghdr){.msg_iov = (struct iovec *)&none};
  if (error == -EFAULT) {
    to->msg_iov = IMPOSSIBLE;
    to->msg_iovlen = 1;
  } else if (error == -EMSGSIZE) {
    to->msg_iovlen = IOV_MAX + 1;
  } else {
    to->msg_name = &message->address;
    to->msg_namelen = (socklen_t)-1;
  }
}

// The longest name that a socket's peer has.
static uint64_t name_bytes(const struct description *description) {
  return description->domain == AF_INET    ? sizeof(struct sockaddr_in)
         : description->domain == AF_INET6 ? sizeof(struct sockaddr_in6)
                                           : sizeof(struct sockaddr_un);
}

// Whether the guest can be told who sent a message; the kernel gets an impossible address where it
// certainly cannot.
static bool can_tell_name(struct guest *guest, struct slot *slot, const struct guest_msghdr *from,
                          struct msghdr *to) {
  uint64_t most = name_bytes(slot->description);
  uint64_t bytes = (uint64_t)from->namelen < most ? (uint64_t)from->namelen : most;
  if (!from->name || guest_holds(guest, from->name, bytes) || bytes == 0)
    return true;
  if (slot->description->domain != AF_UNIX)
    to->msg_name = IMPOSSIBLE;
  return false;
}

// Makes the kernel's form of each, up to the first that is wrong, or of which the guest perhaps
// cannot be told: what comes behind it must not have been moved.
static void batch_fill(struct guest *guest, struct slot *slot, struct batch *batch, uint32_t vec,
                       int32_t flags, bool sends) {
  struct iovec *vector = batch->vectors;
  uint32_t whole = batch->count;
  for (uint32_t i = 0; i < whole; i++) {
    struct message *message = &batch->messages[i];
    struct msghdr *to = &batch->headers[i].msg_hdr;
    to->msg_iov = vector;
    int32_t error = sends ? message_to_send(guest, slot, flags, message, to)
                          : message_to_receive(guest, slot, message, to);
    vector += to->msg_iovlen;
    bool tells = guest_holds(guest, entry_at(vec, i), MMSGHDR_BYTES) &&
                 (sends || error || can_tell_name(guest, slot, &message->from, to));
    if (error || !tells) {
      batch->error = error;
      batch->count = error ? i : i + 1;
      break;
    }
  }
  if (!sends && batch->error) {
    struct message *message = &batch->messages[batch->count];
    refuse(&batch->headers[batch->count++].msg_hdr, message, batch->error);
  }
}

// Moves a batch: how many messages, or -errno. `left` of recvmmsg's time is the kernel's to set.
static long batch_move(struct guest *guest, struct slot *slot, struct batch *batch, long number,
                       int32_t flags, struct timespec *left) {
  if (!left)
    return kernel_on(guest, slot, number, (long)batch->headers, batch->count, flags, 0, 0);
  const struct timespec deadline = time_from_now(left);
  const struct timespec start = time_from_now(&(struct timespec){0});
  for (bool begun = false;; begun = true) {
    long stop = guest_attention(guest) ? interrupted(guest, begun) : 0;
    if (stop)
      return stop;
    long result = syscall(number, slot->kfd, batch->headers, batch->count, flags, left);
    if (result >= 0 || errno != EINTR)
      return result < 0 ? -errno : result;
    guest_roused(guest);
    if (slot->description->receive_timeout_ns && !wait_for_rest(slot, false, &start))
      return -EAGAIN;
    *left = time_until(&deadline);
  }
}

// Tells the guest of the first `count`: how many it could be told of, and -EFAULT or -EINVAL in
// `*error`.
static uint32_t batch_tell(struct guest *guest, struct slot *slot, struct batch *batch,
                           uint32_t vec, uint32_t count, bool sends, int32_t *error) {
  for (uint32_t i = 0; i < count; i++) {
    uint32_t entry = entry_at(vec, i);
    struct mmsghdr *header = &batch->headers[i];
    *error =
        sends ? 0 : message_received(guest, slot, &batch->messages[i], &header->msg_hdr, entry);
    if (!*error && !copy_to_guest(guest, entry + sizeof(struct guest_msghdr), &header->msg_len,
                                  sizeof header->msg_len))
      *error = -EFAULT;
    if (*error)
      return i;
  }
  return count;
}

// How many messages to move at once. Of those to be sent only some, for one entry into the kernel
// must not run long; a stream's one by one where the guest is to get SIGPIPE, because the kernel
// tells no errno behind the first.
static uint32_t at_once(const struct slot *slot, uint32_t left, int32_t flags, bool sends) {
  bool raises = slot->description->type == SOCK_STREAM && !(flags & MSG_NOSIGNAL);
  uint32_t most = !sends ? MESSAGES_MAX : raises ? 1 : SENDS_MAX;
  return left < most ? left : most;
}

// Moves the next messages of a guest's array: how many; what ends the whole is in `*error`, or
// `*ends` without an error.
static uint32_t move_some(struct guest *guest, struct slot *slot, uint32_t vec, uint32_t count,
                          int32_t flags, struct timespec *left, bool sends, int32_t *error,
                          bool *ends) {
  struct batch batch;
  uint32_t told = 0;
  *error = batch_create(guest, &batch, vec, count);
  if (!*error)
    batch_fill(guest, slot, &batch, vec, flags, sends);
  if (!*error && batch.count == 0)
    *error = batch.error;
  if (!*error) {
    int32_t passed = sends ? send_flags(flags) : receive_flags(flags) | (flags & WAIT_FOR_ONE);
    long number = sends ? SYS_sendmmsg : SYS_recvmmsg;
    long moved = batch_move(guest, slot, &batch, number, passed, left);
    *error = moved < 0 ? (int32_t)moved : 0;
    if (moved > 0)
      told = batch_tell(guest, slot, &batch, vec, (uint32_t)moved, sends, error);
  }
  *ends = *error || batch.error || told < batch.count;
  batch_free(&batch);
  return told;
}

// All of a guest's array: how many messages were moved, or the error of the first.
static int32_t move_all(struct guest *guest, struct slot *slot, uint32_t vec, uint32_t vlen,
                        int32_t flags, struct timespec *left, bool sends) {
  uint32_t most = vlen < MESSAGES_MAX ? vlen : MESSAGES_MAX, done = 0;
  int32_t error = 0;
  for (bool ends = false; !ends && done < most;) {
    uint32_t count = at_once(slot, most - done, flags, sends);
    done += move_some(guest, slot, vec + done * MMSGHDR_BYTES, count, flags, left, sends, &error,
                      &ends);
    if (flags & WAIT_FOR_ONE)
      flags |= MSG_DONTWAIT;
  }
  if (sends)
    broken_pipe(guest, slot, error, flags);
  return done > 0 ? (int32_t)done : error;
}

int32_t sys_sendmmsg(struct guest *guest, int32_t fd, uint32_t vec, uint32_t vlen, int32_t flags) {
  int32_t error;
  struct slot *slot = message_socket(guest, fd, flags, &error);
  if (!slot)
    return error;
  return move_all(guest, slot, vec, vlen, flags, NULL, true);
}

int32_t sys_recvmmsg(struct guest *guest, int32_t fd, uint32_t vec, uint32_t vlen, int32_t flags,
                     uint32_t timeout) {
  struct timespec left;
  int32_t error;
  if (flags & CMSG_COMPAT)
    return -EINVAL;
  int32_t wrong = timeout ? span_from_guest(guest, &left, timeout) : 0;
  if (wrong)
    return wrong;
  struct slot *slot = table_socket(guest, fd, &error);
  if (!slot)
    return error;
  if (vlen == 0) // an error of the socket is told all the same
    return (int32_t)kernel_on(guest, slot, SYS_recvmmsg, 0, 0, receive_flags(flags), 0, 0);
  int32_t count = move_all(guest, slot, vec, vlen, flags, timeout ? &left : NULL, false);
  if (timeout && count > 0 && !copy_to_guest(guest, timeout, &left, sizeof left))
    return -EFAULT;
  return count;
}
