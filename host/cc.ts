// `tripoll cc`: clang, told what it takes to make a guest, so that it can stand in for CC.
// Knows nothing of how a guest is run.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Invocation, isHostHeaders, parseArguments } from "./cc-options.ts";
import { ErrorCodes, StartError, TripollError, quote } from "./errors.ts";
import { libraryPath } from "./library.ts";

const INCLUDE = fileURLToPath(new URL("../../include", import.meta.url));

/** Where wasi-libc is, below a sysroot. */
const WASI = "wasm32-wasi";
const SYSROOT_VARIABLE = "WASI_SYSROOT";
const CLANG_VARIABLE = "TRIPOLL_CLANG";

/** Folders of headers that clang looks into as if they were named by -I. */
const HEADER_VARIABLES = ["CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "OBJC_INCLUDE_PATH"];

/** What a compiler ends with that could not do its work. */
const EXIT_FAILURE = 1;

/** The stack grows down from here to 0: an overflow is a trap and not somebody's data. */
const STACK_BYTES = 1024 * 1024;
const STACK_BYTES_MIN = 64 * 1024;

const TARGET = "--target=wasm32-wasi";

/** So that sources take their Linux side; what is wasi-libc's own stays. */
const DEFINES = ["-D__linux__=1", "-D__linux=1", "-D__unix__=1", "-D__unix=1", "-D__tripoll__=1"];

/** setjmp() and longjmp() by exceptions. Code without a call of setjmp() is not changed by it. */
const JUMPS = ["-mexception-handling", "-mllvm", "-wasm-enable-sjlj"];

/** The same for what the linker compiles, with -flto. */
const JUMPS_LINKED = "-Wl,-mllvm,-wasm-enable-sjlj";

/** What wasm-ld says of a main() that is called with other parameters than it has. */
const MAIN_MISMATCH =
  /function signature mismatch: (?<name>main|__main_argc_argv)\n(?<types>(?:>>> defined as .*\n)+)/;
const MAINS = "int main(void), int main(int, char **) and int main(int, char **, char **)";

const STDIN = 0;

type Warn = (line: string) => void;

const LINK = [
  "-nostartfiles",
  "-Wl,--stack-first",
  JUMPS_LINKED,
  "-Wl,--wrap=vfprintf",
  ...["_start", "malloc", "cabi_realloc", "__signal"].map((name) => `-Wl,--export=${name}`),
];

/** Options that clang is not to call unused where it only links, or assembles. */
const quietly = (...options: string[]): string[] => [
  "--start-no-unused-arguments",
  ...options,
  "--end-no-unused-arguments",
];

/** The Debian packages of all that is run here. */
const PACKAGES = "clang lld llvm wasi-libc libclang-rt-dev-wasm32";

function missing(what: string): StartError {
  return new StartError(
    ErrorCodes.toolchain,
    `cc needs ${what}; on Debian: apt-get install ${PACKAGES}`,
  );
}

/** Where programs are looked for, but for the folders of npm's packages: a wasm-opt there, which
 * comes with AssemblyScript, is run by clang on what it links, and drops the names of functions. */
function pathWithoutPackages(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.filter((folder) => !folder.includes("node_modules")).join(delimiter);
}

/** The environment for clang: what it is to find is what is said here. */
function environment(warn: Warn): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: pathWithoutPackages() };
  for (const name of HEADER_VARIABLES) {
    const folders = env[name]?.split(delimiter) ?? [];
    const kept = folders.filter((folder) => !isHostHeaders(folder));
    if (kept.length === folders.length) continue;
    warn(`cc: /usr/include in ${name} is left out: those headers are this machine's`);
    env[name] = kept.join(delimiter);
    if (kept.length === 0) delete env[name];
  }
  return env;
}

/** Runs a program of the toolchain with this process's own input and output; its exit code. */
function run(program: string, args: readonly string[], warn: Warn): number {
  const env = environment(warn);
  return exitCodeOf(program, spawnSync(program, args, { stdio: "inherit", env }));
}

function exitCodeOf(program: string, result: SpawnSyncReturns<Buffer>): number {
  const { code } = (result.error ?? {}) as NodeJS.ErrnoException;
  if (code === "ENOENT") throw missing(`${program}, which is not installed`);
  if (result.error !== undefined) throw result.error;
  const { status, signal } = result;
  return signal === null ? (status ?? 1) : 128 + constants.signals[signal];
}

/** The value of a variable; an empty one is as good as none. */
const variable = (name: string): string | undefined => process.env[name] || undefined;

/** The compiler's name. One that the user names may be any program: it is asked what it is. */
function findClang(): string {
  const named = variable(CLANG_VARIABLE);
  if (named === undefined) return "clang";
  const { error, stdout } = spawnSync(named, ["--print-targets"], { encoding: "utf8" });
  if (error !== undefined) throw missing(`${named}, which is not installed`);
  if (/^\s*wasm32\s/m.test(stdout)) return named;
  throw missing(`a clang that knows wasm32, which ${quote(named)} is not (${CLANG_VARIABLE})`);
}

