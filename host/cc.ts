// `tripoll cc`: clang, told what it takes to make a guest, so that it can stand in for CC.
// Knows nothing of how a guest is run.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ErrorCodes, StartError, UsageError, quote } from "./errors.ts";
import { libraryPath } from "./library.ts";

const INCLUDE = fileURLToPath(new URL("../../include", import.meta.url));

/** Where wasi-libc is, below a sysroot. */
const WASI = "wasm32-wasi";
const SYSROOT_VARIABLE = "WASI_SYSROOT";
const CLANG_VARIABLE = "TRIPOLL_CLANG";

/** The stack grows down from here to 0: an overflow is a trap and not somebody's data. */
const STACK_BYTES = 1024 * 1024;
const STACK_BYTES_MIN = 64 * 1024;

const TARGET = "--target=wasm32-wasi";

/** So that sources take their Linux side; what is wasi-libc's own stays. */
const DEFINES = ["-D__linux__=1", "-D__linux=1", "-D__unix__=1", "-D__unix=1", "-D__tripoll__=1"];

/** setjmp() and longjmp() by exceptions. Code without a call of setjmp() is not changed by it. */
const JUMPS = ["-mexception-handling", "-mllvm", "-wasm-enable-sjlj"];

const LINK = [
  "-nostartfiles",
  "-Wl,--stack-first",
  "-Wl,--wrap=vfprintf",
  ...["_start", "malloc", "cabi_realloc", "__signal"].map((name) => `-Wl,--export=${name}`),
];

/** Options that clang is not to call unused where it only links. */
const quietly = (...options: string[]): string[] => [
  "--start-no-unused-arguments",
  ...options,
  "--end-no-unused-arguments",
];

/** Options whose value is the next argument. */
const WITH_VALUE = new Set(
  (
    "-o -I -D -U -L -l -x -T -u -z -e -B -F -A -target -arch -include -imacros -isystem -iquote " +
    "-idirafter -iprefix -iwithprefix -isysroot --sysroot -MF -MT -MQ -MJ -Xlinker -Xclang " +
    "-Xpreprocessor -Xassembler -mllvm --param -framework -gcc-toolchain"
  ).split(" "),
);

/** Options after which clang does not link. */
const NO_LINK =
  /^(?:-c|-S|-E|-M|-MM|-r|-fsyntax-only|-emit-ast|--precompile|--analyze|-shared|--help|-help)$/;

/** Options that are for another machine, a dynamic linker or threads, and why they are dropped. */
const DROPPED: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^-(?:pthread|pthreads|mt)$/, "a guest has no threads"],
  [/^-m(?:32|64|x32)$/, "a guest is wasm32"],
  [/^-m(?:arch|tune|cpu|fpu|fpmath|float-abi)=/, "a guest is wasm32"],
  [/^-m(?:sse|avx|aes|bmi|popcnt|fma|mmx|pclmul|no-red-zone|stackrealign)/, "a guest is wasm32"],
  [/^(?:-I|-isystem)\/usr\/include(?:\/[\w-]+-linux-gnu)?\/?$/, "those headers are this machine's"],
];

/** The same where nothing is lost, so that nothing has to be said. */
const MEANINGLESS = [
  /^-f(?:no-)?(?:stack-protector|cf-protection|stack-clash-protection|plt)(?:[-=].*)?$/,
  /^-(?:rdynamic|no-pie|pie|static|static-pie|fpie|fPIE|fno-pie|fno-PIE|static-libgcc)$/,
  /^-fuse-ld=/,
];

/** Words of `-Wl,` that only a linker of ELF knows, with their value where that is another word. */
const ELF_WORDS = [
  /^-z,(?:relro|now|lazy|defs|nodelete|noexecstack|text|combreloc|separate-code)$/,
  /^--?(?:rpath|rpath-link|soname|version-script|hash-style)[,=]/,
  /^--(?:no-)?(?:as-needed|undefined|copy-dt-needed-entries|export-dynamic|warn-.*)$/,
  /^--(?:start-group|end-group|sort-common|build-id.*)$|^-B\w+$|^-E$/,
];

/** Linker words whose value may be a word of its own. */
const LINKER_WITH_VALUE = /^(?:-z|--?(?:rpath|rpath-link|soname|version-script))$/;

/** What the arguments ask for. */
interface Invocation {
  /** What clang gets of them. */
  args: string[];
  links: boolean;
  /** Whether there is anything to compile or to link; if not, clang is only asked about itself. */
  hasInput: boolean;
  /** Of wasi-libc's `include` and `lib`, where one is given. */
  sysroot: string | undefined;
  stackBytes: number | undefined;
  /** The user leaves out headers, or libraries. */
  bare: { headers: boolean; libraries: boolean };
  warnings: string[];
}

function parse(argv: readonly string[]): Invocation {
  const parsed: Invocation = {
    args: [],
    links: true,
    hasInput: false,
    sysroot: undefined,
    stackBytes: undefined,
    bare: { headers: false, libraries: false },
    warnings: [],
  };
  for (let at = 0; at < argv.length; at++) {
    const option = argv[at]!;
    const value = WITH_VALUE.has(option) ? argv[++at] : undefined;
    takeOption(parsed, option, value);
  }
  parsed.links &&= parsed.hasInput;
  return parsed;
}

