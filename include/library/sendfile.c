// sendfile() sends a file, and a guest has none: what Linux says of sockets, pipes and the others.
#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "linux.h"

static int is_usable(int fd, int wrong_mode) {
  const int flags = __linux_fcntl(fd, F_GETFL, 0);
  return flags >= 0 && (flags & O_ACCMODE) != wrong_mode;
}

static mode_t type_of(int fd) {
  struct stat stat;
  return __linux_fstat(fd, &stat) < 0 ? 0 : stat.st_mode & S_IFMT;
}

ssize_t sendfile(int to, int from, off_t *offset, size_t size) {
  if (!is_usable(from, O_WRONLY))
    return __failed(EBADF);
  if (offset != NULL)
    return __failed(ESPIPE); // nothing here has a position
  if (!is_usable(to, O_RDONLY))
    return __failed(EBADF);
  const mode_t type = type_of(from);
  const int is_stream = type == S_IFIFO || type == S_IFSOCK;
  if (size == 0 && (!is_stream || type_of(to) == S_IFIFO))
    return 0;
  return __failed(EINVAL);
}
