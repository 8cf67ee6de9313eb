// Makes arguments of calls: numbers, flags, descriptors, and pointers to structs that are put into
// the guest's memory first. What has to be unexpected, Maker.hostile() makes.

import type { Kind } from "./calls.ts";
import type { Maker } from "./generate.ts";
import { type Arg, literal as constant } from "./program.ts";
import { PATH_OFFSET } from "./world.ts";

export type Make = (maker: Maker) => Arg;

const NONBLOCK = 0x800;
const EVENT_BITS = [1, 4, 0x2000, 0x4000_0000, -0x8000_0000, 0x1000_0000, 2, 0x8000_0000 >> 1];
const SOCKETS = ["tcp", "udp", "unix"] as const;
const GUESSED_DESCRIPTORS = [0, 1, 2, 3, 4, 5, 9, 12, 17, 20, 25, 30, 40, -1, 16_383, 16_384];
const RARE = 0.1;

export const literal =
  (value: number): Make =>
  () =>
    constant(value);

export const one =
  (...values: number[]): Make =>
  ({ random }) =>
    constant(random.pick(values));

/** Each of these bits half of the time. */
export const flags =
  (...bits: number[]): Make =>
  ({ random }) =>
    constant(bits.reduce((sum, bit) => (random.chance(0.3) ? sum | bit : sum), 0));

/** The same; the first bit keeps calls from blocking, and is missing only where they may. */
export const blockingFlags =
  (nonblock: number, ...bits: number[]): Make =>
  (maker) => {
    const others = flags(...bits)(maker).value;
    return constant(maker.mayBlock && maker.random.chance(0.3) ? others : others | nonblock);
  };

/** A descriptor, mostly of the kind that the call is for. */
export const fd =
  (kind?: Kind | "socket"): Make =>
  (maker) => {
    if (maker.random.chance(0.05)) return constant(maker.random.pick(GUESSED_DESCRIPTORS));
    if (kind === undefined || maker.random.chance(RARE)) return maker.anySlot();
    return maker.slot(kind === "socket" ? SOCKETS : [kind]) ?? maker.anySlot();
  };

export const optional =
  (make: Make): Make =>
  (maker) =>
    maker.random.chance(0.3) ? constant(0) : make(maker);

/** -1 as often as not. */
export const orNone =
  (make: Make): Make =>
  (maker) =>
    maker.random.chance(0.5) ? constant(-1) : make(maker);

export const eight: Make = ({ random }) =>
  constant(random.chance(RARE) ? random.pick([0, 4, 16]) : 8);

/** Room for what a call writes. */
export const output =
  (bytes: number): Make =>
  (maker) =>
    maker.room(bytes);

/** Bytes to be sent or written: whatever lies there. */
export const data: Make = (maker) => maker.room(64);

export const length: Make = one(0, 1, 4, 8, 16, 64, 64, 64, 65, 128, 1000, 4096, 65_536);

/** What no call can write to. */
export const noPointer: Make = one(0, 1, 2, 3, 8, 16, -1, -100, 0x7fff_ffff, -4096);

export const timeout: Make = ({ random, mayBlock }) =>
  constant(random.chance(0.8) ? 0 : random.pick(mayBlock ? [-1, 1, 5, 1000] : [0, 1]));

// Numbers that mean something.

export const domain: Make = one(2, 2, 2, 2, 10, 10, 1, 1, 0, 16, 17, 40);

const typeFlags: Make = (maker) => blockingFlags(NONBLOCK, 0x80000)(maker);

export const socketType: Make = (maker) => {
  const { random } = maker;
  const type = random.chance(0.95) ? random.pick([1, 1, 2, 2, 5]) : random.below(12);
  return constant(type | typeFlags(maker).value);
};

export const pairType: Make = (maker) =>
  constant(maker.random.pick([1, 2, 5]) | typeFlags(maker).value);

export const protocol: Make = one(0, 0, 0, 0, 0, 6, 17, 1, 132, 255, 262);

export const messageFlags: Make = ({ random, mayBlock }) => {
  const always = mayBlock ? 0 : 0x40; // MSG_DONTWAIT
  if (random.chance(0.5)) return constant(always | 0x4000); // MSG_NOSIGNAL
  const bits = [
    1, 2, 4, 0x20, 0x100, 0x2000, 0x4000, 0x8000, 0x10000, 0x20000000, 0x4000000, -0x80000000,
  ];
  return constant(
    random.pick(bits) | random.pick(bits) | always | (random.chance(0.9) ? 0x4000 : 0),
  );
};

export const addressLength: Make = one(16, 16, 16, 28, 28, 2, 0, 110, 128, 129, 15, 24);

