// All that the fuzzed guest imports: the calls of `linux`, and those of WASI as `wasi_…`, because
// one name is in both. What is known of each is in calls.ts.

import { ABI, type ImportName as LinuxName } from "../../host/abi.ts";
import { WASI_CALLS } from "../support/wasi.ts";

export type WasiName = `wasi_${keyof typeof WASI_CALLS}`;
export type ImportName = LinuxName | WasiName;

export interface Import {
  readonly module: "linux" | "wasi_snapshot_preview1";
  /** What it is called there. */
  readonly field: string;
  readonly parameters: readonly ("i32" | "i64")[];
}

const linux = Object.entries(ABI).map(([name, parameters]): [string, Import] => [
  name,
  { module: "linux", field: name, parameters: parameters.map(() => "i32") },
]);

const wasi = Object.entries(WASI_CALLS).map(([name, letters]): [string, Import] => {
  const parameters = [...letters].map((letter) => (letter === "l" ? "i64" : "i32"));
  return [`wasi_${name}`, { module: "wasi_snapshot_preview1", field: name, parameters }];
});

export const IMPORTS = Object.fromEntries([...linux, ...wasi]) as Record<ImportName, Import>;

/** Their names, each at its number in a program's bytes. */
export const IMPORT_NAMES = Object.keys(IMPORTS) as ImportName[];

export const isWasi = (name: ImportName): name is WasiName => name.startsWith("wasi_");
