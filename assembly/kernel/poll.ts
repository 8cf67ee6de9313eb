// poll(2) and ppoll(2).

import { POLLERR, POLLHUP, POLLNVAL } from "../constants";
import { EFAULT, EINTR, EINVAL } from "../errno";
import { Pollfd } from "../structs";
import { UNDISTURBED, restoreMask, swapMaskAt } from "./deliver";
import { monotonicNow } from "./host";
import { reachable, reachableArray } from "./memory";
import { MILLISECOND_NS, TIMESPEC_BYTES } from "./numbers";
import { expireTimers, hasPassed, look, pause } from "./pause";
import { eventsOf } from "./ready";
import { descriptorLimit, lookup } from "./table";
import { later, storeTime, timeOf } from "./time";
import { NEVER } from "./timers";

export function poll(fds: usize, nfds: i32, timeout: i32): i32 {
  return pollFor(fds, nfds, timeout < 0 ? -1 : timeout * MILLISECOND_NS);
}

export function ppoll(fds: usize, nfds: i32, timeout: usize, sigmask: usize, sigsetsize: i32): i32 {
  let lengthNs: i64 = -1;
  if (timeout !== 0) {
    if (!reachable(timeout, TIMESPEC_BYTES)) return -EFAULT;
    lengthNs = timeOf(timeout);
    if (lengthNs < 0) return -EINVAL;
  }
  const error = swapMaskAt(sigmask, sigsetsize);
  if (error < 0) return error;
  const until = timeout === 0 ? NEVER : later(monotonicNow(), lengthNs);
  const found = pollFor(fds, nfds, lengthNs);
  restoreMask();
  if (timeout === 0) return found;
  const now = monotonicNow();
  storeTime(timeout, now < until ? <i64>(until - now) : 0);
  return found;
}

function pollFor(fds: usize, nfds: i32, lengthNs: i64): i32 {
  if (<u32>nfds > <u32>descriptorLimit()) return -EINVAL;
  if (!reachableArray(fds, nfds, offsetof<Pollfd>())) return -EFAULT;
  expireTimers();
  let found = ask(fds, nfds);
  if (found > 0) return found;
  if (lengthNs === 0) {
    look();
    return ask(fds, nfds);
  }
  const until = lengthNs < 0 ? NEVER : later(monotonicNow(), lengthNs);
  do {
    const outcome = pause(until);
    found = ask(fds, nfds);
    if (found === 0 && outcome !== UNDISTURBED) found = -EINTR;
  } while (found === 0 && !hasPassed(until));
  return found;
}

/** Fills in what each is ready for, and says how many are for something. */
function ask(fds: usize, nfds: i32): i32 {
  let found = 0;
  for (let i = 0; i < nfds; i++) {
    const entry = Pollfd.at(fds, i);
    let events: i32 = 0;
    if (entry.fd >= 0) {
      const description = lookup(entry.fd);
      const wanted = (<i32>entry.events & 0xffff) | POLLERR | POLLHUP;
      events = description === null ? POLLNVAL : <i32>eventsOf(description) & wanted;
    }
    entry.revents = <i16>events;
    if (events !== 0) found++;
  }
  return found;
}
