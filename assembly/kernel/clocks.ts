// Clocks, and sleeping by them: clock_gettime(2), clock_getres(2), clock_nanosleep(2).

import { CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_REALTIME, TIMER_ABSTIME } from "../constants";
import { EFAULT, EINTR, EINVAL, EOPNOTSUPP } from "../errno";
import { UNDISTURBED } from "./deliver";
import { monotonicNow, realtimeNow } from "./host";
import { reachable } from "./memory";
import { TIMESPEC_BYTES } from "./numbers";
import { pause } from "./pause";
import { later, storeTime, timeOf } from "./time";

const CLOCK_PROCESS_CPUTIME_ID: i32 = 2;
const CLOCK_THREAD_CPUTIME_ID: i32 = 3;
const CLOCK_MONOTONIC_RAW: i32 = 4;
const CLOCK_REALTIME_COARSE: i32 = 5;
const CLOCK_MONOTONIC_COARSE: i32 = 6;
const CLOCK_TAI: i32 = 11;

function isReal(clockid: i32): bool {
  return clockid === CLOCK_REALTIME || clockid === CLOCK_REALTIME_COARSE || clockid === CLOCK_TAI;
}

/** Those of processor time count the time since the host's beginning: WASI tells no other. */
function isMonotonic(clockid: i32): bool {
  return (
    (clockid >= CLOCK_MONOTONIC && clockid <= CLOCK_MONOTONIC_RAW) ||
    clockid === CLOCK_MONOTONIC_COARSE ||
    clockid === CLOCK_BOOTTIME
  );
}

export function clock_gettime(clockid: i32, tp: usize): i32 {
  if (!isReal(clockid) && !isMonotonic(clockid)) return -EINVAL;
  if (tp === 0 || !reachable(tp, TIMESPEC_BYTES)) return -EFAULT;
  storeTime(tp, isReal(clockid) ? realtimeNow() : <i64>monotonicNow());
  return 0;
}

export function clock_getres(clockid: i32, res: usize): i32 {
  if (!isReal(clockid) && !isMonotonic(clockid)) return -EINVAL;
  if (res === 0) return 0;
  if (!reachable(res, TIMESPEC_BYTES)) return -EFAULT;
  storeTime(res, 1);
  return 0;
}

export function clock_nanosleep(clockid: i32, flags: i32, request: usize, remain: usize): i32 {
  const sleeps =
    clockid === CLOCK_REALTIME ||
    clockid === CLOCK_MONOTONIC ||
    clockid === CLOCK_BOOTTIME ||
    clockid === CLOCK_TAI;
  if (!sleeps) {
    const isOther = clockid === CLOCK_PROCESS_CPUTIME_ID || clockid === CLOCK_THREAD_CPUTIME_ID;
    return isOther || isReal(clockid) || isMonotonic(clockid) ? -EOPNOTSUPP : -EINVAL;
  }
  if (request === 0 || !reachable(request, TIMESPEC_BYTES)) return -EFAULT;
  const length = timeOf(request);
  if (length < 0) return -EINVAL;
  const isAbsolute = (flags & TIMER_ABSTIME) !== 0;
  let until = later(monotonicNow(), length);
  if (isAbsolute && isReal(clockid)) until = later(monotonicNow(), max(length - realtimeNow(), 0));
  else if (isAbsolute) until = <u64>length;
  while (monotonicNow() < until) {
    if (pause(until) === UNDISTURBED) continue;
    if (isAbsolute || remain === 0) return -EINTR;
    if (!reachable(remain, TIMESPEC_BYTES)) return -EFAULT;
    const now = monotonicNow();
    storeTime(remain, now < until ? <i64>(until - now) : 0);
    return -EINTR;
  }
  return 0;
}
