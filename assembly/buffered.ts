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
  protected held: i32 = 0;
  /** Where the output that waits begins. */
  protected from: usize = 0;
  /** Bytes of output that wait. */
  protected queued: i32 = 0;

  private input: usize = 0; // block with the held input; 0: none
  private output: usize = 0; // block with the queued output; 0: none, or it is borrowed
  private outputSize: i32 = 0; // of that block

  /** Where the held input is, with room behind it for the rest of INPUT_BYTES_MAX. */
  protected heldInPlace(): usize {
    if (this.held > BLOCK_MEDIUM) return this.input;
    if (this.held > 0) memory.copy(READ_BUFFER, this.input, this.held);
    return READ_BUFFER;
  }

  /** Holds the `rest` bytes at `start`, and nothing else. */
  protected hold(start: usize, rest: i32): void {
    if (rest === 0 && this.held === 0) return;
    const sizeBefore = this.held > 0 ? blockSize(this.held) : 0;
    const size = rest > 0 ? blockSize(rest) : 0;
    const before = this.input;
    if (size !== sizeBefore) this.input = size > 0 ? takeBlock(size) : 0;
    if (rest > 0 && this.input !== start) memory.copy(this.input, start, rest);
    if (size !== sizeBefore && before !== 0) freeBlock(before, sizeBefore);
    this.held = rest;
  }

  /** The view of what is offered to onData: `length` bytes at `start`. */
  protected offered(start: usize, length: i32): Bytes {
    offeredFrom = start;
    offeredTo = start + length;
    return OFFERED.set(start, length);
  }

  /**
   * Queues `length` bytes at `start` where they are, if that is in what is offered, behind what is
   * queued there already. Saves a server that answers with its input the copy. Whether it could.
   */
  protected borrow(start: usize, length: i32): bool {
    if (start < offeredFrom || start + length > offeredTo) return false;
    if (this.queued === 0) this.from = start;
    else if (this.output !== 0 || start !== this.from + this.queued) return false;
    this.queued += length;
    return true;
  }

  /** Room for `length` bytes behind the queued output, all of which is now in a block. */
  protected reserve(length: i32): usize {
    const needed = this.queued + length;
    if (this.output === 0 || <u32>(this.from - this.output) + needed > <u32>this.outputSize) {
      const size = blockSize(needed);
      const before = this.output;
      if (size !== this.outputSize) this.output = takeBlock(size);
      memory.copy(this.output, this.from, this.queued);
      if (size !== this.outputSize && before !== 0) freeBlock(before, this.outputSize);
      this.outputSize = size;
      this.from = this.output;
    }
    return this.from + this.queued;
  }

  /** The first `sent` bytes of the queued output are gone. */
  protected dequeue(sent: i32): void {
    this.from += sent;
    this.queued -= sent;
    if (this.queued > 0) {
      this.reserve(0);
      return;
    }
    if (this.output !== 0) freeBlock(this.output, this.outputSize);
    this.output = 0;
    this.outputSize = 0;
  }
}
