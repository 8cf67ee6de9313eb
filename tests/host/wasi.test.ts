// The calls of WASI preview 1 that a libc needs: what each answers, and what bad pointers do.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ERRNOS } from "../../host/trace/names.ts";
import { wasiErrno } from "../../host/wasi-errno.ts";
import { type GuestOptions, ROOT, runGuest } from "../support/guest.ts";
import { WASI_CALLS } from "../support/wasi.ts";
import { value, wat } from "../support/wat.ts";

/** Parameters of each call; one is of those that are answered by ENOSYS. */
const CALLS: Record<string, string> = { ...WASI_CALLS, path_open: "iiiiillii" };

const BADF = 8;
const FAULT = 21;
const INVAL = 28;
const NOSYS = 52;
const SPIPE = 70;

/** Results are kept here, a byte each, and written to stdout at the end. */
const RESULTS = 60_000;
const END = 65_536;

/** A guest with one page that calls these and writes out their results; `more` is run then. */
function results(calls: string[], more = ""): Uint8Array {
  const types: Record<string, string> = { i: "i32", l: "i64" };
  const imports = Object.entries(CALLS).map(([name, parameters]) => {
    const list = [...parameters].map((letter) => types[letter]).join(" ");
    const signature = `(param ${list}) (result i32)`;
    return `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${signature}))`;
  });
  const linux = ["write/3", "socket/3", "eventfd2/2", "pipe2/2", "dup3/3"].map((entry) => {
    const [name = "", arity] = entry.split("/");
    const signature = `(param ${"i32 ".repeat(Number(arity))}) (result i32)`;
    return `(import "linux" "${name}" (func $${name} ${signature}))`;
  });
  const kept = calls.map((call, i) => `(i32.store8 (i32.const ${RESULTS + i}) ${call})`).join("\n");
  const write = value("write", 1, RESULTS, calls.length);
  return wat(`(module ${imports.join("")} ${linux.join("")} (memory (export "memory") 1)
    (func (export "_start") ${kept} (drop ${write}) ${more}))`);
}

const long = (number: number): string => `(i64.const ${number})`;
const store = (address: number, number: number): string =>
  `(i32.store (i32.const ${address}) (i32.const ${number}))`;
const load = (address: number): string => `(i32.load (i32.const ${address}))`;
/** Does something first, and is a value then. */
const after = (statement: string, result: string): string =>
  `(block (result i32) ${statement} ${result})`;

async function run(calls: string[], options: Partial<GuestOptions> = {}): Promise<number[]> {
  const { stdout, stderr, code } = await runGuest({ module: results(calls), ...options });
  assert.is(stderr, "");
  assert.is(code, 0);
  return [...stdout].map((letter) => letter.codePointAt(0)!);
}

test("pointers: one that does not fit is EFAULT, in every call and argument", async () => {
  const far = [END - 1, END, 0xffff_fff0, 0xffff_ffff];
  const calls = far.flatMap((bad) => [
    value("args_sizes_get", bad, 0),
    value("args_sizes_get", 0, bad),
    value("args_get", bad, 0),
    value("args_get", 0, bad),
    value("environ_sizes_get", bad, 0),
    value("environ_sizes_get", 0, bad),
    value("environ_get", bad, 0),
    value("environ_get", 0, bad),
    value("clock_res_get", 1, bad),
    value("clock_time_get", 1, long(0), bad),
    value("fd_fdstat_get", 1, bad),
    value("fd_read", 0, 8, 0, bad),
    value("fd_write", 1, 8, 0, bad),
    value("fd_read", 0, bad, 1, 0),
    value("fd_write", 1, bad, 1, 0),
    value("poll_oneoff", bad, 8, 1, 0),
    value("poll_oneoff", 8, bad, 1, 0),
    value("poll_oneoff", 8, 80, 1, bad),
    value("random_get", bad, 2),
  ]);
  const options = { args: ["a"], options: ["--env", "A=bc"] };
  assert.equal(
    await run(calls, options),
    calls.map(() => FAULT),
  );
});

