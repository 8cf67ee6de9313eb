// What the parts of the load generator share: the histogram of latencies and the meter that
// reads what the server spends.
#ifndef TRIPOLL_BENCH_LOAD_H
#define TRIPOLL_BENCH_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

// Log-linear: each power of two is cut into 128 equal parts, so a value read back is at most
// 1/128 above the one put in. The last bucket takes everything beyond 2^40 ns (18 minutes).
enum { PARTS_LOG2 = 7, PARTS = 1 << PARTS_LOG2, BUCKETS = (40 - PARTS_LOG2 + 1) * PARTS };

struct histogram {
  uint64_t total, max;
  uint64_t counts[BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t value);
// The smallest bucket's upper end that at least `percent` of the values do not exceed.
uint64_t histogram_percentile(const struct histogram *h, double percent);

enum { METER_THREADS_MAX = 256 };

// The CPU time and, where asked for, the system calls of another process.
struct meter {
  clockid_t clock;
  int counters[METER_THREADS_MAX];
  int counters_count;
  const char *skipped; // why system calls are not counted; NULL: they are
};

struct reading {
  uint64_t cpu_ns;
  uint64_t syscalls;
};

// 0 or -errno; without the rights or the tracepoint only `skipped` is set.
int meter_open(struct meter *m, pid_t pid, bool syscalls);
int meter_read(const struct meter *m, struct reading *out);

#endif
