// A little memory for what a call needs until it returns, and for what WASI writes its results to.

import { take } from "./blocks";

export const SCRATCH_BYTES: i32 = 1024;

let block: usize = 0;

/** SCRATCH_BYTES bytes, aligned to 16, that belong to whoever asks until the next call. */
export function scratch(): usize {
  if (block === 0) {
    block = take(SCRATCH_BYTES);
    if (block === 0) unreachable();
  }
  return block;
}
