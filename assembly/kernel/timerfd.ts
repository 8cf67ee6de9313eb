// timerfd_create(2): expirations that are counted until they are read.

import {
  CLOCK_BOOTTIME,
  CLOCK_MONOTONIC,
  CLOCK_REALTIME,
  EPOLLIN,
  TFD_CLOEXEC,
  TFD_NONBLOCK,
  TFD_TIMER_ABSTIME,
  TFD_TIMER_CANCEL_ON_SET,
} from "../constants";
import { EAGAIN, EBADF, EFAULT, EINVAL, ENOMEM, EPERM } from "../errno";
import { Itimerspec } from "../structs";
import { Description, KIND_TIMERFD, wake } from "./description";
import { has } from "./has";
import { monotonicNow, realtimeNow } from "./host";
import { reachable, scatter } from "./memory";
import { O_RDWR } from "./numbers";
import { scratch } from "./scratch";
import { lookup, newDescription, publish } from "./table";
import { later, storeTime, timeOf } from "./time";
import { TIMER_OF_FD, Timer, clearTimer, setTimer } from "./timers";

const CLOCK_REALTIME_ALARM: i32 = 8;
const CLOCK_BOOTTIME_ALARM: i32 = 9;
const COUNT_BYTES: i32 = 8;
const VALUE: usize = 16;

@unmanaged
export class Timerfd extends Description {
  timer: Timer;
  intervalNs: i64;
  /** Expirations that have not been read. */
  ticks: u64;
  clock: i32;
}

export function timerfd_create(clockid: i32, flags: i32): i32 {
  if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) !== 0) return -EINVAL;
  if (clockid === CLOCK_REALTIME_ALARM || clockid === CLOCK_BOOTTIME_ALARM) return -EPERM;
  const isKnown =
    clockid === CLOCK_REALTIME || clockid === CLOCK_MONOTONIC || clockid === CLOCK_BOOTTIME;
  if (!isKnown) return -EINVAL;
  const status = O_RDWR | (flags & TFD_NONBLOCK);
  const description = newDescription(KIND_TIMERFD, offsetof<Timerfd>() + offsetof<Timer>(), status);
  if (description === null) return -ENOMEM;
  const timerfd = changetype<Timerfd>(description);
  timerfd.clock = clockid;
  timerfd.timer = changetype<Timer>(changetype<usize>(timerfd) + offsetof<Timerfd>());
  timerfd.timer.kind = TIMER_OF_FD;
  timerfd.timer.owner = changetype<usize>(timerfd);
  return publish(timerfd, (flags & TFD_CLOEXEC) !== 0);
}

/** The number of a timerfd, or an error that is below 0. */
function find(fd: i32): Timerfd | null {
  const description = lookup(fd);
  if (description === null || description.kind !== KIND_TIMERFD) return null;
  return changetype<Timerfd>(description);
}

function missing(fd: i32): i32 {
  return lookup(fd) === null ? -EBADF : -EINVAL;
}

/** The deadline has passed: an interval expires as often as it has gone by. */
export function timerfdExpire(timerfd: Timerfd, now: u64): void {
  const deadline = timerfd.timer.deadline;
  clearTimer(timerfd.timer);
  let times: u64 = 1;
  if (timerfd.intervalNs > 0) {
    const interval = <u64>timerfd.intervalNs;
    times += (now - deadline) / interval;
    setTimer(timerfd.timer, deadline + times * interval);
  }
  timerfd.ticks += times;
  wake(timerfd, EPOLLIN);
}

/** Counts what has expired until now; the host's clock may be ahead of its timers. */
function update(timerfd: Timerfd, now: u64): void {
  const timer = timerfd.timer;
  if (timer.isSet && timer.deadline <= now) timerfdExpire(timerfd, now);
}

/** Until the next expiration; 0 where there is none. */
function leftNs(timerfd: Timerfd, now: u64): i64 {
  const timer = timerfd.timer;
  return timer.isSet ? <i64>max(timer.deadline - now, 1) : 0;
}

export function timerfd_settime(fd: i32, flags: i32, value: usize, old: usize): i32 {
  if (!reachable(value, offsetof<Itimerspec>())) return -EFAULT;
  if (value === 0) return -EFAULT;
  const interval = timeOf(value);
  const first = timeOf(value + VALUE);
  const known = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
  if ((flags & ~known) !== 0 || interval < 0 || first < 0) return -EINVAL;
  const timerfd = find(fd);
  if (timerfd === null) return missing(fd);
  const now = monotonicNow();
  update(timerfd, now);
  const intervalBefore = timerfd.intervalNs;
  const leftBefore = leftNs(timerfd, now);
  clearTimer(timerfd.timer);
  timerfd.ticks = 0;
  timerfd.intervalNs = interval;
  if (first > 0) {
    const isAbsolute = has(flags, TFD_TIMER_ABSTIME);
    const deadline = isAbsolute ? absolute(timerfd, first, now) : later(now, first);
    if (!setTimer(timerfd.timer, deadline)) return -ENOMEM;
    update(timerfd, now);
  }
  if (old === 0) return 0;
  if (!reachable(old, offsetof<Itimerspec>())) return -EFAULT;
  storeTime(old, intervalBefore);
  storeTime(old + VALUE, leftBefore);
  return 0;
}

/** A time of the timer's clock as one of the monotonic clock. */
function absolute(timerfd: Timerfd, time: i64, now: u64): u64 {
  if (timerfd.clock !== CLOCK_REALTIME) return <u64>time;
  const wall = realtimeNow();
  return time <= wall ? now : later(now, time - wall);
}

export function timerfd_gettime(fd: i32, current: usize): i32 {
  const timerfd = find(fd);
  if (timerfd === null) return missing(fd);
  const now = monotonicNow();
  update(timerfd, now);
  if (current === 0 || !reachable(current, offsetof<Itimerspec>())) return -EFAULT;
  storeTime(current, timerfd.intervalNs);
  storeTime(current + VALUE, leftNs(timerfd, now));
  return 0;
}

export function timerfdEvents(timerfd: Timerfd): u32 {
  return timerfd.ticks > 0 ? EPOLLIN : 0;
}

export function timerfdRead(timerfd: Timerfd, iov: usize, bytes: i32): i32 {
  if (bytes < COUNT_BYTES) return -EINVAL;
  if (timerfd.timer.isSet) update(timerfd, monotonicNow());
  if (timerfd.ticks === 0) return -EAGAIN;
  store<u64>(scratch(), timerfd.ticks);
  scatter(iov, 0, scratch(), COUNT_BYTES);
  timerfd.ticks = 0;
  return COUNT_BYTES;
}

export function timerfdClose(timerfd: Timerfd): void {
  clearTimer(timerfd.timer);
}
