// The process that the fuzzed guests run in: starts them in waves, kills some, and looks after each
// wave whether the host is what it was. The driver (driver.ts) gives it programs, and survives it.

import dgram from "node:dgram";
import {
  existsSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  fstatSync,
  ftruncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Guest, start } from "../../host/index.ts";
import type { Quotas } from "../../host/quotas.ts";
import { CANARY, FORBIDDEN_PORT, type World } from "./world.ts";

/** What the process is started with, as JSON in its first argument. */
export interface Setting {
  readonly world: World;
  readonly module: string;
  /** What its stdout is, a file. */
  readonly output: string;
}

export interface Run {
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly quotas: Partial<Quotas>;
  /** When it is killed, if it runs so long. */
  readonly killAfterMs: number;
  /** Signals that it gets on the way. */
  readonly signals?: readonly { readonly signal: NodeJS.Signals; readonly afterMs: number }[];
  readonly trace?: boolean;
}

export interface Ran {
  readonly code: number;
  readonly reason: string;
  /** Of each call that was reported, in their order. */
  readonly results: Int32Array;
  /** What is wrong, one sentence each. */
  readonly problems: string[];
}

export interface WaveResult {
  readonly runs: readonly Ran[];
  /** What is wrong with the host afterwards. */
  readonly problems: readonly string[];
}

const RESULTS = 0x5a5a0001;
const VIOLATION = 0x5a5a0002;
const SKIPPED = -0x8000_0000;
const ERRNO_MAX = 133;
const FRAME_WORDS_MAX = 64;
/** The process's POSIX timers; some kernels do not tell. */
const TIMERS = "/proc/self/timers";
const SETTLE_MS = 1_500;
const LOOK_MS = 30;
const IDLE_US = 1_500;
const IDLE_LOOKS = 3;
/** So that a wave of guests fits under the process's own limit. */
const DESCRIPTORS_MAX = 1024;
const WARM_UP_MS = 100;
const CANARY_TEXT = "a file of the host's\n".repeat(100);
/** How a guest may end that was not killed: by a handler that traps, or one that never ends. */
const ENDINGS = /^(?:unreachable|ran [\d.]+ s without a system call)?$/;

const { world, module: modulePath, output } = JSON.parse(process.argv[2]!) as Setting;
const module = readFileSync(modulePath);
const outputFd = openSync(output, "r+");
const canaryPath = `${world.folder}/${CANARY}`;
writeFileSync(canaryPath, CANARY_TEXT);
openSync(canaryPath, "r+"); // held open for guests to find
const visits: string[] = [];
/** Ends a guest that runs. */
const running = new Set<() => void>();

function listenWhereNobodyMay(): Promise<unknown> {
  const server = createServer(() => visits.push("a connection to an address without a grant"));
  const socket = dgram.createSocket("udp4");
  socket.on("message", () => visits.push("a datagram to an address without a grant"));
  socket.bind(FORBIDDEN_PORT, world.forbidden);
  server.listen(FORBIDDEN_PORT, world.forbidden);
  return Promise.all([
    new Promise((resolve) => server.once("listening", resolve)),
    new Promise((resolve) => socket.once("listening", resolve)),
  ]);
}

/** What the process holds: every descriptor with what it is and its flags, threads and timers. */
function holdings(): Map<string, string> {
  const found = new Map<string, string>();
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"));
      found.set(fd, `${target} ${flags?.[1]}`);
    } catch {
      // The folder's own, gone by now.
    }
  }
  found.set("threads", String(readdirSync("/proc/self/task").length));
  if (existsSync(TIMERS)) found.set("timers", readFileSync(TIMERS, "utf8"));
  return found;
}

/** How what it held and holds differ, one sentence each. */
function differences(before: Map<string, string>, after: Map<string, string>): string[] {
  const fds = new Set([...before.keys(), ...after.keys()]);
  return [...fds]
    .filter((fd) => before.get(fd) !== after.get(fd))
    .map((fd) => {
      const [was = "closed", is = "closed"] = [before.get(fd), after.get(fd)];
      const what = /^\d+$/.test(fd) ? `descriptor ${fd}` : fd;
      return `${what} of the host: was ${was} and is ${is}`;
    });
}

function launch(run: Run): Promise<Ran> {
  const guest = start({
    module,
    name: "fuzz.wasm",
    args: [Buffer.from(run.bytes).toString("hex")],
    env: { FUZZ: "a value" },
    listen: grants(),
    connect: grants(),
    unix: [`${world.folder}/s*`, `@${world.folder}/s*`],
    descriptorsMax: DESCRIPTORS_MAX,
    ...run.quotas,
    stdin: true,
    trace: run.trace ?? false,
    log: () => {},
  });
  return judge(guest, run);
}

function grants(): string[] {
  const { granted, port6 } = world;
  return [`${granted}:*`, `udp:${granted}:*`, `[::1]:${port6}`, `udp:[::1]:${port6}`];
}

