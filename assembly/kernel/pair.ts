// Unix-domain socketpairs, as the kernel's net/unix/af_unix.c has them: two ends in one guest.

import {
  AF_UNIX,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLRDHUP,
  SHUT_RD,
  SHUT_WR,
  SOCK_DGRAM,
  SOCK_STREAM,
} from "../constants";
import { EAGAIN, ECONNREFUSED, ECONNRESET, EMSGSIZE, ENOBUFS, ENOTCONN, EPIPE } from "../errno";
import { give, takeDirty } from "./blocks";
import { wake } from "./description";
import { gather, scatter } from "./memory";
import { DATA_READY, EPOLLRDNORM, MESSAGE_OVERHEAD, WRITE_SPACE } from "./numbers";
import { Socket, takeError } from "./socket";

/** /proc/sys/net/core/wmem_default */
const SEND_BUFFER: i32 = 212992;
/** A stream's write becomes messages of at most this. */
const PIECE_BYTES: i32 = 32768;
/** /proc/sys/net/unix/max_dgram_qlen */
const DATAGRAMS_MAX: i32 = 10;

@unmanaged
class Message {
  next: Message | null;
  offset: i32;
  bytes: i32;

  get data(): usize {
    return changetype<usize>(this) + offsetof<Message>();
  }
}

@unmanaged
export class Pair extends Socket {
  peer: Pair | null;
  first: Message | null;
  last: Message | null;
  /** Bytes, and messages, that wait to be read. */
  queued: i32;
  messages: i32;
  /** What it has sent and the peer has not read, as the kernel counts it. */
  unread: i32;
  /** Its peer is gone, which the next datagram is told. */
  refuses: bool;
}

export function connectPair(a: Pair, b: Pair, type: i32): void {
  a.family = AF_UNIX;
  b.family = AF_UNIX;
  a.type = type;
  b.type = type;
  a.peer = b;
  b.peer = a;
}

function isWritable(pair: Pair): bool {
  if (pair.unread << 2 > SEND_BUFFER) return false;
  const peer = pair.peer;
  return pair.type !== SOCK_DGRAM || peer === null || peer.messages <= DATAGRAMS_MAX;
}

/** unix_poll, unix_dgram_poll */
export function pairEvents(pair: Pair): u32 {
  let events: u32 = pair.error === 0 ? 0 : EPOLLERR;
  if (pair.isReceiveShut && pair.isSendShut) events |= EPOLLHUP;
  if (pair.isReceiveShut) events |= EPOLLRDHUP | EPOLLIN | EPOLLRDNORM;
  if (pair.first !== null) events |= EPOLLIN | EPOLLRDNORM;
  if (isWritable(pair)) events |= WRITE_SPACE;
  return events;
}

/** What it takes of the bytes behind `skip`: a stream's what fits, else all of it or nothing. */
export function pairSend(pair: Pair, iov: usize, skip: i32, bytes: i32): i32 {
  if (pair.error !== 0) return takeError(pair);
  const isStream = pair.type === SOCK_STREAM;
  if (pair.isSendShut) return -EPIPE;
  const peer = pair.peer;
  if (peer === null) return lost(pair);
  if (peer.isReceiveShut) return -EPIPE;
  if (!isStream && bytes > SEND_BUFFER - 32) return -EMSGSIZE;
  let done = skip;
  do {
    if (pair.unread >= SEND_BUFFER || (!isStream && !isWritable(pair))) break;
    const step = isStream ? min(bytes - done, PIECE_BYTES) : bytes;
    if (isStream && step === 0) return 0;
    if (!queue(peer, iov, done, step)) return done > skip ? done - skip : -ENOBUFS;
    pair.unread += step + MESSAGE_OVERHEAD;
    done += step;
    wake(peer, DATA_READY);
    if (!isStream) return step;
  } while (done < bytes);
  return done === skip ? -EAGAIN : done - skip;
}

/** The peer is gone: a stream's is broken, a datagram's refuses once. */
function lost(pair: Pair): i32 {
  if (pair.type !== SOCK_DGRAM) return -EPIPE;
  const errno = pair.refuses ? ECONNREFUSED : ENOTCONN;
  pair.refuses = false;
  return -errno;
}

function queue(peer: Pair, iov: usize, skip: i32, bytes: i32): bool {
  const at = takeDirty(<i32>offsetof<Message>() + bytes);
  if (at === 0) return false;
  const message = changetype<Message>(at);
  message.next = null;
  message.offset = 0;
  message.bytes = bytes;
  gather(iov, skip, message.data, bytes);
  const last = peer.last;
  if (last === null) peer.first = message;
  else last.next = message;
  peer.last = message;
  peer.queued += bytes;
  peer.messages++;
  return true;
}

/** The length of the first message, which a read that is shorter cuts off; -1 without one. */
export function messageBytes(pair: Pair): i32 {
  const first = pair.first;
  return first === null ? -1 : first.bytes;
}

export function pairReceive(pair: Pair, iov: usize, bytes: i32, peeks: bool): i32 {
  const isStream = pair.type === SOCK_STREAM;
  let message = pair.first;
  if (message === null) {
    if (pair.error !== 0) return takeError(pair);
    if (isStream && bytes === 0) return 0;
    return pair.isReceiveShut ? 0 : -EAGAIN;
  }
  let done = 0;
  while (message !== null && done < bytes) {
    const step = min(message.bytes - message.offset, bytes - done);
    scatter(iov, done, message.data + message.offset, step);
    done += step;
    const next = message.next;
    if (!peeks) consume(pair, message, isStream ? step : message.bytes);
    if (!isStream) break;
    message = next;
  }
  return done;
}

/** Takes bytes off the first message; with the last of them it goes, and makes room. */
function consume(pair: Pair, message: Message, bytes: i32): void {
  message.offset += bytes;
  pair.queued -= bytes;
  if (message.offset < message.bytes) return;
  const peer = pair.peer;
  pair.first = message.next;
  if (pair.first === null) pair.last = null;
  pair.messages--;
  if (peer !== null) {
    peer.unread -= message.bytes + MESSAGE_OVERHEAD;
    if (isWritable(peer)) wake(peer, WRITE_SPACE);
  }
  give(changetype<usize>(message), <i32>offsetof<Message>() + message.bytes);
}

export function pairShutdown(pair: Pair, how: i32): void {
  const peer = pair.peer;
  const isConnected = peer !== null && pair.type !== SOCK_DGRAM;
  if (how !== SHUT_WR) {
    pair.isReceiveShut = true;
    if (isConnected) peer!.isSendShut = true;
  }
  if (how !== SHUT_RD) {
    pair.isSendShut = true;
    if (isConnected) peer!.isReceiveShut = true;
  }
  wake(pair, 0);
  if (isConnected) wake(peer!, 0);
}

/** Its last number is gone: the peer is told, and what was not read is lost. */
export function pairClose(pair: Pair): void {
  const peer = pair.peer;
  const wasUnread = pair.first !== null;
  while (pair.first !== null) {
    const message = pair.first!;
    pair.first = message.next;
    give(changetype<usize>(message), <i32>offsetof<Message>() + message.bytes);
  }
  if (peer === null) return;
  peer.peer = null;
  peer.unread = 0;
  if (peer.type === SOCK_DGRAM) peer.refuses = true;
  else {
    peer.isReceiveShut = true;
    peer.isSendShut = true;
    if (wasUnread) peer.error = ECONNRESET;
  }
  wake(peer, 0);
}
