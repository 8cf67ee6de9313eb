// Guests written in WebAssembly text: hostile ones that no compiler would make.
// Must not know what they are for; tests say that.

import binaryen from "assemblyscript/binaryen";

/** A module's bytes from its text. */
export function wat(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

/** A guest: `body` is what `_start` does; `imports` are `[module.]name/arity[/result]`, of `linux`
 * and i32 where nothing is named. */
export function watGuest(imports: readonly string[], body: string, more = ""): Uint8Array {
  const declared = imports.map((entry) => {
    const [path = "", arity = "0", result = "i32"] = entry.split("/");
    const [name = "", module = "linux"] = path.split(".").toReversed();
    const params = `(param ${"i32 ".repeat(Number(arity))})`;
    return `(import "${module}" "${name}" (func $${name} ${params} (result ${result})))`;
  });
  const start = `(func (export "_start") (local $i i32) (local $fd i32) ${body})`;
  return wat(`(module ${declared.join("")} (memory (export "memory") 1100) ${more} ${start})`);
}

/** Calls an import with constants or expressions, and drops the result. */
export function call(name: string, ...args: (number | string)[]): string {
  return `(drop ${value(name, ...args)})`;
}

/** Calls an import with constants or expressions. */
export function value(name: string, ...args: (number | string)[]): string {
  const operands = args.map((arg) => (typeof arg === "number" ? `(i32.const ${arg})` : arg));
  return `(call $${name} ${operands.join(" ")})`;
}
