// Programs of the fuzzer: as data, as text (one call a line, for people and for the corpus) and as
// the bytes that the guest interprets.
//
//   f3 = socket 2 2049 0       a call; its result becomes slot 3, a pair becomes slots 3 and 4
//   wasi_fd_close f3           one of WASI's; its result is the value it writes, or -errno, WASI's
//   read f3 m0 16              arguments: a number, fN a slot, mN the arena's byte N, eN the byte
//                              N before memory's end, r the last result
//   poke m0 00ff               bytes into memory
//   put m0 f3                  an argument's value into memory, 4 bytes
//   address m0 granted4 80     a sockaddr by name, see world.ts, with that port
//   grow 1                     memory.grow
//   quota watchesMax 4         what its guest starts with, wherever it stands

import { QUOTAS, type Quotas } from "../../host/quotas.ts";
import { IMPORTS, IMPORT_NAMES, type ImportName } from "./imports.ts";
import { ADDRESS_NAMES, type AddressName, type World, addressBytes } from "./world.ts";

const ARG_KINDS = ["literal", "slot", "last", "arena", "end"] as const;
const MARKS = { slot: "f", arena: "m", end: "e" } as const;
const OPS = { end: 0, call: 1, poke: 2, put: 3, grow: 4 } as const;
const NO_SLOT = 255;
const POKE_BYTES_MAX = 0xffff;

export interface Arg {
  readonly kind: (typeof ARG_KINDS)[number];
  readonly value: number;
}

export interface Call {
  readonly op: "call";
  readonly name: ImportName;
  readonly args: readonly Arg[];
  /** The slot of its result. */
  readonly to?: number | undefined;
}

export type Op =
  | Call
  | { readonly op: "poke"; readonly at: Arg; readonly bytes: Uint8Array }
  | { readonly op: "put"; readonly at: Arg; readonly value: Arg }
  | {
      readonly op: "address";
      readonly at: Arg;
      readonly name: AddressName;
      readonly port: number;
    }
  | { readonly op: "grow"; readonly pages: Arg }
  | { readonly op: "quota"; readonly name: keyof Quotas; readonly value: number };

export type Program = readonly Op[];

export const literal = (value: number): Arg => ({ kind: "literal", value: value | 0 });

export function formatArg({ kind, value }: Arg): string {
  if (kind === "last") return "r";
  return kind === "literal" ? String(value) : `${MARKS[kind]}${value}`;
}

export function formatOp(op: Op): string {
  switch (op.op) {
    case "call": {
      const words = [op.name, ...op.args.map(formatArg)].join(" ");
      return op.to === undefined ? words : `f${op.to} = ${words}`;
    }
    case "poke":
      return `poke ${formatArg(op.at)} ${Buffer.from(op.bytes).toString("hex")}`;
    case "put":
      return `put ${formatArg(op.at)} ${formatArg(op.value)}`;
    case "address":
      return `address ${formatArg(op.at)} ${op.name} ${op.port}`;
    case "grow":
      return `grow ${formatArg(op.pages)}`;
    case "quota":
      return `quota ${op.name} ${op.value}`;
  }
}

export const formatProgram = (program: Program): string =>
  program.map((op) => `${formatOp(op)}\n`).join("");

export function parseArg(text: string): Arg {
  const found = /^(?:(?<mark>[fme])(?<offset>-?\d+)|(?<number>-?(?:0x[\da-f]+|\d+))|r)$/.exec(text);
  if (found === null) throw new Error(`${text} is no argument`);
  const { mark, offset, number } = found.groups as Record<string, string | undefined>;
  if (number !== undefined) {
    const size = Number(number.replace("-", ""));
    return literal(number.startsWith("-") ? -size : size);
  }
  if (mark === undefined) return { kind: "last", value: 0 };
  const kind = mark === "f" ? "slot" : mark === "m" ? "arena" : "end";
  return { kind, value: Number(offset) };
}

function parseCall(words: string[], to?: number): Call {
  const [name = "", ...rest] = words;
  if (!Object.hasOwn(IMPORTS, name)) throw new Error(`there is no call ${name}`);
  const call = name as ImportName;
  const arity = IMPORTS[call].parameters.length;
  if (rest.length !== arity) {
    throw new Error(`${name} takes ${arity} arguments, not ${rest.length}`);
  }
  return { op: "call", name: call, args: rest.map(parseArg), to };
}

export function parseOp(line: string): Op {
  const [word = "", first = "", ...rest] = line.trim().split(/\s+/);
  const [second = "", third = ""] = rest;
  if (first === "=") return parseCall(rest, parseArg(word).value);
  if (word === "poke") {
    return { op: "poke", at: parseArg(first), bytes: new Uint8Array(Buffer.from(second, "hex")) };
  }
  if (word === "put") return { op: "put", at: parseArg(first), value: parseArg(second) };
  if (word === "grow") return { op: "grow", pages: parseArg(first) };
  if (word === "quota") {
    if (!Object.hasOwn(QUOTAS, first)) throw new Error(`there is no quota ${first}`);
    return { op: "quota", name: first as keyof Quotas, value: Number(second) };
  }
  if (word === "address") {
    const name = ADDRESS_NAMES.find((known) => known === second);
    if (name === undefined) throw new Error(`there is no address ${second}`);
    return { op: "address", at: parseArg(first), name, port: Number(third) };
  }
  return parseCall(line.trim().split(/\s+/));
}

/** A program from its text; empty lines and those that begin with # say nothing. */
export function parseProgram(text: string): Program {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map(parseOp);
}

/** The quotas of the guest that runs it; a later one counts. */
export function quotasOf(program: Program): Partial<Quotas> {
  const quotas = program.filter((op) => op.op === "quota");
  return Object.fromEntries(quotas.map(({ name, value }) => [name, value]));
}

export interface Header {
  /** Comes back in each frame of results. */
  readonly tag: number;
  /** The guest's descriptor for its results. */
  readonly resultFd: number;
  /** After how many calls results are written. */
  readonly flushEvery: number;
}

/** The bytes that the guest interprets. */
export function assemble(program: Program, header: Header, world: World): Uint8Array {
  const bytes: number[] = [];
  const word = (value: number): void => {
    bytes.push(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24);
  };
  const arg = ({ kind, value }: Arg): void => {
    bytes.push(ARG_KINDS.indexOf(kind));
    word(value);
  };
  const poke = (at: Arg, content: Uint8Array): void => {
    const cut = content.subarray(0, POKE_BYTES_MAX);
    bytes.push(OPS.poke);
    arg(at);
    bytes.push(cut.length & 0xff, cut.length >> 8, ...cut);
  };
  for (const value of [header.tag, header.resultFd, header.flushEvery]) word(value);
  for (const op of program) {
    if (op.op === "poke") poke(op.at, op.bytes);
    else if (op.op === "address") poke(op.at, addressBytes(world, op.name, op.port));
    else if (op.op === "call") {
      bytes.push(OPS.call, IMPORT_NAMES.indexOf(op.name), op.to ?? NO_SLOT);
      for (const each of op.args) arg(each);
    } else if (op.op !== "quota") {
      bytes.push(OPS[op.op]);
      for (const each of op.op === "put" ? [op.at, op.value] : [op.pages]) arg(each);
    }
  }
  bytes.push(OPS.end);
  return Uint8Array.from(bytes);
}