/** wasi-libc's headers and libraries, wherever they are. */
function findLibc(sysroot: string): { headers: string; libraries: string } {
  const base = resolve(sysroot); // the library is built in another folder
  const headers = join(base, "include", WASI);
  const libraries = join(base, "lib", WASI);
  if (!existsSync(join(headers, "stdio.h")) || !existsSync(join(libraries, "libc.a"))) {
    throw missing(
      `wasi-libc, which is not below ${quote(sysroot)} (--sysroot, ${SYSROOT_VARIABLE})`,
    );
  }
  return { headers, libraries };
}

/**
 * Runs clang, adding what a guest takes: our headers before wasi-libc's, our library, the exports.
 *
 * @param argv arguments for clang.
 * @param warn takes a line for the user, without its end.
 * @returns clang's exit code, or 1 where it cannot be run.
 */
export function compile(argv: readonly string[], warn: Warn): number {
  try {
    return runClang(parseArguments(argv), warn);
  } catch (error) {
    if (!(error instanceof TripollError)) throw error;
    warn(error.message);
    return EXIT_FAILURE;
  }
}

function runClang(parsed: Invocation, warn: Warn): number {
  const clang = findClang();
  for (const line of parsed.warnings) warn(line);
  if (!parsed.hasInput) return run(clang, [TARGET, ...parsed.args], warn);
  const libc = findLibc(parsed.sysroot ?? variable(SYSROOT_VARIABLE) ?? "/usr");
  const headers = parsed.bare.headers ? [] : headerOptions(libc.headers);
  const links = parsed.links && !parsed.bare.libraries;
  if (!links) return run(clang, [TARGET, ...headers, ...parsed.args], warn);
  const linking = linkOptions(parsed, warn);
  // Libraries and their folder go last: what the user names comes first, in the order of the line.
  // A -x of the user's is not for ours.
  const path = library(clang, headers);
  const ours = ["-x", "none", path, "-lc-printscan-long-double"];
  const libraries = [...ours, `-L${libc.libraries}`];
  const all = [TARGET, ...headers, ...linking, ...parsed.args, ...libraries];
  const code = link(clang, all, join(dirname(path), "main_old.o"), warn);
  if (code !== 0) checkLinker(clang);
  return code;
}

/**
 * Links, and looks at what the linker says of main(). One that is defined in the old way,
 * `int main(argc, argv) int argc; char **argv;`, has the name that clang gives to one with three
 * parameters: only the linker knows, so that it is linked once more with what calls it.
 */
function link(clang: string, args: readonly string[], mainOld: string, warn: Warn): number {
  const env = environment(warn);
  const input = args.includes("-") ? readFileSync(STDIN) : undefined;
  const colors = process.stderr.isTTY ? quietly("-fcolor-diagnostics") : [];
  const start = (words: readonly string[], stderr: "pipe" | "inherit"): SpawnSyncReturns<Buffer> =>
    spawnSync(clang, words, {
      ...(input === undefined ? {} : { input }),
      stdio: [input === undefined ? "inherit" : "pipe", "inherit", stderr],
      env,
      maxBuffer: Infinity,
    });
  const result = start([...colors, ...args], "pipe");
  const mismatch = MAIN_MISMATCH.exec(String(result.stderr))?.groups;
  if (mismatch?.["name"] === "main" && mismatch["types"]!.includes("(i32, i32) -> i32")) {
    return exitCodeOf(clang, start([mainOld, ...args], "inherit"));
  }
  process.stderr.write(result.stderr ?? "");
  if (mismatch !== undefined) warn(`cc: the guest will trap: main is none of ${MAINS}`);
  return exitCodeOf(clang, result);
}

/** Why linking may have failed: clang's own message names no package. */
function checkLinker(clang: string): void {
  const ask = (question: string): string =>
    spawnSync(clang, [TARGET, question], { encoding: "utf8" }).stdout?.trim() ?? "";
  const linker = ask("-print-prog-name=wasm-ld");
  if (spawnSync(linker, ["--version"]).error !== undefined) {
    throw missing("wasm-ld, which is not installed");
  }
  const runtime = ask("-print-libgcc-file-name");
  if (!existsSync(runtime)) throw missing(`clang's runtime for wasm32, which is not at ${runtime}`);
}

function headerOptions(libcHeaders: string): string[] {
  const system = ["-isystem", INCLUDE, "-isystem", libcHeaders];
  return quietly("-nostdlibinc", ...JUMPS, ...system, ...DEFINES);
}

function linkOptions({ stackBytes }: Invocation, warn: Warn): string[] {
  if (stackBytes !== undefined && !(stackBytes >= STACK_BYTES_MIN)) {
    warn(`cc: a stack of less than ${STACK_BYTES_MIN} bytes is soon full; ${STACK_BYTES} is usual`);
  }
  const stack = stackBytes === undefined ? [`-Wl,-z,stack-size=${STACK_BYTES}`] : [];
  return [...LINK, ...stack];
}

function library(clang: string, headers: readonly string[]): string {
  const found = libraryPath(clang, [TARGET, ...headers]);
  if (typeof found === "string") return found;
  throw missing(found.missing);
}
