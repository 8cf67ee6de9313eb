// How the trace shows the arguments of a call: one Kind for each sort of argument.
// The memory is the guest's and may hold anything: what is not inside is shown as an address.

import { quote } from "../errors.ts";
import {
  ACCESS_MODES,
  DESCRIPTOR_FLAGS,
  EPOLL_EVENTS,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  type Names,
  POLL_EVENTS,
  SIGNALS,
  STATUS_FLAGS,
} from "./names.ts";

/** How much of a buffer, and how many elements of an array, are shown. */
const DATA_BYTES_MAX = 32;
const ELEMENTS_MAX = 16;

/** A call that is being traced. */
export interface Call {
  readonly args: readonly number[];
  /** The guest's memory as it is now. */
  readonly memory: () => DataView;
}

/** Shows what a successful call has left in memory; `result` is the call's. */
type ShowOutput = (result: number) => string;

/**
 * Shows one argument. Called before the call, it gives the text, or a function that gives it
 * afterwards, or undefined where the call does not look at the argument.
 */
export type Kind = (value: number, call: Call, at: number) => string | ShowOutput | undefined;

// Plain values

export const int: Kind = (value) => String(value | 0);
export const uint: Kind = (value) => String(value >>> 0);
export const fd = int;

/** An address in the guest's memory. */
export function address(value: number): string {
  return value === 0 ? "NULL" : `0x${(value >>> 0).toString(16)}`;
}

export function one(names: Names): Kind {
  return (value) => nameOf(names, value);
}

export function flags(names: Names): Kind {
  return (value) => flagNames(names, value);
}

export function nameOf(names: Names, value: number): string {
  return names.get(value | 0) ?? String(value | 0);
}

/** `A|B|0x40`, the unknown bits last. */
export function flagNames(names: Names, value: number): string {
  let rest = value >>> 0;
  const found: string[] = [];
  for (const [bits, name] of names) {
    if ((rest & bits) >>> 0 !== bits) continue;
    found.push(name);
    rest = (rest & ~bits) >>> 0;
  }
  if (rest !== 0 || found.length === 0) found.push(rest === 0 ? "0" : `0x${rest.toString(16)}`);
  return found.join("|");
}

export const signal: Kind = (value) => nameOf(SIGNALS, value);

/** O_RDWR|O_NONBLOCK, as F_GETFL gives it. */
export function statusFlags(value: number): string {
  const mode = nameOf(ACCESS_MODES, value & 3);
  return value & ~3 ? `${mode}|${flagNames(STATUS_FLAGS, value & ~3)}` : mode;
}

export const fcntlArgument: Kind = (value, { args }) => {
  const command = args[1];
  if (command === F_SETFL) return statusFlags(value);
  if (command === F_SETFD) return flagNames(DESCRIPTOR_FLAGS, value);
  return command === F_GETFD || command === F_GETFL ? undefined : String(value | 0);
};

// Structures in memory

/** Of a fixed size; `show` is called with an offset that is inside. */
export interface Struct {
  readonly bytes: number;
  readonly show: (memory: DataView, at: number) => string;
}

export const I32: Struct = { bytes: 4, show: (memory, at) => String(memory.getInt32(at, true)) };
const U32: Struct = { bytes: 4, show: (memory, at) => String(memory.getUint32(at, true)) };
const I64: Struct = { bytes: 8, show: (memory, at) => String(memory.getBigInt64(at, true)) };

/** `[5]`, `[5, 6]`. */
function listOf(count: number, { bytes, show }: Struct): Struct {
  const offsets = Array.from({ length: count }, (_, index) => index * bytes);
  return {
    bytes: count * bytes,
    show: (memory, at) => `[${offsets.map((offset) => show(memory, at + offset)).join(", ")}]`,
  };
}

/** `{name=…, name=…}`, each with its offset. */
export function record(
  bytes: number,
  fields: Readonly<Record<string, [at: number, struct: Struct]>>,
): Struct {
  const entries = Object.entries(fields);
  return {
    bytes,
    show: (memory, at) => {
      const shown = entries.map(
        ([name, [offset, { show }]]) => `${name}=${show(memory, at + offset)}`,
      );
      return `{${shown.join(", ")}}`;
    },
  };
}

export const NUMBER = listOf(1, I32);
export const DESCRIPTOR_PAIR = listOf(2, I32);
export const TIMESPEC = record(16, { tv_sec: [0, I64], tv_nsec: [8, I32] });
export const ITIMERSPEC = record(32, { it_interval: [0, TIMESPEC], it_value: [16, TIMESPEC] });
export const TIMEVAL = record(16, { tv_sec: [0, I64], tv_usec: [8, I64] });
export const ITIMERVAL = record(32, { it_interval: [0, TIMEVAL], it_value: [16, TIMEVAL] });

export const EPOLL_EVENT: Struct = {
  bytes: 16,
  show: (memory, at) => {
    const data = memory.getBigUint64(at + 8, true).toString(16);
    return `{${flagNames(EPOLL_EVENTS, memory.getUint32(at, true))}, data=0x${data}}`;
  },
};

const POLL_MASK: Struct = {
  bytes: 2,
  show: (memory, at) => flagNames(POLL_EVENTS, memory.getUint16(at, true)),
};
export const POLLFD = record(8, { fd: [0, I32], events: [4, POLL_MASK], revents: [6, POLL_MASK] });

