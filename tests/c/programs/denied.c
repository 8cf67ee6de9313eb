// What a guest has not: each answers as the manual says of something that is not there.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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
  return 0;
}
