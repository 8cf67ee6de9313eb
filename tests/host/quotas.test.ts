// Quotas: each at its edge, what the guest is answered, and what the operator is told.

import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Exit, type StartOptions, start } from "../../host/index.ts";
import { atEnd } from "../support/cleanup.ts";
import { runGuest } from "../support/guest.ts";
import { call, value, wat, watGuest } from "../support/wat.ts";

const RAISE = "raise it with --max-";
const SPIN = "(loop $l (br $l))";

/** Prints what the guest of tests/guests/quotas.ts found, and what the operator was told. */
async function exhaust(what: string, ...options: string[]): Promise<[string[], string]> {
  const module = "tests/guests/quotas";
  const { code, stdout, stderr } = await runGuest({ module, options, args: [what] });
  assert.is(code, 0, stderr);
  return [stdout.trimEnd().split("\n"), stderr];
}

interface Ended extends Exit {
  lines: string[];
}

async function run(module: Uint8Array, options: Partial<StartOptions> = {}): Promise<Ended> {
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const { code, reason } = await start({ module, name: "t.wasm", log, ...options }).exited;
  return { code, reason, lines };
}

test("descriptors: EMFILE for every call that opens, and free ones are found again", async () => {
  const [lines, told] = await exhaust("descriptors", "--max-descriptors", "10");
  assert.equal(lines, [
    "10 of 10",
    "7 then 24",
    ...Array.from({ length: 4 }, () => "0 then 24"),
    "1 then 24",
  ]);
  assert.is(told, `tripoll: quotas.wasm has all of its 10 descriptors; ${RAISE}descriptors\n`);
});

test("descriptors: 3 are the least, and the default is 16,384", async () => {
  assert.is((await exhaust("descriptors", "--max-descriptors=3"))[0][1], "0 then 24");
  assert.is((await exhaust("descriptors"))[0][0], "16384 of 16384");
});

test("timers: ENOMEM for one too many; a duplicate is none", async () => {
  const [lines, told] = await exhaust("timers", "--max-timers", "3");
  assert.equal(lines, ["3 then 12", "1 then 12", "6", "0 then 12"]);
  assert.match(told, /all of its 3 timers; raise it with --max-timers\n$/);
});

test("watches: ENOSPC, after the kernel's own errors, and exact in what ends one", async () => {
  const [lines, told] = await exhaust("watches", "--max-watches", "5");
  assert.equal(lines, [
    "5 then 28",
    "full: again -17",
    "full: itself -22",
    "full: nothing -9",
    "full: another -28",
    "it is not there -2",
    "after DEL",
    "1 then 28",
    "after close",
    "1 then 28",
    "after close of one of two -28",
    "after close of both",
    "1 then 28",
    "in another epoll -28",
    "after close of the epoll",
    "5 then 28",
  ]);
  assert.match(told, /^tripoll: quotas\.wasm has all of its 5 watches; raise it with --max-w.*\n$/);
});

test("pipes: 64 MiB in all, as for everybody; then new ones are small, none grows", async () => {
  const [lines] = await exhaust("pipes");
  assert.equal(lines, [
    "three are 65536",
    "to 1 MiB -1",
    "to 128 KiB 131072",
    "then 8192",
    "enlarged -1",
    "an end is closed 8192",
    "both are 65536",
  ]);
});

test("paths: a guest leaves at most 1,024 sockets in a file system", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tripoll-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const { stdout } = await runGuest({
    module: "tests/guests/quotas",
    options: ["--unix", `${folder}/*`],
    args: ["paths", folder],
  });
  assert.is(stdout, "1024 then 28\nfree again 0\n");
  assert.equal(readdirSync(folder), ["1023"]);
});

test("memory: grows to the quota and not a page further", async () => {
  const [lines] = await exhaust("memory", "--max-memory", "1M");
  assert.equal(lines, ["16 pages, then -1", "nothing more 16"]);
  // What is no whole page is not there.
  assert.is((await exhaust("memory", "--max-memory", "196607"))[0][0], "2 pages, then -1");
});

test("memory: a module's own maximum holds where it is smaller", async () => {
  const grows = (memory: string) =>
    wat(`(module (import "linux" "exit_group" (func $exit (param i32) (result i32)))
      (memory (export "memory") ${memory})
      (func (export "_start") (loop $l (br_if $l (i32.ge_s (memory.grow (i32.const 1))
        (i32.const 0)))) (drop (call $exit (memory.size)))))`);
  const limited = { memoryBytesMax: 10 * 65_536 };
  assert.is((await run(grows("1 7"), limited)).code, 7);
  assert.is((await run(grows("1 10"), limited)).code, 10);
  assert.is((await run(grows("1 11"), limited)).code, 10);
  assert.is((await run(grows("1 65536"), limited)).code, 10);
  assert.is((await run(grows("10"), limited)).code, 10);
  assert.is((await run(grows("0"), limited)).code, 10);
  const refused = /begins with 11 pages of 64 KiB, and may have 10; raise --max-memory/;
  assert.throws(() => start({ module: grows("11"), name: "t.wasm", ...limited }), refused);
});

