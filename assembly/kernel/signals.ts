// rt_sigaction(2) and its family, kill(2), signalfd(2), setitimer(2).

import {
  SFD_CLOEXEC,
  SFD_NONBLOCK,
  SIG_BLOCK,
  SIG_DFL,
  SIG_IGN,
  SIG_SETMASK,
  SIG_UNBLOCK,
} from "../constants";
import { EAGAIN, EBADF, EFAULT, EINTR, EINVAL, ENOMEM, ESRCH } from "../errno";
import { KernelSigaction, SignalfdSiginfo, Timeval } from "../structs";
import { take } from "./blocks";
import { KIND_SIGNALFD, wake } from "./description";
import { UNDISTURBED, deliver, restoreMask, swapMask } from "./deliver";
import { monotonicNow } from "./host";
import { reachable, scatter } from "./memory";
import { O_RDWR, PID, SIGSET_BYTES, TIMESPEC_BYTES, UID } from "./numbers";
import { look, pause } from "./pause";
import { scratch } from "./scratch";
import {
  Alarm,
  FROM_KERNEL,
  FROM_KILL,
  FROM_TGKILL,
  SIGNALS,
  Signalfd,
  actionOf,
  addSignalfd,
  blockedSignals,
  discard,
  enqueue,
  isIgnored,
  pendingSignals,
  raise,
  setAwaited,
  setBlocked,
  takeSignal,
  unstoppable,
} from "./signal";
import { lookup, newDescription, publish } from "./table";
import { later, timeOf } from "./time";
import { NEVER, TIMER_OF_ALARM, clearTimer, setTimer } from "./timers";

const SIGINFO_BYTES: i32 = 128;
const ITIMERVAL_BYTES: i32 = 32;
const SA_SIGINFO: u32 = 4;
/** What the kernel knows but for SA_SIGINFO; it clears all others. */
const SA_KNOWN: u32 = 0xd8000803;
const SI_KERNEL: i32 = 0x80;
const SI_TKILL: i32 = -6;
const MICROSECOND_NS: i64 = 1000;
const SECOND_US: i64 = 1_000_000;
const SECONDS_MAX: i64 = i64.MAX_VALUE / 1_000_000_000;

export function rt_sigaction(signum: i32, act: usize, oldact: usize, sigsetsize: i32): i32 {
  if (sigsetsize !== SIGSET_BYTES) return -EINVAL;
  if (act !== 0 && !reachable(act, offsetof<KernelSigaction>())) return -EFAULT;
  const isFixed = signum > 0 && signum <= SIGNALS && ((unstoppable() >> (signum - 1)) & 1) !== 0;
  if (signum < 1 || signum > SIGNALS || (act !== 0 && isFixed)) return -EINVAL;
  const action = actionOf(signum);
  const handler = action.handler;
  const flags = action.flags;
  const mask = action.mask;
  if (act !== 0) {
    const to = changetype<KernelSigaction>(act);
    const isCaught = to.handler !== SIG_DFL && to.handler !== SIG_IGN;
    // There is nothing a siginfo could be written to, and without __signal nobody to call.
    if ((to.flags & SA_SIGINFO) !== 0 || (isCaught && !HANDLERS)) return -EINVAL;
    action.handler = to.handler;
    action.flags = to.flags & SA_KNOWN;
    action.mask = (<u64>to.mask_low | ((<u64>to.mask_high) << 32)) & ~unstoppable();
    if (isIgnored(signum)) discard(signum);
  }
  if (oldact === 0) return 0;
  if (!reachable(oldact, offsetof<KernelSigaction>())) return -EFAULT;
  const from = changetype<KernelSigaction>(oldact);
  from.handler = handler;
  from.flags = flags;
  from.restorer = 0;
  from.mask_low = <u32>mask;
  from.mask_high = <u32>(mask >> 32);
  return 0;
}

