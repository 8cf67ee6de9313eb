// Paths: a guest sees an empty file system that cannot be written to. Only the paths of its Unix
// sockets are real, and all that can be done to them is to remove them.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

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

int creat64(const char *path, mode_t mode) { return creat(path, mode); }

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

int faccessat(int folder, const char *path, int mode, int flags) {
  (void)folder;
  (void)flags;
  return access(path, mode);
}

ssize_t readlink(const char *__restrict path, char *__restrict buffer, size_t size) {
  (void)buffer;
  (void)size;
  return absent(path);
}

ssize_t readlinkat(int folder, const char *__restrict path, char *__restrict buffer, size_t size) {
  (void)folder;
  return readlink(path, buffer, size);
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

DIR *fdopendir(int fd) {
  if (fcntl(fd, F_GETFD) >= 0)
    __failed(ENOTDIR);
  return NULL;
}

// Nobody has a folder that is open.
struct dirent *readdir(DIR *folder) {
  (void)folder;
  __failed(EBADF);
  return NULL;
}

DIR *opendirat(int folder, const char *path) {
  (void)folder;
  return opendir(path);
}

int scandir(const char *path, struct dirent ***list, int (*takes)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **)) {
  (void)list;
  (void)takes;
  (void)compare;
  return absent(path);
}

int scandirat(int folder, const char *path, struct dirent ***list,
              int (*takes)(const struct dirent *),
              int (*compare)(const struct dirent **, const struct dirent **)) {
  (void)folder;
  return scandir(path, list, takes, compare);
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

int mkdirat(int folder, const char *path, mode_t mode) {
  (void)folder;
  return mkdir(path, mode);
}

int mkfifo(const char *path, mode_t mode) { return mkdir(path, mode); }

int mknod(const char *path, mode_t mode, dev_t device) {
  (void)device;
  return mkdir(path, mode);
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

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  (void)from_folder;
  (void)to_folder;
  (void)flags;
  return link(from, to);
}

int symlink(const char *target, const char *path) {
  (void)target;
  return readonly(path);
}

int symlinkat(const char *target, int folder, const char *path) {
  (void)folder;
  return symlink(target, path);
}

int rename(const char *from, const char *to) {
  (void)to;
  return absent(from);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  (void)from_folder;
  (void)to_folder;
  return rename(from, to);
}

int utimes(const char *path, const struct timeval times[2]) {
  (void)times;
  return absent(path);
}

int utime(const char *path, const struct utimbuf *times) {
  (void)times;
  return absent(path);
}

int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
  (void)folder;
  (void)times;
  (void)flags;
  return absent(path);
}

int mkstemp(char *pattern) { return readonly(pattern); }

int mkostemp(char *pattern, int flags) {
  (void)flags;
  return mkstemp(pattern);
}

char *mkdtemp(char *pattern) {
  readonly(pattern);
  return NULL;
}

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

void sync(void) {}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int remove(const char *path) { return unlink(path); }
