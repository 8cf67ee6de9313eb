// fstat of what a guest can have open, and what a process can ask of itself.
#include "contract.h"

static void one(const char *what, int fd) {
  struct stat stat;
  for (size_t i = 0; i < sizeof stat; i++)
    ((u8 *)&stat)[i] = 0x55;
  int result = fstat(fd, &stat);
  begin_line("fstat: type, mode, links, size, block size, blocks of ");
  put(what);
  put(" = ");
  put_result(result);
  if (result >= 0) {
    put(" ");
    put_hex(stat.st_mode);
    put(" ");
    put_number((long long)stat.st_nlink);
    put(" ");
    put_number(stat.st_size);
    put(" ");
    put_number(stat.st_blksize);
    put(" ");
    put_number(stat.st_blocks);
    put(stat.st_uid == (u32)getuid() ? " own" : " foreign");
    put(stat.st_gid == (u32)getgid() ? " own" : " foreign");
  }
  close_line();
}

static u64 inode(int fd) {
  struct stat stat;
  must("fstat", fstat(fd, &stat));
  return stat.st_ino;
}

static void kinds(void) {
  struct sockaddr_in at;
  int pair[2];
  tcp_pair(pair);
  one("a TCP socket", pair[0]);
  fact("fstat: two sockets are two", inode(pair[0]) != inode(pair[1]));
  int twin = fcntl(pair[0], F_DUPFD, 0);
  fact("fstat: a duplicate is the same", inode(pair[0]) == inode(twin));
  close(twin);
  close_pair(pair);
  int fd = listener(&at);
  one("a listener", fd);
  close(fd);
  unix_pair(pair, SOCK_DGRAM);
  one("a Unix socket", pair[0]);
  close_pair(pair);
  must("pipe2", pipe2(pair, 0));
  one("a pipe's reader", pair[0]);
  one("a pipe's writer", pair[1]);
  write(pair[1], "abc", 3);
  one("a pipe that holds bytes", pair[0]);
  fact("fstat: both ends are one", inode(pair[0]) == inode(pair[1]));
  close_pair(pair);
}

static void errors(void) {
  struct stat stat;
  fact("fstat: -1", fstat(-1, &stat));
  fact("fstat: a closed one", fstat(600, &stat));
  fact("fstat: a closed one or nowhere", fstat(600, NOWHERE));
  fact("fstat: NULL", fstat(1, NULL));
  fact("fstat: nowhere", fstat(1, NOWHERE));
  fact("fstat: half behind memory", fstat(1, (struct stat *)last_bytes(72)));
  fact("fstat: the last bytes", fstat(1, (struct stat *)last_bytes(144)));
  fact("fstat: 0 is open", fstat(0, &stat));
  fact("fstat: 0 is a character device", (stat.st_mode & 0170000) == 0020000);
  fact("fstat: 1 is open", fstat(1, &stat));
  fact("fstat: 1 is a regular file", (stat.st_mode & 0170000) == 0100000);
}

static void process(void) {
  struct utsname name;
  struct rusage usage;
  fact("getpid: a positive number", getpid() > 0);
  fact("getpid: the same again", getpid() == getpid());
  fact("getuid: geteuid's", getuid() == geteuid());
  fact("getgid: getegid's", getgid() == getegid());
  fact("sched_yield", sched_yield());
  fact("uname", uname(&name));
  fact_bytes("uname: the system", length_of(name.sysname), name.sysname);
  fact("uname: the release", name.release[0] >= '1' && name.release[0] <= '9');
  fact("uname: NULL", uname(NULL));
  fact("uname: nowhere", uname(NOWHERE));
  fact("uname: half behind memory", uname((struct utsname *)last_bytes(100)));
  static const int who[] = {0, -1, 1, 2, -2, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(who); i++) {
    fact_at("getrusage: of", who[i], getrusage(who[i], &usage));
    fact_at("getrusage: nowhere, of", who[i], getrusage(who[i], NOWHERE));
  }
  getrusage(0, &usage);
  fact("getrusage: some time was used", usage.ru_utime.tv_sec + usage.ru_utime.tv_usec +
                                                usage.ru_stime.tv_sec + usage.ru_stime.tv_usec >
                                            0);
  getrusage(-1, &usage);
  fact("getrusage: no children, no time", usage.ru_utime.tv_sec + usage.ru_utime.tv_usec);
}

static void facts(void) {
  kinds();
  errors();
  process();
}
