// What a guest shows to those who link it into a component: its imports and exports, and that
// memory can be asked for before it has begun.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compileGuest, needToolchain } from "../support/cc.ts";
import { ROOT } from "../support/guest.ts";

needToolchain();

const PROGRAMS = join(ROOT, "tests/c/programs");

const EXPORTS = ["__signal", "_start", "cabi_realloc", "malloc", "memory"];

interface Exports {
  memory: WebAssembly.Memory;
  malloc: (size: number) => number;
  cabi_realloc: (from: number, fromSize: number, align: number, size: number) => number;
  __signal: (handler: number, signum: number) => void;
  _start: () => void;
}

/** A guest that nobody runs: its imports note that they are called, and answer -ENOSYS. */
function instantiate(source: string): { exports: Exports; calls: string[] } {
  const calls: string[] = [];
  const linux = new Proxy(
    {},
    {
      get: (_, name: string) => (): number => {
        calls.push(name);
        return -38;
      },
    },
  );
  const module = new WebAssembly.Module(compileGuest(source) as BufferSource);
  const { exports } = new WebAssembly.Instance(module, { linux });
  return { exports: exports as unknown as Exports, calls };
}

const SOURCE = `#include <stdio.h>
  __attribute__((constructor)) static void begin(void) { puts("begun"); }
  int main(void) { puts("hello"); return 0; }`;

test("a guest imports system calls alone, and exports what linking takes", () => {
  for (const name of readdirSync(PROGRAMS)) {
    const source = readFileSync(join(PROGRAMS, name), "utf8");
    const module = new WebAssembly.Module(compileGuest(source) as BufferSource);
    const from = new Set(WebAssembly.Module.imports(module).map((entry) => entry.module));
    assert.equal([...from], ["linux"], name);
    const exports = WebAssembly.Module.exports(module).map((entry) => entry.name);
    assert.equal(exports.toSorted(), EXPORTS, name);
  }
});

test("the exports have the parameters that an adapter imports them with", () => {
  const { exports } = instantiate(SOURCE);
  const parameters = EXPORTS.filter((name) => name !== "memory").map((name) => {
    const { length } = exports[name as "_start"];
    return [name, length];
  });
  const expected = { __signal: 2, _start: 0, cabi_realloc: 4, malloc: 1 };
  assert.equal(Object.fromEntries(parameters), expected);
});

test("memory can be had before the guest has begun, without a call", () => {
  const { exports, calls } = instantiate(SOURCE);
  const before = exports.memory.buffer.byteLength;
  const blocks = [16, 65_536, 1_000_000].map((size) => [exports.malloc(size), size] as const);
  const large = exports.cabi_realloc(0, 0, 8, 3_000_000);
  assert.ok(exports.memory.buffer.byteLength > before);
  const ranges = [...blocks, [large, 3_000_000] as const].toSorted(([a], [b]) => a - b);
  for (const [i, [at, size]] of ranges.entries()) {
    const next = ranges[i + 1]?.[0] ?? exports.memory.buffer.byteLength;
    assert.ok(at > 0 && at + size <= next, `${at} + ${size} > ${next}`);
  }
  assert.equal(calls, []);
});

test("cabi_realloc: aligns, grows, shrinks and keeps what is there", () => {
  const { exports, calls } = instantiate(SOURCE);
  const bytes = (at: number, size: number): Uint8Array =>
    new Uint8Array(exports.memory.buffer, at, size);
  for (const align of [1, 2, 4, 8, 16, 64, 4096, 65_536]) {
    const first = exports.cabi_realloc(0, 0, align, 100);
    bytes(first, 100).fill(align % 251);
    const other = exports.malloc(64);
    const second = exports.cabi_realloc(first, 100, align, 200_000);
    assert.ok(bytes(second, 100).every((byte) => byte === align % 251));
    const third = exports.cabi_realloc(second, 200_000, align, 10);
    assert.ok(bytes(third, 10).every((byte) => byte === align % 251));
    assert.equal(
      [first, second, third].map((at) => at % align),
      [0, 0, 0],
    );
    assert.ok(third + 10 <= other || other + 64 <= third);
    const empty = exports.cabi_realloc(0, 0, align, 0);
    assert.ok(empty > 0 && empty % align === 0);
  }
  assert.equal(calls, []);
});

test("cabi_realloc: what is freed is used again, and what cannot be had is a trap", () => {
  const { exports } = instantiate(SOURCE);
  for (let i = 0; i < 1000; i++) {
    const at = exports.cabi_realloc(0, 0, 64, 1_000_000);
    exports.cabi_realloc(at, 1_000_000, 64, 64);
  }
  assert.ok(exports.memory.buffer.byteLength < 8 << 20);
  assert.throws(() => exports.cabi_realloc(0, 0, 8, 0xf0000000), "unreachable");
});

test.run();
