// Runs one test file in a process, a session and under a watchdog of its own, and judges it.
// Must not know how files are found or how results are printed.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { endLeftovers, endProcess, MARK } from "./processes.ts";
import { parseReport, type Report } from "./report.ts";

export interface Skip {
  name: string;
  reason: string;
}

export interface Outcome {
  file: string;
  passed: number;
  failed: number;
  skips: Skip[];
  /** What is wrong with the file as a whole, one sentence each. */
  problems: string[];
  /** The end of what it printed, stdout and stderr as they came. */
  output: string;
  seconds: number;
}

export interface FileOptions {
  watchdogMs: number;
}

const CHILD = fileURLToPath(new URL("child.js", import.meta.url));
const OUTPUT_CHARS_MAX = 64 * 1024;

const running = new Set<number>();
let started = 0;

/** Kills every file that runs, with all that it started in its process group. */
export function endRunningFiles(): void {
  for (const pid of running) endProcess(-pid);
}

export async function runFile(file: string, { watchdogMs }: FileOptions): Promise<Outcome> {
  const begin = performance.now();
  const outer = process.env[MARK];
  const mark = `${outer === undefined ? "" : `${outer}/`}${process.pid}.${started++};`;
  const child = spawn(process.execPath, [CHILD, file], {
    detached: true, // a session and process group of its own, so that it can be ended as a whole
    env: { ...process.env, [MARK]: mark },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`cannot start ${process.execPath}`);
  running.add(pid);
  const watched = watch(child, pid, watchdogMs);
  const closed = once(child, "close");
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  running.delete(pid);
  watched.stop();
  const left = await endLeftovers(pid, mark); // before "close", which waits for their pipes too
  await closed;

  const problems = watched.problems;
  for (const { pid: leftPid, command } of left) {
    problems.push(`left a process running: ${leftPid} ${command}`);
  }
  if (signal !== null && !watched.killed()) problems.push(`ended by ${signal}`);
  if (code !== null && code !== 0) problems.push(`exit code ${code}`);
  const seconds = (performance.now() - begin) / 1_000;
  return { file, ...judge(watched.reports, problems), output: watched.output(), seconds };
}

/** Collects what the child says and ends it when it takes too long. */
function watch(child: ChildProcess, pid: number, watchdogMs: number) {
  const problems: string[] = [];
  const reports: Report[] = [];
  let output = "";
  let rest = "";
  let killed = false;
  let timer = setTimeout(expire, watchdogMs, watchdogMs);

  function expire(afterMs: number): void {
    killed = true;
    problems.push(`ended by the watchdog after ${afterMs / 1_000} s`);
    endProcess(-pid);
  }
  function receive(line: string): void {
    const message = parseReport(line);
    if (message === undefined) problems.push(`not a report on descriptor 3: ${line}`);
    else reports.push(message);
    if (message?.kind !== "hold") return;
    clearTimeout(timer);
    const holdMs = message.seconds * 1_000 + watchdogMs;
    timer = setTimeout(expire, holdMs, holdMs);
  }
  const [, stdout, stderr, pipe] = child.stdio as Readable[];
  const keep = (text: string): void => {
    output = (output + text).slice(-OUTPUT_CHARS_MAX);
  };
  stdout!.setEncoding("utf8").on("data", keep);
  stderr!.setEncoding("utf8").on("data", keep);
  pipe!.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) receive(line);
  });
  return {
    problems,
    reports,
    output: () => output,
    killed: () => killed,
    stop: () => clearTimeout(timer),
  };
}

/** Passed == Total > 0, or it failed; a problem of the file counts as one failed test. */
function judge(reports: Report[], problems: string[]) {
  const skips: Skip[] = [];
  let done: Extract<Report, { kind: "done" }> | undefined;
  for (const message of reports) {
    if (message.kind === "skip") skips.push({ name: message.name, reason: message.reason });
    if (message.kind === "done") done = message;
  }
  if (done === undefined) problems.push("ended before its tests were over");
  problems.push(...(done?.problems ?? []));
  const { passed = 0, total = 0 } = done ?? {};
  if (total === 0 && skips.length === 0 && problems.length === 0) problems.push("no test ran");
  const failed = total - passed;
  return { passed, failed: failed === 0 && problems.length > 0 ? 1 : failed, skips, problems };
}
