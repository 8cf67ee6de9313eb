// The part of WASI preview 1 that a libc's stdio, clocks and exit need, over the guest's own system
// calls: one table of descriptors, one set of rules. Every other name answers ENOSYS.
//
// A module may declare any parameters for a name: what comes in is taken for what it should be.

import { fstatSync } from "node:fs";
import type { Imports } from "./imports.ts";
import { type Output, WasiMemory } from "./wasi-memory.ts";
import { pollOneoff } from "./wasi-poll.ts";
import { BADF, EFAULT, EINVAL, ENOSYS, ESPIPE, wasiErrno } from "./wasi-errno.ts";

export type WasiImport = (...args: unknown[]) => number;

/** What WASI's calls are answered from. */
export interface WasiHost {
  readonly linux: Imports;
  /** The guest's memory as it is now; undefined until it is instantiated. */
  readonly buffer: () => ArrayBuffer | undefined;
  /** NUL-terminated strings back to back. */
  readonly cmdline: Uint8Array;
  readonly environ: Uint8Array;
}

/** 32 bits of whatever a guest has passed. */
const u32 = (value: unknown): number =>
  typeof value === "bigint" ? Number(BigInt.asUintN(32, value)) : Number(value) >>> 0;

const SUCCESS = 0;

// Linux's numbers.
const F_GETFL = 3;
const F_SETFL = 4;
const F_GETPIPE_SZ = 1032;
const O_APPEND = 0o2000;
const O_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SOCK_STREAM = 1;

// WASI's.
const FDFLAGS_APPEND = 1;
const FDFLAGS_NONBLOCK = 4;
const FILETYPE = { unknown: 0, characterDevice: 2, socketDgram: 5, socketStream: 6 } as const;
/** Read, write, set flags, poll, shut down; not seek and tell, or a libc takes it for a file. */
const RIGHTS = (1n << 1n) | (1n << 3n) | (1n << 6n) | (1n << 27n) | (1n << 28n);
const FDSTAT_BYTES = 24;
const RANDOM_BYTES_MAX = 1024 * 1024;

/** Clocks that WASI and Node both have; the other two count the time of a process. */
const CLOCKS: Record<number, { now: () => bigint; resolution: bigint }> = {
  0: { now: () => BigInt(Date.now()) * 1_000_000n, resolution: 1_000_000n },
  1: { now: () => process.hrtime.bigint(), resolution: 1n },
};

/** What answers the names of `wasi_snapshot_preview1` that a module imports. */
export function makeWasiImports(
  names: readonly string[],
  host: WasiHost,
): Record<string, WasiImport> {
  const own: Record<string, WasiImport> = { ...clockCalls(host), ...stringCalls(host) };
  const calls: Record<string, WasiImport> = { ...descriptorCalls(host), ...processCalls(host) };
  const answerOf = (name: string): WasiImport => {
    if (Object.hasOwn(calls, name)) return calls[name]!;
    const answer = Object.hasOwn(own, name) ? own[name]! : () => ENOSYS;
    // A call of Linux's makes it one: signals are delivered, and its time without a call is over.
    return (...args) => (host.linux.getpid(), answer(...args));
  };
  return Object.fromEntries(names.map((name) => [name, answerOf(name)]));
}

/** Whether it is open, and if so what a file's call says of something that is none. */
function noFile({ linux }: WasiHost, fd: unknown, answer: number): number {
  return linux.fcntl(u32(fd), F_GETFL, 0) < 0 ? BADF : answer;
}

function descriptorCalls(host: WasiHost): Record<string, WasiImport> {
  const { linux } = host;
  const memory = new WasiMemory(host.buffer);
  const transfer =
    (call: "readv" | "writev"): WasiImport =>
    (fd, iovs, count, result) => {
      const output = memory.output(u32(result), 4);
      if (output === undefined) return EFAULT;
      const bytes = linux[call](u32(fd), u32(iovs), u32(count));
      if (bytes < 0) return wasiErrno(bytes);
      output.u32(0, bytes);
      return SUCCESS;
    };
  return {
    fd_read: transfer("readv"),
    fd_write: transfer("writev"),
    fd_close: (fd) => wasiErrno(linux.close(u32(fd))),
    fd_seek: (fd) => noFile(host, fd, ESPIPE),
    fd_tell: (fd) => noFile(host, fd, ESPIPE),
    fd_fdstat_get: (fd, result) => {
      const output = memory.output(u32(result), FDSTAT_BYTES);
      return output === undefined ? EFAULT : describe(linux, u32(fd), output);
    },
    fd_fdstat_set_flags: (fd, flags) => {
      const [asked, known] = [u32(flags), FDFLAGS_APPEND | FDFLAGS_NONBLOCK];
      if ((asked & ~known) !== 0) return EINVAL;
      const append = asked & FDFLAGS_APPEND ? O_APPEND : 0;
      const nonblock = asked & FDFLAGS_NONBLOCK ? O_NONBLOCK : 0;
      return wasiErrno(linux.fcntl(u32(fd), F_SETFL, append | nonblock));
    },
    fd_renumber: (from, to) => {
      if (linux.fcntl(u32(to), F_GETFL, 0) < 0) return BADF;
      if (u32(from) === u32(to)) return noFile(host, from, SUCCESS);
      const renumbered = linux.dup3(u32(from), u32(to), 0);
      return wasiErrno(renumbered < 0 ? renumbered : linux.close(u32(from)));
    },
    poll_oneoff: (subscriptions, events, count, result) =>
      pollOneoff({
        linux,
        memory,
        clocks: CLOCKS,
        subscriptions: u32(subscriptions),
        events: u32(events),
        count: u32(count),
        result: u32(result),
      }),
  };
}

