// Which processes a test file started and left behind, found through /proc.
// Known by session, and by a mark in the environment for those that started a session of their own.

import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

export const MARK = "TRIPOLL_TEST_MARK";

const LEAVING_MS = 1_000;
const LOOK_EVERY_MS = 20;

export interface Leftover {
  pid: number;
  command: string;
}

/** The file at `path`, or "" when the process has gone, or is not ours to look at. */
function peek(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** State and session of a process, undefined when it has ended (a zombie has). */
function look(pid: number): { session: number } | undefined {
  const stat = peek(`/proc/${pid}/stat`);
  // The command, in parentheses, may hold anything; state, parent, group, session follow it.
  const [state = "", , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return "ZX".includes(state) ? undefined : { session: Number(session) };
}

export const isAlive = (pid: number): boolean => look(pid) !== undefined;

/** Living processes of `session`, or with an environment mark that begins with `mark`. */
export function processesOf(session: number, mark: string): Leftover[] {
  const found: Leftover[] = [];
  for (const pid of readdirSync("/proc").map(Number)) {
    if (Number.isNaN(pid) || pid === process.pid) continue;
    const seen = look(pid);
    if (seen === undefined) continue;
    const marked = () => `\0${peek(`/proc/${pid}/environ`)}`.includes(`\0${MARK}=${mark}`);
    if (seen.session !== session && !marked()) continue;
    found.push({ pid, command: peek(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim() });
  }
  return found;
}

/** Waits until nothing of a file lives, or the time is over; returns what still does. */
async function waitForEnd(session: number, mark: string): Promise<Leftover[]> {
  const deadline = performance.now() + LEAVING_MS;
  for (;;) {
    const left = processesOf(session, mark);
    if (left.length === 0 || performance.now() > deadline) return left;
    await delay(LOOK_EVERY_MS);
  }
}

/** Ends what a file left behind and returns it; what is already on its way out is not. */
export async function endLeftovers(session: number, mark: string): Promise<Leftover[]> {
  const left = await waitForEnd(session, mark);
  for (const { pid } of left) endProcess(pid);
  if (left.length > 0) await waitForEnd(session, mark);
  return left;
}

/** SIGKILL to a process, or with a negative number to a group; it may have gone by itself. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
