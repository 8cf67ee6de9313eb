// Memory for the kernel's own objects: blocks of the guest's malloc, kept in lists by their size
// when they are free. The kernel must never grow the memory itself: the guest's allocator may take
// all that there is for its own.

import { malloc } from "./externals/guest";

/** Sizes are powers of two, and the list of 2^n is word n of the table. */
const TABLE_BYTES: i32 = 32 * 4;
const ALIGNMENT: usize = 16;
/** The smallest block. */
const BYTES_MIN: i32 = 16;

let table: usize = 0;

function sizeClass(bytes: i32): i32 {
  return 32 - clz(max(bytes, BYTES_MIN) - 1);
}

/** A new block, aligned to 16, or 0. */
function fresh(bytes: i32): usize {
  const at = malloc(bytes + <i32>ALIGNMENT);
  return at === 0 ? 0 : (at + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

/** A block of at least `bytes`, all of them 0; or 0 where the guest has no memory left. */
export function take(bytes: i32): usize {
  const block = takeDirty(bytes);
  if (block !== 0) memory.fill(block, 0, bytes);
  return block;
}

/** `take` for what is overwritten at once. */
export function takeDirty(bytes: i32): usize {
  if (table === 0) {
    table = fresh(TABLE_BYTES);
    if (table === 0) return 0;
    memory.fill(table, 0, TABLE_BYTES);
  }
  const index = sizeClass(bytes);
  const list = table + ((<usize>index) << 2);
  const block = load<usize>(list);
  if (block === 0) return fresh(1 << index);
  store<usize>(list, load<usize>(block));
  return block;
}

/** Takes back a block that `take(bytes)` gave. */
export function give(block: usize, bytes: i32): void {
  const list = table + ((<usize>sizeClass(bytes)) << 2);
  store<usize>(block, load<usize>(list));
  store<usize>(list, block);
}
