// The line table of DWARF and source maps, as they should be and as a hostile module may have them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { lineFinder } from "../../host/lines.ts";

const CODE_OFFSET = 100;

const text = (value: string): number[] => [...new TextEncoder().encode(value), 0];

const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];

/** A unit of version 4: rows at 16 (line 5), 20 (line 7) and the end at 24, of dir/a.c. */
function unit(): number[] {
  const names = [...text("dir"), 0, ...text("a.c"), 1, 0, 0, 0];
  const operands = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
  const header = [1, 1, 1, 0xfb, 14, 13, ...operands, ...names];
  const program = [
    [0, 5, 2, ...u32(16)], // an address
    [5, 3], // a column
    [3, 4], // lines further
    [1], // a row
    [13 + 5 + 2 + 4 * 14], // 4 bytes and 2 lines further, a row
    [2, 4], // 4 bytes further
    [0, 1, 1], // the end
  ].flat();
  const rest = [4, 0, ...u32(header.length), ...header, ...program];
  return [...u32(rest.length), ...rest];
}

const leb = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(Math.floor(value / 0x80))];

/** A module with nothing but custom sections. */
function moduleOf(contents: Record<string, readonly number[]>): WebAssembly.Module {
  const sections = Object.entries(contents).flatMap(([name, content]) => {
    const section = [...leb(name.length), ...text(name).slice(0, -1), ...content];
    return [0, ...leb(section.length), ...section];
  });
  return new WebAssembly.Module(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections]));
}

const moduleWith = (name: string, content: readonly number[]): WebAssembly.Module =>
  moduleOf({ [name]: content });

/** A unit of version 5 with these tables of folders and files, and a row at 16. */
function unit5(tables: readonly number[]): number[] {
  const header = [1, 1, 1, 0xfb, 14, 1, ...tables];
  const program = [0, 5, 2, ...u32(16), 1 + 5, 1 + 5 + 14, 0, 1, 1];
  const rest = [5, 0, 4, 0, ...u32(header.length), ...header, ...program];
  return [...u32(rest.length), ...rest];
}

const finderOf = (table: readonly number[]): ReturnType<typeof lineFinder> =>
  lineFinder({
    module: moduleWith(".debug_line", table),
    codeOffset: CODE_OFFSET,
    sourceMap: undefined,
  });

test("DWARF: each place belongs to the row before it", () => {
  for (const table of [unit(), [...unit(), ...unit()]]) {
    const findLine = finderOf(table);
    const lines = [15, 16, 19, 20, 23, 24].map((at) => findLine(CODE_OFFSET + at));
    const [five, seven] = ["dir/a.c:5:3", "dir/a.c:7:3"];
    assert.equal(lines, [undefined, five, five, seven, seven, undefined]);
  }
});

test("DWARF: a table that is cut off, or newer, tells nothing", () => {
  const whole = unit();
  for (let length = 0; length < whole.length; length++) {
    const cut = whole.slice(0, length);
    assert.is(finderOf(cut)(CODE_OFFSET + 16), undefined);
  }
  const newer = [...whole];
  newer[4] = 6;
  assert.is(finderOf(newer)(CODE_OFFSET + 16), undefined);
  assert.is(finderOf([0xff, 0xff, 0xff, 0xff, ...whole])(CODE_OFFSET + 16), undefined);
});

test("DWARF: whatever the bytes are, it ends with a line or without one", () => {
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  let found = 0;
  for (let round = 0; round < 20_000; round++) {
    const table = unit();
    for (let i = random(4) + 1; i > 0; i--) table[random(table.length)] = random(256);
    const line = finderOf(table)(CODE_OFFSET + 16 + random(8));
    if (line !== undefined) found++;
  }
  assert.ok(found > 1000 && found < 19_000, String(found));
});

test("DWARF: what would take for ever to read tells nothing", () => {
  const many = leb(2 ** 40);
  const path = [1, 1, 0x1f]; // one format: a path, kept in .debug_line_str
  const endless = unit5([0, ...many, 0, ...many]);
  assert.is(finderOf(endless)(CODE_OFFSET + 16), undefined);
  // Each of 2,000 names is the same long one.
  const names = Array.from({ length: 2000 }, () => u32(0)).flat();
  const long = moduleOf({
    ".debug_line": unit5([...path, 0, ...path, ...leb(2000), ...names]),
    ".debug_line_str": [...Array.from({ length: 100_000 }, () => 0x61), 0],
  });
  const finder = lineFinder({ module: long, codeOffset: CODE_OFFSET, sourceMap: undefined });
  assert.is(finder(CODE_OFFSET + 16), undefined);
  assert.is(finder(CODE_OFFSET + 16), undefined);
});

test("DWARF: version 5 names its files by a table", () => {
  const table = unit5([1, 1, 8, 1, ...text("dir"), 1, 1, 8, 2, ...text("a.c"), ...text("b.c")]);
  assert.is(finderOf(table)(CODE_OFFSET + 16), "b.c:1:0");
});

test("source maps: each place belongs to the segment before it", () => {
  // Offsets 10, 14 and 30, in lines 1, 3 and 2 of two files.
  const map = { sources: ["a.ts", "b.ts"], mappings: "UAAA,IAEE,gBCDF" };
  const module = moduleWith("other", []);
  const finder = lineFinder({ module, codeOffset: 0, sourceMap: JSON.stringify(map) });
  const lines = [9, 10, 13, 14, 29, 30, 999].map((at) => finder(at));
  const [a, b, c] = ["a.ts:1:1", "a.ts:3:3", "b.ts:2:1"];
  assert.equal(lines, [undefined, a, a, b, b, c, c]);
});

test("source maps: what is none tells nothing", () => {
  const module = moduleWith("other", []);
  for (const sourceMap of ["", "null", "{}", '{"sources":[]}', '{"sources":[],"mappings":"?"}']) {
    assert.is(lineFinder({ module, codeOffset: 0, sourceMap })(5), undefined);
  }
  assert.is(lineFinder({ module, codeOffset: 0, sourceMap: undefined })(5), undefined);
});

test.run();
