// The fuzzer itself: its corpus runs clean, and it finds what a lying addon does wrong.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { addonPath } from "../../host/binding.ts";
import { atEnd } from "../support/cleanup.ts";
import { buildGuest } from "./build.ts";
import { readCorpus } from "./corpus.ts";
import { Driver } from "./driver.ts";
import { generate } from "./generate.ts";
import { minimise } from "./minimise.ts";
import { formatProgram, parseProgram } from "./program.ts";
import { Report } from "./report.ts";
import { FORBIDDEN_PORT, makeWorld } from "./world.ts";

const PATIENCE_MS = 30_000;
const WAVE = 8;

const folder = mkdtempSync(join(tmpdir(), "tripoll-fuzz-test-"));
atEnd(() => rmSync(folder, { recursive: true, force: true }));
const world = await makeWorld(folder);
const module = await buildGuest();

function driverWith(addon: string): Driver {
  const driver = new Driver({ world, folder, module, env: { TRIPOLL_ADDON: addon } });
  atEnd(() => driver.stop());
  return driver;
}

/** What is found when a program meets an addon that does `lie` in a call, or when a guest ends; in
 * a call of WASI's, which is none of the addon's, `result` is what it answers. */
async function found(program: string, call: string, lie: string): Promise<string> {
  const [inCall, atEndOfGuest] = call === "release" ? ["getpid", lie] : [call, ""];
  const inCallLie = call === "release" ? "" : lie;
  const isInWasi = call.startsWith("wasi_");
  const file = join(folder, "lying.cjs");
  writeFileSync(
    file,
    `const fs = require("node:fs");
    const real = require(${JSON.stringify(addonPath)});
    let memory;
    const bytes = () => new Uint8Array(memory.buffer);
    module.exports = {
      ...real,
      release(id) {
        ${atEndOfGuest};
        return real.release(id);
      },
      attach(exported, signal) {
        memory = exported;
        return real.attach(exported, signal);
      },
      enter(id, page, ...rest) {
        const imports = real.enter(id, page, ...rest);
        const call = new Int32Array(page, 0, 6);
        if (${isInWasi}) {
          const { Instance } = WebAssembly;
          WebAssembly.Instance = function (module, all) {
            const wasi = all.wasi_snapshot_preview1;
            const honest = wasi.${inCall.replace("wasi_", "")};
            wasi.${inCall.replace("wasi_", "")} = (a0, a1, a2, a3) => {
              let result = honest(a0, a1, a2, a3);
              ${isInWasi ? lie : ""};
              return result;
            };
            return new Instance(module, all);
          };
          return imports;
        }
        const honest = imports.${inCall};
        imports.${inCall} = () => {
          const [a0, a1, a2] = call;
          honest();
          ${inCallLie};
        };
        return imports;
      },
    };`,
  );
  const driver = driverWith(file);
  const job = { program: parseProgram(program), killAfterMs: PATIENCE_MS };
  const { runs, problems } = await driver.run([job]);
  await driver.stop();
  return [...runs.flatMap((ran) => ran.problems), ...problems].join("\n");
}

test("corpus: runs without a finding, and reaches every import with success", async () => {
  const driver = driverWith(addonPath);
  const programs = [...readCorpus().values()];
  const report = new Report();
  for (let from = 0; from < programs.length; from += WAVE) {
    const jobs = programs
      .slice(from, from + WAVE)
      .map((program) => ({ program, killAfterMs: PATIENCE_MS }));
    const { runs, problems } = await driver.run(jobs);
    assert.equal([...runs.flatMap((ran) => ran.problems), ...problems], []);
    for (const [at, ran] of runs.entries()) report.add(jobs[at]!.program, ran.results);
  }
  await driver.stop();
  assert.equal(report.missed(), []);
});

const EVENT = "f0 = eventfd2 5 2048\nread f0 m0 8\n";

test("finds: a byte behind a buffer, and a buffer of a failing call", async () => {
  assert.match(await found(EVENT, "read", "bytes()[a1 + 8] = 1"), /call 1 .* 0 became 1/);
  assert.is(await found(EVENT, "read", "bytes()[a1 + 7] = 1"), "");
  const empty = `${EVENT}read f0 m0 8\nfstat 99 m64\n`;
  assert.match(await found(empty, "fstat", "bytes()[a1] = 1"), /call 3 .* 0 became 1/);
});

