// The socket calls without a msghdr. Every address goes through address_ask() on the copy that the
// kernel then gets.
#include "imports.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>

enum {
  TYPE_MASK = 0xf,         // socket type, below its flags
  PATHS_MAX = 1024,        // a guest must not fill a file system with sockets
  OPTION_BYTES_MAX = 1024, // more than any option on the list has
  SEND_FLAGS = MSG_OOB | MSG_DONTROUTE | MSG_DONTWAIT | MSG_EOR | MSG_CONFIRM | MSG_NOSIGNAL |
               MSG_MORE | MSG_FASTOPEN,
  RECEIVE_FLAGS = MSG_OOB | MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT | MSG_WAITALL | MSG_ERRQUEUE |
                  MSG_NOSIGNAL | MSG_CMSG_CLOEXEC,
};

// Waits for what a call waits for that began at `start`, for the rest of its socket's time: false
// when that is over. The kernel would begin with the whole time again.
bool wait_for_rest(const struct slot *slot, bool sends, const struct timespec *start) {
  const struct description *description = slot->description;
  int64_t timeout = sends ? description->send_timeout_ns : description->receive_timeout_ns;
  const struct timespec span = {timeout / NS_PER_S, timeout % NS_PER_S};
  const struct timespec end = timespec_sum(start, &span), left = time_until(&end);
  struct pollfd ready = {.fd = slot->kfd, .events = sends ? POLLOUT : POLLIN};
  return (left.tv_sec || left.tv_nsec) && ppoll(&ready, 1, &left, NULL) != 0;
}

long kernel_timed(struct guest *guest, struct slot *slot, long number, const long *arguments) {
  bool sends = number == SYS_sendto || number == SYS_sendmsg || number == SYS_sendmmsg ||
               number == SYS_write || number == SYS_writev || number == SYS_connect;
  const struct description *description = slot->description;
  bool timed = sends ? description->send_timeout_ns : description->receive_timeout_ns;
  const struct timespec start = time_from_now(&(struct timespec){0});
  for (bool begun = false;; begun = true) {
    long stop = guest_attention(guest) ? interrupted(guest, begun) : 0;
    if (stop) // a call with a timeout is not restarted
      return timed && begun ? -EINTR : stop;
    long result = syscall(number, slot->kfd, arguments[0], arguments[1], arguments[2], arguments[3],
                          arguments[4]);
    if (result >= 0)
      return result;
    if (errno != EINTR)
      return -errno;
    guest_roused(guest);
    if (timed && !wait_for_rest(slot, sends, &start))
      return number == SYS_connect ? -EINPROGRESS : -EAGAIN;
  }
}

static bool flags_known(int32_t flags) { return !(flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)); }

int32_t sys_socket(struct guest *guest, int32_t domain, int32_t type, int32_t protocol) {
  int32_t flags = type & ~TYPE_MASK;
  if (!flags_known(flags))
    return -EINVAL;
  int32_t error = allow_socket(domain, type & TYPE_MASK, protocol);
  if (error)
    return error;
  if (table_lowest(guest, 0) < 0)
    return -EMFILE;
  const struct description like = {.kind = KIND_SOCKET, .domain = domain, .type = type & TYPE_MASK};
  long kfd = kernel(guest, SYS_socket, domain, type | SOCK_CLOEXEC, protocol, 0, 0, 0);
  return table_open(guest, kfd, &like, flags & SOCK_CLOEXEC);
}

int32_t sys_socketpair(struct guest *guest, int32_t domain, int32_t type, int32_t protocol,
                       uint32_t sv) {
  int32_t flags = type & ~TYPE_MASK;
  if (!flags_known(flags))
    return -EINVAL;
  if (!table_has_two(guest))
    return -EMFILE;
  if (!guest_holds(guest, sv, sizeof(int32_t[2])))
    return -EFAULT;
  int32_t error = allow_socket(domain, type & TYPE_MASK, protocol);
  if (error)
    return error;
  int kfds[2];
  long result =
      kernel(guest, SYS_socketpair, domain, type | SOCK_CLOEXEC, protocol, (long)kfds, 0, 0);
  if (result < 0)
    return (int32_t)result;
  const struct description like = {.kind = KIND_SOCKET, .domain = domain, .type = type & TYPE_MASK};
  int32_t vfds[2];
  error = table_pair(guest, kfds, &like, flags & SOCK_CLOEXEC, vfds);
  if (error)
    return error;
  memcpy(guest->memory + sv, vfds, sizeof vfds);
  return 0;
}

