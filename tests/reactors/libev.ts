// libev, by a driver of our own (libev.c): Debian's source package has no tests.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../support/guest.ts";
import type { Built, Side } from "./packages.ts";
import { type Ended, LAUNCHER, mustRun, runToEnd, TRIPOLL_CC } from "./programs.ts";

const DRIVER = join(ROOT, "tests/reactors/libev.c");

/** What the driver is told: the backend, and how signals are to come. */
const WAYS = ["epoll", "poll", "select"].flatMap((backend) => [
  [backend, "handlers"],
  [backend, "signalfd"],
]);

const GRANTS = ["--listen", "127.0.0.1:0", "--connect", "127.0.0.1:*"];

async function compile(built: Built, side: Side, folder: string): Promise<string> {
  const compiler = side === "native" ? (process.env["CC"] ?? "cc") : TRIPOLL_CC;
  const [command = "", ...first] = compiler.split(" ");
  const program = join(folder, side);
  const library = join(built[side], ".libs/libev.a");
  const words = [...first, "-O2", `-I${built[side]}`, DRIVER, library, "-lm", "-o", program];
  await mustRun({ command, args: words });
  return program;
}

export interface DriverResult {
  name: string;
  native: Ended;
  guest: Ended;
}

/** Whether the guest printed what the native program did, to its last line. */
export const isSame = ({ native, guest }: DriverResult): boolean =>
  native.code === 0 &&
  guest.code === 0 &&
  /^all is done: 0$/m.test(native.stdout) &&
  native.stdout === guest.stdout;

/** Runs the driver in all ways on both sides. */
export async function runLibev(built: Built): Promise<DriverResult[]> {
  const folder = mkdtempSync(join(tmpdir(), "tripoll-libev-"));
  try {
    const native = await compile(built, "native", folder);
    const guest = await compile(built, "guest", folder);
    const results: DriverResult[] = [];
    for (const args of WAYS) {
      results.push({
        name: args.join(", "),
        native: await runToEnd({ command: native, args, secondsMax: 60 }),
        guest: await runToEnd({
          command: process.execPath,
          args: [LAUNCHER, ...GRANTS, guest, ...args],
          secondsMax: 60,
        }),
      });
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How many parts the driver has. */
export const parts = (): number => readFileSync(DRIVER, "utf8").match(/^ {2}section\(/gm)!.length;
