// The project's test runner: catches each way in which uvu alone would call a failure a success.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isAlive, MARK, processesOf } from "./support/processes.ts";

const RUNNER = fileURLToPath(new URL("run.js", import.meta.url));
const FIXTURES = fileURLToPath(new URL("fixtures/runner", import.meta.url));
const NO_SESSION = -1;

interface Result {
  code: number | null;
  output: string;
  lastLine: string;
}

/** Runs the runner on fixtures, by name. `ci` is the environment's CI. */
function run(names: string[], { ci = "", args = [] as string[] } = {}): Result {
  const words = names.map((name) => `/${name}.test.ts`);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [RUNNER, "--from", FIXTURES, ...args, ...words],
    { encoding: "utf8", env: { ...process.env, CI: ci } },
  );
  assert.is(stderr, "");
  return { code: status, output: stdout, lastLine: stdout.trimEnd().split("\n").at(-1)! };
}

/** What is printed about each file, by its name; it begins with `ok` or `FAIL`. */
function blocks({ output }: Result): Map<string, string> {
  const named = /^(?:ok {2}|FAIL) tests\/fixtures\/runner\/(?<name>[\w-]+)\.test\.ts: /;
  const parts = output.split(/^(?=ok {3}|FAIL )/m);
  return new Map(parts.map((part) => [named.exec(part)?.groups!["name"] ?? "", part]));
}

// One run for all that fail by themselves, and one for those that the watchdog has to end.
const FAILING = [
  "after-each-throws",
  "after-throws",
  "before-each-throws",
  "before-throws",
  "exits-early",
  "fails",
  "forgotten-run",
  "hides-tests",
  "import-throws",
  "late-rejection",
  "leftover",
  "never-settles",
  "open-handle",
];
const failing = run(FAILING);
const failed = blocks(failing);
const ended = blocks(run(["hangs", "spins"], { args: ["--watchdog-ms", "2000"] }));

/** Asserts that one fixture failed with these counts, and that the output says `why`. */
function fails(name: string, counts: string, why: string): string {
  const block = failed.get(name) ?? ended.get(name) ?? "";
  assert.match(block, `FAIL tests/fixtures/runner/${name}.test.ts: ${counts} (`);
  assert.match(block, why);
  return block;
}

test("runner: passing files end with their sum and exit code 0", () => {
  const { code, output, lastLine } = run(["passes", "skips"]);
  assert.is(lastLine, "4 passed, 0 failed, 2 skipped");
  assert.is(code, 0);
  assert.match(output, "ok   tests/fixtures/runner/passes.test.ts: 2 passed");
});

test("runner: failures end with their sum and exit code 1", () => {
  assert.is(failing.lastLine, "6 passed, 14 failed");
  assert.is(failing.code, 1);
});

test("runner: the order of the output does not depend on who is ready first", () => {
  assert.equal([...failed.keys()], FAILING);
});

test("runner: one failure among passing files is an exit code of 1", () => {
  const { code, lastLine } = run(["passes", "fails"]);
  assert.is(lastLine, "3 passed, 1 failed");
  assert.is(code, 1);
});

test("runner: a failing test is shown with its name and difference", () => {
  const output = fails("fails", "1 passed, 1 failed", '"two is three"');
  assert.match(output, "Expected values to be strictly equal");
});

test("runner: a word that fits no file fails", () => {
  const { code, lastLine, output } = run(["no-such-file"]);
  assert.is(lastLine, "0 passed, 1 failed");
  assert.is(code, 1);
  assert.match(output, "no test file has such a name");
});

test("runner: a forgotten .run() fails", () => {
  fails("forgotten-run", "0 passed, 1 failed", "no test ran: is `.run()` forgotten?");
});

test("runner: a throw in before() fails all its tests", () => {
  fails("before-throws", "0 passed, 1 failed", "0 of 1 ran: a hook threw");
});

test("runner: a throw in after() fails", () => {
  fails("after-throws", "0 passed, 1 failed", "thrown in after");
});

