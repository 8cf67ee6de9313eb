// Builds what tsc does not: the addon with the system's C compiler, and every guest with asc.
//
//   node build/host/build.js             what is older than its sources
//   node build/host/build.js --addon     of that the addon alone, whatever the compiler warns of
//   node build/host/build.js --sanitize  the addon with ASan and UBSan: build/sanitize/tripoll.node
//
// What is built is said on stderr, and nothing where nothing is.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const C_FLAGS = "-std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden -shared -pthread".split(" ");
/** Never unloaded: its threads and its signal handler outlive the environment that loaded it. */
const LINK_FLAGS = ["-Wl,-z,nodelete"];
const C_WARNINGS = ["-Wall", "-Wextra", "-Werror"];
const OPTIMIZED = ["-O2"];
const SANITIZED = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"];

/** Folders of guests, and where their modules go. */
const GUESTS = [
  ["assembly/servers", "build"],
  ["tests/guests", "build/tests/guests"],
  ["bench/guests", "build/bench"],
] as const;

/** The kernel of the adapter: entry files, and what they become. */
const KERNELS: readonly Module[] = ["handlers", "no-handlers"].map((variant) => ({
  entries: [`assembly/kernel/externals/${variant}.ts`, "assembly/kernel/linux.p2.ts"],
  config: "assembly/kernel/asconfig.json",
  output: `build/kernel/p2-${variant}.wasm`,
}));

/** Compiled into every guest: the allocator, and what the options in asconfig.json name. */
const MALLOC = "assembly/malloc.ts";
const LIBRARY = "assembly/abort/linux.ts";

const IMPORTED = /\b(?:from|import) "(?<target>\.[^"]*)"/g;

/** What asc compiles into one module. */
interface Module {
  readonly entries: readonly string[];
  readonly config: string;
  readonly output: string;
}

class BuildError extends Error {}

const say = (line: string): boolean => process.stderr.write(`tripoll: ${line}\n`);

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
  say(`building the addon, ${output}`);
  const compiler = process.env["CC"] ?? "cc";
  const headers = createRequire(import.meta.url)("node-api-headers").include_dir as string;
  mkdirSync(dirname(join(ROOT, output)), { recursive: true });
  const options = [...C_FLAGS, ...LINK_FLAGS, ...flags, "-I", headers];
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

/** The files that one imports, and those that these import, and so on. */
function withImports(entries: readonly string[]): string[] {
  const found = new Set(entries);
  for (const path of found) for (const imported of importsOf(path)) found.add(imported);
  return [...found];
}

const known = new Map<string, string[]>();

/** Read once: all guests import the same few. */
function importsOf(path: string): string[] {
  const kept = known.get(path);
  if (kept !== undefined) return kept;
  const text = readFileSync(join(ROOT, path), "utf8");
  const imports = [...text.matchAll(IMPORTED)]
    .map(({ groups }) => join(dirname(path), groups!["target"]!))
    .flatMap((target) => [`${target}.ts`, join(target, "index.ts")])
    .filter((file) => existsSync(join(ROOT, file)));
  known.set(path, imports);
  return imports;
}

/** The options of a guest: its folder's own, or the project's. */
function configOf(source: string): string {
  const own = join(dirname(source), "asconfig.json");
  return existsSync(join(ROOT, own)) ? own : "asconfig.json";
}

function staleModules(): Module[] {
  const guests = GUESTS.flatMap(([folder, output]) =>
    filesBelow(folder, ".ts").map((source): Module => {
      const name = relative(folder, source).replace(/\.ts$/, ".wasm");
      // malloc.ts goes first: the stub runtime's allocator must be initialised before it is called.
      return { entries: [MALLOC, source], config: configOf(source), output: join(output, name) };
    }),
  );
  const kernels = KERNELS.filter(({ config }) => existsSync(join(ROOT, config)));
  return [...guests, ...kernels].filter(({ entries, config, output }) => {
    const sources = withImports([...entries, LIBRARY]);
    return !isFresh(output, [...sources, "asconfig.json", config]);
  });
}

async function buildModules(modules: readonly Module[]): Promise<void> {
  if (modules.length === 0) return;
  say(
    modules.length === 1
      ? `building ${modules[0]!.output}`
      : `building ${modules.length} guests, about a second each`,
  );
  const { main: compile } = await import("assemblyscript/asc");
  for (const { entries, config, output } of modules) {
    const { error, stderr } = await compile(
      [...entries, "--config", config, "--baseDir", ROOT, "-o", output],
      {},
    );
    if (error !== null) {
      throw new BuildError(`${entries.at(-1)} does not compile:\n${stderr.toString()}`);
    }
  }
}

async function main(): Promise<void> {
  const { argv } = process;
  if (argv.includes("--sanitize")) {
    buildAddon("build/sanitize/tripoll.node", [...C_WARNINGS, ...SANITIZED]);
  } else if (argv.includes("--addon")) {
    buildAddon("build/tripoll.node", OPTIMIZED);
  } else {
    buildAddon("build/tripoll.node", [...C_WARNINGS, ...OPTIMIZED]);
    await buildModules(staleModules());
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`tripoll: ${error.message}\n`);
  process.exitCode = 1;
}
