// An epoll instance: the calls of the epoll family over one descriptor and one batch of events.
// Knows what a registration's 64 bits of data are made of, and nothing of handlers.

import * as linux from "./linux";
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD } from "./constants";
import { EpollEvent } from "./structs";

/** Events that one wait takes at most. */
export const EVENTS_MAX: i32 = 1024;
const EVENT_BYTES: usize = 16;

const CONTROL: usize = memory.data(16, 8); // what epoll_ctl is given

/**
 * One epoll descriptor and its batch. The data of a registration:
 *
 *     0    4            8
 *     | fd | generation |
 */
export class Epoll {
  private epfd: i32 = -1;
  private readonly batch: usize = heap.alloc(<usize>EVENTS_MAX * EVENT_BYTES);

  /** Makes the descriptor, unless there is one: before anything else. 0 or -errno. */
  open(): i32 {
    if (this.epfd < 0) this.epfd = linux.epoll_create1(EPOLL_CLOEXEC);
    return min(this.epfd, 0);
  }

  /** Registers `fd`; `generation` comes back with its events. 0 or -errno. epoll_ctl(2) */
  add(fd: i32, generation: u32, events: u32): i32 {
    return this.control(EPOLL_CTL_ADD, fd, generation, events);
  }

  /** Changes what is waited for on `fd`. 0 or -errno. */
  modify(fd: i32, generation: u32, events: u32): i32 {
    return this.control(EPOLL_CTL_MOD, fd, generation, events);
  }

  /** Removes the registration of `fd`. 0 or -errno. */
  remove(fd: i32): i32 {
    return this.control(EPOLL_CTL_DEL, fd, 0, 0);
  }

  /** Waits for up to `timeoutMs`, -1 for ever. How many events came, or -errno. epoll_wait(2) */
  wait(timeoutMs: i32): i32 {
    return linux.epoll_wait(this.epfd, this.batch, EVENTS_MAX, timeoutMs);
  }

  /** The event `index` of the last wait; valid until the next call. */
  event(index: i32): EpollEvent {
    return EpollEvent.at(this.batch, index);
  }

  private control(op: i32, fd: i32, generation: u32, events: u32): i32 {
    const event = changetype<EpollEvent>(CONTROL);
    event.events = events;
    event.data = <u64>(<u32>fd) | ((<u64>generation) << 32);
    return linux.epoll_ctl(this.epfd, op, fd, CONTROL);
  }
}
