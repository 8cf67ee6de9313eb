// Runs programs in a host process and judges it from outside: a crash of it is a finding, too.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Run, Setting, WaveResult } from "./host.ts";
import { type Program, assemble, quotasOf } from "./program.ts";
import type { World } from "./world.ts";

const HOST = fileURLToPath(new URL("host.js", import.meta.url));
const STDERR_CHARS_MAX = 256 * 1024;
const REPORT = /ERROR: \w+Sanitizer|runtime error:|AddressSanitizer|FATAL ERROR|Fatal error/;
/** A host that says nothing for so long hangs. */
const SILENCE_MS = 60_000;
const RESULT_FD = 211;
const FLUSH_EVERY = 16;

export interface Job {
  readonly program: Program;
  readonly killAfterMs: number;
  /** What it gets on the way. */
  readonly signals?: Run["signals"];
  /** Whether each call is reported at once and traced. */
  readonly isReplay?: boolean;
}

export interface DriverOptions {
  readonly world: World;
  readonly folder: string;
  /** The guest's module, a path. */
  readonly module: string;
  /** On top of this process's environment: which addon, which sanitizers. */
  readonly env: NodeJS.ProcessEnv;
}

export class Driver {
  readonly #options: DriverOptions;
  #child: ChildProcess | undefined;
  #stderr = "";
  #tag = 0;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  /** What the host has written to stderr, the end of it. */
  stderr(): string {
    return this.#stderr;
  }

  /** Runs programs at once. A host that has crashed is a problem of the wave. */
  async run(jobs: readonly Job[]): Promise<WaveResult> {
    const child = this.#child ?? (await this.#start());
    const runs = jobs.map((job): Run => {
      const tag = 0x10000 + this.#tag++;
      const flushEvery = job.isReplay ? 1 : FLUSH_EVERY;
      const header = { tag, resultFd: RESULT_FD, flushEvery };
      const bytes = assemble(job.program, header, this.#options.world);
      const { killAfterMs, signals, isReplay: trace = false } = job;
      return { tag, bytes, quotas: quotasOf(job.program), killAfterMs, signals, trace };
    });
    const answer = this.#answer(child);
    child.send(runs);
    const result = await answer;
    const problems = typeof result === "string" ? [result] : [...result.problems];
    const report = typeof result === "string" ? null : REPORT.exec(this.#stderr);
    if (report !== null) {
      problems.push(
        `a report on stderr: ${this.#stderr.slice(report.index, report.index + 2_000)}`,
      );
    }
    if (problems.length > 0) await this.stop(); // what it is now is no measure for the next wave
    return { runs: typeof result === "string" ? [] : result.runs, problems };
  }

  /** The next message, or how the host has ended instead. */
  async #answer(child: ChildProcess): Promise<WaveResult | string> {
    const controller = new AbortController();
    const { signal } = controller;
    const silence = setTimeout(() => child.kill("SIGKILL"), SILENCE_MS);
    try {
      return await Promise.race([
        once(child, "message", { signal }).then(([message]) => message as WaveResult),
        once(child, "close", { signal }).then(([code, name]) => {
          const how = name === null ? `with code ${code}` : `by ${name}`;
          return `the host has ended ${how}:\n${this.#lastWords()}`;
        }),
      ]);
    } finally {
      clearTimeout(silence);
      controller.abort();
    }
  }

  #lastWords(): string {
    const report = REPORT.exec(this.#stderr);
    const from = report === null ? Math.max(0, this.#stderr.length - 2_000) : report.index;
    return this.#stderr.slice(from, from + 4_000);
  }

  async #start(): Promise<ChildProcess> {
    const { world, folder, module, env } = this.#options;
    const output = join(folder, "stdout");
    const outputFd = openSync(output, "a");
    const setting: Setting = { world, module, output };
    this.#stderr = "";
    const child = fork(HOST, [JSON.stringify(setting)], {
      env: { ...process.env, ...env },
      serialization: "advanced",
      stdio: ["pipe", outputFd, "pipe", "ipc"],
    });
    closeSync(outputFd);
    child.stdin!.end();
    this.#child = child;
    child.stderr!.setEncoding("latin1").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS_MAX);
    });
    const first = await this.#answer(child);
    if (typeof first === "string" && (first as string) !== "ready") {
      await this.stop();
      throw new Error(`the host does not start: ${first}`);
    }
    return child;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
  }
}
