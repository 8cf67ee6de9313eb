// Crashes of C guests: where in the source, as LLVM's own tools say and as docs/C.md shows.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { lineFinder } from "../../host/lines.ts";
import { readModule } from "../../host/wasm.ts";
import { compileGuest, folderWith, needToolchain, run } from "../support/cc.ts";
import { ROOT } from "../support/guest.ts";

needToolchain();

/** Every so many bytes of the code are looked up. */
const STRIDE = 37;

for (const options of ["-O0", "-O2", "-O1 -gdwarf-5", "-O1 -gdwarf-3", "-O1 -gdwarf-2"]) {
  test(`lines: are those of llvm-symbolizer, with -g ${options}`, () => {
    const text = readFileSync(join(ROOT, "tests/c/programs/process.c"), "utf8");
    const bytes = compileGuest(text, ["-g", ...options.split(" ")]);
    const cwd = folderWith({ "p.wasm": bytes });
    const module = new WebAssembly.Module(bytes as BufferSource);
    const { codeOffset } = readModule(bytes)!;
    const { stdout } = run("llvm-readobj", ["--sections", "p.wasm"], { cwd });
    const size = Number(/Type: CODE \(0xA\)\s+Size: (?<size>\d+)/.exec(stdout)!.groups!["size"]);
    const places = Array.from({ length: Math.floor(size / STRIDE) }, (_, i) => i * STRIDE);
    const symbolizer = run(
      "llvm-symbolizer",
      ["--obj=p.wasm", "--basenames", "--no-inlines", "--output-style=GNU", "-s"],
      { cwd, input: places.map((at) => `0x${at.toString(16)}\n`).join("") },
    );
    const expected = symbolizer.stdout
      .split("\n")
      .filter((_, i) => i % 2 === 1)
      .map((line) => line.replace(/ \(discriminator \d+\)$/, ""));
    assert.is(expected.length, places.length);
    let known = 0;
    for (const [i, at] of places.entries()) {
      // A finder of its own: one reads no more than a crash is worth.
      const findLine = lineFinder({ module, codeOffset, sourceMap: undefined });
      const found = findLine(codeOffset + at)?.replace(/^.*\//, "");
      const [, line] = /^(.*:[1-9]\d*):?\d*$/.exec(expected[i]!) ?? [];
      assert.is(found?.replace(/:\d+$/, ""), line, `at ${at}: ${expected[i]}`);
      if (found !== undefined) known++;
    }
    assert.ok(known > 200, String(known));
  });
}

/** What docs/C.md shows of a crash, block after block. */
function shownInDocs(): string[] {
  const page = readFileSync(join(ROOT, "docs/C.md"), "utf8");
  const part = page.slice(page.indexOf("**It traps.**"));
  return [...part.matchAll(/```\w*\n(?<text>[^]*?)```/g)].map(({ groups }) => groups!["text"]!);
}

/** Without the numbers of functions and places outside of the program. */
const general = (text: string): string => text.replaceAll(/wasm:\/\/.*(?=\))/g, "LIBRARY");

test("docs/C.md: a crash is told, and looked up, as the page says", () => {
  const [program, commands, lines, lookUp] = shownInDocs();
  const cwd = folderWith({ "server.c": program! });
  const shell = (command: string): ReturnType<typeof run> => {
    const tripoll = `${process.execPath} ${join(ROOT, "host/run.js")}`;
    return run("sh", ["-c", command.replaceAll("npx tripoll", tripoll)], { cwd });
  };
  const made = shell(commands!);
  assert.is(general(made.stderr), general(lines!));
  assert.is(made.code, 134);
  const stripped = shell(commands!.replace("-g", "-g -Wl,--strip-debug")).stderr;
  const place = /at give_up \(wasm.*:(?<place>0x\w+)\)/.exec(stripped)!.groups!["place"]!;
  shell(commands!);
  const [sections, symbolizer] = lookUp!.split("\n");
  const offset = /Offset: (?<at>\d+)/.exec(shell(sections!).stdout)!.groups!["at"]!;
  const found = shell(symbolizer!.replace("0x256", place).replace("415", offset));
  assert.match(found.stdout, /^give_up\n\S*server.c:6:3\n/);
});

test.run();
