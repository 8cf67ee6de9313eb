// epoll(7), in the order of checks and of events of the kernel's fs/eventpoll.c.

import {
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLWAKEUP,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
} from "../constants";
import { EBADF, EEXIST, EFAULT, EINTR, EINVAL, ELOOP, ENOENT, ENOMEM, ENOSPC } from "../errno";
import { EpollEvent } from "../structs";
import { take } from "./blocks";
import {
  Description,
  Epoll,
  KIND_EPOLL,
  Watch,
  addWatcher,
  blockOn,
  disarm,
  endWatch,
  makeReady,
  wake,
} from "./description";
import { UNDISTURBED, restoreMask, swapMaskAt } from "./deliver";
import { monotonicNow } from "./host";
import { reachable, reachableArray } from "./memory";
import { loops, pathsFit } from "./nesting";
import { MILLISECOND_NS, O_RDWR, TIMESPEC_BYTES } from "./numbers";
import { expireTimers, hasPassed, look, pause } from "./pause";
import { eventsOf } from "./ready";
import { lookup, newDescription, publish } from "./table";
import { later, timeOf } from "./time";
import { NEVER } from "./timers";
import { Tree } from "./tree";

/** As many as a guest of the native host may have by default. */
const WATCHES_MAX: i32 = 32768;
const EVENTS_MAX: i32 = i32.MAX_VALUE / 16;
/** What may stand beside EPOLLEXCLUSIVE. */
const EXCLUSIVE_OK: u32 =
  EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;

let watches: i32 = 0;

export function epoll_create1(flags: i32): i32 {
  if ((flags & ~EPOLL_CLOEXEC) !== 0) return -EINVAL;
  const epoll = newDescription(KIND_EPOLL, offsetof<Epoll>() + offsetof<Tree>(), O_RDWR);
  if (epoll === null) return -ENOMEM;
  const tree = changetype<usize>(epoll) + offsetof<Epoll>();
  changetype<Epoll>(epoll).watches = changetype<Tree>(tree);
  return publish(epoll, (flags & EPOLL_CLOEXEC) !== 0);
}

export function epoll_ctl(epfd: i32, op: i32, fd: i32, event: usize): i32 {
  const changes = op !== EPOLL_CTL_DEL;
  if (changes && (event === 0 || !reachable(event, offsetof<EpollEvent>()))) return -EFAULT;
  const epollDescription = lookup(epfd);
  const description = lookup(fd);
  if (epollDescription === null || description === null) return -EBADF;
  if (epollDescription === description || epollDescription.kind !== KIND_EPOLL) return -EINVAL;
  const epoll = changetype<Epoll>(epollDescription);
  const events = changes ? changetype<EpollEvent>(event).events & ~EPOLLWAKEUP : 0;
  if ((events & EPOLLEXCLUSIVE) !== 0) {
    if (op === EPOLL_CTL_MOD) return -EINVAL;
    const isOk = description.kind !== KIND_EPOLL && (events & ~EXCLUSIVE_OK) === 0;
    if (op === EPOLL_CTL_ADD && !isOk) return -EINVAL;
  }
  const nests = op === EPOLL_CTL_ADD && description.kind === KIND_EPOLL;
  if (nests && loops(epoll, changetype<Epoll>(description))) return -ELOOP;
  const found = epoll.watches.find(changetype<usize>(description), <u64>fd);
  const watch = changetype<Watch | null>(found);
  switch (op) {
    case EPOLL_CTL_ADD:
      if (watch !== null) return -EEXIST;
      return add(epoll, description, fd, events, changetype<EpollEvent>(event).data);
    case EPOLL_CTL_DEL:
      if (watch === null) return -ENOENT;
      forget(watch);
      return 0;
    case EPOLL_CTL_MOD:
      if (watch === null) return -ENOENT;
      if ((watch.events & EPOLLEXCLUSIVE) !== 0) return -EINVAL;
      watch.data = changetype<EpollEvent>(event).data;
      arm(watch, events);
      return 0;
    default:
      return -EINVAL;
  }
}

function add(epoll: Epoll, description: Description, fd: i32, events: u32, data: u64): i32 {
  if (watches >= WATCHES_MAX) return -ENOSPC;
  const at = take(offsetof<Watch>());
  if (at === 0) return -ENOMEM;
  const watch = changetype<Watch>(at);
  watch.high = changetype<usize>(description);
  watch.low = <u64>fd;
  watch.epoll = epoll;
  watch.description = description;
  watch.fd = fd;
  watch.data = data;
  watch.events = events;
  epoll.watches.insert(watch);
  addWatcher(watch);
  watches++;
  const isNested = epoll.watchers !== null || description.kind === KIND_EPOLL;
  if (isNested && !pathsFit(description)) {
    forget(watch);
    return -EINVAL;
  }
  arm(watch, events);
  return 0;
}

/** Sets what to wait for, and reports what is there already. */
function arm(watch: Watch, events: u32): void {
  watch.events = events | EPOLLERR | EPOLLHUP;
  if ((eventsOf(watch.description) & watch.events) === 0 || watch.isReady) return;
  makeReady(watch);
  if (watch.epoll.watchers !== null) wake(watch.epoll, EPOLLIN);
}

