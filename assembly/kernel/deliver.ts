// How signals reach the guest: its handlers run where a call ends, or was interrupted.

import { SA_RESTART, SIG_DFL } from "../constants";
import { EFAULT, EINVAL } from "../errno";
import { callHandler } from "./externals/guest";
import { end } from "./end";
import { has } from "./has";
import { reachable } from "./memory";
import { SIGSET_BYTES } from "./numbers";
import {
  actionOf,
  bit,
  blockedSignals,
  deliverable,
  isIgnored,
  setBlocked,
  takeSignal,
} from "./signal";

const SA_NODEFER: u32 = 0x40000000;
const SA_RESETHAND: u32 = 0x80000000;
const DIED: i32 = 128;

/** No handler has run; one has, and the call goes on by its SA_RESTART; or the call ends. */
export const UNDISTURBED: i32 = 0;
export const RESTARTS: i32 = 1;
export const INTERRUPTED: i32 = 2;

/** The mask that comes back after a call which has swapped it. */
let maskBefore: u64 = 0;
let isSwapped: bool = false;

/**
 * Delivers all that is deliverable, as the kernel stacks its frames: the lowest number is set up
 * first and so runs last, but for what its mask holds back.
 */
export function deliver(): i32 {
  let outcome = UNDISTURBED;
  while (deliverable() !== 0) {
    const signum = takeSignal(deliverable());
    if (isIgnored(signum)) continue;
    const action = actionOf(signum);
    const handler = action.handler;
    const flags = action.flags;
    if (handler === SIG_DFL) end(DIED + signum);
    if (outcome === UNDISTURBED) outcome = has(flags, SA_RESTART) ? RESTARTS : INTERRUPTED;
    if ((flags & SA_RESETHAND) !== 0) action.handler = SIG_DFL;
    const before = isSwapped ? maskBefore : blockedSignals();
    isSwapped = false;
    const own = has(flags, SA_NODEFER) ? 0 : bit(signum);
    setBlocked(blockedSignals() | action.mask | own);
    deliver();
    if (HANDLERS) callHandler(handler, signum);
    setBlocked(before);
  }
  return outcome;
}

/** The mask of epoll_pwait, ppoll and rt_sigsuspend, for one call. */
export function swapMask(mask: u64): void {
  maskBefore = blockedSignals();
  isSwapped = true;
  setBlocked(mask);
}

/** The same with the mask that a call was given, if it was given one: 0, -EINVAL, -EFAULT. */
export function swapMaskAt(sigmask: usize, sigsetsize: i32): i32 {
  if (sigmask === 0) return 0;
  if (sigsetsize !== SIGSET_BYTES) return -EINVAL;
  if (!reachable(sigmask, SIGSET_BYTES)) return -EFAULT;
  swapMask(load<u64>(sigmask));
  return 0;
}

/** The former mask is back, and what it lets through is delivered. */
export function restoreMask(): void {
  if (isSwapped) setBlocked(maskBefore);
  isSwapped = false;
  deliver();
}
