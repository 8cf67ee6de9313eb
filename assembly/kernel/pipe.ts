// pipe(7): a ring of pages between two ends, as the kernel's fs/pipe.c has it, so that a pipe is
// full when the kernel's is.

import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, O_CLOEXEC, O_NONBLOCK } from "../constants";
import { EAGAIN, EBUSY, EFAULT, EINVAL, ENOMEM, EPERM, EPIPE } from "../errno";
import { give, take, takeDirty } from "./blocks";
import { Description, KIND_PIPE, wake } from "./description";
import { gather, reachable, scatter } from "./memory";
import { EPOLLRDNORM, EPOLLWRNORM, O_DIRECT, O_WRONLY } from "./numbers";
import { checkTwoFree, newDescription, publish } from "./table";

const READABLE: u32 = EPOLLIN | EPOLLRDNORM;
const WRITABLE: u32 = EPOLLOUT | EPOLLWRNORM;

const PAGE_BYTES: i32 = 4096;
const FIRST_PAGES: i32 = 16;
/** /proc/sys/fs/pipe-max-size, in pages. */
const PAGES_MAX: i32 = 256;

/** A part of a page that holds bytes. */
@unmanaged
class Piece {
  page: usize;
  offset: i32;
  bytes: i32;
  /** Written under O_DIRECT: nothing is added to it, and a read takes no more than it. */
  isPacket: bool;
}

/** What the two ends share. */
@unmanaged
class Pipe {
  pieces: usize;
  /** A power of two. */
  room: i32;
  /** Pieces that were ever begun and ever freed: the ring's ends, each modulo `room`. */
  head: i32;
  tail: i32;
  reader: PipeEnd | null;
  writer: PipeEnd | null;
  /** Somebody has asked for its events: from then on each write wakes, not only the first. */
  isPolled: bool;
}

@unmanaged
export class PipeEnd extends Description {
  pipe: Pipe;
}

function pieceAt(pipe: Pipe, index: i32): Piece {
  const place = index & (pipe.room - 1);
  return changetype<Piece>(pipe.pieces + <usize>place * offsetof<Piece>());
}

function isEmpty(pipe: Pipe): bool {
  return pipe.head === pipe.tail;
}

function isFull(pipe: Pipe): bool {
  return pipe.head - pipe.tail >= pipe.room;
}

function wakeEnd(end: PipeEnd | null, key: u32): void {
  if (end !== null) wake(end, key);
}

export function isWriter(end: PipeEnd): bool {
  return (end.flags & O_WRONLY) !== 0;
}

export function pipe2(fds: usize, flags: i32): i32 {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) !== 0) return -EINVAL;
  const free = checkTwoFree();
  if (free < 0) return free;
  if (!reachable(fds, 8)) return -EFAULT;
  const at = take(offsetof<Pipe>());
  const pieces = take(FIRST_PAGES * offsetof<Piece>());
  const status = flags & (O_NONBLOCK | O_DIRECT);
  const reader = newDescription(KIND_PIPE, offsetof<PipeEnd>(), status & ~O_DIRECT);
  const writer = newDescription(KIND_PIPE, offsetof<PipeEnd>(), status | O_WRONLY);
  if (at === 0 || pieces === 0 || reader === null || writer === null) return -ENOMEM;
  const pipe = changetype<Pipe>(at);
  pipe.pieces = pieces;
  pipe.room = FIRST_PAGES;
  pipe.reader = changetype<PipeEnd>(reader);
  pipe.writer = changetype<PipeEnd>(writer);
  changetype<PipeEnd>(reader).pipe = pipe;
  changetype<PipeEnd>(writer).pipe = pipe;
  const cloexec = (flags & O_CLOEXEC) !== 0;
  store<i32>(fds, publish(reader, cloexec));
  store<i32>(fds, publish(writer, cloexec), 4);
  return 0;
}

export function pipeEvents(end: PipeEnd): u32 {
  const pipe = end.pipe;
  pipe.isPolled = true;
  let events: u32 = 0;
  if (isWriter(end)) {
    if (!isFull(pipe)) events |= WRITABLE;
    if (pipe.reader === null) events |= EPOLLERR;
  } else {
    if (!isEmpty(pipe)) events |= READABLE;
    if (pipe.writer === null) events |= EPOLLHUP;
  }
  return events;
}

