// The loop: waits for events, and hands each to the handler that is registered for it.
// Knows descriptors, not what flows through them.

import * as linux from "./linux";
import { EBADF, EINTR } from "./errno";
import { Epoll } from "./epoll";
import { beginTurn, fireTimers, now, sleepMs } from "./timer";

const HANDLERS_AT_FIRST: i32 = 64;

/** Something that owns a descriptor and is told what happens to it. */
export abstract class Handler {
  /** The descriptor; -1: none. The loop sets it. */
  fd: i32 = -1;
  /** Of the registration, so that events of an earlier one with this number are known. */
  _generation: u32 = 0;
  /** The next one that was put off. */
  _next: Handler | null = null;
  _isPutOff: bool = false;

  /** `events` (EPOLL*) have come for the descriptor. */
  abstract onEvents(events: u32): void;

  /** What was put off is due, see Loop.putOff. */
  onPutOff(): void {}
}

/** One loop, many handlers. There is one for a guest: `loop`. */
export class Loop {
  /** Called in every turn, before the loop waits. */
  beforeSleep: (() => void) | null = null;

  private readonly epoll: Epoll = new Epoll();
  private handlers: StaticArray<Handler | null> = new StaticArray(HANDLERS_AT_FIRST); // by fd
  private watched: i32 = 0;
  private generation: u32 = 0;
  private firstPutOff: Handler | null = null;
  private lastPutOff: Handler | null = null;
  private starved: Handler[] = [];
  private stopped: bool = false;

  /**
   * Registers `handler` for the events (EPOLL*, level triggered unless EPOLLET) of `fd`, which is
   * its own from now on. 0 or -errno: -ENOSPC, the quota of watches. epoll_ctl(2)
   */
  add(handler: Handler, fd: i32, events: u32): i32 {
    let error = this.epoll.open();
    if (error >= 0) error = this.epoll.add(fd, ++this.generation, events);
    if (error < 0) return error;
    if (fd >= this.handlers.length) this.makeRoom(fd);
    unchecked((this.handlers[fd] = handler));
    handler.fd = fd;
    handler._generation = this.generation;
    this.watched++;
    return 0;
  }

  /** Changes the events that `handler` waits for. 0 or -errno. */
  modify(handler: Handler, events: u32): i32 {
    return this.epoll.modify(handler.fd, handler._generation, events);
  }

  /** Forgets `handler`; its descriptor stays open and is the caller's again: the result. */
  remove(handler: Handler): i32 {
    const fd = handler.fd;
    if (fd < 0) return -EBADF;
    this.epoll.remove(fd);
    this.forget(handler);
    return fd;
  }

  /** Forgets `handler` and closes its descriptor. */
  close(handler: Handler): void {
    const fd = handler.fd;
    if (fd < 0) return;
    this.forget(handler);
    linux.close(fd); // removes the registration too: it is the only descriptor of its description
    while (this.starved.length > 0) this.putOff(this.starved.pop());
  }

  /**
   * Calls handler.onPutOff() before the loop sleeps again, once however often it is put off. Work
   * put off meanwhile waits for one more look at the events, so nobody keeps the loop for himself.
   */
  putOff(handler: Handler): void {
    if (handler._isPutOff) return;
    handler._isPutOff = true;
    const last = this.lastPutOff;
    if (last === null) this.firstPutOff = handler;
    else last._next = handler;
    this.lastPutOff = handler;
  }

  /** Puts `handler` off until a descriptor was closed: it could not get one. */
  putOffUntilClose(handler: Handler): void {
    if (!this.starved.includes(handler)) this.starved.push(handler);
  }

  /** The time of this turn, in nanoseconds since some fixed moment. */
  now(): i64 {
    return now();
  }

  /** Runs until nothing is registered, armed or put off, or until stop(). 0 or -errno. */
  run(): i32 {
    this.stopped = false;
    let error = this.epoll.open();
    while (error >= 0) {
      const hook = this.beforeSleep;
      if (hook !== null) hook();
      this.doPutOff();
      const timeoutMs = this.firstPutOff === null ? sleepMs() : 0;
      if (this.stopped || (timeoutMs < 0 && this.watched === 0)) return 0;
      const count = this.epoll.wait(timeoutMs);
      beginTurn();
      this.dispatch(count);
      fireTimers();
      if (count < 0 && count !== -EINTR) error = count;
    }
    return error;
  }

  /** Makes run() return, at the end of this turn. */
  stop(): void {
    this.stopped = true;
  }

  private dispatch(count: i32): void {
    for (let i = 0; i < count; i++) {
      const event = this.epoll.event(i);
      const handler = unchecked(this.handlers[<i32>event.data]);
      // An earlier event of this batch may have closed it, and another may have its number now.
      if (handler !== null && handler._generation === <u32>(event.data >> 32)) {
        handler.onEvents(event.events);
      }
    }
  }

  private doPutOff(): void {
    let handler = this.firstPutOff;
    this.firstPutOff = null;
    this.lastPutOff = null;
    while (handler !== null) {
      const next = handler._next;
      handler._next = null;
      handler._isPutOff = false;
      handler.onPutOff();
      handler = next;
    }
  }

  private forget(handler: Handler): void {
    this.handlers[handler.fd] = null;
    handler.fd = -1;
    this.watched--;
  }

  private makeRoom(fd: i32): void {
    const larger = new StaticArray<Handler | null>(max(fd + 1, this.handlers.length * 2));
    for (let i = 0; i < this.handlers.length; i++) larger[i] = this.handlers[i];
    this.handlers = larger;
  }
}

export const loop: Loop = new Loop();

/** Runs the server: until nothing is registered, armed or put off, or until stop(). 0 or -errno. */
export function run(): i32 {
  return loop.run();
}

/** Makes run() return, at the end of this turn. */
export function stop(): void {
  loop.stop();
}
