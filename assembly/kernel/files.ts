// read(2), write(2) and their vectors: what every kind of description gives and takes.

import {
  EPOLLIN,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_PEEK,
  MSG_TRUNC,
  SOCK_STREAM,
} from "../constants";
import {
  EAGAIN,
  EBADF,
  EDESTADDRREQ,
  EFAULT,
  EINTR,
  EINVAL,
  EMSGSIZE,
  ENOTCONN,
  EPIPE,
} from "../errno";
import { Iovec } from "../structs";
import { give, take } from "./blocks";
import {
  Description,
  KIND_EVENTFD,
  KIND_INPUT,
  KIND_OUTPUT,
  KIND_PAIR,
  KIND_PIPE,
  KIND_SIGNALFD,
  KIND_TCP,
  KIND_UDP,
  KIND_TIMERFD,
} from "./description";
import { INTERRUPTED, deliver } from "./deliver";
import { release } from "./descriptors";
import { Eventfd, eventfdRead, eventfdWrite } from "./eventfd";
import { has } from "./has";
import { input, output, tcpResume, tcpSend, udpResume, udpSend } from "./host";
import { reachable, vectorBytes } from "./memory";
import { TRANSFER_MAX } from "./numbers";
import { look, pause } from "./pause";
import { Pair, pairReceive, pairSend } from "./pair";
import { PipeEnd, isWriter, pipeRead, pipeWrite } from "./pipe";
import { eventsOf } from "./ready";
import { scratch } from "./scratch";
import { Signalfd, raisePipe } from "./signal";
import { signalfdRead } from "./signals";
import { Socket, isSocket, takeError } from "./socket";
import { autobind } from "./sockets";
import { Stdio, isNonblocking, lookup } from "./table";
import { CONNECTED, CONNECTING, FRESH, LISTENING, Tcp, hasRoom, takeReceived } from "./tcp";
import { Timerfd, timerfdRead } from "./timerfd";
import { NEVER } from "./timers";
import { Udp, hasDatagramRoom, udpReceive } from "./udp";

/** What a datagram of IPv4 has room for. */
const DATAGRAM_BYTES_MAX: i32 = 65507;
/** signalfd_siginfo, the longest of what an event descriptor gives. */
const NOTE_BYTES_MAX: i32 = 128;

/** The vector of read and write, which have but one part; 0 while a blocked call has it. */
let single: usize = 0;

export function vectorOf(at: usize, bytes: i32): usize {
  if (single === 0) single = take(offsetof<Iovec>());
  if (single === 0) unreachable();
  const part = changetype<Iovec>(single);
  part.base = <u32>at;
  part.len = min(<u32>bytes, TRANSFER_MAX);
  return single;
}

/**
 * A call begins to wait: what handlers read and write meanwhile must not touch its vector.
 *
 * @returns whether it is the one of read and write.
 */
function keepVector(iov: usize): bool {
  const isSingle = iov === single;
  if (isSingle) single = 0;
  return isSingle;
}

/** It has waited. One that was made meanwhile takes the place of what the call was given. */
function leaveVector(isSingle: bool, iov: usize): void {
  if (!isSingle) return;
  if (single !== 0) give(single, offsetof<Iovec>());
  single = iov;
}

export function read(fd: i32, buf: usize, count: i32): i32 {
  const description = lookup(fd);
  if (description === null || !isReadable(description)) return -EBADF;
  if (buf === 0 && count !== 0) return receiveToNull(description, count);
  if (!reachable(buf, count)) return -EFAULT;
  const iov = vectorOf(buf, count);
  return receive(description, iov, changetype<Iovec>(iov).len, 0);
}

export function readv(fd: i32, iov: usize, iovcnt: i32): i32 {
  const description = lookup(fd);
  if (description === null || !isReadable(description)) return -EBADF;
  const bytes = vectorBytes(iov, iovcnt);
  if (bytes <= 0) return bytes;
  return receive(description, iov, bytes, 0);
}

export function write(fd: i32, buf: usize, count: i32): i32 {
  const description = lookup(fd);
  if (description === null || !isWritable(description)) return -EBADF;
  if (!reachable(buf, count)) return -EFAULT;
  const iov = vectorOf(buf, count);
  return send(description, iov, changetype<Iovec>(iov).len, 0, 0);
}

