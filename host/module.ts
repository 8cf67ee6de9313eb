// What a WebAssembly file must be to become a guest; all of it is checked before anything runs.

import { setFlagsFromString } from "node:v8";
import { ErrorCodes, ModuleError, printable, quote } from "./errors.ts";
import {
  EXTERNREF,
  FUNCREF,
  I32,
  KIND_FUNCTION,
  KIND_MEMORY,
  KIND_NAMES,
  NAME_BYTES_MAX,
  PAGES_MAX,
  readModule,
  withMemoryMaximum,
} from "./wasm.ts";
import type { Import, ModuleInterface, Signature } from "./wasm.ts";

/** The imports of the `linux` module: names, with their parameters. */
type Abi = Readonly<Record<string, readonly string[]>>;

const LINUX = "linux";
const WASI = "wasi_snapshot_preview1";

/** Of all tables together; also what V8 lets one grow to. An entry takes about 8 bytes. */
const TABLE_ENTRIES_MAX = 10_000_000;

/** Of a function, a block or an exception. Each branch out of a block with a thousand results takes
 * a thousand steps to compile, and an exception with a thousand values 16 KB of V8's heap. */
const VALUES_MAX = 128;

/** How many imports one message lists. */
const LISTED_MAX = 8;

const NO_SIGNATURE: Signature = { params: [], results: [] };
const START = { name: "_start", signature: NO_SIGNATURE };
const MALLOC = { name: "malloc", signature: { params: [I32], results: [I32] } };
const SIGNAL = { name: "__signal", signature: { params: [I32, I32], results: [] } };
const INITIALIZE = { name: "_initialize", signature: NO_SIGNATURE };

/** A module that may run, and which of the optional exports it has. */
export interface InspectedModule {
  readonly module: WebAssembly.Module;
  /** How far its code has moved from where it is in the file, in bytes. */
  readonly codeShift: number;
  /** Where its code begins in the file. */
  readonly codeOffset: number;
  readonly hasMalloc: boolean;
  readonly hasSignal: boolean;
  readonly hasInitialize: boolean;
}

/**
 * Checks and compiles a guest. Synchronous: a server of 50 KB takes about 3 ms, and an
 * asynchronous compilation came out slower.
 *
 * @param abi what may be imported from `linux`.
 * @param name what messages call the module.
 * @param pagesMax what its memory may grow to.
 * @throws ModuleError why it cannot be a guest.
 */
export function inspectModule(
  bytes: Uint8Array,
  abi: Abi,
  name = "the module",
  pagesMax = PAGES_MAX,
): InspectedModule {
  const shownName = printable(name);
  const fail: Fail = (code, problem) => {
    throw new ModuleError(ErrorCodes[code], `${shownName} ${problem}`);
  };
  checkHeader(bytes, fail);
  const shape = readModule(bytes);
  if (shape === undefined) {
    // V8 knows best what is wrong; if it finds nothing, the module is newer than our reader.
    compile(bytes, fail);
    return fail("invalidWasm", "uses a WebAssembly feature that is not supported here");
  }
  checkMemories(shape, pagesMax, fail);
  checkHeap(shape, fail);
  const limited = withMemoryMaximum(bytes, shape, pagesMax);
  const module = compile(limited.bytes, fail);
  checkImports(shape.imports, abi, fail);
  if (shape.exports.get("memory")?.kind !== KIND_MEMORY) {
    fail("moduleExport", 'exports no memory named "memory"');
  }
  if (!exportsFunction(shape, START, fail)) {
    fail("moduleExport", "exports no _start; build it as a program (asc: --exportStart _start)");
  }
  return {
    module,
    codeShift: limited.shift,
    codeOffset: shape.codeOffset,
    hasMalloc: exportsFunction(shape, MALLOC, fail),
    hasSignal: exportsFunction(shape, SIGNAL, fail),
    hasInitialize: exportsFunction(shape, INITIALIZE, fail),
  };
}

type Fail = (code: keyof typeof ErrorCodes, problem: string) => never;

