// Starts guests in worker threads, stops them, and says how they ended.
//
// The seam to the guest is narrow on purpose: GuestData goes in, GuestMessage and an exit code come
// out, so that another way to keep guests apart (a process for each) would be one file more.

import { constants } from "node:os";
import { Worker, isMainThread } from "node:worker_threads";
import { ADDON_VARIABLE, addonPath, binding } from "./binding.ts";
import { ErrorCodes, StartError, printable } from "./errors.ts";
import { REFUSED_STATUS, TRAP_STATUS, type GuestData, type GuestMessage } from "./guest-data.ts";
import type { Grant } from "./policy.ts";

/** The guests of this environment that have not ended. */
const running = new Set<Guest>();

// The exit joins the workers. A guest that blocks in a system call would hold it up for ever, and
// one inside a compiler or a long bulk instruction for as long as that takes.
process.on("exit", (code) => {
  if (running.size === 0) return;
  binding.endAll();
  if (isMainThread) binding.exitSoon(code);
});

/** Descriptors of a guest, and what is left to the host under the process's own limit. */
const DESCRIPTORS_MAX = 16_384;
const DESCRIPTORS_RESERVED = 256;
const STDIO_COUNT = 3;

/** How often terminate() is repeated: V8 drops a request that meets a call back into C. */
const TERMINATE_AGAIN_MS = 10;

export interface GuestOptions {
  readonly module: WebAssembly.Module;
  /** What messages call it. */
  readonly name: string;
  /** argv, its name first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly listen: readonly Grant[];
  readonly connect: readonly Grant[];
  readonly stdin: boolean;
  readonly trace: boolean;
  /** How long it may take to end after stop(). */
  readonly stopTimeoutMs: number;
  /** Gets the lines for the operator. */
  readonly log: (line: string) => void;
}

/** How a guest ended. */
export interface Exit {
  /** Its own status, 128 + the signal that stopped it, TRAP_STATUS or REFUSED_STATUS. */
  readonly code: number;
  /** A sentence for the operator where it did not end by itself. */
  readonly reason: string;
}

export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** A running guest. */
export class Guest {
  readonly exited: Promise<Exit>;
  readonly #id: number;
  readonly #worker: Worker;
  readonly #log: (line: string) => void;
  readonly #name: string;
  readonly #stopTimeoutMs: number;
  #endedBy: NodeJS.Signals | undefined;
  #grace: NodeJS.Timeout | undefined;
  #entered = false;
  #refusal: string | undefined;
  #crash: string | undefined;
  #again: NodeJS.Timeout | undefined;

  constructor(options: GuestOptions) {
    this.#name = printable(options.name);
    this.#log = options.log;
    this.#stopTimeoutMs = options.stopTimeoutMs;
    const limit = descriptorsOf(this.#name);
    const env = Object.entries(options.env).map(([name, value]) => `${name}=${value}`);
    try {
      this.#id = binding.create(
        limit,
        options.stdin,
        strings(options.args),
        strings(env),
        () => this.#terminate(),
        !isMainThread,
      );
    } catch (error) {
      const problem = `${this.#name} cannot be started: ${(error as Error).message}`;
      throw new StartError(ErrorCodes.resources, problem);
    }
    const data: GuestData = {
      id: this.#id,
      module: options.module,
      name: this.#name,
      listen: options.listen,
      connect: options.connect,
      trace: options.trace,
    };
    this.#worker = new Worker(new URL("./guest.js", import.meta.url), {
      name: this.#name,
      workerData: data,
      env: { [ADDON_VARIABLE]: addonPath },
      execArgv: [],
    });
    this.#worker.setMaxListeners(0); // each terminate() listens for its end
    this.#worker.on("message", (message: GuestMessage) => this.#hear(message));
    this.#worker.on("error", (error) => this.#hear({ crashed: error.message, stack: "" }));
    running.add(this);
    this.exited = new Promise((resolve) => {
      this.#worker.on("exit", (code) => resolve(this.#end(code)));
    });
  }

  /** Sends it a signal, which does what the guest has asked for, or what is Linux's default. */
  signal(signal: NodeJS.Signals): void {
    if (!binding.signal(this.#id, constants.signals[signal])) return;
    this.#endedBy ??= signal;
    this.kill();
  }

  /** Asks it to end: a signal, and after the time that it has for that, kill(). */
  stop(signal: StopSignal): void {
    this.signal(signal);
    this.#grace ??= setTimeout(() => this.kill(), this.#stopTimeoutMs);
  }

  /** Ends the guest, whether it waits, blocks or computes. */
  kill(): void {
    this.#endedBy ??= "SIGKILL";
    binding.end(this.#id);
    // Before that, the worker still loads the host's own code: it finds out by itself, while
    // terminate() would leak the descriptor of the file that Node is reading.
    if (this.#entered) this.#terminate();
  }

  #terminate(): void {
    if (this.#again !== undefined) return;
    this.#again = setInterval(() => void this.#worker.terminate(), TERMINATE_AGAIN_MS);
    void this.#worker.terminate();
  }

  #hear(message: GuestMessage): void {
    if ("entered" in message) {
      this.#entered = true;
      if (this.#endedBy !== undefined) this.#terminate();
      return;
    }
    if ("log" in message) {
      this.#log(message.log);
      return;
    }
    // A guest that is being stopped may trip over what it was interrupted in.
    if (this.#endedBy !== undefined) return;
    if ("refused" in message) {
      this.#refusal = message.refused;
      this.#log(`${this.#name} cannot be started: ${message.refused}`);
      return;
    }
    this.#crash = printable(message.crashed);
    const frames = message.stack.split("\n").filter((line) => line.includes("wasm"));
    this.#log(
      [`${this.#name} crashed: ${this.#crash}`, ...frames.map((frame) => printable(frame))].join(
        "\n",
      ),
    );
  }

  #end(code: number): Exit {
    clearInterval(this.#again);
    running.delete(this);
    clearTimeout(this.#grace);
    const status = binding.release(this.#id);
    if (status >= 0) return { code: status, reason: "" };
    if (this.#endedBy !== undefined) {
      const number = constants.signals[this.#endedBy];
      return { code: 128 + number, reason: `stopped by ${this.#endedBy}` };
    }
    if (this.#refusal !== undefined) return { code: REFUSED_STATUS, reason: this.#refusal };
    if (this.#crash !== undefined) return { code: TRAP_STATUS, reason: this.#crash };
    return { code, reason: "" };
  }
}

/** How many descriptors a guest may have. */
function descriptorsOf(name: string): number {
  const limit = binding.descriptorsMax();
  const least = DESCRIPTORS_RESERVED + STDIO_COUNT;
  if (limit < least) {
    const problem = `needs at least ${least} descriptors, not ${limit}; raise ulimit -n`;
    throw new StartError(ErrorCodes.resources, `${name} ${problem}`);
  }
  return Math.min(DESCRIPTORS_MAX, limit - DESCRIPTORS_RESERVED);
}

/** NUL-terminated strings back to back, as in /proc/self/cmdline. */
function strings(texts: readonly string[]): Uint8Array {
  return new TextEncoder().encode(texts.map((text) => `${text}\0`).join(""));
}