export function writev(fd: i32, iov: usize, iovcnt: i32): i32 {
  const description = lookup(fd);
  if (description === null || !isWritable(description)) return -EBADF;
  const bytes = vectorBytes(iov, iovcnt);
  if (bytes <= 0) return bytes;
  return send(description, iov, bytes, 0, 0);
}

function isReadable(description: Description): bool {
  if (description.kind === KIND_PIPE) return !isWriter(changetype<PipeEnd>(description));
  return description.kind !== KIND_OUTPUT;
}

function isWritable(description: Description): bool {
  if (description.kind === KIND_PIPE) return isWriter(changetype<PipeEnd>(description));
  return description.kind !== KIND_INPUT;
}

/** Unlike other bad addresses, NULL is one only when the kernel has something to copy there. */
function receiveToNull(description: Description, bytes: i32): i32 {
  switch (description.kind) {
    case KIND_EVENTFD:
    case KIND_TIMERFD:
    case KIND_SIGNALFD: {
      // It is taken, and lost.
      const got = receive(description, vectorOf(scratch(), bytes), min(bytes, NOTE_BYTES_MAX), 0);
      return got < 0 ? got : -EFAULT;
    }
    case KIND_PIPE:
    case KIND_TCP:
    case KIND_UDP:
    case KIND_PAIR: {
      const isEmpty = (eventsOf(description) & EPOLLIN) === 0;
      return isEmpty && isNonblocking(description) ? -EAGAIN : -EFAULT;
    }
    default:
      return -EFAULT;
  }
}

/** Reads, and waits for something to read where the description is one that waits. */
export function receive(description: Description, iov: usize, bytes: i32, flags: i32): i32 {
  let got = receiveNow(description, iov, bytes, flags);
  if (got !== -EAGAIN) return got;
  if (isNonblocking(description) || (flags & MSG_DONTWAIT) !== 0) {
    look();
    return receiveNow(description, iov, bytes, flags);
  }
  const isSingle = keepVector(iov);
  description.references++;
  do {
    const outcome = pause(NEVER);
    got = receiveNow(description, iov, bytes, flags);
    if (got === -EAGAIN && outcome === INTERRUPTED) got = -EINTR;
  } while (got === -EAGAIN);
  leaveVector(isSingle, iov);
  description.references--;
  release(description);
  return got;
}

function receiveNow(description: Description, iov: usize, bytes: i32, flags: i32): i32 {
  switch (description.kind) {
    case KIND_INPUT:
      return bytes === 0 ? 0 : input(changetype<Iovec>(iov).base, changetype<Iovec>(iov).len);
    case KIND_EVENTFD:
      return eventfdRead(changetype<Eventfd>(description), iov, bytes);
    case KIND_TIMERFD:
      return timerfdRead(changetype<Timerfd>(description), iov, bytes);
    case KIND_SIGNALFD:
      return signalfdRead(changetype<Signalfd>(description), iov, bytes);
    case KIND_TCP:
      return tcpReceive(changetype<Tcp>(description), iov, bytes, (flags & MSG_PEEK) !== 0);
    case KIND_UDP:
      return udpRead(changetype<Udp>(description), iov, bytes, flags);
    case KIND_PAIR:
      return pairReceive(changetype<Pair>(description), iov, bytes, (flags & MSG_PEEK) !== 0);
    case KIND_PIPE:
      return pipeRead(changetype<PipeEnd>(description), iov, bytes);
    default:
      return -EINVAL;
  }
}

/**
 * Writes all of it where the description is one that waits, else what fits.
 *
 * @param address where a datagram goes, or 0.
 */
export function send(
  description: Description,
  iov: usize,
  bytes: i32,
  flags: i32,
  address: usize,
): i32 {
  const sent = sendAll(description, iov, bytes, flags, address);
  if (sent === -EPIPE && (flags & MSG_NOSIGNAL) === 0 && hasPipeSignal(description)) {
    raisePipe();
    deliver();
  }
  return sent;
}

