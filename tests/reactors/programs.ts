// Programs that are run to their end: with a folder, an environment and a limit of time.
// Must not know what they are.

import { join } from "node:path";
import { type Exit, Program, ROOT } from "../support/guest.ts";

export const LAUNCHER = join(ROOT, "host/run.js");

/** What stands in the place of a compiler's name. */
export const TRIPOLL_CC = `${process.execPath} ${LAUNCHER} cc`;

export interface Command {
  command: string;
  args: readonly string[];
  cwd?: string;
  /** On top of this process's own environment. */
  env?: Record<string, string>;
  secondsMax?: number;
}

export interface Ended extends Exit {
  stdout: string;
  stderr: string;
}

const SECONDS_MAX = 600;

/** Runs a program to its end, or kills it when its time is over. */
export async function runToEnd(given: Command): Promise<Ended> {
  const { command, args, cwd = ROOT, env = {}, secondsMax = SECONDS_MAX } = given;
  const inFolder = ["-c", 'cd "$0" && exec "$@"', cwd, command, ...args];
  const program = new Program("sh", inFolder, { env: { ...process.env, ...env } });
  const timer = setTimeout(() => program.kill(), secondsMax * 1000);
  const exit = await program.exited;
  clearTimeout(timer);
  return { ...exit, stdout: program.stdout(), stderr: program.stderr() };
}

/** The same for a program that must succeed; its output. */
export async function mustRun(given: Command): Promise<string> {
  const { code, signal, stdout, stderr } = await runToEnd(given);
  if (code === 0) return stdout;
  const words = [given.command, ...given.args].join(" ");
  const tail = (stdout + stderr).trimEnd().split("\n").slice(-20).join("\n");
  throw new Error(`${words} ended with ${signal ?? code} in ${given.cwd ?? ROOT}:\n${tail}`);
}

/** Works on all of them, so many at a time; results in their order. */
export async function inParallel<T, R>(
  jobs: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker));
  return results;
}
