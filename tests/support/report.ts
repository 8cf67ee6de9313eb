// What a test file tells the runner: one JSON object a line, over a descriptor of its own.
// A separate descriptor, because a test may print anything to stdout and stderr.

import { writeSync } from "node:fs";

export type Report =
  | { kind: "skip"; name: string; reason: string }
  | { kind: "hold"; seconds: number } // the watchdog waits this long from now, then as ever
  | { kind: "done"; passed: number; total: number; problems: string[] };

let reportFd: number | undefined;

/** Called once, by the process that runs a test file under the runner. */
export function reportTo(fd: number): void {
  reportFd = fd;
}

/** Sends a report, synchronously: it has arrived even if the process is killed right after. */
export function report(message: Report): void {
  if (reportFd !== undefined) writeSync(reportFd, `${JSON.stringify(message)}\n`);
}

/** The report on one line, undefined if it is none: a test may have written to the descriptor. */
export function parseReport(line: string): Report | undefined {
  try {
    return JSON.parse(line) as Report;
  } catch {
    return undefined;
  }
}
