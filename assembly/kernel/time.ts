// Times as system calls give and take them: timespecs, in nanoseconds here.

import { EINVAL } from "../errno";
import { Timespec } from "../structs";
import { SECOND_NS } from "./numbers";

/** KTIME_MAX: beyond it a time is as far as a time can be. */
export const TIME_MAX: i64 = i64.MAX_VALUE;

/** Nanoseconds of a timespec that is reachable, or -EINVAL. */
export function timeOf(at: usize): i64 {
  const time = changetype<Timespec>(at);
  if (time.tv_sec < 0 || <u32>time.tv_nsec >= <u32>SECOND_NS) return -EINVAL;
  if (time.tv_sec >= TIME_MAX / SECOND_NS) return TIME_MAX;
  return time.tv_sec * SECOND_NS + time.tv_nsec;
}

export function storeTime(at: usize, nanoseconds: i64): void {
  const time = changetype<Timespec>(at);
  time.tv_sec = nanoseconds / SECOND_NS;
  time.tv_nsec = <i32>(nanoseconds % SECOND_NS);
  time.padding = 0;
}

/** The moment a length of time after `now`, or TIME_MAX. */
export function later(now: u64, length: i64): u64 {
  return length > TIME_MAX - <i64>now ? <u64>TIME_MAX : now + <u64>length;
}
