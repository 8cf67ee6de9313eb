// Embedding: what a Node program imports from "tripoll" to run guests of its own.

import { ABI } from "./abi.ts";
import { ErrorCodes, UsageError, quote } from "./errors.ts";
import { inspectModule } from "./module.ts";
import { parseGrant } from "./policy.ts";
import { type Quotas, pagesMax, quotasOf } from "./quotas.ts";
import { Guest } from "./supervisor.ts";
import { parseUnixGrant } from "./unix.ts";

export { ErrorCodes, GrantError, ModuleError, TripollError, UsageError } from "./errors.ts";
export type { Quotas } from "./quotas.ts";
export type { Exit, Guest, StopSignal } from "./supervisor.ts";

const STOP_TIMEOUT_MS = 5_000;

/** What a guest starts with at least where the host has not enough left for the default. */
const DESCRIPTORS_MIN = 64;

/** What start() takes, with the quotas of the guest. */
export interface StartOptions extends Partial<Quotas> {
  /** The bytes of the guest's WebAssembly module. */
  readonly module: Uint8Array;
  /** The text of its source map, which tells where in the source it crashed; DWARF inside of the
   * module needs none. */
  readonly sourceMap?: string | undefined;
  /** What messages call it, and its argv[0]. */
  readonly name: string;
  /** argv without its name. */
  readonly args?: readonly string[];
  /** Its whole environment; nothing of the host's is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it may bind and listen, and from where send: `[udp:]HOST:PORT`. */
  readonly listen?: readonly string[];
  /** Where it may connect and send to: `[udp:]HOST:PORT`. */
  readonly connect?: readonly string[];
  /** The Unix sockets that it may bind, connect and send to, and remove: `PATH` or `@NAME`. */
  readonly unix?: readonly string[];
  /** Whether it reads the host's standard input; otherwise it is at end of file. */
  readonly stdin?: boolean;
  /** Whether each system call is written to stderr. */
  readonly trace?: boolean;
  /** How long it may take to end after stop(): 5,000 unless given. */
  readonly stopTimeoutMs?: number;
  /** Gets one line at a time for the operator: where it listens, what it was denied. */
  readonly log?: (line: string) => void;
}

/**
 * Starts a guest in a worker thread of its own.
 *
 * @throws UsageError an argument, variable or quota that no program can have; GrantError a grant
 *   that makes no sense; ModuleError a module that cannot be a guest; StartError this machine.
 */
export function start(options: StartOptions): Guest {
  checkStrings(options);
  const quotas = quotasOf(options);
  const inspected = inspectModule(options.module, ABI, options.name, pagesMax(quotas));
  return new Guest({
    module: inspected.module,
    codeShift: inspected.codeShift,
    codeOffset: inspected.codeOffset,
    sourceMap: options.sourceMap,
    name: options.name,
    args: [options.name, ...(options.args ?? [])],
    env: options.env ?? {},
    listen: (options.listen ?? []).map(parseGrant),
    connect: (options.connect ?? []).map(parseGrant),
    unix: (options.unix ?? []).map(parseUnixGrant),
    quotas,
    descriptorsMin: options.descriptorsMax ?? DESCRIPTORS_MIN,
    stdin: options.stdin ?? false,
    trace: options.trace ?? false,
    stopTimeoutMs: options.stopTimeoutMs ?? STOP_TIMEOUT_MS,
    log: options.log ?? (() => {}),
  });
}

/** Arguments and environment reach the guest as strings that end with a NUL. */
function checkStrings({ args = [], env = {} }: StartOptions): void {
  const broken = [...args, ...Object.entries(env).flat()].find((text) => text.includes("\0"));
  if (broken !== undefined) {
    throw new UsageError(ErrorCodes.optionValue, `${quote(broken)} has a NUL inside; remove it`);
  }
  const name = Object.keys(env).find((key) => key === "" || key.includes("="));
  if (name !== undefined) {
    throw new UsageError(ErrorCodes.optionValue, `${quote(name)} is no name of a variable`);
  }
}
