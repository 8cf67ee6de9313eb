// Paths: a guest sees an empty file system that cannot be written to, and whose root may be passed
// through but not be read: no descriptor stands for it. Only the paths of its Unix sockets are
// real, and all that can be done to them is to remove them.
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

// The root is also where one is: "/", ".", "/../." and the like.
static int is_root(const char *path) {
  if (*path == 0)
    return 0;
  for (path += strspn(path, "/"); *path != 0; path += strspn(path, "/")) {
    const size_t length = strcspn(path, "/");
    if (length > 2 || strspn(path, ".") != length)
      return 0;
    path += length;
  }
  return 1;
}

// What cannot be done to the root fails with `error`; every other path is not there.
static int absent(const char *path, int error) { return __failed(is_root(path) ? error : ENOENT); }

// What makes something new.
static int readonly(const char *path, int error) {
  if (*path == 0)
    return __failed(ENOENT);
  return __failed(is_root(path) ? error : EROFS);
}

static int open_flags(const char *path, int creates, int writes) {
  return creates ? readonly(path, EISDIR) : absent(path, writes ? EISDIR : EACCES);
}

int openat(int folder, const char *path, int flags, ...) {
  (void)folder;
  return open_flags(path, flags & O_CREAT, flags & O_ACCMODE);
}

int open(const char *path, int flags, ...) { return openat(AT_FDCWD, path, flags); }

int creat(const char *path, mode_t mode) { return open(path, O_CREAT, mode); }

int creat64(const char *path, mode_t mode) { return creat(path, mode); }

// What fopen() calls, with flags of WASI's: there O_CREAT is 1 << 12, and O_WRONLY 1 << 28.
int __wasilibc_open_nomode(const char *path, int flags) {
  return open_flags(path, flags & 1 << 12, flags & 1 << 28);
}

int stat(const char *__restrict path, struct stat *__restrict to) {
  if (!is_root(path))
    return __failed(ENOENT);
  *to = (struct stat){.st_ino = 1, .st_nlink = 2, .st_mode = S_IFDIR | 0111, .st_blksize = 4096};
  return 0;
}

int lstat(const char *__restrict path, struct stat *__restrict to) { return stat(path, to); }

int fstatat(int folder, const char *__restrict path, struct stat *__restrict to, int flags) {
  if (*path == 0 && flags & AT_EMPTY_PATH)
    return fstat(folder, to);
  return stat(path, to);
}

int access(const char *path, int mode) {
  if (mode & ~(R_OK | W_OK | X_OK))
    return __failed(EINVAL);
  if (!is_root(path))
    return __failed(ENOENT);
  return mode & W_OK ? __failed(EROFS) : mode & R_OK ? __failed(EACCES) : 0;
}

int faccessat(int folder, const char *path, int mode, int flags) {
  (void)folder;
  (void)flags;
  return access(path, mode);
}

ssize_t readlink(const char *__restrict path, char *__restrict buffer, size_t size) {
  (void)buffer;
  (void)size;
  return absent(path, EINVAL);
}

ssize_t readlinkat(int folder, const char *__restrict path, char *__restrict buffer, size_t size) {
  (void)folder;
  return readlink(path, buffer, size);
}

char *realpath(const char *__restrict path, char *__restrict to) {
  if (is_root(path))
    return to == NULL ? strdup("/") : strcpy(to, "/");
  __failed(ENOENT);
  return NULL;
}

DIR *opendir(const char *path) {
  absent(path, EACCES);
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
  return absent(path, EACCES);
}

int scandirat(int folder, const char *path, struct dirent ***list,
              int (*takes)(const struct dirent *),
              int (*compare)(const struct dirent **, const struct dirent **)) {
  (void)folder;
  return scandir(path, list, takes, compare);
}

int chdir(const char *path) { return is_root(path) ? 0 : __failed(ENOENT); }

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
  return readonly(path, EEXIST);
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
  return absent(path, EROFS);
}

int chown(const char *path, uid_t user, gid_t group) {
  (void)user;
  (void)group;
  return absent(path, EROFS);
}

int chroot(const char *path) {
  (void)path;
  return __failed(EPERM);
}

int rmdir(const char *path) { return readonly(path, EBUSY); }

int truncate(const char *path, off_t length) {
  (void)length;
  return absent(path, EISDIR);
}

int link(const char *from, const char *to) {
  (void)to;
  return absent(from, EROFS);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  (void)from_folder;
  (void)to_folder;
  (void)flags;
  return link(from, to);
}

int symlink(const char *target, const char *path) {
  (void)target;
  return readonly(path, EEXIST);
}

int symlinkat(const char *target, int folder, const char *path) {
  (void)folder;
  return symlink(target, path);
}

int rename(const char *from, const char *to) {
  (void)to;
  return readonly(from, EBUSY);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  (void)from_folder;
  (void)to_folder;
  return rename(from, to);
}

int utimes(const char *path, const struct timeval times[2]) {
  (void)times;
  return absent(path, EROFS);
}

int utime(const char *path, const struct utimbuf *times) {
  (void)times;
  return absent(path, EROFS);
}

int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
  (void)folder;
  (void)times;
  (void)flags;
  return absent(path, EROFS);
}

int mkstemp(char *pattern) { return readonly(pattern, EISDIR); }

int mkostemp(char *pattern, int flags) {
  (void)flags;
  return mkstemp(pattern);
}

char *mkdtemp(char *pattern) {
  readonly(pattern, EEXIST);
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
