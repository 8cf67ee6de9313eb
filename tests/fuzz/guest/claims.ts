// What a call may write. Before it, its arguments are made into claims; after it, what is claimed
// is taken over into the shadow, and whatever else differs from it was written by mistake.
//
// Judged are the first BEGIN bytes and the arena, from `low` to the end of memory. Between the two
// lies the interpreter itself: a call that may write there is not made (`refused`).

export const BEGIN: u32 = 1024;
export const PAGE: u32 = 65536;
/** The arena's size at its largest. */
export const ARENA_MAX: u32 = 4 * PAGE;

const CLAIMS_MAX: u32 = 4096;
const INPUTS_MAX: u32 = 1025;
const IOV_MAX: u32 = 1024;
const ADDRESS_MAX: u32 = 128;
const IPPROTO_IPV6: i32 = 41;
const OPTION_MAX: u32 = 1024;
const SUBSCRIPTIONS_MAX: u32 = 65536;
const CLAIMS: usize = memory.data(4096 * 12, 16);
const INPUTS: usize = memory.data(1025 * 8, 16);
const SHADOW_BEGIN: usize = memory.data(1024, 16);
const SHADOW: usize = memory.data(4 * 65536, 16);

const enum When {
  /** Whatever the result is: the claimed bytes. */
  Always = 0,
  /** Only if the call succeeded. */
  Done = 1,
  /** If it succeeded, as many bytes as the result says, through all such claims in their order. */
  Flow = 2,
  /** If it succeeded, 16 bytes for each event of the result. */
  Events = 3,
}

export let low: u32 = 0;
let end: u32 = 0;
let claims: u32 = 0;
let inputs: u32 = 0;
let isRefused: bool = false;
let hasGrown: bool = false;

/** The arena begins here; memory is as large as it is now. */
export function setArena(from: u32): void {
  low = from;
  end = <u32>memory.size() * PAGE;
}

export const memoryEnd = (): u32 => end;

/** After memory.grow: the new pages are zero, and so is their shadow. In the middle of a call, what
 * could not be written before may be by now. */
export function grown(): void {
  end = <u32>memory.size() * PAGE;
  hasGrown = true;
}

function fits(at: u32, bytes: u64): bool {
  return <u64>at + bytes <= <u64>end;
}

/** Whether the kernel can write there; 0 is NULL to it. */
function inside(at: u32, bytes: u64): bool {
  return at !== 0 && fits(at, bytes);
}

/** Whether a range lies in what is judged. */
export function isJudged(at: u32, bytes: u32): bool {
  return fits(at, bytes) && (at >= low || <u64>at + bytes <= BEGIN);
}

function shadowOf(at: u32): usize {
  return at < BEGIN ? SHADOW_BEGIN + at : SHADOW + (at - low);
}

/** What memory holds there is right. */
export function takeOver(at: u32, bytes: u32): void {
  memory.copy(shadowOf(at), at, bytes);
}

function add(at: u32, bytes: u64, when: When): void {
  if (inside(at, bytes)) note(at, bytes, when);
}

function note(at: u32, bytes: u64, when: When): void {
  if (bytes === 0) return;
  if (!isJudged(at, <u32>bytes) || claims === CLAIMS_MAX) {
    isRefused = true;
    return;
  }
  const claim = CLAIMS + 12 * claims++;
  store<u32>(claim, at);
  store<u32>(claim, <u32>bytes, 4);
  store<u32>(claim, when, 8);
}

/** As much of a range as there is. */
function clipped(at: u32, bytes: u64, when: When): void {
  if (at < end) add(at, min<u64>(bytes, end - at), when);
}

function input(at: u32, bytes: u32): void {
  // What the interpreter itself writes may be another when the call reads it.
  if (inputs === INPUTS_MAX || (inside(at, bytes) && !isJudged(at, bytes))) {
    isRefused = true;
    return;
  }
  store<u32>(INPUTS + 8 * inputs, at);
  store<u32>(INPUTS + 8 * inputs++, bytes, 4);
}

