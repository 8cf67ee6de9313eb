// Builds what tsc does not: the addon with the system's C compiler, and every guest with asc.
//
//   node build/host/build.js             what is older than its sources
//   node build/host/build.js --sanitize  the addon with ASan and UBSan: build/sanitize/tripoll.node

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const C_FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-fPIC", "-shared", "-pthread"];
/** Never unloaded: its threads and its signal handler outlive the environment that loaded it. */
const LINK_FLAGS = ["-Wl,-z,nodelete"];
const C_WARNINGS = ["-fvisibility=hidden", "-Wall", "-Wextra", "-Werror"];
const OPTIMIZED = ["-O2"];
const SANITIZED = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"];

/** Folders of guests, and where their modules go. */
const GUESTS = [
  ["assembly/servers", "build"],
  ["tests/guests", "build/tests/guests"],
  ["bench/guests", "build/bench"],
] as const;

class BuildError extends Error {}

function filesBelow(folder: string, ending: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && !name.endsWith(".d.ts"))
    .map((name) => join(folder, name))
    .toSorted();
}

/** Whether `output` is there and younger than all it is made from, this file included. */
function isFresh(output: string, sources: readonly string[]): boolean {
  const path = join(ROOT, output);
  if (!existsSync(path)) return false;
  const time = statSync(path).mtimeMs;
  const self = fileURLToPath(import.meta.url);
  return [...sources.map((source) => join(ROOT, source)), self].every(
    (source) => statSync(source).mtimeMs <= time,
  );
}

function buildAddon(output: string, flags: readonly string[]): void {
  const native = filesBelow("host/native", ".c");
  if (isFresh(output, [...native, ...filesBelow("host/native", ".h")])) return;
  const compiler = process.env["CC"] ?? "cc";
  const headers = createRequire(import.meta.url)("node-api-headers").include_dir as string;
  mkdirSync(dirname(join(ROOT, output)), { recursive: true });
  const options = [...C_FLAGS, ...C_WARNINGS, ...LINK_FLAGS, ...flags, "-I", headers];
  const { error, status } = spawnSync(compiler, [...options, "-o", output, ...native], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (error !== undefined) {
    throw new BuildError(
      `there is no C compiler (${compiler}); install one, e.g. apt-get install gcc libc6-dev`,
    );
  }
  if (status !== 0) throw new BuildError("the C compiler could not build the addon, see above");
}

/** The options of a guest: its folder's own, or the project's. */
function configOf(source: string): string {
  const own = join(dirname(source), "asconfig.json");
  return existsSync(join(ROOT, own)) ? own : "asconfig.json";
}

async function buildGuest(source: string, output: string): Promise<void> {
  const config = configOf(source);
  const shared = [...filesBelow("assembly", ".ts"), "asconfig.json", config];
  if (isFresh(output, [source, ...shared])) return;
  // malloc.ts goes first: the stub runtime's allocator must be initialised before it is called.
  const { error, stderr } = await asc.main(
    ["assembly/malloc.ts", source, "--config", config, "--baseDir", ROOT, "-o", output],
    {},
  );
  if (error !== null) throw new BuildError(`${source} does not compile:\n${stderr.toString()}`);
}

async function main(): Promise<void> {
  if (process.argv.includes("--sanitize")) {
    buildAddon("build/sanitize/tripoll.node", SANITIZED);
    return;
  }
  buildAddon("build/tripoll.node", OPTIMIZED);
  for (const [folder, output] of GUESTS) {
    for (const source of filesBelow(folder, ".ts")) {
      const name = relative(folder, source).replace(/\.ts$/, ".wasm");
      await buildGuest(source, join(output, name));
    }
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`tripoll: ${error.message}\n`);
  process.exitCode = 1;
}