/** Levels, with options of theirs that the allow list knows for some socket. */
const OPTIONS = [
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 15, 18, 19, 20, 21, 29, 30, 38, 39, 40, 42, 49, 55, 56, 57],
  [0, 1, 2, 10, 14, 13, 12, 24],
  [41, 26, 16, 23, 24, 51, 66, 67, 62],
  [6, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 18, 23, 25, 30],
  [17, 1, 103, 104],
];

/** A level; which option of it goes with it is remembered. */
export const optionLevel: Make = (maker) => {
  const { random } = maker;
  const [level = 0, ...names] = random.pick(OPTIONS);
  maker.optionName = random.chance(0.8) ? random.pick(names) : random.below(256);
  return constant(random.chance(0.95) ? level : random.below(300));
};

export const optionName: Make = ({ optionName: name }) => constant(name);

export const fcntlCommand: Make = one(0, 1, 2, 3, 4, 1030, 1031, 1032, 5, 8, 9, 15, 1024, 1033);

/** O_NONBLOCK, numbers of descriptors and sizes of pipes. */
export const fcntlArgument: Make = ({ random, mayBlock }) =>
  constant(random.pick([0x800, 0x800, 0xc00, 3, 64, 4096, 65_536]) & (mayBlock ? ~0x800 : -1));

export const ioctlRequest: Make = ({ random }) => {
  const known = [0x541b, 0x5411, 0x894b, 0x8905, 0x5421, 0x5450, 0x5451, 0x40088a01, -0x7ff775fe];
  return constant(random.chance(0.9) ? random.pick(known) : 0x5400 + random.below(0x60));
};

export const clock: Make = one(0, 1, 1, 4, 5, 6, 7, 2, 3, 8, 9, 10, 11, 12, -1, -6);

/** Any, rarely one whose default ends the guest. */
export const signal: Make = ({ random }) => constant(random.below(66));

/** One that ends nothing unless the guest is unlucky. */
export const mildSignal: Make = ({ random }) =>
  constant(random.chance(0.97) ? random.pick([0, 10, 12, 17, 18, 20, 28, 65]) : random.below(65));

// Structs.

const words = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

export const epollEvent: Make = (maker) => {
  const { random } = maker;
  const bits = random.pick(EVENT_BITS) | random.pick(EVENT_BITS) | 1;
  return maker.poke(words(random.chance(0.05) ? random.bits() : bits, 0, random.bits(), 7));
};

/** A granted one most of the time; port 0 for one of the kernel's choice. */
export const sockaddr: Make = (maker) => {
  const port = maker.random.pick([0, 0, 1024, 4000, 4001, 4002, 4003, 65_535]);
  if (maker.random.chance(0.03)) return maker.poke(maker.random.bytes(28));
  return maker.random.chance(0.5) ? maker.address(port, "granted4") : maker.address(port);
};

/** A length that a call reads and writes. */
export const lengthCell: Make = (maker) =>
  maker.poke(words(maker.random.pick([0, 1, 4, 8, 16, 28, 64, 110, 128, 200, 1024, -1])));

export const optionValue: Make = (maker) => {
  const { random } = maker;
  const number = random.pick([0, 1, 1, 2, 64, 1000, 65_536, -1, 0x7fff_ffff]);
  return maker.poke(words(number, random.pick([0, 0, 1]), random.pick([0, 1000]), 0));
};

/** Mostly short enough not to hold up the run. */
export const timespec: Make = (maker) => {
  const { random, mayBlock } = maker;
  if (random.chance(0.1) && mayBlock) return constant(0);
  const seconds = random.chance(0.03) ? random.pick([-1, 1, 0x7fff_ffff]) : 0;
  const nanoseconds = random.chance(0.03) ? random.bits() : random.pick([0, 0, 1, 20_000, 200_000]);
  return maker.poke(
    words(mayBlock ? seconds : Math.min(seconds, 0), seconds >> 31, nanoseconds, 0),
  );
};

export const itimerspec: Make = (maker) => {
  const { random } = maker;
  const time = () => random.pick([0, 1, 1000, 1_000_000, 999_999_999, -1]);
  const seconds = random.pick([0, 0, 0, 1, 0x7fff_ffff]);
  return maker.poke(words(0, 0, time(), 0, seconds, 0, time(), 0));
};

/** Not so short that the guest comes to nothing but handling its alarms. */
export const itimerval: Make = (maker) => {
  const { random } = maker;
  const time = () => random.pick([0, 10_000, 500_000, 999_999, 1_000_000]);
  return maker.poke(words(random.pick([0, 0, 5]), 0, 0, 0, random.pick([0, 1, 100]), 0, time(), 0));
};

