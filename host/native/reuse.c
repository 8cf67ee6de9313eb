// SO_REUSEADDR and SO_REUSEPORT of UDP sockets.
//
// A port that the kernel chooses has to be a free one: with these options it also chooses that of
// another process's socket that has them, and the guest would get that one's datagrams. So a UDP
// socket has them in the kernel only while it has a port, or is bound to one that was named; and
// the guest is told what it has set.
#include "guest.h"

#include <netinet/in.h>

// Whether it is one of the two, on a UDP socket.
bool reuse_is(const struct description *description, int level, int name) {
  return level == SOL_SOCKET && (name == SO_REUSEADDR || name == SO_REUSEPORT) &&
         description->type == SOCK_DGRAM && description->domain != AF_UNIX;
}

int32_t reuse_get(const struct description *description, int name) {
  return name == SO_REUSEADDR ? description->reuses_address : description->reuses_port;
}

void reuse_set(struct slot *slot, int name, int32_t value) {
  struct description *description = slot->description;
  *(name == SO_REUSEADDR ? &description->reuses_address : &description->reuses_port) = value;
  description->reuse_asked = true;
  reuse_settle(slot, false);
}

static bool has_port(int kfd) {
  struct sockaddr_in6 local = {0};
  socklen_t length = sizeof local;
  return getsockname(kfd, (struct sockaddr *)&local, &length) == 0 && local.sin6_port != 0;
}

// Brings the kernel's options in line; `binds` says that a port is about to be named.
void reuse_settle(struct slot *slot, bool binds) {
  const struct description *description = slot->description;
  if (!description->reuse_asked)
    return;
  bool allowed = binds || has_port(slot->kfd);
  int address = allowed && description->reuses_address;
  int port = allowed && description->reuses_port;
  setsockopt(slot->kfd, SOL_SOCKET, SO_REUSEADDR, &address, sizeof address);
  setsockopt(slot->kfd, SOL_SOCKET, SO_REUSEPORT, &port, sizeof port);
}