test("pointers: a buffer inside an iovec that does not fit is EFAULT", async () => {
  const vec = `${store(8, END - 4)} ${store(12, 5)}`;
  const calls = [
    after(vec, value("fd_write", 1, 8, 1, 0)),
    value("fd_write", 1, 8, 0x2000_0001, 0),
  ];
  assert.equal(await run(calls), [FAULT, INVAL]);
});

test("descriptors: one that is not open is EBADF, in every call", async () => {
  const calls = [7, 0x7fff_ffff, 0xffff_ffff, 0x8000_0001].flatMap((bad) => [
    value("fd_close", bad),
    value("fd_fdstat_get", bad, 0),
    value("fd_fdstat_set_flags", bad, 0),
    value("fd_prestat_get", bad, 0),
    value("fd_prestat_dir_name", bad, 0, 0),
    value("fd_read", bad, 8, 0, 0),
    value("fd_renumber", bad, 1),
    value("fd_renumber", 1, bad),
    value("fd_seek", bad, long(0), 0, 0),
    value("fd_tell", bad, 0),
    value("fd_write", bad, 8, 0, 0),
  ]);
  assert.equal(
    await run(calls),
    calls.map(() => BADF),
  );
});

test("what is no file cannot be sought in, and there are no folders", async () => {
  const calls = [
    value("fd_seek", 1, long(0), 0, 0),
    value("fd_tell", 1, 0),
    value("fd_prestat_get", 3, 0),
    value("path_open", 3, 0, 0, 0, 0, long(0), long(0), 0, 0),
  ];
  assert.equal(await run(calls), [SPIPE, SPIPE, BADF, NOSYS]);
});

test("fd_write, fd_read: go by the guest's own descriptors", async () => {
  const vec = `${store(8, 100)} ${store(12, 3)}`;
  const readVec = `${store(8, 200)} ${store(12, 9)}`;
  const calls = [
    after(`(drop ${value("pipe2", 16, 0)}) ${store(100, 0x636261)} ${vec}`, load(16)),
    value("fd_write", load(20), 8, 1, 40),
    load(40),
    after(readVec, value("fd_read", load(16), 8, 1, 44)),
    load(44),
    `(i32.load8_u (i32.const 202))`,
    value("fd_close", load(20)),
    value("fd_read", load(16), 8, 1, 44),
    load(44),
  ];
  assert.equal(await run(calls), [3, 0, 3, 0, 3, 0x63, 0, 0, 0]);
});

test("fd_fdstat_get: says what a descriptor is, and never that it has a position", async () => {
  const type = "(i32.load8_u (i32.const 0))";
  const [flags, rights] = ["(i32.load16_u (i32.const 2))", load(8)];
  const seekAndTell = `(i32.and ${rights} (i32.const 0x24))`;
  const calls = [
    value("fd_fdstat_get", value("socket", 2, 1, 0), 0),
    type,
    flags,
    value("fd_fdstat_get", value("socket", 2, 2 | 0o4000, 0), 0),
    type,
    flags,
    value("fd_fdstat_set_flags", 4, 0),
    after(`(drop ${value("fd_fdstat_get", 4, 0)})`, flags),
    value("fd_fdstat_set_flags", 4, 2),
    value("fd_fdstat_get", value("eventfd2", 0, 0), 0),
    type,
    seekAndTell,
  ];
  assert.equal(await run(calls), [0, 6, 0, 0, 5, 4, 0, 0, INVAL, 0, 0, 0]);
});

test("fd_renumber: moves a descriptor onto an open one", async () => {
  const calls = [
    value("eventfd2", 0, 0),
    value("socket", 2, 1, 0),
    value("fd_renumber", 4, 3),
    value("fd_close", 4),
    after(`(drop ${value("fd_fdstat_get", 3, 0)})`, "(i32.load8_u (i32.const 0))"),
    value("fd_renumber", 3, 3),
  ];
  assert.equal(await run(calls), [3, 4, 0, BADF, 6, 0]);
});

