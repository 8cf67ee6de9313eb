// What a description is ready for, whatever its kind: EPOLL* bits.

import { EPOLLIN, EPOLLOUT } from "../constants";
import {
  Description,
  Epoll,
  KIND_EPOLL,
  KIND_EVENTFD,
  KIND_INPUT,
  KIND_OUTPUT,
  KIND_PAIR,
  KIND_PIPE,
  KIND_SIGNALFD,
  KIND_TCP,
  KIND_TIMERFD,
  KIND_UDP,
  unmakeReady,
} from "./description";
import { Eventfd, eventfdEvents } from "./eventfd";
import { EPOLLRDNORM, EPOLLWRNORM } from "./numbers";
import { Pair, pairEvents } from "./pair";
import { PipeEnd, pipeEvents } from "./pipe";
import { Signalfd, signalfdEvents } from "./signal";
import { Tcp, tcpEvents } from "./tcp";
import { Timerfd, timerfdEvents } from "./timerfd";
import { Udp, udpEvents } from "./udp";

export function eventsOf(description: Description): u32 {
  switch (description.kind) {
    case KIND_INPUT:
      return EPOLLIN | EPOLLRDNORM;
    case KIND_OUTPUT:
      return EPOLLOUT | EPOLLWRNORM;
    case KIND_EPOLL:
      return epollEvents(changetype<Epoll>(description));
    case KIND_EVENTFD:
      return eventfdEvents(changetype<Eventfd>(description));
    case KIND_TIMERFD:
      return timerfdEvents(changetype<Timerfd>(description));
    case KIND_PIPE:
      return pipeEvents(changetype<PipeEnd>(description));
    case KIND_SIGNALFD:
      return signalfdEvents(changetype<Signalfd>(description));
    case KIND_UDP:
      return udpEvents(changetype<Udp>(description));
    case KIND_TCP:
      return tcpEvents(changetype<Tcp>(description));
    case KIND_PAIR:
      return pairEvents(changetype<Pair>(description));
    default:
      return 0;
  }
}

/** Readable while something that it watches is ready; what no longer is leaves its list. */
function epollEvents(epoll: Epoll): u32 {
  let watch = epoll.ready;
  while (watch !== null) {
    const next = watch.nextReady;
    if ((eventsOf(watch.description) & watch.events) !== 0) return EPOLLIN | EPOLLRDNORM;
    unmakeReady(watch);
    watch = next;
  }
  return 0;
}
