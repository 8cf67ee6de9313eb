// The package as npm packs and installs it: into an empty project, without a network.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Finished, newFolder, run } from "../support/cc.ts";
import { Program, ROOT } from "../support/guest.ts";
import { skipIf } from "../support/skip.ts";
import { need } from "../support/tools.ts";
import { Client } from "./client.ts";
import { compileFiles } from "./compile.ts";

const TOOLCHAIN = ["clang", "wasm-ld", "llvm-ar", "wasi-libc", "libclang-rt-dev-wasm32"] as const;
const noToolchain = need(...TOOLCHAIN);

const folder = newFolder();
const project = join(folder, "project");
const PACKAGE = join(project, "node_modules/tripoll");
const TRIPOLL = join(project, "node_modules/.bin/tripoll");

/** What is packed, to the depth that matters. */
const PACKED =
  "CHANGELOG.md LICENSE README.md asconfig.json assembly build/host docs host/native host/run.js " +
  "include index.ts node_modules/node-api-headers package.json";

/** npm as a user runs it, who has not called it from another npm. */
function npm(cwd: string, ...args: string[]): string {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_ENV$/i.test(name));
  const env = Object.fromEntries(own);
  const { status, stdout, stderr } = spawnSync("npm", args, { cwd, env, encoding: "utf8" });
  assert.is(status, 0, stderr);
  return stdout;
}

const tripoll = (...args: string[]): Finished => run(TRIPOLL, args, { cwd: project });

// It is packed as it is built here: prepack would build it anew, under the other tests.
npm(ROOT, "pack", "--ignore-scripts", "--silent", "--pack-destination", folder);
const { stdout: listing } = run("sh", ["-c", "tar tzf *.tgz"], { cwd: folder });
const { stdout: tarball } = run("sh", ["-c", "echo *.tgz"], { cwd: folder });
mkdirSync(project);
writeFileSync(join(project, "package.json"), '{ "type": "module" }');
npm(project, "install", "--offline", "--no-audit", "--no-fund", `../${tarball.trim()}`);

test("npm pack: what a user needs, and nothing of the tests", () => {
  const places = listing.match(/(?<=^package\/)(?:build\/|host\/|node_modules\/)?[^/\n]+/gm) ?? [];
  assert.equal([...new Set(places)].toSorted(), PACKED.split(" "));
});

test("installed: compiles the README's server, and runs it", async () => {
  const [, server = ""] = /^```ts\n(.*?)^```$/ms.exec(
    readFileSync(join(PACKAGE, "README.md"), "utf8"),
  )!;
  writeFileSync(join(project, "server.ts"), server.replace(":7000", ":0"));
  const files = ["node_modules/tripoll/assembly/malloc.ts", "server.ts"];
  const config = ["--config", "node_modules/tripoll/asconfig.json", "--baseDir", project];
  writeFileSync(join(project, "server.wasm"), await compileFiles(files, config));
  const guest = new Program(TRIPOLL, ["--listen", "127.0.0.1:0", join(project, "server.wasm")]);
  const [, port] = await guest.says(/^tripoll: server\.wasm listening on 127\.0\.0\.1:(\d+)$/m);
  const client = await new Client(Number(port)).send("hello").end().isClosed();
  assert.is(client.received, "hello");
});

test(
  "installed: compiles a server in C, and runs it",
  skipIf(noToolchain, () => {
    writeFileSync(join(project, "hello.c"), '#include <stdio.h>\nint main(void) { puts("hi"); }\n');
    const made = tripoll("cc", "hello.c", "-o", "hello.wasm");
    assert.equal(made, { code: 0, stdout: "", stderr: "" });
    assert.equal(tripoll("hello.wasm"), { code: 0, stdout: "hi\n", stderr: "" });
  }),
);

test("installed: a program imports it", () => {
  const program = 'import { start } from "tripoll"; process.stdout.write(typeof start);';
  writeFileSync(join(project, "host.js"), program);
  assert.is(run(process.execPath, ["host.js"], { cwd: project }).stdout, "function");
});

test("installed: without its addon, as npm leaves it without scripts, it says what helps", () => {
  rmSync(join(PACKAGE, "build/tripoll.node"));
  const { code, stderr } = tripoll("server.wasm");
  assert.match(
    stderr,
    /^tripoll: the native addon cannot be loaded .*; run npm rebuild tripoll\n$/,
  );
  assert.is(code, 2);
});

test.run();
