// What a run has reached: calls, successes and errnos of each import, and which of them are new.

import { ERRNOS } from "../../host/trace/names.ts";
import { wasiErrno } from "../../host/wasi-errno.ts";
import { shapeOf } from "./calls.ts";
import { IMPORT_NAMES, type ImportName, isWasi } from "./imports.ts";
import type { Program } from "./program.ts";

const SKIPPED = -0x8000_0000;
/** What does not return where it succeeds. */
const ENDS = new Set<ImportName>(["exit_group", "wasi_proc_exit"]);

const NAME_COLUMNS = 1 + Math.max(...IMPORT_NAMES.map((name) => name.length));

interface Tally {
  calls: number;
  successes: number;
  readonly errnos: Set<number>;
}

/** A call's outcome: the import, and its errno or 0. */
export type Outcome = `${ImportName} ${number}`;

/** What came of a program's calls, in their order; those that were not made are left out. */
export function outcomesOf(program: Program, results: Int32Array): (Outcome | undefined)[] {
  const calls = program.filter((op) => op.op === "call");
  return [...results].map((result, at): Outcome | undefined => {
    const call = calls[at];
    if (call === undefined || result === SKIPPED) return undefined;
    return outcomeOf(call.name, result);
  });
}

export const outcomeOf = (name: ImportName, result: number): Outcome =>
  `${name} ${Math.max(0, -result)}`;

/** What its errno is called; WASI's numbers are not Linux's. */
export function errnoName(outcome: Outcome): string {
  const [name, errno] = outcome.split(" ") as [ImportName, string];
  const number = isWasi(name)
    ? [...ERRNOS.keys()].find((linux) => wasiErrno(-linux) === Number(errno))
    : Number(errno);
  return ERRNOS.get(number ?? 0) ?? errno;
}

/** The call that a program ended in, which has no result. */
export function endOf(program: Program, results: Int32Array): ImportName | undefined {
  return program.filter((op) => op.op === "call")[results.length]?.name;
}

export class Report {
  programs = 0;
  kills = 0;
  crashes = 0;
  readonly #tallies = new Map<ImportName, Tally>(
    IMPORT_NAMES.map((name) => [name, { calls: 0, successes: 0, errnos: new Set() }]),
  );
  readonly #counts = new Map<Outcome, number>();
  readonly #begin = performance.now();

  /** Counts a program's calls; returns those with an outcome that was never seen before. */
  add(program: Program, results: Int32Array): { outcome: Outcome; call: number }[] {
    this.programs += 1;
    const fresh: { outcome: Outcome; call: number }[] = [];
    for (const [call, outcome] of outcomesOf(program, results).entries()) {
      if (outcome === undefined) continue;
      const count = this.count(outcome);
      this.#counts.set(outcome, count + 1);
      if (count === 0) fresh.push({ outcome, call });
      const [name, errno] = outcome.split(" ") as [ImportName, string];
      const tally = this.#tallies.get(name)!;
      tally.calls += 1;
      if (errno === "0") tally.successes += 1;
      else tally.errnos.add(Number(errno));
    }
    const end = endOf(program, results);
    if (end !== undefined && ENDS.has(end)) this.#countExit(end);
    return fresh;
  }

  /** How often that outcome was seen. */
  count(outcome: Outcome): number {
    return this.#counts.get(outcome) ?? 0;
  }

  #countExit(name: ImportName): void {
    const tally = this.#tallies.get(name)!;
    tally.calls += 1;
    tally.successes += 1;
  }

  calls(): number {
    return [...this.#tallies.values()].reduce((sum, { calls }) => sum + calls, 0);
  }

  /** Names of the imports that were never called with success, or with the best there is. */
  missed(): string[] {
    const isMissed = ([name, { successes, errnos }]: [ImportName, Tally]) =>
      successes === 0 && !errnos.has(shapeOf(name).best ?? 0);
    return [...this.#tallies].filter(isMissed).map(([name]) => name);
  }

  /** The table and the figures, line by line. */
  lines(): string[] {
    const seconds = (performance.now() - this.#begin) / 1_000;
    const row = (name: string, ...columns: (string | number)[]) =>
      name.padEnd(NAME_COLUMNS) + columns.map((column) => String(column).padStart(12)).join("");
    const calls = this.calls();
    return [
      row("import", "calls", "successes", "errnos"),
      ...[...this.#tallies].map(([name, tally]) =>
        row(name, tally.calls, tally.successes, tally.errnos.size),
      ),
      `never with success: ${this.missed().join(", ") || "none"}`,
      `${this.programs} programs, ${this.kills} of them killed, ${this.crashes} trapped`,
      `${calls} calls in ${seconds.toFixed(0)} s, ${Math.round(calls / seconds)} a second`,
    ];
  }
}
