// sendmsg, recvmsg: a guest's msghdr and control messages, taken apart and put together for the
// kernel. sys_mmsg.c does it with many.
//
// cmsghdr: u32 len @0, i32 level @4, i32 type @8, data @12, aligned to 4; the kernel's has 16 bytes
// and is aligned to 8.
#include "message.h"

#include <limits.h>
#include <netinet/in.h>

enum {
  CMSGHDR_BYTES = 12,
  OPTMEM_MAX = 1 << 17, // net.core.optmem_max: more control data the kernel does not copy
};

struct guest_cmsghdr {
  uint32_t len;
  int32_t level, type;
};

_Static_assert(sizeof(struct guest_cmsghdr) == CMSGHDR_BYTES, "cmsghdr of wasm32");

static uint32_t aligned(uint32_t bytes) { return (bytes + 3) & ~3u; }

// Whether the kernel looks into control messages of this level on such a socket.
static bool level_is_read(const struct description *description, int level) {
  if (level == SOL_SOCKET)
    return true;
  return description->domain != AF_UNIX && description->type == SOCK_DGRAM &&
         (level == IPPROTO_IP || level == IPPROTO_IPV6 || level == IPPROTO_UDP);
}

// One message of a guest behind those in `to`. 0, -EINVAL, -EPERM, -ENOBUFS.
static int32_t control_add(const struct description *description, const struct guest_cmsghdr *from,
                           const uint8_t *data, struct msghdr *to) {
  uint32_t bytes = from->len - CMSGHDR_BYTES;
  if (from->level == SOL_SOCKET && (from->type == SCM_RIGHTS || from->type == SCM_CREDENTIALS))
    return -EPERM;
  if (!level_is_read(description, from->level))
    return 0;
  if (!allow_control(from->level, from->type, true, bytes))
    return -EINVAL;
  if (to->msg_controllen + CMSG_SPACE(bytes) > CONTROL_BYTES_MAX)
    return -ENOBUFS;
  struct cmsghdr header = {CMSG_LEN(bytes), from->level, from->type};
  uint8_t *at = (uint8_t *)to->msg_control + to->msg_controllen;
  memset(at, 0, CMSG_SPACE(bytes));
  memcpy(at, &header, sizeof header);
  memcpy(at + CMSG_LEN(0), data, bytes);
  to->msg_controllen += CMSG_SPACE(bytes);
  return 0;
}

static int32_t control_from_guest(struct guest *guest, struct slot *slot,
                                  const struct guest_msghdr *from, struct msghdr *to) {
  if (from->controllen > OPTMEM_MAX)
    return -ENOBUFS;
  if (from->controllen > 0 && !guest_holds(guest, from->control, from->controllen))
    return -EFAULT;
  const uint8_t *control = guest->memory + from->control;
  for (uint32_t at = 0; from->controllen - at >= CMSGHDR_BYTES;) {
    struct guest_cmsghdr header;
    memcpy(&header, control + at, sizeof header);
    if (header.len < CMSGHDR_BYTES || header.len > from->controllen - at)
      return -EINVAL;
    int32_t error = control_add(slot->description, &header, control + at + CMSGHDR_BYTES, to);
    if (error)
      return error;
    if (aligned(header.len) >= from->controllen - at)
      break;
    at += aligned(header.len);
  }
  return 0;
}

// The kernel's control messages, those on the list, in the guest's layout; as the kernel's
// put_cmsg, what does not fit is cut off and reported by MSG_CTRUNC.
// Returns the bytes that they take. As in the kernel, what faults is lost without a word.
static uint32_t control_to_guest(struct guest *guest, struct msghdr *from,
                                 const struct guest_msghdr *to) {
  bool held = guest_holds(guest, to->control, to->controllen);
  uint8_t *control = guest->memory + to->control;
  uint32_t used = 0;
  for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(from); cmsg; cmsg = CMSG_NXTHDR(from, cmsg)) {
    uint32_t bytes = (uint32_t)(cmsg->cmsg_len - CMSG_LEN(0));
    if (!allow_control(cmsg->cmsg_level, cmsg->cmsg_type, false, bytes))
      continue;
    uint32_t room = to->controllen - used;
    if (!to->control || room < CMSGHDR_BYTES) {
      from->msg_flags |= MSG_CTRUNC;
      break;
    }
    if (room - CMSGHDR_BYTES < bytes) {
      from->msg_flags |= MSG_CTRUNC;
      bytes = room - CMSGHDR_BYTES;
    }
    if (!held)
      continue;
    const struct guest_cmsghdr header = {CMSGHDR_BYTES + bytes, cmsg->cmsg_level, cmsg->cmsg_type};
    memcpy(control + used, &header, sizeof header);
    memcpy(control + used + CMSGHDR_BYTES, CMSG_DATA(cmsg), bytes);
    used += aligned(header.len) < room ? aligned(header.len) : room;
  }
  return used;
}

