// `npm run bench`: tripoll's echo against the same server in C and on Node's `net`, in one run.
//
// Every round measures each server for a moment, one after the other; the order rotates. What is
// held to a bound is the median of the ratios (or differences) of the same round, because what else
// the machine does changes from second to second and is in both. docs/BENCH.md says what
// each row means. Exit status: 0 when everything ran, held or missed; 1 when a run failed; 2 for
// wrong usage.

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { measureCloses, measureEnds, measureKills } from "./kill.ts";
import { describeMachine, machineText } from "./machine.ts";
import { BenchError, compile, compileLoad } from "./programs.ts";
import {
  BUILT,
  measureCrossing,
  measureEcho,
  measureIdle,
  measureStart,
  NODE,
  rivalInC,
  TRIPOLL,
} from "./rows.ts";
import type { Bench, Effort } from "./rows.ts";
import { boundsOf, isHeld, reportText } from "./stats.ts";
import type { Results } from "./stats.ts";

const HELP = `usage: npm run bench -- [options]
  --rounds N            interleaved rounds (40)
  --seconds S           measured time of one server in one round (0.25)
  --connections N,N     how many at once (50,500)
  --bytes S             size of a message (128)
  --rows NAME,NAME      only these of: echo, crossing, idle, start, kill, end
  --servers NAME,NAME   only these of: tripoll, c, node (only echo and idle do without tripoll)
  --short               everything once and tiny: shows that it runs, measures nothing
  --json                one object on stdout instead of the report
`;

const ROWS = ["echo", "crossing", "idle", "start", "kill", "end"] as const;
const SERVERS = ["tripoll", "c", "node"] as const;
const SHORT = {
  rounds: 1,
  seconds: 0.1,
  warmupSeconds: 0.1,
  idleConnections: 500,
  kills: 1,
  ends: 1,
};
const FULL = {
  rounds: 40,
  seconds: 0.25,
  warmupSeconds: 0.5,
  idleConnections: 5000,
  kills: 100,
  ends: 10,
};

interface Choice {
  effort: Effort;
  rows: string[];
  servers: string[];
  json: boolean;
}

class UsageError extends Error {}

function isParseArgsError(error: unknown): boolean {
  return String((error as NodeJS.ErrnoException).code).startsWith("ERR_PARSE_ARGS_");
}

function chosen(names: readonly string[], text: string | undefined): string[] {
  const list = text === undefined ? [...names] : text.split(",");
  const unknown = list.find((name) => !names.includes(name));
  if (unknown === undefined) return list;
  throw new UsageError(`"${unknown}" is none of: ${names.join(", ")}`);
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`"${text}" is not a positive number`);
}

function count(text: string): number {
  if (Number.isInteger(positive(text))) return Number(text);
  throw new UsageError(`"${text}" is not a whole number`);
}

/** Undefined: help was asked for. */
function parse(args: string[]): Choice | undefined {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const texts = { rounds: text, seconds: text, connections: text, bytes: text };
  const flags = { short: flag, json: flag, help: flag };
  const options = { ...texts, rows: text, servers: text, ...flags };
  const { values } = parseArgs({ args, options });
  if (values.help) return undefined;
  const base = values.short ? SHORT : FULL;
  const rounds = count(values.rounds ?? String(base.rounds));
  const effort: Effort = {
    ...base,
    rounds,
    seconds: positive(values.seconds ?? String(base.seconds)),
    connections: (values.connections ?? "50,500").split(",").map(count),
    bytes: count(values.bytes ?? "128"),
    idleRounds: Math.min(rounds, 5),
    spawnRounds: Math.min(rounds, 15),
  };
  const servers = chosen(SERVERS, values.servers);
  const possible = ROWS.filter((row) => servers.includes("tripoll") || /echo|idle/.test(row));
  return { effort, servers, rows: chosen(possible, values.rows), json: values.json };
}

async function prepare({ effort, servers }: Choice): Promise<Bench> {
  const needed = servers.includes("tripoll") ? BUILT : [];
  const missing = needed.find((path) => !existsSync(path));
  if (missing !== undefined) throw new BenchError(`${missing} is missing: npm run build makes it`);
  const all = [TRIPOLL, rivalInC(await compile("echo", ["echo.c"])), NODE];
  return {
    machine: await describeMachine(),
    effort,
    servers: all.filter(({ name }) => servers.includes(name)),
    loadProgram: await compileLoad(),
    crossingProgram: await compile("crossing", ["crossing.c"]),
    closesProgram: await compile("closes", ["closes.c"]),
  };
}

async function measure(bench: Bench, rows: readonly string[]): Promise<Results> {
  return {
    echo: rows.includes("echo") ? await measureEcho(bench) : undefined,
    crossing: rows.includes("crossing") ? await measureCrossing(bench) : undefined,
    idle: rows.includes("idle") ? await measureIdle(bench) : undefined,
    start: rows.includes("start") ? await measureStart(bench) : undefined,
    kill: rows.includes("kill") ? await measureKills(bench) : undefined,
    closesMs: rows.includes("kill") ? await measureCloses(bench) : undefined,
    end: rows.includes("end") ? await measureEnds(bench) : undefined,
  };
}

async function main(args: string[]): Promise<number> {
  const choice = parse(args);
  if (choice === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const bench = await prepare(choice);
  const { machine, effort } = bench;
  if (!choice.json) process.stdout.write(machineText(machine));
  const results = await measure(bench, choice.rows);
  const bounds = boundsOf(results).map((bound) => ({ ...bound, held: isHeld(bound) }));
  const text = choice.json
    ? `${JSON.stringify({ machine, effort, ...results, bounds })}\n`
    : reportText(results, effort);
  process.stdout.write(text);
  return 0;
}

process.once("SIGINT", () => process.exit(130)).once("SIGTERM", () => process.exit(143));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError || isParseArgsError(error);
  if (!isUsage && !(error instanceof BenchError)) throw error;
  process.stderr.write(`bench: ${(error as Error).message}\n${isUsage ? HELP : ""}`);
  process.exitCode = isUsage ? 2 : 1;
}