function overlap(a: u32, aBytes: u32, b: u32, bBytes: u32): bool {
  return <u64>a < <u64>b + bBytes && <u64>b < <u64>a + aBytes;
}

function isClaimed(at: u32, bytes: u32): bool {
  for (let i: u32 = 0; i < claims; i++) {
    const claim = CLAIMS + 12 * i;
    if (overlap(load<u32>(claim), load<u32>(claim, 4), at, bytes)) return true;
  }
  return false;
}

/** Whether a claim from `first` on lies on one of the first `count` inputs. */
function claimsInput(first: u32, count: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    for (let j = first; j < claims; j++) {
      const claim = CLAIMS + 12 * j;
      const entry = INPUTS + 8 * i;
      if (overlap(load<u32>(claim), load<u32>(claim, 4), load<u32>(entry), load<u32>(entry, 4)))
        return true;
    }
  }
  return false;
}

export function begin(): void {
  claims = inputs = 0;
  isRefused = hasGrown = false;
}

export const refused = (): bool => isRefused;

// The words of the table in calls.ts.

/** A struct, written by a call that succeeds. */
export function done(at: u32, bytes: u32): void {
  add(at, bytes, When.Done);
}

/** A struct that a failing call may have written, too. */
export function always(at: u32, bytes: u32): void {
  add(at, bytes, When.Always);
}

/** A buffer; the result says how much of it was written. */
export function flow(at: u32, bytes: u32): void {
  add(at, bytes, When.Flow);
}

/** A buffer that may reach beyond the end of memory, if what is written does not. */
export function fitting(at: u32, bytes: u32): void {
  clipped(at, bytes, When.Flow);
}

export function events(at: u32, count: i32): void {
  if (count > 0 && count <= i32.MAX_VALUE / 16) add(at, 16 * <u64>count, When.Events);
}

/** revents of each pollfd. */
export function polls(at: u32, count: u32): void {
  if (!inside(at, 8 * <u64>count)) return;
  if (count > 512) {
    add(at, 8 * <u64>count, When.Always);
    return;
  }
  for (let i: u32 = 0; i < count; i++) add(at + 8 * i + 6, 2, When.Always);
}

/** An address, as long as a value-result length says, which may be overwritten before it counts. */
function address(at: u32, length: u32): void {
  const isKnown = !isClaimed(length, 4);
  const given = load<i32>(length);
  const most = isKnown ? (given < 0 ? 0 : min<u32>(given, ADDRESS_MAX)) : ADDRESS_MAX;
  clipped(at, most, When.Always);
}

export function name(at: u32, length: u32): void {
  if (!inside(length, 4)) return;
  address(at, length);
  add(length, 4, When.Always);
}

/** An option's value; IPv6 takes a negative length for a large one, and gives its 4 bytes. */
export function option(level: i32, at: u32, length: u32): void {
  if (!inside(length, 4)) return;
  const given = load<i32>(length);
  const most = given < 0 ? (level === IPPROTO_IPV6 ? 4 : 0) : min<u32>(given, OPTION_MAX);
  clipped(at, most, When.Always);
  add(length, 4, When.Always);
}

/** Before a buffer at NULL, more may be written than the result says: the call faults there in the
 * middle of a packet, of which nothing counts. */
function buffers(iov: u32, count: u32, when: When): void {
  if (count === 0 || count > IOV_MAX || !inside(iov, 8 * <u64>count)) return;
  input(iov, 8 * count);
  for (let i: u32 = 0; i < count; i++) {
    if (load<u32>(iov + 8 * i) === 0 && load<u32>(iov + 8 * i, 4) !== 0) when = When.Always;
  }
  for (let i: u32 = 0; i < count; i++) {
    add(load<u32>(iov + 8 * i), load<u32>(iov + 8 * i, 4), when);
  }
}

export function vector(iov: u32, count: u32): void {
  buffers(iov, count, When.Flow);
}

function messageData(msg: u32, when: When): void {
  buffers(load<u32>(msg, 8), load<u32>(msg, 12), when);
  add(load<u32>(msg, 16), load<u32>(msg, 20), When.Always);
  if (load<u32>(msg) !== 0) address(load<u32>(msg), msg + 4);
}

