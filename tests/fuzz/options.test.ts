// The fuzzer's command line: what is meant, and one line for what is wrong.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "../support/cleanup.ts";
import { HELP, UsageError, parseOptions } from "./options.ts";

const RUN = fileURLToPath(new URL("run.js", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "tripoll-fuzz-options-"));
atEnd(() => rmSync(folder, { recursive: true, force: true }));

function fuzz(...args: string[]): object {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("--help: names every option, and nothing is run", () => {
  assert.equal(fuzz("--help"), { status: 0, stdout: HELP, stderr: "" });
  for (const name of Object.keys(parseOptions([])!)) assert.match(HELP, `--${name} `);
});

test("an unknown option: one line and exit code 2", () => {
  const stderr = "fuzz: Unknown option '--sed'; see --help\n";
  assert.equal(fuzz("--sed", "1"), { status: 2, stdout: "", stderr });
});

test("what else is wrong is said, too", () => {
  const isWrong = (message: string, ...args: string[]) =>
    assert.throws(
      () => parseOptions(args),
      (error: Error) => error instanceof UsageError && error.message === message,
    );
  isWrong("Unexpected argument 'wasi'; see --help", "wasi");
  isWrong("Option '--seed <value>' argument missing; see --help", "--seed");
  isWrong('--calls is a number of at most nine digits, not "1e6"', "--calls", "1e6");
  isWrong('--focus: no call has "wsi" in its name', "--focus", "wsi");
  const missing = join(folder, "missing.txt");
  const problem = `ENOENT: no such file or directory, open '${missing}'`;
  isWrong(`--replay ${missing}: ${problem}`, "--replay", missing);
  const broken = join(folder, "broken.txt");
  writeFileSync(broken, "getpid\nclose\n");
  isWrong(`--replay ${broken}: close takes 1 arguments, not 0`, "--replay", broken);
});

test("what is given counts, and the rest is as ever", () => {
  const { seed, calls, focus, keep, replay } = parseOptions(["--seed", "7", "--focus=wasi"])!;
  assert.equal([seed, calls, focus, keep, replay], [7, 200_000, "wasi", false, undefined]);
});

test.run();
