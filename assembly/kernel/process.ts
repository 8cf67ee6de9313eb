// The process that a guest is: its arguments, clocks, chance, and its end.

import { CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_REALTIME } from "../constants";
import { EFAULT, EINVAL } from "../errno";
import { end } from "./end";
import { args, environment, monotonicNow, random, realtimeNow } from "./host";
import { reachable } from "./memory";
import { scratch } from "./scratch";
import { storeTime } from "./time";

const TIMESPEC_BYTES: i32 = 16;
const PID: i32 = 2;
const ID: i32 = 1000;
const GRND_ALL: i32 = 7;
const EQUALS: u8 = 0x3d;

export function exit_group(status: i32): i32 {
  end(status);
  return 0;
}

export function clock_gettime(clockid: i32, tp: usize): i32 {
  const isReal = clockid === CLOCK_REALTIME || clockid === 5 || clockid === 11;
  const isMonotonic =
    clockid === CLOCK_MONOTONIC || clockid === 4 || clockid === 6 || clockid === CLOCK_BOOTTIME;
  if (!isReal && !isMonotonic) return -EINVAL;
  if (tp === 0 || !reachable(tp, TIMESPEC_BYTES)) return -EFAULT;
  storeTime(tp, isReal ? realtimeNow() : <i64>monotonicNow());
  return 0;
}

export function getrandom(buf: usize, buflen: i32, flags: i32): i32 {
  if ((flags & ~GRND_ALL) !== 0) return -EINVAL;
  if (!reachable(buf, buflen)) return -EFAULT;
  if (buflen !== 0) random(buf, buflen);
  return buflen;
}

export function getpid(): i32 {
  return PID;
}

export function getuid(): i32 {
  return ID;
}

/** The arguments, each with its NUL: as much as fits, and the length of all. */
export function cmdline(buf: usize, len: i32): i32 {
  if (!reachable(buf, len)) return -EFAULT;
  args(scratch());
  const list = load<usize>(scratch());
  const count = load<i32>(scratch(), 4);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const text = list + (<usize>i << 3);
    at = append(buf, len, at, load<usize>(text), load<i32>(text, 4), 0);
  }
  return at;
}

/** NAME=VALUE, each with its NUL: as much as fits, and the length of all. */
export function environ(buf: usize, len: i32): i32 {
  if (!reachable(buf, len)) return -EFAULT;
  environment(scratch());
  const list = load<usize>(scratch());
  const count = load<i32>(scratch(), 4);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const pair = list + (<usize>i << 4);
    at = append(buf, len, at, load<usize>(pair), load<i32>(pair, 4), EQUALS);
    at = append(buf, len, at, load<usize>(pair, 8), load<i32>(pair, 12), 0);
  }
  return at;
}

/** Copies a text and the byte behind it to `at`, as far as there is room, and says where it ends. */
function append(buf: usize, len: i32, at: i32, text: usize, bytes: i32, behind: u8): i32 {
  const room = max(len - at, 0);
  memory.copy(buf + at, text, min(bytes, room));
  if (bytes < room) store<u8>(buf + at + bytes, behind);
  return at + bytes + 1;
}
