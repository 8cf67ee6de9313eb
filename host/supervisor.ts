// Starts guests in worker threads, stops them, and says how they ended.
//
// The seam to the guest is narrow on purpose: GuestData goes in, GuestMessage and an exit code come
// out, so that another way to keep guests apart (a process for each) would be one file more.

import { constants } from "node:os";
import { Worker, isMainThread } from "node:worker_threads";
import { ADDON_VARIABLE, OVERRAN, addonPath, binding } from "./binding.ts";
import { ErrorCodes, StartError, printable } from "./errors.ts";
import {
  OVERRUN_STATUS,
  REFUSED_STATUS,
  TRAP_STATUS,
  type GuestData,
  type GuestMessage,
} from "./guest-data.ts";
import { type FindLine, lineFinder } from "./lines.ts";
import type { Grant } from "./policy.ts";
import { type Quotas, pagesMax } from "./quotas.ts";
import type { UnixGrant } from "./unix.ts";

/** The guests of this environment that have not ended. */
const running = new Set<Guest>();

// The exit joins the workers. A guest that blocks in a system call would hold it up for ever, and
// one inside a compiler or a long bulk instruction for as long as that takes. (So while guests run,
// other listeners of this event have half a second.)
process.on("exit", (code) => {
  if (running.size === 0) return;
  binding.endAll();
  if (isMainThread) binding.exitSoon(code);
});

/** V8's heap of a guest, in which its tables are and what it throws; its memory is not. */
const HEAP_MIB_MAX = 256;

/** How often terminate() is repeated: V8 drops a request that meets a call back into C. */
const TERMINATE_AGAIN_MS = 10;

export interface GuestOptions {
  readonly module: WebAssembly.Module;
  /** How far its code has moved from where it is in the file, in bytes. */
  readonly codeShift: number;
  /** Where it begins in the file. */
  readonly codeOffset: number;
  /** The text of its source map. */
  readonly sourceMap: string | undefined;
  /** What messages call it. */
  readonly name: string;
  /** argv, its name first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly listen: readonly Grant[];
  readonly connect: readonly Grant[];
  readonly unix: readonly UnixGrant[];
  readonly quotas: Quotas;
  /** With how many descriptors it starts where the process has not descriptorsMax left. */
  readonly descriptorsMin: number;
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
  readonly #runMsMax: number;
  readonly #codeShift: number;
  readonly #findLine: FindLine;
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
    this.#runMsMax = options.quotas.runMsMax;
    this.#codeShift = options.codeShift;
    this.#findLine = lineFinder(options);
    const env = Object.entries(options.env).map(([name, value]) => `${name}=${value}`);
    const [cmdline, environ] = [strings(options.args), strings(env)];
    try {
      this.#id = binding.create(
        quotaBytes(options),
        options.stdin,
        cmdline,
        environ,
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
      unix: options.unix,
      trace: options.trace,
      cmdline,
      environ,
    };
    this.#worker = new Worker(new URL("./guest.js", import.meta.url), {
      name: this.#name,
      workerData: data,
      env: { [ADDON_VARIABLE]: addonPath },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
      // Passed on to this process's, they would make pipes nonblocking for all who share them.
      stdout: true,
      stderr: true,
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
  stop(signal: StopSignal = "SIGTERM"): void {
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
    const frames = message.stack
      .split("\n")
      .filter((line) => line.includes("wasm"))
      .map((line) => this.#located(line));
    this.#log(
      [`${this.#name} crashed: ${this.#crash}`, ...frames.map((frame) => printable(frame))].join(
        "\n",
      ),
    );
  }

  /** A line of V8's stack with the place in the source, or the one in the file. */
  #located(frame: string): string {
    return frame.replace(/(wasm:[^\s)]*):0x([0-9a-f]+)/, (_, code: string, hex: string) => {
      const offset = parseInt(hex, 16) - this.#codeShift;
      return this.#findLine(offset) ?? `${code}:0x${offset.toString(16)}`;
    });
  }

  #end(code: number): Exit {
    clearInterval(this.#again);
    running.delete(this);
    clearTimeout(this.#grace);
    const status = binding.release(this.#id);
    if (status >= 0) return { code: status, reason: "" };
    if (status === OVERRAN) {
      const reason = `ran ${this.#runMsMax / 1000} s without a system call`;
      this.#log(`${this.#name} ${reason}; raise --max-run if it has to`);
      return { code: OVERRUN_STATUS, reason };
    }
    if (this.#endedBy !== undefined) {
      const number = constants.signals[this.#endedBy];
      return { code: 128 + number, reason: `stopped by ${this.#endedBy}` };
    }
    if (this.#refusal !== undefined) return { code: REFUSED_STATUS, reason: this.#refusal };
    if (this.#crash !== undefined) return { code: TRAP_STATUS, reason: this.#crash };
    return { code, reason: "" };
  }
}

/** `struct quotas` of native/guest.h. */
function quotaBytes({ quotas, descriptorsMin }: GuestOptions): Uint8Array {
  const words = Uint32Array.of(
    descriptorsMin,
    quotas.descriptorsMax,
    quotas.watchesMax,
    quotas.timersMax,
    quotas.runMsMax,
    pagesMax(quotas),
  );
  return new Uint8Array(words.buffer);
}

/** NUL-terminated strings back to back, as in /proc/self/cmdline. */
function strings(texts: readonly string[]): Uint8Array {
  return new TextEncoder().encode(texts.map((text) => `${text}\0`).join(""));
}
