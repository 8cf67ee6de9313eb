// The guest's memory as system calls see it: ranges that are checked, and vectors of them.

import { EFAULT, EINVAL } from "../errno";
import { Iovec } from "../structs";
import { TRANSFER_MAX } from "./numbers";

/** UIO_MAXIOV */
const VECTOR_MAX: i32 = 1024;

/** Whether a range lies in memory. An empty one may be anywhere. */
export function reachable(at: usize, bytes: u32): bool {
  if (bytes === 0) return true;
  return at !== 0 && <u64>at + <u64>bytes <= (<u64>memory.size()) << 16;
}

/** Whether `count` ranges of `bytes` each lie in memory, one behind the other. */
export function reachableArray(at: usize, count: u32, bytes: u32): bool {
  const all = <u64>count * bytes;
  if (all === 0) return true;
  return at !== 0 && <u64>at + all <= (<u64>memory.size()) << 16;
}

/** The bytes of a vector, at most as much as one call moves; or -EINVAL, -EFAULT. */
export function vectorBytes(iov: usize, count: i32): i32 {
  if (<u32>count > <u32>VECTOR_MAX) return -EINVAL;
  if (!reachableArray(iov, count, offsetof<Iovec>())) return -EFAULT;
  let sum: u64 = 0;
  for (let i = 0; i < count; i++) {
    const part = changetype<Iovec>(iov + <usize>i * offsetof<Iovec>());
    if (<i32>part.len < 0) return -EINVAL;
    if (!reachable(part.base, part.len)) return -EFAULT;
    sum += part.len;
  }
  return <i32>min(sum, TRANSFER_MAX);
}

/** Copies to a vector's parts, from `skip` bytes behind its beginning. */
export function scatter(iov: usize, skip: u32, from: usize, bytes: u32): void {
  while (bytes > 0) {
    const part = changetype<Iovec>(iov);
    if (skip < part.len) {
      const step = min(part.len - skip, bytes);
      memory.copy(part.base + skip, from, step);
      from += step;
      bytes -= step;
      skip = 0;
    } else {
      skip -= part.len;
    }
    iov += offsetof<Iovec>();
  }
}

/** Copies from a vector's parts, from `skip` bytes behind its beginning. */
export function gather(iov: usize, skip: u32, to: usize, bytes: u32): void {
  while (bytes > 0) {
    const part = changetype<Iovec>(iov);
    if (skip < part.len) {
      const step = min(part.len - skip, bytes);
      memory.copy(to, part.base + skip, step);
      to += step;
      bytes -= step;
      skip = 0;
    } else {
      skip -= part.len;
    }
    iov += offsetof<Iovec>();
  }
}
