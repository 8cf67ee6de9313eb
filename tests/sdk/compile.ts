// Compiles guests as a user would, with asc and the project's asconfig.json.

import asc from "assemblyscript/asc";
import { ROOT } from "../support/guest.ts";

/** A guest of the project, compiled with one of asc's runtimes. */
export async function compile(
  source: string,
  runtime: "stub" | "incremental",
): Promise<Uint8Array<ArrayBuffer>> {
  let module = new Uint8Array();
  const files = ["assembly/malloc.ts", source];
  const options = ["--config", "asconfig.json", "--baseDir", ROOT, "--runtime", runtime];
  const { error, stderr } = await asc.main([...files, ...options, "-o", "guest.wasm"], {
    writeFile: (_name, contents) => {
      module = Uint8Array.from(contents as Uint8Array);
    },
  });
  if (error !== null) throw new Error(`${source} does not compile:\n${stderr.toString()}`);
  return module;
}