test("args, environ: count, bytes, and pointers to each string", async () => {
  const letter = (pointer: number): string => `(i32.load8_u ${load(pointer)})`;
  const calls = [
    value("args_sizes_get", 0, 4),
    load(0),
    load(4),
    value("args_get", 100, 200),
    letter(104),
    letter(108),
    value("environ_sizes_get", 0, 4),
    load(0),
    load(4),
    value("environ_get", 100, 200),
    letter(100),
  ];
  const args = { args: ["x", ""], options: ["--env", "N=12"] };
  const [, count, bytes, ...rest] = await run(calls, args);
  assert.is(count, 3);
  assert.is(bytes, "guest.wasm".length + 1 + 3);
  assert.equal(rest, [0, 0x78, 0, 0, 1, 5, 0, 0x4e]);
});

test("clocks: the monotonic one goes on, unknown ones are EINVAL", async () => {
  const time = (at: number): string => `(i64.load (i32.const ${at}))`;
  const calls = [
    value("clock_time_get", 1, long(0), 0),
    value("clock_time_get", 1, long(0), 8),
    `(i64.le_u ${time(0)} ${time(8)})`,
    value("clock_time_get", 0, long(0), 16),
    `(i64.gt_u ${time(16)} (i64.const 1600000000000000000))`,
    value("clock_res_get", 1, 24),
    load(24),
    value("clock_time_get", 2, long(0), 0),
    value("clock_res_get", 0xffff_ffff, 0),
  ];
  assert.equal(await run(calls), [0, 0, 1, 0, 1, 0, 1, INVAL, INVAL]);
});

test("random_get: fills as much as is asked for", async () => {
  const calls = [value("random_get", 8, 50_000), value("random_get", END, 0)];
  assert.equal(await run(calls), [0, 0]);
});

test("random_get: what does not fit is EFAULT, and nothing is written", async () => {
  const grown = "(drop (memory.grow (i32.const 40)))";
  const calls = [
    after(grown, value("random_get", 100_000, 0x7fff_ffff)),
    ...[100_000, 100_004, 1_000_000].map(load),
  ];
  assert.equal(await run(calls), [FAULT, 0, 0, 0]);
});

/** A subscription of 48 bytes at 1000 + 48 * i; its events go to 3000, their number to 4000. */
const clock = (i: number, ns: number, flags = 0): string => {
  const at = 1000 + 48 * i;
  return `${store(at, 70 + i)} ${store(at + 8, 0)} ${store(at + 16, 1)} ${store(at + 24, ns)}
    ${store(at + 28, 0)} ${store(at + 40, flags)}`;
};
const descriptor = (i: number, type: 1 | 2, fd: number | string): string => {
  const at = 1000 + 48 * i;
  const number = typeof fd === "number" ? `(i32.const ${fd})` : fd;
  return `${store(at, 70 + i)} ${store(at + 8, type)} (i32.store (i32.const ${at + 16}) ${number})`;
};
const poll = (count: number): string => value("poll_oneoff", 1000, 3000, count, 4000);
const event = (i: number): string[] => [
  load(3000 + 32 * i),
  `(i32.load16_u (i32.const ${3008 + 32 * i}))`,
  `(i32.load8_u (i32.const ${3010 + 32 * i}))`,
  load(3016 + 32 * i),
  `(i32.load16_u (i32.const ${3024 + 32 * i}))`,
];

test("poll_oneoff: a clock runs out, relative or absolute, the nearest first", async () => {
  const calls = [
    after(`${clock(0, 1_000_000_000)} ${clock(1, 1000)}`, poll(2)),
    load(4000),
    ...event(0),
    after(clock(0, 5, 1), poll(1)),
    load(4000),
    ...event(0),
  ];
  assert.equal(await run(calls), [0, 1, 71, 0, 0, 0, 0, 0, 1, 70, 0, 0, 0, 0]);
});

test("poll_oneoff: descriptors that are ready, with bytes, hang-up and error", async () => {
  const pipe = `(drop ${value("pipe2", 16, 0)}) (drop ${value("write", load(20), 8, 3)})`;
  const asked = `${descriptor(0, 1, load(16))} ${descriptor(1, 2, load(20))}
    ${descriptor(2, 1, 99)} ${clock(3, 1_000_000_000)}`;
  const closed = `(drop ${value("fd_close", load(20))})`;
  const calls = [
    after(`${pipe} ${asked}`, poll(4)),
    load(4000),
    ...event(0),
    ...event(1),
    ...event(2),
    after(closed, poll(1)),
    ...event(0),
  ];
  assert.equal(
    await run(calls),
    [
      [0, 3],
      [70, 0, 1, 3, 0],
      [71, 0, 2, 1, 0],
      [72, BADF, 1, 1, 0],
      [0, 70, 0, 1, 3, 1],
    ].flat(),
  );
});

