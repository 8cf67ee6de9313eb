// A guest's life in the host: how it starts, how it ends, and that nothing of it is left.

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { start, type Exit } from "../../host/index.ts";
import { call, value, watGuest } from "../support/wat.ts";

const BYTES = 64 << 20;
const SPIN = "(loop $l (br $l))";
const SOCKETPAIR = call("socketpair", 1, 1, 0, 16);
const FIRST = "(i32.load (i32.const 16))";

/** Binds $fd to 127.0.0.1:0; the sockaddr lies at 32. */
const BIND = `(local.set $fd ${value("socket", 2, 1, 0)})
  (i32.store16 (i32.const 32) (i32.const 2)) (i32.store (i32.const 36) (i32.const 0x0100007f))
  ${call("bind", "(local.get $fd)", 32, 16)}`;

/** Repeats `body` 9,000 times. */
const often = (body: string): string => `(loop $l ${body}
  (local.set $i (i32.add (local.get $i) (i32.const 1)))
  (br_if $l (i32.lt_u (local.get $i) (i32.const 9000))))`;

/** What a guest does when it is stopped. */
const BUSY: Record<string, Uint8Array> = {
  "waits in epoll_wait": watGuest(
    ["epoll_create1/1", "epoll_wait/4"],
    `${call("epoll_wait", value("epoll_create1", 0), 1024, 64, -1)} unreachable`,
  ),
  "waits in epoll_wait with a time": watGuest(
    ["epoll_create1/1", "epoll_wait/4"],
    `${call("epoll_wait", value("epoll_create1", 0), 1024, 64, 3_600_000)} unreachable`,
  ),
  "blocks in read": watGuest(
    ["socketpair/4", "read/3"],
    `${SOCKETPAIR} ${call("read", FIRST, 1024, BYTES)} unreachable`,
  ),
  "blocks in a large write": watGuest(
    ["socketpair/4", "write/3"],
    `${SOCKETPAIR} (loop $l ${call("write", FIRST, 1024, BYTES)} (br $l))`,
  ),
  "blocks in accept4": watGuest(
    ["socket/3", "bind/3", "listen/2", "accept4/4"],
    `${BIND} ${call("listen", "(local.get $fd)", 5)}
     ${call("accept4", "(local.get $fd)", 0, 0, 0)} unreachable`,
  ),
  "blocks in recvmsg": watGuest(
    ["socketpair/4", "recvmsg/3"],
    `${SOCKETPAIR} ${call("recvmsg", FIRST, 1024, 0)} unreachable`,
  ),
  "reads a timer that never fires": watGuest(
    ["timerfd_create/2", "read/3"],
    `${call("read", value("timerfd_create", 1, 0), 1024, 8)} unreachable`,
  ),
  computes: watGuest([], SPIN),
  "fills 64 MiB again and again": watGuest(
    [],
    `(loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const ${BYTES})) (br $l))`,
  ),
  "asks for 64 MiB of random bytes": watGuest(
    ["getrandom/3"],
    `(loop $l ${call("getrandom", 1024, BYTES, 0)} (br $l))`,
  ),
  "is denied again and again": watGuest(
    ["socket/3", "bind/3"],
    `(local.set $fd ${value("socket", 2, 1, 0)}) (i32.store16 (i32.const 32) (i32.const 2))
     (loop $l (i32.store16 (i32.const 34) (i32.add (i32.load16_u (i32.const 34)) (i32.const 1)))
       ${call("bind", "(local.get $fd)", 32, 16)} (br $l))`,
  ),
  "opens sockets for ever": watGuest(["socket/3"], `(loop $l ${call("socket", 2, 1, 0)} (br $l))`),
  "holds 9,000 sockets": watGuest(["socket/3"], `${often(call("socket", 2, 1, 0))} ${SPIN}`),
};

const descriptors = (): number => readdirSync("/proc/self/fd").length;

const run = (module: Uint8Array, lines: string[] = []): Promise<Exit> =>
  start({ module, name: "t.wasm", listen: ["*:0"], log: (line) => lines.push(line) }).exited;

// The first guest makes descriptors that Node keeps: those of the worker's first event loop.
test.before(async () => void (await run(watGuest([], ""))));

for (const [what, module] of Object.entries(BUSY)) {
  test(`stop: ends a guest that ${what}, and leaves no descriptor`, async () => {
    const before = descriptors();
    for (const pauseMs of [0, 40, 150]) {
      const guest = start({ module, name: "t.wasm", listen: ["*:0"] });
      await setTimeout(pauseMs);
      guest.stop("SIGTERM");
      assert.is((await guest.exited).code, 128 + 15);
    }
    assert.is(descriptors(), before);
  });
}

test("stop: gives 128 + the first signal", async () => {
  const guest = start({ module: BUSY["computes"]!, name: "t.wasm" });
  guest.stop("SIGINT");
  guest.stop("SIGTERM");
  assert.equal(await guest.exited, { code: 130, reason: "stopped by SIGINT" });
});

test("_start: returning is exit status 0", async () => {
  assert.equal(await run(watGuest([], "")), { code: 0, reason: "" });
});

test("exit_group: gives the lowest 8 bits of its status", async () => {
  const exit = (status: number) => watGuest(["exit_group/1"], call("exit_group", status));
  assert.is((await run(exit(7))).code, 7);
  assert.is((await run(exit(0x1ff))).code, 255);
});

test("exit_group: ends a guest that has hardly any stack left", async () => {
  const deep = `(func $deep (try (do (call $deep)) (catch_all)) ${call("exit_group", 9)})`;
  const body = `(loop $l (try (do (call $deep)) (catch_all)) (br $l))`;
  const { code } = await run(watGuest(["exit_group/1"], body, deep));
  assert.ok(code === 9 || code === 134, `exit code ${code}`);
});

