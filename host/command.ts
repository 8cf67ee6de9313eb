// The command line's grammar: options of the host, then a module, then arguments of the guest.
// Knows nothing of how a guest is run.

import { parseArgs } from "node:util";
import { ErrorCodes, TripollError, UsageError, quote } from "./errors.ts";
import { parseGrant } from "./policy.ts";
import { QUOTAS, type Quotas } from "./quotas.ts";
import { parseUnixGrant } from "./unix.ts";

const defaults = {
  descriptors: QUOTAS.descriptorsMax.byDefault,
  watches: QUOTAS.watchesMax.byDefault,
  timers: QUOTAS.timersMax.byDefault,
  memoryMiB: QUOTAS.memoryBytesMax.byDefault / 2 ** 20,
  runSeconds: QUOTAS.runMsMax.byDefault / 1000,
};

export const HELP = `Usage: tripoll [options] server.wasm [arguments]
       tripoll cc [arguments of clang]

Runs a server written against Linux epoll as sandboxed WebAssembly.
It reaches nothing that is not given to it:

  --listen [udp:]HOST:PORT    it may bind and listen there
  --connect [udp:]HOST:PORT   it may connect and send there
  --unix PATH|@NAME           it may bind, connect and send to that Unix socket
  --env NAME=VALUE            an environment variable
  --stdin                     the standard input
  (--listen, --connect, --unix and --env may be repeated)

It gets no more than:

  --max-descriptors N         open descriptors (${defaults.descriptors})
  --max-watches N             descriptors in its epolls (${defaults.watches})
  --max-timers N              timer descriptors (${defaults.timers})
  --max-memory BYTES          memory, also as 64M or 1G (${defaults.memoryMiB}M)
  --max-run SECONDS           CPU time without a call, 0 for any (${defaults.runSeconds})
  --stop-timeout SECONDS      from SIGINT or SIGTERM to its end (5)

  --trace        write each system call to stderr, as strace does
  -h, --help     print this
  -v, --version  print the version

HOST is an IPv4 address, an IPv6 address in brackets, a block of addresses such
as 10.0.0.0/8 or [fd00::]/8, or * for all. PORT is a number, 0 for any free
one, a range such as 8000-8100, or * for all. A * at the end of a PATH or @NAME
stands for any rest.

SIGINT and SIGTERM stop the server, a second one at once. SIGHUP, SIGUSR1 and
SIGUSR2 are handed on to it.

Example: an echo server that is its own program and is told its port
  tripoll --listen 127.0.0.1:7000 echo.wasm 7000

The second form makes a server from C: tripoll cc server.c -o server.wasm

The exit code is the server's own, 128 + signal, 134 after a crash, 152 after
too long a run, or 2 if it could not be started.
`;

/** Each option; `form` is that of its value. */
const OPTIONS = {
  listen: { type: "string", form: "[udp:]HOST:PORT" },
  connect: { type: "string", form: "[udp:]HOST:PORT" },
  unix: { type: "string", form: "PATH|@NAME" },
  env: { type: "string", form: "NAME=VALUE" },
  stdin: { type: "boolean" },
  trace: { type: "boolean" },
  "max-descriptors": { type: "string", form: "N" },
  "max-watches": { type: "string", form: "N" },
  "max-timers": { type: "string", form: "N" },
  "max-memory": { type: "string", form: "BYTES" },
  "max-run": { type: "string", form: "SECONDS" },
  "stop-timeout": { type: "string", form: "SECONDS" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

type OptionName = keyof typeof OPTIONS;

const GRANTS = { listen: parseGrant, connect: parseGrant, unix: parseUnixGrant } as const;

type GrantName = keyof typeof GRANTS;

const isGrant = (name: string): name is GrantName => Object.hasOwn(GRANTS, name);

/** Longest time that a timer of Node can wait. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

type Limit = keyof Quotas | "stopTimeoutMs";

type NumberName = "stop-timeout" | Extract<OptionName, `max-${string}`>;

/** The options that are a number: what they set, and how they are read. */
const NUMBERS: Record<NumberName, { sets: Limit; read: (text: string) => number }> = {
  "max-descriptors": { sets: "descriptorsMax", read: parseCount },
  "max-watches": { sets: "watchesMax", read: parseCount },
  "max-timers": { sets: "timersMax", read: parseCount },
  "max-memory": { sets: "memoryBytesMax", read: parseBytes },
  "max-run": { sets: "runMsMax", read: parseSeconds },
  "stop-timeout": { sets: "stopTimeoutMs", read: parseSeconds },
};

/** What to run, and with what. */
export interface RunCommand extends Partial<Record<Limit, number>> {
  readonly does: "run";
  readonly file: string;
  readonly args: readonly string[];
  readonly listen: readonly string[];
  readonly connect: readonly string[];
  readonly unix: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: boolean;
  readonly trace: boolean;
}

export type Command = RunCommand | { readonly does: "help" | "version" };

/**
 * Splits the command line: options before the module are the host's, all after it the guest's.
 *
 * @throws UsageError what is wrong, with the option's name.
 */
export function parseCommand(argv: readonly string[]): Command {
  const grants = { listen: [] as string[], connect: [] as string[], unix: [] as string[] };
  const flags = { stdin: false, trace: false };
  const limits: Partial<Record<Limit, number>> = {};
  const env: [string, string][] = [];
  const given = () => ({ ...grants, ...flags, ...limits, env: Object.fromEntries(env) });
  const { tokens } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") {
      const at = token.kind === "positional" ? token.index : token.index + 1;
      return runCommand(argv.slice(at), given());
    }
    const name = knownOption(token.name, token.rawName);
    const value = optionValue(name, token);
    if (name === "help" || name === "version") return { does: name };
    if (name === "stdin" || name === "trace") flags[name] = true;
    else if (name === "env") env.push(parseVariable(value));
    else if (isGrant(name)) grants[name].push(parseGranted(name, value));
    else limits[NUMBERS[name].sets] = parseNumber(name, value);
  }
  return runCommand([], given());
}

