// What a process says and asks of itself: prctl(), sysinfo(), times(), priorities, terminals.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <ifaddrs.h>
#include <libintl.h>
#include <net/if.h>
#include <paths.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/cdefs.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void report(const char *what, int result) {
  printf("%s: %d %s\n", what, result, result < 0 ? strerror(errno) : "");
}

static void names(void) {
  char name[17] = "";
  prctl(PR_SET_NAME, "a name that is much too long");
  report("PR_GET_NAME", prctl(PR_GET_NAME, name));
  printf("[%s]\n", name);
  prctl(PR_SET_NAME, "short");
  prctl(PR_GET_NAME, name);
  printf("[%s]\n", name);
}

static void settings(void) {
  int number = -1;
  report("set dumpable", prctl(PR_SET_DUMPABLE, 1));
  report("set dumpable", prctl(PR_SET_DUMPABLE, 2));
  report("get dumpable", prctl(PR_GET_DUMPABLE));
  report("set pdeathsig", prctl(PR_SET_PDEATHSIG, 64));
  report("set pdeathsig", prctl(PR_SET_PDEATHSIG, 65));
  report("set pdeathsig", prctl(PR_SET_PDEATHSIG, -1));
  report("get pdeathsig", prctl(PR_GET_PDEATHSIG, &number));
  printf("%d\n", number);
  report("set keepcaps", prctl(PR_SET_KEEPCAPS, 2));
  report("set keepcaps", prctl(PR_SET_KEEPCAPS, 1));
  report("get keepcaps", prctl(PR_GET_KEEPCAPS));
  report("set no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
  report("set no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0));
  report("set no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  report("get no_new_privs", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  report("get no_new_privs", prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0));
  report("set subreaper", prctl(PR_SET_CHILD_SUBREAPER, 5));
  report("get subreaper", prctl(PR_GET_CHILD_SUBREAPER, &number));
  printf("%d\n", number);
  report("get timerslack", prctl(PR_GET_TIMERSLACK));
  report("set timerslack", prctl(PR_SET_TIMERSLACK, 1000));
  report("get timerslack", prctl(PR_GET_TIMERSLACK));
  report("set timerslack", prctl(PR_SET_TIMERSLACK, 0));
  report("get timerslack", prctl(PR_GET_TIMERSLACK));
  report("set thp", prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
  report("get thp", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
  report("seccomp", prctl(PR_GET_SECCOMP));
  report("capability 999", prctl(PR_CAPBSET_READ, 999));
  report("drop", prctl(PR_CAPBSET_DROP, 0));
  report("securebits", prctl(PR_SET_SECUREBITS, 0));
  report("mm", prctl(PR_SET_MM, 0));
  report("unknown", prctl(9999));
  report("negative", prctl(-1));
}

static void process(void) {
  struct sysinfo info;
  struct tms used;
  struct timespec now;
  report("sysinfo", sysinfo(&info));
  clock_gettime(CLOCK_BOOTTIME, &now);
  printf("up %d, memory %d, free %d, processes %d\n", labs((long)now.tv_sec - info.uptime) <= 1,
         info.totalram > 0, info.freeram <= info.totalram, info.procs > 0);
  printf("processors %d %d, pages %d %d\n", get_nprocs() > 0, get_nprocs_conf() > 0,
         get_phys_pages() > 0, get_avphys_pages() > 0);
  const clock_t before = times(&used);
  usleep(30000);
  printf("times %d, children %d\n", times(NULL) - before >= 2,
         (int)(used.tms_cutime + used.tms_cstime));
  errno = 0;
  report("getpriority", getpriority(PRIO_PROCESS, 0));
  report("getpriority of nobody", getpriority(PRIO_PROCESS, 99999999));
  report("getpriority, unknown", getpriority(9, 0));
  report("setpriority", setpriority(PRIO_PROCESS, 0, 0));
  report("setpriority, higher", setpriority(PRIO_PROCESS, 0, -5));
  report("wait3", wait3(NULL, 0, NULL));
  report("wait4", wait4(-1, NULL, WNOHANG, NULL));
  report("waitid", waitid(P_ALL, 0, NULL, WEXITED));
  printf("%d %ld\n", getauxval(AT_PAGESZ) == (unsigned long)getpagesize(),
         (long)getauxval(AT_CLKTCK));
  report("getauxval", getauxval(9999) == 0 ? -1 : 0);
}

static void show(const struct termios *t) {
  printf("%x %x %x %x %d %d, %u %u, %u %u\n", t->c_iflag, t->c_oflag, t->c_cflag, t->c_lflag,
         t->c_cc[VMIN], t->c_cc[VTIME], t->c_ispeed, t->c_ospeed, cfgetispeed(t), cfgetospeed(t));
}

static void terminals(void) {
  struct termios t;
  int fds[2];
  if (pipe(fds) < 0)
    return;
  memset(&t, 0xff, sizeof t);
  for (int i = 0; i < 2; i++) {
    const int fd = i == 0 ? fds[0] : 99;
    report("tcgetattr", tcgetattr(fd, &t));
    report("tcsetattr", tcsetattr(fd, TCSANOW, &t));
    report("tcsetattr, unknown", tcsetattr(fd, 9, &t));
    report("tcflush", tcflush(fd, TCIFLUSH));
    report("tcdrain", tcdrain(fd));
    report("tcgetsid", tcgetsid(fd));
    report("tcgetpgrp", tcgetpgrp(fd));
    report("flock", flock(fd, LOCK_EX | LOCK_NB));
    report("flock, unknown", flock(fd, 64));
  }
  cfmakeraw(&t);
  show(&t);
  const speed_t speeds[] = {B0, B50, B38400, B57600, B4000000, 16, 9600, 115200, 4000000, 12345};
  for (int i = 0; i < 10; i++) {
    report("cfsetispeed", cfsetispeed(&t, speeds[i]));
    report("cfsetospeed", cfsetospeed(&t, speeds[i]));
    show(&t);
    report("cfsetspeed", cfsetspeed(&t, speeds[i]));
    show(&t);
  }
}

static void others(void) {
  printf("%s %s\n", gettext("message"), dgettext("domain", "message"));
  printf("%s %s\n", ngettext("one", "many", 1), ngettext("one", "many", 2));
  report("dlopen", dlopen("no-such.so", RTLD_NOW) == NULL);
  report("dlerror", dlerror() != NULL);
  report("dlerror again", dlerror() != NULL);
  const unsigned long long device = makedev(0x12345, 0x6789a);
  printf("%llx %x %x\n", device, major(device), minor(device));
  printf("%s %s\n", _PATH_DEVNULL, __STRING(a b));
  report("no interface", if_nametoindex("no-such-interface") == 0 ? -1 : 0);
}

int main(void) {
  names();
  if (setuid(1000) < 0)
    return 1;
  settings();
  process();
  terminals();
  others();
  return 0;
}