function messageHeader(msg: u32): void {
  add(msg + 4, 4, When.Always);
  add(msg + 20, 8, When.Always);
}

export function message(msg: u32): void {
  if (!inside(msg, 28)) return;
  messageData(msg, When.Flow);
  messageHeader(msg);
}

/** How many mmsghdr are looked at; of the last one, the length may lie beyond the end of memory. */
function messageCount(vec: u32, count: u32): u32 {
  const room = inside(vec, 28) ? (end - vec + 4) / 32 : 0;
  return min<u32>(min<u32>(count, IOV_MAX), room);
}

/** The lengths of what sendmmsg has sent. */
export function sent(vec: u32, count: u32): void {
  count = messageCount(vec, count);
  for (let i: u32 = 0; i < count; i++) add(vec + 32 * i + 28, 4, When.Done);
}

/** All that recvmmsg writes. A message that overwrites what a later one is taken from is not
 * foreseen. */
export function messages(vec: u32, count: u32): void {
  count = messageCount(vec, count);
  for (let i: u32 = 0; i < count; i++) messageData(vec + 32 * i, When.Always);
  const data = claims;
  const vectors = inputs;
  input(vec, 32 * count);
  const isOne = count < 2;
  if (!isOne && (data > 512 || claimsInput(0, inputs))) isRefused = true;
  for (let i: u32 = 0; i < count; i++) {
    messageHeader(vec + 32 * i);
    add(vec + 32 * i + 28, 4, When.Always);
  }
  if (!isOne && claimsInput(data, vectors)) isRefused = true;
}

export function control(request: u32, at: u32): void {
  if (request === 0x541b || request === 0x5411 || request === 0x894b || request === 0x8905) {
    add(at, 4, When.Done); // FIONREAD, SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK
  } else if (request === 0x80088a02) {
    add(at, 8, When.Done); // EPIOCGPARAMS
  }
}

// WASI's: address 0 is one like others.

/** What a call that succeeds writes. */
export function output(at: u32, bytes: u32): void {
  if (fits(at, bytes)) note(at, bytes, When.Done);
}

/** Room for the events of `count` subscriptions; the host uses all of it until it knows them. */
export function subscribed(at: u32, count: u32): void {
  if (count <= SUBSCRIPTIONS_MAX && fits(at, 32 * count)) note(at, 32 * count, When.Always);
}

/** Takes over what the call was entitled to write; if memory has grown in it, all is taken over. */
export function settle(result: i32): void {
  if (hasGrown) {
    takeOver(0, BEGIN);
    takeOver(low, end - low);
    return;
  }
  let left: u32 = result < 0 ? u32.MAX_VALUE : result;
  for (let i: u32 = 0; i < claims; i++) {
    const claim = CLAIMS + 12 * i;
    const when = load<u32>(claim, 8);
    let bytes = load<u32>(claim, 4);
    if (when === When.Done && result < 0) continue;
    if (when === When.Events) bytes = result < 0 ? 0 : min<u32>(bytes, 16 * <u32>result);
    if (when === When.Flow) {
      bytes = min<u32>(bytes, left);
      left -= bytes;
    }
    takeOver(load<u32>(claim), bytes);
  }
}

function firstDifference(from: u32, to: u32): u32 {
  for (let at = from; at < to; at += 16) {
    const shadow = shadowOf(at);
    if (!v128.any_true(v128.xor(v128.load(at), v128.load(shadow)))) continue;
    let byte: u32 = 0;
    while (load<u8>(at + byte) === load<u8>(shadow + byte)) byte++;
    return at + byte;
  }
  return u32.MAX_VALUE;
}

/** The first address that holds what nobody was entitled to write, or u32.MAX_VALUE. */
export function difference(): u32 {
  const found = firstDifference(0, BEGIN);
  return found === u32.MAX_VALUE ? firstDifference(low, end) : found;
}

export const shadowByte = (at: u32): u8 => load<u8>(shadowOf(at));
