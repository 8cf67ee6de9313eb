// Guests in a process of their own: `node host/run.js …`, as a user starts them.
// Must not know the host's insides: only the command line, the output, the exit code and /proc.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atEnd } from "./cleanup.ts";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const LAUNCHER = join(ROOT, "host/run.js");

export interface GuestOptions {
  /** A module below build/, without its ending: "echo", "tests/guests/read"; or its bytes. */
  module: string | Uint8Array;
  /** The guest's own arguments. */
  args?: string[];
  /** Options of the host: ["--listen", "127.0.0.1:0"]. */
  options?: string[];
  /** The host's environment on top of this process's own; a guest sees only what --env grants. */
  env?: Record<string, string>;
  /** What the host's stdin holds, then its end; without it, it is at its end from the start. */
  stdin?: string | Uint8Array;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Output extends Exit {
  stdout: string;
  stderr: string;
}

export interface Descriptor {
  fd: number;
  /** As in /proc/PID/fd: "socket:[1234]", "anon_inode:[eventpoll]", a path. */
  target: string;
}

export interface ProgramOptions {
  /** What its stdin holds, then its end. */
  stdin?: string | Uint8Array;
  env?: NodeJS.ProcessEnv;
}

/** A process and its output; it is killed at the end of the test file at the latest. */
export class Program {
  readonly pid: number;
  /** Settles when the process has ended and its output has been read to the end. */
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  #stdout = "";
  #stderr = "";
  #ended = false;
  /** Those who wait for output or the end, woken by either. */
  #waiting: (() => void)[] = [];

  constructor(command: string, args: string[], { stdin = "", env }: ProgramOptions = {}) {
    const child = spawn(command, args, { env: env ?? process.env });
    if (child.pid === undefined) throw new Error(`cannot start ${command}`);
    this.#process = child;
    this.pid = child.pid;
    const forget = atEnd(() => {
      this.kill();
      return this.exited;
    });
    child.stdin.on("error", () => {}); // it may end before it has read everything: its right
    child.stdin.end(stdin);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    this.exited = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.#ended = true;
        forget();
        this.#wake();
        resolve({ code, signal });
      });
    });
  }

  stdout(): string {
    return this.#stdout;
  }

  stderr(): string {
    return this.#stderr;
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    this.#process.kill(signal);
  }

  /**
   * Waits for a text that occurs so many times on stdout or on stderr; gives the last of them.
   * Throws, with all output, if the process ends first. Repeats are counted here, because a
   * pattern of repeats (`(a[^]*?){100}`) takes for ever where one of them is still missing.
   */
  async says(pattern: RegExp, times = 1): Promise<RegExpExecArray> {
    const each = new RegExp(pattern, `${pattern.flags.replace("g", "")}g`);
    for (;;) {
      for (const output of [this.#stderr, this.#stdout]) {
        const found = [...output.matchAll(each)][times - 1];
        if (found !== undefined) return found;
      }
      if (this.#ended) throw new Error(`ended without ${pattern}:\n${this.#stdout}${this.#stderr}`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #wake(): void {
    const woken = this.#waiting;
    this.#waiting = [];
    for (const resolve of woken) resolve();
  }

  /** What the process holds open right now, by number. */
  openDescriptors(): Descriptor[] {
    return openDescriptors(this.pid);
  }
}

/** A host process with one guest in it. */
export class Guest extends Program {
  /** Set by `listening()`: the port of the first listener. */
  port = 0;

  constructor({ module, args = [], options = [], env = {}, stdin = "" }: GuestOptions) {
    const path = typeof module === "string" ? join(ROOT, `build/${module}.wasm`) : save(module);
    super(process.execPath, [LAUNCHER, ...options, path, ...args], {
      env: { ...process.env, ...env },
      stdin,
    });
  }

  /** Waits until the host says that a listener is open; its port is `port` then. */
  async listening(): Promise<this> {
    const found = await this.says(/^tripoll: \S+ listening on \S+:(\d+)$/m);
    this.port = Number(found[1]);
    return this;
  }
}

/** A module's bytes as guest.wasm, in a folder that is removed at the end. */
function save(bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "tripoll-guest-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "guest.wasm"), bytes);
  return join(folder, "guest.wasm");
}

/** What a process holds open. A descriptor that is closed meanwhile is left out. */
export function openDescriptors(pid: number): Descriptor[] {
  const folder = `/proc/${pid}/fd`;
  const found: Descriptor[] = [];
  for (const name of readdirSync(folder)) {
    try {
      found.push({ fd: Number(name), target: readlinkSync(join(folder, name)) });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return found.toSorted((a, b) => a.fd - b.fd);
}

/** Starts a guest; it is killed at the end of the test file at the latest. */
export const startGuest = (options: GuestOptions): Guest => new Guest(options);

/** Runs a guest to its end. */
export async function runGuest(options: GuestOptions): Promise<Output> {
  const guest = new Guest(options);
  const exit = await guest.exited;
  return { ...exit, stdout: guest.stdout(), stderr: guest.stderr() };
}