async function judge(guest: Guest, run: Run): Promise<Ran> {
  let isKilled = false;
  const end = (): void => {
    isKilled = true;
    guest.kill();
  };
  const kill = setTimeout(end, run.killAfterMs);
  running.add(end);
  const signals = (run.signals ?? []).map(({ signal, afterMs }) =>
    setTimeout(() => guest.signal(signal), afterMs),
  );
  const { code, reason } = await guest.exited;
  clearTimeout(kill);
  running.delete(end);
  for (const timer of signals) clearTimeout(timer);
  const problems: string[] = [];
  const isStopped = isKilled || reason.startsWith("stopped by ");
  if (!isStopped && !ENDINGS.test(reason)) problems.push(`the guest crashed: ${reason}`);
  return { code, reason, results: new Int32Array(), problems };
}

/** Takes out of the output what guests have reported between what they have written. */
function readFrames(runs: readonly Run[], ran: Ran[]): Ran[] {
  const { size } = fstatSync(outputFd);
  const bytes = Buffer.alloc(size);
  readSync(outputFd, bytes, 0, size, 0);
  ftruncateSync(outputFd, 0);
  const reports = runs.map(() => new Map<number, number>());
  for (let at = 0; at + 16 <= size; at++) {
    const magic = bytes.readInt32LE(at);
    if (magic !== RESULTS && magic !== VIOLATION) continue;
    const which = runs.findIndex(({ tag }) => tag === bytes.readInt32LE(at + 4));
    if (which < 0) continue;
    const first = bytes.readInt32LE(at + 8);
    if (magic === VIOLATION && at + 24 <= size) {
      const address = bytes.readUInt32LE(at + 12).toString(16);
      const [was, is] = [bytes.readInt32LE(at + 16), bytes.readInt32LE(at + 20)];
      const written = `call ${first} has written to 0x${address}, which is not its: `;
      ran[which]!.problems.push(`${written}${was} became ${is}`);
    }
    const count = magic === RESULTS ? bytes.readInt32LE(at + 12) : 0;
    if (count < 0 || count > FRAME_WORDS_MAX || at + 16 + 4 * count > size) continue;
    for (let i = 0; i < count; i++) {
      reports[which]!.set(first + i, bytes.readInt32LE(at + 16 + 4 * i));
    }
  }
  return ran.map((each, which) => {
    const report = reports[which]!;
    const results = new Int32Array(Math.max(-1, ...report.keys()) + 1).fill(SKIPPED);
    for (const [at, result] of report) results[at] = result;
    results.forEach((result, at) => {
      if (result >= -ERRNO_MAX || result === SKIPPED) return;
      each.problems.push(`call ${at} has the result ${result}, which is no -errno`);
    });
    return { ...each, results };
  });
}

/** Whether another thread than this one wants to run. */
function isBusy(): boolean {
  return readdirSync("/proc/self/task").some((tid) => {
    if (Number(tid) === process.pid) return false;
    try {
      return /\) [RD] /.test(readFileSync(`/proc/self/task/${tid}/stat`, "utf8"));
    } catch {
      return true; // it has just ended
    }
  });
}

/** Ends the guests that run, once they do nothing: the process then uses no time. */
function endTheIdle(): NodeJS.Timeout {
  let used = process.cpuUsage();
  let idle = 0;
  return setInterval(() => {
    const { user, system } = process.cpuUsage(used);
    used = process.cpuUsage();
    idle = user + system < IDLE_US && !isBusy() ? idle + 1 : 0;
    if (idle < IDLE_LOOKS) return;
    for (const end of running) end();
  }, LOOK_MS);
}

let settled: Map<string, string> | undefined;

/** What is not as it was before the wave; waits for what Node closes a little later. */
async function inspect(): Promise<string[]> {
  const deadline = performance.now() + SETTLE_MS;
  settled ??= holdings();
  let found = differences(settled, holdings());
  while (found.length > 0 && performance.now() < deadline) {
    await sleep(5);
    found = differences(settled, holdings());
  }
  const problems = [...found, ...visits.splice(0)];
  if (readFileSync(canaryPath, "utf8") !== CANARY_TEXT)
    problems.push("a file of the host has changed");
  return problems;
}

async function runWave(runs: readonly Run[]): Promise<WaveResult> {
  const idle = endTheIdle();
  const ran = await Promise.all(runs.map(launch));
  clearInterval(idle);
  return { runs: readFrames(runs, ran), problems: await inspect() };
}

await listenWhereNobodyMay();
// A first guest, so that what Node opens once is open.
await runWave([{ tag: 0, bytes: new Uint8Array(13), quotas: {}, killAfterMs: 10_000 }]);
await sleep(WARM_UP_MS);
settled = holdings();
process.on("message", (runs: readonly Run[]) => {
  void runWave(runs).then((result) => process.send!(result));
});
process.on("disconnect", () => process.exit(0));
process.send!("ready");
