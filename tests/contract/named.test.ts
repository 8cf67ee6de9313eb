// The contract of AF_UNIX sockets with a name: named.c on the kernel and in a guest.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "../support/cleanup.ts";
import { contract } from "./contract.ts";

const folder = mkdtempSync(join(tmpdir(), "tripoll-"));
atEnd(() => rmSync(folder, { recursive: true, force: true }));

const log = await contract("named", {
  options: ["--unix", `${folder}/*`, "--unix", "@contract.*"],
  args: [folder],
});

test("folder: nothing is left in it", () => assert.equal(readdirSync(folder), []));

test("operator: is told where it listens, and what was not granted", () => {
  assert.match(log, `tripoll: named.wasm listening on unix:${folder}/contract.listen\n`);
  assert.match(log, 'may not remove the Unix socket "/nonexistent/contract"; grant it with --unix');
});
test.run();
