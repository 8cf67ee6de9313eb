// What guests have tried against the host, and what became of it.

import dgram from "node:dgram";
import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ABI } from "../../host/abi.ts";
import { ErrorCodes, ModuleError } from "../../host/errors.ts";
import { start, type Exit } from "../../host/index.ts";
import { inspectModule } from "../../host/module.ts";
import { runGuest } from "../support/guest.ts";
import { call, value, wat, watGuest } from "../support/wat.ts";

function codeOf(module: Uint8Array): string {
  try {
    inspectModule(module, ABI);
    return "taken";
  } catch (error) {
    assert.instance(error, ModuleError);
    return (error as ModuleError).code;
  }
}

const run = (module: Uint8Array, listen: string[] = []): Promise<Exit> =>
  start({ module, name: "t.wasm", listen }).exited;

/** A guest whose exit code is the errno of a call. */
const errnoOf = (imports: string[], result: string): Uint8Array =>
  watGuest([...imports, "exit_group/1"], call("exit_group", `(i32.sub (i32.const 0) ${result})`));

test("tables: they fill V8's heap, and a full heap ends the process: refused", () => {
  const tables = (count: number, limits: string) =>
    codeOf(watGuest([], "", `(table ${limits} funcref)`.repeat(count)));
  assert.is(tables(1, "1"), "taken");
  assert.is(tables(10, "0 1000000"), "taken");
  assert.is(tables(11, "0 1000000"), ErrorCodes.moduleHeap);
  assert.is(tables(2, "1"), ErrorCodes.moduleHeap);
  assert.is(codeOf(watGuest([], "", "(table 1 eqref)")), ErrorCodes.moduleHeap);
});

test("objects: structs and arrays fill V8's heap, too: refused", () => {
  const struct = "(type $t (struct (field i32))) (global (ref null $t) (ref.null $t))";
  assert.is(codeOf(watGuest([], "", struct)), ErrorCodes.moduleHeap);
});

test("types: hundreds of values are slow to compile, and heavy to throw: refused", () => {
  const values = (count: number) => "i32 ".repeat(count);
  const module = (type: string) =>
    wat(`(module ${type} (memory (export "memory") 1) (func (export "_start")))`);
  const types = (count: number) => [
    `(type $t (func (param ${values(count)})))(func (type $t))`,
    `(func (result ${values(count)}) unreachable)`,
    `(tag (param ${values(count)}))`,
  ];
  for (const type of types(129)) {
    assert.is(codeOf(module(type)), ErrorCodes.moduleHeap, type.slice(0, 16));
  }
  for (const type of types(128)) assert.is(codeOf(module(type)), "taken", type.slice(0, 16));
});

test("exceptions: what they hold is bounded, and ends the guest alone", async () => {
  const params = "v128 ".repeat(64);
  const zeros = "(v128.const i64x2 1 2) ".repeat(64);
  const module = wat(`(module (tag $t (param ${params})) (memory (export "memory") 1)
    (func $nest (param i32)
      (try (do (throw $t ${zeros}))
        (catch $t ${"(drop)".repeat(64)} (br_if 0 (i32.eqz (local.get 0)))
          (call $nest (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "_start") (loop $l (call $nest (i32.const 2000)) (br $l))))`);
  const before = process.memoryUsage().rss;
  const { code } = await start({ module, name: "t.wasm", runMsMax: 300 }).exited;
  assert.ok(code === 134 || code === 152, `exit code ${code}`);
  assert.ok(process.memoryUsage().rss - before < 600 << 20);
});

test("WASI: an import that answers an i64 would throw: refused", () => {
  const result = (type: string) =>
    codeOf(watGuest([`wasi_snapshot_preview1.fd_write/0/${type}`], "(drop (call $fd_write))"));
  assert.is(result("i32"), "taken");
  assert.is(result("i64"), ErrorCodes.moduleImport);
});

