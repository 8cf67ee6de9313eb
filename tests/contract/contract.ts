// One family of the contract suite: the same C program, once on the kernel and once in a guest.
// Must not know any fact: the programs print them, one a line, and each line becomes a test.

import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "../support/cleanup.ts";
import { compile } from "../support/compile.ts";
import { ROOT } from "../support/guest.ts";
import { skipFile } from "../support/skip.ts";
import { need } from "../support/tools.ts";

const OUTPUT = join(ROOT, "build/tests/contract");
/** A program that hangs ends here, before the runner's watchdog would end the whole file. */
const PROGRAM_MS = 45_000;

const C_FLAGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"];
const WASM_FLAGS = ["--target=wasm32", "-mbulk-memory", "-nostdlib", "-Wl,--no-entry"];

/** All of loopback: what a family's facts are about is not what it is granted. */
export const LOOPBACK = ["127.0.0.1:*", "udp:127.0.0.1:*", "[::1]:*", "udp:[::1]:*"];
const GRANT_LOOPBACK = LOOPBACK.flatMap((address) => ["--listen", address, "--connect", address]);

export interface ContractOptions {
  /** Options of the host instead of those that grant all of loopback. */
  options?: string[];
  args?: string[];
  env?: Record<string, string>;
  /** What a pipe holds that is standard input, which is /dev/null without it. */
  stdin?: string;
  /** What the program is to end with, 0 if not said. */
  status?: number;
  /** What runs a module instead of the native host: a command, and the module behind it. */
  host?: string[];
  /** Before each fact's name, where one file asks several families. */
  prefix?: string;
  /** The facts that this host is known to answer otherwise. */
  gaps?: Record<string, Gap>;
}

/** What a host answers instead of Linux, and why; or that it does as Linux where ours does not. */
export type Gap = { value: string; reason: string } | "as Linux";

/** A printed fact, `subject: behaviour = value`, and where it is listed what a guest is held to. */
interface Fact {
  value: string;
  listed?: Listed;
}

interface Listed {
  value: string;
  /** Why the guest does not follow the kernel here. */
  reason: string;
  /** Whether the kernel is known to answer something else. */
  differs: boolean;
}

interface Answers {
  facts: Map<string, Fact>;
  /** Lines that are no fact, such as what stopped the program, or a fact for the second time. */
  stray: string[];
  end: string;
  stderr: string;
  /** Flags of the open files behind standard input and output, as /proc tells them. */
  flagsBefore: string[];
  flagsAfter: string[];
}

/**
 * Builds and runs `NAME.c` on both sides and defines a test for each of its facts.
 *
 * @returns what the host said to its operator meanwhile.
 */
export async function contract(name: string, setting: ContractOptions = {}): Promise<string> {
  const { options = GRANT_LOOPBACK, args = [], env = {}, stdin, status = 0 } = setting;
  const { prefix = "", gaps = {} } = setting;
  const { program, module } = buildBoth("tests/contract", name);
  const granted = Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  const kernel = await run([program, ...args], env, stdin);
  const native = [process.execPath, join(ROOT, "host/run.js"), ...options, ...granted];
  const host = setting.host ?? native;
  const guest = await run([...host, module, ...args], process.env, stdin);
  test(`${prefix}program: says each fact once, and nothing else`, () => {
    assert.equal(kernel.stray, []);
    assert.equal(guest.stray, []);
  });
  test(`${prefix}program: runs to its end`, () => {
    assert.is(kernel.end, `status ${status}`);
    assert.is(guest.end, `status ${status}`, guest.stderr);
  });
  test(`${prefix}standard input and output: the host's own are as they were`, () => {
    assert.equal(guest.flagsAfter, guest.flagsBefore);
  });
  for (const [fact, gap] of Object.entries(gaps)) {
    const told = guest.facts.get(fact);
    const listed = gap === "as Linux" ? undefined : { ...gap, differs: true };
    if (told !== undefined) guest.facts.set(fact, { value: told.value, ...(listed && { listed }) });
  }
  for (const fact of new Set([...kernel.facts.keys(), ...guest.facts.keys()])) {
    test(`${prefix}${fact}`, () => compare(kernel.facts.get(fact), guest.facts.get(fact)));
  }
  return guest.stderr;
}

