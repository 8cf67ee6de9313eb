// A TCP socket as the kernel sees it: its state, what it has received and not been asked for, what
// is waiting to be accepted. It knows no WASI: the layer below fills its queues and empties them.

import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLRDHUP } from "../constants";
import { EAGAIN } from "../errno";
import { give, takeDirty } from "./blocks";
import { wake } from "./description";
import { scatter } from "./memory";
import { DATA_READY, EPOLLRDNORM, EPOLLWRNORM, WRITE_SPACE } from "./numbers";
import { Socket } from "./socket";

/** In its life; a socket that a connection has ended is FRESH again, with both ways shut. */
export const FRESH: i32 = 0;
export const CONNECTING: i32 = 1;
export const CONNECTED: i32 = 2;
export const LISTENING: i32 = 3;

/** The bytes of a block in a receive queue, before them the block's own words. */
export const CHUNK_BYTES: i32 = 16384;
/** Beyond it, no more is taken from below. */
const QUEUED_MAX: i32 = 131072;

/** A block of a receive queue: its bytes follow it. */
@unmanaged
export class Chunk {
  next: Chunk | null;
  offset: i32;
  end: i32;
  /** What it was taken with. */
  bytes: i32;

  get data(): usize {
    return changetype<usize>(this) + offsetof<Chunk>();
  }
}

@unmanaged
export class Tcp extends Socket {
  state: i32;
  first: Chunk | null;
  last: Chunk | null;
  queued: i32;
  /** SO_RCVLOWAT */
  lowWater: i32;
  /** A write found no room, and nobody has been told yet that there is some again. */
  isFull: bool;
  /** Connections that are waiting to be accepted. */
  waiting: i32;
}

/** tcp_poll */
export function tcpEvents(tcp: Tcp): u32 {
  if (tcp.state === LISTENING) return tcp.waiting > 0 ? EPOLLIN | EPOLLRDNORM : 0;
  let events: u32 = tcp.error === 0 ? 0 : EPOLLERR;
  if (tcp.state === FRESH || (tcp.isReceiveShut && tcp.isSendShut)) events |= EPOLLHUP;
  if (tcp.isReceiveShut) events |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
  if (tcp.state === CONNECTING) return events;
  if (tcp.queued >= max(tcp.lowWater, 1)) events |= EPOLLIN | EPOLLRDNORM;
  if (tcp.isSendShut || !tcp.isFull) events |= EPOLLOUT | EPOLLWRNORM;
  return events;
}

/** Whether the layer below may bring more. */
export function hasRoom(tcp: Tcp): bool {
  return tcp.queued < QUEUED_MAX && !tcp.isReceiveShut;
}

/** A block for at most `bytes`, or null. */
export function newChunk(bytes: i32): Chunk | null {
  const all = bytes + offsetof<Chunk>();
  const at = takeDirty(<i32>all);
  if (at === 0) return null;
  const chunk = changetype<Chunk>(at);
  chunk.next = null;
  chunk.offset = 0;
  chunk.end = 0;
  chunk.bytes = <i32>all;
  return chunk;
}

export function freeChunk(chunk: Chunk): void {
  give(changetype<usize>(chunk), chunk.bytes);
}

/** Bytes have come; the chunk is the socket's from now on. */
export function received(tcp: Tcp, chunk: Chunk, bytes: i32): void {
  chunk.end = bytes;
  const last = tcp.last;
  if (last === null) tcp.first = chunk;
  else last.next = chunk;
  tcp.last = chunk;
  tcp.queued += bytes;
  if (tcp.queued >= tcp.lowWater) wake(tcp, DATA_READY);
}

/** The peer sends no more. */
export function receiveEnded(tcp: Tcp): void {
  tcp.isReceiveShut = true;
  wake(tcp, 0);
}

/** The connection is gone: both ways, at once. */
export function failed(tcp: Tcp, errno: i32): void {
  tcp.error = errno;
  tcp.isReceiveShut = true;
  tcp.isSendShut = true;
  tcp.state = FRESH;
  wake(tcp, 0);
}

export function connected(tcp: Tcp): void {
  tcp.state = CONNECTED;
  wake(tcp, 0);
}

/** There is room to write again. */
export function sendable(tcp: Tcp): void {
  if (!tcp.isFull) return;
  tcp.isFull = false;
  wake(tcp, WRITE_SPACE);
}

/** One more is waiting to be accepted. */
export function acceptable(tcp: Tcp): void {
  tcp.waiting++;
  wake(tcp, DATA_READY);
}

/**
 * Hands out what is queued: -EAGAIN where that is nothing and more may come, 0 at the end. What is
 * only peeked at stays.
 */
export function takeReceived(tcp: Tcp, iov: usize, bytes: i32, peeks: bool): i32 {
  let done = 0;
  let chunk = tcp.first;
  while (chunk !== null && done < bytes) {
    const step = min(chunk.end - chunk.offset, bytes - done);
    scatter(iov, done, chunk.data + chunk.offset, step);
    done += step;
    const next = chunk.next;
    if (!peeks) consume(tcp, chunk, step);
    chunk = next;
  }
  if (done === 0 && bytes > 0 && !tcp.isReceiveShut) return -EAGAIN;
  return done;
}

function consume(tcp: Tcp, chunk: Chunk, bytes: i32): void {
  tcp.queued -= bytes;
  chunk.offset += bytes;
  if (chunk.offset < chunk.end) return;
  tcp.first = chunk.next;
  if (tcp.first === null) tcp.last = null;
  freeChunk(chunk);
}

/** Its last number is gone: what was received is lost. */
export function dropReceived(tcp: Tcp): void {
  let chunk = tcp.first;
  while (chunk !== null) {
    const next = chunk.next;
    freeChunk(chunk);
    chunk = next;
  }
  tcp.first = null;
  tcp.last = null;
  tcp.queued = 0;
}