/** Writes an fdstat: type, flags, rights. Its own bytes serve to ask the socket for its type. */
function describe(linux: Imports, fd: number, output: Output): number {
  const flags = linux.fcntl(fd, F_GETFL, 0);
  if (flags < 0) return wasiErrno(flags);
  output.u32(4, 4);
  output.u32(8, 0);
  const [length, type] = [output.address + 4, output.address + 8];
  const isSocket = linux.getsockopt(fd, SOL_SOCKET, SO_TYPE, type, length) === 0;
  const socketType = isSocket ? output.getU32(8) : 0;
  output.clear();
  output.u8(0, fileType(linux, fd, socketType));
  const append = flags & O_APPEND ? FDFLAGS_APPEND : 0;
  output.u16(2, append | (flags & O_NONBLOCK ? FDFLAGS_NONBLOCK : 0));
  output.u64(8, RIGHTS);
  return SUCCESS;
}

function fileType(linux: Imports, fd: number, socketType: number): number {
  if (socketType === SOCK_STREAM) return FILETYPE.socketStream;
  if (socketType !== 0) return FILETYPE.socketDgram;
  // A libc asks whether its output is a terminal, to write line by line.
  const isOutput = (fd === 1 || fd === 2) && linux.fcntl(fd, F_GETPIPE_SZ, 0) < 0;
  return isOutput && isCharacterDevice(fd) ? FILETYPE.characterDevice : FILETYPE.unknown;
}

/** Of the host's own output, which is what a guest's 1 and 2 begin as. */
function isCharacterDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}

/** What is answered without a call of Linux's. */
function clockCalls({ buffer }: WasiHost): Record<string, WasiImport> {
  const memory = new WasiMemory(buffer);
  return {
    // There are no folders.
    fd_prestat_get: () => BADF,
    fd_prestat_dir_name: () => BADF,
    clock_time_get: (id, _precision, result) => {
      const clock = CLOCKS[u32(id)];
      const output = memory.output(u32(result), 8);
      if (clock === undefined) return EINVAL;
      if (output === undefined) return EFAULT;
      output.u64(0, clock.now());
      return SUCCESS;
    },
    clock_res_get: (id, result) => {
      const clock = CLOCKS[u32(id)];
      const output = memory.output(u32(result), 8);
      if (clock === undefined) return EINVAL;
      if (output === undefined) return EFAULT;
      output.u64(0, clock.resolution);
      return SUCCESS;
    },
  };
}

function processCalls({ linux, buffer }: WasiHost): Record<string, WasiImport> {
  const memory = new WasiMemory(buffer);
  return {
    random_get: (address, length) => {
      const [start, end] = [u32(address), u32(address) + u32(length)];
      if (end > start && memory.output(start, end - start) === undefined) return EFAULT;
      for (let at = start; at < end;) {
        const bytes = linux.getrandom(at, Math.min(end - at, RANDOM_BYTES_MAX), 0);
        if (bytes < 0) return wasiErrno(bytes);
        at += bytes;
      }
      return SUCCESS;
    },
    sched_yield: () => wasiErrno(linux.sched_yield()),
    proc_exit: (status) => wasiErrno(linux.exit_group(u32(status))),
  };
}

/** Strings that lie back to back, as they are and where each begins. */
class Strings {
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];

  constructor(bytes: Uint8Array) {
    const starts: number[] = [];
    for (let at = 0; at < bytes.length; at = bytes.indexOf(0, at) + 1) starts.push(at);
    this.bytes = bytes;
    this.starts = starts;
  }
}

function stringCalls({ buffer, cmdline, environ }: WasiHost): Record<string, WasiImport> {
  const memory = new WasiMemory(buffer);
  const sizes = (strings: Strings): WasiImport => {
    return (countAddress, bytesAddress) => {
      const count = memory.output(u32(countAddress), 4);
      const bytes = memory.output(u32(bytesAddress), 4);
      if (count === undefined || bytes === undefined) return EFAULT;
      count.u32(0, strings.starts.length);
      bytes.u32(0, strings.bytes.length);
      return SUCCESS;
    };
  };
  const get = (strings: Strings): WasiImport => {
    return (pointersAddress, bytesAddress) => {
      const pointers = memory.output(u32(pointersAddress), 4 * strings.starts.length);
      const bytes = memory.output(u32(bytesAddress), strings.bytes.length);
      if (pointers === undefined || bytes === undefined) return EFAULT;
      bytes.bytes(strings.bytes);
      for (const [i, start] of strings.starts.entries()) pointers.u32(4 * i, bytes.address + start);
      return SUCCESS;
    };
  };
  const args = new Strings(cmdline);
  const variables = new Strings(environ);
  return {
    args_sizes_get: sizes(args),
    args_get: get(args),
    environ_sizes_get: sizes(variables),
    environ_get: get(variables),
  };
}