// Takes over a guest's msghdr: 0, -EFAULT, -EINVAL.
int32_t message_header(struct guest *guest, struct guest_msghdr *from, uint32_t msg) {
  if (!copy_from_guest(guest, from, msg, sizeof *from))
    return -EFAULT;
  if (!from->name)
    from->namelen = 0;
  if (from->namelen < 0)
    return -EINVAL;
  if (from->namelen > ADDRESS_BYTES)
    from->namelen = ADDRESS_BYTES;
  return 0;
}

static int32_t vector_from_guest(struct guest *guest, const struct guest_msghdr *from,
                                 struct msghdr *to) {
  if (from->iovlen > IOV_MAX)
    return -EMSGSIZE;
  int32_t count = iovecs_from_guest(guest, to->msg_iov, from->iov, from->iovlen);
  to->msg_iovlen = count > 0 ? (size_t)count : 0;
  return count < 0 ? count : 0;
}

// Makes `to`, with room for its vector, the kernel's form of a message that is to be sent; checked
// in the kernel's order.
int32_t message_to_send(struct guest *guest, struct slot *slot, int32_t flags,
                        struct message *message, struct msghdr *to) {
  const struct guest_msghdr *from = &message->from;
  int32_t named = 0;
  to->msg_control = message->control;
  to->msg_controllen = 0;
  if (from->namelen > 0)
    named = destination(guest, slot, flags, from->name, from->namelen, &message->address);
  int32_t error = named < 0 ? named : 0;
  if (!error)
    error = vector_from_guest(guest, from, to);
  if (!error)
    error = control_from_guest(guest, slot, from, to);
  to->msg_name = named ? &message->address : NULL;
  to->msg_namelen = named ? (socklen_t)from->namelen : 0;
  return error;
}

// The same for one that is to be received.
int32_t message_to_receive(struct guest *guest, struct slot *slot, struct message *message,
                           struct msghdr *to) {
  const struct guest_msghdr *from = &message->from;
  if (from->name) {
    to->msg_name = &message->address;
    to->msg_namelen = sizeof message->address;
  }
  // A Unix socket's control data could only be descriptors and credentials: there is no room for
  // any, the kernel drops them and says MSG_CTRUNC.
  if (from->controllen > 0 && slot->description->domain != AF_UNIX) {
    to->msg_control = message->control;
    to->msg_controllen = sizeof message->control;
  }
  return vector_from_guest(guest, from, to);
}

// Tells the guest what came with its msghdr at `msg`: 0, -EINVAL, -EFAULT.
int32_t message_received(struct guest *guest, struct slot *slot, const struct message *message,
                         struct msghdr *to, uint32_t msg) {
  const struct guest_msghdr *from = &message->from;
  if (from->name) {
    address_remember(guest, slot->description, &message->address, to->msg_namelen);
    int32_t error =
        address_copy_out(guest, from->name, msg + offsetof(struct guest_msghdr, namelen),
                         &message->address, to->msg_namelen);
    if (error)
      return error;
  }
  uint32_t written = control_to_guest(guest, to, from);
  const uint32_t tail[2] = {written, (uint32_t)to->msg_flags};
  memcpy(guest->memory + msg + offsetof(struct guest_msghdr, controllen), tail, sizeof tail);
  return 0;
}

int32_t sys_sendmsg(struct guest *guest, int32_t fd, uint32_t msg, int32_t flags) {
  struct iovec vector[IOV_MAX];
  struct msghdr to = {.msg_iov = vector};
  struct message message;
  int32_t error;
  struct slot *slot = message_socket(guest, fd, flags, &error);
  if (!slot)
    return error;
  error = message_header(guest, &message.from, msg);
  if (!error)
    error = message_to_send(guest, slot, flags, &message, &to);
  if (error)
    return error;
  long result = kernel_on(guest, slot, SYS_sendmsg, (long)&to, send_flags(flags), 0, 0, 0);
  return broken_pipe(guest, slot, (int32_t)result, flags);
}

int32_t sys_recvmsg(struct guest *guest, int32_t fd, uint32_t msg, int32_t flags) {
  struct iovec vector[IOV_MAX];
  struct msghdr to = {.msg_iov = vector};
  struct message message;
  int32_t error;
  struct slot *slot = message_socket(guest, fd, flags, &error);
  if (!slot)
    return error;
  error = message_header(guest, &message.from, msg);
  if (!error)
    error = message_to_receive(guest, slot, &message, &to);
  if (error)
    return error;
  long result = kernel_on(guest, slot, SYS_recvmsg, (long)&to, receive_flags(flags), 0, 0, 0);
  if (result < 0)
    return (int32_t)result;
  error = message_received(guest, slot, &message, &to, msg);
  return error ? error : (int32_t)result;
}
