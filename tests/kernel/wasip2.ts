// As much of WASI 0.2 as the kernel of assembly/kernel needs without a network, in one thread of
// Node: the guest and the kernel are instantiated side by side, with one memory, and no component
// tools come between.
//
//   node build/tests/kernel/wasip2.js KERNEL.wasm GUEST.wasm
//
// The exit status is the guest's; 134 after a trap.

import { readFileSync, writeSync } from "node:fs";

type Call = (...args: (number | bigint)[]) => number | bigint | undefined | void;
type Calls = Record<string, Call>;

interface GuestExports extends Calls {
  _start: () => void;
}

const [kernelPath, guestPath] = process.argv.slice(2) as [string, string];
const kernelModule = new WebAssembly.Module(readFileSync(kernelPath));
const guestModule = new WebAssembly.Module(readFileSync(guestPath));

/** What ends the guest, thrown through all of it. */
class Exit {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

const WAIT_MS_MAX = 60_000;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** When each pollable is ready: here, all are moments of the clock. */
const moments = new Map<number, bigint>();
let handles = 0;

let memory: WebAssembly.Memory;
let kernel: Calls;
const view = (): DataView => new DataView(memory.buffer);
const now = (): bigint => process.hrtime.bigint();

function store(result: number, words: readonly number[]): void {
  words.forEach((word, index) => view().setUint32(result + 4 * index, word, true));
}

/** Lowers a list of bytes or words: its address and its length go to `result`. */
function storeList(result: number, bytes: Uint8Array, align: number): void {
  const at = kernel["cabi_import_realloc"]!(0, 0, align, bytes.length) as number;
  new Uint8Array(memory.buffer).set(bytes, at);
  store(result, [at, bytes.length / align]);
}

function poll(list: number, count: number, result: number): void {
  const wanted = Array.from({ length: count }, (_, index) =>
    moments.get(view().getInt32(list + 4 * index, true))!,
  );
  const soonest = wanted.reduce((a, b) => (b < a ? b : a));
  const leftMs = Number(soonest - now()) / 1e6;
  if (leftMs > WAIT_MS_MAX) throw new Error("waits for ever");
  if (leftMs > 0) Atomics.wait(sleeper, 0, 0, leftMs);
  const ready = wanted.flatMap((moment, index) => (moment <= soonest ? [index] : []));
  storeList(result, new Uint8Array(Uint32Array.from(ready).buffer), 4);
}

function storeWallClock(result: number): void {
  const milliseconds = Date.now();
  view().setBigUint64(result, BigInt(Math.floor(milliseconds / 1000)), true);
  view().setUint32(result + 8, (milliseconds % 1000) * 1e6, true);
}

const WASI: Record<string, Calls> = {
  "wasi:clocks/monotonic-clock": {
    now,
    "subscribe-instant": (when) => {
      moments.set(++handles, BigInt.asUintN(64, when as bigint));
      return handles;
    },
  },
  "wasi:clocks/wall-clock": { now: (result) => storeWallClock(result as number) },
  "wasi:io/poll": {
    poll: (list, count, result) => poll(list as number, count as number, result as number),
    "[resource-drop]pollable": (handle) => void moments.delete(handle as number),
  },
  "wasi:io/streams": {
    "[method]output-stream.blocking-write-and-flush": (fd, at, bytes, result) => {
      writeSync(fd as number, new Uint8Array(memory.buffer, at as number, bytes as number));
      store(result as number, [0]);
    },
    // At its end.
    "[method]input-stream.read": (_stdin, _bytes, result) => store(result as number, [1, 1]),
  },
  "wasi:cli/stdin": { "get-stdin": () => 0 },
  "wasi:cli/stdout": { "get-stdout": () => 1 },
  "wasi:cli/stderr": { "get-stderr": () => 2 },
  "wasi:cli/exit": {
    "exit-with-code": (status) => {
      throw new Exit(status as number);
    },
  },
  "wasi:cli/environment": {
    "get-arguments": (result) => store(result as number, [0, 0]),
    "get-environment": (result) => store(result as number, [0, 0]),
  },
  "wasi:random/random": {
    "get-random-bytes": (bytes, result) =>
      storeList(result as number, crypto.getRandomValues(new Uint8Array(Number(bytes))), 1),
  },
};

/** Imports for all that a module asks for, each found when it is called. */
function importsOf(module: WebAssembly.Module, find: (from: string, name: string) => Call) {
  const imports: Record<string, Record<string, Call | WebAssembly.Memory>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const calls = (imports[from] ??= {});
    calls[name] = kind === "memory" ? memory : (...args) => find(from, name)(...args);
  }
  return imports;
}

function findForKernel(guest: Calls, from: string, name: string): Call {
  if (from === "__main_module__") return guest[name]!;
  const call = WASI[from.replace(/@.*/, "")]?.[name];
  if (call === undefined) throw new Error(`there is no ${from} ${name} here`);
  return call;
}

function main(): number {
  const linux = importsOf(guestModule, (_linux, name) => kernel[name]!);
  const guest = new WebAssembly.Instance(guestModule, linux);
  const exports = guest.exports as unknown as GuestExports;
  memory = guest.exports["memory"] as WebAssembly.Memory;
  const wasi = importsOf(kernelModule, (from, name) => findForKernel(exports, from, name));
  kernel = new WebAssembly.Instance(kernelModule, wasi).exports as unknown as Calls;
  try {
    exports._start();
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.status;
    process.stderr.write(`${(error as Error).stack}\n`);
    return 134;
  }
}

process.exitCode = main();
