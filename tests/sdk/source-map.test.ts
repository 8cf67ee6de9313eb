// A crash of a guest in AssemblyScript: with a source map beside the module its lines are told.

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { folderWith, run } from "../support/cc.ts";
import { ROOT } from "../support/guest.ts";

const SOURCE = `function divide(a: i32, b: i32): i32 {
  return a / b;
}

export function outer(b: i32): i32 {
  return divide(7, b) + 1;
}

outer(0);
`;

const cwd = folderWith({ "crash.ts": SOURCE });
const options = ["--config", join(ROOT, "asconfig.json"), "--baseDir", cwd, "--optimizeLevel", "0"];

/** What the guest's operator is told. */
const crash = (): string =>
  run(process.execPath, [join(ROOT, "host/run.js"), "crash.wasm"], { cwd }).stderr;

const WITH_LINES = `tripoll: crash.wasm crashed: divide by zero
tripoll:     at crash/divide (crash.ts:2:10)
tripoll:     at crash/outer (crash.ts:6:10)
tripoll:     at start:crash (crash.ts:9:7)
tripoll:     at ~start (wasm)
`;

const WITHOUT = /at crash\/divide \(wasm:\/\/wasm\/[^)]+:0x[0-9a-f]+\)/;

/** The last frame is the compiler's own. */
const general = (text: string): string => text.replace(/(?<=at ~start \()[^)]*/, "wasm");

test("a source map beside the module tells the lines of a crash", async () => {
  const words = ["crash.ts", ...options, "-o", "crash.wasm", "--debug", "--sourceMap"];
  const { error, stderr } = await asc.main(words, {});
  assert.is(error, null, stderr.toString());
  assert.is(general(crash()), WITH_LINES);
});

test("without a source map, or with a broken one, it is the place in the file", () => {
  for (const text of ["", "{", "{}", '{"sources":[],"mappings":"AAAA,!"}', '{"mappings":7}']) {
    writeFileSync(join(cwd, "crash.wasm.map"), text);
    assert.match(crash(), WITHOUT, text);
  }
  rmSync(join(cwd, "crash.wasm.map"));
  assert.match(crash(), WITHOUT);
});

test.run();
