// What a guest has not: each answers as the manual says of something that is not there.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

static void report(const char *what, long long result) {
  printf("%s: %lld %s\n", what, result, result == -1 ? strerror(errno) : "");
}

int main(void) {
  char pattern[] = "/tmp/XXXXXX";
  struct stat to;
  report("open", open("/etc/passwd", O_RDONLY));
  report("open to create", open("/tmp/x", O_WRONLY | O_CREAT, 0600));
  report("open nothing", open("", O_RDONLY));
  report("fopen to write", fopen("/tmp/x", "w") == NULL ? -1 : 0);
  report("stat", stat("/etc", &to));
  report("access", access("/dev/null", R_OK));
  report("mkstemp", mkstemp(pattern));
  report("opendir", opendir("/") == NULL ? -1 : 0);
  report("mkdir", mkdir("/x", 0700));
  report("unlink", unlink("/etc/passwd"));
  report("chdir", chdir("/home"));
  report("chdir to the root", chdir("/"));
  report("chroot", chroot("/"));
  report("fork", fork());
  report("daemon", daemon(0, 0));
  report("execl", execl("/bin/sh", "sh", (char *)NULL));
  report("system", system("true"));
  report("popen", popen("true", "r") == NULL ? -1 : 0);
  report("waitpid", waitpid(-1, NULL, WNOHANG));
  report("setuid", setuid(0));
  report("setuid to oneself", setuid(getuid()));
  report("setresgid", setresgid(getgid(), (gid_t)-1, 0));
  report("setgroups", setgroups(0, NULL));
  report("kill", kill(1, SIGTERM));
  report("getpwnam", getpwnam("root") != NULL);
  report("getgrgid", getgrgid(0) != NULL);
  struct dirent **list;
  report("scandir", scandir("/", &list, NULL, alphasort));
  report("fdopendir", fdopendir(0) == NULL ? -1 : 0);
  report("fdopendir of nothing", fdopendir(99) == NULL ? -1 : 0);
  report("preadv", preadv(0, NULL, 0, 0));
  report("pwritev", pwritev(99, NULL, 0, 0));
  report("mkdtemp", mkdtemp(pattern) == NULL ? -1 : 0);
  report("mkfifo", mkfifo("/x", 0600));
  report("utime", utime("/x", NULL));
  report("utimes", utimes("/x", NULL));
  report("faccessat", faccessat(AT_FDCWD, "/x", F_OK, 0));
  report("settimeofday", settimeofday(NULL, NULL));
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  const size_t page = (size_t)getpagesize();
  void *at = mmap(NULL, page, PROT_READ | PROT_WRITE, flags, -1, 0);
  report("mmap", at == MAP_FAILED ? -1 : 0);
  report("mmap without access", mmap(NULL, page, PROT_NONE, flags, -1, 0) == MAP_FAILED ? -1 : 0);
  report("mmap to read", mmap(NULL, page, PROT_READ, flags, -1, 0) == MAP_FAILED ? -1 : 0);
  report("mprotect", mprotect(at, page, PROT_READ | PROT_WRITE));
  report("mprotect to read", mprotect(at, page, PROT_READ));
  report("mprotect to execute", mprotect(at, page, PROT_READ | PROT_WRITE | PROT_EXEC));
  const int fixed = flags | MAP_FIXED;
  char data[1];
  void *stack = data - (size_t)data % page;
  report("mmap over the stack",
         mmap(stack, page, PROT_READ | PROT_WRITE, fixed, -1, 0) == MAP_FAILED ? -1 : 0);
  report("munmap of the stack", munmap(stack, page));
  report("more than the quota",
         mmap(NULL, 300 << 20, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED ? -1 : 0);
  struct ifaddrs *interfaces;
  report("getifaddrs", getifaddrs(&interfaces));
  printf("interfaces: %d %d\n", interfaces != NULL, if_nameindex()->if_index);
  dlopen(NULL, RTLD_NOW);
  printf("dlopen: %s\n", dlerror());
  return 0;
}
