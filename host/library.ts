// The C library of guests, include/library: built by the user's own clang when it is first needed,
// and kept. Many builds may want it at once.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { homedir, userInfo } from "node:os";
import { basename, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ErrorCodes, StartError } from "./errors.ts";

const SOURCES = fileURLToPath(new URL("../../include/library", import.meta.url));
const HEADERS = fileURLToPath(new URL("../../include", import.meta.url));
const BUILD = fileURLToPath(new URL("../../build", import.meta.url));

const NAME = "libtripoll.a";

/** Objects that are kept next to the library, in its folder, and linked only by name. */
const BESIDE = new Set(["main_old.o"]);

/** How long a build by another is waited for, and how often it is looked for. */
const WAIT_MS = 120_000;
const POLL_MS = 50;

// Without builtins: a compiler that knows printf() would call itself there.
const FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-O2", "-fno-builtin", "-Wall", "-Wextra", "-c"];

/** Where a program is that the library cannot be built without. */
interface Missing {
  missing: string;
}

/**
 * The path of the library, which is built first where it is not there.
 *
 * @param named the compiler's name.
 * @param options what it takes to compile for a guest.
 */
export function libraryPath(named: string, options: readonly string[]): string | Missing {
  const clang = named.includes("/") ? resolve(named) : named; // it is run in another folder
  const version = ask(clang, ["--version"]);
  if (version === undefined) return { missing: `${clang}, which is not installed` };
  const key = keyOf([version, ...options, ...FLAGS]);
  const folders = [join(BUILD, "cc"), join(cacheFolder(), "tripoll")];
  const kept = folders.map((folder) => join(folder, key, NAME)).find((path) => existsSync(path));
  if (kept !== undefined) return kept;
  const archiver = ask(clang, ["-print-prog-name=llvm-ar"])?.trim() ?? "llvm-ar";
  if (ask(archiver, ["--version"]) === undefined)
    return { missing: "llvm-ar, which is not installed" };
  return make({ folder: writable(folders), key, clang, options, archiver });
}

/** A relative path would be the project's, and whoever made that could put a library there. */
function cacheFolder(): string {
  const asked = process.env["XDG_CACHE_HOME"] ?? "";
  if (isAbsolute(asked)) return asked;
  const home = homedir();
  return join(isAbsolute(home) ? home : userInfo().homedir, ".cache");
}

/** The environment of a program: what another user's build has to find, and nothing else. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LD_LIBRARY_PATH, LANG } = process.env;
  return { PATH, HOME, TMPDIR, LD_LIBRARY_PATH, LANG };
}

/** What a program prints, or undefined where it cannot be run. */
function ask(program: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8", env: environment() });
  return status === 0 ? stdout : undefined;
}

/** A name for all that the library is made from. */
function keyOf(words: readonly string[]): string {
  const hash = createHash("sha256").update(words.join("\0"));
  for (const name of readdirSync(HEADERS, { recursive: true, encoding: "utf8" }).toSorted()) {
    if (/\.[ch]$/.test(name)) hash.update(`${name}\0`).update(readFileSync(join(HEADERS, name)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** The first of the folders that can be written to. */
function writable(folders: readonly string[]): string {
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true });
      rmSync(mkdtempSync(join(folder, "try-")), { recursive: true });
      return folder;
    } catch {
      continue;
    }
  }
  throw new StartError(
    ErrorCodes.toolchain,
    `cc can keep its library nowhere: neither ${folders.join(" nor ")} can be written to`,
  );
}

interface Making {
  folder: string;
  key: string;
  clang: string;
  options: readonly string[];
  archiver: string;
}

/** One builds and the others wait. Who waited too long builds as well, which does no harm. */
function make(making: Making): string {
  const path = join(making.folder, making.key, NAME);
  const lock = join(making.folder, `${making.key}.lock`);
  const until = Date.now() + WAIT_MS;
  while (!isTaken(lock) && Date.now() < until) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
    if (existsSync(path)) return path;
  }
  try {
    if (!existsSync(path)) build(making);
  } finally {
    rmSync(lock, { force: true });
  }
  return path;
}

/** Takes a lock, a link whose target is the number of its process: who has died holds none. */
function isTaken(lock: string): boolean {
  try {
    symlinkSync(String(process.pid), lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if (!isHeld(lock)) rmSync(lock, { force: true });
  return false;
}

/** Whether a lock is that of a process which is there: one of this user's. */
function isHeld(lock: string): boolean {
  try {
    return process.kill(Number(readlinkSync(lock)), 0);
  } catch {
    return false;
  }
}

/** Builds in a folder of its own and renames that: nobody finds half a library. */
function build({ folder, key, clang, options, archiver }: Making): void {
  const building = mkdtempSync(join(folder, `${key}-`));
  try {
    const sources = readdirSync(SOURCES).filter((name) => name.endsWith(".c"));
    const paths = sources.map((name) => join(SOURCES, name));
    command(clang, [...options, ...FLAGS, ...paths], building);
    const objects = sources.map((name) => `${basename(name, ".c")}.o`);
    const archived = objects.filter((name) => !BESIDE.has(name));
    command(archiver, ["rcs", NAME, ...archived], building);
    const place = join(folder, key);
    if (!existsSync(join(place, NAME))) rmSync(place, { recursive: true, force: true });
    renameSync(building, place);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    if (!existsSync(join(folder, key, NAME))) throw error;
  }
}

function command(program: string, args: readonly string[], cwd: string): void {
  const env = environment();
  const { status, error, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", env });
  if (error !== undefined) throw error;
  if (status === 0) return;
  throw new StartError(ErrorCodes.toolchain, `cc cannot build its own library:\n${stderr}`);
}
