// Histogram of latencies, and the meter of a server: its CPU time and its system calls.
#define _GNU_SOURCE
#include "load.h"

#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned bucket_of(uint64_t value) {
  if (value < PARTS)
    return (unsigned)value;
  unsigned exponent = 63 - (unsigned)__builtin_clzll(value);
  unsigned shift = exponent - PARTS_LOG2;
  uint64_t bucket = ((uint64_t)(shift + 1) << PARTS_LOG2) + ((value >> shift) & (PARTS - 1));
  return bucket < BUCKETS ? (unsigned)bucket : BUCKETS - 1;
}

static uint64_t upper_end_of(unsigned bucket) {
  if (bucket < PARTS)
    return bucket;
  unsigned shift = bucket / PARTS - 1;
  return ((uint64_t)(bucket % PARTS + PARTS + 1) << shift) - 1;
}

void histogram_add(struct histogram *h, uint64_t value) {
  h->counts[bucket_of(value)]++;
  h->total++;
  if (value > h->max)
    h->max = value;
}

uint64_t histogram_percentile(const struct histogram *h, double percent) {
  double wanted = (double)h->total * percent / 100;
  uint64_t seen = 0;
  for (unsigned i = 0; i < BUCKETS; i++) {
    seen += h->counts[i];
    if (seen > 0 && (double)seen >= wanted) {
      uint64_t end = upper_end_of(i);
      return end < h->max ? end : h->max;
    }
  }
  return h->max;
}

// -1: the kernel has no tracepoints or this user may not see them.
static long tracepoint_id(void) {
  static const char *const paths[] = {
      "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id",
      "/sys/kernel/debug/tracing/events/raw_syscalls/sys_enter/id",
  };
  long id = -1;
  for (size_t i = 0; i < sizeof paths / sizeof *paths && id < 0; i++) {
    FILE *file = fopen(paths[i], "re");
    if (file == NULL)
      continue;
    if (fscanf(file, "%ld", &id) != 1)
      id = -1;
    fclose(file);
  }
  return id;
}

static int count_thread(struct meter *m, uint64_t id, pid_t tid) {
  if (m->counters_count == METER_THREADS_MAX)
    return -E2BIG;
  struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT, .size = sizeof attr, .config = id};
  long fd = syscall(SYS_perf_event_open, &attr, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd < 0)
    return -errno;
  m->counters[m->counters_count++] = (int)fd;
  return 0;
}

// The kernel's own tracepoint, one counter a thread: no tracer stops the server, so the count
// costs it some ten ns a call, and needs no tool.
static const char *count_syscalls(struct meter *m, pid_t pid) {
  long id = tracepoint_id();
  if (id < 0)
    return "no raw_syscalls tracepoint: mount tracefs, run as root";
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *tasks = opendir(path);
  if (tasks == NULL)
    return "the server's threads cannot be listed";
  int error = 0;
  for (struct dirent *entry; error == 0 && (entry = readdir(tasks)) != NULL;) {
    pid_t tid = (pid_t)atoi(entry->d_name);
    if (tid > 0)
      error = count_thread(m, (uint64_t)id, tid);
    if (error == -ESRCH)
      error = 0; // a thread that has just ended calls nothing
  }
  closedir(tasks);
  if (error == -EACCES || error == -EPERM)
    return "perf_event_open is not permitted: run as root";
  return error == 0 ? NULL : "perf_event_open failed";
}

int meter_open(struct meter *m, pid_t pid, bool syscalls) {
  memset(m, 0, sizeof *m);
  int error = clock_getcpuclockid(pid, &m->clock);
  if (error != 0)
    return -error;
  m->skipped = syscalls ? count_syscalls(m, pid) : "not asked for";
  return 0;
}

int meter_read(const struct meter *m, struct reading *out) {
  struct timespec cpu;
  if (clock_gettime(m->clock, &cpu) < 0)
    return -errno;
  out->cpu_ns = (uint64_t)cpu.tv_sec * 1000000000u + (uint64_t)cpu.tv_nsec;
  out->syscalls = 0;
  for (int i = 0; i < m->counters_count; i++) {
    uint64_t count;
    if (read(m->counters[i], &count, sizeof count) != sizeof count)
      return -EIO;
    out->syscalls += count;
  }
  return 0;
}
