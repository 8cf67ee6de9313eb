// What host/build.ts builds, and what it says: in a small project of its own.

import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "./support/cleanup.ts";
import { ROOT } from "./support/guest.ts";

/** Stands in for asc, of which each start takes a second. */
const ASC = `
import { readFileSync, writeFileSync } from "node:fs";
export async function main(args) {
  const at = (name) => args[args.indexOf(name) + 1];
  const text = readFileSync(at("--baseDir") + "/" + args[1], "utf8");
  if (text.includes("wrong")) return { error: new Error("no"), stderr: "ERROR TS1" };
  writeFileSync(at("--baseDir") + "/" + at("-o"), args.join(" "));
  return { error: null };
}`;

const FILES: Record<string, string> = {
  "package.json": '{ "type": "module" }',
  "asconfig.json": "{}",
  "assembly/malloc.ts": 'import { one } from "./part/index";\n',
  "assembly/part/index.ts": 'export { one } from "../one";\n',
  "assembly/one.ts": "export const one: i32 = 1;\n",
  "assembly/abort/linux.ts": "\n",
  "assembly/two.ts": 'import {\n  a,\n  b,\n} from "./three";\n',
  "assembly/three.ts": "\n",
  "assembly/servers/first.ts": 'import "../two";\n',
  "assembly/servers/second.ts": "\n",
  "host/native/a.c": '#include <node_api.h>\n#include "a.h"\n',
  "host/native/a.h": "int a(int unused);\n",
  "node_modules/assemblyscript/asc.js": ASC,
  "node_modules/assemblyscript/package.json":
    '{ "type": "module", "exports": { "./asc": "./asc.js" } }',
};

const project = mkdtempSync(join(tmpdir(), "tripoll-build-"));
atEnd(() => rmSync(project, { recursive: true, force: true }));
for (const [path, text] of Object.entries(FILES)) write(path, text);
mkdirSync(join(project, "build/host"), { recursive: true });
copyFileSync(join(ROOT, "build/host/build.js"), join(project, "build/host/build.js"));
const HEADERS = "node_modules/node-api-headers";
symlinkSync(join(ROOT, HEADERS), join(project, HEADERS));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

/** Builds what is older than its sources, once these have been touched; returns what is said. */
function build(touched: string[] = [], ...args: string[]): string {
  for (const path of touched) utimesSync(join(project, path), new Date(), new Date());
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(project, "build/host/build.js"), ...args],
    { encoding: "utf8" },
  );
  assert.is(stdout, "");
  return status === 0 ? stderr : `${stderr}status ${status}`;
}

const ADDON = "tripoll: building the addon, build/tripoll.node\n";
const BOTH = "tripoll: building 2 guests, about a second each\n";
const FIRST = "tripoll: building build/first.wasm\n";

test("build: says each step, and nothing where there is nothing to do", () => {
  assert.is(build([], "--addon"), ADDON);
  assert.not(existsSync(join(project, "build/first.wasm")));
  assert.is(build(), BOTH);
  assert.is(build(), "");
});

test("build: a source that has changed is that of its own guest, and of what imports it", () => {
  assert.is(build(["assembly/servers/first.ts"]), FIRST);
  assert.is(build(["assembly/three.ts"]), FIRST);
  assert.is(build(["assembly/one.ts"]), BOTH);
  assert.is(build(["assembly/abort/linux.ts"]), BOTH);
  assert.is(build(["asconfig.json"]), BOTH);
  assert.is(build(["host/native/a.h"]), ADDON);
});

test("build: a guest or an addon that does not compile is said, and built when it does", () => {
  write("assembly/servers/first.ts", "wrong\n");
  const problem = "tripoll: assembly/servers/first.ts does not compile:\nERROR TS1\n";
  assert.is(build(), `${FIRST}${problem}status 1`);
  write("assembly/servers/first.ts", "\n");
  assert.is(build(), FIRST);
  write("host/native/a.c", "int a(int unused) { return 1; }\n");
  assert.match(build(), "unused parameter");
  assert.is(build([], "--addon"), ADDON); // as it is built at an installation
});

test.run();
