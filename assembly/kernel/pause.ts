// How a call waits: the host is asked what has happened, timers that are due expire, and signals
// are delivered.

import { UNDISTURBED, deliver } from "./deliver";
import { monotonicNow, wait } from "./host";
import { Alarm, alarmExpire, deliverable } from "./signal";
import { Timerfd, timerfdExpire } from "./timerfd";
import { NEVER, TIMER_OF_ALARM, nextDeadline, nextTimer } from "./timers";

/**
 * Lets something happen, or time pass until a moment; NEVER is for ever.
 *
 * @returns whether a signal has been handled: UNDISTURBED, RESTARTS, INTERRUPTED.
 */
export function pause(until: u64): i32 {
  if (deliverable() !== 0) {
    const outcome = deliver();
    if (outcome !== UNDISTURBED) return outcome;
  }
  wait(min(until, nextDeadline()));
  expireTimers();
  return deliver();
}

/** Takes in what has happened, without waiting. */
export function look(): void {
  wait(0);
  expireTimers();
}

/** Whether a moment is over; NEVER is none. */
export function hasPassed(moment: u64): bool {
  return moment !== NEVER && monotonicNow() >= moment;
}

/** Lets all expire that is due. */
export function expireTimers(): void {
  if (nextDeadline() === NEVER) return;
  const now = monotonicNow();
  let timer = nextTimer();
  while (timer !== null && timer.deadline <= now) {
    if (timer.kind === TIMER_OF_ALARM) alarmExpire(changetype<Alarm>(timer), now);
    else timerfdExpire(changetype<Timerfd>(timer.owner), now);
    timer = nextTimer();
  }
}
