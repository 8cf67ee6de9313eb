// What is to happen at a time: timers in a tree by their deadline. It knows no clock.

import { take } from "./blocks";
import { Node, Tree } from "./tree";

/** No time at all. */
export const NEVER: u64 = u64.MAX_VALUE;

/** Whose a timer is. */
export const TIMER_OF_FD: i32 = 1;
export const TIMER_OF_ALARM: i32 = 2;

@unmanaged
export class Timer extends Node {
  kind: i32;
  isSet: bool;
  owner: usize;

  /** In nanoseconds of the monotonic clock. */
  get deadline(): u64 {
    return this.high;
  }
}

let timers: Tree | null = null;

export function setTimer(timer: Timer, deadline: u64): bool {
  if (timers === null) {
    const tree = take(offsetof<Tree>());
    if (tree === 0) return false;
    timers = changetype<Tree>(tree);
  }
  clearTimer(timer);
  timer.high = deadline;
  timer.low = changetype<usize>(timer);
  timer.isSet = true;
  timers!.insert(timer);
  return true;
}

export function clearTimer(timer: Timer): void {
  if (timer.isSet) timers!.remove(timer);
  timer.isSet = false;
}

/** The next timer, or null. */
export function nextTimer(): Timer | null {
  return timers === null ? null : changetype<Timer | null>(timers!.first());
}

export function nextDeadline(): u64 {
  const timer = nextTimer();
  return timer === null ? NEVER : timer.deadline;
}