test("poll_oneoff: events may be written over the subscriptions", async () => {
  const calls = [
    after(clock(0, 1), value("poll_oneoff", 1000, 1000, 1, 4000)),
    load(4000),
    load(1000),
  ];
  assert.equal(await run(calls), [0, 1, 70]);
});

test("poll_oneoff: events may be written to address 0", async () => {
  const pipe = `(drop ${value("pipe2", 3000, 0)}) (drop ${value("write", load(3004), 8, 3)})`;
  const calls = [
    after(clock(0, 1), value("poll_oneoff", 1000, 0, 1, 4000)),
    load(4000),
    load(0),
    after(`${pipe} ${descriptor(0, 1, load(3000))}`, value("poll_oneoff", 1000, 0, 1, 4000)),
    load(0),
    load(16),
  ];
  assert.equal(await run(calls), [0, 1, 70, 0, 70, 3]);
});

test("poll_oneoff: none, too many or of no kind is EINVAL", async () => {
  const calls = [
    poll(0),
    poll(0xffff_ffff),
    after(store(1008, 9), poll(1)),
    after(`${clock(0, 0)} ${store(1016, 3)}`, poll(1)),
    ...event(0),
  ];
  assert.equal(await run(calls), [INVAL, INVAL, INVAL, 0, 70, INVAL, 0, 0, 0]);
});

test("proc_exit: ends the guest with its status", async () => {
  const module = wat(`(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") (loop (call $exit (i32.const 0x12345607)) (br 0))))`);
  assert.is((await runGuest({ module })).code, 7);
});

test("a name with other parameters than its own harms nothing", async () => {
  const module = wat(`(module
    (import "wasi_snapshot_preview1" "fd_write" (func $w (param f64 i64 externref) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $r (param funcref) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $p (result i32)))
    (import "wasi_snapshot_preview1" "sched_yield" (func $y (param i32 i32)))
    (import "linux" "exit_group" (func $exit (param i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start") (local $f funcref) (local $e externref)
      (call $y (i32.const 1) (i32.const 2))
      (drop (call $exit (i32.add
        (i32.mul (i32.const 10) (call $r (local.get $f)))
        (i32.add (call $p) (call $w (f64.const -1) (i64.const -1) (local.get $e))))))))`);
  const { code, stderr } = await runGuest({ module });
  assert.is(code, INVAL + BADF, stderr);
});

test("errno: what the host makes of Linux's number, the C library makes Linux's again", () => {
  const table = readFileSync(join(ROOT, "include/library/errno.c"), "utf8");
  const pairs = [...table.matchAll(/\[(\d+)\] = (E\w+)/g)].map(([, wasi, name]) => [name!, wasi!]);
  const fromWasi = new Map(pairs.toReversed() as [string, string][]);
  const both = [...ERRNOS].filter(([, name]) => fromWasi.has(name));
  assert.ok(both.length > 60);
  for (const [linux, name] of both) {
    assert.is(wasiErrno(-linux), Number(fromWasi.get(name)), name);
  }
});

test("clocks: to ask one is a call, so that a guest which only asks has its time", async () => {
  const asks = "(call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 8))";
  const module = wat(`(module
    (import "wasi_snapshot_preview1" "clock_time_get"
      (func $clock_time_get (param i32 i64 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start") (local $end i64)
      (drop ${asks})
      (local.set $end (i64.add (i64.load (i32.const 8)) (i64.const 500_000_000)))
      (loop $again (drop ${asks})
        (br_if $again (i64.lt_u (i64.load (i32.const 8)) (local.get $end))))))`);
  const { code, stderr } = await runGuest({ module, options: ["--max-run", "0.1"] });
  assert.is(stderr, "");
  assert.is(code, 0);
});

test.run();
