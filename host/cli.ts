// The command: starts the guest that its line names, and turns signals and ends into codes.
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
import { HELP, parseCommand } from "./command.ts";
import type { RunCommand } from "./command.ts";
import { ErrorCodes, StartError, TripollError, UsageError, printable, quote } from "./errors.ts";
import type { Guest } from "./index.ts";
import { OperatorLog } from "./log.ts";

/** The command line or the module is at fault. */
const EXIT_USAGE = 2;

/** How long a reader of stderr that does not read may hold up the exit. */
const FLUSH_MS = 200;

const MODULE_BYTES_MAX = 256 * 1024 * 1024;

/** What builds the addon: in a project of its own, and where npm has installed it. */
const BUILD_COMMAND = import.meta.url.includes("/node_modules/")
  ? "npm rebuild tripoll"
  : "npm run build";

const STOP_SIGNALS = ["SIGINT", "SIGTERM"] as const;
const OTHER_SIGNALS = ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const;

/**
 * Runs the command line to its end.
 *
 * @param argv the arguments after the script's name.
 * @returns the exit code.
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    // Before there are handlers of signals: a compiler that is interrupted takes us with it.
    if (argv[0] === "cc") return await compile(argv.slice(1));
    const signals = new Signals();
    const command = parseCommand(argv);
    if (command.does === "run") return await run(command, signals);
    print(1, command.does === "help" ? HELP : `tripoll ${version()}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof TripollError)) throw error;
    print(2, `tripoll: ${error.message}\n`);
    return EXIT_USAGE;
  }
}

/** `tripoll cc`: a guest whose file has that name is run as ./cc. */
async function compile(argv: readonly string[]): Promise<number> {
  const cc = await import("./cc.ts");
  return cc.compile(argv, (line) => print(2, `tripoll: ${line}\n`));
}

async function run(command: RunCommand, signals: Signals): Promise<number> {
  const module = readModuleFile(command.file);
  const { binding, start } = await loadHost();
  const fd = openStderr();
  const log = new OperatorLog((bytes) => binding.tryWrite(fd, bytes));
  const name = basename(command.file);
  const sourceMap = readSourceMap(command.file);
  const guest = start({ ...command, module, name, sourceMap, log: (line) => log.write(line) });
  signals.guest = guest;
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
      `the native addon cannot be loaded (${printable(reason)}); run ${BUILD_COMMAND}`,
    );
  }
}

/** Stops the guest at the first stop signal, and ends the process where there is none or at the
 * second; hands the others on. */
class Signals {
  guest: Guest | undefined;
  #isStopping = false;

  constructor() {
    for (const signal of STOP_SIGNALS) process.on(signal, () => this.#stop(signal));
    for (const signal of OTHER_SIGNALS) process.on(signal, () => this.#handOn(signal));
  }

  #stop(signal: (typeof STOP_SIGNALS)[number]): void {
    if (this.guest === undefined || this.#isStopping) end(signal);
    this.#isStopping = true;
    this.guest.stop(signal);
  }

  #handOn(signal: NodeJS.Signals): void {
    if (this.guest === undefined) end(signal);
    this.guest.signal(signal);
  }
}

function end(signal: NodeJS.Signals): never {
  process.exit(128 + constants.signals[signal]);
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

/** The source map of a module, which asc writes beside it. */
function readSourceMap(path: string): string | undefined {
  try {
    return new TextDecoder().decode(readModuleFile(`${path}.map`));
  } catch {
    return undefined; // a module needs none
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