export function rt_sigprocmask(how: i32, set: usize, oldset: usize, sigsetsize: i32): i32 {
  if (sigsetsize !== SIGSET_BYTES) return -EINVAL;
  const before = blockedSignals();
  if (set !== 0) {
    if (!reachable(set, SIGSET_BYTES)) return -EFAULT;
    const change = load<u64>(set);
    if (how === SIG_BLOCK) setBlocked(before | change);
    else if (how === SIG_UNBLOCK) setBlocked(before & ~change);
    else if (how === SIG_SETMASK) setBlocked(change);
    else return -EINVAL;
  }
  let result = 0;
  if (oldset !== 0) {
    if (reachable(oldset, SIGSET_BYTES)) store<u64>(oldset, before);
    else result = -EFAULT;
  }
  deliver();
  return result;
}

export function rt_sigpending(set: usize, sigsetsize: i32): i32 {
  if (<u32>sigsetsize > <u32>SIGSET_BYTES) return -EINVAL;
  if (!reachable(set, sigsetsize)) return -EFAULT;
  store<u64>(scratch(), pendingSignals() & blockedSignals());
  memory.copy(set, scratch(), sigsetsize);
  return 0;
}

export function rt_sigsuspend(mask: usize, sigsetsize: i32): i32 {
  if (sigsetsize !== SIGSET_BYTES) return -EINVAL;
  if (mask === 0 || !reachable(mask, SIGSET_BYTES)) return -EFAULT;
  swapMask(load<u64>(mask));
  while (pause(NEVER) === UNDISTURBED) continue;
  restoreMask();
  return -EINTR;
}

export function rt_sigtimedwait(set: usize, info: usize, timeout: usize, sigsetsize: i32): i32 {
  if (sigsetsize !== SIGSET_BYTES) return -EINVAL;
  if (set === 0 || !reachable(set, SIGSET_BYTES)) return -EFAULT;
  let until = NEVER;
  if (timeout !== 0) {
    if (!reachable(timeout, TIMESPEC_BYTES)) return -EFAULT;
    const lengthNs = timeOf(timeout);
    if (lengthNs < 0) return -EINVAL;
    until = later(monotonicNow(), lengthNs);
  }
  const wanted = load<u64>(set) & ~unstoppable();
  let signum = takeSignal(wanted);
  while (signum === 0) {
    if (until !== NEVER && monotonicNow() >= until) return -EAGAIN;
    setAwaited(wanted);
    const outcome = pause(until);
    setAwaited(0);
    if (outcome !== UNDISTURBED) return -EINTR;
    signum = takeSignal(wanted);
  }
  if (info === 0) return signum;
  if (!reachable(info, SIGINFO_BYTES)) return -EFAULT;
  memory.fill(info, 0, SIGINFO_BYTES);
  store<i32>(info, signum);
  storeOrigin(signum, info + 8, info + 16);
  return signum;
}

/** The code at one address, pid and uid at another: siginfo and signalfd_siginfo differ there. */
function storeOrigin(signum: i32, code: usize, sender: usize): void {
  const source = actionOf(signum).source;
  const isKernel = source === FROM_KERNEL;
  store<i32>(code, isKernel ? SI_KERNEL : source === FROM_TGKILL ? SI_TKILL : 0);
  store<i32>(sender, isKernel ? 0 : PID);
  store<i32>(sender, isKernel ? 0 : UID, 4);
}

/** Only itself: as its process, its group, or all it may signal. */
export function kill(pid: i32, sig: i32): i32 {
  if (pid !== PID && pid !== 0 && pid !== -PID) return -ESRCH;
  if (sig < 0 || sig > SIGNALS) return -EINVAL;
  if (sig > 0) {
    enqueue(sig); // kill(2) makes it pending all the same
    raise(sig, FROM_KILL);
    deliver();
  }
  return 0;
}

export function tgkill(tgid: i32, tid: i32, sig: i32): i32 {
  if (tgid <= 0 || tid <= 0) return -EINVAL;
  if (tgid !== PID || tid !== PID) return -ESRCH;
  if (sig < 0 || sig > SIGNALS) return -EINVAL;
  if (sig === 0) return 0;
  if (!enqueue(sig)) return -EAGAIN;
  raise(sig, FROM_TGKILL);
  deliver();
  return 0;
}

