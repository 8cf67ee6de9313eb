// The adapter for WASI 0.2: the calls of the `linux` ABI as exports, and `run`, which runs a guest.

import { start } from "./externals/guest";

export { cabi_import_realloc } from "./landing";
export * from "./calls";

/** wasi:cli/run@0.2.12#run: 0 is ok. */
export function run(): i32 {
  start();
  return 0;
}