export const sigset: Make = (maker) => {
  const { random } = maker;
  const set = random.pick([0, -1, 1 << 16, 0x3fff, random.bits()]);
  return maker.poke(words(set, random.chance(0.5) ? 0 : -1));
};

export const sigaction: Make = (maker) => {
  const { random } = maker;
  const handler = random.chance(0.01) ? 0xdead : random.pick([0, -2, 1, 5, 5, 5, 6]);
  const bits = random.pick([0, 0x10000000, 0x40000000, -0x80000000, 4]);
  return maker.poke(words(handler, bits, 0, random.pick([0, -1]), 0));
};

/** Rarely so low that nothing more can be opened. */
export const rlimit: Make = (maker) => {
  const { random } = maker;
  const limits = random.chance(0.9) ? [256, 1024, 16_384, -1] : [0, 3, 64];
  const limit = () => random.pick(limits);
  return maker.poke(words(limit(), 0, limit(), random.pick([0, 0, -1])));
};

/** The path in the address of a Unix socket, or that of a file which is none. */
export const path: Make = (maker) => {
  const { random } = maker;
  const { kind, value } = maker.address(random.below(8), random.pick(["unix", "forbiddenUnix"]));
  return { kind, value: kind === "end" ? value - PATH_OFFSET : value + PATH_OFFSET };
};

/** pollfds of four descriptors. */
export const pollfds: Make = (maker) => {
  const at = maker.poke(words(0, 5, 0, 5, 0, 0x2015, -1, 1));
  for (let i = 0; i < 4; i++) maker.put(at, 8 * i, fd()(maker));
  return at;
};

/** iovecs of three buffers, one of which may be hostile. */
export const iovecs: Make = (maker) => {
  const { random } = maker;
  const at = maker.room(24);
  for (let i = 0; i < 3; i++) {
    const base = random.chance(0.05) ? maker.hostile() : maker.room(64);
    maker.put(at, 8 * i, base);
    maker.put(at, 8 * i + 4, random.chance(0.03) ? maker.hostile() : length(maker));
  }
  return at;
};

export const ioctlArgument: Make = (maker) => {
  const on = maker.mayBlock ? [0, 1, 50] : [1, 50]; // FIONBIO
  if (maker.random.chance(0.5)) return maker.poke(words(maker.random.pick(on), 8));
  return maker.room(8);
};

/** Control messages: one of the list, or anything. */
function controlMessage(maker: Maker): Uint8Array {
  const { random } = maker;
  const known = [
    [0, 1],
    [0, 2],
    [41, 67],
    [41, 52],
    [17, 103],
    [1, 1],
    [1, 2],
    [1, 29],
  ];
  const [level = 0, type = 0] = random.chance(0.9)
    ? random.pick(known)
    : [random.below(300), random.below(110)];
  const claimed = random.chance(0.9) ? 16 : random.pick([0, 11, 12, 13, 14, 28, 64, -1]);
  return words(claimed, level, type, random.pick([1, 64, 512, 65_536]), 16, level, type, 1);
}

/** Fills a msghdr at `at`. */
function fillMessage(maker: Maker, at: Arg, sends: boolean): void {
  const { random } = maker;
  const named = random.chance(0.5);
  const name = sends ? sockaddr(maker) : maker.room(28);
  maker.put(at, 0, named ? name : constant(0));
  maker.put(at, 4, sends ? addressLength(maker) : constant(random.pick([0, 4, 16, 28, 128, 300])));
  maker.put(at, 8, iovecs(maker));
  maker.put(at, 12, random.chance(0.05) ? maker.hostile() : constant(random.below(4)));
  const controls = random.chance(0.4);
  const control = sends ? maker.poke(controlMessage(maker)) : maker.room(64);
  maker.put(at, 16, controls ? control : constant(0));
  maker.put(
    at,
    20,
    controls ? constant(random.pick([0, 12, 16, 16, 16, 32, 64, 40])) : constant(0),
  );
}

const message =
  (count: number, sends: boolean): Make =>
  (maker) => {
    const at = maker.room(count === 1 ? 28 : 32 * count);
    for (let i = 0; i < count; i++) {
      const moved = at.kind === "end" ? at.value - 32 * i : at.value + 32 * i;
      fillMessage(maker, { kind: at.kind, value: moved }, sends);
    }
    return at;
  };

export const sentMessage = message(1, true);
export const receivedMessage = message(1, false);
export const sentMessages = message(3, true);
export const receivedMessages = message(3, false);
