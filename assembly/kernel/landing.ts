// Where what WASI returns lands: a list's bytes go where this says.

import { takeDirty } from "./blocks";

let place: usize = 0;
let room: usize = 0;

/** The next list of at most `bytes` bytes goes to `at`; 0, 0 afterwards: to blocks of its own. */
export function landAt(at: usize, bytes: usize): void {
  place = at;
  room = bytes;
}

/** What the component calls for memory that a result needs: the canonical ABI's realloc. */
export function cabi_import_realloc(
  old: usize,
  oldBytes: usize,
  align: usize,
  bytes: usize,
): usize {
  if (old === 0 && place !== 0 && bytes <= room) {
    const at = (place + align - 1) & ~(align - 1);
    room -= at + bytes - place;
    place = at + bytes;
    return at;
  }
  const at = takeDirty(<i32>bytes);
  if (at === 0) unreachable();
  if (old !== 0) memory.copy(at, old, oldBytes);
  return at;
}