int32_t sys_bind(struct guest *guest, int32_t fd, uint32_t addr, int32_t addrlen) {
  int32_t error;
  struct slot *slot = table_socket(guest, fd, &error);
  if (!slot)
    return error;
  struct sockaddr_storage address;
  error = address_copy_in(guest, &address, addr, addrlen);
  if (error)
    return error;
  enum verdict verdict = address_ask(guest, slot, VERB_BIND, &address, (socklen_t)addrlen);
  if (verdict == DENIED)
    return -EACCES;
  bool makes_path = slot->description->domain == AF_UNIX && address.ss_family == AF_UNIX &&
                    ((struct sockaddr_un *)&address)->sun_path[0];
  if (makes_path && guest->paths >= PATHS_MAX)
    return -ENOSPC;
  reuse_settle(slot, ((struct sockaddr_in *)&address)->sin_port != 0); // @2 in both families
  long result = kernel(guest, SYS_bind, slot->kfd, (long)&address, addrlen, 0, 0, 0);
  reuse_settle(slot, false);
  if (result < 0)
    return (int32_t)result;
  guest->paths += makes_path;
  // A disconnected socket can be bound again, and then to what no grant covers.
  slot->description->granted = verdict == GRANTED;
  if (verdict == GRANTED && slot->description->type == SOCK_DGRAM)
    address_announce(guest, slot);
  return (int32_t)result;
}

int32_t sys_listen(struct guest *guest, int32_t fd, int32_t backlog) {
  int32_t error;
  struct slot *slot = table_socket(guest, fd, &error);
  if (!slot)
    return error;
  // The kernel refuses every other type.
  bool listens =
      slot->description->type == SOCK_STREAM || slot->description->type == SOCK_SEQPACKET;
  if (listens && address_ask_listen(guest, slot) == DENIED)
    return -EACCES;
  long result = kernel(guest, SYS_listen, slot->kfd, backlog, 0, 0, 0, 0);
  if (result == 0)
    address_announce(guest, slot);
  return (int32_t)result;
}

// sockaddr to a guest, as the kernel's move_addr_to_user: 0, -EINVAL, -EFAULT.
int32_t address_copy_out(struct guest *guest, uint32_t addr, uint32_t addrlen,
                         const struct sockaddr_storage *address, socklen_t bytes) {
  int32_t length;
  if (!copy_from_guest(guest, &length, addrlen, sizeof length))
    return -EFAULT;
  if (length < 0)
    return -EINVAL;
  socklen_t most = (socklen_t)length < bytes ? (socklen_t)length : bytes;
  if (!copy_to_guest(guest, addr, address, most))
    return -EFAULT;
  memcpy(guest->memory + addrlen, &bytes, sizeof bytes);
  return 0;
}

int32_t sys_accept4(struct guest *guest, int32_t fd, uint32_t addr, uint32_t addrlen,
                    int32_t flags) {
  struct slot *slot = table_slot(guest, fd);
  if (!slot)
    return -EBADF;
  if (!flags_known(flags))
    return -EINVAL;
  if (table_lowest(guest, 0) < 0)
    return -EMFILE;
  if (slot->description->kind != KIND_SOCKET)
    return -ENOTSOCK;
  struct sockaddr_storage address;
  socklen_t bytes = sizeof address;
  long kfd = kernel_on(guest, slot, SYS_accept4, addr ? (long)&address : 0, addr ? (long)&bytes : 0,
                       flags | SOCK_CLOEXEC, 0, 0);
  int32_t error = kfd >= 0 && addr ? address_copy_out(guest, addr, addrlen, &address, bytes) : 0;
  if (error) { // the connection is lost, as in the kernel
    close((int)kfd);
    return error;
  }
  const struct description like = {
      .kind = KIND_SOCKET,
      .domain = slot->description->domain,
      .type = slot->description->type,
      // Options are inherited.
      .lingers = slot->description->lingers,
      .receive_timeout_ns = slot->description->receive_timeout_ns,
      .send_timeout_ns = slot->description->send_timeout_ns,
  };
  return table_open(guest, kfd, &like, flags & SOCK_CLOEXEC);
}

