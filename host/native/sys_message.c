// sendmsg, recvmsg, sendmmsg, recvmmsg: a guest's msghdr and control messages, taken apart and put
// together for the kernel.
//
// msghdr, 28 bytes: name @0, namelen @4, iov @8, iovlen @12, control @16, controllen @20,
// flags @24. mmsghdr, 32: msghdr @0, u32 len @28. cmsghdr: u32 len @0, i32 level @4, i32 type @8,
// data @12, aligned to 4; the kernel's has 16 bytes and is aligned to 8.
#include "imports.h"

#include <limits.h>
#include <netinet/in.h>

enum {
  MMSGHDR_BYTES = 32,
  CMSGHDR_BYTES = 12,
  CONTROL_BYTES_MAX = 1024, // of the kernel's control buffer; every listed message fits often
  MESSAGES_MAX = IOV_MAX,   // UIO_MAXIOV, the kernel's bound for a batch
  WAIT_FOR_ONE = 0x10000,   // MSG_WAITFORONE
  OPTMEM_MAX = 1 << 17,     // net.core.optmem_max: more control data the kernel does not copy
  CMSG_COMPAT = INT32_MIN,  // MSG_CMSG_COMPAT, which user space may not set
};

struct guest_msghdr {
  uint32_t name;
  int32_t namelen;
  uint32_t iov, iovlen, control, controllen;
  int32_t flags;
};

struct guest_cmsghdr {
  uint32_t len;
  int32_t level, type;
};

_Static_assert(sizeof(struct guest_msghdr) == 28, "msghdr of wasm32");
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

