// What a guest leaves open in the process that hosts it, as an embedder would count it.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./guest.ts";
import { watGuest } from "./wat.ts";

export interface LeakOptions {
  /** A module's path. */
  module: string;
  listen?: readonly string[];
  connect?: readonly string[];
}

export interface Leaks {
  /** The guest's exit code. */
  code: number;
  /** `/proc/self/fd` before and after it: "3 socket:[1234]". */
  before: string[];
  after: string[];
}

/**
 * Runs a guest in a process of its own, what it prints going nowhere, and lists the descriptors
 * that are open before and after it. Another guest comes first: Node keeps some from then on.
 */
export function leaksOf({ module, listen = [], connect = [] }: LeakOptions): Leaks {
  const source = `
    import { readFileSync, readdirSync, readlinkSync, writeSync } from "node:fs";
    import { start } from ${JSON.stringify(join(ROOT, "build/host/index.js"))};
    const open = () => readdirSync("/proc/self/fd").flatMap((fd) => {
      try { return [fd + " " + readlinkSync("/proc/self/fd/" + fd)]; } catch { return []; }
    });
    const grants = ${JSON.stringify({ listen, connect })};
    const run = (module) => start({ module, name: "t.wasm", ...grants }).exited;
    await run(Uint8Array.from(${JSON.stringify([...watGuest([], "")])}));
    const before = open();
    const { code } = await run(readFileSync(${JSON.stringify(module)}));
    writeSync(2, JSON.stringify({ code, before, after: open() }));`;
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  return JSON.parse(stderr) as Leaks;
}
