// What a guest's program is given, and how it ends.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Output, runGuest } from "../support/guest.ts";

const run = (which: string, ...options: string[]): Promise<Output> =>
  runGuest({ module: "tests/guests/sdk-process", args: [which, "\u20ac"], options });

test("arguments and environment: what is given; Math.random: seeded", async () => {
  const options = ["--env", "GIVEN2=c", "--env", "GIVEN=a=b"];
  const first = await run("given", ...options);
  const second = await run("given", ...options);
  const [line, given, path, random] = first.stdout.split("\n");
  assert.is(line, "3 \u20ac none");
  assert.is(given, "a=b");
  assert.is(path, "not given");
  assert.is.not(random, second.stdout.split("\n")[3]);
  assert.is(first.code, 7);
});

test("fail: one line on fd 2, exit code 1", async () => {
  const { code, stdout, stderr } = await run("fail");
  assert.equal({ code, stdout, stderr }, { code: 1, stdout: "", stderr: "why\n" });
});

test("abort: why and where on fd 2, exit code 134", async () => {
  const thrown = await run("throw");
  assert.match(
    thrown.stderr,
    /^abort: no such \? thing in tests\/guests\/sdk-process\.ts:\d+:\d+\n$/,
  );
  assert.is(thrown.code, 134);
  const { code, stdout, stderr } = await run("assert");
  assert.match(stderr, /^abort: .* in tests\/guests\/sdk-process\.ts:\d+:\d+\n$/);
  assert.is(stdout, "");
  assert.is(code, 134);
});

test("abort: a message of any length is cut to one line", async () => {
  const { stderr } = await run("long");
  assert.is(stderr, `abort: ${"x".repeat(504)}\n`);
});

test("trap: the host tells, exit code 134", async () => {
  const { code, stderr } = await run("unreachable");
  assert.match(stderr, /^tripoll: .*unreachable/m);
  assert.is(code, 134);
});

test.run();
