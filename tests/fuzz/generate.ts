// Makes programs: calls whose arguments mostly make sense, with hostile ones in between, and
// mutations of those in the corpus.

import { timeout, timespec } from "./arguments.ts";
import { type Kind, shapeOf } from "./calls.ts";
import { IMPORT_NAMES, type ImportName } from "./imports.ts";
import { type Arg, type Op, type Program, literal } from "./program.ts";
import { Random } from "./random.ts";
import { ADDRESS_NAMES, type AddressName } from "./world.ts";

const SLOT_COUNT = 32;
const ARENA_BYTES = 65_536;
/** Where structs are put, below the end so that memory.grow does not matter to them. */
const SCRATCH_BYTES = ARENA_BYTES - 4_096;
const EXITS: readonly ImportName[] = ["exit_group", "wasi_proc_exit"];
const CALLS_MIN = 100;
const CALLS_MAX = 6_000;
/** Signals that programs send themselves. */
const FREQUENT_SIGNALS = [1, 10, 12, 13, 14, 40, 41, 64];
const HOSTILE = 0.04;
const HOSTILE_VALUES = [
  0, 1, -1, 2, 16, 255, 1023, 1024, 4096, 65_535, 65_536, 0x7fff_ffff, -0x8000_0000, -16, -4096,
];
/** Quotas that programs meet; the guest itself needs 212 descriptors and some pages. */
const QUOTAS = [
  { name: "descriptorsMax", value: 212 },
  { name: "watchesMax", value: 3 },
  { name: "timersMax", value: 2 },
  { name: "memoryBytesMax", value: 2 ** 20 },
  { name: "runMsMax", value: 50 },
] as const;
/** Arguments that make a call wait if they are anything. */
const WAITING = new Set([timeout, timespec]);

/** How much more often calls are made that a program is about. */
const FOCUSED = 20;

export interface Options {
  /** Whether it may wait: somebody is going to kill it. */
  readonly mayBlock: boolean;
  /** A part of the names of the calls that it is about. */
  readonly focus?: string | undefined;
}

/** Names of imports, each as often as it is to be called. */
function weighted({ mayBlock, focus }: Options): ImportName[] {
  return IMPORT_NAMES.flatMap((name) => {
    const { weight = 10, mayBlock: waits = false } = shapeOf(name);
    const times = focus !== undefined && name.includes(focus) ? FOCUSED : 1;
    return Array.from({ length: waits && !mayBlock ? 0 : weight * times }, () => name);
  });
}

/** A program in the making: what the makers of arguments ask for and add to. */
export class Maker {
  readonly random: Random;
  readonly mayBlock: boolean;
  readonly ops: Op[] = [];
  /** The number of a socket option, once its level has been chosen. */
  optionName = 0;
  readonly #names: readonly ImportName[];
  readonly #slots = new Map<number, Kind>();
  /** How many calls it has. */
  calls = 0;
  #nextSlot = 0;

  constructor(random: Random, options: Options) {
    this.random = random;
    this.mayBlock = options.mayBlock;
    this.#names = weighted(options);
  }

