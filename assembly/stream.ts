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
/** How long a closed stream waits, after its FIN, for that of the peer. */
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

/** All output is gone, and no input is wanted. */
const LINGERED: u32 = OUTPUT_ENDED | LINGERING;
/** No input is to be handled now. */
const NOT_READY: u32 = CLOSED | LINGERING | PAUSED | DRAIN;

const OPTION: usize = memory.data(8, 4); // value, length
const SOCKADDR: usize = memory.data(32, 8);

/**
 * A connection. Subclass it; listen() and connect() make the objects, and use them again once they
 * are closed: reset your fields in onOpen, and forget the object in onClose.
 *
 * Handlers are called by the loop alone, never inside of one another. Names that begin with "_" are
 * the SDK's own, all others are yours.
 */
export abstract class Stream extends Buffered {
  /** Where the object goes when it is closed. */
  _home: StreamPool | null = null;

  private _state: u32 = CLOSED;
  private _error: i32 = 0;
  private _timer: StreamTimer | null = null;

  /** The connection is there. */
  onOpen(): void {}

  /**
   * Input has come. Result: how many bytes were used. The rest is offered again: at once, if some
   * were used; once there is room, if the output was full; else with what follows. Below zero:
   * destroy() with it. 64 KiB of which nothing is used end the stream with -EMSGSIZE.
   */
  abstract onData(data: Bytes): i32;

