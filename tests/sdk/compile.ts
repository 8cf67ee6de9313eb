// Compiles guests with asc, and the options of an asconfig.json.

import asc from "assemblyscript/asc";
import { ROOT } from "../support/guest.ts";

/** Compiles files; the module. */
export async function compileFiles(
  files: string[],
  options: string[],
): Promise<Uint8Array<ArrayBuffer>> {
  let module = new Uint8Array();
  const { error, stderr } = await asc.main([...files, ...options, "-o", "guest.wasm"], {
    writeFile: (_name, contents) => {
      module = Uint8Array.from(contents as Uint8Array);
    },
  });
  if (error !== null) throw new Error(`${files.join(" ")}:\n${stderr.toString()}`);
  return module;
}

/** A guest of tests/guests with one of asc's runtimes, to be started; the build uses stub. */
export function withRuntime(
  name: string,
  runtime: "stub" | "incremental",
): Promise<string | Uint8Array> {
  if (runtime === "stub") return Promise.resolve(`tests/guests/${name}`);
  const options = ["--config", "asconfig.json", "--baseDir", ROOT, "--runtime", runtime];
  return compileFiles(["assembly/malloc.ts", `tests/guests/${name}.ts`], options);
}
