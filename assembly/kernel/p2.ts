// WASI 0.2 below the kernel, without the sockets: clocks, chance, the standard streams, and the
// waiting. What it waits for is a list of pollables, which poll() looks at all at once. A source is
// a pollable and whom it is for; the list is kept from call to call.

import { EAGAIN, EIO } from "../errno";
import { give, takeDirty } from "./blocks";
import * as wasi from "./externals/wasi2";
import { landAt } from "./landing";
import { SECOND_NS } from "./numbers";
import { scratch } from "./scratch";
import { NEVER } from "./timers";

const FIRST_SOURCES: i32 = 64;
/** blocking-write-and-flush takes no more. */
const OUTPUT_BYTES_MAX: i32 = 4096;
const CLOSED: u8 = 1;
const WORD: i32 = 4;

/** What a source is of its owner, in the lowest bits of its owner's address, which are 0. */
export const SOURCE_INPUT: usize = 0;
export const SOURCE_OUTPUT: usize = 1;
export const SOURCE_SOCKET: usize = 2;
/** Of a UDP socket, beside one of the above. */
export const SOURCE_DATAGRAM: usize = 4;
export const SOURCE_BITS: usize = 7;

/** Where a source stands in the list; words in a row, one for each of the above. */
@unmanaged
export class Places {
  input: i32;
  output: i32;
  socket: i32;
}

let stdin: i32 = 0;
let stdout: i32 = 0;
let stderr: i32 = 0;
/** Pollables; whom each is for; where its place is kept; and what poll() answers, in words. */
let pollables: usize = 0;
let owners: usize = 0;
let keepers: usize = 0;
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

/**
 * Waits until a source is ready, or until a moment: 0 looks, NEVER waits for ever.
 *
 * @returns how many are ready: `readyOwner(0)` and so on.
 */
export function wait(until: u64): i32 {
  if (!hasRoom(count + 1)) unreachable();
  let clock = 0;
  if (until === 0) clock = alwaysReady();
  // An empty list traps: where nothing can happen, the time is long.
  else if (until !== NEVER || count === 0) clock = alarmFor(until);
  if (clock !== 0) store<i32>(pollables + ((<usize>count) << 2), clock);
  landAt(ready, <usize>(room * WORD));
  wasi.poll(pollables, count + i32(clock !== 0), scratch());
  landAt(0, 0);
  return nameOwners(load<usize>(scratch()), load<i32>(scratch(), 4));
}

/** Puts owners in the place of what poll() answers: places change while they are served. */
function nameOwners(places: usize, found: i32): i32 {
  let named = 0;
  for (let i = 0; i < found; i++) {
    const place = load<i32>(places + ((<usize>i) << 2));
    if (place === count) continue; // the clock
    store<usize>(ready + ((<usize>named) << 2), load<usize>(owners + ((<usize>place) << 2)));
    named++;
  }
  return named;
}

export function readyOwner(index: i32): usize {
  return load<usize>(ready + ((<usize>index) << 2));
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
  const at = takeDirty(more * WORD * 4);
  if (at === 0) return false;
  memory.copy(at, pollables, count * WORD);
  memory.copy(at + more * WORD, owners, count * WORD);
  memory.copy(at + more * WORD * 2, keepers, count * WORD);
  if (pollables !== 0) give(pollables, room * WORD * 4);
  pollables = at;
  owners = pollables + more * WORD;
  keepers = owners + more * WORD;
  ready = keepers + more * WORD;
  room = more;
  return true;
}

/**
 * Waits for a pollable from now on, on behalf of `owner`. Its place is kept in the word at
 * `keeper`, as one more than what it is: 0 is no place.
 */
export function listen(pollable: i32, owner: usize, keeper: usize): void {
  if (load<i32>(keeper) !== 0 || !hasRoom(count + 2)) return;
  const place = (<usize>count) << 2;
  count++;
  store<i32>(pollables + place, pollable);
  store<usize>(owners + place, owner);
  store<usize>(keepers + place, keeper);
  store<i32>(keeper, count);
}

/** Waits for it no longer. */
export function ignore(keeper: usize): void {
  const place = load<i32>(keeper) - 1;
  if (place < 0) return;
  store<i32>(keeper, 0);
  const last = --count;
  if (place === last) return;
  const from = (<usize>last) << 2;
  const to = (<usize>place) << 2;
  store<i32>(pollables + to, load<i32>(pollables + from));
  store<usize>(owners + to, load<usize>(owners + from));
  const moved = load<usize>(keepers + from);
  store<usize>(keepers + to, moved);
  store<i32>(moved, place + 1);
}

/** Lets the host make progress with one pollable: whether it is ready afterwards is not said. */
export function nudge(pollable: i32): void {
  if (!hasRoom(count + 2)) return;
  const list = pollables + ((<usize>count) << 2);
  store<i32>(list, pollable);
  store<i32>(list, alwaysReady(), 4);
  landAt(ready, <usize>(room * WORD));
  wasi.poll(list, 2, scratch());
  landAt(0, 0);
}
