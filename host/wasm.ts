// Reads of a WebAssembly binary what its interface is: types, imports, memories and exports.
// Knows the grammar only; what a guest may look like is decided in module.ts.
//
// V8 tells names and kinds, but neither signatures nor the limits of a memory. Function bodies
// and everything else are left to V8, which validates the whole.

export const KIND_FUNCTION = 0;
const KIND_TABLE = 1;
export const KIND_MEMORY = 2;
const KIND_GLOBAL = 3;
const KIND_TAG = 4;

/** Of imports and exports, by their number. */
export const KIND_NAMES = ["function", "table", "memory", "global", "tag"] as const;

export const I32 = 0x7f;
export const FUNCREF = 0x70;
export const EXTERNREF = 0x6f;

/** Value types by their first byte, such as `I32`; nothing here looks into references. */
export interface Signature {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: number;
  /** Of a function; absent otherwise. */
  readonly signature: Signature | undefined;
}

/** Of a memory, in pages, or of a table, in entries. */
export interface Limits {
  readonly initial: number;
  readonly maximum: number | undefined;
  readonly isShared: boolean;
  readonly is64: boolean;
  readonly hasPageSize: boolean;
}

export interface Table extends Limits {
  /** The type of its entries, such as `FUNCREF`. */
  readonly type: number;
}

export interface Export {
  readonly kind: number;
  /** Of a function; absent otherwise. */
  readonly signature: Signature | undefined;
}

export interface ModuleInterface {
  readonly imports: readonly Import[];
  readonly tables: readonly Table[];
  readonly memories: readonly Limits[];
  /** Whether it defines objects, structs or arrays, that a collector would keep. */
  readonly hasObjects: boolean;
  /** The bytes of its longest name of an import or an export. */
  readonly longestName: number;
  /** The most parameters, or results, that one of its functions, blocks or exceptions has. */
  readonly valuesMax: number;
  readonly exports: ReadonlyMap<string, Export>;
  /** Where the memory section lies in the file, its first byte and the one behind it. */
  readonly memorySection: readonly [begin: number, end: number] | undefined;
  /** Where the content of the code section begins in the file; 0 where there is none. */
  readonly codeOffset: number;
}

/** As many types, functions, imports or exports as V8 takes. */
const ENTRIES_MAX = 1_000_000;
/** Of a memory, as many as a 32-bit address reaches. */
export const PAGES_MAX = 65_536;
/** As many parameters or results as V8 takes. */
const VALUES_MAX = 1_000;
/**
 * A name of an import or an export that is longer is not read: V8 tells longer ones apart by their
 * length alone, and then each is compared with all.
 */
export const NAME_BYTES_MAX = 4_096;
/** Of all signatures together; what is read must not fill the heap. */
const ALL_VALUES_MAX = 10_000_000;

const HEADER_BYTES = 8;
const SECTION_TYPE = 1;
const SECTION_IMPORT = 2;
const SECTION_FUNCTION = 3;
const SECTION_TABLE = 4;
const SECTION_MEMORY = 5;
const SECTION_EXPORT = 7;
const SECTION_CODE = 10;

const FORM_GROUP = 0x4e;
const FORM_FINAL_SUBTYPE = 0x4f;
const FORM_SUBTYPE = 0x50;
const FORM_ARRAY = 0x5e;
const FORM_STRUCT = 0x5f;
const FORM_FUNCTION = 0x60;

/**
 * The interface of a core module whose header has been checked. Whatever the bytes are, this
 * ends after at most one step a byte.
 *
 * @returns undefined for bytes that are broken, or newer than this reader.
 */