function checkHeader(bytes: Uint8Array, fail: Fail): void {
  if (bytes.length === 0) fail("notWasm", "is empty");
  const header = Buffer.from(bytes.subarray(0, 8)).toString("latin1");
  if (header === "\0asm\x01\0\0\0") return;
  if (header === "\0asm\x0d\0\x01\0") {
    fail("notWasm", "is a component, not a core module; only core modules run here");
  }
  if (header.length === 8 && header.startsWith("\0asm")) {
    const version = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
    fail("notWasm", `is WebAssembly of version ${version}; only version 1 runs here`);
  }
  if (isText(bytes)) {
    fail("notWasm", "looks like WebAssembly text; assemble it first (wat2wasm, wasm-as)");
  }
  fail("notWasm", "is not WebAssembly");
}

/** Whether the first thing after white space and comments is an opening `(module`. */
function isText(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.subarray(0, 4096)).toString("latin1");
  return /^(?:\xef\xbb\xbf)?(?:\s|;;.*\n|\(;[^;]*;\))*\(\s*(?:module|component)\b/.test(text);
}

/**
 * Compiles all functions now and with V8's tiers fixed. With dynamic tiering V8 looks for
 * interrupts too rarely in some loops to be ended by terminate(), and a function that is compiled
 * later would have it. The flags are of the process; while they are set, Node's own code cache does
 * not fit, and a worker that is started then takes 50 ms more.
 */
function compile(bytes: Uint8Array, fail: Fail): WebAssembly.Module {
  setFlagsFromString("--no-wasm-dynamic-tiering");
  setFlagsFromString("--no-wasm-lazy-compilation");
  try {
    return new WebAssembly.Module(bytes as BufferSource);
  } catch (error) {
    const reason = String((error as Error).message).replace(/^WebAssembly\.Module\(\): /, "");
    return fail("invalidWasm", `is not valid WebAssembly: ${printable(reason)}`);
  } finally {
    setFlagsFromString("--wasm-lazy-compilation");
    setFlagsFromString("--wasm-dynamic-tiering");
  }
}

function checkMemories({ memories }: ModuleInterface, pagesMax: number, fail: Fail): void {
  if (memories.length > 1) fail("moduleMemory", "has several memories; a guest has one");
  for (const memory of memories) {
    if (memory.isShared) fail("moduleMemory", "has a shared memory; a guest has no threads");
    if (memory.is64) fail("moduleMemory", "has a 64-bit memory; build it for wasm32");
    if (memory.hasPageSize) fail("moduleMemory", "has a memory with a page size of its own");
    if (memory.initial > pagesMax) {
      const problem = `begins with ${memory.initial} pages of 64 KiB, and may have ${pagesMax}`;
      fail("moduleMemory", `${problem}; raise --max-memory (memoryBytesMax)`);
    }
  }
}

/** What lives in V8's heap has to have a bound: a heap that is full ends the whole process. */
function checkHeap(shape: ModuleInterface, fail: Fail): void {
  const { hasObjects, longestName, tables, valuesMax } = shape;
  if (longestName > NAME_BYTES_MAX) {
    fail("moduleHeap", `has a name of ${longestName} bytes; ${NAME_BYTES_MAX} may be`);
  }
  if (hasObjects) fail("moduleHeap", "uses structs or arrays; a guest's data is in its memory");
  if (valuesMax > VALUES_MAX) {
    fail("moduleHeap", `has a type with ${valuesMax} parameters or results; ${VALUES_MAX} may be`);
  }
  for (const { type, is64 } of tables) {
    const isPlain = (type === FUNCREF || type === EXTERNREF) && !is64;
    if (!isPlain) fail("moduleHeap", "has a table of something else than functions");
  }
  const entries = tables.map(({ maximum }) => Math.min(maximum ?? Infinity, TABLE_ENTRIES_MAX));
  if (entries.reduce((sum, count) => sum + count, 0) > TABLE_ENTRIES_MAX) {
    fail("moduleHeap", `has tables that can grow to more than ${TABLE_ENTRIES_MAX} entries`);
  }
}

