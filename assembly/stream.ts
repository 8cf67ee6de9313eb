// Stream: a connection, with its input that waits for more, its output that waits for room, and the
// ends of its two directions. Knows the loop and the pool of blocks, no listener and no protocol.
//
// Edge triggered, one epoll_ctl for a connection. The kernel is asked for input only while it may
// have some (an edge came, and no read was short since), and takes output once a turn.

import * as linux from "./linux";
import { formatAddress, SOCKADDR_BYTES_MAX } from "./address";
import { Buffered, INPUT_BYTES_MAX, OUTPUT_BYTES_MAX } from "./buffered";
import { Bytes } from "./bytes";
import {
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  MSG_NOSIGNAL,
  SHUT_WR,
  SO_ERROR,
  SOL_SOCKET,
} from "./constants";
import { EAGAIN, EINTR, EMSGSIZE, EPIPE, ETIMEDOUT } from "./errno";
import { Handler, loop } from "./loop";
import { Timer } from "./timer";

/** With more waiting output than this a stream is full, and its input rests ... */
export const OUTPUT_BYTES_HIGH: i32 = 32768;
/** ... until no more than this is left. */
export const OUTPUT_BYTES_LOW: i32 = 8192;
/** How long close() waits for the peer to take the output and to end its own. */
export const LINGER_MS: i32 = 5000;
/** How often a stream reads or is offered input in one turn: then others have theirs. */
const STEPS_PER_TURN: i32 = 4;

const EVENTS: u32 = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

// What is known of a stream, bits of `state`.
const CLOSED: u32 = 1 << 0; // no descriptor; onClose is still to come, or has come
const CONNECTING: u32 = 1 << 1;
const READABLE: u32 = 1 << 2; // the kernel may have input
const READ_ON: u32 = 1 << 3; // the input's end is there too: a short read is not the last
const BLOCKED: u32 = 1 << 4; // the kernel has taken all it can: EPOLLOUT is to come
const PAUSED: u32 = 1 << 5; // by pause()
const OFFERING: u32 = 1 << 6; // in onData
const OFFER_AGAIN: u32 = 1 << 7; // onData stopped for want of room, not of input
const DRAIN: u32 = 1 << 8; // the output came over its high mark: onDrain is owed
const IN_TURN: u32 = 1 << 9; // in its own turn, which flushes
const INPUT_ENDED: u32 = 1 << 10; // the peer's FIN was read
const END_TOLD: u32 = 1 << 11; // and the handler knows
const ENDING: u32 = 1 << 12; // by end(): FIN after the waiting output
const OUTPUT_ENDED: u32 = 1 << 13; // our FIN was sent
const LINGERING: u32 = 1 << 14; // by close(): input is dropped

const OPTION: usize = memory.data(8, 4); // value, length
const SOCKADDR: usize = memory.data(32, 8);

/**
 * A connection. Subclass it; listen() and connect() make the objects, and use them again once they
 * are closed: reset your fields in onOpen, and forget the object in onClose.
 *
 * Handlers are called by the loop alone, never inside of one another.
 */
export abstract class Stream extends Buffered {
  /** Where the object goes when it is closed. */
  home: StreamPool | null = null;

  private state: u32 = CLOSED;
  private error: i32 = 0;
  private timer: StreamTimer | null = null;

  /** The connection is there. */
  onOpen(): void {}

  /**
   * Input has come. Result: how many bytes were used; the rest is offered again, with what follows
   * or, if the output was full or the stream paused, once that is over. Below zero: destroy() with
   * it. 64 KiB of which nothing is used end the stream with -EMSGSIZE.
   */
  abstract onData(data: Bytes): i32;

  /** Output that was full has gone out, but for OUTPUT_BYTES_LOW. */
  onDrain(): void {}

  /** The peer has ended its output; what onData left unused is dropped. Override to write on. */
  onEnd(): void {
    this.end();
  }

  /** The time set by timeout() is over. */
  onTimeout(): void {
    this.destroy(-ETIMEDOUT);
  }

  /** The last call for this connection; `error` 0 or -errno. Also after a connect that failed. */
  onClose(_error: i32): void {}

  /**
   * Takes `bytes` from `from` on for sending: at the end of the turn, with all else that is written
   * in it. What was offered to this stream's onData must not be changed after it was written.
   * Result: the bytes taken, fewer if there is no more room (onDrain tells); -EPIPE after end().
   */
  write(bytes: Bytes, from: i32 = 0): i32 {
    assert(<u32>from <= <u32>bytes.length, "write: begins outside of the bytes");
    const length = this.admit(bytes.length - from);
    if (length <= 0) return length;
    const start = bytes.ptr + from;
    const isOffering = (this.state & (OFFERING | BLOCKED)) === OFFERING;
    if (!isOffering || !this.borrow(start, length)) {
      memory.copy(this.reserve(length), start, length);
      this.queued += length;
    }
    this.wrote();
    return length;
  }

