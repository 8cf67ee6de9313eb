// Blocks of raw memory for input that waits and output that waits, in three sizes.
// A block is held only while bytes wait. Free ones are lists, linked in their first word.

export const BLOCK_SMALL: i32 = 1024;
export const BLOCK_MEDIUM: i32 = 8192;
export const BLOCK_LARGE: i32 = 65536;

/** The first free block of each size, at `size >> 13`: 0, 1 and 8. */
const free = new StaticArray<usize>(9);

/** The size of the smallest block that holds `bytes`. */
export function blockSize(bytes: i32): i32 {
  if (bytes <= BLOCK_SMALL) return BLOCK_SMALL;
  return bytes <= BLOCK_MEDIUM ? BLOCK_MEDIUM : BLOCK_LARGE;
}

/** A block of `size` bytes, one of the three. */
export function takeBlock(size: i32): usize {
  const block = unchecked(free[size >> 13]);
  if (block === 0) return heap.alloc(size);
  unchecked((free[size >> 13] = load<usize>(block)));
  return block;
}

/** Gives back a block of `size` bytes. */
export function freeBlock(block: usize, size: i32): void {
  store<usize>(block, unchecked(free[size >> 13]));
  unchecked((free[size >> 13] = block));
}
