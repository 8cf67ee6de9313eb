// unlinkat: a server removes the socket that the one before it has left behind.
#include "imports.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/un.h>

// The path, as the name of a Unix socket: its length, or -EFAULT, -ENOENT, -ENAMETOOLONG; -EACCES
// for one that no socket can have, and so no grant.
static int32_t path_from_guest(struct guest *guest, struct sockaddr_un *to, uint32_t pathname) {
  *to = (struct sockaddr_un){.sun_family = AF_UNIX};
  for (uint32_t at = 0; at < PATH_MAX; at++) {
    char byte;
    if (pathname == 0 || !copy_from_guest(guest, &byte, pathname + at, 1))
      return -EFAULT;
    if (at < sizeof to->sun_path)
      to->sun_path[at] = byte;
    if (byte == 0)
      return at == 0 ? -ENOENT : at > sizeof to->sun_path ? -EACCES : (int32_t)at;
  }
  return -ENAMETOOLONG;
}

// Only a socket, and only under a granted path; the folder it is in is the host's business.
int32_t sys_unlinkat(struct guest *guest, int32_t dirfd, uint32_t pathname, int32_t flags) {
  struct sockaddr_un name;
  char path[sizeof name.sun_path + 1] = {0};
  struct stat stat;
  if (flags & ~AT_REMOVEDIR)
    return -EINVAL;
  int32_t length = path_from_guest(guest, &name, pathname);
  if (length < 0)
    return length;
  // None of a guest's descriptors is a folder.
  if (name.sun_path[0] != '/' && dirfd != AT_FDCWD)
    return table_slot(guest, dirfd) ? -ENOTDIR : -EBADF;
  memcpy(path, name.sun_path, (size_t)length);
  memcpy(guest->address, &name, sizeof name);
  if (guest->host->decide(guest, VERB_UNLINK, SOCK_STREAM,
                          offsetof(struct sockaddr_un, sun_path) + (size_t)length) != GRANTED)
    return -EACCES;
  if (lstat(path, &stat) < 0)
    return -errno;
  if (flags & AT_REMOVEDIR && !S_ISDIR(stat.st_mode))
    return -ENOTDIR;
  if (!S_ISSOCK(stat.st_mode))
    return -EPERM;
  if (unlink(path) < 0)
    return -errno;
  if (guest->paths > 0)
    guest->paths--;
  return 0;
}