  /** Output that was full has gone out but for OUTPUT_BYTES_LOW: 56 KiB have room again. */
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
    const length = this._admit(bytes.length - from);
    if (length <= 0) return length;
    const start = bytes.ptr + from;
    const isOffering = (this._state & (OFFERING | BLOCKED)) === OFFERING;
    if (!isOffering || !this._borrow(start, length)) {
      memory.copy(this._reserve(length), start, length);
      this._queued += length;
    }
    this._wrote();
    return length;
  }

  /**
   * Takes `text` as UTF-8, all of it or nothing. Result: the bytes taken; 0 if there is no room
   * (onDrain tells); -EPIPE after end(); -EMSGSIZE if it is longer than the room after onDrain.
   */
  writeText(text: string): i32 {
    const length = String.UTF8.byteLength(text);
    if (length > OUTPUT_BYTES_MAX - OUTPUT_BYTES_LOW) return -EMSGSIZE;
    const admitted = this._admit(length);
    if (admitted < length) return min(admitted, 0);
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, this._reserve(length));
    this._queued += length;
    this._wrote();
    return length;
  }

  /** How many bytes write() would take. */
  get room(): i32 {
    return this._state & (CLOSED | ENDING) ? 0 : OUTPUT_BYTES_MAX - this._queued;
  }

  /** Whether it is time to return from onData; while not, 32 KiB of output still have room. */
  get full(): bool {
    return this._queued > OUTPUT_BYTES_HIGH;
  }

  /** Whether more input may be handled now: not full, paused or closing. */
  get ready(): bool {
    return !(this._state & NOT_READY);
  }

  /** Whether the connection is over. */
  get closed(): bool {
    return (this._state & CLOSED) !== 0;
  }

  /** No more input, until resume(). */
  pause(): void {
    this._state |= PAUSED;
  }

  /** Input again, and first of all what onData left unused. */
  resume(): void {
    if (this._state & CLOSED) return;
    this._state &= ~PAUSED;
    if (!(this._state & IN_TURN)) loop.putOff(this);
  }

  /** Half-close: FIN after the waiting output. Input goes on until the peer ends it too. */
  end(): void {
    if (this._state & CLOSED) return;
    this._state |= ENDING;
    if (!(this._state & IN_TURN)) loop.putOff(this);
  }

  /**
   * Sends what waits, then FIN; drops input until the peer has ended too, for LINGER_MS at most.
   * (Input left unread would make a reset of the FIN, and lose output.) timeout() is in force until
   * the output is gone: a peer that does not read would hold the stream for ever.
   */
  close(): void {
    if (this._state & (CLOSED | LINGERING)) return;
    this._state = (this._state & ~(PAUSED | OFFER_AGAIN)) | LINGERING;
    if (!(this._state & OFFERING)) this._hold(0, 0);
    if (this._state & OUTPUT_ENDED) this.timeout(LINGER_MS);
    this.end();
  }

  /** Ends the connection now; waiting output is lost, and the peer may see a reset. */
  destroy(error: i32 = 0): void {
    if (this._state & CLOSED) return;
    this._state = CLOSED;
    this._error = error;
    loop.close(this);
    loop.putOff(this);
  }

  /** Calls onTimeout in `ms` milliseconds, unless called again before; 0: not at all. */
  timeout(ms: i32): void {
    if (this._state & CLOSED) return;
    let timer = this._timer;
    if (timer === null) this._timer = timer = new StreamTimer(this);
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
  _begin(fd: i32, connecting: bool): i32 {
    const error = loop.add(this, fd, EVENTS);
    if (error < 0) linux.close(fd);
    else this._state = connecting ? CONNECTING | BLOCKED : 0;
    return error;
  }

  /** For what makes connections: this one could not be made. */
  _refuse(error: i32): void {
    this._error = error;
    loop.putOff(this);
  }

  override onEvents(events: u32): void {
    let state = this._state;
    if (events & ~EPOLLOUT) state |= READABLE;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) state |= READ_ON;
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) state &= ~BLOCKED;
    this._state = state;
    if ((state & (CONNECTING | BLOCKED)) === CONNECTING) this._connected();
    this._proceed();
  }

  override onPutOff(): void {
    if (this._state & CLOSED) this._release();
    else this._proceed();
  }

  /** For its timer. */
  _timedOut(): void {
    if (this._state & CLOSED) return;
    if ((this._state & LINGERED) === LINGERED) this.destroy();
    else this.onTimeout();
  }

  private _connected(): void {
    store<u64>(OPTION, (<u64>4) << 32);
    linux.getsockopt(this.fd, SOL_SOCKET, SO_ERROR, OPTION, OPTION + 4);
    const error = load<i32>(OPTION);
    this._state &= ~CONNECTING;
    if (error === 0) this.onOpen();
    else this.destroy(-error);
  }

  /** A turn: output, input, ends. */
  private _proceed(): void {
    this._state |= IN_TURN;
    this._flush();
    let steps = 0;
    while (steps < STEPS_PER_TURN && this._step()) steps++;
    if (steps === STEPS_PER_TURN) loop.putOff(this);
    if (this._state & ENDING && this._queued === 0) this._endOutput();
    this._state &= ~IN_TURN;
  }

  /** The next thing to do in a turn; false: there is nothing. */
  private _step(): bool {
    const state = this._state;
    if (state & (CLOSED | CONNECTING)) return false;
    if (state & DRAIN) return this._drain();
    if (state & PAUSED) return false;
    if (state & OFFER_AGAIN) this._offerAgain();
    else if (state & READABLE) this._read();
    else if ((state & (INPUT_ENDED | END_TOLD)) === INPUT_ENDED) this._endInput();
    else return false;
    return true;
  }

  private _drain(): bool {
    if (this._queued > OUTPUT_BYTES_LOW) return false;
    this._state &= ~DRAIN;
    if (!(this._state & ENDING)) this.onDrain();
    this._flush();
    return true;
  }

  private _read(): void {
    const held = this._held;
    const start = this._heldInPlace();
    const room = INPUT_BYTES_MAX - held;
    const got = linux.recvfrom(this.fd, start + held, room, 0, 0, 0);
    if (got > 0) {
      if (got < room && !(this._state & READ_ON)) this._state &= ~READABLE;
      if (!(this._state & LINGERING)) this._offer(start, held + got);
    } else if (got === 0) {
      this._state = (this._state & ~READABLE) | INPUT_ENDED;
    } else if (got === -EAGAIN) {
      this._state &= ~READABLE;
    } else if (got !== -EINTR) {
      this.destroy(got);
    }
  }

  private _offerAgain(): void {
    this._state &= ~OFFER_AGAIN;
    this._offer(this._heldInPlace(), this._held);
  }

  private _offer(start: usize, length: i32): void {
    let used = 0;
    let result = 0;
    this._state |= OFFERING;
    do {
      result = this.onData(this._offered(start + used, length - used));
      assert(result <= length - used, "onData: used more than it was given");
      used += max(result, 0);
    } while (result > 0 && used < length && !(this._state & NOT_READY));
    const stopped = (this._state & (DRAIN | PAUSED)) !== 0;
    this._state &= ~OFFERING;
    this._flush();
    if (this._state & CLOSED) return;
    const rest = this._state & LINGERING ? 0 : length - used;
    this._hold(start + used, rest);
    if (rest === 0) return;
    if (result < 0) this.destroy(result);
    else if (stopped) this._state |= OFFER_AGAIN;
    else if (rest === INPUT_BYTES_MAX) this.destroy(-EMSGSIZE);
  }

  /** All input was offered, and the last of it is FIN. */
  private _endInput(): void {
    this._state |= END_TOLD;
    this._hold(0, 0);
    if (!(this._state & LINGERING)) this.onEnd();
    this._flush();
  }

  /** All output is gone, and the last of it is to be FIN. */
  private _endOutput(): void {
    if (this._state & (CONNECTING | CLOSED)) return;
    if (this._state & END_TOLD) {
      this.destroy();
    } else if (!(this._state & OUTPUT_ENDED)) {
      const error = linux.shutdown(this.fd, SHUT_WR);
      this._state |= OUTPUT_ENDED;
      if (error < 0) this.destroy(error);
      else if (this._state & LINGERING) this.timeout(LINGER_MS);
    }
  }

  /** Of `length` bytes of output, how many may be taken; or -EPIPE. */
  private _admit(length: i32): i32 {
    if (this._state & (CLOSED | ENDING)) return -EPIPE;
    const room = OUTPUT_BYTES_MAX - this._queued;
    if (length <= room) return length;
    this._state |= DRAIN;
    return room;
  }

  private _wrote(): void {
    if (this.full) this._state |= DRAIN;
    if (!(this._state & IN_TURN)) loop.putOff(this);
  }

  /** Sends what waits, as far as the kernel takes it. */
  private _flush(): void {
    if (this._queued === 0 || this._state & (BLOCKED | CLOSED)) return;
    const sent = linux.sendto(this.fd, this._from, this._queued, MSG_NOSIGNAL, 0, 0);
    if (sent < 0 && sent !== -EAGAIN && sent !== -EINTR) {
      this.destroy(sent);
      return;
    }
    this._dequeue(max(sent, 0));
    if (this._queued === 0) return;
    // A short count says that there is no more room, as -EAGAIN does: epoll(7), question 9.
    if (sent === -EINTR) loop.putOff(this);
    else this._state |= BLOCKED;
  }

  /** Gives all back, tells the handler, and may be used again. */
  private _release(): void {
    const timer = this._timer;
    if (timer !== null) timer.stop();
    this._hold(0, 0);
    this._dequeue(this._queued);
    this.onClose(this._error);
    const home = this._home;
    if (home !== null) home.put(this);
  }
}

class StreamTimer extends Timer {
  constructor(private readonly stream: Stream) {
    super();
  }

  override onTimer(): void {
    this.stream._timedOut();
  }
}

/** The closed streams of one class, to be used again. */
export class StreamPool {
  private first: Handler | null = null;

  constructor(private readonly make: () => Stream) {}

  take(): Stream {
    const first = this.first;
    if (first !== null) {
      this.first = first._next;
      first._next = null;
      return changetype<Stream>(first);
    }
    const stream = this.make();
    stream._home = this;
    return stream;
  }

  put(stream: Stream): void {
    stream._next = this.first;
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