test("memory: a crash is told where it is in the file, though the module was changed", async () => {
  const text = (maximum: string) => `(module (memory (export "memory") 1 ${maximum})
    (func $boom unreachable) (func (export "_start") (call $boom)))`;
  const place = async (module: Uint8Array, memoryBytesMax: number): Promise<string> => {
    const { lines } = await run(module, { memoryBytesMax });
    return /\[0\]:(0x[0-9a-f]+)/.exec(lines.join("\n"))![1]!;
  };
  for (const module of [wat(text("")), wat(text("60000"))]) {
    const at = module.indexOf(0x00, module.lastIndexOf(0x0a)); // an opcode, `unreachable`
    assert.ok(at > 0);
    const unchanged = await place(module, 2 ** 32);
    assert.is(await place(module, 65_536), unchanged);
    assert.is(await place(module, 200 * 65_536), unchanged);
  }
});

test("run time: a guest that computes too long ends with 152", async () => {
  const { code, reason, lines } = await run(watGuest([], SPIN), { runMsMax: 100 });
  assert.is(code, 152);
  assert.is(reason, "ran 0.1 s without a system call");
  assert.equal(lines, [`t.wasm ${reason}; raise --max-run if it has to`]);
});

test("run time: no catch_all survives it, and no signal handler hides it", async () => {
  const catches = `(loop $l (try (do (loop $m (br $m))) (catch_all)) (br $l))`;
  assert.is((await run(watGuest([], catches), { runMsMax: 50 })).code, 152);
  const imports = ["rt_sigaction/4", "kill/2"];
  const handles = `(i32.store (i32.const 64) (i32.const 5)) ${call("rt_sigaction", 10, 64, 0, 8)}
    ${call("kill", 2, 10)}`;
  const spins = `(func (export "__signal") (param i32 i32) ${SPIN})`;
  assert.is((await run(watGuest(imports, handles, spins), { runMsMax: 50 })).code, 152);
});

test("run time: a signal that nobody takes prolongs nothing", async () => {
  const handles = `(i32.store (i32.const 64) (i32.const 5)) ${call("rt_sigaction", 10, 64, 0, 8)}`;
  const listens = call("listen", value("socket", 2, 1, 0), 1); // which the operator is told
  const body = `${handles} ${listens} ${SPIN}`;
  const handler = '(func (export "__signal") (param i32 i32))';
  const module = watGuest(["rt_sigaction/4", "socket/3", "listen/2"], body, handler);
  const options = { module, name: "t.wasm", listen: ["*:0"], runMsMax: 100 };
  const guest = start({ ...options, log: () => guest.signal("SIGUSR1") });
  assert.is((await guest.exited).code, 152);
});

test("run time: the time in system calls does not count, waiting or working", async () => {
  const imports = ["epoll_create1/1", "epoll_wait/4", "getrandom/3"];
  const waits = call("epoll_wait", value("epoll_create1", 0), 1024, 8, 300);
  const works = call("getrandom", 1024, 64 << 20, 0);
  const module = watGuest(imports, `${waits} ${works} ${waits}`);
  assert.is((await run(module, { runMsMax: 100 })).code, 0);
});

test("run time: a guest that calls now and then goes on, and 0 is no limit", async () => {
  const calls = `(loop $l (local.set $i (i32.const 0))
    (loop $m (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $m (i32.lt_u (local.get $i) (i32.const 1000000))))
    ${call("getpid")} (br $l))`;
  for (const [module, runMsMax] of [
    [watGuest(["getpid/0"], calls), 100],
    [watGuest([], SPIN), 0],
  ] as const) {
    const guest = start({ module, name: "t.wasm", runMsMax });
    await setTimeout(600);
    guest.kill();
    assert.is((await guest.exited).code, 137);
  }
});

test("descriptors: all guests' together stay under the process's own limit", async () => {
  const limit = Number(
    /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))![1],
  );
  const module = watGuest(
    ["epoll_create1/1", "epoll_wait/4"],
    `${call("epoll_wait", value("epoll_create1", 0), 1024, 64, -1)}`,
  );
  const much = Math.min(limit - 1000, 1_048_576);
  const guest = start({ module, name: "t.wasm", descriptorsMax: much });
  assert.throws(
    () => start({ module, name: "u.wasm", descriptorsMax: limit - much }),
    /^u\.wasm cannot be started: it needs at least \d+ descriptors, and \d+ are left; raise ulimit/,
  );
  // One that does not ask gets what is left.
  const modest = start({ module, name: "v.wasm" });
  for (const each of [guest, modest]) {
    each.kill();
    await each.exited;
  }
  const again = start({ module, name: "w.wasm", descriptorsMax: much });
  again.kill();
  await again.exited;
});

test("quotas: what is no whole number in its range is refused", () => {
  const module = watGuest([], "");
  const wrong: [Partial<StartOptions>, RegExp][] = [
    [{ descriptorsMax: 2 }, /^descriptorsMax is a whole number from 3 to 1048576, not 2$/],
    [{ descriptorsMax: 1_048_577 }, /descriptorsMax/],
    [{ watchesMax: -1 }, /watchesMax/],
    [{ timersMax: 0.5 }, /timersMax/],
    [{ memoryBytesMax: 65_535 }, /memoryBytesMax/],
    [{ memoryBytesMax: 2 ** 32 + 1 }, /memoryBytesMax/],
    [{ runMsMax: NaN }, /runMsMax/],
    [{ runMsMax: "1" as unknown as number }, /runMsMax/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(() => start({ module, name: "t.wasm", ...options }), message);
  }
});

test.run();
