// Timers of the guest SDK.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { runGuest } from "../support/guest.ts";

/** Runs one case of the guest; asserts what it prints. */
async function prints(which: string, ...lines: string[]): Promise<void> {
  const { code, stdout, stderr } = await runGuest({
    module: "tests/guests/sdk-timers",
    args: [which],
  });
  assert.is(stderr, "");
  assert.equal(stdout.split("\n"), [...lines, "end", ""]);
  assert.is(code, 0);
}

test("timers: fire by deadline, equal ones in the order of their starts", () =>
  prints(
    "order",
    "4 after 0",
    "6 after -5",
    "1 after 10",
    "3 after 10",
    "2 after 20",
    "0 after 30",
    "5 after 30",
  ));

test("timers: a handler stops others, due in the same turn too, and itself", () =>
  prints("stopped", "stops", "stops", "last"));

test("timers: a handler starts its own timer again", () =>
  prints("again", "again 3", "again 2", "again 1"));

test("timers: a period does not drift, and ends when it is stopped", () =>
  prints("period", "period 1", "period 2", "period 3", "period 4", "period 5"));

test("timers: a restart moves the deadline to either side", () =>
  prints("restarted", "moved from 60 to 20", "moved from 10 to 50 to 30", "moved from 10 to 40"));

test("timers: 20,000 of them, moved and stopped at random", () =>
  prints("many", "many: all fired, in order, none early"));

test("stop: ends the loop at the end of the turn, whatever is armed", () => prints("stop", "stop"));

test("timers: the loop sleeps until the deadline, rounded up to a millisecond", async () => {
  const { stderr } = await runGuest({
    module: "tests/guests/sdk-timers",
    args: ["sleep"],
    options: ["--trace"],
  });
  const timeouts = [...stderr.matchAll(/epoll_wait\(.*, (-?\d+)\) = (\d+)/g)];
  const [first = 0, second = 0, ...others] = timeouts.map(([, timeoutMs]) => Number(timeoutMs));
  assert.ok(first === 300 || first === 301, `slept ${first} ms`);
  assert.ok(second > 0 && second <= 700, `slept ${second} ms`); // less by what the first was late
  assert.equal(others, [], "no busy loop before a deadline");
});

test.run();
