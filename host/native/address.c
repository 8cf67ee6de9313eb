// Socket addresses: what the policy is asked, on the copy of the bytes that then go to the kernel.
//
// address_target() says what the kernel would take an address for, from its own rules for the
// socket's domain and type. What the kernel refuses is handed down as an address of a family that
// does not exist, so that a mistake here could never reach an address nobody granted.
#include "memory.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/un.h>

enum { SIN6_LEN_RFC2133 = 24 }; // the shortest sockaddr_in6 that the kernel takes

// NONE: disconnect, or the connected peer. REFUSED: the kernel has an errno for it.
enum target { TARGET_NONE, TARGET_REFUSED, TARGET_INET, TARGET_INET6, TARGET_UNIX };

static enum target target_unix(enum verb verb, int type, int family, socklen_t length) {
  if (verb == VERB_CONNECT && family == AF_UNSPEC && type == SOCK_DGRAM)
    return TARGET_NONE;
  // Only datagrams have a destination of their own.
  if (family != AF_UNIX || length > sizeof(struct sockaddr_un) ||
      (verb == VERB_SEND && type != SOCK_DGRAM))
    return TARGET_REFUSED;
  // Without a path bind(2) takes a name by itself, and nothing else does.
  bool named = length > offsetof(struct sockaddr_un, sun_path);
  return named || verb == VERB_BIND ? TARGET_UNIX : TARGET_REFUSED;
}

static enum target target_inet(enum verb verb, int family, const struct sockaddr_in *in,
                               socklen_t length) {
  if (verb == VERB_CONNECT && family == AF_UNSPEC)
    return TARGET_NONE;
  if (length < sizeof *in)
    return TARGET_REFUSED;
  // bind takes AF_UNSPEC for AF_INET where the address is the wildcard, sendto takes it always.
  bool unspec = family == AF_UNSPEC &&
                (verb == VERB_SEND || (verb == VERB_BIND && in->sin_addr.s_addr == INADDR_ANY));
  return family == AF_INET || unspec ? TARGET_INET : TARGET_REFUSED;
}

static enum target target_inet6(enum verb verb, int type, int family, socklen_t length) {
  if (verb != VERB_BIND && family == AF_UNSPEC)
    return verb == VERB_CONNECT || type == SOCK_DGRAM ? TARGET_NONE : TARGET_REFUSED;
  // A UDP socket of IPv6 that is not V6ONLY reaches IPv4 by its own addresses, too.
  if (verb != VERB_BIND && family == AF_INET && type == SOCK_DGRAM)
    return length < sizeof(struct sockaddr_in) ? TARGET_REFUSED : TARGET_INET;
  return family == AF_INET6 && length >= SIN6_LEN_RFC2133 ? TARGET_INET6 : TARGET_REFUSED;
}

static enum target address_target(const struct description *description, enum verb verb,
                                  const struct sockaddr_storage *address, socklen_t length) {
  if (length < sizeof address->ss_family)
    return TARGET_REFUSED;
  int family = address->ss_family;
  switch (description->domain) {
  case AF_INET:
    return target_inet(verb, family, (const struct sockaddr_in *)address, length);
  case AF_INET6:
    return target_inet6(verb, description->type, family, length);
  default:
    return target_unix(verb, description->type, family, length);
  }
}

// The local address of a bound socket is where the kernel sends what goes to 0.0.0.0.
static in_addr_t local_inet(int kfd) {
  struct sockaddr_storage local = {0};
  socklen_t length = sizeof local;
  if (getsockname(kfd, (struct sockaddr *)&local, &length) == 0 && local.ss_family == AF_INET) {
    in_addr_t bound = ((struct sockaddr_in *)&local)->sin_addr.s_addr;
    if (bound != INADDR_ANY)
      return bound;
  }
  return htonl(INADDR_LOOPBACK);
}