test("runner: a throw in before.each() fails its test", () => {
  fails("before-each-throws", "1 passed, 1 failed", "thrown in before.each");
});

test("runner: a throw in after.each() fails", () => {
  fails("after-each-throws", "0 passed, 2 failed", "0 of 2 ran: a hook threw");
});

test("runner: process.exit(0) in a test fails", () => {
  fails("exits-early", "0 passed, 1 failed", "ended before its tests were over");
});

test("runner: a process that ends because nothing is left to wait for fails", () => {
  fails("never-settles", "0 passed, 1 failed", "ended before its tests were over");
});

test("runner: a throw at the top level of a file fails", () => {
  fails("import-throws", "0 passed, 1 failed", "thrown by the file");
});

test("runner: an error after the last test fails", () => {
  fails("late-rejection", "1 passed, 1 failed", "thrown too late");
});

test("runner: test.only() that hides other tests fails", () => {
  fails("hides-tests", "1 passed, 1 failed", "1 hidden by test.only or test.skip");
});

test("runner: a handle that keeps the process alive fails and is named", () => {
  fails("open-handle", "1 passed, 1 failed", "TCPServerWrap");
});

test("runner: a test that hangs is ended with its processes, and its last output is shown", () => {
  const output = fails("hangs", "0 passed, 1 failed", "ended by the watchdog after 2 s");
  const [, pid] = /the last words, pid (\d+)/.exec(output)!;
  assert.not(isAlive(Number(pid)));
});

test("runner: a test that blocks its process is ended", () => {
  fails("spins", "0 passed, 1 failed", "ended by the watchdog after 2 s");
});

test("runner: the watchdog waits for an installation that the file announced", () => {
  const { code, lastLine } = run(["holds"], { args: ["--watchdog-ms", "2000"] });
  assert.is(lastLine, "1 passed, 0 failed");
  assert.is(code, 0);
});

test("runner: a process left behind, even in its own session, is ended and fails the file", () => {
  const output = fails("leftover", "1 passed, 1 failed", "left a process running: ");
  const [, pid] = /pid (\d+)/.exec(output)!;
  assert.match(output, `left a process running: ${pid} sleep 1000`);
  assert.not(isAlive(Number(pid)));
});

test("runner: SIGTERM ends the running files too", async () => {
  const mark = "interrupted:";
  const runner = spawn(process.execPath, [RUNNER, "--from", FIXTURES, "/hangs."], {
    stdio: "ignore",
    env: { ...process.env, [MARK]: mark },
  });
  const commands = () => processesOf(NO_SESSION, mark).map(({ command }) => command);
  while (!commands().includes("sleep 1000")) await delay(20);
  runner.kill("SIGTERM");
  const [code] = await once(runner, "exit");
  assert.is(code, 128 + 15);
  while (commands().length > 0) await delay(20);
});

test("runner: skips are counted apart and listed with their reasons", () => {
  const { code, output, lastLine } = run(["skips"]);
  assert.is(lastLine, "2 passed, 0 failed, 2 skipped");
  assert.is(code, 0);
  const prefix = "skipped: tests/fixtures/runner/skips.test.ts: skips: ";
  assert.match(output, `${prefix}needs a moon: there is no moon\n`);
  assert.match(output, `${prefix}needs a sun: it is night\n`);
});

test("runner: a file can be skipped as a whole", () => {
  const { code, output, lastLine } = run(["skips-file"]);
  assert.is(lastLine, "0 passed, 0 failed, 1 skipped");
  assert.is(code, 0);
  assert.match(output, "skips-file.test.ts: the whole file: no such machine");
});

test("runner: with CI=true a skip is a failure", () => {
  const { code, lastLine, output } = run(["skips"], { ci: "true" });
  assert.is(lastLine, "2 passed, 2 failed");
  assert.is(code, 1);
  assert.match(output, "FAIL: skipped: tests/fixtures/runner/skips.test.ts: skips: needs a moon");
});

test.run();
