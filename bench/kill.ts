// The measurements of an end: guests killed in whatever they do, and processes that end with them.
// It must not know how a figure is printed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { STATES, killOften } from "../tests/support/kills.ts";
import { output, pinned, BenchError, ROOT } from "./programs.ts";
import type { Bench } from "./rows.ts";
import { parseBatches, spread } from "./stats.ts";
import type { EndRow, KillRow } from "./stats.ts";

const EMBEDDER = join(ROOT, "build/bench/embedder.js");

/** A guest's end is a moment of its own; so is a process's. */
const MOMENT_MS_MAX = 50;

/** From kill() to the worker's end. The first guest of a process pays for what all need. */
export async function measureKills({ effort }: Bench): Promise<KillRow[]> {
  const rows: KillRow[] = [];
  for (const [state, guest] of Object.entries(STATES)) {
    const each = guest.partner ? 2 : 1;
    await killOften(guest, { times: 1, early: false });
    const times = Math.ceil(effort.kills / each);
    const tookMs = await killOften(guest, { times, early: false });
    rows.push({ state, descriptors: guest.descriptors, ms: spread(tookMs) });
  }
  return rows;
}

/** The same number of connections closed by a C program, at either end: what the kernel takes. */
export async function measureCloses(bench: Bench): Promise<number[]> {
  const { machine, effort, closesProgram } = bench;
  const descriptors = Math.max(...Object.values(STATES).map((state) => state.descriptors));
  const program = [closesProgram, String(descriptors), String(effort.spawnRounds)];
  const closesNs = parseBatches(await output(pinned(machine.serverCpu, program)));
  return closesNs.map((ns) => (ns * descriptors) / 1e6);
}

async function endOnce(way: string, guests: string): Promise<number> {
  const child = spawn(process.execPath, [EMBEDDER, way, guests], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const exited = once(child, "exit");
  const ready = once(child.stdout, "data").then(() => true);
  if (!(await Promise.race([ready, exited.then(() => false)])))
    throw new BenchError(`${EMBEDDER} ended before it was ready`);
  await delay(Math.random() * MOMENT_MS_MAX);
  const began = performance.now();
  if (way === "SIGTERM") child.kill(way);
  else child.stdin.write("now");
  await exited;
  return performance.now() - began;
}

/** From what ends a process to its end: with many guests in it, or with many connections. */
export async function measureEnds({ effort }: Bench): Promise<EndRow[]> {
  const rows: EndRow[] = [];
  for (const guests of ["busy", "connected"]) {
    for (const way of ["exit", "throw", "SIGTERM"]) {
      const tookMs: number[] = [];
      for (let round = 0; round < effort.ends; round++) tookMs.push(await endOnce(way, guests));
      rows.push({ way, guests, ms: spread(tookMs) });
    }
  }
  return rows;
}
