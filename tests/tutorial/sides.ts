// The sides on which a program of the tutorial runs: its languages, in the sandbox and on Linux.
// Must not know which programs there are.

import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { guestOf, needCc, programOf } from "../support/cc.ts";
import { type Exit, type Output, openDescriptors, Program, startGuest } from "../support/guest.ts";
import { isAlive } from "../support/processes.ts";

/** A program that was started; of a server, `listening` finds out its port. */
export interface Running extends Program {
  port: number;
  listening: () => Promise<Running>;
}

export interface Started {
  args?: string[];
  /** What a guest may listen on. */
  grant?: string;
  /** How many descriptors it may have. */
  descriptorsMax?: number;
  /** More options of the host, for guests. */
  options?: string[];
}

export interface Side {
  /** How the names of its tests end. */
  name: string;
  language: "AssemblyScript" | "C";
  /** Whether it runs in the sandbox. */
  isGuest: boolean;
  /** Why its tests have to be skipped. */
  missing: string | undefined;
  start: (name: string, started?: Started) => Running;
}

export const addressOf = (port: number): string => `127.0.0.1:${port}`;

/** A program of which only the kernel tells the port. */
class Native extends Program implements Running {
  port = 0;

  async listening(): Promise<this> {
    while (isAlive(this.pid)) {
      this.port = listeningPort(this.pid);
      if (this.port !== 0) return this;
      await delay(1);
    }
    await this.exited;
    throw new Error(`ended before it listened:\n${this.stderr()}`);
  }
}

/** The port of a process's listener, 0 where it has none yet. */
function listeningPort(pid: number): number {
  const targets = new Set(openDescriptors(pid).map(({ target }) => target));
  const rows = readFileSync("/proc/net/tcp", "latin1").matchAll(
    /^ *\d+: \w+:(?<port>\w+) \S+ 0A(?: +\S+){5} +(?<inode>\d+) /gm,
  );
  const own = [...rows].find(({ groups }) => targets.has(`socket:[${groups!["inode"]}]`));
  return own === undefined ? 0 : Number.parseInt(own.groups!["port"]!, 16);
}

function startModule(module: string, started: Started = {}): Running {
  const { args = [], grant, descriptorsMax, options = [] } = started;
  const granted = grant === undefined ? [] : ["--listen", grant];
  const limited = descriptorsMax === undefined ? [] : ["--max-descriptors", `${descriptorsMax}`];
  return startGuest({ module, args, options: [...granted, ...limited, ...options] });
}

function startNative(path: string, { args = [], descriptorsMax }: Started = {}): Running {
  if (descriptorsMax === undefined) return new Native(path, args);
  return new Native("sh", ["-c", `ulimit -n ${descriptorsMax}; exec "$0" "$@"`, path, ...args]);
}

/** What a user types in a folder. */
export const startShell = (command: string, folder: string): Running =>
  new Native("sh", ["-c", `cd "$0" && exec ${command}`, folder]);

const sourceOf = (name: string): string => `tests/guests/c/${name}.c`;

export const SIDES: readonly Side[] = [
  {
    name: "AssemblyScript",
    language: "AssemblyScript",
    isGuest: true,
    missing: undefined,
    start: (name, started) => startModule(`tutorial/${name}`, started),
  },
  {
    name: "C",
    language: "C",
    isGuest: true,
    missing: needCc(),
    start: (name, started) => startModule(guestOf(sourceOf(name)), started),
  },
  {
    name: "C on Linux",
    language: "C",
    isGuest: false,
    missing: undefined,
    start: (name, started) => startNative(programOf(sourceOf(name)), started),
  },
];

export const GUESTS = SIDES.filter(({ isGuest }) => isGuest);

/** The end of a process as a shell has it in `$?`. */
export const statusOf = ({ code, signal }: Exit): number =>
  signal === null ? code! : 128 + constants.signals[signal];

/** What the program itself has said to stderr, without the host's lines. */
export const ownStderr = (program: Running): string =>
  program.stderr().replaceAll(/^tripoll: .*\n/gm, "");

/** Runs a program to its end. */
export async function run(side: Side, name: string, started?: Started): Promise<Output> {
  const program = side.start(name, started);
  const exit = await program.exited;
  return { ...exit, stdout: program.stdout(), stderr: program.stderr() };
}
