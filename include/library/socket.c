// Sockets: each call is the system call of its name, or a special case of one.
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "linux.h"

int socket(int domain, int type, int protocol) {
  return __answer(__linux_socket(domain, type, protocol));
}

int socketpair(int domain, int type, int protocol, int pair[2]) {
  return __answer(__linux_socketpair(domain, type, protocol, pair));
}

int bind(int fd, const struct sockaddr *address, socklen_t length) {
  return __answer(__linux_bind(fd, address, (int)length));
}

int listen(int fd, int backlog) { return __answer(__linux_listen(fd, backlog)); }

int accept4(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length, int flags) {
  return __answer(__linux_accept4(fd, address, length, flags));
}

int accept(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length) {
  return accept4(fd, address, length, 0);
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  return __answer(__linux_connect(fd, address, (int)length));
}

int shutdown(int fd, int how) { return __answer(__linux_shutdown(fd, how)); }

int getsockname(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length) {
  return __answer(__linux_getsockname(fd, address, length));
}

int getpeername(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length) {
  return __answer(__linux_getpeername(fd, address, length));
}

int getsockopt(int fd, int level, int name, void *__restrict value, socklen_t *__restrict length) {
  return __answer(__linux_getsockopt(fd, level, name, value, length));
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
  return __answer(__linux_setsockopt(fd, level, name, value, (int)length));
}

ssize_t sendto(int fd, const void *buffer, size_t size, int flags, const struct sockaddr *address,
               socklen_t length) {
  return __answer(__linux_sendto(fd, buffer, size, flags, address, (int)length));
}

ssize_t send(int fd, const void *buffer, size_t size, int flags) {
  return sendto(fd, buffer, size, flags, NULL, 0);
}

ssize_t recvfrom(int fd, void *__restrict buffer, size_t size, int flags,
                 struct sockaddr *__restrict address, socklen_t *__restrict length) {
  return __answer(__linux_recvfrom(fd, buffer, size, flags, address, length));
}

ssize_t recv(int fd, void *buffer, size_t size, int flags) {
  return recvfrom(fd, buffer, size, flags, NULL, NULL);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  return __answer(__linux_sendmsg(fd, message, flags));
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
  return __answer(__linux_recvmsg(fd, message, flags));
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) {
  return __answer(__linux_sendmmsg(fd, messages, (int)count, flags));
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
             struct timespec *timeout) {
  return __answer(__linux_recvmmsg(fd, messages, (int)count, flags, timeout));
}

int sockatmark(int fd) {
  int mark;
  return ioctl(fd, SIOCATMARK, &mark) < 0 ? -1 : mark;
}

struct cmsghdr *__cmsg_nxthdr(struct msghdr *message, struct cmsghdr *from) {
  const size_t end = (size_t)message->msg_control + message->msg_controllen;
  const size_t next = (size_t)from + CMSG_ALIGN(from->cmsg_len);
  if (from->cmsg_len < sizeof *from || next < (size_t)from || next > end ||
      end - next < sizeof *from)
    return NULL;
  return (struct cmsghdr *)next;
}
