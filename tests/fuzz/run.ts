// The fuzzer: `npm run fuzz -- --help` says how it is told what to do.
//
// Programs of system calls, made from a seed and a corpus, run in guests under ASan and UBSan; each
// guest and the host that runs it are looked at afterwards. docs/RATIONALE.md says why it is so.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGuest, sanitized } from "./build.ts";
import { CORPUS, readCorpus } from "./corpus.ts";
import { Driver, type Job } from "./driver.ts";
import { generate } from "./generate.ts";
import { minimise } from "./minimise.ts";
import { type FuzzOptions, HELP, UsageError, parseOptions } from "./options.ts";
import { type Program, formatOp, formatProgram } from "./program.ts";
import { Random } from "./random.ts";
import { type Outcome, Report, errnoName, outcomeOf, outcomesOf } from "./report.ts";
import { makeWorld } from "./world.ts";

const WAVE = 8;
/** What does not come to its end, as one that handles its alarms and nothing else. */
const PATIENCE_MS = 5_000;
const KILLED_SHARE = 0.1;
const SIGNALLED_SHARE = 0.1;
const SIGNALS = ["SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCHLD", "SIGHUP", "SIGTERM"] as const;
const SIGNALS_MAX = 4;
/** From its start, which takes some 50 ms, or more on a busy machine. */
const KILLED_WITHIN_MS = [60, 200, 800];
const CORPUS_MAX = 200;
const PROGRAM_BYTES_MAX = 2_048;
/** An outcome that is seen no more often is worth a program of its own. */
const RARE_MAX = 3;
const KEEP_TRIES_MAX = 80;
const FAILURES_MAX = 10;
const PROGRESS_MS = 10_000;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** One run of the fuzzer. */
class Fuzzing {
  readonly #driver: Driver;
  readonly #folder: string;
  readonly #corpus: Map<string, Program>;
  readonly #report = new Report();
  /** The program that an outcome was first seen of, up to there. */
  readonly #first = new Map<Outcome, Program>();
  #kept = 0;
  readonly #options: FuzzOptions;
  failures = 0;

  constructor(driver: Driver, folder: string, options: FuzzOptions) {
    this.#driver = driver;
    this.#folder = folder;
    this.#options = options;
    this.#corpus = readCorpus();
  }

  async run(): Promise<void> {
    const corpus = [...this.#corpus.values()];
    for (let at = 0; at < corpus.length; at += WAVE) {
      const wave = corpus.slice(at, at + WAVE);
      await this.#wave(wave.map((program) => ({ program, killAfterMs: PATIENCE_MS })));
    }
    const { seed, calls: callsMin } = this.#options;
    const random = new Random(seed);
    let shown = performance.now();
    while (this.#report.calls() < callsMin && this.failures < FAILURES_MAX) {
      await this.#wave(Array.from({ length: WAVE }, () => this.#job(random, corpus)));
      if (performance.now() - shown < PROGRESS_MS) continue;
      shown = performance.now();
      say(`${this.#report.calls()} calls, ${this.#report.programs} programs …`);
    }
  }

  /** The next program of the seed, and what is done to it. */
  #job(random: Random, corpus: readonly Program[]): Job {
    const isKilled = random.chance(KILLED_SHARE);
    const soon = random.below(random.pick(KILLED_WITHIN_MS));
    const signals = random.chance(SIGNALLED_SHARE)
      ? Array.from({ length: 1 + random.below(SIGNALS_MAX) }, () => ({
          signal: random.pick(SIGNALS),
          afterMs: random.below(random.pick(KILLED_WITHIN_MS)),
        }))
      : [];
    const { focus } = this.#options;
    const program = generate(random.bits(), corpus, { mayBlock: isKilled, focus });
    const killAfterMs = isKilled ? soon : PATIENCE_MS;
    return { program, killAfterMs, signals };
  }

  async #wave(jobs: readonly Job[]): Promise<void> {
    const { runs, problems } = await this.#driver.run(jobs);
    for (const [at, ran] of runs.entries()) {
      const { program } = jobs[at]!;
      if (ran.reason.startsWith("stopped by")) this.#report.kills += 1;
      else if (ran.reason !== "") this.#report.crashes += 1;
      for (const { outcome, call } of this.#report.add(program, ran.results)) {
        if (this.#options.keep) this.#first.set(outcome, upToCall(program, call));
      }
      if (ran.problems.length > 0) await this.#fail([jobs[at]!], ran.problems);
    }
    if (problems.length > 0) await this.#fail(jobs, problems);
  }