// Replaces a wildcard destination by the address that the kernel would take it for.
static bool resolve_wildcard(int kfd, struct sockaddr_storage *address) {
  struct sockaddr_in *in = (struct sockaddr_in *)address;
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
  if (address->ss_family == AF_INET) {
    bool any = in->sin_addr.s_addr == INADDR_ANY;
    if (any)
      in->sin_addr.s_addr = local_inet(kfd);
    return any;
  }
  if (address->ss_family != AF_INET6)
    return false;
  struct in6_addr *to = &in6->sin6_addr;
  struct sockaddr_in6 local = {0};
  socklen_t length = sizeof local;
  bool mapped = getsockname(kfd, (struct sockaddr *)&local, &length) == 0 &&
                IN6_IS_ADDR_V4MAPPED(&local.sin6_addr);
  bool any = IN6_IS_ADDR_UNSPECIFIED(to);
  if (any && !mapped) {
    to->s6_addr[15] = 1;
    return true;
  }
  if (!any && !(IN6_IS_ADDR_V4MAPPED(to) && !to->s6_addr32[3]))
    return false;
  in_addr_t bound = mapped ? local.sin6_addr.s6_addr32[3] : INADDR_ANY;
  to->s6_addr32[2] = htonl(0xffff);
  to->s6_addr32[3] = bound != INADDR_ANY ? bound : htonl(INADDR_LOOPBACK);
  return true;
}

static enum verdict ask(struct guest *guest, enum verb verb, int type,
                        const struct sockaddr_storage *address, size_t length) {
  memcpy(guest->address, address, length);
  return guest->host->decide(guest, verb, type, length);
}

static bool remembered(const struct description *description,
                       const struct sockaddr_storage *address);

// Whether the guest may. HARMLESS goes to the kernel without having asked anybody: it names no
// address, or the kernel will refuse it.
enum verdict address_ask(struct guest *guest, struct slot *slot, enum verb verb,
                         struct sockaddr_storage *address, socklen_t length) {
  const struct description *description = slot->description;
  enum target target = address_target(description, verb, address, length);
  struct sockaddr_storage effective = *address;
  switch (target) {
  case TARGET_NONE:
    return HARMLESS;
  case TARGET_REFUSED:
    memset(address, 0xff, sizeof *address);
    return HARMLESS;
  case TARGET_INET:
    effective.ss_family = AF_INET;
    memset((uint8_t *)&effective + sizeof(struct sockaddr_in), 0,
           sizeof effective - sizeof(struct sockaddr_in));
    break;
  case TARGET_INET6:
  case TARGET_UNIX:
    break;
  }
  if ((verb == VERB_CONNECT || verb == VERB_SEND) && resolve_wildcard(slot->kfd, &effective))
    *address = effective; // nothing is left for the kernel to choose
  if (verb == VERB_SEND && description->granted && remembered(description, &effective))
    return GRANTED;
  size_t bytes = target == TARGET_INET    ? sizeof(struct sockaddr_in)
                 : target == TARGET_INET6 ? sizeof(struct sockaddr_in6)
                                          : length;
  return ask(guest, verb, description->type, &effective, bytes);
}

// listen(2) names no address: a socket bound under a grant may, another one asks for the address
// that it has or will get.
enum verdict address_ask_listen(struct guest *guest, struct slot *slot) {
  if (slot->description->granted)
    return GRANTED;
  struct sockaddr_storage local = {0};
  socklen_t length = sizeof local;
  if (getsockname(slot->kfd, (struct sockaddr *)&local, &length) < 0)
    return DENIED;
  // A Unix socket without a name cannot listen; the kernel says so.
  if (local.ss_family == AF_UNIX && length <= sizeof local.ss_family)
    return HARMLESS;
  return ask(guest, VERB_LISTEN, slot->description->type, &local, length);
}

// Tells the host where clients now find the guest.
void address_announce(struct guest *guest, struct slot *slot) {
  struct sockaddr_storage local = {0};
  socklen_t length = sizeof local;
  if (getsockname(slot->kfd, (struct sockaddr *)&local, &length) < 0)
    return;
  memcpy(guest->address, &local, length);
  guest->host->listening(guest, slot->description->type, length);
}

// sockaddr from a guest, as the kernel's move_addr_to_kernel: 0, -EINVAL, -EFAULT.
int32_t address_copy_in(struct guest *guest, struct sockaddr_storage *to, uint32_t from,
                        int32_t length) {
  memset(to, 0, sizeof *to);
  if (length < 0 || length > ADDRESS_BYTES)
    return -EINVAL;
  return copy_from_guest(guest, to, from, (uint64_t)length) ? 0 : -EFAULT;
}

