// The file system's root as one without rights sees it on Linux: an empty one, on a disk that
// cannot be written to.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void report(const char *what, long long result) {
  printf("%s: %lld %s\n", what, result, result == -1 ? strerror(errno) : "");
}

static void look(const char *path) {
  char real[4096] = "";
  char link[16];
  struct stat to;
  const int result = stat(path, &to);
  printf("[%s]\n", path);
  report("stat", result);
  if (result == 0)
    printf("mode %o\n", (unsigned)to.st_mode);
  report("lstat", lstat(path, &to));
  report("access to see", access(path, F_OK));
  report("access to read", access(path, R_OK));
  report("access to write", access(path, W_OK));
  report("access to pass", access(path, X_OK));
  report("access to fly", access(path, 8));
  char *resolved = realpath(path, real);
  report("realpath", resolved == NULL ? -1 : 0);
  puts(resolved == NULL ? "" : resolved);
  report("readlink", readlink(path, link, sizeof link));
  report("opendir", opendir(path) == NULL ? -1 : 0);
  report("open", open(path, O_RDONLY));
  report("open to write", open(path, O_WRONLY));
  report("fopen", fopen(path, "r") == NULL ? -1 : 0);
  report("chdir", chdir(path));
}

static void change(const char *path) {
  report("open to create", open(path, O_WRONLY | O_CREAT, 0600));
  report("mkdir", mkdir(path, 0700));
  report("rmdir", rmdir(path));
  report("symlink", symlink("x", path));
  report("link", link(path, "/y"));
  report("truncate", truncate(path, 0));
  report("rename", rename(path, "/z"));
  report("chmod", chmod(path, 0777));
}

int main(void) {
  const char *const paths[] = {"/", ".", "//.././", "/...", "/x", "x/y", ""};
  for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
    look(paths[i]);
  change("/");
  change("/x");
  return 0;
}