test("trap: exit code 134, and the operator is told", async () => {
  const lines: string[] = [];
  assert.is((await run(watGuest([], "unreachable"), lines)).code, 134);
  assert.match(lines.join("\n"), /t\.wasm crashed: unreachable/);
});

test("stack overflow: exit code 134", async () => {
  assert.is((await run(watGuest([], "(call $f)", "(func $f (call $f))"))).code, 134);
});

test("_initialize: runs once, before _start", async () => {
  const more = `(global $n (mut i32) (i32.const 40))
    (func (export "_initialize") (global.set $n (i32.add (global.get $n) (i32.const 2))))`;
  const module = watGuest(["exit_group/1"], call("exit_group", "(global.get $n)"), more);
  assert.is((await run(module)).code, 42);
});

test("start section: a system call there has no memory yet: -EFAULT", async () => {
  const more = `(global $r (mut i32) (i32.const 0)) (start $s)
    (func $s (global.set $r ${value("getrandom", 1024, 8, 0)}))`;
  const body = call("exit_group", "(i32.sub (i32.const 0) (global.get $r))");
  assert.is((await run(watGuest(["getrandom/3", "exit_group/1"], body, more))).code, 14);
});

test("listen: a loop of listeners is announced a bounded number of times", async () => {
  const lines: string[] = [];
  const body = `(loop $l ${BIND} ${call("listen", "(local.get $fd)", 1)}
    ${call("close", "(local.get $fd)")}
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if $l (i32.lt_u (local.get $i) (i32.const 500))))`;
  await run(watGuest(["socket/3", "bind/3", "listen/2", "close/1"], body), lines);
  assert.match(lines[0] ?? "", /^t\.wasm listening on 127\.0\.0\.1:\d+$/);
  assert.is(lines.length, 64);
});

test("wasi_snapshot_preview1: every name links and answers ENOSYS", async () => {
  const imports = ["exit_group/1", "wasi_snapshot_preview1.path_open/9"];
  const opened = value("path_open", 0, 0, 0, 0, 0, 0, 0, 0, 0);
  assert.is((await run(watGuest(imports, call("exit_group", opened)))).code, 52);
});

/** Runs a program in a process of its own, with two guests that wait and compute. */
async function exitOf(program: string): Promise<[code: number | null, signal: string | null]> {
  const index = new URL("../../host/index.js", import.meta.url).href;
  const modules = [BUSY["waits in epoll_wait"]!, BUSY["fills 64 MiB again and again"]!];
  const source = `import { start } from ${JSON.stringify(index)};
    for (const module of ${JSON.stringify(modules.map((bytes) => [...bytes]))}) {
      start({ module: Uint8Array.from(module), name: "t.wasm" });
    }
    setTimeout(() => { ${program} }, 200);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], { stdio: "ignore" });
  return (await once(child, "exit")) as [number | null, string | null];
}

test("process.exit: ends the process whatever the guests do", async () => {
  assert.equal(await exitOf("process.exit(3)"), [3, null]);
});

test("an uncaught exception: ends the process whatever the guests do", async () => {
  assert.equal(await exitOf("throw new Error()"), [1, null]);
});

test("an unhandled rejection: ends the process whatever the guests do", async () => {
  assert.equal(await exitOf("Promise.reject(new Error())"), [1, null]);
});

test("SIGTERM without a handler: ends the process whatever the guests do", async () => {
  assert.equal(await exitOf("process.kill(process.pid)"), [null, "SIGTERM"]);
});

/** A worker that owns a guest, as in an embedder's own worker; tells the guest's exit. */
function ownerOf(module: Uint8Array): Worker {
  const index = new URL("../../host/index.js", import.meta.url).href;
  const source = `const { parentPort, workerData } = require("node:worker_threads");
    import(${JSON.stringify(index)}).then(async ({ start }) => {
      const guest = start({ module: workerData, name: "t.wasm", listen: ["*:0"],
        log: (line) => parentPort.postMessage(line) });
      parentPort.postMessage(await guest.exited);
    });`;
  return new Worker(source, { eval: true, workerData: module });
}

test("an owner in a worker: its guest ends with it", async () => {
  const before = descriptors();
  const module = watGuest(
    ["socket/3", "bind/3", "listen/2", "accept4/4"],
    `${BIND} ${call("listen", "(local.get $fd)", 5)}
     ${call("accept4", "(local.get $fd)", 0, 0, 0)} unreachable`,
  );
  const owner = ownerOf(module);
  await once(owner, "message"); // listening; the next call blocks
  await owner.terminate();
  assert.is(descriptors(), before);
});

test("an owner in a worker: a guest that blocks in its start section ends with it", async () => {
  const blocks = call("recvfrom", value("socket", 2, 2, 0), 0, 0, 0, 0, 0);
  const owner = ownerOf(watGuest(["socket/3", "recvfrom/6"], "", `(start $s) (func $s ${blocks})`));
  await setTimeout(300); // nothing tells that it blocks now
  await owner.terminate();
});

test("an owner in a worker: rousing its guest does not prolong SO_RCVTIMEO", async () => {
  const module = watGuest(
    ["socketpair/4", "setsockopt/5", "read/3", "exit_group/1"],
    `${SOCKETPAIR} (i64.store (i32.const 72) (i64.const 700000))
     ${call("setsockopt", FIRST, 1, 20, 64, 16)}
     ${call("exit_group", `(i32.sub (i32.const 0) ${value("read", FIRST, 1024, 1)})`)}`,
  );
  const owner = ownerOf(module);
  const [exit] = (await once(owner, "message")) as [Exit];
  assert.is(exit.code, 11); // EAGAIN
  await owner.terminate();
});

test.run();
