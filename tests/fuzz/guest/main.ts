// The guest that the fuzzer runs: interprets a program, a string of bytes in its first argument,
// and looks after each call whether it wrote what it was not entitled to.
//
// What comes back goes to a duplicate of stdout, in frames of i32: {RESULTS, tag, index of the
// first call, count, results…} and {VIOLATION, tag, index, address, what was there, what is}.

import * as linux from "../../../build/fuzz/imports";
import * as claims from "./claims";

const enum Op {
  End = 0,
  Call = 1,
  Poke = 2,
  Put = 3,
  Grow = 4,
}

const enum Kind {
  Literal = 0,
  Slot = 1,
  Last = 2,
  Arena = 3,
  End = 4,
}

const RESULTS: i32 = 0x5a5a0001;
const VIOLATION: i32 = 0x5a5a0002;
/** The result of a call that was not made. */
const SKIPPED: i32 = i32.MIN_VALUE;
const EINTR: i32 = -4;
/** A handler of this number traps, one of that number lets memory grow. */
const TRAPPING: i32 = 0xdead;
const GROWING: i32 = 6;

const SLOT_COUNT: u32 = 32;
const NO_SLOT: u32 = 255;
const PAIR_NONE: u32 = 255;
const FRAME_MAX: i32 = 64;
const ARGUMENTS_MAX: u32 = 6;

const SLOTS: usize = memory.data(32 * 4, 16);
const ARGUMENTS: usize = memory.data(6 * 4, 16);
const FRAME: usize = memory.data((4 + 64) * 4, 16);
const HANDLER_TIME: usize = memory.data(16, 16);

let at: usize = 0;
let last: i32 = 0;
let index: i32 = 0;
let tag: i32 = 0;
let resultFd: i32 = 0;
let flushEvery: i32 = 0;
let framed: i32 = 0;

/** Called by the host; calls it back, in the middle of an import of its own. */
export function __signal(handler: i32, _signum: i32): void {
  if (handler === TRAPPING) unreachable();
  if (handler === GROWING) growBy(1);
  linux.linux_clock_gettime(1, <i32>HANDLER_TIME);
}

function write(from: usize, bytes: i32): void {
  for (let tries = 0; tries < 100; tries++) {
    if (linux.linux_write(resultFd, <i32>from, bytes) !== EINTR) return;
  }
}

function flush(): void {
  if (framed === 0) return;
  store<i32>(FRAME, RESULTS);
  store<i32>(FRAME, tag, 4);
  store<i32>(FRAME, index - framed, 8);
  store<i32>(FRAME, framed, 12);
  write(FRAME, 16 + 4 * framed);
  framed = 0;
}

function record(result: i32): void {
  store<i32>(FRAME + 16 + 4 * framed++, result);
  index++;
  last = result;
  if (framed === flushEvery || framed === FRAME_MAX) flush();
}

/** Says where memory is wrong, and ends. */
function violated(address: u32): void {
  flush();
  store<i32>(FRAME, VIOLATION);
  store<i32>(FRAME, tag, 4);
  store<i32>(FRAME, index - 1, 8);
  store<u32>(FRAME, address, 12);
  store<u32>(FRAME, claims.shadowByte(address), 16);
  store<u32>(FRAME, load<u8>(address), 20);
  write(FRAME, 24);
  for (;;) linux.linux_exit_group(0);
}

function argument(): i32 {
  const kind = load<u8>(at);
  const value = load<i32>(at, 1);
  at += 5;
  if (kind === Kind.Slot) return load<i32>(SLOTS + 4 * (<u32>value % SLOT_COUNT));
  if (kind === Kind.Last) return last;
  if (kind === Kind.Arena) return claims.low + value;
  if (kind === Kind.End) return claims.memoryEnd() - value;
  return value;
}

const a = (i: u32): i32 => load<i32>(ARGUMENTS + 4 * i);