test("finds: a byte at the very beginning and at the very end of a memory that grew", async () => {
  const program = "getpid\ngrow 1\ngetpid\n";
  assert.match(await found(program, "getpid", "bytes()[0] = 1"), /call 0 .*0x0,/);
  const last = "if (memory.buffer.byteLength % 131072) bytes()[bytes().length - 1] = 1";
  assert.match(await found(program, "getpid", last), /has written to 0x\w+ffff,/);
});

test("finds: fewer bytes than a result says, taken for written", async () => {
  assert.match(
    await found("f0 = eventfd2 5 2048\nread f0 m0 16\n", "read", "bytes()[a1 + 8] = 1"),
    /call 1 /,
  );
});

test("finds: a descriptor that is left open, and one of the host's that is closed", async () => {
  const opened = await found("getpid\n", "release", 'fs.openSync("/dev/null")');
  assert.match(opened, /descriptor \d+ of the host: was closed and is \/dev\/null/);
  const closes = `for (const fd of fs.readdirSync("/proc/self/fd")) {
    try {
      if (fs.readlinkSync("/proc/self/fd/" + fd).endsWith("canary")) fs.closeSync(Number(fd));
    } catch {}
  }`;
  assert.match(await found("getpid\n", "getpid", closes), /canary \d+ and is closed/);
});

test("finds: a file of the host that has changed", async () => {
  const path = JSON.stringify(join(folder, "canary"));
  const problem = await found("getpid\n", "getpid", `fs.appendFileSync(${path}, "!")`);
  assert.match(problem, /a file of the host has changed/);
});

test("finds: a connection where none is granted", async () => {
  const connects = `require("node:net").connect(${FORBIDDEN_PORT}, "${world.forbidden}")`;
  assert.match(await found("getpid\n", "release", connects), /a connection to an address/);
});

test("finds: an exception, and a result that is no errno", async () => {
  assert.match(await found("getpid\n", "getpid", 'throw new Error("no")'), /crashed: no/);
  assert.match(await found("getpid\n", "getpid", "call[0] = -512"), /result -512/);
});

test("finds in a call of WASI's: a byte too many, an exception, what is no errno", async () => {
  const poll = "wasi_poll_oneoff m0 m256 1 m512\n";
  const past = await found(poll, "wasi_poll_oneoff", "bytes()[a1 + 31] = 1; bytes()[a1 + 32] = 1");
  assert.match(past, /call 0 .*, which is not its: 0 became 1$/);
  const time = "wasi_clock_time_get 99 0 m0\n";
  assert.match(await found(time, "wasi_clock_time_get", 'throw new Error("no")'), /crashed: no/);
  assert.match(await found(time, "wasi_clock_time_get", "result = 77"), /result -1000077/);
});

test("finds: a host that crashes, and what a sanitizer says", async () => {
  assert.match(
    await found("getpid\n", "getpid", "process.kill(process.pid, 6)"),
    /host has ended by SIGABRT/,
  );
  const report = 'fs.writeSync(2, "a.c:1: runtime error: index 9 out of bounds\\n")';
  assert.match(await found("getpid\n", "getpid", report), /a report on stderr: runtime error/);
});

test("generate: the same seed makes the same program, and text keeps it", () => {
  const corpus = [...readCorpus().values()];
  const once = formatProgram(generate(7, corpus, { mayBlock: false }));
  assert.is(formatProgram(generate(7, corpus, { mayBlock: false })), once);
  assert.is(formatProgram(parseProgram(once)), once);
  assert.is.not(formatProgram(generate(8, corpus, { mayBlock: false })), once);
});

test("minimise: keeps what is needed", async () => {
  const program = parseProgram("getpid\ngetuid\nclose 5\ngetgid\nclose 6\nuname m0\n");
  const holds = (smaller: typeof program) =>
    Promise.resolve(formatProgram(smaller).replaceAll("\n", " ").includes("close 5 "));
  assert.is(formatProgram(await minimise(program, holds)), "close 5\n");
});

test.run();
