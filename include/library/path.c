// Paths: a guest sees an empty file system that cannot be written to. Only the paths of its Unix
// sockets are real, and all that can be done to them is to remove them.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux.h"

static int is_root(const char *path) { return path[strspn(path, "/.")] == 0 && *path == '/'; }

static int absent(const char *path) {
  if (*path == 0)
    return __failed(ENOENT);
  return __failed(is_root(path) ? EACCES : ENOENT);
}

static int readonly(const char *path) { return __failed(*path == 0 ? ENOENT : EROFS); }

int openat(int folder, const char *path, int flags, ...) {
  (void)folder;
  return flags & O_CREAT ? readonly(path) : absent(path);
}

int open(const char *path, int flags, ...) { return openat(AT_FDCWD, path, flags); }

int creat(const char *path, mode_t mode) { return open(path, O_CREAT, mode); }

// What fopen() calls, with flags of WASI's: O_CREAT is 1 << 12 there.
int __wasilibc_open_nomode(const char *path, int flags) {
  return flags & (1 << 12) ? readonly(path) : absent(path);
}

int stat(const char *__restrict path, struct stat *__restrict to) {
  (void)to;
  return absent(path);
}

int lstat(const char *__restrict path, struct stat *__restrict to) { return stat(path, to); }

int fstatat(int folder, const char *__restrict path, struct stat *__restrict to, int flags) {
  if (*path == 0 && flags & AT_EMPTY_PATH)
    return fstat(folder, to);
  return stat(path, to);
}

int access(const char *path, int mode) {
  (void)mode;
  return absent(path);
}

ssize_t readlink(const char *__restrict path, char *__restrict buffer, size_t size) {
  (void)buffer;
  (void)size;
  return absent(path);
}

char *realpath(const char *__restrict path, char *__restrict to) {
  (void)to;
  absent(path);
  return NULL;
}

DIR *opendir(const char *path) {
  absent(path);
  return NULL;
}

int chdir(const char *path) { return is_root(path) ? 0 : absent(path); }

char *getcwd(char *buffer, size_t size) {
  if (buffer == NULL)
    return strdup("/");
  if (size < 2) {
    __failed(size == 0 ? EINVAL : ERANGE);
    return NULL;
  }
  return strcpy(buffer, "/");
}

int mkdir(const char *path, mode_t mode) {
  (void)mode;
  return readonly(path);
}

int chmod(const char *path, mode_t mode) {
  (void)mode;
  return absent(path);
}

int chown(const char *path, uid_t user, gid_t group) {
  (void)user;
  (void)group;
  return absent(path);
}

int chroot(const char *path) {
  (void)path;
  return __failed(EPERM);
}

int rmdir(const char *path) { return absent(path); }

int truncate(const char *path, off_t length) {
  (void)length;
  return absent(path);
}

int link(const char *from, const char *to) {
  (void)to;
  return absent(from);
}

int symlink(const char *target, const char *path) {
  (void)target;
  return readonly(path);
}

int rename(const char *from, const char *to) {
  (void)to;
  return absent(from);
}

int mkstemp(char *pattern) { return readonly(pattern); }

FILE *tmpfile(void) {
  __failed(EROFS);
  return NULL;
}

mode_t umask(mode_t mask) {
  static mode_t current = 022;
  mode_t before = current;
  current = mask & 0777;
  return before;
}

int unlinkat(int folder, const char *path, int flags) {
  return __answer(__linux_unlinkat(folder, path, flags));
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int remove(const char *path) { return unlink(path); }
