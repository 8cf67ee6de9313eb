// eventfd(2): a counter that can be read, written and waited for.

import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EFD_SEMAPHORE,
  EPOLLERR,
  EPOLLIN,
  EPOLLOUT,
} from "../constants";
import { EAGAIN, EINVAL, ENOMEM } from "../errno";
import { Iovec } from "../structs";
import { Description, KIND_EVENTFD, wake } from "./description";
import { scatter } from "./memory";
import { O_RDWR } from "./numbers";
import { scratch } from "./scratch";
import { newDescription, publish } from "./table";

const COUNTER_BYTES: i32 = 8;

@unmanaged
export class Eventfd extends Description {
  counter: u64;
  isSemaphore: bool;
}

export function eventfd2(initval: i32, flags: i32): i32 {
  if ((flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK)) !== 0) return -EINVAL;
  const status = O_RDWR | (flags & EFD_NONBLOCK);
  const description = newDescription(KIND_EVENTFD, offsetof<Eventfd>(), status);
  if (description === null) return -ENOMEM;
  const eventfd = changetype<Eventfd>(description);
  eventfd.counter = <u32>initval;
  eventfd.isSemaphore = (flags & EFD_SEMAPHORE) !== 0;
  return publish(eventfd, (flags & EFD_CLOEXEC) !== 0);
}

export function eventfdEvents(eventfd: Eventfd): u32 {
  const counter = eventfd.counter;
  let events: u32 = 0;
  if (counter > 0) events |= EPOLLIN;
  if (counter === u64.MAX_VALUE) events |= EPOLLERR;
  if (counter < u64.MAX_VALUE - 1) events |= EPOLLOUT;
  return events;
}

export function eventfdRead(eventfd: Eventfd, iov: usize, bytes: i32): i32 {
  if (bytes < COUNTER_BYTES) return -EINVAL;
  const counter = eventfd.counter;
  if (counter === 0) return -EAGAIN;
  const taken = eventfd.isSemaphore ? 1 : counter;
  eventfd.counter = counter - taken;
  store<u64>(scratch(), taken);
  scatter(iov, 0, scratch(), COUNTER_BYTES);
  wake(eventfd, EPOLLOUT);
  return COUNTER_BYTES;
}

/** Of a vector, each part is a write: what is not 8 bytes long ends it. */
export function eventfdWrite(eventfd: Eventfd, iov: usize, bytes: i32): i32 {
  let done = 0;
  do {
    const part = changetype<Iovec>(iov);
    const result = <i32>part.len === COUNTER_BYTES ? add(eventfd, load<u64>(part.base)) : -EINVAL;
    if (result < 0) return done > 0 ? done : result;
    done += COUNTER_BYTES;
    iov += offsetof<Iovec>();
  } while (done < bytes);
  return done;
}

function add(eventfd: Eventfd, added: u64): i32 {
  if (added === u64.MAX_VALUE) return -EINVAL;
  if (u64.MAX_VALUE - eventfd.counter <= added) return -EAGAIN;
  eventfd.counter += added;
  wake(eventfd, EPOLLIN);
  return 0;
}
