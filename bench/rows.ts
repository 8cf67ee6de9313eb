// The measurements: each function is one row of the report, or one family of rows.
// It must not know how a figure is printed.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BenchError,
  load,
  output,
  pinned,
  ROOT,
  startServer,
  withIdle,
  withServers,
} from "./programs.ts";
import type { LoadResult, RunningServer, Server } from "./programs.ts";
import type { Machine } from "./machine.ts";
import { differences, median, parseBatches, privateBytes, rotated, spread } from "./stats.ts";
import type { CrossingRow, EchoRow, IdleRow, Round, StartRow } from "./stats.ts";

/** How much of everything: `--short` turns each of them down. */
export interface Effort {
  rounds: number;
  seconds: number;
  warmupSeconds: number;
  connections: number[];
  bytes: number;
  idleConnections: number;
  idleRounds: number;
  /** Rounds of the rows that start processes only to look at them for a moment. */
  spawnRounds: number;
  /** Guests killed in each state. */
  kills: number;
  /** Processes ended in each way. */
  ends: number;
}

export interface Bench {
  machine: Machine;
  effort: Effort;
  servers: Server[];
  /** Paths of the compiled C programs. */
  loadProgram: string;
  crossingProgram: string;
  closesProgram: string;
}

const LISTENING = /listening on 127\.0\.0\.1:(\d+)\n/;
const GUEST_ECHO = "build/echo.wasm";
const SYSCALL_WINDOW_MS = 200;
const SLICE_WARMUP_MS = 50; // until every connection has its message in flight
const ROUNDS_A_START = 10;

/** The host as a user starts it, on any free port. */
export const TRIPOLL: Server = {
  name: "tripoll",
  command: [process.execPath, "host/run.js", "--listen", "127.0.0.1:0", GUEST_ECHO, "0"],
  ready: LISTENING,
};

export const NODE: Server = {
  name: "node",
  command: [process.execPath, "build/bench/echo-node.js", "0"],
  ready: LISTENING,
};

export function rivalInC(program: string): Server {
  return { name: "c", command: [program, "0"], ready: LISTENING };
}

type LoadOptions = Record<string, number | true>;

function loadCommand(bench: Bench, port: number, options: LoadOptions): [string, ...string[]] {
  const words = Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(Math.round(value))],
  );
  return pinned(bench.machine.loadCpu, [bench.loadProgram, ...words, String(port)]);
}

function pinnedServer(bench: Bench, server: Server): Server {
  return { ...server, command: pinned(bench.machine.serverCpu, server.command) };
}

function toRound(result: LoadResult): Round {
  const cpuNs = result.serverCpuNs!;
  return {
    requestsPerSecond: (result.requests / result.windowNs) * 1e9,
    p50Us: result.p50Ns / 1e3,
    p99Us: result.p99Ns / 1e3,
    cpuUs: cpuNs / result.requests / 1e3,
    busy: cpuNs / result.windowNs,
  };
}

function perRequest(result: LoadResult): number | string {
  if (result.serverSyscalls === undefined) return result.syscallsSkipped!;
  return result.serverSyscalls / result.requests;
}

type Echoes = Map<string, RunningServer>;

async function measureSlice(bench: Bench, row: EchoRow, { port, pid }: RunningServer) {
  const { bytes, seconds } = bench.effort;
  const shape = { connections: row.connections, bytes, pid, warmup: SLICE_WARMUP_MS };
  const result = await load(loadCommand(bench, port, { ...shape, duration: seconds * 1e3 }));
  row.rounds.push(toRound(result));
  if (row.rounds.length > 1) return;
  const counted = { ...shape, duration: SYSCALL_WINDOW_MS, syscalls: true } as const;
  row.syscalls = perRequest(await load(loadCommand(bench, port, counted)));
}

async function measureRound(bench: Bench, rows: EchoRow[], round: number, echoes: Echoes) {
  for (const connections of bench.effort.connections) {
    for (const { name } of rotated(bench.servers, round)) {
      const row = rows.find((one) => one.server === name && one.connections === connections)!;
      await measureSlice(bench, row, echoes.get(name)!);
    }
  }
}

/**
 * CPU, latency and throughput of an echo. Rounds are many and short: the servers of a round are
 * measured within the same second, so that the machine's moods are in all of them. All servers run
 * meanwhile, the others asleep; they are started afresh now and then, because where a process
 * happens to lie in memory makes it a little faster or slower for its whole life.
 */
