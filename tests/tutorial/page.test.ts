// docs/TUTORIAL.md and the programs name each other, with the commands that are run here.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "../support/guest.ts";
import { type Name, NAMES, wordsOf } from "./programs.ts";

const FOLDER = "assembly/servers/tutorial";
const HOST = "node host/run.js ";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

test("tests: know every program", () => {
  const programs = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith(".ts"));
  assert.equal(NAMES.map((name) => `${name}.ts`).toSorted(), programs.toSorted());
});

test("docs/TUTORIAL.md: has every program, with the command that is run and its file gives", () => {
  const row =
    /^\| \[(?<name>[-\w]+)\]\(\.\.\/(?<path>[-\w/.]+)\) \| [^|]+ \| `(?<command>[^`]+)` \|/gm;
  const rows = [...read("docs/TUTORIAL.md").matchAll(row)].map(({ groups }) => groups!);
  assert.equal(rows.map(({ name }) => name!).toSorted(), NAMES.toSorted());
  for (const { name, path, command } of rows) {
    assert.is(path, `${FOLDER}/${name}.ts`);
    assert.is(command, wordsOf(name as Name, `build/tutorial/${name}.wasm`));
    assert.match(read(path!), `\n//   ${HOST}${command}\n`);
  }
});

test.run();