function checkImports(imports: readonly Import[], abi: Abi, fail: Fail): void {
  const notFunctions = imports.filter(({ kind }) => kind !== KIND_FUNCTION);
  if (notFunctions.length > 0) {
    const shown = list(
      notFunctions,
      (found) => `the ${KIND_NAMES[found.kind]} ${importName(found)}`,
    );
    fail("moduleImport", `imports ${shown}; a guest imports functions only`);
  }
  const foreign = imports.filter(({ module }) => module !== LINUX && module !== WASI);
  if (foreign.length > 0) {
    const isAbort = foreign.some(({ module, name }) => module === "env" && name === "abort");
    const hint = isAbort ? " (asc: --use abort=)" : "";
    const shown = list(foreign, importName);
    fail("moduleImport", `imports ${shown}; a guest imports from ${LINUX} and ${WASI} only${hint}`);
  }
  const calls = imports.filter(({ module }) => module === LINUX);
  const unknown = calls.filter(({ name }) => !Object.hasOwn(abi, name));
  if (unknown.length > 0) {
    fail("moduleImport", `imports ${list(unknown, importName)}, which this host does not have`);
  }
  for (const call of calls) checkCall(call, abi[call.name]?.length ?? 0, fail);
  for (const call of imports.filter(({ module }) => module === WASI)) checkWasi(call, fail);
}

/** All names of WASI link, whatever they take, but what they answer is an i32, or nothing. */
function checkWasi(call: Import, fail: Fail): void {
  const found = call.signature ?? NO_SIGNATURE;
  const answers = found.results.length === 0 || isSame(found.results, [I32]);
  if (answers && !found.params.some((type) => NO_VALUES.has(type))) return;
  fail("moduleImport", `imports ${importName(call)} as ${formatSignature(found)}`);
}

function checkCall(call: Import, arity: number, fail: Fail): void {
  const expected = { params: Array.from({ length: arity }, () => I32), results: [I32] };
  const found = call.signature ?? NO_SIGNATURE;
  if (isEqual(found, expected)) return;
  const problem = `${formatSignature(found)}; it is ${formatSignature(expected)}`;
  fail("moduleImport", `imports ${importName(call)} as ${problem}`);
}

function importName({ module, name }: Import): string {
  const full = `${module}.${name}`;
  return /^[\w.]{1,64}$/.test(full) ? full : quote(full, 64);
}

/** Up to LISTED_MAX different things in one line. */
function list<T>(things: readonly T[], show: (thing: T) => string): string {
  const shown = [...new Set(things.map(show))];
  const more = shown.length - LISTED_MAX;
  return shown.slice(0, LISTED_MAX).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Whether that export is there; it must then be a function of that signature. */
function exportsFunction(
  { exports }: ModuleInterface,
  { name, signature }: { name: string; signature: Signature },
  fail: Fail,
): boolean {
  const found = exports.get(name);
  if (found === undefined) return false;
  if (found.signature !== undefined && isEqual(found.signature, signature)) return true;
  const kind = found.signature ? formatSignature(found.signature) : `a ${KIND_NAMES[found.kind]}`;
  return fail("moduleExport", `exports ${name} as ${kind}; it is ${formatSignature(signature)}`);
}

function isEqual(one: Signature, other: Signature): boolean {
  return isSame(one.params, other.params) && isSame(one.results, other.results);
}

function isSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((type, index) => type === others[index]);
}

/** Value types that are no values in JavaScript: v128, exnref, nullexnref. */
const NO_VALUES: ReadonlySet<number> = new Set([0x7b, 0x69, 0x74]);

const TYPE_NAMES: Record<number, string> = {
  0x7b: "v128",
  0x7c: "f64",
  0x7d: "f32",
  0x7e: "i64",
  [I32]: "i32",
};

/** `(i32, i64) -> i32`; the types that no call has are all `ref`. */
function formatSignature({ params, results }: Signature): string {
  const right = results.length === 1 ? formatTypes(results) : `(${formatTypes(results)})`;
  return `(${formatTypes(params)}) -> ${right}`;
}

function formatTypes(types: readonly number[]): string {
  const names = types.slice(0, LISTED_MAX).map((type) => TYPE_NAMES[type] ?? "ref");
  return (types.length > LISTED_MAX ? [...names, "..."] : names).join(", ");
}