export async function measureEcho(bench: Bench): Promise<EchoRow[]> {
  const { connections: counts, rounds, bytes, warmupSeconds } = bench.effort;
  const rows = counts.flatMap((connections) =>
    bench.servers.map(({ name }): EchoRow => {
      return { connections, server: name, rounds: [], syscalls: "not counted" };
    }),
  );
  const servers = bench.servers.map((server) => pinnedServer(bench, server));
  for (let first = 0; first < rounds; first += ROUNDS_A_START) {
    await withServers(servers, async (echoes) => {
      for (const { port } of echoes.values()) {
        const warm = { connections: 50, bytes, duration: warmupSeconds * 1e3 };
        await load(loadCommand(bench, port, warm));
      }
      for (let round = first; round < Math.min(first + ROUNDS_A_START, rounds); round++) {
        await measureRound(bench, rows, round, echoes);
      }
    });
  }
  return rows;
}

/**
 * One call from the guest into the kernel, above what the same call costs a C program. A second
 * thread, asleep, makes the same call dearer in C too, because the table of descriptors is shared
 * then: that part of the difference is not the crossing's.
 */
export async function measureCrossing(bench: Bench): Promise<CrossingRow> {
  const guest = [process.execPath, "host/run.js", "build/bench/crossing.wasm"];
  const tripollNs: number[] = [];
  const cNs: number[] = [];
  const cThreadsNs: number[] = [];
  const pathNs: number[] = [];
  const run = async (program: string[]) => {
    const batches = parseBatches(await output(pinned(bench.machine.serverCpu, program)));
    return median(batches.slice(batches.length / 10)); // the first ones warm up
  };
  for (let round = 0; round < bench.effort.spawnRounds; round++) {
    tripollNs.push(await run(guest));
    cNs.push(await run([bench.crossingProgram]));
    cThreadsNs.push(await run([bench.crossingProgram, "threads"]));
    pathNs.push(await run([...guest, "closed"]));
  }
  return {
    tripollNs: spread(tripollNs),
    cNs: spread(cNs),
    cThreadsNs: spread(cThreadsNs),
    pathNs: spread(pathNs),
    differenceNs: differences(tripollNs, cNs),
  };
}

/**
 * Memory of idle connections that have each sent one message. The burst before it lets the server
 * make its buffers; it is small, so that no pool already holds what the idle ones will need.
 */
export async function measureIdle(bench: Bench): Promise<IdleRow[]> {
  const { idleConnections: connections, idleRounds, bytes } = bench.effort;
  const growth = new Map(bench.servers.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < idleRounds; round++) {
    for (const server of rotated(bench.servers, round)) {
      await withServers([pinnedServer(bench, server)], async (echoes) => {
        const { port, pid } = echoes.get(server.name)!;
        const memory = () => privateBytes(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
        await load(loadCommand(bench, port, { connections: 50, bytes, duration: 500 }));
        const before = memory();
        const idle = loadCommand(bench, port, { connections, bytes, idle: true });
        const after = await withIdle(idle, memory);
        growth.get(server.name)!.push((after - before) / connections);
      });
    }
  }
  return bench.servers.map(({ name }) => ({ server: name, bytes: spread(growth.get(name)!) }));
}

/** From spawning the host to its line that it listens, against a Node that does nothing. */
export async function measureStart(bench: Bench): Promise<StartRow> {
  const tripollMs: number[] = [];
  const bareMs: number[] = [];
  for (let round = 0; round < bench.effort.spawnRounds; round++) {
    const running = await startServer(TRIPOLL);
    tripollMs.push(running.readyMs);
    await running.stop();
    const began = performance.now();
    if (spawnSync(process.execPath, ["-e", "0"]).status !== 0) throw new BenchError("node -e 0");
    bareMs.push(performance.now() - began);
  }
  const differenceMs = differences(tripollMs, bareMs);
  return { tripollMs: spread(tripollMs), bareMs: spread(bareMs), differenceMs };
}

/** Files that a build must have left for the rows about tripoll. */
export const BUILT = [GUEST_ECHO, "build/bench/crossing.wasm", "build/bench/echo-node.js"].map(
  (path) => join(ROOT, path),
);
