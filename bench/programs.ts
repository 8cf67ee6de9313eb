// The programs that a bench runs: compiling the C ones, starting and ending servers, the load.
// It must not know what is measured.

import { spawn, execFile } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The project's own folder, seen from build/bench/. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const READY_MS_MAX = 20_000;
const STOP_MS_MAX = 5_000;
const RUN_MS_MAX = 120_000;
const OUTPUT_CHARACTERS_MAX = 16_384;

const run = promisify(execFile);

/** A server to be measured: it listens on a free port of 127.0.0.1 and says which. */
export interface Server {
  name: string;
  command: readonly [string, ...string[]];
  /** Matches the line, on stdout or stderr, that says it is ready; the first group is the port. */
  ready: RegExp;
}

export interface RunningServer {
  pid: number;
  port: number;
  /** From spawn to the ready line. */
  readyMs: number;
  stop(): Promise<void>;
}

/** The line of JSON that the load generator prints. Times are in nanoseconds. */
export interface LoadResult {
  connections: number;
  bytes: number;
  requests: number;
  windowNs: number;
  p50Ns: number;
  p99Ns: number;
  maxNs: number;
  loadCpuNs: number;
  serverCpuNs?: number;
  serverSyscalls?: number;
  syscallsSkipped?: string;
}

/** A program that could not be started, or did not do what it is for. */
export class BenchError extends Error {}

const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** Compiles C files of bench/ into one program and returns its path. */
export async function compile(
  name: string,
  sources: readonly string[],
  folder = join(ROOT, "build/bench"),
): Promise<string> {
  const program = join(folder, name);
  const unfinished = `${program}.${process.pid}`;
  mkdirSync(dirname(program), { recursive: true });
  const flags = ["-std=c11", "-O2", "-pthread", "-Wall", "-Wextra", "-Werror", "-o", unfinished];
  await output([compiler(), ...flags, ...sources.map((source) => join(ROOT, "bench", source))]);
  renameSync(unfinished, program);
  return program;
}

export function compileLoad(folder?: string): Promise<string> {
  return compile("load", ["load.c", "meter.c"], folder);
}

export function compiler(): string {
  return process.env["CC"] ?? "cc";
}

/** Runs a command to its end and returns what it printed; throws unless it exits with 0. */
export async function output([file, ...args]: readonly [string, ...string[]]): Promise<string> {
  try {
    return (await run(file, args, { timeout: RUN_MS_MAX, maxBuffer: 1 << 24 })).stdout;
  } catch (error) {
    const { stderr, code, message } = error as { stderr?: string; code?: unknown; message: string };
    if (code === "ENOENT") throw new BenchError(`${file} is not installed; the bench needs it.`);
    throw new BenchError(`${file} ${args.join(" ")} failed: ${stderr?.trim() || message}`);
  }
}

/** `command` on one CPU only. taskset becomes the command, so the process id is the command's. */
export function pinned(cpu: number, command: readonly string[]): [string, ...string[]] {
  return ["taskset", "-c", String(cpu), ...command];
}

function start([file, ...args]: Server["command"], stdin: "pipe" | "ignore"): ChildProcess {
  const child = spawn(file, args, { cwd: ROOT, stdio: [stdin, "pipe", "pipe"] });
  children.add(child);
  child.once("close", () => children.delete(child));
  return child;
}

/** The match of `pattern` when it has appeared on stdout or stderr; else the child is ended. */
function waitFor(child: ChildProcess, name: string, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = "";
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new BenchError(`${name} ${why}: ${text.trim() || "it printed nothing"}`));
    };
    const timer = setTimeout(() => fail(`was not ready in ${READY_MS_MAX} ms`), READY_MS_MAX);
    const onText = (chunk: Buffer) => {
      if (text.length > OUTPUT_CHARACTERS_MAX) return;
      text += chunk.toString();
      const match = pattern.exec(text);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout!.on("data", onText);
    child.stderr!.on("data", onText);
    child.once("error", (error) => fail(`could not be started (${error.message})`));
    child.once("close", (code, signal) => fail(`ended (${signal ?? code}) before it was ready`));
  });
}

export async function startServer({ name, command, ready }: Server): Promise<RunningServer> {
  const began = performance.now();
  const child = start(command, "ignore");
  const match = await waitFor(child, name, ready);
  const readyMs = performance.now() - began;
  return { pid: child.pid!, port: Number(match[1]), readyMs, stop: () => stop(child, name) };
}

async function stop(child: ChildProcess, name: string): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    throw new BenchError(`${name} ended by itself (${child.signalCode ?? child.exitCode})`);
  }
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  await closed;
  clearTimeout(timer);
}

/** `use` with these servers running, by name; they are stopped afterwards whatever happens. */
export async function withServers<T>(
  servers: readonly Server[],
  use: (running: Map<string, RunningServer>) => Promise<T>,
): Promise<T> {
  const running = new Map<string, RunningServer>();
  let result: T;
  try {
    for (const server of servers) running.set(server.name, await startServer(server));
    result = await use(running);
  } catch (error) {
    await Promise.allSettled([...running.values()].map((server) => server.stop()));
    throw error; // the first error is the one to tell
  }
  for (const server of running.values()) await server.stop();
  return result;
}

export async function load(command: readonly [string, ...string[]]): Promise<LoadResult> {
  return JSON.parse(await output(command)) as LoadResult;
}

/** `use` while the load generator holds idle connections; they must all be there at the end. */
export async function withIdle<T>(
  command: readonly [string, ...string[]],
  use: () => Promise<T> | T,
): Promise<T> {
  const child = start(command, "pipe");
  await waitFor(child, "load --idle", /^\{"idle":(\d+)\}\n/m);
  const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  let complaint = "";
  child.stderr!.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  let result: T;
  try {
    result = await use();
  } finally {
    child.stdin!.end();
  }
  const [code, signal] = await closed;
  if (code !== 0) throw new BenchError(complaint.trim() || `load --idle ended (${signal ?? code})`);
  return result;
}