int32_t sys_connect(struct guest *guest, int32_t fd, uint32_t addr, int32_t addrlen) {
  struct slot *slot = table_slot(guest, fd);
  if (!slot)
    return -EBADF;
  struct sockaddr_storage address;
  int32_t error = address_copy_in(guest, &address, addr, addrlen);
  if (error)
    return error;
  if (slot->description->kind != KIND_SOCKET)
    return -ENOTSOCK;
  if (address_ask(guest, slot, VERB_CONNECT, &address, (socklen_t)addrlen) == DENIED)
    return -EACCES;
  long result = kernel_on(guest, slot, SYS_connect, (long)&address, addrlen, 0, 0, 0);
  reuse_settle(slot, false); // a disconnect may have taken the port
  return (int32_t)result;
}

int32_t sys_shutdown(struct guest *guest, int32_t fd, int32_t how) {
  int32_t error;
  struct slot *slot = table_socket(guest, fd, &error);
  return slot ? (int32_t)kernel(guest, SYS_shutdown, slot->kfd, how, 0, 0, 0, 0) : error;
}

static int32_t name_of(struct guest *guest, int32_t fd, long number, uint32_t addr,
                       uint32_t addrlen) {
  int32_t error;
  struct slot *slot = table_socket(guest, fd, &error);
  if (!slot)
    return error;
  struct sockaddr_storage address;
  socklen_t bytes = sizeof address;
  long result = kernel(guest, number, slot->kfd, (long)&address, (long)&bytes, 0, 0, 0);
  return result < 0 ? (int32_t)result : address_copy_out(guest, addr, addrlen, &address, bytes);
}

int32_t sys_getsockname(struct guest *guest, int32_t fd, uint32_t addr, uint32_t addrlen) {
  return name_of(guest, fd, SYS_getsockname, addr, addrlen);
}

int32_t sys_getpeername(struct guest *guest, int32_t fd, uint32_t addr, uint32_t addrlen) {
  return name_of(guest, fd, SYS_getpeername, addr, addrlen);
}

int32_t sys_getsockopt(struct guest *guest, int32_t fd, int32_t level, int32_t optname,
                       uint32_t optval, uint32_t optlen) {
  int32_t error;
  struct slot *slot = table_socket(guest, fd, &error);
  if (!slot)
    return error;
  int32_t length;
  if (!copy_from_guest(guest, &length, optlen, sizeof length))
    return -EFAULT;
  if (length > OPTION_BYTES_MAX)
    length = OPTION_BYTES_MAX;
  uint8_t value[OPTION_BYTES_MAX];
  int name = allow_option(slot->description, level, optname, false);
  long result =
      kernel(guest, SYS_getsockopt, slot->kfd, level, name, (long)value, (long)&length, 0);
  if (result < 0)
    return (int32_t)result;
  if (reuse_is(slot->description, level, optname)) {
    int32_t asked = reuse_get(slot->description, optname);
    memcpy(value, &asked, (size_t)length);
  }
  if (!copy_to_guest(guest, optval, value, (uint64_t)length))
    return -EFAULT;
  memcpy(guest->memory + optlen, &length, sizeof length);
  return 0;
}

// What the addon itself has to know of an option that the kernel has taken.
static void note_option(struct description *description, int name, const void *value) {
  struct linger linger;
  struct timeval time;
  switch (name) {
  case SO_LINGER:
    memcpy(&linger, value, sizeof linger);
    description->lingers = linger.l_onoff && linger.l_linger > 0;
    break;
  case SO_RCVTIMEO:
  case SO_SNDTIMEO:
    memcpy(&time, value, sizeof time);
    bool sane = time.tv_sec >= 0 && time.tv_sec < INT64_MAX / NS_PER_S - 1;
    int64_t ns = sane ? time.tv_sec * NS_PER_S + time.tv_usec * 1000 : 0;
    *(name == SO_RCVTIMEO ? &description->receive_timeout_ns : &description->send_timeout_ns) = ns;
  }
}