  /** Takes `text` as UTF-8, all of it or nothing: the bytes taken, 0, or -EPIPE after end(). */
  writeText(text: string): i32 {
    const length = String.UTF8.byteLength(text);
    const admitted = this.admit(length);
    if (admitted < length) return min(admitted, 0);
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, this.reserve(length));
    this.queued += length;
    this.wrote();
    return length;
  }

  /** How many bytes write() would take. */
  get room(): i32 {
    return this.state & (CLOSED | ENDING) ? 0 : OUTPUT_BYTES_MAX - this.queued;
  }

  /** Whether it is time to return from onData; while not, 32 KiB of output still have room. */
  get full(): bool {
    return this.queued > OUTPUT_BYTES_HIGH;
  }

  /** Whether more input may be handled now: not full, paused or closing. */
  get ready(): bool {
    return !this.full && !(this.state & (CLOSED | PAUSED | LINGERING));
  }

  /** Whether the connection is over. */
  get closed(): bool {
    return (this.state & CLOSED) !== 0;
  }

  /** No more input, until resume(). */
  pause(): void {
    this.state |= PAUSED;
  }

  /** Input again, and first of all what onData left unused. */
  resume(): void {
    if (this.state & CLOSED) return;
    this.state &= ~PAUSED;
    if (!(this.state & IN_TURN)) loop.putOff(this);
  }

  /** Half-close: FIN after the waiting output. Input goes on until the peer ends it too. */
  end(): void {
    if (this.state & CLOSED) return;
    this.state |= ENDING;
    if (!(this.state & IN_TURN)) loop.putOff(this);
  }

  /** Sends what waits, then FIN; drops input until the peer has ended too, at most LINGER_MS. */
  close(): void {
    if (this.state & (CLOSED | LINGERING)) return;
    this.timeout(LINGER_MS);
    this.state = (this.state & ~(PAUSED | OFFER_AGAIN)) | LINGERING;
    if (!(this.state & OFFERING)) this.hold(0, 0);
    this.end();
  }

  /** Ends the connection now; waiting output is lost, and the peer may see a reset. */
  destroy(error: i32 = 0): void {
    if (this.state & CLOSED) return;
    this.state = CLOSED;
    this.error = error;
    loop.close(this);
    loop.putOff(this);
  }

  /** Calls onTimeout in `ms` milliseconds, unless called again before; 0: not at all. */
  timeout(ms: i32): void {
    if (this.state & (CLOSED | LINGERING)) return;
    let timer = this.timer;
    if (timer === null) this.timer = timer = new StreamTimer(this);
    if (ms > 0) timer.start(ms);
    else timer.stop();
  }

  /** The peer's address, "" if it is gone. Allocates. */
  peerAddress(): string {
    store<i32>(OPTION, SOCKADDR_BYTES_MAX);
    const error = linux.getpeername(this.fd, SOCKADDR, OPTION);
    return error < 0 ? "" : formatAddress(SOCKADDR);
  }

  /** For what makes connections: `fd` is this stream's, or closed if the result is -errno. */
  begin(fd: i32, connecting: bool): i32 {
    const error = loop.add(this, fd, EVENTS);
    if (error < 0) linux.close(fd);
    else this.state = connecting ? CONNECTING | BLOCKED : 0;
    return error;
  }

  /** For what makes connections: this one could not be made. */
  refuse(error: i32): void {
    this.error = error;
    loop.putOff(this);
  }

  override onEvents(events: u32): void {
    let state = this.state;
    if (events & ~EPOLLOUT) state |= READABLE;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) state |= READ_ON;
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) state &= ~BLOCKED;
    this.state = state;
    if (state & CONNECTING) this.connected();
    this.proceed();
  }

  override onPutOff(): void {
    if (this.state & CLOSED) this.release();
    else this.proceed();
  }

  /** For its timer. */
  timedOut(): void {
    if (this.state & LINGERING) this.destroy(this.queued > 0 ? -ETIMEDOUT : 0);
    else if (!(this.state & CLOSED)) this.onTimeout();
  }

  private connected(): void {
    store<i32>(OPTION, 4, 4);
    linux.getsockopt(this.fd, SOL_SOCKET, SO_ERROR, OPTION, OPTION + 4);
    const error = load<i32>(OPTION);
    this.state &= ~CONNECTING;
    if (error === 0) this.onOpen();
    else this.destroy(-error);
  }

  /** A turn: output, input, ends. */
  private proceed(): void {
    this.state |= IN_TURN;
    this.flush();
    for (let steps = 0; this.step(); steps++) {
      if (steps < STEPS_PER_TURN) continue;
      loop.putOff(this);
      break;
    }
    if (this.state & (INPUT_ENDED | ENDING)) this.finish();
    this.state &= ~IN_TURN;
  }

  /** The next thing to do in a turn; false: there is nothing. */
  private step(): bool {
    const state = this.state;
    if (state & (CLOSED | CONNECTING)) return false;
    if (state & DRAIN) return this.drain();
    if (state & PAUSED) return false;
    if (state & OFFER_AGAIN) this.offerAgain();
    else if (state & READABLE) this.read();
    else return false;
    return true;
  }

  private drain(): bool {
    if (this.queued > OUTPUT_BYTES_LOW) return false;
    this.state &= ~DRAIN;
    if (!(this.state & ENDING)) this.onDrain();
    this.flush();
    return true;
  }

  private read(): void {
    const held = this.held;
    const start = this.heldInPlace();
    const room = INPUT_BYTES_MAX - held;
    const got = linux.recvfrom(this.fd, start + held, room, 0, 0, 0);
    if (got > 0) {
      if (got < room && !(this.state & READ_ON)) this.state &= ~READABLE;
      if (!(this.state & LINGERING)) this.offer(start, held + got);
    } else if (got === 0) {
      this.state = (this.state & ~READABLE) | INPUT_ENDED;
    } else if (got === -EAGAIN) {
      this.state &= ~READABLE;
    } else if (got !== -EINTR) {
      this.destroy(got);
    }
  }

  private offerAgain(): void {
    this.state &= ~OFFER_AGAIN;
    this.offer(this.heldInPlace(), this.held);
  }

  private offer(start: usize, length: i32): void {
    this.state |= OFFERING;
    const used = this.onData(this.offered(start, length));
    this.state &= ~OFFERING;
    assert(used <= length, "onData: used more than it was given");
    const stopped = (this.state & (DRAIN | PAUSED)) !== 0;
    this.flush();
    if (this.state & CLOSED) return;
    if (used < 0) {
      this.destroy(used);
      return;
    }
    const rest = this.state & LINGERING ? 0 : length - used;
    this.hold(start + used, rest);
    if (stopped && rest > 0) this.state |= OFFER_AGAIN;
    else if (rest === INPUT_BYTES_MAX) this.destroy(-EMSGSIZE);
  }

  /** The ends of the two directions, where they are due. */
  private finish(): void {
    if ((this.state & (INPUT_ENDED | END_TOLD | PAUSED | OFFER_AGAIN)) === INPUT_ENDED) {
      this.state |= END_TOLD;
      this.hold(0, 0);
      if (!(this.state & LINGERING)) this.onEnd();
      this.flush();
    }
    if ((this.state & (ENDING | CONNECTING | CLOSED)) !== ENDING || this.queued > 0) return;
    if (this.state & END_TOLD) {
      this.destroy();
    } else if (!(this.state & OUTPUT_ENDED)) {
      const error = linux.shutdown(this.fd, SHUT_WR);
      if (error < 0) this.destroy(error);
      else this.state |= OUTPUT_ENDED;
    }
  }

  /** Of `length` bytes of output, how many may be taken; or -EPIPE. */
  private admit(length: i32): i32 {
    if (this.state & (CLOSED | ENDING)) return -EPIPE;
    const room = OUTPUT_BYTES_MAX - this.queued;
    if (length <= room) return length;
    this.state |= DRAIN;
    return room;
  }

  private wrote(): void {
    if (this.full) this.state |= DRAIN;
    if (!(this.state & IN_TURN)) loop.putOff(this);
  }

  /** Sends what waits, as far as the kernel takes it. */
  private flush(): void {
    if (this.queued === 0 || this.state & (BLOCKED | CLOSED)) return;
    const sent = linux.sendto(this.fd, this.from, this.queued, MSG_NOSIGNAL, 0, 0);
    if (sent < 0 && sent !== -EAGAIN && sent !== -EINTR) {
      this.destroy(sent);
      return;
    }
    this.dequeue(max(sent, 0));
    if (this.queued === 0) return;
    // A short count says that there is no more room, as -EAGAIN does: epoll(7), question 9.
    if (sent === -EINTR) loop.putOff(this);
    else this.state |= BLOCKED;
    const timer = this.timer;
    if (this.state & LINGERING && timer !== null) timer.start(LINGER_MS);
  }

  /** Gives all back, tells the handler, and may be used again. */
  private release(): void {
    const timer = this.timer;
    if (timer !== null) timer.stop();
    this.hold(0, 0);
    this.dequeue(this.queued);
    this.onClose(this.error);
    const home = this.home;
    if (home !== null) home.put(this);
  }
}

class StreamTimer extends Timer {
  constructor(private readonly stream: Stream) {
    super();
  }

  override onTimer(): void {
    this.stream.timedOut();
  }
}

/** The closed streams of one class, to be used again. */
export class StreamPool {
  private first: Handler | null = null;

  constructor(private readonly make: () => Stream) {}

  take(): Stream {
    const first = this.first;
    if (first !== null) {
      this.first = first.next;
      first.next = null;
      return changetype<Stream>(first);
    }
    const stream = this.make();
    stream.home = this;
    return stream;
  }

  put(stream: Stream): void {
    stream.next = this.first;
    this.first = stream;
  }
}

let pools = new StaticArray<StreamPool | null>(64); // by class

/** The pool of the class `T`. */
export function poolOf<T extends Stream>(): StreamPool {
  const id = <i32>idof<T>();
  if (id >= pools.length) {
    const larger = new StaticArray<StreamPool | null>(id + 1);
    for (let i = 0; i < pools.length; i++) larger[i] = pools[i];
    pools = larger;
  }
  let pool = pools[id];
  if (pool === null) pools[id] = pool = new StreamPool((): Stream => instantiate<T>());
  return pool;
}