export function signalfd4(fd: i32, mask: usize, sizemask: i32, flags: i32): i32 {
  if (sizemask !== SIGSET_BYTES) return -EINVAL;
  if (mask === 0 || !reachable(mask, SIGSET_BYTES)) return -EFAULT;
  if ((flags & ~(SFD_CLOEXEC | SFD_NONBLOCK)) !== 0) return -EINVAL;
  const set = load<u64>(mask) & ~unstoppable();
  if (fd !== -1) {
    const found = lookup(fd);
    if (found === null) return -EBADF;
    if (found.kind !== KIND_SIGNALFD) return -EINVAL;
    changetype<Signalfd>(found).mask = set;
    wake(found, 0);
    return fd;
  }
  const status = O_RDWR | (flags & SFD_NONBLOCK);
  const description = newDescription(KIND_SIGNALFD, offsetof<Signalfd>(), status);
  if (description === null) return -ENOMEM;
  const made = publish(description, (flags & SFD_CLOEXEC) !== 0);
  if (made < 0) return made;
  changetype<Signalfd>(description).mask = set;
  addSignalfd(changetype<Signalfd>(description));
  return made;
}

/** As many signalfd_siginfo as fit and are pending, at least one. */
export function signalfdRead(signalfd: Signalfd, iov: usize, bytes: i32): i32 {
  if (bytes < SIGINFO_BYTES) return -EINVAL;
  let done = 0;
  const info = changetype<SignalfdSiginfo>(scratch());
  while (bytes - done >= SIGINFO_BYTES) {
    const signum = takeSignal(signalfd.mask);
    if (signum === 0) break;
    memory.fill(scratch(), 0, SIGINFO_BYTES);
    info.ssi_signo = signum;
    storeOrigin(signum, scratch() + 8, scratch() + 12);
    scatter(iov, done, scratch(), SIGINFO_BYTES);
    done += SIGINFO_BYTES;
  }
  return done > 0 ? done : -EAGAIN;
}

let alarm: Alarm | null = null;

/** For ITIMER_REAL; the other two count the time of a process, which WASI does not tell. */
export function setitimer(which: i32, value: usize, old: usize): i32 {
  if (value !== 0 && !reachable(value, ITIMERVAL_BYTES)) return -EFAULT;
  if (which !== 0) return -EINVAL;
  const interval = value === 0 ? 0 : timevalNs(value);
  const first = value === 0 ? 0 : timevalNs(value + 16);
  if (interval < 0 || first < 0) return -EINVAL;
  if (alarm === null) {
    const at = take(offsetof<Alarm>());
    if (at === 0) return -ENOMEM;
    alarm = changetype<Alarm>(at);
    alarm!.kind = TIMER_OF_ALARM;
    alarm!.owner = at;
  }
  look();
  const timer = alarm!;
  const now = monotonicNow();
  const left: i64 = timer.isSet ? <i64>max(timer.deadline - now, 1) : 0;
  const before = timer.isSet ? timer.intervalNs : 0;
  clearTimer(timer);
  timer.intervalNs = interval;
  if (first > 0) setTimer(timer, later(now, first));
  let result = 0;
  if (old !== 0) {
    if (reachable(old, ITIMERVAL_BYTES)) {
      storeTimeval(old, before);
      storeTimeval(old + 16, left > 0 ? max(left, MICROSECOND_NS) : 0);
    } else result = -EFAULT;
  }
  deliver();
  return result;
}

/** Nanoseconds of a timeval, or -EINVAL. */
function timevalNs(at: usize): i64 {
  const time = changetype<Timeval>(at);
  if (time.tv_sec < 0 || <u64>time.tv_usec >= <u64>SECOND_US) return -EINVAL;
  if (time.tv_sec >= SECONDS_MAX) return i64.MAX_VALUE;
  return (time.tv_sec * SECOND_US + time.tv_usec) * MICROSECOND_NS;
}

function storeTimeval(at: usize, nanoseconds: i64): void {
  const time = changetype<Timeval>(at);
  const micro = nanoseconds / MICROSECOND_NS;
  time.tv_sec = micro / SECOND_US;
  time.tv_usec = micro % SECOND_US;
}
