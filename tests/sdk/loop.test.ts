// The loop of the guest SDK, on bare event descriptors.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { runGuest } from "../support/guest.ts";

/** Runs one case of the guest; asserts what it prints. */
async function prints(which: string, ...lines: string[]): Promise<void> {
  const { code, stdout, stderr } = await runGuest({
    module: "tests/guests/sdk-loop",
    args: [which],
  });
  assert.is(stderr, "");
  assert.equal(stdout.split("\n"), [...lines, ""]);
  assert.is(code, 0);
}

test("loop: an event of a descriptor that was closed in the same batch is dropped", () =>
  prints("stale", "called 1", "the number is used again: true", "end", "run 0"));

test("loop: level triggered, an event comes until it is dealt with", () =>
  prints("level", "level 1", "level 1", "level 1", "run 0"));

test("loop: edge triggered, an event comes once a change", () =>
  prints("edge", "edge 1", "edge 1", "run 0"));

test("loop: the events that are waited for can be changed", () =>
  prints("modify", "modify 0", "modified 1", "run 0"));

test("loop: a removed handler gives its descriptor back, open", () =>
  prints("remove", "its own again 8", "twice EBADF", "run 0"));

test("putOff: once however often, and what is put off meanwhile comes later", () =>
  prints("put off", "a put off", "b put off", "a put off", "run 0"));

test("beforeSleep: is called in every turn", () =>
  prints("before sleep", "level 1", "level 1", "level 1", "level 1", "run 0", "hooks 5"));

test("loop: errors of add and modify are results", () =>
  prints("errors", "add EBADF -1", "modify EBADF", "run 0"));

test.run();