export function readModule(bytes: Uint8Array): ModuleInterface | undefined {
  try {
    return new ModuleReader(bytes).read();
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

class Unreadable extends Error {}

/**
 * The same module with a memory of its own that grows to at most so many pages: memory.grow
 * answers -1 then, as the specification has it. The one memory must be a plain one.
 *
 * @returns the bytes, and by how many what follows the memory section has moved.
 */
export function withMemoryMaximum(
  bytes: Uint8Array,
  { memories, memorySection }: ModuleInterface,
  pagesMax: number,
): { bytes: Uint8Array; shift: number } {
  const [memory] = memories;
  const unchanged = { bytes, shift: 0 };
  if (memory === undefined || memorySection === undefined || pagesMax >= PAGES_MAX)
    return unchanged;
  const { initial, maximum = PAGES_MAX } = memory;
  // What is not valid must not become it.
  if (maximum <= pagesMax || maximum > PAGES_MAX || maximum < initial) return unchanged;
  const [begin, end] = memorySection;
  const content = [1, 1, ...leb128(initial), ...leb128(pagesMax)];
  const section = [SECTION_MEMORY, ...leb128(content.length), ...content];
  const limited = Buffer.concat([
    bytes.subarray(0, begin),
    Buffer.from(section),
    bytes.subarray(end),
  ]);
  return { bytes: limited, shift: section.length - (end - begin) };
}

/** An unsigned LEB128. */
function leb128(value: number): number[] {
  const low = value % 0x80;
  return value < 0x80 ? [low] : [low | 0x80, ...leb128(Math.floor(value / 0x80))];
}

/** Bytes with a position that never leaves them. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Unreadable();
    return byte;
  }

  take(length: number): Uint8Array {
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new Unreadable();
    return this.#bytes.subarray(from, this.#at);
  }

  /** An unsigned LEB128 of 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80 && value < 2 ** 32) return value;
    }
    throw new Unreadable();
  }

  /** How many entries follow, each of which takes a byte at least. */
  count(): number {
    const count = this.u32();
    if (count > ENTRIES_MAX) throw new Unreadable();
    return count;
  }

  /** An unsigned LEB128 of up to 64 bits, exact up to 53. */
  u64(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Unreadable();
  }

  /** Steps over a LEB128 of up to 64 bits, signed or not. */
  skipInteger(): void {
    for (let count = 0; count < 10; count++) if (this.byte() < 0x80) return;
    throw new Unreadable();
  }

  name(): { text: string; bytes: number } {
    const bytes = this.take(this.u32());
    const text = bytes.length > NAME_BYTES_MAX ? "" : Buffer.from(bytes).toString("utf8");
    return { text, bytes: bytes.length };
  }
}

class ModuleReader {
  readonly #bytes: Uint8Array;
  readonly #types: (Signature | undefined)[] = [];
  readonly #imports: Import[] = [];
  readonly #functions: (Signature | undefined)[] = [];
  readonly #tables: Table[] = [];
  readonly #memories: Limits[] = [];
  #memorySection: [begin: number, end: number] | undefined;
  #codeOffset = 0;
  #hasObjects = false;
  #values = 0;
  #longestName = 0;
  #valuesMax = 0;
  readonly #exports = new Map<string, Export>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(): ModuleInterface {
    const cursor = new Cursor(this.#bytes.subarray(HEADER_BYTES));
    const seen = new Set<number>();
    while (!cursor.isAtEnd) {
      const begin = HEADER_BYTES + cursor.at;
      const id = cursor.byte();
      const content = cursor.take(cursor.u32());
      const section = new Cursor(content);
      if (id === SECTION_CODE) this.#codeOffset = HEADER_BYTES + cursor.at - content.length;
      const readEntry = this.#entryReader(id);
      if (readEntry === undefined) continue;
      if (seen.has(id)) throw new Unreadable();
      seen.add(id);
      if (id === SECTION_MEMORY) this.#memorySection = [begin, HEADER_BYTES + cursor.at];
      for (let count = section.count(); count > 0; count--) readEntry(section);
      if (!section.isAtEnd) throw new Unreadable();
    }
    return {
      imports: this.#imports,
      tables: this.#tables,
      memories: this.#memories,
      hasObjects: this.#hasObjects,
      longestName: this.#longestName,
      valuesMax: this.#valuesMax,
      exports: this.#exports,
      memorySection: this.#memorySection,
      codeOffset: this.#codeOffset,
    };
  }

  #entryReader(id: number): ((section: Cursor) => void) | undefined {
    if (id === SECTION_TYPE) return (section) => this.#readTypes(section);
    if (id === SECTION_IMPORT) return (section) => this.#readImport(section);
    if (id === SECTION_FUNCTION) return (section) => this.#functions.push(this.#type(section));
    if (id === SECTION_TABLE) return (section) => this.#tables.push(readTable(section));
    if (id === SECTION_MEMORY) return (section) => this.#memories.push(readLimits(section));
    if (id === SECTION_EXPORT) return (section) => this.#readExport(section);
    return undefined;
  }

  /** One entry of the type section: a type, or a group of types that refer to each other. */
  #readTypes(section: Cursor): void {
    const form = section.byte();
    if (form !== FORM_GROUP) {
      this.#addType(readType(section, form));
      return;
    }
    for (let count = section.count(); count > 0; count--) {
      this.#addType(readType(section, section.byte()));
    }
  }

  #addType(signature: Signature | undefined): void {
    this.#types.push(signature);
    this.#hasObjects ||= signature === undefined;
    const counts = [signature?.params.length ?? 0, signature?.results.length ?? 0];
    this.#values += counts[0]! + counts[1]!;
    this.#valuesMax = Math.max(this.#valuesMax, ...counts);
    if (this.#values > ALL_VALUES_MAX) throw new Unreadable();
  }

  /** The text of a name, and how long the longest is. */
  #name(section: Cursor): string {
    const { text, bytes } = section.name();
    this.#longestName = Math.max(this.#longestName, bytes);
    return text;
  }

  #readImport(section: Cursor): void {
    const [module, name, kind] = [this.#name(section), this.#name(section), section.byte()];
    let signature: Signature | undefined;
    if (kind === KIND_FUNCTION) {
      signature = this.#type(section);
      this.#functions.push(signature);
    } else if (kind === KIND_TABLE) {
      this.#tables.push(readTable(section));
    } else if (kind === KIND_MEMORY) {
      this.#memories.push(readLimits(section));
    } else if (kind === KIND_GLOBAL) {
      readValueType(section);
      section.byte();
    } else if (kind === KIND_TAG) {
      section.byte();
      section.u32();
    } else {
      throw new Unreadable();
    }
    this.#imports.push({ module, name, kind, signature });
  }

  #readExport(section: Cursor): void {
    const [name, kind, index] = [this.#name(section), section.byte(), section.u32()];
    const signature = kind === KIND_FUNCTION ? this.#functions[index] : undefined;
    this.#exports.set(name, { kind, signature });
  }

  #type(section: Cursor): Signature | undefined {
    return this.#types[section.u32()];
  }
}

