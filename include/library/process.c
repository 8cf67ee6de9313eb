// The process: a guest is one, with one thread, no children, and nobody's privileges.
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "linux.h"

enum { PAGE_BYTES = 65536, RANDOM_MAX = 256, TICKS = 100 };

pid_t getpid(void) { return __linux_getpid(); }

pid_t gettid(void) { return __linux_getpid(); }

pid_t getpgrp(void) { return __linux_getpid(); }

pid_t setpgrp(void) { return 0; }

pid_t getppid(void) { return 1; }

pid_t setsid(void) { return __failed(EPERM); }

static int is_self(pid_t pid) { return pid == 0 || pid == getpid(); }

pid_t getpgid(pid_t pid) { return is_self(pid) ? getpid() : __failed(ESRCH); }

pid_t getsid(pid_t pid) { return getpgid(pid); }

int setpgid(pid_t pid, pid_t group) {
  return is_self(pid) && is_self(group) ? 0 : __failed(is_self(pid) ? EPERM : ESRCH);
}

// Niceness has no effect: it is a thread of the host's that runs.
int nice(int by) { return by < 0 ? __failed(EPERM) : 0; }

int getpriority(int which, id_t who) {
  const int is_known = which >= PRIO_PROCESS && which <= PRIO_USER;
  if (!is_known)
    return __failed(EINVAL);
  return who == 0 || who == (which == PRIO_USER ? getuid() : (id_t)getpid()) ? 0 : __failed(ESRCH);
}

int setpriority(int which, id_t who, int priority) {
  if (getpriority(which, who) < 0)
    return -1;
  return priority < 0 ? __failed(EACCES) : 0;
}

uid_t getuid(void) { return (uid_t)__linux_getuid(); }

uid_t geteuid(void) { return (uid_t)__linux_geteuid(); }

gid_t getgid(void) { return (gid_t)__linux_getgid(); }

gid_t getegid(void) { return (gid_t)__linux_getegid(); }

int setuid(uid_t user) { return user == getuid() ? 0 : __failed(EPERM); }

int seteuid(uid_t user) { return setuid(user); }

int setgid(gid_t group) { return group == getgid() ? 0 : __failed(EPERM); }

int setegid(gid_t group) { return setgid(group); }

// -1 leaves one as it is.
static int is_own(unsigned id, unsigned own) { return id == own || id == (unsigned)-1; }

int setresuid(uid_t real, uid_t effective, uid_t saved) {
  const uid_t own = getuid();
  const int may = is_own(real, own) && is_own(effective, own) && is_own(saved, own);
  return may ? 0 : __failed(EPERM);
}

int setresgid(gid_t real, gid_t effective, gid_t saved) {
  const gid_t own = getgid();
  const int may = is_own(real, own) && is_own(effective, own) && is_own(saved, own);
  return may ? 0 : __failed(EPERM);
}

int setreuid(uid_t real, uid_t effective) { return setresuid(real, effective, (uid_t)-1); }

int setregid(gid_t real, gid_t effective) { return setresgid(real, effective, (gid_t)-1); }

pid_t fork(void) { return __failed(ENOSYS); }

pid_t vfork(void) { return __failed(ENOSYS); }

int daemon(int keeps_folder, int keeps_output) {
  (void)keeps_folder;
  (void)keeps_output;
  return __failed(ENOSYS);
}

int execve(const char *path, char *const arguments[], char *const variables[]) {
  (void)path;
  (void)arguments;
  (void)variables;
  return __failed(ENOSYS);
}

int execv(const char *path, char *const arguments[]) { return execve(path, arguments, NULL); }

int execvp(const char *path, char *const arguments[]) { return execve(path, arguments, NULL); }

int execl(const char *path, const char *argument, ...) {
  (void)argument;
  return execve(path, NULL, NULL);
}

int execlp(const char *path, const char *argument, ...) { return execl(path, argument); }

int system(const char *command) { return command == NULL ? 0 : __failed(ENOSYS); }

FILE *popen(const char *command, const char *mode) {
  (void)command;
  (void)mode;
  __failed(ENOSYS);
  return NULL;
}

int pclose(FILE *file) {
  (void)file;
  return __failed(ECHILD);
}

pid_t waitpid(pid_t pid, int *status, int options) {
  (void)pid;
  (void)status;
  (void)options;
  return __failed(ECHILD);
}

pid_t wait(int *status) { return waitpid(-1, status, 0); }

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage) {
  (void)usage;
  return waitpid(pid, status, options);
}

