// Attacks on a host, its output and its operator that were published against other runtimes, one a
// test.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DENIALS_MAX } from "../../host/policy.ts";
import { buildBoth } from "../contract/contract.ts";
import { atEnd } from "../support/cleanup.ts";
import { ROOT, runGuest } from "../support/guest.ts";
import { call, watGuest } from "../support/wat.ts";
import { SIDES } from "./sides.ts";

const LAUNCHER = join(ROOT, "host/run.js");
const FOLDER = mkdtempSync(join(tmpdir(), "tripoll-published-"));
atEnd(() => rmSync(FOLDER, { recursive: true }));

/** The flags of an open file, which all who have inherited it share, as /proc tells them. */
const flagsOf = (fd: number): string =>
  /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))![1]!;

function fifo(): string {
  const path = join(FOLDER, "fifo");
  assert.is(spawnSync("mkfifo", [path]).status, 0);
  return path;
}

test("the host's own stdout changed through the guest's", async () => {
  const { program, module } = buildBoth("tests/published", "inside");
  const commands = { kernel: [program], guest: [process.execPath, LAUNCHER, "--stdin", module] };
  const pipe = fifo();
  for (const side of SIDES) {
    const [command = "", ...args] = commands[side];
    const files = [openSync(join(FOLDER, side), "w+"), openSync(pipe, "r+")];
    for (const fd of files) {
      const before = flagsOf(fd);
      const child = spawn(command, [...args, "change stdio"], { stdio: [fd, fd, "pipe"] });
      atEnd(() => child.kill("SIGKILL"));
      assert.is(String((await once(child.stderr!, "data"))[0]), "changed");
      if (side === "guest") assert.is(flagsOf(fd), before);
      else assert.is.not(flagsOf(fd), before);
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    files.forEach(closeSync);
  }
});

test("exit_group caught by `catch_all`", async () => {
  const survive = `(loop $l (try (do ${call("exit_group", 7)}) (catch_all
    ${call("write", 1, 16, 9)})) ${call("write", 1, 16, 9)} (br $l))`;
  const more = `(data (i32.const 16) "survived\\n")
    (func $nested (try (do ${survive}) (catch_all (call $nested))))`;
  for (const body of [survive, "(try (do (call $nested)) (catch_all (call $nested)))"]) {
    const module = watGuest(["exit_group/1", "write/3"], body, more);
    const { code, stdout, stderr } = await runGuest({ module });
    assert.equal([code, stdout, stderr], [7, "", ""]);
  }
});

test("terminal escapes in a denied path", async () => {
  buildBoth("tests/published", "network");
  for (const options of [[], ["--trace"]]) {
    const { code, stdout, stderr } = await runGuest({
      module: "tests/published/network",
      options,
      args: ["escapes", "\x1b[2J\ntripoll: forged"],
    });
    assert.is(code, 0, stderr);
    const results = stdout.match(/(?<= = )\w+/g) ?? [];
    assert.is(results.length, 30);
    assert.ok(results.every((result) => result === "EACCES"));
    assert.ok(stderr.includes("\\x1b[2J"));
    assert.not.match(stderr, /[^\n\x20-\x7e]/);
    const lines = stderr.trimEnd().split("\n");
    const own = options.length === 0 ? /^tripoll: network\.wasm may not / : /^tripoll: |^\w+\(/;
    for (const line of lines) assert.match(line, own);
    assert.not.match(stderr, /^tripoll: forged/m);
  }
});

test("a flood of denials", async () => {
  buildBoth("tests/published", "network");
  const { code, stdout, stderr } = await runGuest({
    module: "tests/published/network",
    args: ["flood"],
  });
  assert.is(code, 0);
  assert.is(stdout, "denied = 200000\n");
  const lines = stderr.trimEnd().split("\n");
  assert.ok(lines.length >= DENIALS_MAX);
  assert.ok(lines.length <= DENIALS_MAX + 20, `${lines.length} lines`);
  assert.match(stderr, "(denied 100000 times)\n");
  assert.match(lines.at(-1)!, "other addresses (10000 times)");
});

test.run();
