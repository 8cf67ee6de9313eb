// docs/TUTORIAL.md and the programs name each other, with the commands that are run here.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "../support/guest.ts";
import { type Name, NAMES, wordsOf } from "./programs.ts";

const FOLDER = "assembly/servers/tutorial";
const FOLDER_C = "tests/guests/c";
const HOST = "node host/run.js ";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

test("tests: know every program, and each is there in both languages", () => {
  const has = (folder: string, ending: string) => {
    const programs = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(ending));
    assert.equal(programs.toSorted(), NAMES.map((name) => name + ending).toSorted());
  };
  has(FOLDER, ".ts");
  has(FOLDER_C, ".c");
});

test("docs/TUTORIAL.md: has every program, with the command that is run and its file gives", () => {
  const row = /^\| (?<links>\[(?<name>[-\w]+)\][^|]+) \| [^|]+ \| `(?<command>[^`]+)` \|/gm;
  const rows = [...read("docs/TUTORIAL.md").matchAll(row)].map(({ groups }) => groups!);
  assert.equal(rows.map(({ name }) => name!).toSorted(), NAMES.toSorted());
  for (const { name, links, command } of rows) {
    const [path, inC] = [`${FOLDER}/${name}.ts`, `${FOLDER_C}/${name}.c`];
    assert.is(links, `[${name}](../${path}), [C](../${inC})`);
    assert.is(command, wordsOf(name as Name, `build/tutorial/${name}.wasm`));
    assert.match(read(path), `\n//   ${HOST}${command}\n`);
    assert.match(read(inC), `\n//   cc ${name}.c -o ${name} && ./${name}\n`);
  }
});

test.run();
