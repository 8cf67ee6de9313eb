// A guest's msghdr on its way to the kernel and back; what sys_message.c and sys_mmsg.c share.
//
// msghdr, 28 bytes: name @0, namelen @4, iov @8, iovlen @12, control @16, controllen @20,
// flags @24.
#pragma once

#include "imports.h"

enum {
  CONTROL_BYTES_MAX = 1024, // of the kernel's control buffer; every listed message fits often
  CMSG_COMPAT = INT32_MIN,  // MSG_CMSG_COMPAT, which user space may not set
};

struct guest_msghdr {
  uint32_t name;
  int32_t namelen;
  uint32_t iov, iovlen, control, controllen;
  int32_t flags;
};

_Static_assert(sizeof(struct guest_msghdr) == 28, "msghdr of wasm32");

// What the kernel's msghdr points to, besides its vector.
struct message {
  struct guest_msghdr from;
  struct sockaddr_storage address;
  _Alignas(struct cmsghdr) uint8_t control[CONTROL_BYTES_MAX];
};

// The socket of a call with messages, or NULL with the errno in *error (EINVAL, EBADF, ENOTSOCK).
static inline struct slot *message_socket(struct guest *guest, int32_t fd, int32_t flags,
                                          int32_t *error) {
  *error = -EINVAL;
  return flags & CMSG_COMPAT ? NULL : table_socket(guest, fd, error);
}

int32_t message_header(struct guest *guest, struct guest_msghdr *from, uint32_t msg);
int32_t message_to_send(struct guest *guest, struct slot *slot, int32_t flags,
                        struct message *message, struct msghdr *to);
int32_t message_to_receive(struct guest *guest, struct slot *slot, struct message *message,
                           struct msghdr *to);
int32_t message_received(struct guest *guest, struct slot *slot, const struct message *message,
                         struct msghdr *to, uint32_t msg);
