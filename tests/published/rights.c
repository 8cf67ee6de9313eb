// Descriptors that a peer passes by SCM_RIGHTS. The arguments are the part (the peer that sends
// them, always native, or who receives), the type of the sockets, and a path.
#include "published.h"

enum { SENT = 3, MESSAGES = 8 };

static struct sockaddr_un path_of(const char *path, const char *suffix) {
  struct sockaddr_un made = {AF_UNIX, {0}};
  int length = length_of(path);
  __builtin_memcpy(made.sun_path, path, (size_t)length);
  __builtin_memcpy(made.sun_path + length, suffix, (size_t)length_of(suffix));
  return made;
}

// Sends each message with three descriptors of the file that is its standard input.
static void peer(int type, const char *path) {
  struct {
    struct cmsghdr header;
    int fds[SENT + 1];
  } control = {{sizeof(struct cmsghdr) + SENT * sizeof(int), SOL_SOCKET, SCM_RIGHTS}, {0}};
  struct sockaddr_un own = path_of(path, "");
  struct sockaddr_un other = path_of(path, ".receiver");
  int fd = must("socket", socket(AF_UNIX, type, 0));
  must("bind", bind(fd, &own, sizeof own));
  if (type != SOCK_DGRAM)
    must("listen", listen(fd, 1));
  fact("waits", 0);
  if (type == SOCK_DGRAM) {
    must("read", read(fd, bytes, 1));
    must("connect", connect(fd, &other, sizeof other));
  } else {
    fd = must("accept4", accept4(fd, NULL, NULL, 0));
  }
  struct iovec iov = {"x", 1};
  struct msghdr message = {NULL, 0, &iov, 1, &control, control.header.cmsg_len, 0};
  for (int i = 0; i < MESSAGES; i++)
    must("sendmsg", sendmsg(fd, &message, 0));
  park();
}

static void receive_message(int fd, const char *what, void *control, size_t size, u32 flags) {
  struct mmsghdr one = {{NULL, 0, &(struct iovec){bytes, 1}, 1, control, size, 0}, 0};
  int many = flags & MSG_WAITFORONE;
  fact(what, many ? recvmmsg(fd, &one, 1, 0, NULL) : recvmsg(fd, &one.msg_hdr, flags));
  begin_line("flags and control data after ");
  put(what);
  put(" = ");
  put_hex(one.msg_hdr.msg_flags & ~(u32)MSG_CMSG_CLOEXEC);
  put(" ");
  put_number((long long)one.msg_hdr.msg_controllen);
  close_line();
}

static void receive(int type, const char *path) {
  static size_t control[64];
  struct sockaddr_un to = path_of(path, "");
  struct sockaddr_un own = path_of(path, ".receiver");
  int fd = must("socket", socket(AF_UNIX, type, 0));
  if (type == SOCK_DGRAM)
    must("bind", bind(fd, &own, sizeof own));
  must("connect", connect(fd, &to, sizeof to));
  if (type == SOCK_DGRAM)
    must("write", write(fd, "x", 1));
  int next = dup(fd);
  close(next);
  fact("read", read(fd, bytes, 1));
  fact("readv", readv(fd, &(struct iovec){bytes, 1}, 1));
  fact("recvfrom", recvfrom(fd, bytes, 1, 0, NULL, NULL));
  receive_message(fd, "recvmsg without room", NULL, 0, 0);
  receive_message(fd, "recvmsg with room for one", control, sizeof(struct cmsghdr) + 4, 0);
  receive_message(fd, "recvmsg", control, sizeof control, 0);
  receive_message(fd, "recvmsg, MSG_CMSG_CLOEXEC", control, sizeof control, MSG_CMSG_CLOEXEC);
  receive_message(fd, "recvmmsg", control, sizeof control, MSG_WAITFORONE);
  int then = dup(fd);
  fact("descriptors that have come", then - next);
  close(then);
  park();
}

static void facts(void) {
  int type = number_of(2);
  if (is(argument(1), "peer"))
    peer(type, argument(3));
  else
    receive(type, argument(3));
}
