// WASI 0.2 below the kernel: what it waits for is a list of pollables, which poll() looks at all at
// once. A source is a pollable and whom it is for; the list is kept from call to call.

import { EAGAIN, EIO } from "../errno";
import { give, take, takeDirty } from "./blocks";
import * as wasi from "./externals/wasi2";
import { landAt } from "./landing";
import { scratch } from "./scratch";
import { NEVER } from "./timers";

const FIRST_SOURCES: i32 = 16;
/** blocking-write-and-flush takes no more. */
const OUTPUT_BYTES_MAX: i32 = 4096;
const SECOND_NS: i64 = 1_000_000_000;
const CLOSED: u8 = 1;

let stdin: i32 = 0;
let stdout: i32 = 0;
let stderr: i32 = 0;
/** Pollables, and in a second array what each is for. */
let pollables: usize = 0;
let owners: usize = 0;
/** What poll() answers lands here. */
let ready: usize = 0;
let room: i32 = 0;
let count: i32 = 0;
/** A pollable that is always ready: a poll with it only looks. */
let always: i32 = 0;
/** The pollable of the nearest deadline, kept as long as that is the same. */
let alarm: i32 = 0;
let alarmAt: u64 = 0;

export function monotonicNow(): u64 {
  return wasi.monotonic_clock_now();
}

/** Nanoseconds since 1970. */
export function realtimeNow(): i64 {
  wasi.wall_clock_now(scratch());
  return <i64>load<u64>(scratch()) * SECOND_NS + load<u32>(scratch(), 8);
}

export function random(to: usize, bytes: i32): void {
  landAt(to, bytes);
  wasi.get_random_bytes(bytes, scratch());
  landAt(0, 0);
}

export function exit(status: i32): void {
  wasi.exit_with_code(status & 255);
}

/** Arguments: pairs of pointer and length, and how many. */
export function args(result: usize): void {
  wasi.get_arguments(result);
}

export function environment(result: usize): void {
  wasi.get_environment(result);
}

/** Writes all of it to 1 or 2, however long that takes: `bytes`, or -EIO. */
export function output(fd: i32, from: usize, bytes: i32): i32 {
  if (fd === 1 && stdout === 0) stdout = wasi.get_stdout();
  if (fd === 2 && stderr === 0) stderr = wasi.get_stderr();
  for (let done = 0; done < bytes; done += OUTPUT_BYTES_MAX) {
    const step = min(bytes - done, OUTPUT_BYTES_MAX);
    const stream = fd === 1 ? stdout : stderr;
    wasi.output_stream_blocking_write_and_flush(stream, from + done, step, scratch());
    if (hasFailed()) return -EIO;
  }
  return bytes;
}

/** Whether the stream call whose result is in scratch failed; its error is dropped. */
function hasFailed(): bool {
  if (load<u8>(scratch()) === 0) return false;
  if (load<u8>(scratch(), 4) !== CLOSED) wasi.error_drop(load<i32>(scratch(), 8));
  return true;
}

/** What 0 has now, at most `bytes`: -EAGAIN where that is nothing, 0 at its end. */
export function input(to: usize, bytes: i32): i32 {
  if (stdin === 0) stdin = wasi.get_stdin();
  landAt(to, bytes);
  wasi.input_stream_read(stdin, bytes, scratch());
  landAt(0, 0);
  if (hasFailed()) return 0;
  const got = load<i32>(scratch(), 8);
  return got === 0 ? -EAGAIN : got;
}

/** Waits until a source is ready, or until a moment: 0 looks, NEVER waits for ever. */
export function wait(until: u64): void {
  if (!hasRoom(count + 1)) unreachable();
  const clock = until === NEVER ? 0 : until === 0 ? alwaysReady() : alarmFor(until);
  if (clock !== 0) store<i32>(pollables + (<usize>count << 2), clock);
  const listed = count + i32(clock !== 0);
  if (listed === 0) unreachable();
  landAt(ready, <usize>(room << 2));
  wasi.poll(pollables, listed, scratch());
  landAt(0, 0);
}

function alwaysReady(): i32 {
  if (always === 0) always = wasi.subscribe_instant(0);
  return always;
}

function alarmFor(when: u64): i32 {
  if (alarm !== 0 && alarmAt === when) return alarm;
  if (alarm !== 0) wasi.pollable_drop(alarm);
  alarmAt = when;
  alarm = wasi.subscribe_instant(when);
  return alarm;
}

/** Makes the lists so long that they take `sources`. */
function hasRoom(sources: i32): bool {
  if (sources <= room) return true;
  const more = max(room * 2, FIRST_SOURCES);
  const at = takeDirty(more * 4 * 3);
  if (at === 0) return false;
  memory.copy(at, pollables, count * 4);
  memory.copy(at + more * 4, owners, count * 4);
  if (pollables !== 0) give(pollables, room * 4 * 3);
  pollables = at;
  owners = at + more * 4;
  ready = owners + more * 4;
  room = more;
  return true;
}