  /** Saves what failed, and the one program that fails alone once more, made small. */
  async #fail(jobs: readonly Job[], problems: readonly string[]): Promise<void> {
    this.failures += 1;
    for (const problem of problems) say(`FAIL: ${problem}`);
    for (const [at, job] of jobs.entries()) this.#save(job, `-${at}`);
    for (const job of jobs) {
      const fails = async (program: Program): Promise<boolean> => {
        const result = await this.#driver.run([{ ...job, program }]);
        return result.problems.length > 0 || result.runs.some((ran) => ran.problems.length > 0);
      };
      if (!(await fails(job.program))) continue;
      say("a program that fails alone is made smaller");
      this.#save({ ...job, program: await minimise(job.program, fails) }, "-small");
      return;
    }
    say("no program of these fails alone");
  }

  #save({ program, killAfterMs, signals = [] }: Job, suffix: string): void {
    const file = join(tmpdir(), `fuzz-${this.#options.seed}-${this.failures}${suffix}.txt`);
    const sent = signals.map(({ signal, afterMs }) => `, ${signal} after ${afterMs} ms`);
    const note = `# killed after ${killAfterMs} ms${sent.join("")}\n`;
    writeFileSync(file, note + formatProgram(program));
    say(`saved: ${file}; run it again: npm run fuzz -- --replay ${file}`);
  }

  /** Makes the programs with rare outcomes small, and the corpus larger by them. */
  async keep(): Promise<void> {
    for (const [outcome, program] of this.#first) {
      if (this.#report.count(outcome) > RARE_MAX) continue;
      if (this.#corpus.size + this.#kept >= CORPUS_MAX) return;
      const has = async (smaller: Program): Promise<boolean> => {
        const { runs } = await this.#driver.run([{ program: smaller, killAfterMs: PATIENCE_MS }]);
        return runs[0] !== undefined && outcomesOf(smaller, runs[0].results).includes(outcome);
      };
      if (!(await has(program))) continue;
      const small = await minimise(program, has, KEEP_TRIES_MAX);
      const text = formatProgram(small);
      if (text.length > PROGRAM_BYTES_MAX || !(await has(small))) continue;
      this.#kept += 1;
      writeFileSync(join(CORPUS, `${outcome.replace(/ .*/, "")}-${errnoName(outcome)}.txt`), text);
    }
  }

  close(): void {
    for (const line of this.#report.lines()) say(line);
    if (this.failures === 0) rmSync(this.#folder, { recursive: true, force: true });
    const passed = Math.max(0, this.#report.programs - this.failures);
    say(`seed ${this.#options.seed}, corpus of ${this.#corpus.size} programs, ${this.#kept} kept`);
    say(`${passed} passed, ${this.failures} failed`);
  }
}

/** The program as far as its call number `call`, that one included. */
function upToCall(program: Program, call: number): Program {
  let calls = -1;
  const at = program.findIndex((op) => op.op === "call" && ++calls === call);
  return program.slice(0, at + 1);
}

/** Runs a program alone and shows each call with its result. */
async function replay(driver: Driver, program: Program): Promise<boolean> {
  const { runs, problems } = await driver.run([
    { program, killAfterMs: PATIENCE_MS * 5, isReplay: true },
  ]);
  const results = runs[0]?.results ?? new Int32Array();
  let call = 0;
  for (const op of program) {
    const result = op.op === "call" ? results[call++] : undefined;
    const error = op.op === "call" && result! < 0 ? errnoName(outcomeOf(op.name, result!)) : "";
    const shown = op.op === "call" ? ` -> ${result ?? "?"} ${error}` : "";
    say(`${op.op === "call" ? `#${call - 1} ` : ""}${formatOp(op)}${shown}`);
  }
  const own = /^(?:write|dup3)\((?:1, )?211, .*\n/gm; // the interpreter's
  say(driver.stderr().replaceAll(own, ""));
  const all = [...problems, ...runs.flatMap((ran) => ran.problems)];
  for (const problem of all) say(`FAIL: ${problem}`);
  say(`ended with ${runs[0]?.code} ${runs[0]?.reason}`);
  say(`${all.length === 0 ? 1 : 0} passed, ${all.length === 0 ? 0 : 1} failed`);
  return all.length === 0;
}

async function main(args: string[]): Promise<boolean> {
  const options = parseOptions(args);
  if (options === undefined) return say(HELP.trimEnd());
  const module = await buildGuest();
  const folder = mkdtempSync(join(tmpdir(), "tripoll-fuzz-"));
  const world = await makeWorld(folder);
  const driver = new Driver({ world, folder, module, env: options.plain ? {} : sanitized() });
  try {
    if (options.replay !== undefined) return await replay(driver, options.replay);
    const fuzzing = new Fuzzing(driver, folder, options);
    await fuzzing.run();
    if (options.keep) await fuzzing.keep();
    fuzzing.close();
    return fuzzing.failures === 0;
  } finally {
    await driver.stop();
  }
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`fuzz: ${error.message}\n`);
  process.exitCode = 2;
}
