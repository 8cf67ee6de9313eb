// The bytes of a connection that wait: input that needs more, output that needs room.
// Memory only: knows no descriptor, no state of the connection, and calls nobody.

import { Bytes } from "./bytes";
import { Handler } from "./loop";
import { BLOCK_LARGE, BLOCK_MEDIUM, blockSize, freeBlock, takeBlock } from "./pool";

/** Bytes of unused input that a stream holds at most. */
export const INPUT_BYTES_MAX: i32 = BLOCK_LARGE;
/** Bytes of waiting output that a stream holds at most. */
export const OUTPUT_BYTES_MAX: i32 = BLOCK_LARGE;

/** Where all streams read, unless much of their own input waits. */
const READ_BUFFER: usize = heap.alloc(INPUT_BYTES_MAX);
const OFFERED: Bytes = new Bytes();
let offeredFrom: usize = 0;
let offeredTo: usize = 0;

/** A handler with input and output, in blocks that it has only while bytes wait. */
export abstract class Buffered extends Handler {
  /** Bytes of input that wait. */
  protected _held: i32 = 0;
  /** Where the output that waits begins. */
  protected _from: usize = 0;
  /** Bytes of output that wait. */
  protected _queued: i32 = 0;

  private _input: usize = 0; // block with the held input; 0: none
  private _output: usize = 0; // block with the queued output; 0: none, or it is borrowed
  private _outputSize: i32 = 0; // of that block

  /** Where the held input is, with room behind it for the rest of INPUT_BYTES_MAX. */
  protected _heldInPlace(): usize {
    if (this._held > BLOCK_MEDIUM) return this._input;
    if (this._held > 0) memory.copy(READ_BUFFER, this._input, this._held);
    return READ_BUFFER;
  }

  /** Holds the `rest` bytes at `start`, and nothing else. */
  protected _hold(start: usize, rest: i32): void {
    if (rest === 0 && this._held === 0) return;
    const sizeBefore = this._held > 0 ? blockSize(this._held) : 0;
    const size = rest > 0 ? blockSize(rest) : 0;
    const before = this._input;
    if (size !== sizeBefore) this._input = size > 0 ? takeBlock(size) : 0;
    if (rest > 0 && this._input !== start) memory.copy(this._input, start, rest);
    if (size !== sizeBefore && before !== 0) freeBlock(before, sizeBefore);
    this._held = rest;
  }

  /** The view of what is offered to onData: `length` bytes at `start`. */
  protected _offered(start: usize, length: i32): Bytes {
    offeredFrom = start;
    offeredTo = start + length;
    return OFFERED.set(start, length);
  }

  /**
   * Queues `length` bytes at `start` where they are, if that is in what is offered, behind what is
   * queued there already. Saves a server that answers with its input the copy. Whether it could.
   */
  protected _borrow(start: usize, length: i32): bool {
    if (start < offeredFrom || start + length > offeredTo) return false;
    if (this._queued === 0) this._from = start;
    else if (this._output !== 0 || start !== this._from + this._queued) return false;
    this._queued += length;
    return true;
  }

  /** Room for `length` bytes behind the queued output, all of which is now in a block. */
  protected _reserve(length: i32): usize {
    const needed = this._queued + length;
    if (this._output === 0 || <u32>(this._from - this._output) + needed > <u32>this._outputSize) {
      const size = blockSize(needed);
      const before = this._output;
      if (size !== this._outputSize) this._output = takeBlock(size);
      memory.copy(this._output, this._from, this._queued);
      if (size !== this._outputSize && before !== 0) freeBlock(before, this._outputSize);
      this._outputSize = size;
      this._from = this._output;
    }
    return this._from + this._queued;
  }

  /** The first `sent` bytes of the queued output are gone. */
  protected _dequeue(sent: i32): void {
    this._from += sent;
    this._queued -= sent;
    if (this._queued > 0) {
      this._reserve(0);
      return;
    }
    if (this._output !== 0) freeBlock(this._output, this._outputSize);
    this._output = 0;
    this._outputSize = 0;
  }
}