function compare(kernel: Fact | undefined, guest: Fact | undefined): void {
  if (kernel === undefined) throw new Error(`the kernel was not asked; guest: ${guest!.value}`);
  if (guest === undefined) throw new Error(`the guest did not answer; kernel: ${kernel.value}`);
  const both = `kernel: ${kernel.value}\n    guest:  ${guest.value}`;
  if (guest.listed === undefined) {
    assert.is(guest.value, kernel.value, both);
    return;
  }
  const { value, reason, differs } = guest.listed;
  assert.is(guest.value, value, `${both}\n    listed: ${value}, because ${reason}`);
  if (differs) assert.is.not(kernel.value, value, `${both}\n    listed as different, and is not`);
}

/** Where a C program is on both sides, below build/. */
export interface Both {
  program: string;
  module: string;
}

/** Builds `FOLDER/NAME.c` for both sides; without the tools for that, the test file is skipped. */
export function buildBoth(folder: string, name: string): Both {
  const missing = need("clang", "wasm-ld");
  if (missing !== undefined) skipFile(missing);
  const program = join(ROOT, "build", folder, name);
  const module = `${program}.wasm`;
  const headers = [folder, "tests/contract"].flatMap((from) =>
    readdirSync(join(ROOT, from))
      .filter((file) => file.endsWith(".h"))
      .map((file) => join(ROOT, from, file)),
  );
  const self = fileURLToPath(import.meta.url);
  const sources = [join(ROOT, folder, `${name}.c`), ...headers, self];
  compile([process.env["CC"] ?? "cc", ...C_FLAGS], sources, program);
  compile(["clang", ...C_FLAGS, ...WASM_FLAGS], sources, module);
  return { program, module };
}

/** Runs a program with its output in a file, which neither side can wait for or read from. */
async function run(
  [command = "", ...args]: string[],
  env: NodeJS.ProcessEnv,
  input: string | undefined,
): Promise<Answers> {
  const path = join(OUTPUT, `output.${process.pid}`);
  atEnd(() => rmSync(path, { force: true }));
  const stdin = input === undefined ? openSync("/dev/null", "r") : openPipe(input);
  const stdout = openSync(path, "w");
  const flagsBefore = [stdin, stdout].map(flagsOf);
  const child = spawn(command, args, { env, stdio: [stdin, stdout, "pipe"] });
  const forget = atEnd(() => child.kill("SIGKILL"));
  const watchdog = setTimeout(() => child.kill("SIGKILL"), PROGRAM_MS);
  let stderr = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const end = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(signal ?? `status ${code}`));
  });
  clearTimeout(watchdog);
  forget();
  const flagsAfter = [stdin, stdout].map(flagsOf);
  closeSync(stdin);
  closeSync(stdout);
  return { ...parse(readFileSync(path, "utf8")), end, stderr, flagsBefore, flagsAfter };
}

/** The reading end of a pipe that holds `text` and that nobody writes to any more. */
function openPipe(text: string): number {
  const path = join(OUTPUT, `input.${process.pid}`);
  rmSync(path, { force: true });
  const { status, stderr } = spawnSync("mkfifo", [path], { encoding: "utf8" });
  if (status !== 0) throw new Error(`mkfifo: ${stderr}`);
  const both = openSync(path, "r+");
  writeSync(both, text);
  const reading = openSync(path, "r");
  closeSync(both);
  rmSync(path);
  return reading;
}

/** The flags of the open file behind a descriptor, which whoever inherited it shares. */
const flagsOf = (fd: number): string =>
  /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))![1]!;

function parse(output: string): Pick<Answers, "facts" | "stray"> {
  const facts = new Map<string, Fact>();
  const stray: string[] = [];
  for (const line of output.split("\n").slice(0, -1)) {
    const found =
      /^(?<fact>.+?) = (?<value>.*?)(?: (?<mark>~~?) (?<listed>.*?) ~ (?<reason>.*))?$/.exec(line);
    const { fact = "", value = "", mark, listed = "", reason = "" } = found?.groups ?? {};
    if (found === null || facts.has(fact)) stray.push(line);
    else if (mark === undefined) facts.set(fact, { value });
    else facts.set(fact, { value, listed: { value: listed, reason, differs: mark === "~" } });
  }
  return { facts, stray };
}
