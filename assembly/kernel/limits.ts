// prlimit64(2): what a guest may have, as docs/ABI.md tells of the native host.

import { EFAULT, EINVAL, EPERM, ESRCH } from "../errno";
import { take } from "./blocks";
import { reachable } from "./memory";
import { PID } from "./numbers";
import { setQueuedMax } from "./signal";
import { descriptorLimit, setDescriptorLimit } from "./table";

const RESOURCES: i32 = 16;
const RLIMIT_CPU: i32 = 0;
const RLIMIT_STACK: i32 = 3;
const RLIMIT_CORE: i32 = 4;
const RLIMIT_NPROC: i32 = 6;
const RLIMIT_NOFILE: i32 = 7;
const RLIMIT_MEMLOCK: i32 = 8;
const RLIMIT_AS: i32 = 9;
const RLIMIT_SIGPENDING: i32 = 11;
const RLIMIT_MSGQUEUE: i32 = 12;
const RLIMIT_NICE: i32 = 13;
const RLIMIT_RTPRIO: i32 = 14;
const SIGNALS_QUEUED_MAX: u64 = 1024;

@unmanaged
class Limit {
  current: u64;
  most: u64;
}

let limits: usize = 0;

function limitOf(resource: i32): Limit {
  if (limits === 0) {
    limits = take(RESOURCES * offsetof<Limit>());
    if (limits === 0) unreachable();
    for (let i = 0; i < RESOURCES; i++) setBoth(limitOf(i), initial(i));
  }
  return changetype<Limit>(limits + <usize>resource * offsetof<Limit>());
}

function setBoth(limit: Limit, value: u64): void {
  limit.current = value;
  limit.most = value;
}

function initial(resource: i32): u64 {
  switch (resource) {
    case RLIMIT_NOFILE:
      return descriptorLimit();
    case RLIMIT_SIGPENDING:
      return SIGNALS_QUEUED_MAX;
    case RLIMIT_NPROC:
      return 1;
    case RLIMIT_CORE:
    case RLIMIT_MEMLOCK:
    case RLIMIT_MSGQUEUE:
    case RLIMIT_NICE:
    case RLIMIT_RTPRIO:
      return 0;
    default:
      return u64.MAX_VALUE;
  }
}

export function prlimit64(pid: i32, resource: i32, new_limit: usize, old_limit: usize): i32 {
  if (new_limit !== 0 && !reachable(new_limit, offsetof<Limit>())) return -EFAULT;
  if (pid !== 0 && pid !== PID) return -ESRCH;
  if (<u32>resource >= <u32>RESOURCES) return -EINVAL;
  const limit = limitOf(resource);
  const current = limit.current;
  const most = limit.most;
  if (new_limit !== 0) {
    const to = changetype<Limit>(new_limit);
    if (to.current > to.most) return -EINVAL;
    const lowers = to.current < current || to.most < most;
    const isUnenforced =
      (resource >= RLIMIT_CPU && resource <= RLIMIT_STACK) || resource === RLIMIT_AS;
    if (to.most > most || (lowers && isUnenforced)) return -EPERM;
    limit.current = to.current;
    limit.most = to.most;
    if (resource === RLIMIT_NOFILE) setDescriptorLimit(<i32>to.current);
    if (resource === RLIMIT_SIGPENDING) setQueuedMax(to.current);
  }
  if (old_limit === 0) return 0;
  if (!reachable(old_limit, offsetof<Limit>())) return -EFAULT;
  changetype<Limit>(old_limit).current = current;
  changetype<Limit>(old_limit).most = most;
  return 0;
}
