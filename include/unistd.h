// Descriptors, the process and its environment. What a guest cannot do (files, processes) answers
// with the error that the manual gives: no such file, no such call.
#ifndef _TRIPOLL_UNISTD_H
#define _TRIPOLL_UNISTD_H

#define __need_NULL
#include <stddef.h>

#define __NEED_size_t
#define __NEED_ssize_t
#define __NEED_uid_t
#define __NEED_gid_t
#define __NEED_off_t
#define __NEED_pid_t
#define __NEED_intptr_t
#define __NEED_useconds_t
#include <bits/alltypes.h>

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4

#define F_ULOCK 0
#define F_LOCK 1
#define F_TLOCK 2
#define F_TEST 3

#define _POSIX_VERSION 200809L
#define _XOPEN_VERSION 700
#define _POSIX_MONOTONIC_CLOCK 200809L
#define _POSIX_TIMERS 200809L
#define _POSIX_REALTIME_SIGNALS 200809L
#define _POSIX_IPV6 200809L
#define _POSIX_THREADS (-1)

// The keys that sysconf() knows.
#define _SC_ARG_MAX 0
#define _SC_CHILD_MAX 1
#define _SC_CLK_TCK 2
#define _SC_NGROUPS_MAX 3
#define _SC_OPEN_MAX 4
#define _SC_VERSION 29
#define _SC_PAGESIZE 30
#define _SC_PAGE_SIZE 30
#define _SC_IOV_MAX 60
#define _SC_UIO_MAXIOV 60
#define _SC_THREADS 67
#define _SC_GETGR_R_SIZE_MAX 69
#define _SC_GETPW_R_SIZE_MAX 70
#define _SC_NPROCESSORS_CONF 83
#define _SC_NPROCESSORS_ONLN 84
#define _SC_PHYS_PAGES 85
#define _SC_AVPHYS_PAGES 86
#define _SC_MONOTONIC_CLOCK 149
#define _SC_HOST_NAME_MAX 180

#ifdef __cplusplus
extern "C" {
#endif

extern char **environ;
extern char *optarg;
extern int optind, opterr, optopt;
int getopt(int, char *const[], const char *);

ssize_t read(int, void *, size_t);
ssize_t write(int, const void *, size_t);
int close(int);
int dup(int);
int dup2(int, int);
int dup3(int, int, int);
int pipe(int[2]);
int pipe2(int[2], int);
int isatty(int);
off_t lseek(int, off_t, int);
ssize_t pread(int, void *, size_t, off_t);
ssize_t pwrite(int, const void *, size_t, off_t);
int ftruncate(int, off_t);
int fsync(int);
int fdatasync(int);

int unlink(const char *);
int unlinkat(int, const char *, int);
int access(const char *, int);
int chdir(const char *);
int fchdir(int);
int chroot(const char *);
int chown(const char *, uid_t, gid_t);
int fchown(int, uid_t, gid_t);
int rmdir(const char *);
int link(const char *, const char *);
int symlink(const char *, const char *);
int truncate(const char *, off_t);
ssize_t readlink(const char *__restrict, char *__restrict, size_t);
int faccessat(int, const char *, int, int);
int linkat(int, const char *, int, const char *, int);
int symlinkat(const char *, int, const char *);
ssize_t readlinkat(int, const char *__restrict, char *__restrict, size_t);
void sync(void);
char *getcwd(char *, size_t);

unsigned alarm(unsigned);
unsigned sleep(unsigned);
int usleep(unsigned);
unsigned ualarm(unsigned, unsigned);
int pause(void);
__attribute__((__noreturn__)) void _exit(int);

pid_t getpid(void);
pid_t getppid(void);
pid_t getpgrp(void);
pid_t setpgrp(void);
pid_t tcgetpgrp(int);
int tcsetpgrp(int, pid_t);
char *getlogin(void);
pid_t gettid(void);
pid_t setsid(void);
pid_t getsid(pid_t);
pid_t getpgid(pid_t);
int setpgid(pid_t, pid_t);
int nice(int);
char *ttyname(int);
uid_t getuid(void);
uid_t geteuid(void);
gid_t getgid(void);
gid_t getegid(void);
int setuid(uid_t);
int seteuid(uid_t);
int setgid(gid_t);
int setegid(gid_t);
int setreuid(uid_t, uid_t);
int setregid(gid_t, gid_t);
int setresuid(uid_t, uid_t, uid_t);
int setresgid(gid_t, gid_t, gid_t);
int setgroups(size_t, const gid_t *);
int getgroups(int, gid_t[]);
int daemon(int, int);
pid_t fork(void);
pid_t vfork(void);
int execv(const char *, char *const[]);
int execl(const char *, const char *, ...);
int execlp(const char *, const char *, ...);
int execve(const char *, char *const[], char *const[]);
int execvp(const char *, char *const[]);

int gethostname(char *, size_t);
int getdomainname(char *, size_t);
int sethostname(const char *, size_t);
int getentropy(void *, size_t);
int getpagesize(void);
int getdtablesize(void);
long sysconf(int);
void *sbrk(intptr_t);
void swab(const void *__restrict, void *__restrict, ssize_t);

#ifdef __cplusplus
}
#endif
#endif