/** What is left of a `-Wl,` when the words are gone that only a linker of ELF knows. */
function forWasmLinker(option: string): string {
  const words = option.split(",").slice(1);
  const kept: string[] = [];
  while (words.length > 0) {
    const word = words.shift()!;
    const whole = LINKER_WITH_VALUE.test(word) ? `${word},${words.shift() ?? ""}` : word;
    if (!ELF_WORDS.some((pattern) => pattern.test(whole))) kept.push(whole);
  }
  return ["-Wl", ...kept].join(",");
}

/** Takes one option, with its value where that is an argument of its own. */
function takeOption(parsed: Invocation, given: string, value: string | undefined): void {
  const option = given.startsWith("-Wl,") ? forWasmLinker(given) : given;
  if (option === "-Wl") return;
  const whole = value === undefined ? option : `${option}${value}`;
  const words = value === undefined ? [option] : [option, value];
  const reason = DROPPED.find(([pattern]) => pattern.test(whole))?.[1];
  if (reason !== undefined) {
    parsed.warnings.push(`cc: ${words.join(" ")} is left out: ${reason}`);
    return;
  }
  if (MEANINGLESS.some((pattern) => pattern.test(whole))) return;
  const target = /^(?:-target|--target=)(?<name>.+)$/.exec(whole)?.groups!["name"];
  if (target !== undefined) {
    if (target.startsWith("wasm32")) return;
    throw new UsageError(
      ErrorCodes.optionValue,
      `cc makes guests, which are wasm32; leave out ${quote(words.join(" "))}`,
    );
  }
  const sysroot = /^--sysroot=?(?<path>.+)$/.exec(whole)?.groups!["path"];
  if (sysroot !== undefined) {
    parsed.sysroot = sysroot;
    return;
  }
  const stack = /(?:^|,)-z,?stack-size=(?<bytes>\w+)/.exec(whole);
  if (stack !== null) parsed.stackBytes = Number(stack.groups!["bytes"]);
  if (/^-(?:nostdinc|nostdlibinc)$/.test(option)) parsed.bare.headers = true;
  if (/^-(?:nostdlib|nodefaultlibs|nostartfiles)$/.test(option)) parsed.bare.libraries = true;
  if (NO_LINK.test(option)) parsed.links = false;
  if (option === "-" || !option.startsWith("-")) parsed.hasInput = true;
  parsed.args.push(...words);
}

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

/** Runs a program of the toolchain with this process's own input and output. */
function run(program: string, args: readonly string[]): SpawnSyncReturns<Buffer> {
  const env = { ...process.env, PATH: pathWithoutPackages() };
  const result = spawnSync(program, args, { stdio: "inherit", env });
  const { code } = (result.error ?? {}) as NodeJS.ErrnoException;
  if (code === "ENOENT") throw missing(`${program}, which is not installed`);
  if (result.error !== undefined) throw result.error;
  return result;
}

/** wasi-libc's headers and libraries, wherever they are. */
function findLibc(sysroot: string): { headers: string; libraries: string } {
  const headers = join(sysroot, "include", WASI);
  const libraries = join(sysroot, "lib", WASI);
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
 * @returns clang's exit code.
 */
export function compile(argv: readonly string[], warn: (line: string) => void): number {
  const clang = process.env[CLANG_VARIABLE] ?? "clang";
  const parsed = parse(argv);
  for (const line of parsed.warnings) warn(line);
  if (!parsed.hasInput) return exitCode(run(clang, [TARGET, ...parsed.args]));
  const libc = findLibc(parsed.sysroot ?? process.env[SYSROOT_VARIABLE] ?? "/usr");
  const headers = parsed.bare.headers ? [] : headerOptions(libc.headers);
  const linking =
    parsed.links && !parsed.bare.libraries ? linkOptions(parsed, libc.libraries, warn) : [];
  // -isystem and libraries go last: what the user names comes first, in the order of the line.
  const libraries =
    linking.length > 0 ? [library(clang, headers), "-lc-printscan-long-double"] : [];
  return exitCode(run(clang, [TARGET, ...headers, ...linking, ...parsed.args, ...libraries]));
}

function headerOptions(libcHeaders: string): string[] {
  const system = ["-isystem", INCLUDE, "-isystem", libcHeaders];
  return [...quietly("-nostdlibinc", ...JUMPS), ...system, ...DEFINES];
}

function linkOptions(
  parsed: Invocation,
  libraries: string,
  warn: (line: string) => void,
): string[] {
  const { stackBytes } = parsed;
  if (stackBytes !== undefined && !(stackBytes >= STACK_BYTES_MIN)) {
    warn(`cc: a stack of less than ${STACK_BYTES_MIN} bytes is soon full; ${STACK_BYTES} is usual`);
  }
  const stack = stackBytes === undefined ? [`-Wl,-z,stack-size=${STACK_BYTES}`] : [];
  return [...LINK, ...stack, `-L${libraries}`];
}

function library(clang: string, headers: readonly string[]): string {
  const found = libraryPath(clang, [TARGET, ...headers]);
  if (typeof found === "string") return found;
  throw missing(found.missing);
}

function exitCode({ status, signal }: SpawnSyncReturns<Buffer>): number {
  return signal === null ? (status ?? 1) : 128 + constants.signals[signal];
}
