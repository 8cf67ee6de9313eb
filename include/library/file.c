// Descriptors: what they are read and written with, also by wasi-libc's stdio.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "linux.h"

ssize_t read(int fd, void *buffer, size_t size) { return __answer(__linux_read(fd, buffer, size)); }

ssize_t write(int fd, const void *buffer, size_t size) {
  return __answer(__linux_write(fd, buffer, size));
}

ssize_t readv(int fd, const struct iovec *vec, int count) {
  return __answer(__linux_readv(fd, vec, count));
}

ssize_t writev(int fd, const struct iovec *vec, int count) {
  return __answer(__linux_writev(fd, vec, count));
}

int close(int fd) { return __answer(__linux_close(fd)); }

int dup(int fd) { return __answer(__linux_dup(fd)); }

int dup3(int from, int to, int flags) { return __answer(__linux_dup3(from, to, flags)); }

int dup2(int from, int to) {
  if (from != to)
    return dup3(from, to, 0);
  return fcntl(from, F_GETFD) < 0 ? -1 : to;
}

int pipe2(int fds[2], int flags) { return __answer(__linux_pipe2(fds, flags)); }

int pipe(int fds[2]) { return pipe2(fds, 0); }

int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  int argument = va_arg(arguments, int);
  va_end(arguments);
  return __answer(__linux_fcntl(fd, command, argument));
}

int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  return __answer(__linux_ioctl(fd, (int)request, argument));
}

int fstat(int fd, struct stat *stat) { return __answer(__linux_fstat(fd, stat)); }

// Whether epoll takes it: what is always ready, it refuses, as /dev/null and /dev/zero.
static int is_waited_for(int fd) {
  struct epoll_event event = {EPOLLOUT, {0}};
  const int epfd = __linux_epoll_create1(0);
  if (epfd < 0)
    return 0;
  const int result = __linux_epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event);
  __linux_close(epfd);
  return result == 0;
}

// A terminal cannot be asked for its settings: it is a character device that can be waited for.
int isatty(int fd) {
  struct stat stat;
  if (fstat(fd, &stat) < 0)
    return 0;
  if (S_ISCHR(stat.st_mode) && is_waited_for(fd))
    return 1;
  __failed(ENOTTY);
  return 0;
}

// What has a position is a file, and there is none.
off_t lseek(int fd, off_t offset, int whence) {
  (void)offset;
  (void)whence;
  return fcntl(fd, F_GETFD) < 0 ? -1 : __failed(ESPIPE);
}

ssize_t pread(int fd, void *buffer, size_t size, off_t offset) {
  (void)buffer;
  (void)size;
  return lseek(fd, offset, SEEK_SET);
}

ssize_t pwrite(int fd, const void *buffer, size_t size, off_t offset) {
  (void)buffer;
  (void)size;
  return lseek(fd, offset, SEEK_SET);
}

ssize_t preadv(int fd, const struct iovec *vec, int count, off_t offset) {
  (void)vec;
  return pread(fd, NULL, (size_t)count, offset);
}

ssize_t pwritev(int fd, const struct iovec *vec, int count, off_t offset) {
  return preadv(fd, vec, count, offset);
}

// The same for what only a file has: the descriptor is open, and the wrong one.
static int unsuitable(int fd) { return fcntl(fd, F_GETFD) < 0 ? -1 : __failed(EINVAL); }

int ftruncate(int fd, off_t length) {
  (void)length;
  return unsuitable(fd);
}

int fsync(int fd) { return unsuitable(fd); }

int fdatasync(int fd) { return unsuitable(fd); }

int futimens(int fd, const struct timespec times[2]) {
  (void)times;
  return fcntl(fd, F_GETFD) < 0 ? -1 : __failed(EPERM);
}

// There is nobody to lock anything against.
int flock(int fd, int operation) {
  const int kind = operation & ~LOCK_NB;
  if (kind != LOCK_SH && kind != LOCK_EX && kind != LOCK_UN)
    return __failed(EINVAL);
  return fcntl(fd, F_GETFD) < 0 ? -1 : 0;
}

int fchdir(int fd) { return fcntl(fd, F_GETFD) < 0 ? -1 : __failed(ENOTDIR); }

int fchmod(int fd, mode_t mode) {
  (void)mode;
  return fcntl(fd, F_GETFD) < 0 ? -1 : __failed(EPERM);
}

int fchown(int fd, uid_t user, gid_t group) {
  (void)user;
  (void)group;
  return fchmod(fd, 0);
}

char *ttyname(int fd) {
  if (fcntl(fd, F_GETFD) >= 0)
    __failed(ENOTTY);
  return NULL;
}

int posix_fadvise(int fd, off_t offset, off_t length, int advice) {
  (void)offset;
  (void)length;
  (void)advice;
  return fcntl(fd, F_GETFD) < 0 ? EBADF : ESPIPE;
}

int posix_fallocate(int fd, off_t offset, off_t length) {
  return posix_fadvise(fd, offset, length, 0);
}

// The names by which wasi-libc's own code calls these.
int __isatty(int fd) { return isatty(fd); }

off_t __lseek(int fd, off_t offset, int whence) { return lseek(fd, offset, whence); }

off_t __wasilibc_tell(int fd) { return lseek(fd, 0, SEEK_CUR); }

int __wasilibc_fd_renumber(int from, int to) { return dup2(from, to) < 0 ? -1 : close(from); }
