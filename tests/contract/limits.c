// prlimit64, and what a lower RLIMIT_NOFILE does.
#include "contract.h"

enum { RLIMIT_NOFILE = 7, RLIMITS = 16 };
#define INFINITY (~0ull)

static const char *const names[RLIMITS] = {
    "CPU",     "FSIZE", "DATA",  "STACK",      "CORE",     "RSS",  "NPROC",  "NOFILE",
    "MEMLOCK", "AS",    "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"};

static int set(int resource, u64 current, u64 max) {
  struct rlimit to = {current, max};
  return prlimit64(0, resource, &to, NULL);
}

static void fact_limit(const char *what, int resource) {
  struct rlimit is = {1, 1};
  int result = prlimit64(0, resource, NULL, &is);
  open_line(what);
  put_result(result);
  put(" ");
  put_number((i64)is.current);
  put(" ");
  put_number((i64)is.max);
  close_line();
}

static void errors(void) {
  struct rlimit wrong = {2, 1};
  static const int pids[] = {-1, 1, 12345678};
  static const int resources[] = {-1, RLIMITS, 99, INT_MAX, INT_MIN};
  for (int i = 0; i < COUNT(resources); i++)
    fact_at("error: resource", resources[i], prlimit64(0, resources[i], NULL, NULL));
  fact("error: of nothing, nothing", prlimit64(0, RLIMIT_NOFILE, NULL, NULL));
  fact("error: of the current above the maximum", prlimit64(0, RLIMIT_NOFILE, &wrong, NULL));
  fact("error: new, nowhere", prlimit64(0, RLIMIT_NOFILE, NOWHERE, NULL));
  fact("error: old, nowhere", prlimit64(0, RLIMIT_NOFILE, NULL, NOWHERE));
  fact("error: new nowhere, and a wrong resource", prlimit64(0, 99, NOWHERE, NULL));
  fact("error: new behind memory", prlimit64(0, RLIMIT_NOFILE, (void *)last_bytes(8), NULL));
  fact("error: of itself", prlimit64(getpid(), RLIMIT_NOFILE, NULL, NULL));
  for (int i = 0; i < COUNT(pids); i++) {
    if (pids[i] == 1)
      differs("ESRCH", "nobody else is there");
    fact_at("error: of another", pids[i], prlimit64(pids[i], RLIMIT_NOFILE, NULL, NULL));
  }
  fact("error: of nobody, and a wrong resource", prlimit64(12345678, 99, NULL, NULL));
  fact("error: of nobody, new nowhere", prlimit64(12345678, 99, NOWHERE, NULL));
}

static void descriptors(void) {
  struct pollfd polled[32];
  struct rlimit to = {8, 60}, from;
  must("prlimit64", set(RLIMIT_NOFILE, 64, 64));
  fact_limit("NOFILE: is set", RLIMIT_NOFILE);
  int high = fcntl(1, F_DUPFD, 40);
  fact("NOFILE: F_DUPFD from 40", high);
  fact("NOFILE: lowered, and the one before", prlimit64(0, RLIMIT_NOFILE, &to, &from));
  fact("NOFILE: the one before, current", (long long)from.current);
  fact("NOFILE: the one before, maximum", (long long)from.max);
  fact_limit("NOFILE: is lower", RLIMIT_NOFILE);
  for (int i = 0; i < 6; i++)
    fact_at("NOFILE: opens", i, eventfd2(0, 0));
  fact("NOFILE: one above it is open", fcntl(high, F_GETFD, 0));
  fact("NOFILE: F_DUPFD from it", fcntl(1, F_DUPFD, 8));
  fact("NOFILE: F_DUPFD below it", fcntl(1, F_DUPFD, 7));
  fact("NOFILE: dup3 to it", dup3(1, 8, 0));
  fact("NOFILE: dup3 to one that is open above it", dup3(1, high, 0));
  fact("NOFILE: dup3 below it", dup3(1, 7, 0));
  for (int i = 0; i < COUNT(polled); i++)
    polled[i] = (struct pollfd){-1, 0, 0};
  fact("NOFILE: poll of as many", poll(polled, 8, 0));
  fact("NOFILE: poll of one more", poll(polled, 9, 0));
  close(high);
  fact("NOFILE: closed above it, and none is free", eventfd2(0, 0));
  fact("NOFILE: raised again", set(RLIMIT_NOFILE, 60, 60));
  fact("NOFILE: opens again", eventfd2(0, 0));
  settled("EPERM", "it takes CAP_SYS_RESOURCE");
  fact("NOFILE: the maximum raised", set(RLIMIT_NOFILE, 60, 64));
  fact("NOFILE: none at all", set(RLIMIT_NOFILE, 0, 60));
  fact("NOFILE: then opens", eventfd2(0, 0));
  fact("NOFILE: then dup", dup(1));
  fact("NOFILE: then F_DUPFD", fcntl(1, F_DUPFD, 0));
  fact("NOFILE: then writes", write(1, "", 0));
  fact("NOFILE: then polls", poll(polled, 1, 0));
}

static void resources(void) {
  struct rlimit now;
  for (int i = 0; i < RLIMITS; i++) {
    if (i == RLIMIT_NOFILE)
      continue;
    int read = prlimit64(0, i, NULL, &now);
    begin_line(names[i]);
    put(": read, and set to what it is = ");
    put_result(read);
    put(" ");
    put_result(prlimit64(0, i, &now, NULL));
    put(now.current <= now.max ? "" : " more than its maximum");
    close_line();
  }
  static const int free[] = {4, 5, 10, 11}; // CORE, RSS, LOCKS, SIGPENDING
  for (int i = 0; i < COUNT(free); i++) {
    fact_at("lowered, resource", free[i], set(free[i], 0, 0));
    fact_limit(names[free[i]], free[i]);
  }
  static const int held[] = {0, 1, 2, 9}; // CPU, FSIZE, DATA, AS
  for (int i = 0; i < COUNT(held); i++) {
    must("prlimit64", prlimit64(0, held[i], NULL, &now));
    differs("EPERM", "nothing could hold the guest to it");
    fact_at("lowered, resource", held[i], set(held[i], now.max / 2, now.max));
  }
}

static void facts(void) {
  errors();
  resources();
  descriptors();
}
