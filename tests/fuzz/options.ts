// The fuzzer's command line: what may be given, what is meant where it is not, and what is wrong.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { IMPORT_NAMES } from "./imports.ts";
import { type Program, parseProgram } from "./program.ts";

export const HELP = `usage: npm run fuzz -- [options]
  --seed N        of all that is random (1)
  --calls N       makes at least so many calls (200000)
  --focus WORD    calls with WORD in their name twenty times as often; wasi is one
  --keep          makes programs with rare outcomes small, and keeps them in the corpus
  --plain         the ordinary addon, without sanitizers
  --replay FILE   runs that program alone, shows each call with its result, and ends
`;

export interface FuzzOptions {
  readonly seed: number;
  readonly calls: number;
  readonly focus: string | undefined;
  readonly keep: boolean;
  readonly plain: boolean;
  readonly replay: Program | undefined;
}

/** The command line cannot be followed; the message says why. */
export class UsageError extends Error {}

/** Undefined: help was asked for. */
export function parseOptions(args: string[]): FuzzOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const { focus, keep, plain, replay } = values;
  if (focus !== undefined && !IMPORT_NAMES.some((name) => name.includes(focus))) {
    throw new UsageError(`--focus: no call has "${focus}" in its name`);
  }
  return {
    seed: count("--seed", values.seed),
    calls: count("--calls", values.calls),
    focus,
    keep,
    plain,
    replay: replay === undefined ? undefined : readProgram(replay),
  };
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const seed = { ...text, default: "1" };
  const calls = { ...text, default: "200000" };
  const options = { seed, calls, focus: text, replay: text, keep: flag, plain: flag, help: flag };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(/\.\s/);
    throw new UsageError(`${sentence}; see --help`);
  }
}

function count(name: string, text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`${name} is a number of at most nine digits, not "${text}"`);
}

function readProgram(file: string): Program {
  try {
    return parseProgram(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`--replay ${file}: ${(error as Error).message}`);
  }
}
