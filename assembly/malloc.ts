// The guest's `malloc`, which the ABI wants: linking to WASI takes memory from it.
// First on asc's command line: behind the server, the stub runtime would hand out addresses near 0.

/** `size` bytes of memory, aligned to 16, that nobody else uses; makes no system call. */
export function malloc(size: i32): usize {
  return heap.alloc(size);
}