function forget(watch: Watch): void {
  endWatch(watch);
  watches--;
}

/** The last number of a description is gone, and with it whoever watches it. */
export function forgetWatchers(description: Description): void {
  for (let watch = description.watchers; watch !== null; watch = description.watchers) {
    forget(watch);
  }
}

/** The last number of an epoll is gone. */
export function epollClose(epoll: Epoll): void {
  for (let node = epoll.watches.root; node !== null; node = epoll.watches.root) {
    forget(changetype<Watch>(node));
  }
}

/** -EBADF, -EINVAL, -EFAULT, or 0 where the call may wait. */
function checkWait(epfd: i32, events: usize, maxevents: i32): i32 {
  const description = lookup(epfd);
  if (description === null) return -EBADF;
  if (maxevents <= 0 || maxevents > EVENTS_MAX) return -EINVAL;
  // NULL is no error as long as nothing is written there.
  if (events !== 0 && !reachableArray(events, maxevents, offsetof<EpollEvent>())) return -EFAULT;
  return description.kind === KIND_EPOLL ? 0 : -EINVAL;
}

export function epoll_wait(epfd: i32, events: usize, maxevents: i32, timeout: i32): i32 {
  return waitFor(epfd, events, maxevents, timeout < 0 ? -1 : timeout * MILLISECOND_NS);
}

export function epoll_pwait2(
  epfd: i32,
  events: usize,
  maxevents: i32,
  timeout: usize,
  sigmask: usize,
  sigsetsize: i32,
): i32 {
  let lengthNs: i64 = -1;
  if (timeout !== 0) {
    if (!reachable(timeout, TIMESPEC_BYTES)) return -EFAULT;
    lengthNs = timeOf(timeout);
    if (lengthNs < 0) return -EINVAL;
  }
  return waitUnder(epfd, events, maxevents, lengthNs, sigmask, sigsetsize);
}

export function epoll_pwait(
  epfd: i32,
  events: usize,
  maxevents: i32,
  timeout: i32,
  sigmask: usize,
  sigsetsize: i32,
): i32 {
  const lengthNs = timeout < 0 ? -1 : timeout * MILLISECOND_NS;
  return waitUnder(epfd, events, maxevents, lengthNs, sigmask, sigsetsize);
}

/** Waits with another signal mask, if one is given. */
function waitUnder(
  epfd: i32,
  events: usize,
  maxevents: i32,
  lengthNs: i64,
  sigmask: usize,
  sigsetsize: i32,
): i32 {
  const error = swapMaskAt(sigmask, sigsetsize);
  if (error < 0) return error;
  const result = waitFor(epfd, events, maxevents, lengthNs);
  restoreMask();
  return result;
}

/** The wait itself, of a length in nanoseconds; below 0 it is for ever. */
function waitFor(epfd: i32, events: usize, maxevents: i32, lengthNs: i64): i32 {
  const error = checkWait(epfd, events, maxevents);
  if (error < 0) return error;
  const epoll = changetype<Epoll>(lookup(epfd)!);
  expireTimers();
  let sent = report(epoll, events, maxevents);
  if (sent !== 0) return sent;
  if (lengthNs === 0) {
    look();
    return report(epoll, events, maxevents);
  }
  const until = lengthNs < 0 ? NEVER : later(monotonicNow(), lengthNs);
  epoll.references++;
  do {
    blockOn(epoll);
    const outcome = pause(until);
    blockOn(null);
    sent = report(epoll, events, maxevents);
    if (sent === 0 && outcome !== UNDISTURBED) sent = -EINTR;
  } while (sent === 0 && !hasPassed(until));
  epoll.references--;
  return sent;
}

/** ep_send_events: hands out what is ready, and what is so by level goes to the end of the list. */
function report(epoll: Epoll, events: usize, maxevents: i32): i32 {
  if (events === 0) return eventsOf(epoll) === 0 ? 0 : -EFAULT;
  let watch = epoll.ready;
  const last = epoll.lastReady;
  let sent = 0;
  epoll.ready = null;
  epoll.lastReady = null;
  while (watch !== null && sent < maxevents) {
    const next = watch.nextReady;
    watch.isReady = false;
    const now = eventsOf(watch.description) & watch.events;
    if (now !== 0) {
      const event = EpollEvent.at(events, sent++);
      event.events = now;
      event.data = watch.data;
      if ((watch.events & EPOLLONESHOT) !== 0) disarm(watch);
      else if ((watch.events & EPOLLET) === 0) makeReady(watch);
    }
    watch = next;
  }
  if (watch !== null) putBack(epoll, watch, last!);
  return sent;
}

/** What was not looked at comes first again. */
function putBack(epoll: Epoll, first: Watch, last: Watch): void {
  const behind = epoll.ready;
  first.previousReady = null;
  last.nextReady = behind;
  if (behind === null) epoll.lastReady = last;
  else behind.previousReady = last;
  epoll.ready = first;
}