/** `[INT TERM]`, or `~[…]` with those that are not in it, whichever is shorter. */
export const SIGSET: Struct = {
  bytes: 8,
  show: (memory, at) => {
    const set = memory.getBigUint64(at, true);
    const numbers = Array.from({ length: 64 }, (_, index) => index + 1);
    const isIn = (number: number) => ((set >> BigInt(number - 1)) & 1n) === 1n;
    const within = numbers.filter(isIn);
    const isMost = within.length > 32;
    const shown = isMost ? numbers.filter((number) => !isIn(number)) : within;
    const text = shown.map((number) => SIGNALS.get(number)?.slice(3) ?? `RT_${number - 32}`);
    return `${isMost ? "~" : ""}[${text.join(" ")}]`;
  },
};

const HANDLER: Struct = {
  bytes: 4,
  show: (memory, at) => {
    const handler = memory.getInt32(at, true);
    return handler === 0 ? "SIG_DFL" : handler === -2 ? "SIG_IGN" : String(handler >>> 0);
  },
};
export const SIGACTION = record(20, {
  sa_handler: [0, HANDLER],
  sa_mask: [12, SIGSET],
  sa_flags: [4, U32],
});

const LIMIT: Struct = {
  bytes: 8,
  show: (memory, at) => {
    const limit = memory.getBigUint64(at, true);
    return limit === 0xffff_ffff_ffff_ffffn ? "RLIM64_INFINITY" : String(limit);
  },
};
export const RLIMIT = record(16, { rlim_cur: [0, LIMIT], rlim_max: [8, LIMIT] });

export function isInside(memory: DataView, at: number, bytes: number): boolean {
  return at !== 0 && at + bytes <= memory.byteLength;
}

export function showAt({ bytes, show }: Struct, memory: DataView, at: number): string {
  return isInside(memory, at, bytes) ? show(memory, at) : address(at);
}

/** A structure that the call reads. */
export function input(struct: Struct): Kind {
  return (value, { memory }) => showAt(struct, memory(), value >>> 0);
}

/** A structure that the call writes. */
export function output(struct: Struct): Kind {
  return (value, { memory }) =>
    () =>
      showAt(struct, memory(), value >>> 0);
}

/** An array that the call writes, with one element for each that it returns. */
export function outputs(struct: Struct): Kind {
  return (value, { memory }) =>
    (result) =>
      showArray(struct, memory(), value >>> 0, result);
}

/** An array that the call writes to in place; how many elements is the next argument. */
export function inOuts(struct: Struct): Kind {
  return (value, { memory, args }, at) =>
    () =>
      showArray(struct, memory(), value >>> 0, (args[at + 1] ?? 0) >>> 0);
}

/** `[…, …]`, at most ELEMENTS_MAX of them; the address where they are not inside. */
export function showArray(
  { bytes, show }: Struct,
  memory: DataView,
  at: number,
  count: number,
): string {
  const shown = Math.min(count, ELEMENTS_MAX);
  if (!isInside(memory, at, shown * bytes)) return address(at);
  const elements = Array.from({ length: shown }, (_, index) => show(memory, at + index * bytes));
  return `[${(count > shown ? [...elements, "..."] : elements).join(", ")}]`;
}

// Buffers, whose length is another argument or the result

export function showBytes(memory: DataView, at: number, length: number): string {
  // One byte more than is shown tells quote() that there is more.
  const bytes = Math.min(length, DATA_BYTES_MAX + 1);
  if (!isInside(memory, at, bytes)) return address(at);
  return quote(new Uint8Array(memory.buffer, memory.byteOffset + at, bytes), DATA_BYTES_MAX);
}

/** Bytes that the call reads, as many as the next argument says. */
export const data: Kind = (value, { memory, args }, at) =>
  showBytes(memory(), value >>> 0, (args[at + 1] ?? 0) >>> 0);

/** Bytes that the call writes, as many as it returns, at most as many as the next argument. */
export const outputData: Kind =
  (value, { memory, args }, at) =>
  (result) =>
    showBytes(memory(), value >>> 0, Math.min(result, (args[at + 1] ?? 0) >>> 0));

/** A path that ends at its NUL. */
export const path: Kind = (value, { memory }) => {
  const view = memory();
  const at = value >>> 0;
  if (!isInside(view, at, 1)) return address(at);
  const rest = new Uint8Array(view.buffer, view.byteOffset + at, view.byteLength - at);
  const end = rest.subarray(0, DATA_BYTES_MAX + 1).indexOf(0);
  return quote(end < 0 ? rest : rest.subarray(0, end), DATA_BYTES_MAX);
};

export function wordAt(memory: DataView, at: number): number {
  return isInside(memory, at, 4) ? memory.getUint32(at, true) : 0;
}

/** A length that the call reads and writes: `[28 => 16]`, or `[16]`. */
export const valueResult: Kind = (value, { memory }) => {
  const at = value >>> 0;
  const before = wordAt(memory(), at);
  return () => {
    if (!isInside(memory(), at, 4)) return address(at);
    const after = wordAt(memory(), at);
    return before === after ? `[${after}]` : `[${before} => ${after}]`;
  };
};
