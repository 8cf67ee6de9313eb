// Builds small WebAssembly binaries byte by byte, well-formed ones and others.
// Every function body is a single `unreachable`, which is valid for every signature.

export const I32 = 0x7f;
export const I64 = 0x7e;

export interface FunctionType {
  params?: number[];
  results?: number[];
}

export type ImportEntry = [module: string, name: string, what: FunctionType | number[]];

export interface ModuleParts {
  /** Raw entries for the type section; function types are appended as they are needed. */
  types?: number[][];
  /** How many types those entries define, if it is not one each. */
  typeCount?: number;
  /** A function by its type, anything else by its bytes, kind first. */
  imports?: ImportEntry[];
  /** Each has the bytes of its limits. */
  memories?: number[][];
  /** A function by its type, anything else by kind and index. */
  exports?: Record<string, FunctionType | [kind: number, index: number]>;
}

export const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
export const MEMORY_EXPORT: [number, number] = [2, 0];

/** A module that may run, but for what `parts` change. */
export function buildGuest(parts: ModuleParts = {}): Uint8Array {
  const { exports = {}, ...rest } = parts;
  return buildModule({
    memories: [[0, 1]],
    ...rest,
    exports: { memory: MEMORY_EXPORT, _start: {}, ...exports },
  });
}

/** A module of exactly these parts. */
export function buildModule(parts: ModuleParts): Uint8Array {
  const { imports = [], memories = [], exports = {} } = parts;
  const types = [...(parts.types ?? [])];
  const grouped = (parts.typeCount ?? types.length) - types.length;
  const typeIndex = ({ params = [], results = [] }: FunctionType) =>
    types.push([0x60, ...vector(params), ...vector(results)]) - 1 + grouped;
  const importEntries = imports.map(([module, name, what]) => [
    ...text(module),
    ...text(name),
    ...(Array.isArray(what) ? what : [0, ...leb(typeIndex(what))]),
  ]);
  const importedFunctions = imports.filter(([, , what]) => !Array.isArray(what)).length;
  const functions: number[][] = [];
  const exportEntries = Object.entries(exports).map(([name, what]) => {
    if (Array.isArray(what)) return [...text(name), ...what];
    const index = importedFunctions + functions.push(leb(typeIndex(what))) - 1;
    return [...text(name), 0, ...leb(index)];
  });
  return Uint8Array.from([
    ...HEADER,
    ...section(1, types),
    ...section(2, importEntries),
    ...section(3, functions),
    ...section(5, memories),
    ...section(7, exportEntries),
    ...section(
      10,
      functions.map(() => [3, 0, 0x00, 0x0b]),
    ),
  ]);
}

/** One section of those entries, or nothing for none. */
export function section(id: number, entries: number[][]): number[] {
  if (entries.length === 0) return [];
  const content = [...leb(entries.length), ...entries.flat()];
  return [id, ...leb(content.length), ...content];
}

export function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(Math.floor(value / 0x80))];
}

export function text(value: string): number[] {
  return vector(Array.from(Buffer.from(value)));
}

function vector(items: number[]): number[] {
  return [...leb(items.length), ...items];
}
