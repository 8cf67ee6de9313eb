// The checks that a WebAssembly file passes before it becomes a guest.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { ErrorCodes, ModuleError } from "../../host/errors.ts";
import { inspectModule } from "../../host/module.ts";
import { readModule } from "../../host/wasm.ts";
import { random } from "../support/sockaddr.ts";
import {
  HEADER,
  I32,
  I64,
  MEMORY_EXPORT,
  buildGuest,
  buildModule,
  section,
  text,
} from "../support/wasm.ts";
import type { FunctionType, ImportEntry } from "../support/wasm.ts";

const ABI = { read: ["fd", "buf", "count"], close: ["fd"], getpid: [] };
const READ: FunctionType = { params: [I32, I32, I32], results: [I32] };
const NO_PARAMS: FunctionType = {};

function inspect(bytes: Uint8Array) {
  return inspectModule(bytes, ABI, "echo.wasm");
}

function refusal(bytes: Uint8Array): ModuleError {
  try {
    inspect(bytes);
  } catch (error) {
    assert.instance(error, ModuleError);
    return error as ModuleError;
  }
  throw new Error("the module was taken");
}

function assertRefused(bytes: Uint8Array, code: keyof typeof ErrorCodes, message: string | RegExp) {
  const error = refusal(bytes);
  assert.is(error.code, ErrorCodes[code]);
  if (typeof message === "string") assert.is(error.message, `echo.wasm ${message}`);
  else assert.match(error.message, message);
}

test("inspectModule: takes a module that has what a guest needs", () => {
  const inspected = inspect(buildGuest());
  assert.instance(inspected.module, WebAssembly.Module);
  assert.not(inspected.hasMalloc);
  assert.not(inspected.hasSignal);
  assert.not(inspected.hasInitialize);
});

test("inspectModule: tells the optional exports", () => {
  const malloc = { params: [I32], results: [I32] };
  const inspected = inspect(
    buildGuest({ exports: { malloc, __signal: { params: [I32, I32] }, _initialize: {} } }),
  );
  assert.ok(inspected.hasMalloc);
  assert.ok(inspected.hasSignal);
  assert.ok(inspected.hasInitialize);
});

test("inspectModule: takes known calls and any WASI function", () => {
  inspect(
    buildGuest({
      imports: [
        ["linux", "read", READ],
        ["linux", "getpid", { results: [I32] }],
        ["linux", "getpid", { results: [I32] }],
        ["wasi_snapshot_preview1", "fd_write", { params: [I32, I32, I32, I32], results: [I32] }],
        ["wasi_snapshot_preview1", "clock_time_get", { params: [I32, I64, I32], results: [I32] }],
      ],
    }),
  );
});

test("inspectModule: refuses what is not WebAssembly, each kind in its own words", () => {
  const bytes = (...parts: (string | number[])[]) =>
    Uint8Array.from(parts.flatMap((part) => Array.from(Buffer.from(part as string))));
  assertRefused(new Uint8Array(0), "notWasm", "is empty");
  assertRefused(bytes("\x7fELF\x02\x01\x01"), "notWasm", "is not WebAssembly");
  assertRefused(bytes("\0asm"), "notWasm", "is not WebAssembly");
  assertRefused(bytes("\0asm\x01\0\0"), "notWasm", "is not WebAssembly");
  assertRefused(bytes("import fs;"), "notWasm", "is not WebAssembly");
  assertRefused(bytes("(modular)"), "notWasm", "is not WebAssembly");
  assertRefused(bytes("\0asm\x02\0\0\0"), "notWasm", /is WebAssembly of version 2; only version 1/);
  assertRefused(bytes("\0asm", [0x0d, 0, 1, 0]), "notWasm", /is a component, not a core module/);
  for (const source of [
    "(module)",
    "\n;; (c)\n (; x ;) ( module\n",
    "\ufeff(module $a",
    "(component",
  ]) {
    assertRefused(bytes(source), "notWasm", /looks like WebAssembly text/);
  }
});

test("inspectModule: quotes V8 in one line", () => {
  const broken = buildGuest();
  broken[broken.length - 2] = 0xff;
  assertRefused(
    broken,
    "invalidWasm",
    /^echo\.wasm is not valid WebAssembly: [ -~]*opcode 0xff[ -~]*$/,
  );
  const cut = buildGuest().subarray(0, 20);
  assertRefused(cut, "invalidWasm", /^echo\.wasm is not valid WebAssembly: [ -~]+$/);
});

