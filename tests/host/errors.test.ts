// The error families, and text that is not ours made safe for a terminal.

import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  ErrorCodes,
  GrantError,
  ModuleError,
  TripollError,
  UsageError,
  printable,
  quote,
} from "../../host/errors.ts";

test("ErrorCodes: are different from each other and look like Node's", () => {
  const codes = Object.values(ErrorCodes);
  assert.is(new Set(codes).size, codes.length);
  for (const code of codes) assert.match(code, /^ERR(_[A-Z]+)+$/);
});

test("errors: each family is known by its class, name and code", () => {
  for (const Family of [UsageError, GrantError, ModuleError]) {
    const error = new Family(ErrorCodes.notWasm, "a sentence");
    assert.instance(error, TripollError);
    assert.instance(error, Error);
    assert.is(error.name, Family.name);
    assert.is(error.code, "ERR_NOT_WASM");
    assert.is(error.message, "a sentence");
  }
});

test("quote: shows nothing of a text that could steer a terminal", () => {
  const shown: [string | Uint8Array, string][] = [
    ["echo.wasm", '"echo.wasm"'],
    ["", '""'],
    ["ünïcode 日本 😀", '"ünïcode 日本 😀"'],
    ["\x1b[31m\x07\x7f", '"\\x1b[31m\\x07\\x7f"'],
    ["a\nb\rc\td\0", '"a\\nb\\rc\\td\\x00"'],
    ['say "hi"', '"say \\"hi\\""'],
    ["a\\x1b", '"a\\\\x1b"'],
    ["\u009b31m", '"\\xc2\\x9b31m"'],
    ["\u202egnp.exe\u2028", '"\\xe2\\x80\\xaegnp.exe\\xe2\\x80\\xa8"'],
    ["\ud800", '"\\xef\\xbf\\xbd"'],
    [
      Uint8Array.of(0x41, 0x22, 0x5c, 0x1b, 0x80, 0xad, 0xff, 0x0a),
      '"A\\"\\\\\\x1b\\x80\\xad\\xff\\n"',
    ],
  ];
  for (const [text, expected] of shown) assert.is(quote(text), expected);
});

test("printable: is quote without the quotes", () => {
  assert.is(printable("my server.wasm"), "my server.wasm");
  assert.is(printable('"a"\\\x1b'), '"a"\\\\\\x1b');
  assert.is(printable(Uint8Array.of(0x22, 0x9b)), '"\\x9b');
});

test("quote: cuts a long text and says so", () => {
  assert.is(quote("x".repeat(257)), `"${"x".repeat(256)}"...`);
  assert.is(quote("x".repeat(256)), `"${"x".repeat(256)}"`);
  assert.is(quote(new Uint8Array(3), 2), '"\\x00\\x00"...');
  assert.is(printable("\x1b\x1b\x1b", 1), "\\x1b...");
  assert.is(quote("😀", 1), '"\\xef\\xbf\\xbd"...');
});

test("quote: shows only the bytes of a view into a larger buffer", () => {
  const memory = Buffer.from("secret:shown:secret");
  assert.is(quote(memory.subarray(7, 12)), '"shown"');
});

test("quote: every byte comes out as printable ASCII", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assert.match(quote(all), /^"[ -~]*"$/);
});

test.run();
