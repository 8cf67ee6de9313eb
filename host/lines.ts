// Where in the source a place in a guest's code is: by the line table of DWARF (`-g` of a C
// compiler) or by a source map (`--sourceMap` of asc). Both are the guest's own words: whatever
// they say, this ends after so many steps, and finds nothing in what it does not understand.

/** `file:line:column` of a place in the module's file, its offset in bytes. */
export type FindLine = (offset: number) => string | undefined;

/** What is known of a module. */
export interface DebugInfo {
  readonly module: WebAssembly.Module;
  /** Where the content of its code section begins, which DWARF counts from. */
  readonly codeOffset: number;
  /** The text of its source map. */
  readonly sourceMap: string | undefined;
}

/** What may be read in all, in bytes, which takes a quarter of a second: the owner waits for it. */
const STEPS_MAX = 1 << 24;

export function lineFinder({ module, codeOffset, sourceMap }: DebugInfo): FindLine {
  const steps = { left: STEPS_MAX };
  const sections = new Map<string, Uint8Array | undefined>();
  const section = (name: string): Reader | undefined => {
    if (!sections.has(name)) sections.set(name, sectionOf(module, name));
    const bytes = sections.get(name);
    return bytes && new Reader(bytes, steps);
  };
  return (offset) => {
    let line: string | undefined;
    try {
      const table = section(".debug_line");
      if (table !== undefined) {
        line = findInDwarf(table, section(".debug_line_str"), offset - codeOffset);
      } else if (sourceMap !== undefined && sourceMap.length < STEPS_MAX) {
        line = findInMap(sourceMap, offset);
      }
    } catch {
      // Broken, newer than this reader, or too much.
    }
    return line;
  };
}

function sectionOf(module: WebAssembly.Module, name: string): Uint8Array | undefined {
  const [bytes] = WebAssembly.Module.customSections(module, name);
  return bytes && new Uint8Array(bytes);
}

/** How many bytes may still be read. */
interface Steps {
  left: number;
}