test("inspectModule: names the module, escaped, and whatever it is called", () => {
  assert.throws(
    () => inspectModule(new Uint8Array(0), ABI, "\x1b[2J.wasm"),
    /^\\x1b\[2J\.wasm is empty$/,
  );
  assert.throws(() => inspectModule(new Uint8Array(0), ABI), /^the module is empty$/);
});

test("inspectModule: lists calls that are unknown", () => {
  const imports = ["reed", "constructor", "toString", "reed"].map(
    (name): [string, string, FunctionType] => ["linux", name, READ],
  );
  assertRefused(
    buildGuest({ imports }),
    "moduleImport",
    "imports linux.reed, linux.constructor, linux.toString, which this host does not have",
  );
});

test("inspectModule: lists eight imports and counts the others", () => {
  const imports = Array.from({ length: 11 }, (_, index): [string, string, FunctionType] => [
    "linux",
    `call${index}`,
    READ,
  ]);
  assertRefused(
    buildGuest({ imports }),
    "moduleImport",
    /^echo\.wasm imports (linux\.call\d, ){7}linux\.call7 and 3 more, which/,
  );
});

test("inspectModule: refuses other import modules", () => {
  assertRefused(
    buildGuest({ imports: [["wasi_unstable", "fd_write", READ]] }),
    "moduleImport",
    "imports wasi_unstable.fd_write; a guest imports from linux and wasi_snapshot_preview1 only",
  );
  assertRefused(
    buildGuest({ imports: [["env", "abort", { params: [I32, I32, I32, I32] }]] }),
    "moduleImport",
    /^echo\.wasm imports env\.abort; .* only \(asc: --use abort=\)$/,
  );
  assertRefused(buildGuest({ imports: [["", "", READ]] }), "moduleImport", /imports \.;/);
});

test("inspectModule: escapes and cuts the names of imports", () => {
  assertRefused(
    buildGuest({ imports: [["linux", "\x1b[2J\n", READ]] }),
    "moduleImport",
    /imports "linux\.\\x1b\[2J\\n", which/,
  );
  const { message } = refusal(buildGuest({ imports: [["linux", "x".repeat(100_000), READ]] }));
  assert.ok(message.length < 200);
});

test("inspectModule: refuses imports that are no functions", () => {
  const kinds: [string, number[]][] = [
    ["table", [1, 0x70, 0, 1]],
    ["memory", [2, 0, 1]],
    ["global", [3, I32, 0]],
  ];
  for (const [kind, bytes] of kinds) {
    const parts = { memories: kind === "memory" ? [] : [[0, 1]] };
    assertRefused(
      buildGuest({
        ...parts,
        imports: [
          ["env", "thing", bytes],
          ["linux", "read", READ],
        ],
      }),
      "moduleImport",
      `imports the ${kind} env.thing; a guest imports functions only`,
    );
  }
});

test("inspectModule: refuses a call with another signature", () => {
  const wrong: [string, FunctionType, string][] = [
    [
      "read",
      { params: [I32, I32], results: [I32] },
      "(i32, i32) -> i32; it is (i32, i32, i32) -> i32",
    ],
    ["close", { params: [I64], results: [I32] }, "(i64) -> i32; it is (i32) -> i32"],
    ["close", { params: [I32], results: [I64] }, "(i32) -> i64; it is (i32) -> i32"],
    ["close", { params: [I32] }, "(i32) -> (); it is (i32) -> i32"],
    ["getpid", { results: [I32, I32] }, "() -> (i32, i32); it is () -> i32"],
    [
      "getpid",
      { params: [0x7d, 0x7c, 0x7b, 0x70, 0x6f], results: [I32] },
      "(f32, f64, v128, ref, ref) -> i32; it is () -> i32",
    ],
    [
      "getpid",
      { params: Array.from({ length: 100 }, () => I32), results: [I32] },
      "(i32, i32, i32, i32, i32, i32, i32, i32, ...) -> i32; it is () -> i32",
    ],
  ];
  for (const [name, type, found] of wrong) {
    assertRefused(
      buildGuest({ imports: [["linux", name, type]] }),
      "moduleImport",
      `imports linux.${name} as ${found}`,
    );
  }
});

test("inspectModule: refuses a module without memory or _start", () => {
  assertRefused(
    buildModule({ exports: { _start: NO_PARAMS } }),
    "moduleExport",
    'exports no memory named "memory"',
  );
  assertRefused(
    buildModule({ memories: [[0, 1]], exports: { mem: MEMORY_EXPORT, _start: NO_PARAMS } }),
    "moduleExport",
    'exports no memory named "memory"',
  );
  assertRefused(
    buildModule({ exports: { memory: NO_PARAMS, _start: NO_PARAMS } }),
    "moduleExport",
    'exports no memory named "memory"',
  );
  assertRefused(
    buildModule({ memories: [[0, 1]], exports: { memory: MEMORY_EXPORT, main: NO_PARAMS } }),
    "moduleExport",
    /exports no _start/,
  );
});

test("inspectModule: refuses exports it would call with another signature", () => {
  const wrong: [string, FunctionType | [number, number], string][] = [
    ["_start", { params: [I32] }, "(i32) -> (); it is () -> ()"],
    ["_start", { results: [I32] }, "() -> i32; it is () -> ()"],
    ["_start", MEMORY_EXPORT, "a memory; it is () -> ()"],
    ["malloc", { params: [I64], results: [I32] }, "(i64) -> i32; it is (i32) -> i32"],
    ["__signal", { params: [I32] }, "(i32) -> (); it is (i32, i32) -> ()"],
    ["_initialize", { params: [I32] }, "(i32) -> (); it is () -> ()"],
  ];
  for (const [name, what, found] of wrong) {
    assertRefused(
      buildGuest({ exports: { [name]: what } }),
      "moduleExport",
      `exports ${name} as ${found}`,
    );
  }
});

test("inspectModule: an imported function may be what is exported", () => {
  const imports: [string, string, FunctionType][] = [
    ["linux", "close", { params: [I32], results: [I32] }],
  ];
  assert.ok(inspect(buildGuest({ imports, exports: { malloc: [0, 0] } })).hasMalloc);
});

test("inspectModule: refuses memories that a guest cannot have", () => {
  const wrong: [number[][], RegExp][] = [
    [[[3, 1, 2]], /shared memory/],
    [[[4, 1]], /64-bit memory/],
    [[[5, 1, 2]], /64-bit memory/],
    [[[7, 1, 2]], /shared memory/],
    [[[8, 1, 0]], /page size of its own/],
    [
      [
        [0, 1],
        [0, 1],
      ],
      /several memories/,
    ],
    [
      [
        [0, 1],
        [3, 1, 2],
      ],
      /several memories/,
    ],
  ];
  for (const [memories, message] of wrong) {
    assertRefused(buildGuest({ memories }), "moduleMemory", message);
  }
  const imports: [string, string, number[]][] = [["env", "memory", [2, 3, 1, 2]]];
  assertRefused(buildGuest({ memories: [], imports }), "moduleMemory", /shared memory/);
  assertRefused(buildGuest({ imports: [["env", "memory", [2, 0, 1]]] }), "moduleMemory", /several/);
});

const NEWER_TYPES = {
  types: [
    [0x4e, 2, 0x5f, 2, I32, 1, 0x64, 0x6b, 0, 0x50, 0, 0x5e, 0x78, 1],
    [0x4f, 1, 0, 0x60, 1, 0x63, 0x00, 1, 0x6e],
    [0x60, 1, 0x7b, 2, 0x70, 0x6f],
  ],
  typeCount: 4,
  imports: [["linux", "read", READ]] as [string, string, FunctionType][],
};

test("readModule: types of other proposals do not hide those of functions", () => {
  const shape = readModule(buildGuest(NEWER_TYPES));
  assert.equal(shape?.imports[0]?.signature, READ);
  assert.equal(shape?.exports.get("_start")?.signature, { params: [], results: [] });
});

test("readModule: agrees with V8 on names and kinds", () => {
  const bytes = buildGuest({
    imports: [
      ["linux", "read", READ],
      ["env", "table", [1, 0x70, 1, 1, 9]],
      ["env", "global", [3, I64, 1]],
      ["ünï", "", {}],
    ],
    exports: { table: [1, 0], global: [3, 0], again: [0, 0] },
  });
  const kinds = ["function", "table", "memory", "global"];
  const shape = readModule(bytes);
  const compiled = new WebAssembly.Module(bytes as BufferSource);
  assert.equal(
    shape?.imports.map(({ module, name, kind }) => ({ module, name, kind: kinds[kind] })),
    WebAssembly.Module.imports(compiled),
  );
  assert.equal(
    Array.from(shape?.exports ?? [], ([name, { kind }]) => ({ name, kind: kinds[kind] })),
    WebAssembly.Module.exports(compiled),
  );
});

test("readModule: gives up on what it cannot read", () => {
  const unreadable: number[][] = [
    [1],
    [1, 0x80],
    [1, 5, 1],
    [1, 0xff, 0xff, 0xff, 0xff, 0x7f],
    [1, 6, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
    [1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f],
    [3, 5, 0xff, 0xff, 0xff, 0xff, 0x0f],
    section(1, [[0x61]]),
    section(1, [[0x60, 1, 0x40, 0]]),
    section(1, [[0x60, 0, 0, 0]]),
    section(1, [[0x50, 0, 0x50, 0, 0x60, 0, 0]]),
    section(2, [[...text("env"), ...text("x"), 9]]),
    section(5, [[16, 1]]),
    section(5, [[0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0]]),
    section(7, [[100, 65]]),
    [...section(5, [[0, 1]]), ...section(5, [[0, 1]])],
  ];
  for (const bytes of unreadable) {
    assert.is(readModule(Uint8Array.from([...HEADER, ...bytes])), undefined, String(bytes));
  }
});

test("readModule: reads no more entries than V8 takes", () => {
  const functions = (count: number) =>
    Uint8Array.from([
      ...HEADER,
      ...section(
        3,
        Array.from({ length: count }, () => [0]),
      ),
    ]);
  assert.ok(readModule(functions(1_000_000)));
  assert.is(readModule(functions(1_000_001)), undefined);
});

test("inspectModule: truncated anywhere, a module is refused", () => {
  const whole = buildGuest({ imports: [["linux", "read", READ]] });
  for (let length = 0; length < whole.length; length++) {
    assert.instance(refusal(whole.subarray(0, length)), ModuleError);
  }
});

/** Copies of `whole` in which one to three bytes after the header are others. */
function* damaged(whole: Uint8Array, rounds: number) {
  const next = random(3);
  for (let round = 0; round < rounds; round++) {
    const copy = whole.slice();
    for (let count = 1 + next(3); count > 0; count--) {
      copy[8 + next(whole.length - 8)] = next(4) === 0 ? 0xff : next(256);
    }
    yield copy;
  }
}

test("inspectModule: a damaged module is taken or refused, nothing else", () => {
  const imports: [string, string, FunctionType][] = [
    ["linux", "read", READ],
    ["wasi_snapshot_preview1", "fd_write", READ],
  ];
  let taken = 0;
  for (const bytes of damaged(buildGuest({ imports }), 20_000)) {
    try {
      inspect(bytes);
      taken += 1;
    } catch (error) {
      assert.instance(error, ModuleError);
      assert.match((error as Error).message, /^echo\.wasm [^\n]+$/);
      assert.ok((error as Error).message.length < 1000);
    }
  }
  assert.ok(taken > 0, "some damage is harmless");
});

test("readModule: reads or gives up on damaged types of every form", () => {
  let read = 0;
  for (const bytes of damaged(buildGuest(NEWER_TYPES), 20_000)) {
    if (readModule(bytes) !== undefined) read += 1;
  }
  assert.ok(read > 0, "some damage is harmless");
});

test("names: of an import or an export, 4,096 bytes may be", () => {
  const longest = "a".repeat(4096);
  const wasi = (name: string): ImportEntry[] => [["wasi_snapshot_preview1", name, NO_PARAMS]];
  inspect(buildGuest({ imports: wasi(longest), exports: { [longest]: NO_PARAMS } }));
  const problem = "has a name of 4097 bytes; 4096 may be";
  assertRefused(buildGuest({ imports: wasi(`${longest}a`) }), "moduleHeap", problem);
  assertRefused(buildGuest({ exports: { [`${longest}a`]: NO_PARAMS } }), "moduleHeap", problem);
});

test("WASI: a vector cannot be handed on", () => {
  const signature = { params: [I32, 0x7b], results: [I32] };
  const problem = "imports wasi_snapshot_preview1.fd_close as (i32, v128) -> i32";
  const imports: ImportEntry[] = [["wasi_snapshot_preview1", "fd_close", signature]];
  assertRefused(buildGuest({ imports }), "moduleImport", problem);
});

test.run();