// Who a UDP socket has received from: sets of WAYS addresses, the oldest of a set goes first. A
// table begins small, and grows where a set is full, up to a bound for all of a guest's.
enum { SETS_MIN = 4, SETS_MAX = 1024, WAYS = 4, PEERS_BYTES_MAX = 64 << 20 };

struct peer {
  uint8_t host[16]; // IPv4 as IPv4-mapped
  uint32_t scope;
  uint16_t port;
  bool used;
};

struct peer_set {
  struct peer peer[WAYS];
  uint8_t oldest;
};

struct peers {
  uint32_t count; // of sets, a power of two
  struct peer_set set[];
};

static uint64_t peers_bytes(uint32_t sets) {
  return sizeof(struct peers) + (uint64_t)sets * sizeof(struct peer_set);
}

static bool peer_of(const struct sockaddr_storage *address, struct peer *peer) {
  *peer = (struct peer){.used = true};
  if (address->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)address;
    peer->port = in->sin_port;
    memset(peer->host + 10, 0xff, 2);
    memcpy(peer->host + 12, &in->sin_addr, 4);
    return true;
  }
  const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
  peer->port = in6->sin6_port;
  // Only a link-local address needs its scope to be told from another.
  if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr))
    peer->scope = in6->sin6_scope_id;
  memcpy(peer->host, &in6->sin6_addr, 16);
  return address->ss_family == AF_INET6;
}

static struct peer_set *set_of(struct peers *peers, const struct peer *peer) {
  uint32_t hash = 2166136261u; // FNV-1a
  for (int i = 0; i < 16; i++)
    hash = (hash ^ peer->host[i]) * 16777619u;
  hash = (hash ^ (peer->port & 0xff)) * 16777619u;
  hash = (hash ^ (peer->port >> 8)) * 16777619u;
  return &peers->set[(hash ^ hash >> 16) % peers->count];
}

static bool same_peer(const struct peer *a, const struct peer *b) {
  return a->used && a->port == b->port && a->scope == b->scope && !memcmp(a->host, b->host, 16);
}

static bool remembered(const struct description *description,
                       const struct sockaddr_storage *address) {
  struct peer peer;
  if (!description->peers || !peer_of(address, &peer))
    return false;
  const struct peer_set *set = set_of(description->peers, &peer);
  for (int way = 0; way < WAYS; way++)
    if (same_peer(&set->peer[way], &peer))
      return true;
  return false;
}

static void insert(struct peers *peers, const struct peer *peer) {
  struct peer_set *set = set_of(peers, peer);
  set->peer[set->oldest] = *peer;
  set->oldest = (set->oldest + 1) % WAYS;
}

// Makes the table larger, or the first one; false where the bound or memory is reached.
static bool grow(struct guest *guest, struct description *description) {
  struct peers *from = description->peers;
  uint32_t count = from ? from->count * 4 : SETS_MIN;
  if (count > SETS_MAX || guest->peers_bytes + peers_bytes(count) > PEERS_BYTES_MAX)
    return false;
  struct peers *to = calloc(1, peers_bytes(count));
  if (!to)
    return false;
  to->count = count;
  for (uint32_t i = 0; from && i < from->count; i++)
    for (int way = 0; way < WAYS; way++) {
      const struct peer *peer = &from->set[i].peer[(from->set[i].oldest + way) % WAYS];
      if (peer->used)
        insert(to, peer);
    }
  peers_free(guest, description);
  description->peers = to;
  guest->peers_bytes += peers_bytes(count);
  return true;
}

void peers_free(struct guest *guest, struct description *description) {
  if (description->peers)
    guest->peers_bytes -= peers_bytes(description->peers->count);
  free(description->peers);
  description->peers = NULL;
}

// A UDP socket bound under a grant may answer this sender from now on.
void address_remember(struct guest *guest, struct description *description,
                      const struct sockaddr_storage *address, socklen_t length) {
  struct peer peer;
  if (!description->granted || description->type != SOCK_DGRAM ||
      length < sizeof(struct sockaddr_in) || remembered(description, address) ||
      !peer_of(address, &peer))
    return;
  if (!description->peers && !grow(guest, description))
    return;
  const struct peer_set *set = set_of(description->peers, &peer);
  while (set->peer[set->oldest].used && grow(guest, description))
    set = set_of(description->peers, &peer);
  insert(description->peers, &peer);
}
