// C programs as a user compiles them: natively with cc, as guests with `tripoll cc`.
// Must not know what is in the programs.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atEnd } from "./cleanup.ts";
import { compile } from "./compile.ts";
import { type GuestOptions, type Output, ROOT, runGuest } from "./guest.ts";
import { skipFile } from "./skip.ts";
import { need } from "./tools.ts";

const LAUNCHER = join(ROOT, "host/run.js");

/** Makes sure of what `tripoll cc` runs; the reason for skips where it cannot be had. */
export const needCc = (): string | undefined =>
  need("clang", "wasm-ld", "llvm-ar", "wasi-libc", "libclang-rt-dev-wasm32");

/** Skips the test file where there is no toolchain; called at its top level. */
export function needToolchain(): void {
  const missing = needCc();
  if (missing !== undefined) skipFile(missing);
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A folder of its own, which is removed at the end. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tripoll-c-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with these files. */
export function folderWith(files: Record<string, string | Uint8Array>): string {
  const folder = newFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Runs a program to its end in a folder. */
export function run(
  command: string,
  args: string[],
  { cwd, input = "", env = {} }: { cwd?: string; input?: string; env?: NodeJS.ProcessEnv } = {},
): Finished {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    input,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}

/** `tripoll cc`. */
export const cc = (args: string[], options: Parameters<typeof run>[2] = {}): Finished =>
  run(process.execPath, [LAUNCHER, "cc", ...args], options);

function must(finished: Finished): void {
  if (finished.code !== 0) throw new Error(finished.stderr);
}

/** The bytes of a guest made from one source, without a warning. */
export function compileGuest(source: string, options: string[] = []): Uint8Array {
  const folder = newFolder();
  writeFileSync(join(folder, "program.c"), source);
  must(cc(["-O1", "-Wall", "-Werror", ...options, "program.c", "-o", "p.wasm"], { cwd: folder }));
  return readFileSync(join(folder, "p.wasm"));
}

/** Compiles natively; the path of the program. */
export function compileNative(source: string, options: string[] = []): string {
  const folder = newFolder();
  writeFileSync(join(folder, "program.c"), source);
  must(run(process.env["CC"] ?? "cc", [...options, "program.c", "-o", "p"], { cwd: folder }));
  return join(folder, "p");
}

const STRICT = ["-O2", "-Wall", "-Wextra", "-Werror"];

/** What a guest is made from beyond its own source. */
const ours = (): string[] => [
  ...["cc.js", "library.js"].map((name) => join(ROOT, "build/host", name)),
  ...readdirSync(join(ROOT, "include"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[ch]$/.test(name))
    .map((name) => join(ROOT, "include", name)),
];

/**
 * Compiles a file of the project, `FOLDER/NAME.c`, without a warning.
 *
 * @returns the module below build/, without its ending.
 */
export function guestOf(file: string): string {
  const name = file.replace(/\.c$/, "");
  const sources = [join(ROOT, file), fileURLToPath(import.meta.url), ...ours()];
  compile([process.execPath, LAUNCHER, "cc", ...STRICT], sources, join(ROOT, `build/${name}.wasm`));
  return name;
}

/** The same natively; the path of the program. */
export function programOf(file: string): string {
  const output = join(ROOT, "build", file.replace(/\.c$/, ""));
  const sources = [join(ROOT, file), fileURLToPath(import.meta.url)];
  compile([process.env["CC"] ?? "cc", ...STRICT], sources, output);
  return output;
}

/** Compiles a guest and runs it to its end. */
export function runSource(source: string, options: Partial<GuestOptions> = {}): Promise<Output> {
  return runGuest({ module: compileGuest(source), ...options });
}
