// The descriptor table: the guest's numbers, the lowest free one first.

import { O_NONBLOCK } from "../constants";
import { EMFILE, ENOMEM } from "../errno";
import { give, take } from "./blocks";
import { Description, KIND_INPUT, KIND_OUTPUT } from "./description";
import { O_WRONLY } from "./numbers";

const FIRST_SLOTS: i32 = 64;

@unmanaged
class Slot {
  description: Description | null;
  cloexec: bool;
}

let slots: usize = 0;
let count: i32 = 0;
/** No number below it is free. */
let lowest: i32 = 0;
/** The soft limit of RLIMIT_NOFILE: as many as a guest of the native host has by default. */
let limit: i32 = 16384;

function slotAt(fd: i32): Slot {
  return changetype<Slot>(slots + <usize>fd * offsetof<Slot>());
}

/** On the first system call and not before: only then the guest's allocator is sure to be ready. */
function open(): void {
  slots = take(FIRST_SLOTS * offsetof<Slot>());
  if (slots === 0) unreachable();
  count = FIRST_SLOTS;
  for (let fd = 0; fd < 3; fd++) {
    const kind = fd === 0 ? KIND_INPUT : KIND_OUTPUT;
    const stdio = changetype<Stdio>(
      newDescription(kind, offsetof<Stdio>(), kind === KIND_INPUT ? 0 : O_WRONLY)!,
    );
    stdio.fd = fd;
    put(fd, stdio, false);
  }
}

/** 0, 1 or 2 of the component. */
@unmanaged
export class Stdio extends Description {
  fd: i32;
}

/** A description of `bytes`, all 0 but for what is given here, or null: -ENOMEM. */
export function newDescription(kind: i32, bytes: i32, flags: i32): Description | null {
  const at = take(bytes);
  if (at === 0) return null;
  const description = changetype<Description>(at);
  description.kind = kind;
  description.bytes = bytes;
  description.flags = flags;
  return description;
}

/** What a number stands for, or null: -EBADF. */
export function lookup(fd: i32): Description | null {
  if (slots === 0) open();
  return <u32>fd < <u32>count ? slotAt(fd).description : null;
}

/** Whether a call on it is to answer -EAGAIN instead of waiting. */
export function isNonblocking(description: Description): bool {
  return (description.flags & O_NONBLOCK) !== 0;
}

/** The lowest free number from `from` on, for which there is a slot afterwards; or an error. */
export function lowestFree(from: i32): i32 {
  if (slots === 0) open();
  let fd = max(from, lowest);
  while (fd < count && slotAt(fd).description !== null) fd++;
  if (from <= lowest) lowest = fd;
  if (fd >= limit) return -EMFILE;
  return reserve(fd) ? fd : -ENOMEM;
}

/** 0 where a pair can be opened; -EMFILE, -ENOMEM. */
export function checkTwoFree(): i32 {
  const first = lowestFree(0);
  return first < 0 ? first : min(lowestFree(first + 1), 0);
}

/** Makes the table so large that it has a slot for a number. */
function reserve(fd: i32): bool {
  if (fd < count) return true;
  let larger = count;
  while (larger <= fd) larger *= 2;
  const at = take(larger * offsetof<Slot>());
  if (at === 0) return false;
  memory.copy(at, slots, count * offsetof<Slot>());
  give(slots, count * offsetof<Slot>());
  slots = at;
  count = larger;
  return true;
}

/** Puts a description on the lowest free number that is at least `from`. */
export function install(description: Description, from: i32, cloexec: bool): i32 {
  const fd = lowestFree(from);
  if (fd >= 0) put(fd, description, cloexec);
  return fd;
}

/** Puts a new description on the lowest free number, or frees it again. */
export function publish(description: Description, cloexec: bool): i32 {
  const fd = install(description, 0, cloexec);
  if (fd < 0) give(changetype<usize>(description), description.bytes);
  return fd;
}

/** Puts a description on a number that is free and has a slot. */
export function put(fd: i32, description: Description, cloexec: bool): void {
  const slot = slotAt(fd);
  slot.description = description;
  slot.cloexec = cloexec;
  description.references++;
}

/** Whether dup3 may put something on a number, and makes a slot for it. */
export function isAllowed(fd: i32): bool {
  return <u32>fd < <u32>limit && reserve(fd);
}

/** Frees a number: what it stood for, whose references are one fewer; or null. */
export function remove(fd: i32): Description | null {
  const description = lookup(fd);
  if (description === null) return null;
  slotAt(fd).description = null;
  if (fd < lowest) lowest = fd;
  description.references--;
  return description;
}

/** FD_CLOEXEC, which is kept and has no effect. */
export function isCloexec(fd: i32): bool {
  return slotAt(fd).cloexec;
}

export function setCloexec(fd: i32, cloexec: bool): void {
  slotAt(fd).cloexec = cloexec;
}

export function descriptorLimit(): i32 {
  return limit;
}

export function setDescriptorLimit(numbers: i32): void {
  limit = numbers;
}
