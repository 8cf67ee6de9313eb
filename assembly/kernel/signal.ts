// Signals, as a process of one thread has them: actions, a mask, what is pending. They come from
// the guest itself, from its timer and from its broken pipes. No handler is called here.

import { EPOLLIN, SIGALRM, SIGPIPE, SIG_DFL, SIG_IGN } from "../constants";
import { take } from "./blocks";
import { Description, wake } from "./description";
import { Timer, clearTimer, setTimer } from "./timers";

export const SIGNALS: i32 = 64;
export const SIGNAL_REALTIME: i32 = 32;

const SIGKILL: i32 = 9;
const SIGCHLD: i32 = 17;
const SIGCONT: i32 = 18;
const SIGSTOP: i32 = 19;
const SIGTSTP: i32 = 20;
const SIGTTIN: i32 = 21;
const SIGTTOU: i32 = 22;
const SIGURG: i32 = 23;
const SIGWINCH: i32 = 28;

/** Who has sent it. */
export const FROM_KILL: i32 = 1;
export const FROM_TGKILL: i32 = 2;
export const FROM_KERNEL: i32 = 3;

/** What a signal does, and what is pending of it. */
@unmanaged
export class Action {
  handler: i32;
  flags: u32;
  mask: u64;
  source: i32;
  /** How often a real-time signal is pending. */
  queued: i32;
}

/** signalfd(2) */
@unmanaged
export class Signalfd extends Description {
  mask: u64;
  next: Signalfd | null;
}

/** ITIMER_REAL: its timer, and how long from one alarm to the next. */
@unmanaged
export class Alarm extends Timer {
  intervalNs: i64;
}

let actions: usize = 0;
let pending: u64 = 0;
let blocked: u64 = 0;
/** What a call waits for itself: not delivered meanwhile. */
let awaited: u64 = 0;
let queued: i32 = 0;
/** RLIMIT_SIGPENDING */
let queuedMax: u64 = 1024;
let signalfds: Signalfd | null = null;

export function bit(signum: i32): u64 {
  return (<u64>1) << (signum - 1);
}

/** Neither caught nor blocked. */
export function unstoppable(): u64 {
  return bit(SIGKILL) | bit(SIGSTOP);
}

/** Nobody could continue a guest that had stopped: these do nothing. */
function stops(): u64 {
  return bit(SIGSTOP) | bit(SIGTSTP) | bit(SIGTTIN) | bit(SIGTTOU);
}

export function actionOf(signum: i32): Action {
  if (actions === 0) {
    actions = take(SIGNALS * offsetof<Action>());
    if (actions === 0) unreachable();
  }
  return changetype<Action>(actions + <usize>(signum - 1) * offsetof<Action>());
}

export function isIgnored(signum: i32): bool {
  const handler = actionOf(signum).handler;
  const harmless = bit(SIGCHLD) | bit(SIGURG) | bit(SIGWINCH) | bit(SIGCONT) | stops();
  return handler === SIG_IGN || (handler === SIG_DFL && (harmless & bit(signum)) !== 0);
}

export function blockedSignals(): u64 {
  return blocked;
}

export function setBlocked(mask: u64): void {
  blocked = mask & ~unstoppable();
}

export function setQueuedMax(signals: u64): void {
  queuedMax = signals;
}

export function setAwaited(set: u64): void {
  awaited = set;
}

export function pendingSignals(): u64 {
  return pending;
}

/** The signals that have to be delivered now. */
export function deliverable(): u64 {
  return pending & ~blocked & ~awaited;
}

/** Whether one more of a real-time signal can be kept, of which each is delivered. */
export function enqueue(signum: i32): bool {
  const isLost = isIgnored(signum) && (blocked & bit(signum)) === 0;
  if (signum < SIGNAL_REALTIME || isLost) return true;
  if (<u64>queued >= queuedMax) return false;
  actionOf(signum).queued++;
  queued++;
  return true;
}

export function raise(signum: i32, source: i32): void {
  const isLost = isIgnored(signum) && (blocked & bit(signum)) === 0;
  if (isLost || (pending & bit(signum)) !== 0) return;
  if ((bit(signum) & stops()) !== 0) pending &= ~bit(SIGCONT);
  if (signum === SIGCONT) pending &= ~stops();
  pending |= bit(signum);
  actionOf(signum).source = source;
  let signalfd = signalfds;
  while (signalfd !== null) {
    wake(signalfd, 0);
    signalfd = signalfd.next;
  }
}

/** What a write to nobody does. */
export function raisePipe(): void {
  raise(SIGPIPE, FROM_KILL);
}

/** The timer of setitimer is due. */
export function alarmExpire(alarm: Alarm, now: u64): void {
  const deadline = alarm.deadline;
  const interval = <u64>alarm.intervalNs;
  clearTimer(alarm);
  if (interval > 0) setTimer(alarm, deadline + ((now - deadline) / interval + 1) * interval);
  raise(SIGALRM, FROM_KERNEL);
}

/** Takes the lowest pending signal of a set; 0 where there is none. */
export function takeSignal(set: u64): i32 {
  const found = pending & set;
  if (found === 0) return 0;
  const signum = <i32>ctz(found) + 1;
  takeOne(signum);
  return signum;
}

function takeOne(signum: i32): void {
  const action = actionOf(signum);
  if (action.queued > 0) {
    action.queued--;
    queued--;
  }
  if (action.queued === 0) pending &= ~bit(signum);
}

/** All that is pending of a signal is gone: its action became "ignore". */
export function discard(signum: i32): void {
  while ((pending & bit(signum)) !== 0) takeOne(signum);
}

export function addSignalfd(signalfd: Signalfd): void {
  signalfd.next = signalfds;
  signalfds = signalfd;
}

export function removeSignalfd(signalfd: Signalfd): void {
  if (signalfds === signalfd) {
    signalfds = signalfd.next;
    return;
  }
  let before = signalfds!;
  while (before.next !== signalfd) before = before.next!;
  before.next = signalfd.next;
}

export function signalfdEvents(signalfd: Signalfd): u32 {
  return (pending & signalfd.mask) === 0 ? 0 : EPOLLIN;
}
