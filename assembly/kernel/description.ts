// Open file descriptions, and who watches them: an epoll's interest list is a tree of watches, its
// ready list a list of them, and each description has a list of the watches on itself, through
// which it wakes the epolls. As the kernel's fs/eventpoll.c has it.

import {
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLWAKEUP,
} from "../constants";
import { give } from "./blocks";
import { has } from "./has";
import { Node, Tree } from "./tree";

export const KIND_INPUT: i32 = 1;
export const KIND_OUTPUT: i32 = 2;
export const KIND_EPOLL: i32 = 3;
export const KIND_EVENTFD: i32 = 4;
export const KIND_TIMERFD: i32 = 5;
export const KIND_PIPE: i32 = 6;
export const KIND_SIGNALFD: i32 = 7;
export const KIND_TCP: i32 = 8;
export const KIND_PAIR: i32 = 9;
export const KIND_UDP: i32 = 10;

/** How to watch, in a watch's events; the rest is what for. */
const HOW: u32 = EPOLLET | EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE;

/** An open file description. Every kind is a class that extends this one. */
@unmanaged
export class Description {
  kind: i32;
  /** By numbers of the table, and by the call that is blocked on it. */
  references: i32;
  /** What F_GETFL tells: O_ACCMODE, O_NONBLOCK and so on. */
  flags: i32;
  /** The bytes that it was taken with. */
  bytes: i32;
  /** Those who are woken, in this order: the newest first, those with EPOLLEXCLUSIVE last. */
  watchers: Watch | null;
  lastWatcher: Watch | null;
}

@unmanaged
export class Epoll extends Description {
  watches: Tree;
  ready: Watch | null;
  lastReady: Watch | null;
  busyPollUsecs: u32;
  busyPollBudget: u32;
  prefersBusyPoll: bool;
}

/** A registration: what an epoll waits for on a number. Its key is (description, number). */
@unmanaged
export class Watch extends Node {
  epoll: Epoll;
  description: Description;
  fd: i32;
  events: u32;
  data: u64;
  nextWatcher: Watch | null;
  previousWatcher: Watch | null;
  isReady: bool;
  nextReady: Watch | null;
  previousReady: Watch | null;
}

/** The epoll that the guest is blocked on. */
let blockedOn: Epoll | null = null;

export function blockOn(epoll: Epoll | null): void {
  blockedOn = epoll;
}

/** Whether it waits for anything, and has not been disarmed by EPOLLONESHOT. */
export function isArmed(watch: Watch): bool {
  return (watch.events & ~HOW) !== 0;
}

/** A watch that has reported, under EPOLLONESHOT, waits for nothing. */
export function disarm(watch: Watch): void {
  watch.events &= HOW;
}

/** Appends to the ready list of its epoll, if it is not on it. */
export function makeReady(watch: Watch): void {
  if (watch.isReady) return;
  const epoll = watch.epoll;
  const last = epoll.lastReady;
  watch.isReady = true;
  watch.nextReady = null;
  watch.previousReady = last;
  if (last === null) epoll.ready = watch;
  else last.nextReady = watch;
  epoll.lastReady = watch;
}

export function unmakeReady(watch: Watch): void {
  if (!watch.isReady) return;
  const epoll = watch.epoll;
  const next = watch.nextReady;
  const previous = watch.previousReady;
  if (previous === null) epoll.ready = next;
  else previous.nextReady = next;
  if (next === null) epoll.lastReady = previous;
  else next.previousReady = previous;
  watch.isReady = false;
}

export function addWatcher(watch: Watch): void {
  const description = watch.description;
  if (has(watch.events, EPOLLEXCLUSIVE)) {
    const last = description.lastWatcher;
    watch.previousWatcher = last;
    if (last === null) description.watchers = watch;
    else last.nextWatcher = watch;
    description.lastWatcher = watch;
  } else {
    const first = description.watchers;
    watch.nextWatcher = first;
    if (first === null) description.lastWatcher = watch;
    else first.previousWatcher = watch;
    description.watchers = watch;
  }
}

/** Ends a registration. */
export function endWatch(watch: Watch): void {
  const description = watch.description;
  const next = watch.nextWatcher;
  const previous = watch.previousWatcher;
  if (previous === null) description.watchers = next;
  else previous.nextWatcher = next;
  if (next === null) description.lastWatcher = previous;
  else next.previousWatcher = previous;
  unmakeReady(watch);
  watch.epoll.watches.remove(watch);
  give(changetype<usize>(watch), offsetof<Watch>());
}

/**
 * Something has happened to a description: `key` says what, as EPOLL* bits, or 0 for anything. The
 * epolls that watch it for that have it on their ready lists afterwards.
 */
export function wake(description: Description, key: u32): void {
  let watch = description.watchers;
  while (watch !== null) {
    const next = watch.nextWatcher;
    const ends = notify(watch, key) && (watch.events & EPOLLEXCLUSIVE) !== 0 && key !== 0;
    if (ends) return;
    watch = next;
  }
}

/** ep_poll_callback: whether somebody has been woken who will look after it. */
function notify(watch: Watch, key: u32): bool {
  if (!isArmed(watch) || (key !== 0 && (key & watch.events) === 0)) return false;
  const epoll = watch.epoll;
  makeReady(watch);
  if (epoll.watchers !== null) wake(epoll, EPOLLIN);
  if (epoll !== blockedOn) return false;
  const direction = key & (EPOLLIN | EPOLLOUT);
  if (direction === (EPOLLIN | EPOLLOUT)) return false;
  return direction === 0 || (watch.events & direction) !== 0;
}
