// The package as its users have it: in node_modules, with its examples and its compiler options.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "../support/cleanup.ts";
import { ROOT, runGuest, startGuest } from "../support/guest.ts";
import { Client } from "./client.ts";
import { compileFiles } from "./compile.ts";

/** A user's project: this package in its node_modules, and its options. */
function userProject(options: object): string {
  const folder = mkdtempSync(join(tmpdir(), "tripoll-user-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/tripoll"));
  const settings = { extends: "tripoll/asconfig.json", options };
  writeFileSync(join(folder, "asconfig.json"), JSON.stringify(settings));
  return folder;
}

const project = userProject({});
const MALLOC = "node_modules/tripoll/assembly/malloc.ts";

/** Compiles a server as the command of docs/SDK.md does, but here: a second one is faster. */
function build(server: string, folder = project): Promise<Uint8Array<ArrayBuffer>> {
  writeFileSync(join(folder, "server.ts"), server);
  return compileFiles([MALLOC, "server.ts"], ["--config", "asconfig.json", "--baseDir", folder]);
}

/** The complete TypeScript examples of a page. */
function examples(page: string): string[] {
  const blocks = readFileSync(join(ROOT, page), "utf8").matchAll(/^```ts\n(import [^]*?)^```$/gm);
  return Array.from(blocks, ([, text = ""]) => text);
}

const [readme = ""] = examples("README.md");

test("README: the first server has at most 12 lines", () => {
  assert.ok(readme.split("\n").length <= 13, readme);
});

test("README: the first server compiles in a user's project, and echoes", async () => {
  writeFileSync(join(project, "server.ts"), readme.replace("127.0.0.1:7000", "127.0.0.1:0"));
  const page = readFileSync(join(ROOT, "docs/SDK.md"), "utf8");
  const [, words] = /^npx .*?\basc ([^]*? -o server.wasm)$/m.exec(page)!;
  const command = `node node_modules/tripoll/node_modules/.bin/asc ${words}`;
  const { status, stderr } = spawnSync(command, { cwd: project, shell: true, encoding: "utf8" });
  assert.is(status, 0, stderr);
  const module = readFileSync(join(project, "server.wasm"));
  const guest = await startGuest({ module, options: ["--listen", "127.0.0.1:0"] }).listening();
  const client = await new Client(guest.port).send("hello").end().isClosed();
  assert.is(client.received, "hello");
});

for (const [index, example] of examples("docs/SDK.md").entries()) {
  test(`SDK.md: example ${index + 1} compiles`, async () => {
    assert.ok(WebAssembly.validate(await build(example)));
  });
}

test("asconfig: a user's own options win, the others stay", async () => {
  const folder = userProject({ runtime: "incremental" });
  const server = `
    import { print } from "tripoll";
    for (let i = 0; i < 1000; i++) new Uint8Array(100_000);
    print(memory.size().toString());`;
  const { code, stdout } = await runGuest({ module: await build(server, folder) });
  assert.is(code, 0);
  assert.ok(Number(stdout) < 100, `${stdout.trim()} pages: nothing was collected`);
});

test("guests: import what they call and nothing else, export what the ABI wants", async () => {
  const importsOf = async (module: Uint8Array<ArrayBuffer>): Promise<string[]> => {
    const compiled = await WebAssembly.compile(module);
    const exports = WebAssembly.Module.exports(compiled).map(({ name }) => name);
    assert.equal(exports.toSorted(), ["_start", "malloc", "memory"]);
    const imports = WebAssembly.Module.imports(compiled);
    assert.ok(imports.every((one) => one.module === "linux"));
    return imports.map(({ name }) => name).toSorted();
  };
  const bare = 'import * as linux from "tripoll/assembly/linux"; linux.getpid();';
  // Two are of abort, for which malloc has a use.
  assert.equal(await importsOf(await build(bare)), ["exit_group", "getpid", "write"]);
  const echo = await importsOf(Uint8Array.from(readFileSync(join(ROOT, "build/echo.wasm"))));
  assert.is(echo.includes("epoll_wait"), true);
  assert.is(echo.includes("connect"), false);
});

test.run();
