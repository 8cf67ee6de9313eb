// The import table of a guest: a JavaScript closure for each system call, as thin as can be.

import { ABI, type ImportName } from "./abi.ts";
import type { NativeImport } from "./binding.ts";

export type Import = (...args: number[]) => number;
export type Imports = Record<ImportName, Import>;

const EINTR = 4;

/** Makes the function that a guest calls: stores the arguments in the mailbox, enters the addon,
 * returns the mailbox's first word.
 *
 * Each closure is compiled from a text of its own, because V8 keeps the type feedback of one
 * function's text for all its closures: with a common factory the call of the addon becomes
 * megamorphic and costs 30 ns more. */
function forward(name: ImportName, native: NativeImport, mailbox: Int32Array): Import {
  const parameters = ABI[name];
  const stores = parameters.map((parameter, i) => `mailbox[${i}] = ${parameter};`).join(" ");
  const text = `return (${parameters.join(", ")}) => { ${stores} native(); return mailbox[0]; };`;
  return new Function("mailbox", "native", text)(mailbox, native) as Import;
}

/** The whole `linux` module. `exit` ends the worker so that no code of the guest runs any more; a
 * throw would not do, wasm can catch it. */
export function makeImports(
  natives: Record<string, NativeImport>,
  mailbox: Int32Array,
  exit: (status: number) => void,
): Imports {
  const imports = {} as Imports;
  for (const name of Object.keys(ABI) as ImportName[]) {
    imports[name] = forward(name, natives[name]!, mailbox);
  }
  const enterExit = imports.exit_group;
  imports.exit_group = (status: number) => {
    enterExit(status);
    exit(status & 0xff);
    return -EINTR;
  };
  return imports;
}