test("memory: one that begins empty has no address until it grows", async () => {
  const module =
    wat(`(module (import "linux" "getrandom" (func $g (param i32 i32 i32) (result i32)))
    (import "linux" "exit_group" (func $exit (param i32) (result i32)))
    (memory (export "memory") 0 4)
    (func (export "_start") (drop (call $g (i32.const 16) (i32.const 8) (i32.const 0)))
      (drop (memory.grow (i32.const 1)))
      (drop (call $exit (call $g (i32.const 16) (i32.const 8) (i32.const 0))))))`);
  assert.is((await run(module)).code, 8);
});

test("types: a million parameters are refused before they fill the heap", () => {
  const million = Uint8Array.from([0xc0, 0x84, 0x3d]); // LEB128
  const params = Buffer.alloc(1_000_000, 0x7f);
  const type = Buffer.concat([Uint8Array.of(0x60), million, params, Buffer.alloc(1)]);
  const header = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0x86, 0x85, 0x3d, 1]);
  assert.is(codeOf(Buffer.concat([header, type])), ErrorCodes.invalidWasm);
});

test("read: stdout and stderr cannot be read, though a terminal's could", async () => {
  for (const fd of [1, 2]) {
    const { code } = await run(errnoOf(["read/3"], value("read", fd, 1024, 16)));
    assert.is(code, 9); // EBADF
  }
});

test("write: stdin cannot be written", async () => {
  assert.is((await run(errnoOf(["write/3"], value("write", 0, 1024, 16)))).code, 9);
});

test("write: a blocking one writes everything, however slowly it is read", async () => {
  const bytes = 5_000_000;
  const whole = `(i32.ne ${value("write", 1, 1024, bytes)} (i32.const ${bytes}))`;
  const module = watGuest(["write/3", "exit_group/1"], call("exit_group", whole));
  const { code, stdout } = await runGuest({ module });
  assert.is(code, 0);
  assert.is(stdout.length, bytes);
});

test("bind: with SO_REUSEADDR, the kernel's choice of a port is still a free one", async () => {
  const victim = dgram.createSocket({ type: "udp4", reuseAddr: true });
  victim.bind(0, "0.0.0.0");
  await once(victim, "listening");
  // Binds and closes until it has the victim's port, more often than there are ports.
  const loop = `(i32.store (i32.const 64) (i32.const 1)) (i32.store16 (i32.const 32) (i32.const 2))
    (loop $l (local.set $fd ${value("socket", 2, 2, 0)})
      ${call("setsockopt", "(local.get $fd)", 1, 2, 64, 4)}
      ${call("bind", "(local.get $fd)", 32, 16)}
      (i32.store (i32.const 68) (i32.const 16))
      ${call("getsockname", "(local.get $fd)", 80, 68)} ${call("close", "(local.get $fd)")}
      (if (i32.eq (i32.or (i32.shl (i32.load8_u (i32.const 82)) (i32.const 8))
                          (i32.load8_u (i32.const 83))) (i32.const ${victim.address().port}))
        (then ${call("exit_group", 1)}))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (i32.lt_u (local.get $i) (i32.const 60000))))`;
  const names = ["socket/3", "setsockopt/5", "bind/3", "getsockname/3", "close/1"];
  const { code } = await run(watGuest([...names, "exit_group/1"], loop));
  victim.close();
  assert.is(code, 0);
});

test("getsockopt: SO_REUSEADDR of a UDP socket is what was set", async () => {
  const body = `(local.set $fd ${value("socket", 2, 2, 0)})
    (i32.store (i32.const 64) (i32.const 1)) (i32.store (i32.const 68) (i32.const 4))
    ${call("setsockopt", "(local.get $fd)", 1, 2, 64, 4)} (i32.store (i32.const 64) (i32.const 9))
    ${call("getsockopt", "(local.get $fd)", 1, 2, 64, 68)}
    ${call("exit_group", "(i32.load (i32.const 64))")}`;
  const imports = ["socket/3", "setsockopt/5", "getsockopt/5", "exit_group/1"];
  assert.is((await run(watGuest(imports, body))).code, 1);
});

test.run();