function call(): void {
  const number = <u32>load<u8>(at);
  const slot = <u32>load<u8>(at, 1);
  at += 2;
  for (let i: u32 = 0; i < ARGUMENTS_MAX; i++) {
    const value = i < linux.arity(number) ? argument() : 0;
    store<i32>(ARGUMENTS + 4 * i, value === resultFd ? -1 : value); // it is the interpreter's own
  }
  claims.begin();
  linux.claim(number, a(0), a(1), a(2), a(3), a(4), a(5));
  if (claims.refused()) {
    record(SKIPPED);
    return;
  }
  if (linux.mayEnd(number)) flush();
  const result = linux.call(number, a(0), a(1), a(2), a(3), a(4), a(5));
  claims.settle(result);
  record(result);
  const wrong = claims.difference();
  if (wrong !== u32.MAX_VALUE) violated(wrong);
  if (slot === NO_SLOT || result < 0) return;
  const pair = linux.pairAt(number);
  if (pair === PAIR_NONE) {
    store<i32>(SLOTS + 4 * (slot % SLOT_COUNT), result);
    return;
  }
  const from = <usize>a(pair);
  store<i32>(SLOTS + 4 * (slot % SLOT_COUNT), load<i32>(from));
  store<i32>(SLOTS + 4 * ((slot + 1) % SLOT_COUNT), load<i32>(from, 4));
}

function poke(): void {
  const to = <u32>argument();
  const bytes = <u32>load<u16>(at);
  at += 2;
  if (claims.isJudged(to, bytes)) {
    memory.copy(to, at, bytes);
    claims.takeOver(to, bytes);
  }
  at += bytes;
}

function put(): void {
  const to = <u32>argument();
  const value = argument();
  if (!claims.isJudged(to, 4)) return;
  store<i32>(to, value);
  claims.takeOver(to, 4);
}

function growBy(pages: u32): void {
  const room = (claims.low + claims.ARENA_MAX - claims.memoryEnd()) / claims.PAGE;
  // Within the shadow, or so much that it cannot be had.
  if (pages <= room || pages >= 65536) memory.grow(pages);
  claims.grown();
}

/** Makes sure that memory reaches that far. */
function reach(bytes: u32): void {
  const pages = (bytes + claims.PAGE - 1) / claims.PAGE;
  if (pages > <u32>memory.size()) memory.grow(pages - <u32>memory.size());
}

const digit = (char: u8): u8 => (char < 0x3a ? char - 0x30 : char - 0x57);

/** The bytes that argv[1] spells in hexadecimal digits, decoded where they are. */
function readProgram(): usize {
  const bytes = linux.linux_cmdline(0, 0);
  reach(<u32>__heap_base + bytes);
  linux.linux_cmdline(<i32>__heap_base, bytes);
  let from: usize = __heap_base;
  while (load<u8>(from) !== 0) from++;
  from++;
  let to = from;
  for (let digits = from; load<u8>(digits) !== 0; digits += 2) {
    store<u8>(to++, (digit(load<u8>(digits)) << 4) | digit(load<u8>(digits, 1)));
  }
  const arena = (<u32>__heap_base + bytes + claims.PAGE - 1) & ~(claims.PAGE - 1);
  reach(arena + claims.PAGE);
  claims.setArena(arena);
  return from;
}

function run(): void {
  for (let i: u32 = 0; i < SLOT_COUNT; i++) store<i32>(SLOTS + 4 * i, 0x3fff - i);
  for (;;) {
    const op = load<u8>(at++);
    if (op === Op.Call) call();
    else if (op === Op.Poke) poke();
    else if (op === Op.Put) put();
    else if (op === Op.Grow) growBy(argument());
    else break;
  }
  flush();
}

const program = readProgram();
tag = load<i32>(program);
resultFd = load<i32>(program, 4);
flushEvery = load<i32>(program, 8);
at = program + 12;
linux.linux_dup3(1, resultFd, 0);
run();
