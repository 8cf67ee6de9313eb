// The command line: reads it, starts the guest it names, and turns signals and ends into codes.
// Knows nothing of workers or the addon, which are loaded when there is something to run.

import {
  closeSync,
  constants as fsConstants,
  fstatSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { constants } from "node:os";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { ErrorCodes, StartError, TripollError, UsageError, printable, quote } from "./errors.ts";
import type { Guest } from "./index.ts";
import { OperatorLog } from "./log.ts";
import { parseGrant } from "./policy.ts";

/** The command line or the module is at fault. */
const EXIT_USAGE = 2;

/** How long a reader of stderr that does not read may hold up the exit. */
const FLUSH_MS = 200;

const MODULE_BYTES_MAX = 256 * 1024 * 1024;

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const HELP = `Usage: tripoll [options] server.wasm [arguments]

Runs a server written against Linux epoll as sandboxed WebAssembly.
It reaches nothing that is not given to it:

  --listen [udp:]HOST:PORT    it may bind and listen there
  --connect [udp:]HOST:PORT   it may connect and send there
  --env NAME=VALUE            an environment variable
  --stdin                     the standard input
  (--listen, --connect and --env may be repeated)

  --trace        write each system call to stderr, as strace does
  -h, --help     print this
  -v, --version  print the version

HOST is an IPv4 address, an IPv6 address in brackets, a block of addresses such
as 10.0.0.0/8 or [fd00::]/8, or * for all. PORT is a number, 0 for any free
one, a range such as 8000-8100, or * for all.

Example: an echo server that is its own program and is told its port
  tripoll --listen 127.0.0.1:7000 echo.wasm 7000

The exit code is the server's own, 128 + signal, 134 after a crash, or 2 if it
could not be started.
`;

const OPTIONS = {
  listen: { type: "string" },
  connect: { type: "string" },
  env: { type: "string" },
  stdin: { type: "boolean" },
  trace: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

type OptionName = keyof typeof OPTIONS;

/** What to run, and with what. */
export interface RunCommand {
  readonly does: "run";
  readonly file: string;
  readonly args: readonly string[];
  readonly listen: readonly string[];
  readonly connect: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: boolean;
  readonly trace: boolean;
}

export type Command = RunCommand | { readonly does: "help" | "version" };

/**
 * Runs the command line to its end.
 *
 * @param argv the arguments after the script's name.
 * @returns the exit code.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const stopping = new Stopping();
  try {
    const command = parseCommand(argv);
    if (command.does === "run") return await run(command, stopping);
    print(1, command.does === "help" ? HELP : `tripoll ${version()}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof TripollError)) throw error;
    print(2, `tripoll: ${error.message}\n`);
    return EXIT_USAGE;
  }
}

async function run(command: RunCommand, stopping: Stopping): Promise<number> {
  const module = readModuleFile(command.file);
  const { binding, start } = await loadHost();
  const fd = openStderr();
  const log = new OperatorLog((bytes) => binding.tryWrite(fd, bytes));
  const name = basename(command.file);
  const guest = start({ ...command, module, name, log: (line) => log.write(line) });
  stopping.guest = guest;
  const { code } = await guest.exited;
  log.flush(FLUSH_MS);
  binding.exitSoon(code); // V8's own threads may be busy with the guest's code, and are joined
  return code;
}

/** stderr, but for a terminal or a pipe anew: only a descriptor that is O_NONBLOCK by itself never
 * waits for the lock of a terminal that somebody else's write has filled. */
function openStderr(): number {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = fsConstants;
  const stat = fstatSync(2);
  if (!stat.isCharacterDevice() && !stat.isFIFO()) return 2;
  try {
    return openSync("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return 2;
  }
}

/** What needs the addon, and with it a build for this machine. */
async function loadHost() {
  try {
    const { binding } = await import("./binding.ts");
    const { start } = await import("./index.ts");
    return { binding, start };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "MODULE_NOT_FOUND" && code !== "ERR_DLOPEN_FAILED") throw error;
    const [reason = ""] = message.split("\n");
    throw new StartError(
      ErrorCodes.addon,
      `the native addon cannot be loaded (${printable(reason)}); run npm run build`,
    );
  }
}

/** Ends the guest at the first signal, and the process where there is none or at the second. */
class Stopping {
  guest: Guest | undefined;
  #isStopping = false;

  constructor() {
    for (const signal of STOP_SIGNALS) process.on(signal, () => this.#stop(signal));
  }

  #stop(signal: (typeof STOP_SIGNALS)[number]): void {
    if (this.guest === undefined || this.#isStopping) {
      process.exit(128 + constants.signals[signal]);
    }
    this.#isStopping = true;
    this.guest.stop(signal);
  }
}

/**
 * Splits the command line: options before the module are the host's, all after it the guest's.
 *
 * @throws UsageError, GrantError what is wrong, with the option's name.
 */
export function parseCommand(argv: readonly string[]): Command {
  const given = { listen: [] as string[], connect: [] as string[], stdin: false, trace: false };
  const env: [string, string][] = [];
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
      return runCommand(argv.slice(at), { ...given, env: Object.fromEntries(env) });
    }
    const name = knownOption(token.name, token.rawName);
    const value = optionValue(name, token);
    if (name === "help" || name === "version") return { does: name };
    if (name === "stdin" || name === "trace") given[name] = true;
    else if (name === "env") env.push(parseVariable(value));
    else given[name].push(checkedGrant(name, value));
  }
  return runCommand([], { ...given, env: {} });
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
  if (OPTIONS[name].type === "boolean") {
    if (value === undefined) return "";
    throw new UsageError(ErrorCodes.optionValue, `--${name} takes no value`);
  }
  // In `--listen --trace` the second is rather an option than an address.
  if (value !== undefined && (inlineValue || !value.startsWith("-"))) return value;
  const form = name === "env" ? "NAME=VALUE" : "[udp:]HOST:PORT";
  throw new UsageError(ErrorCodes.optionValue, `--${name} needs a value: --${name} ${form}`);
}

function checkedGrant(name: "listen" | "connect", value: string): string {
  try {
    parseGrant(value);
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

/** The bytes of a regular file; anything else could be endless, or never give any. */
function readModuleFile(path: string): Uint8Array {
  const fail = (problem: string) =>
    new UsageError(ErrorCodes.moduleFile, `${quote(path)} ${problem}`);
  let fd: number | undefined;
  try {
    // Without O_NONBLOCK the open of a named pipe waits for its writer.
    fd = openSync(path, fsConstants.O_RDONLY | fsConstants.O_NONBLOCK);
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw fail("is a directory; name a WebAssembly file");
    if (!stats.isFile()) throw fail("is no regular file; name a WebAssembly file");
    if (stats.size > MODULE_BYTES_MAX) throw fail(`is larger than ${MODULE_BYTES_MAX} bytes`);
    return readFileSync(fd);
  } catch (error) {
    if (error instanceof TripollError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw fail("does not exist");
    const reason = /^\w+: ([^,]+)/.exec(message)?.[1] ?? message;
    throw fail(`cannot be read: ${printable(reason)}`);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Writes a short text before there is a guest, when waiting for its reader harms nobody. */
function print(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch {
    // Nobody reads it, and there is nobody else to tell.
  }
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