export function pipeRead(end: PipeEnd, iov: usize, bytes: i32): i32 {
  if (bytes === 0) return 0;
  const pipe = end.pipe;
  let done = 0;
  let frees = false;
  while (done < bytes && !isEmpty(pipe)) {
    const piece = pieceAt(pipe, pipe.tail);
    const step = min(piece.bytes, bytes - done);
    scatter(iov, done, piece.page + piece.offset, step);
    done += step;
    piece.offset += step;
    piece.bytes -= step;
    const isPacket = piece.isPacket;
    if (piece.bytes === 0 || isPacket) {
      frees = frees || isFull(pipe);
      give(piece.page, PAGE_BYTES);
      pipe.tail++;
    }
    if (isPacket) break;
  }
  if (frees) wakeEnd(pipe.writer, WRITABLE);
  if (done === 0 && pipe.writer !== null) return -EAGAIN;
  return done;
}

/** What fits of the bytes behind `skip`; -EAGAIN where nothing does, -EPIPE without a reader. */
export function pipeWrite(end: PipeEnd, iov: usize, skip: i32, bytes: i32): i32 {
  const pipe = end.pipe;
  let done = skip;
  if (done === bytes) return 0;
  if (pipe.reader === null) return -EPIPE;
  const wasEmpty = isEmpty(pipe);
  if (skip === 0) done += writeToLast(pipe, iov, bytes & (PAGE_BYTES - 1));
  while (done < bytes && !isFull(pipe)) {
    const page = takeDirty(PAGE_BYTES);
    if (page === 0) break;
    const piece = pieceAt(pipe, pipe.head++);
    piece.page = page;
    piece.offset = 0;
    piece.bytes = min(bytes - done, PAGE_BYTES);
    piece.isPacket = (end.flags & O_DIRECT) !== 0;
    gather(iov, done, page, piece.bytes);
    done += piece.bytes;
  }
  if (done === skip) return -EAGAIN;
  if (wasEmpty || pipe.isPolled) wakeEnd(pipe.reader, READABLE);
  return done - skip;
}

/** The part of a write that fills no page goes to the last one, if it fits there whole. */
function writeToLast(pipe: Pipe, iov: usize, bytes: i32): i32 {
  if (bytes === 0 || isEmpty(pipe)) return 0;
  const last = pieceAt(pipe, pipe.head - 1);
  const end = last.offset + last.bytes;
  if (last.isPacket || end + bytes > PAGE_BYTES) return 0;
  gather(iov, 0, last.page + end, bytes);
  last.bytes += bytes;
  return bytes;
}

/** FIONREAD of either end. */
export function pipeBytes(end: PipeEnd): i32 {
  const pipe = end.pipe;
  let bytes = 0;
  for (let i = pipe.tail; i !== pipe.head; i++) bytes += pieceAt(pipe, i).bytes;
  return bytes;
}

/** F_GETPIPE_SZ */
export function pipeSize(end: PipeEnd): i32 {
  return end.pipe.room * PAGE_BYTES;
}

/** F_SETPIPE_SZ: the size, rounded up to a power of two of pages. */
export function setPipeSize(end: PipeEnd, bytes: u32): i32 {
  const pipe = end.pipe;
  if (bytes > 0x80000000) return -EINVAL;
  const pages = max((<u64>bytes + PAGE_BYTES - 1) / PAGE_BYTES, 1);
  let room: u32 = 1;
  while (<u64>room < pages) room *= 2;
  if (room > <u32>PAGES_MAX) return -EPERM;
  const used = pipe.head - pipe.tail;
  if (<u32>used > room) return -EBUSY;
  const pieces = take(room * offsetof<Piece>());
  if (pieces === 0) return -ENOMEM;
  const wasFull = isFull(pipe);
  for (let i = 0; i < used; i++) {
    const to = pieces + <usize>i * offsetof<Piece>();
    memory.copy(to, changetype<usize>(pieceAt(pipe, pipe.tail + i)), offsetof<Piece>());
  }
  give(pipe.pieces, pipe.room * offsetof<Piece>());
  pipe.pieces = pieces;
  pipe.room = <i32>room;
  pipe.head = used;
  pipe.tail = 0;
  if (wasFull && !isFull(pipe)) wakeEnd(pipe.writer, WRITABLE);
  return pipeSize(end);
}

/** The last number of an end is gone. */
export function pipeClose(end: PipeEnd): void {
  const pipe = end.pipe;
  const other = isWriter(end) ? pipe.reader : pipe.writer;
  if (isWriter(end)) pipe.writer = null;
  else pipe.reader = null;
  if (other !== null) {
    wake(other, 0);
    return;
  }
  for (let i = pipe.tail; i !== pipe.head; i++) give(pieceAt(pipe, i).page, PAGE_BYTES);
  give(pipe.pieces, pipe.room * offsetof<Piece>());
  give(changetype<usize>(pipe), offsetof<Pipe>());
}
