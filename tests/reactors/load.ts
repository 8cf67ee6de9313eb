// Servers of third parties under load, the same source built natively and run as a guest, one
// after the other in each round: requests a second, and what CPU each of them takes.

import { readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { pinned } from "../../bench/programs.ts";
import { figure, median, range, ratios, rotated, table } from "../../bench/stats.ts";
import { Program, ROOT } from "../support/guest.ts";
import type { Built, Side } from "./packages.ts";
import { LAUNCHER, mustRun } from "./programs.ts";

export interface ServerUnderLoad {
  name: string;
  /** The program, below the folder of its package. */
  program: string;
  built: Built;
  path: string;
  args: (port: number, upstream: number) => string[];
  /** What the guest is granted. */
  grants: (port: number, upstream: number) => string[];
}

interface Round {
  requestsPerSecond: number;
  cpuUsPerRequest: number;
}

export interface LoadReport {
  name: string;
  rounds: Record<Side, Round[]>;
}

export interface Cpus {
  serverCpu: number;
  loadCpu: number;
}

const CONNECTIONS = 50;
const READY_MS_MAX = 30_000;
const RETRY_MS = 20;
const TICKS_PER_SECOND = 100;
const SIDES: readonly Side[] = ["native", "guest"];

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Waits until somebody listens there, or the program has ended. */
async function listening(program: Program, name: string, port: number): Promise<void> {
  const ended = program.exited.then(() => "ended");
  for (let ms = 0; ms < READY_MS_MAX; ms += RETRY_MS) {
    if (await canConnect(port)) return;
    const later = new Promise((resolve) => {
      setTimeout(resolve, RETRY_MS);
    });
    if ((await Promise.race([ended, later])) === "ended") break;
  }
  throw new Error(`${name} does not listen: ${program.stdout()}${program.stderr()}`);
}

interface Running {
  program: Program;
  port: number;
}

/** Starts one side of a server, pinned to a CPU. */
async function start(
  server: ServerUnderLoad,
  side: Side,
  { upstream, cpu }: { upstream: number; cpu: number },
): Promise<Running> {
  const port = await freePort();
  const path = join(server.built[side], server.program);
  const args = server.args(port, upstream);
  const guest = [process.execPath, LAUNCHER, ...server.grants(port, upstream), path, ...args];
  const [command, ...words] = pinned(cpu, side === "native" ? [path, ...args] : guest);
  const program = new Program(command, words);
  await listening(program, `${server.name} (${side})`, port);
  return { program, port };
}

/** CPU time of all threads of a process, user and system. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // from the third on
  const [user, system] = fields.slice(11);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

/** The body of one response. */
async function fetchBody(port: number, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  const body = Buffer.from(await response.arrayBuffer()).toString("latin1");
  if (response.status !== 200) throw new Error(`status ${response.status}: ${body}`);
  return body;
}

/** One second of load; throws where a single request is not answered with 200. */
async function loadOnce(running: Running, path: string, cpus: Cpus): Promise<Round> {
  const { program, port } = running;
  const url = `http://127.0.0.1:${port}${path}`;
  const wrk = ["wrk", "-t1", `-c${CONNECTIONS}`, "-d1s", url];
  const before = cpuSeconds(program.pid);
  const [command, ...args] = pinned(cpus.loadCpu, wrk);
  const output = await mustRun({ command, args, cwd: ROOT });
  const used = cpuSeconds(program.pid) - before;
  const bad = /^\s*(?:Socket errors|Non-2xx).*$/m.exec(output)?.[0];
  const requests = Number(/^\s*(\d+) requests in /m.exec(output)?.[1]);
  const perSecond = Number(/^Requests\/sec: +([\d.]+)$/m.exec(output)?.[1]);
  if (bad !== undefined || !(requests > 0)) throw new Error(`wrk: ${bad ?? output}`);
  return { requestsPerSecond: perSecond, cpuUsPerRequest: (used * 1e6) / requests };
}

/** Measures both sides of a server, in turn. */
export async function measureLoad(
  server: ServerUnderLoad,
  { upstream, rounds, cpus }: { upstream: number; rounds: number; cpus: Cpus },
): Promise<LoadReport> {
  const where = { upstream, cpu: cpus.serverCpu };
  const running: Record<Side, Running> = {
    native: await start(server, "native", where),
    guest: await start(server, "guest", where),
  };
  const report: LoadReport = { name: server.name, rounds: { native: [], guest: [] } };
  const bodies = () => Promise.all(SIDES.map((side) => fetchBody(running[side].port, server.path)));
  const first = await bodies();
  for (const side of SIDES) await loadOnce(running[side], server.path, cpus); // to warm up
  for (let round = 0; round < rounds; round++) {
    for (const side of rotated(SIDES, round)) {
      report.rounds[side].push(await loadOnce(running[side], server.path, cpus));
    }
  }
  const last = await bodies();
  if (new Set([...first, ...last]).size !== 1) throw new Error("the two answer differently");
  for (const side of SIDES) running[side].program.kill();
  await Promise.all(SIDES.map((side) => running[side].program.exited));
  return report;
}

/** `use` with a server behind the one that is measured; its port. */
export async function withUpstream<T>(
  server: ServerUnderLoad,
  cpu: number,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const { program, port } = await start(server, "native", { upstream: 0, cpu });
  try {
    return await use(port);
  } finally {
    program.kill();
    await program.exited;
  }
}

/** The figures as a table, with the ratios of the same round. */
export function loadTable(reports: readonly LoadReport[]): string {
  const rows = reports.map(({ name, rounds }) => {
    const each = (key: keyof Round) => SIDES.map((side) => rounds[side].map((one) => one[key]));
    const [nativeRate, guestRate] = each("requestsPerSecond");
    const [nativeCpu, guestCpu] = each("cpuUsPerRequest");
    return [
      name,
      Math.round(median(nativeRate!)).toString(),
      Math.round(median(guestRate!)).toString(),
      range(ratios(guestRate!, nativeRate!)),
      figure(median(nativeCpu!)),
      figure(median(guestCpu!)),
      range(ratios(guestCpu!, nativeCpu!)),
    ];
  });
  return table([
    ["server", "native /s", "guest /s", "ratio", "native us", "guest us", "CPU ratio"],
    ...rows,
  ]);
}
