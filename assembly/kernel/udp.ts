// A UDP socket as the kernel sees it: datagrams that have come and not been asked for. It knows no
// WASI: the layer below fills its queue.

import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLRDHUP } from "../constants";
import { EAGAIN } from "../errno";
import { give, take, takeDirty } from "./blocks";
import { wake } from "./description";
import { scatter } from "./memory";
import { DATA_READY, EPOLLRDNORM, MESSAGE_OVERHEAD, WRITE_SPACE } from "./numbers";
import { Socket, takeError } from "./socket";

/** /proc/sys/net/core/rmem_default; each datagram counts with what the kernel keeps beside it. */
const RECEIVE_BUFFER: i32 = 212992;
/** sizeof(struct sockaddr_in6) */
export const NAME_BYTES: i32 = 28;

/** A datagram: who has sent it, and its bytes behind that. */
@unmanaged
export class Datagram {
  next: Datagram | null;
  bytes: i32;
  nameBytes: i32;

  get name(): usize {
    return changetype<usize>(this) + offsetof<Datagram>();
  }

  get data(): usize {
    return this.name + NAME_BYTES;
  }
}

@unmanaged
export class Udp extends Socket {
  isConnected: bool;
  /** Who it is connected to: a sockaddr. */
  peer: usize;
  isFull: bool;
  first: Datagram | null;
  last: Datagram | null;
  queued: i32;
}

/** udp_poll */
export function udpEvents(udp: Udp): u32 {
  let events: u32 = udp.error === 0 ? 0 : EPOLLERR;
  if (udp.isReceiveShut && udp.isSendShut) events |= EPOLLHUP;
  if (udp.isReceiveShut) events |= EPOLLRDHUP | EPOLLIN | EPOLLRDNORM;
  if (udp.first !== null) events |= EPOLLIN | EPOLLRDNORM;
  if (!udp.isFull) events |= WRITE_SPACE;
  return events;
}

export function hasDatagramRoom(udp: Udp): bool {
  return udp.queued < RECEIVE_BUFFER;
}

/** A new datagram of so many bytes, which are not there yet; null without memory. */
export function newDatagram(bytes: i32): Datagram | null {
  const at = takeDirty(<i32>offsetof<Datagram>() + NAME_BYTES + bytes);
  if (at === 0) return null;
  const datagram = changetype<Datagram>(at);
  datagram.next = null;
  datagram.bytes = bytes;
  return datagram;
}

export function arrived(udp: Udp, datagram: Datagram): void {
  const last = udp.last;
  if (last === null) udp.first = datagram;
  else last.next = datagram;
  udp.last = datagram;
  udp.queued += datagram.bytes + MESSAGE_OVERHEAD;
  wake(udp, DATA_READY);
}

/** Something was refused: the next call is told. */
export function refused(udp: Udp, errno: i32): void {
  udp.error = errno;
  wake(udp, EPOLLERR);
}

export function udpSendable(udp: Udp): void {
  if (!udp.isFull) return;
  udp.isFull = false;
  wake(udp, WRITE_SPACE);
}

/** Of the datagram that was read last: who has sent it, and how long it was. */
let lastName: usize = 0;
let lastNameBytes: i32 = 0;
let lastBytes: i32 = 0;

export function readName(): usize {
  return lastName;
}

export function readNameBytes(): i32 {
  return lastNameBytes;
}

export function readBytes(): i32 {
  return lastBytes;
}

function remember(datagram: Datagram): void {
  if (lastName === 0) lastName = take(NAME_BYTES);
  if (lastName === 0) unreachable();
  memory.copy(lastName, datagram.name, datagram.nameBytes);
  lastNameBytes = datagram.nameBytes;
  lastBytes = datagram.bytes;
}

/** What a read gets of the next datagram; -EAGAIN where there is none. */
export function udpReceive(udp: Udp, iov: usize, bytes: i32, peeks: bool, isWhole: bool): i32 {
  if (udp.error !== 0) return takeError(udp);
  const datagram = udp.first;
  if (datagram === null) return udp.isReceiveShut ? 0 : -EAGAIN;
  const length = datagram.bytes;
  const step = min(length, bytes);
  scatter(iov, 0, datagram.data, step);
  remember(datagram);
  if (!peeks) dropFirst(udp, datagram);
  return isWhole ? length : step;
}

function dropFirst(udp: Udp, datagram: Datagram): void {
  udp.first = datagram.next;
  if (udp.first === null) udp.last = null;
  udp.queued -= datagram.bytes + MESSAGE_OVERHEAD;
  give(changetype<usize>(datagram), <i32>offsetof<Datagram>() + NAME_BYTES + datagram.bytes);
}

/** Its last number is gone, or its peer another one: what was received is lost. */
export function dropDatagrams(udp: Udp): void {
  while (udp.first !== null) dropFirst(udp, udp.first!);
}