int32_t sys_setsockopt(struct guest *guest, int32_t fd, int32_t level, int32_t optname,
                       uint32_t optval, int32_t optlen) {
  int32_t error;
  struct slot *slot = table_socket(guest, fd, &error);
  if (!slot)
    return error;
  void *from = guest_optional(guest, optval, optlen > 0 ? (uint64_t)optlen : 0);
  int name = allow_option(slot->description, level, optname, true);
  int32_t value;
  if (reuse_is(slot->description, level, name)) {
    if (optlen < (int32_t)sizeof value)
      return -EINVAL;
    if (!copy_from_guest(guest, &value, optval, sizeof value))
      return -EFAULT;
    reuse_set(slot, name, value);
    return 0;
  }
  long result = kernel(guest, SYS_setsockopt, slot->kfd, level, name, (long)from, optlen, 0);
  if (result == 0 && level == SOL_SOCKET)
    note_option(slot->description, name, from);
  return (int32_t)result;
}

// Takes over the destination of a send: 1, 0 where the kernel is to get none, or -EINVAL, -EFAULT,
// -EACCES.
int32_t destination(struct guest *guest, struct slot *slot, int32_t flags, uint32_t addr,
                    int32_t length, struct sockaddr_storage *address) {
  int32_t error = address_copy_in(guest, address, addr, length);
  if (error)
    return error;
  bool tcp = slot->description->type == SOCK_STREAM && slot->description->domain != AF_UNIX;
  // TCP looks at a destination only for MSG_FASTOPEN, which connects.
  if (tcp && !(flags & MSG_FASTOPEN))
    return 0;
  enum verb verb = tcp ? VERB_CONNECT : VERB_SEND;
  bool denied = address_ask(guest, slot, verb, address, (socklen_t)length) == DENIED;
  return denied ? -EACCES : 1;
}

int32_t send_flags(int32_t flags) { return flags & SEND_FLAGS; }

int32_t receive_flags(int32_t flags) { return flags & RECEIVE_FLAGS; }

// The socket of a call that moves bytes, whose range is looked at before the descriptor is; or NULL
// with the errno in *error (EFAULT, EBADF, ENOTSOCK).
static struct slot *moving_socket(struct guest *guest, int32_t fd, const void *range,
                                  int32_t *error) {
  *error = -EFAULT;
  return range == IMPOSSIBLE ? NULL : table_socket(guest, fd, error);
}

int32_t sys_sendto(struct guest *guest, int32_t fd, uint32_t buf, uint32_t len, int32_t flags,
                   uint32_t addr, int32_t addrlen) {
  void *from = guest_range(guest, buf, len);
  int32_t error;
  struct slot *slot = moving_socket(guest, fd, from, &error);
  if (!slot)
    return error;
  struct sockaddr_storage address;
  int32_t named = addr ? destination(guest, slot, flags, addr, addrlen, &address) : 0;
  if (named < 0)
    return named;
  long result = kernel_on(guest, slot, SYS_sendto, (long)from, len, send_flags(flags),
                          named ? (long)&address : 0, named ? addrlen : 0);
  return broken_pipe(guest, slot, (int32_t)result, flags);
}

int32_t sys_recvfrom(struct guest *guest, int32_t fd, uint32_t buf, uint32_t len, int32_t flags,
                     uint32_t addr, uint32_t addrlen) {
  void *to = guest_range(guest, buf, len);
  int32_t error;
  struct slot *slot = moving_socket(guest, fd, to, &error);
  if (!slot)
    return error;
  struct sockaddr_storage address;
  socklen_t bytes = sizeof address;
  long result = kernel_on(guest, slot, SYS_recvfrom, (long)to, len, receive_flags(flags),
                          addr ? (long)&address : 0, addr ? (long)&bytes : 0);
  if (result < 0 || !addr)
    return (int32_t)result;
  address_remember(guest, slot->description, &address, bytes);
  error = address_copy_out(guest, addr, addrlen, &address, bytes);
  return error ? error : (int32_t)result;
}