/** Little-endian values one after the other; to read beyond the end, or too much, throws. */
class Reader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #steps: Steps;

  constructor(bytes: Uint8Array, steps: Steps) {
    this.#bytes = bytes;
    this.#steps = steps;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves on: where it was. */
  #pass(bytes: number): number {
    this.#steps.left -= bytes;
    if (this.#steps.left < 0) throw new RangeError("too much to read");
    this.at += bytes;
    return this.at - bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  u8(): number {
    return this.#view.getUint8(this.#pass(1));
  }

  i8(): number {
    return this.#view.getInt8(this.#pass(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#pass(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#pass(4), true);
  }

  uleb(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte < 0x80) return value;
    }
  }

  sleb(): number {
    const begin = this.at;
    const value = this.uleb();
    const isNegative = (this.#bytes[this.at - 1]! & 0x40) !== 0;
    return isNegative ? value - 2 ** (7 * (this.at - begin)) : value;
  }

  /** A text that ends with a NUL. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.at);
    if (end < 0) throw new RangeError("a text without an end");
    const begin = this.#pass(end + 1 - this.at);
    return new TextDecoder().decode(this.#bytes.subarray(begin, end));
  }

  take(length: number): Reader {
    if (length > this.#bytes.length - this.at) throw new RangeError("a part without an end");
    const part = new Reader(this.#bytes.subarray(this.at, this.at + length), this.#steps);
    this.at += length;
    return part;
  }
}

// ---- DWARF, versions 2 to 5 ---------------------------------------------------------------------

/** What begins a unit of the line table. */
interface Header {
  version: number;
  minimumLength: number;
  lineBase: number;
  lineRange: number;
  opcodeBase: number;
  /** How many operands each standard opcode has. */
  operands: number[];
}

interface Row {
  address: number;
  file: number;
  line: number;
  column: number;
}

const LENGTH_64_BIT = 0xfffffff0;

function findInDwarf(table: Reader, strings: Reader | undefined, at: number): string | undefined {
  while (!table.isAtEnd) {
    const length = table.u32();
    if (length >= LENGTH_64_BIT) return undefined;
    const unit = table.take(length);
    const version = unit.u16();
    if (version < 2 || version > 5) continue;
    if (version === 5) unit.at += 2; // sizes of addresses and of segment selectors
    const program = unit.u32() + unit.at;
    const header = readHeader(unit, version);
    const names = unit.at;
    unit.at = program;
    const row = findRow(unit, header, at);
    if (row === undefined) continue;
    unit.at = names;
    const file = version === 5 ? readNames5(unit, strings)(row.file) : readNames(unit)(row.file);
    return row.line === 0 || file === undefined ? undefined : `${file}:${row.line}:${row.column}`;
  }
  return undefined;
}

function readHeader(unit: Reader, version: number): Header {
  const minimumLength = unit.u8();
  if (version >= 4) unit.u8(); // operations in an instruction: one
  unit.u8(); // whether rows begin statements
  const [lineBase, lineRange, opcodeBase] = [unit.i8(), unit.u8(), unit.u8()];
  const operands = Array.from({ length: opcodeBase - 1 }, () => unit.u8());
  return { version, minimumLength, lineBase, lineRange, opcodeBase, operands };
}

/** Runs the program that writes the table until a row's addresses hold this one. */
function findRow(program: Reader, header: Header, wanted: number): Row | undefined {
  const first = { address: 0, file: 1, line: 1, column: 0 };
  let row = { ...first };
  let before: Row | undefined;
  while (!program.isAtEnd) {
    const does = step(program, header, row);
    if (does === "nothing") continue;
    if (before !== undefined && before.address <= wanted && wanted < row.address) return before;
    before = does === "ends" ? undefined : { ...row };
    if (does === "ends") row = { ...first };
  }
  return undefined;
}

/** One opcode: what it does to the row, and whether that is one of the table then or its end. */
function step(program: Reader, header: Header, row: Row): "nothing" | "adds" | "ends" {
  const { opcodeBase, lineBase, lineRange, minimumLength } = header;
  const advance = (opcode: number): void => {
    row.address += Math.floor((opcode - opcodeBase) / lineRange) * minimumLength;
  };
  const opcode = program.u8();
  if (opcode >= opcodeBase) {
    advance(opcode);
    row.line += lineBase + ((opcode - opcodeBase) % lineRange);
    return "adds";
  }
  if (opcode === 0) {
    const extended = program.take(program.uleb());
    const kind = extended.u8();
    if (kind === 2) row.address = extended.u32();
    return kind === 1 ? "ends" : "nothing";
  }
  if (opcode === 1) return "adds";
  if (opcode === 2) row.address += program.uleb() * minimumLength;
  else if (opcode === 3) row.line += program.sleb();
  else if (opcode === 4) row.file = program.uleb();
  else if (opcode === 5) row.column = program.uleb();
  else if (opcode === 8) advance(255);
  else if (opcode === 9) row.address += program.u16();
  else for (let i = header.operands[opcode - 1]!; i > 0; i--) program.uleb();
  return "nothing";
}

type NameOf = (file: number) => string | undefined;

/** Folder 0 is that of the compiler, which is not told again. */
const joined = (folder: string | undefined, name: string): string =>
  folder === undefined || name.startsWith("/") ? name : `${folder}/${name}`;

function readNames(unit: Reader): NameOf {
  const folders: (string | undefined)[] = [undefined];
  for (let name = unit.text(); name !== ""; name = unit.text()) folders.push(name);
  const files: (string | undefined)[] = [undefined];
  for (let name = unit.text(); name !== ""; name = unit.text()) {
    files.push(joined(folders[unit.uleb()], name));
    unit.uleb(); // its time
    unit.uleb(); // its size
  }
  return (file) => files[file];
}

/** As `readNames`; from version 5 on the table says what it is made of. */
function readNames5(unit: Reader, strings: Reader | undefined): NameOf {
  const folders = readEntries(unit, strings).map(({ path }) => path);
  const files = readEntries(unit, strings);
  return (file) => {
    const { path, folder } = files[file] ?? {};
    return path && joined(folder ? folders[folder] : undefined, path);
  };
}

interface Entry {
  path?: string;
  folder?: number;
}

function readEntries(unit: Reader, strings: Reader | undefined): Entry[] {
  const formats = Array.from({ length: unit.u8() }, () => [unit.uleb(), unit.uleb()] as const);
  if (formats.length === 0) return [];
  const entries: Entry[] = [];
  for (let count = unit.uleb(); count > 0; count--) {
    const entry: Entry = {};
    for (const [content, form] of formats) {
      const value = readForm(unit, form, strings);
      if (content === 1) entry.path = String(value);
      if (content === 2) entry.folder = Number(value);
    }
    entries.push(entry);
    if (unit.isAtEnd) break;
  }
  return entries;
}

function readForm(unit: Reader, form: number, strings: Reader | undefined): string | number {
  if (form === 0x08) return unit.text();
  if (form === 0x0b) return unit.u8();
  if (form === 0x05) return unit.u16();
  if (form === 0x0f) return unit.uleb();
  if (form === 0x1e) return unit.take(16).at; // a checksum
  if (form !== 0x1f || strings === undefined) throw new RangeError("an unknown form");
  strings.at = unit.u32();
  return strings.text();
}

// ---- source maps --------------------------------------------------------------------------------

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The segments of a map are differences, and a column is an offset in the module. */
function findInMap(text: string, wanted: number): string | undefined {
  const map = JSON.parse(text) as { sources: unknown[]; mappings: string };
  const state = [0, 0, 0, 0]; // offset, source, line, column
  let found: number[] | undefined;
  for (const segment of map.mappings.split(",")) {
    for (const [i, difference] of readDifferences(segment).entries()) {
      if (i < state.length) state[i]! += difference;
    }
    if (state[0]! > wanted) break;
    found = [...state];
  }
  if (found === undefined) return undefined;
  const [, source, line, column] = found;
  return `${String(map.sources[source!])}:${line! + 1}:${column! + 1}`;
}

function readDifferences(segment: string): number[] {
  const values: number[] = [];
  let [value, scale] = [0, 1];
  for (const letter of segment) {
    const digit = DIGITS.indexOf(letter);
    if (digit < 0) throw new RangeError("no digit of a source map");
    value += (digit & 0x1f) * scale;
    scale *= 0x20;
    if (digit >= 0x20) continue;
    values.push(value % 2 === 0 ? value / 2 : -(value - 1) / 2);
    [value, scale] = [0, 1];
  }
  return values;
}
