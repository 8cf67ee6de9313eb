// The guest twin of ../crossing.c: writes 8 bytes to an eventfd, the smallest call that does work.
// Prints a line for each batch: calls, nanoseconds.
//
// With an argument it writes to a number that is not open: the addon answers by itself, and what is
// left is the path from WebAssembly to the addon and back.

import { clock_gettime, cmdline, eventfd2, exit_group, write } from "../../assembly/linux";

const CALLS = 2_000;
const BATCHES = 500;
const STDOUT = 1;
const CLOCK_MONOTONIC = 1;
const EFD_NONBLOCK = 2048;
const NOT_OPEN = 99;
const EBADF = 9;
const NAME_BYTES = 14; // "crossing.wasm" and its NUL

const ONE = memory.data<u64>([1]);
const TIME = memory.data(16, 8);

function now(): i64 {
  clock_gettime(CLOCK_MONOTONIC, TIME);
  return load<i64>(TIME) * 1_000_000_000 + load<i32>(TIME, 8);
}

function print(line: string): void {
  const bytes = String.UTF8.encode(line);
  write(STDOUT, changetype<usize>(bytes), bytes.byteLength);
}

const entersKernel = cmdline(0, 0) === NAME_BYTES;
const fd = entersKernel ? eventfd2(0, EFD_NONBLOCK) : NOT_OPEN;
const expected = entersKernel ? 8 : -EBADF;
if (fd < 0) exit_group(1);
for (let batch = 0; batch < BATCHES; batch++) {
  const began = now();
  for (let i = 0; i < CALLS; i++) {
    if (write(fd, ONE, 8) !== expected) exit_group(1);
  }
  print(`${CALLS} ${now() - began}\n`);
}
