// The process that a guest is: its arguments, its names, chance, and its end.

import { EFAULT, EINVAL, ENOENT } from "../errno";
import { end } from "./end";
import { args, environment, random } from "./host";
import { reachable } from "./memory";
import { PID, UID } from "./numbers";
import { scratch } from "./scratch";
import { look } from "./pause";

const NAME_BYTES: usize = 65;
const UTSNAME_BYTES: i32 = 390;
const RUSAGE_BYTES: i32 = 144;
const RUSAGE_CHILDREN: i32 = -1;
const RUSAGE_THREAD: i32 = 1;
const AT_REMOVEDIR: i32 = 0x200;
const GRND_ALL: i32 = 7;
const EQUALS: u8 = 0x3d;

export function exit_group(status: i32): i32 {
  end(status);
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
  return UID;
}

export function geteuid(): i32 {
  return UID;
}

export function getgid(): i32 {
  return UID;
}

export function getegid(): i32 {
  return UID;
}

/** Texts of at most 8 bytes, as numbers: the adapter has no data. */
export function uname(buf: usize): i32 {
  if (buf === 0 || !reachable(buf, UTSNAME_BYTES)) return -EFAULT;
  memory.fill(buf, 0, UTSNAME_BYTES);
  store<u64>(buf, 0x78756e694c); // Linux
  store<u64>(buf, 0x6c6c6f70697274, NAME_BYTES); // tripoll
  store<u64>(buf, 0x302e38312e36, 2 * NAME_BYTES); // 6.18.0
  store<u64>(buf, 0x3123, 3 * NAME_BYTES); // #1
  store<u64>(buf, 0x32336d736177, 4 * NAME_BYTES); // wasm32
  store<u64>(buf, 0x29656e6f6e28, 5 * NAME_BYTES); // (none)
  return 0;
}

/** WASI does not tell what a component has used: all of it is 0. */
export function getrusage(who: i32, usage: usize): i32 {
  if (who < RUSAGE_CHILDREN || who > RUSAGE_THREAD) return -EINVAL;
  if (usage === 0 || !reachable(usage, RUSAGE_BYTES)) return -EFAULT;
  memory.fill(usage, 0, RUSAGE_BYTES);
  return 0;
}

export function sched_yield(): i32 {
  look();
  return 0;
}

/** There are no paths. */
export function unlinkat(dirfd: i32, pathname: usize, flags: i32): i32 {
  if ((flags & ~AT_REMOVEDIR) !== 0) return -EINVAL;
  if (pathname === 0 || !reachable(pathname, 1)) return -EFAULT;
  return -ENOENT;
}

/** The arguments, each with its NUL: as much as fits, and the length of all. */
export function cmdline(buf: usize, len: i32): i32 {
  if (!reachable(buf, len)) return -EFAULT;
  args(scratch());
  const list = load<usize>(scratch());
  const count = load<i32>(scratch(), 4);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const text = list + ((<usize>i) << 3);
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
    const pair = list + ((<usize>i) << 4);
    at = append(buf, len, at, load<usize>(pair), load<i32>(pair, 4), EQUALS);
    at = append(buf, len, at, load<usize>(pair, 8), load<i32>(pair, 12), 0);
  }
  return at;
}

/** Copies a text and a byte behind it to `at`, as far as there is room, and says where it ends. */
function append(buf: usize, len: i32, at: i32, text: usize, bytes: i32, behind: u8): i32 {
  const room = max(len - at, 0);
  memory.copy(buf + at, text, min(bytes, room));
  if (bytes < room) store<u8>(buf + at + bytes, behind);
  return at + bytes + 1;
}
