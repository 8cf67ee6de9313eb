// One family of the contract suite: the same C program, once on the kernel and once in a guest.
// Must not know any fact: the programs print them, one a line, and each line becomes a test.

import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "../support/cleanup.ts";
import { ROOT } from "../support/guest.ts";
import { skipFile } from "../support/skip.ts";
import { need } from "../support/tools.ts";

const SOURCES = join(ROOT, "tests/contract");
const OUTPUT = join(ROOT, "build/tests/contract");
/** How long a program may take, builds under sanitizers included; a hang ends here. */
const PROGRAM_MS = 45_000;

const C_FLAGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"];
const WASM_FLAGS = ["--target=wasm32", "-mbulk-memory", "-nostdlib", "-Wl,--no-entry"];

/** All of loopback: what a family's facts are about is not what it is granted. */
const LOOPBACK = ["127.0.0.1:*", "udp:127.0.0.1:*", "[::1]:*", "udp:[::1]:*"];
const GRANT_LOOPBACK = LOOPBACK.flatMap((address) => ["--listen", address, "--connect", address]);

export interface ContractOptions {
  /** Options of the host instead of those that grant all of loopback. */
  options?: string[];
  args?: string[];
  env?: Record<string, string>;
}

/** A printed fact: `subject: behaviour = value`, where listed followed by what a guest answers. */
interface Fact {
  value: string;
  /** The guest's answer and why it is not the kernel's. */
  listed?: {
    value: string;
    reason: string;
    /** The kernel's is known to be another. */ differs: boolean;
  };
}

interface Answers {
  facts: Map<string, Fact>;
  /** Names that were printed twice, and lines that are no fact. */
  stray: string[];
  end: string;
  stderr: string;
}

/**
 * Builds and runs `NAME.c` on both sides and defines a test for each of its facts.
 *
 * @returns what the host said to its operator meanwhile.
 */
export async function contract(name: string, setting: ContractOptions = {}): Promise<string> {
  const { options = GRANT_LOOPBACK, args = [], env = {} } = setting;
  const missing = need("clang", "wasm-ld");
  if (missing !== undefined) skipFile(missing);
  const program = join(OUTPUT, name);
  const module = `${program}.wasm`;
  build(name, program, [process.env["CC"] ?? "cc", ...C_FLAGS]);
  build(name, module, ["clang", ...C_FLAGS, ...WASM_FLAGS]);
  const granted = Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  const kernel = await run(program, args, env);
  const launcher = join(ROOT, "host/run.js");
  const host = [launcher, ...options, ...granted, module, ...args];
  const guest = await run(process.execPath, host, process.env);
  test("program: runs to the same end", () => {
    assert.is(guest.end, kernel.end, guest.stderr);
  });
  test("program: says each fact once", () => {
    assert.equal(kernel.stray, []);
    assert.equal(guest.stray, []);
  });
  for (const fact of new Set([...kernel.facts.keys(), ...guest.facts.keys()])) {
    test(fact, () => compare(kernel.facts.get(fact), guest.facts.get(fact)));
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

function build(name: string, output: string, command: string[]): void {
  const headers = readdirSync(SOURCES).filter((file) => file.endsWith(".h"));
  const sources = [`${name}.c`, ...headers].map((file) => join(SOURCES, file));
  const isOlder = (source: string) => statSync(source).mtimeMs >= statSync(output).mtimeMs;
  if (existsSync(output) && !sources.some(isOlder)) return;
  mkdirSync(OUTPUT, { recursive: true });
  const [compiler = "", ...flags] = command;
  const { error, status, stderr } = spawnSync(compiler, [...flags, "-o", output, sources[0]!], {
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${compiler} cannot build ${name}.c:\n${stderr}`);
}

/** Runs a program with its output in a file, which neither side can wait for or read from. */
async function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<Answers> {
  const path = join(OUTPUT, `output.${process.pid}`);
  const stdout = openSync(path, "w");
  const child = spawn(command, args, { env, stdio: ["ignore", stdout, "pipe"] });
  closeSync(stdout);
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
  return { ...parse(readFileSync(path, "utf8")), end, stderr };
}

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
