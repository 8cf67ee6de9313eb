// Guests killed at any moment, TRIPOLL_KILLS for each thing that they do meanwhile: what is left of
// them is nothing. How long it takes is a row of the bench.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { STATES, killOften, type State } from "../support/kills.ts";

const KILLS = Number(process.env["TRIPOLL_KILLS"] ?? 10);
/** Two guests with thousands of connections take a while to start. */
const timesOf = ({ partner }: State): number => Math.ceil(partner ? KILLS / 10 : KILLS);

/** More than the runtime may keep for itself, less than what one guest that is left would hold. */
const KEPT_BYTES_MAX = 128 << 20;

/** What the process holds open, without the numbers that each is known by. */
function descriptors(): string[] {
  const targets = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).replaceAll(/\d+/g, "N");
    } catch {
      return ""; // the folder's own, which is closed by now
    }
  });
  return targets.filter((target) => target !== "").toSorted();
}

const threads = (): number => readdirSync("/proc/self/task").length;

/** The thread that kicks a guest ends by itself, a moment after it. */
async function threadsAre(count: number): Promise<void> {
  for (let looks = 0; looks < 1_000 && threads() !== count; looks++) await delay(1);
  assert.is(threads(), count);
}

function bytesOf(name: string): number {
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)![1]) * 1024;
}

// The first guest makes what Node keeps: the descriptors of the worker's first event loop.
test.before(async () => {
  for (const state of Object.values(STATES)) await killOften(state, { times: 1, early: false });
});

for (const [what, state] of Object.entries(STATES)) {
  for (const early of [false, true]) {
    const times = timesOf(state);
    const moment = early ? `${what}, while it starts` : what;
    test(`kill: ${moment}: nothing is left of ${times}`, async () => {
      const before = descriptors();
      const threadsBefore = threads();
      await killOften(state, { times, early });
      assert.equal(descriptors(), before);
      await threadsAre(threadsBefore);
    });
  }
}

test("kill: the memory of those that were killed is given back", async () => {
  const state = STATES["in memory.fill of 64 MiB"]!;
  await killOften(state, { times: 5, early: false });
  const before = bytesOf("VmRSS");
  await killOften(state, { times: KILLS, early: false });
  const grown = bytesOf("VmRSS") - before;
  assert.ok(grown < KEPT_BYTES_MAX, `${KILLS} guests left ${grown} bytes`);
});

test.run();
