// The limits that a guest sees by prlimit64(2), and the quotas behind them.
#include "imports.h"

#include <sys/resource.h>

enum { PAGE_BYTES = 65536, SIGNALS_QUEUED_MAX = 1024 };

_Static_assert((int)LIMITS == (int)RLIM_NLIMITS, "one entry for each resource");

// What a guest begins with: its quotas, nothing of what it could not use, of all else no limit.
void limits_create(struct guest *guest) {
  const uint64_t memory = (uint64_t)guest->quotas.memory_pages_max * PAGE_BYTES;
  for (int i = 0; i < LIMITS; i++)
    guest->limits[i] = (struct limit){RLIM_INFINITY, RLIM_INFINITY};
  guest->limits[RLIMIT_NOFILE] = (struct limit){guest->slot_count, guest->slot_count};
  guest->limits[RLIMIT_AS] = guest->limits[RLIMIT_DATA] = (struct limit){memory, memory};
  guest->limits[RLIMIT_SIGPENDING] = (struct limit){SIGNALS_QUEUED_MAX, SIGNALS_QUEUED_MAX};
  guest->limits[RLIMIT_NPROC] = (struct limit){1, 1};
  static const int none[] = {RLIMIT_CORE, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, RLIMIT_NICE,
                             RLIMIT_RTPRIO};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    guest->limits[none[i]] = (struct limit){0, 0};
}

// The first number that cannot be opened.
uint32_t limit_descriptors(const struct guest *guest) {
  uint64_t soft = guest->limits[RLIMIT_NOFILE].current;
  return soft < guest->slot_count ? (uint32_t)soft : guest->slot_count;
}

// Tells the owner, once for each quota: a guest that waits for a free descriptor says nothing.
void quota_exhausted(struct guest *guest, enum quota quota) {
  const uint32_t max[QUOTAS] = {guest->slot_count, guest->quotas.watches_max,
                                guest->quotas.timers_max};
  if (guest->told[quota] || !guest->host)
    return;
  guest->told[quota] = true;
  guest->host->exhausted(guest, quota, max[quota]);
}

// What the host could not hold the guest to, and so does not promise.
static bool is_unenforced(int32_t resource) {
  return resource == RLIMIT_CPU || resource == RLIMIT_FSIZE || resource == RLIMIT_DATA ||
         resource == RLIMIT_STACK || resource == RLIMIT_AS;
}

int32_t sys_prlimit64(struct guest *guest, int32_t pid, int32_t resource, uint32_t new_limit,
                      uint32_t old_limit) {
  struct limit to;
  if (new_limit && !copy_from_guest(guest, &to, new_limit, sizeof to))
    return -EFAULT;
  if (pid != 0 && pid != GUEST_PID)
    return -ESRCH;
  if (resource < 0 || resource >= LIMITS)
    return -EINVAL;
  struct limit *limit = &guest->limits[resource];
  const struct limit from = *limit;
  if (new_limit) {
    if (to.current > to.max)
      return -EINVAL;
    bool lowers = to.current < from.current || to.max < from.max;
    if (to.max > from.max || (lowers && is_unenforced(resource)))
      return -EPERM;
    *limit = to;
  }
  return old_limit && !copy_to_guest(guest, old_limit, &from, sizeof from) ? -EFAULT : 0;
}

_Static_assert(sizeof(struct limit) == 16, "rlimit64 goes out as it is");