function readLimits(section: Cursor): Limits {
  const flags = section.byte();
  if (flags > 0x0f) throw new Unreadable();
  const hasPageSize = (flags & 8) !== 0;
  const is64 = (flags & 4) !== 0;
  const limit = (): number => (is64 ? section.u64() : section.u32());
  const initial = limit();
  const maximum = flags & 1 ? limit() : undefined;
  if (hasPageSize) section.skipInteger();
  return { initial, maximum, isShared: (flags & 2) !== 0, is64, hasPageSize };
}

/** A table without an initial value of its own: for that, code would have to be read. */
function readTable(section: Cursor): Table {
  const type = readValueType(section);
  return { type, ...readLimits(section) };
}

/** One type, of which the first byte has been read; undefined if it is not a function's. */
function readType(section: Cursor, first: number): Signature | undefined {
  let form = first;
  if (form === FORM_SUBTYPE || form === FORM_FINAL_SUBTYPE) {
    for (let supertypes = section.count(); supertypes > 0; supertypes--) section.u32();
    form = section.byte();
  }
  if (form === FORM_FUNCTION) {
    return { params: readValueTypes(section), results: readValueTypes(section) };
  }
  if (form !== FORM_STRUCT && form !== FORM_ARRAY) throw new Unreadable();
  for (let fields = form === FORM_STRUCT ? section.count() : 1; fields > 0; fields--) {
    readValueType(section);
    section.byte();
  }
  return undefined;
}

function readValueTypes(section: Cursor): number[] {
  const types: number[] = [];
  const count = section.u32();
  if (count > VALUES_MAX) throw new Unreadable();
  for (let left = count; left > 0; left--) types.push(readValueType(section));
  return types;
}

/** A value, packed or reference type, of which (ref null? heaptype) is the one with a tail. */
function readValueType(section: Cursor): number {
  const type = section.byte();
  if (type === 0x63 || type === 0x64) section.skipInteger();
  else if (type < 0x65 || type > 0x7f) throw new Unreadable();
  return type;
}