/** A message that cannot be sent is no broken pipe. */
function hasPipeSignal(description: Description): bool {
  return !isSocket(description) || changetype<Socket>(description).type === SOCK_STREAM;
}

function sendAll(
  description: Description,
  iov: usize,
  bytes: i32,
  flags: i32,
  address: usize,
): i32 {
  let done = sendNow(description, iov, 0, bytes, address);
  if (done === bytes || (done < 0 && done !== -EAGAIN)) return done;
  if (isNonblocking(description) || (flags & MSG_DONTWAIT) !== 0) return done;
  if (done < 0) done = 0;
  const isSingle = keepVector(iov);
  description.references++;
  while (done < bytes) {
    const outcome = pause(NEVER);
    let more = sendNow(description, iov, done, bytes, address);
    if (more === -EAGAIN && outcome === INTERRUPTED) more = -EINTR;
    if (more > 0) done += more;
    else if (more !== -EAGAIN) {
      if (done === 0) done = more;
      break;
    }
  }
  leaveVector(isSingle, iov);
  description.references--;
  release(description);
  return done;
}

/** How much of the bytes behind `skip` it takes. */
function sendNow(description: Description, iov: usize, skip: i32, bytes: i32, address: usize): i32 {
  switch (description.kind) {
    case KIND_OUTPUT:
      return sendOutput(changetype<Stdio>(description), iov, bytes);
    case KIND_EVENTFD:
      return eventfdWrite(changetype<Eventfd>(description), iov, bytes);
    case KIND_TCP:
      return tcpWrite(changetype<Tcp>(description), iov, skip, bytes);
    case KIND_UDP:
      return udpWrite(changetype<Udp>(description), iov, bytes, address);
    case KIND_PAIR:
      return pairSend(changetype<Pair>(description), iov, skip, bytes);
    case KIND_PIPE:
      return pipeWrite(changetype<PipeEnd>(description), iov, skip, bytes);
    default:
      return -EINVAL;
  }
}

/** One part after the other: output waits for itself. */
function sendOutput(stdio: Stdio, iov: usize, bytes: i32): i32 {
  for (let left = bytes; left > 0; iov += offsetof<Iovec>()) {
    const part = changetype<Iovec>(iov);
    const step = min(<i32>part.len, left);
    const error = output(stdio.fd, part.base, step);
    if (error < 0) return left === bytes ? error : bytes - left;
    left -= step;
  }
  return bytes;
}

function tcpReceive(tcp: Tcp, iov: usize, bytes: i32, peeks: bool): i32 {
  if (tcp.state === LISTENING) return -ENOTCONN;
  const isEmpty = tcp.queued === 0;
  if (isEmpty && tcp.error !== 0) return takeError(tcp);
  if (isEmpty && tcp.state === FRESH && !tcp.isReceiveShut) return -ENOTCONN;
  const hadRoom = hasRoom(tcp);
  const got = takeReceived(tcp, iov, bytes, peeks);
  if (!hadRoom) tcpResume(tcp);
  return got;
}

function tcpWrite(tcp: Tcp, iov: usize, skip: i32, bytes: i32): i32 {
  if (tcp.error !== 0) return takeError(tcp);
  if (tcp.state === CONNECTING) return -EAGAIN;
  if (tcp.isSendShut || tcp.state !== CONNECTED) return -EPIPE;
  return bytes === skip ? 0 : tcpSend(tcp, iov, skip, bytes);
}

function udpRead(udp: Udp, iov: usize, bytes: i32, flags: i32): i32 {
  const hadRoom = hasDatagramRoom(udp);
  const got = udpReceive(udp, iov, bytes, has(flags, MSG_PEEK), has(flags, MSG_TRUNC));
  if (!hadRoom) udpResume(udp);
  return got;
}

function udpWrite(udp: Udp, iov: usize, bytes: i32, address: usize): i32 {
  if (bytes > DATAGRAM_BYTES_MAX) return -EMSGSIZE;
  if (address === 0 && !udp.isConnected) return -EDESTADDRREQ;
  if (udp.error !== 0) return takeError(udp);
  if (udp.isSendShut) return -EPIPE;
  const bound = autobind(udp);
  return bound < 0 ? bound : udpSend(udp, iov, bytes, address);
}