// Name length and vector of a guest's msghdr, checked in the kernel's order.
static int32_t header_from_guest(struct guest *guest, struct guest_msghdr *from, uint32_t msg) {
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

static int32_t send_one(struct guest *guest, struct slot *slot, uint32_t msg, int32_t flags) {
  struct guest_msghdr from;
  int32_t error = header_from_guest(guest, &from, msg);
  if (error)
    return error;
  struct iovec vector[IOV_MAX];
  _Alignas(struct cmsghdr) uint8_t control[CONTROL_BYTES_MAX];
  struct sockaddr_storage address;
  struct msghdr to = {.msg_iov = vector, .msg_control = control};
  int32_t named = 0;
  if (from.namelen > 0)
    named = destination(guest, slot, flags, from.name, from.namelen, &address);
  error = named < 0 ? named : 0;
  if (!error)
    error = vector_from_guest(guest, &from, &to);
  if (!error)
    error = control_from_guest(guest, slot, &from, &to);
  if (error)
    return error;
  to.msg_name = named ? &address : NULL;
  to.msg_namelen = named ? (socklen_t)from.namelen : 0;
  long result = kernel_on(guest, slot, SYS_sendmsg, (long)&to, send_flags(flags), 0, 0, 0);
  return broken_pipe(guest, slot, (int32_t)result, flags);
}

int32_t sys_sendmsg(struct guest *guest, int32_t fd, uint32_t msg, int32_t flags) {
  if (flags & CMSG_COMPAT)
    return -EINVAL;
  int32_t error;
  struct slot *slot = table_socket(guest, fd, &error);
  return slot ? send_one(guest, slot, msg, flags) : error;
}

static int32_t receive_one(struct guest *guest, struct slot *slot, uint32_t msg, int32_t flags) {
  struct guest_msghdr from;
  int32_t error = header_from_guest(guest, &from, msg);
  if (error)
    return error;
  struct iovec vector[IOV_MAX];
  _Alignas(struct cmsghdr) uint8_t control[CONTROL_BYTES_MAX];
  struct sockaddr_storage address;
  struct msghdr to = {.msg_iov = vector};
  error = vector_from_guest(guest, &from, &to);
  if (error)
    return error;
  if (from.name) {
    to.msg_name = &address;
    to.msg_namelen = sizeof address;
  }
  // A Unix socket's control data could only be descriptors and credentials: there is no room for
  // any, the kernel drops them and says MSG_CTRUNC.
  if (from.controllen > 0 && slot->description->domain != AF_UNIX) {
    to.msg_control = control;
    to.msg_controllen = sizeof control;
  }
  long result = kernel_on(guest, slot, SYS_recvmsg, (long)&to, receive_flags(flags), 0, 0, 0);
  if (result < 0)
    return (int32_t)result;
  if (from.name) {
    address_remember(slot->description, &address, to.msg_namelen);
    error = address_copy_out(guest, from.name, msg + offsetof(struct guest_msghdr, namelen),
                             &address, to.msg_namelen);
    if (error)
      return error;
  }
  uint32_t written = control_to_guest(guest, &to, &from);
  const uint32_t tail[2] = {written, (uint32_t)to.msg_flags};
  memcpy(guest->memory + msg + offsetof(struct guest_msghdr, controllen), tail, sizeof tail);
  return (int32_t)result;
}

int32_t sys_recvmsg(struct guest *guest, int32_t fd, uint32_t msg, int32_t flags) {
  if (flags & CMSG_COMPAT)
    return -EINVAL;
  int32_t error;
  struct slot *slot = table_socket(guest, fd, &error);
  return slot ? receive_one(guest, slot, msg, flags) : error;
}

// Entry `i` of a guest's array of mmsghdr: 0 past the end of its address space, which is a fault.
static uint32_t entry_at(uint32_t vec, uint32_t i) {
  uint64_t at = vec + (uint64_t)i * MMSGHDR_BYTES;
  return at + MMSGHDR_BYTES <= UINT64_C(1) << 32 ? (uint32_t)at : 0;
}

int32_t sys_sendmmsg(struct guest *guest, int32_t fd, uint32_t vec, uint32_t vlen, int32_t flags) {
  if (flags & CMSG_COMPAT)
    return -EINVAL;
  int32_t error;
  struct slot *slot = table_socket(guest, fd, &error);
  if (!slot)
    return error;
  int32_t count = 0;
  for (uint32_t i = 0; i < vlen && i < MESSAGES_MAX; i++, count++) {
    uint32_t entry = entry_at(vec, i);
    int32_t sent = send_one(guest, slot, entry, flags);
    if (sent >= 0 && !copy_to_guest(guest, entry + sizeof(struct guest_msghdr), &sent, sizeof sent))
      sent = -EFAULT;
    if (sent < 0)
      return count > 0 ? count : sent;
  }
  return count;
}

int32_t sys_recvmmsg(struct guest *guest, int32_t fd, uint32_t vec, uint32_t vlen, int32_t flags,
                     uint32_t timeout) {
  if (flags & CMSG_COMPAT)
    return -EINVAL;
  struct timespec left, deadline;
  if (timeout) {
    int32_t wrong = span_from_guest(guest, &left, timeout);
    if (wrong)
      return wrong;
    deadline = time_from_now(&left);
  }
  int32_t error;
  struct slot *slot = table_socket(guest, fd, &error);
  if (!slot)
    return error;
  int32_t count = 0;
  for (uint32_t i = 0; i < vlen && i < MESSAGES_MAX; i++) {
    uint32_t entry = entry_at(vec, i);
    int32_t received = receive_one(guest, slot, entry, flags);
    if (received >= 0 &&
        !copy_to_guest(guest, entry + sizeof(struct guest_msghdr), &received, sizeof received))
      received = -EFAULT;
    if (received < 0 && count == 0)
      return received;
    if (received < 0)
      break;
    count++;
    if (flags & WAIT_FOR_ONE)
      flags |= MSG_DONTWAIT;
    // Looked at after a datagram only, as recvmmsg(2) says under BUGS.
    if (timeout) {
      left = time_until(&deadline);
      if (left.tv_sec == 0 && left.tv_nsec == 0)
        break;
    }
  }
  if (timeout && count > 0 && !copy_to_guest(guest, timeout, &left, sizeof left))
    return -EFAULT;
  return count;
}