pid_t wait3(int *status, int options, struct rusage *usage) {
  return wait4(-1, status, options, usage);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
  (void)type;
  (void)id;
  (void)info;
  (void)options;
  return __failed(ECHILD);
}

clock_t times(struct tms *to) {
  struct rusage used;
  struct timespec now;
  if (getrusage(RUSAGE_SELF, &used) < 0 || clock_gettime(CLOCK_MONOTONIC, &now) < 0)
    return -1;
  const long long us = 1000000 / TICKS;
  if (to != NULL)
    *to = (struct tms){.tms_utime = used.ru_utime.tv_sec * TICKS + used.ru_utime.tv_usec / us,
                       .tms_stime = used.ru_stime.tv_sec * TICKS + used.ru_stime.tv_usec / us};
  return now.tv_sec * TICKS + now.tv_nsec / (us * 1000);
}

int uname(struct utsname *names) { return __answer(__linux_uname(names)); }

int gethostname(char *name, size_t size) {
  struct utsname names;
  if (uname(&names) < 0)
    return -1;
  const size_t length = strlen(names.nodename);
  memcpy(name, names.nodename, length < size ? length + 1 : size);
  return length < size ? 0 : __failed(ENAMETOOLONG);
}

int getdomainname(char *name, size_t size) {
  struct utsname names;
  if (uname(&names) < 0)
    return -1;
  const size_t length = strlen(names.domainname);
  memcpy(name, names.domainname, length < size ? length + 1 : size);
  return length < size ? 0 : __failed(EINVAL);
}

int sethostname(const char *name, size_t size) {
  (void)name;
  (void)size;
  return __failed(EPERM);
}

// How busy the machine is says nobody.
int getloadavg(double loads[], int count) {
  (void)loads;
  (void)count;
  return -1;
}

int prlimit(pid_t pid, int resource, const struct rlimit *to, struct rlimit *from) {
  return __answer(__linux_prlimit64(pid, resource, to, from));
}

int getrlimit(int resource, struct rlimit *limit) { return prlimit(0, resource, NULL, limit); }

int setrlimit(int resource, const struct rlimit *limit) {
  return prlimit(0, resource, limit, NULL);
}

int getrusage(int who, struct rusage *usage) { return __answer(__linux_getrusage(who, usage)); }

int sched_yield(void) { return __answer(__linux_sched_yield()); }

ssize_t getrandom(void *buffer, size_t size, unsigned flags) {
  return __answer(__linux_getrandom(buffer, size, (int)flags));
}

int __getentropy(void *buffer, size_t size) { return getentropy(buffer, size); }

int getentropy(void *buffer, size_t size) {
  if (size > RANDOM_MAX)
    return __failed(EIO);
  return getrandom(buffer, size, 0) == (ssize_t)size ? 0 : -1;
}

char *secure_getenv(const char *name) { return getenv(name); }

int getpagesize(void) { return PAGE_BYTES; }

int getdtablesize(void) { return (int)sysconf(_SC_OPEN_MAX); }

static long limit_of(int resource) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) < 0 || limit.rlim_cur > LONG_MAX)
    return -1;
  return (long)limit.rlim_cur;
}

long sysconf(int key) {
  switch (key) {
  case _SC_OPEN_MAX:
    return limit_of(RLIMIT_NOFILE);
  case _SC_PAGESIZE:
    return PAGE_BYTES;
  case _SC_PHYS_PAGES:
  case _SC_AVPHYS_PAGES: {
    struct rlimit limit;
    return getrlimit(RLIMIT_AS, &limit) < 0 ? -1 : (long)(limit.rlim_cur / PAGE_BYTES);
  }
  case _SC_NPROCESSORS_CONF:
  case _SC_NPROCESSORS_ONLN:
  case _SC_CHILD_MAX:
    return 1;
  case _SC_CLK_TCK:
    return TICKS;
  case _SC_IOV_MAX:
    return 1024;
  case _SC_HOST_NAME_MAX:
    return 64;
  case _SC_NGROUPS_MAX:
    return 65536;
  case _SC_ARG_MAX:
    return 131072;
  case _SC_VERSION:
  case _SC_MONOTONIC_CLOCK:
    return _POSIX_VERSION;
  case _SC_THREADS:
  case _SC_GETPW_R_SIZE_MAX:
  case _SC_GETGR_R_SIZE_MAX:
    return -1;
  default:
    return __failed(EINVAL);
  }
}
