// Programs that tests use beyond what the project installs: found, or installed where that is ours
// to do (root on a Debian); otherwise the reason for a named skip.

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { report } from "./report.ts";

/** The Debian package of each program that a test may ask for. */
const PACKAGES = {
  clang: "clang",
  curl: "curl",
  "llvm-ar": "llvm",
  make: "make",
  nc: "netcat-openbsd",
  strace: "strace",
  "wasm-ld": "lld",
  wrk: "wrk",
} as const;

/** Debian packages that are no program, and how to know that they are there. */
const LIBRARIES = {
  "wasi-libc": () => existsSync("/usr/lib/wasm32-wasi/libc.a"),
  "libclang-rt-dev-wasm32": () => {
    const args = ["--target=wasm32-wasi", "-print-libgcc-file-name"];
    return existsSync(spawnSync("clang", args, { encoding: "utf8" }).stdout?.trim() ?? "");
  },
} as const;

type Program = keyof typeof PACKAGES;
type Library = keyof typeof LIBRARIES;

export type Tool = Program | Library;

const isLibrary = (tool: Tool): tool is Library => Object.hasOwn(LIBRARIES, tool);
const packageOf = (tool: Tool): string => (isLibrary(tool) ? tool : PACKAGES[tool]);

const INSTALL_SECONDS = 600;
const COMPILE_SECONDS = 120;

/** Whether the program is in PATH. */
export function has(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Makes sure of these programs, once at the top of a file. Returns undefined, or the reason why a
 * test that uses them has to be skipped: `test("…", skipIf(need("nc"), () => …))`.
 */
export function need(...tools: Tool[]): string | undefined {
  const isMissing = (tool: Tool) => !(isLibrary(tool) ? LIBRARIES[tool]() : has(tool));
  const packages = tools.filter(isMissing).map(packageOf);
  if (packages.length > 0 && has("apt-get") && process.getuid?.() === 0) install(packages);
  const missing = tools.filter(isMissing);
  // A file that compiles C takes its time on a busy machine.
  if (tools.includes("clang")) report({ kind: "hold", seconds: COMPILE_SECONDS });
  if (missing.length === 0) return undefined;
  const names = missing.map((tool) => `${tool} (Debian package ${packageOf(tool)})`);
  return `not installed: ${names.join(", ")}`;
}

/** Installs Debian packages. apt's own lock lets one installer in at a time, the others wait. */
function install(packages: string[]): void {
  process.stderr.write(`installing Debian packages for the tests: ${packages.join(" ")}\n`);
  report({ kind: "hold", seconds: INSTALL_SECONDS });
  const quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"];
  const lock = ["-o", `DPkg::Lock::Timeout=${INSTALL_SECONDS}`];
  const aptGet = (...words: string[]): boolean => {
    const { status } = spawnSync("apt-get", [...quiet, ...lock, ...words], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "inherit", "inherit"],
      timeout: INSTALL_SECONDS * 1_000,
    });
    return status === 0;
  };
  const installed = () => aptGet("install", "-y", "--no-install-recommends", ...packages);
  if (!installed() && aptGet("update")) installed();
  report({ kind: "hold", seconds: 0 });
}