function runCommand(rest: readonly string[], given: Omit<RunCommand, "does" | "file" | "args">) {
  const [file, ...args] = rest;
  if (file !== undefined) return { does: "run", file, args, ...given } as const;
  throw new UsageError(
    ErrorCodes.noModule,
    "no WebAssembly file is named; usage: tripoll [options] server.wasm [arguments], or --help",
  );
}

function knownOption(name: string, written: string): OptionName {
  if (Object.hasOwn(OPTIONS, name)) return name as OptionName;
  const names = Object.keys(OPTIONS);
  const near = names.find((known) => editDistance(name, known) <= 2);
  throw new UsageError(
    ErrorCodes.unknownOption,
    `unknown option ${quote(written)}; ${near ? `did you mean --${near}?` : "see --help"}`,
  );
}

/** The value of an option that takes one, "" for the others. */
function optionValue(
  name: OptionName,
  { value, inlineValue }: { value?: string | undefined; inlineValue?: boolean | undefined },
): string {
  const option = OPTIONS[name];
  if (option.type === "boolean") {
    if (value === undefined) return "";
    throw new UsageError(ErrorCodes.optionValue, `--${name} takes no value`);
  }
  // In `--listen --trace` the second is rather an option than an address.
  if (value !== undefined && (inlineValue || !value.startsWith("-"))) return value;
  throw new UsageError(ErrorCodes.optionValue, `--${name} needs a value: --${name} ${option.form}`);
}

function parseGranted(name: GrantName, value: string): string {
  try {
    GRANTS[name](value);
    return value;
  } catch (error) {
    if (!(error instanceof TripollError)) throw error;
    throw new UsageError(ErrorCodes.optionValue, `--${name}: ${error.message}`);
  }
}

function parseVariable(text: string): [name: string, value: string] {
  const equals = text.indexOf("=");
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  const problem = equals === 0 ? "has no name" : "has no value";
  throw new UsageError(
    ErrorCodes.optionValue,
    `--env: ${quote(text)} ${problem}; write NAME=VALUE`,
  );
}

function parseNumber(name: NumberName, text: string): number {
  const { sets, read } = NUMBERS[name];
  const range = sets === "stopTimeoutMs" ? { min: 0, max: TIMEOUT_MS_MAX } : QUOTAS[sets];
  const number = read(text);
  if (Number.isInteger(number) && number >= range.min && number <= range.max) return number;
  const scale = read === parseSeconds ? 1000 : 1;
  throw new UsageError(
    ErrorCodes.optionValue,
    `--${name}: ${quote(text)} is no number from ${range.min / scale} to ${range.max / scale}`,
  );
}

function parseCount(text: string): number {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : NaN;
}

/** Bytes: `65536`, `64K`, `256M`, `1G`, in powers of 1,024. */
function parseBytes(text: string): number {
  const [, digits = "", unit = ""] = /^([0-9]{1,12})([KMG]?)$/.exec(text) ?? [];
  return digits === "" ? NaN : Number(digits) * 1024 ** " KMG".indexOf(unit || " ");
}

/** Milliseconds of `10` or `0.5` seconds. */
function parseSeconds(text: string): number {
  return /^[0-9]{1,9}(\.[0-9]{1,3})?$/.test(text) ? Math.round(Number(text) * 1000) : NaN;
}

/** How many letters have to be put in, left out or changed (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const letter of from) {
    const above = row;
    row = [above[0]! + 1];
    for (let at = 0; at < to.length; at++) {
      const changed = above[at]! + (letter === to[at] ? 0 : 1);
      row.push(Math.min(changed, above[at + 1]! + 1, row[at]! + 1));
    }
  }
  return row[to.length]!;
}
