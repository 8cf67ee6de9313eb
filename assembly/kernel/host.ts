// The seam between the kernel and the WASI it runs on: 0.2 or 0.3, as the entry file says.

import * as p2 from "./p2";

/** Nanoseconds of the monotonic clock. */
export function monotonicNow(): u64 {
  return p2.monotonicNow();
}

/** Nanoseconds since 1970. */
export function realtimeNow(): i64 {
  return p2.realtimeNow();
}

/** Waits until something has happened, or until a moment: 0 looks, NEVER waits for ever. */
export function wait(until: u64): void {
  p2.wait(until);
}

export function output(fd: i32, from: usize, bytes: i32): i32 {
  return p2.output(fd, from, bytes);
}

export function input(to: usize, bytes: i32): i32 {
  return p2.input(to, bytes);
}

export function exit(status: i32): void {
  p2.exit(status);
}

export function random(to: usize, bytes: i32): void {
  p2.random(to, bytes);
}

export function args(result: usize): void {
  p2.args(result);
}

export function environment(result: usize): void {
  p2.environment(result);
}
