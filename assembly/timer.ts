// Timers and the time: a heap of deadlines, which the loop asks how long it may sleep.
// Knows nothing of descriptors.
//
// A deadline is a millisecond of CLOCK_MONOTONIC, rounded up, so no timer fires early; the sleep is
// rounded up too, so a short one does not become a busy loop.

import * as linux from "./linux";
import { CLOCK_MONOTONIC } from "./constants";
import { Timespec } from "./structs";

const NANOSECONDS_IN_SECOND: i64 = 1_000_000_000;
const NANOSECONDS_IN_MS: i64 = 1_000_000;
/** A key is the deadline above and the number of the start below: equal deadlines keep order. */
const START_BITS: i64 = 20;
const START_MASK: i64 = (1 << 20) - 1;
const CHILDREN: i32 = 4;
const TIMERS_AT_FIRST: i32 = 64;

const TIMESPEC: usize = memory.data(16, 8);

let turnTime: i64 = 0; // 0: not asked yet in this turn
let heapItems = new StaticArray<Timer | null>(TIMERS_AT_FIRST);
let heapLength: i32 = 0;
let starts: i64 = 0;

/** The time in nanoseconds since some fixed moment, as it was when first asked in this turn. */
export function now(): i64 {
  if (turnTime === 0) {
    const time = changetype<Timespec>(TIMESPEC);
    linux.clock_gettime(CLOCK_MONOTONIC, TIMESPEC);
    turnTime = time.tv_sec * NANOSECONDS_IN_SECOND + <i64>time.tv_nsec;
  }
  return turnTime;
}

/** Something to be done later. The object is the caller's; while armed, the heap keeps it alive. */
export abstract class Timer {
  private _index: i32 = -1; // in the heap, -1: not armed
  private _periodMs: i32 = 0; // 0: once
  private _due: i64 = 0; // the key that counts
  private _key: i64 = 0; // the key by which it is sorted, never above `due`

  /** The time has come. May start and stop any timer, this one too. */
  abstract onTimer(): void;

  /** Whether it is going to fire. */
  get armed(): bool {
    return this._index >= 0;
  }

  /**
   * Fires `ms` milliseconds from this turn's time, at least 1, then every `ms` if `every`; periods
   * that were missed altogether are left out. An armed timer is set anew.
   */
  start(ms: i32, every: bool = false): void {
    const delay = max(ms, 1);
    this._periodMs = every ? delay : 0;
    this._startAt((now() + NANOSECONDS_IN_MS - 1) / NANOSECONDS_IN_MS + <i64>delay);
  }

  /** Does not fire after all. */
  stop(): void {
    if (this._index < 0) return;
    const hole = this._index;
    this._index = -1;
    heapLength--;
    const last = timerAt(heapLength);
    unchecked((heapItems[heapLength] = null));
    if (last !== this) last._settle(hole);
  }

  private _startAt(deadlineMs: i64): void {
    this._due = (deadlineMs << START_BITS) | (starts++ & START_MASK);
    // Later than before is the common case (an idle timeout at every request): the heap learns it
    // only when the old deadline comes to its top.
    if (this._index >= 0 && this._due >= this._key) return;
    this._key = this._due;
    if (this._index >= 0) {
      this._settle(this._index);
      return;
    }
    if (heapLength === heapItems.length) growHeap();
    this._settle(heapLength++);
  }

  /** Puts this where it belongs: at `at`, or above it, or below it. */
  private _settle(at: i32): void {
    let index = at;
    while (index > 0) {
      const parent = timerAt((index - 1) / CHILDREN);
      if (parent._key <= this._key) break;
      parent._put(index);
      index = (index - 1) / CHILDREN;
    }
    while (index >= at && index * CHILDREN + 1 < heapLength) {
      const child = leastChild(index);
      if (child._key >= this._key) break;
      const below = child._index;
      child._put(index);
      index = below;
    }
    this._put(index);
  }

  private _put(index: i32): void {
    unchecked((heapItems[index] = this));
    this._index = index;
  }

  /** Of an armed timer: the millisecond in which it fires. */
  get _deadlineMs(): i64 {
    return this._due >> START_BITS;
  }

  /** Of the heap's top: sorts it by what counts, if that has moved. Whether it had. */
  _postpone(): bool {
    if (this._due === this._key) return false;
    this._key = this._due;
    this._settle(0);
    return true;
  }

  /** Of the heap's top: fires if it is due at `ms`. Whether it was. */
  _fire(ms: i64): bool {
    const deadlineMs = this._deadlineMs;
    if (deadlineMs > ms) return false;
    const periodMs = <i64>this._periodMs;
    if (periodMs > 0) this._startAt(deadlineMs + periodMs * ((ms - deadlineMs) / periodMs + 1));
    else this.stop();
    this.onTimer();
    return true;
  }
}

/** To be called once the time has passed: at the return of every wait. */
export function beginTurn(): void {
  turnTime = 0;
}

/** How long nothing is due, in milliseconds rounded up; -1: no timer is armed. */
export function sleepMs(): i32 {
  let first = firstTimer();
  while (first !== null && first._postpone()) first = firstTimer();
  if (first === null) return -1;
  const left = first._deadlineMs * NANOSECONDS_IN_MS - now();
  return left <= 0
    ? 0
    : <i32>min((left + NANOSECONDS_IN_MS - 1) / NANOSECONDS_IN_MS, i32.MAX_VALUE);
}

/** Fires what is due, in the order of deadlines. */
export function fireTimers(): void {
  let first = firstTimer();
  if (first === null) return;
  const ms = now() / NANOSECONDS_IN_MS;
  while (first !== null && (first._postpone() || first._fire(ms))) first = firstTimer();
}

function firstTimer(): Timer | null {
  return heapLength > 0 ? timerAt(0) : null;
}

function timerAt(index: i32): Timer {
  return changetype<Timer>(unchecked(heapItems[index]));
}

/** Of the children of `index`, of which there is one, that with the least key. */
function leastChild(index: i32): Timer {
  const first = index * CHILDREN + 1;
  const end = min(first + CHILDREN, heapLength);
  let least = timerAt(first);
  for (let i = first + 1; i < end; i++) {
    const child = timerAt(i);
    if (child._key < least._key) least = child;
  }
  return least;
}

function growHeap(): void {
  const larger = new StaticArray<Timer | null>(heapLength * 2);
  for (let i = 0; i < heapLength; i++) larger[i] = heapItems[i];
  heapItems = larger;
}