  /** A slot that is believed to be of one of these kinds, if there is one. */
  slot(kinds: readonly Kind[]): Arg | undefined {
    const fitting = [...this.#slots].filter(([, kind]) => kinds.includes(kind));
    if (fitting.length === 0) return undefined;
    return { kind: "slot", value: this.random.pick(fitting)[0] };
  }

  /** A slot in use, rarely another. */
  anySlot(): Arg {
    const used = [...this.#slots.keys()];
    const isUsed = used.length > 0 && this.random.chance(0.9);
    const value = isUsed ? this.random.pick(used) : this.random.below(SLOT_COUNT);
    return { kind: "slot", value };
  }

  /** Room for a struct, rarely at the very end of memory or across it. */
  room(bytes: number): Arg {
    const { random } = this;
    if (random.chance(0.06)) return { kind: "end", value: bytes };
    if (random.chance(0.02)) return { kind: "end", value: bytes - 1 - random.below(8) };
    if (random.chance(0.02)) return literal(16 + random.below(900));
    const at = random.below(SCRATCH_BYTES) & ~(random.chance(0.9) ? 15 : 0);
    return { kind: "arena", value: at };
  }

  poke(bytes: Uint8Array): Arg {
    const at = this.room(bytes.length);
    this.ops.push({ op: "poke", at, bytes });
    return at;
  }

  put(at: Arg, offset: number, value: Arg): void {
    const moved = at.kind === "end" ? at.value - offset : at.value + offset;
    this.ops.push({ op: "put", at: { kind: at.kind, value: moved }, value });
  }

  address(port: number, name: AddressName = this.random.pick(ADDRESS_NAMES)): Arg {
    const at = this.room(28);
    this.ops.push({ op: "address", at, name, port });
    return at;
  }

  /** Adds a call with arguments of its own making. */
  call(name = this.random.pick(this.#names)): void {
    const args = shapeOf(name).args.map((make) => {
      const isFixed = WAITING.has(make) && !this.mayBlock;
      return this.random.chance(HOSTILE) && !isFixed ? this.hostile() : make(this);
    });
    this.add({ op: "call", name, args });
  }

  hostile(): Arg {
    const { random } = this;
    if (random.chance(0.2)) return { kind: "end", value: random.below(64) - 32 };
    if (random.chance(0.2)) return { kind: "arena", value: random.below(ARENA_BYTES) };
    if (random.chance(0.1)) return literal(random.bits());
    if (random.chance(0.1)) return { kind: "last", value: 0 };
    return literal(random.pick(HOSTILE_VALUES));
  }

  /** Adds an op, and gives what it opens a slot. */
  add(op: Op): void {
    if (op.op !== "call") {
      this.ops.push(op);
      return;
    }
    this.calls += 1;
    const { opens, closes = false } = shapeOf(op.name);
    if (closes && op.args[0]!.kind === "slot") this.#slots.delete(op.args[0]!.value);
    if (opens === undefined) {
      this.ops.push({ ...op, to: undefined });
      return;
    }
    const to = op.to ?? this.#nextSlot;
    this.ops.push({ ...op, to });
    const pair = typeof opens !== "string";
    this.#slots.set(to, pair ? opens[0] : this.#kind(opens, op.args));
    if (pair) this.#slots.set((to + 1) % SLOT_COUNT, opens[1]);
    this.#nextSlot = (to + (pair ? 2 : 1)) % SLOT_COUNT;
  }

  #kind(opens: Kind | "socket" | "same", [first, second]: readonly Arg[]): Kind {
    if (opens === "same") return this.#slots.get(first?.value ?? 0) ?? "tcp";
    if (opens !== "socket") return opens;
    if (first?.value === 1) return "unix";
    return ((second?.value ?? 0) & 0xf) === 2 ? "udp" : "tcp";
  }
}

/** A random program. The corpus's programs are its bricks, mutated, with random calls between. */
export function generate(seed: number, corpus: readonly Program[], options: Options): Program {
  const maker = new Maker(new Random(seed), options);
  const { random } = maker;
  const calls = CALLS_MIN + random.below(CALLS_MAX - CALLS_MIN);
  const splices = options.focus === undefined ? 0.1 : 0.01;
  for (const signum of FREQUENT_SIGNALS) if (random.chance(0.97)) survive(maker, signum);
  if (random.chance(0.2)) maker.add({ op: "quota", ...random.pick(QUOTAS) });
  while (maker.calls < calls) {
    if (corpus.length > 0 && random.chance(splices)) splice(maker, random.pick(corpus));
    else if (random.chance(0.005)) {
      maker.add({ op: "grow", pages: literal(random.pick([0, 1, 1, 1, 65_536, -1])) });
    } else {
      maker.call();
    }
  }
  if (random.chance(0.1)) maker.call(random.pick(EXITS));
  return maker.ops;
}

/** Ignores or handles a signal that programs get without meaning it, and that would end them. */
function survive(maker: Maker, signum: number): void {
  const action = new Uint8Array(20);
  new DataView(action.buffer).setInt32(0, maker.random.pick([-2, 5]), true);
  const at = maker.poke(action);
  const args = [literal(signum), at, literal(0), literal(8)];
  maker.add({ op: "call", name: "rt_sigaction", args });
}

function splice(maker: Maker, program: Program): void {
  const { random } = maker;
  const rate = random.pick([0, 0.02, 0.1]);
  for (const op of program) {
    if (op.op === "call" && EXITS.includes(op.name) && random.chance(0.98)) continue;
    if (!random.chance(rate)) {
      maker.add(op);
      continue;
    }
    const how = random.below(4);
    if (how === 0) continue;
    if (how === 1) maker.call();
    maker.add(how === 2 && op.op === "call" ? mutate(maker, op) : op);
    if (how === 3) maker.add(op);
  }
}

/** The same call with another argument. */
function mutate(maker: Maker, op: Extract<Op, { op: "call" }>): Op {
  if (op.args.length === 0) return op;
  const at = maker.random.below(op.args.length);
  const make = shapeOf(op.name).args[at]!;
  const arg = maker.random.chance(0.5) ? maker.hostile() : make(maker);
  return { ...op, args: op.args.with(at, arg) };
}
