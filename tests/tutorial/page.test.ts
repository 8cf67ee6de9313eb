// docs/TUTORIAL.md and the programs name each other, with the same commands.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "../support/guest.ts";

const FOLDER = "assembly/servers/tutorial";
const HOST = "node host/run.js ";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

test("docs/TUTORIAL.md: has every program, with the command that its file gives", () => {
  const row =
    /^\| \[(?<name>[-\w]+)\]\(\.\.\/(?<path>[-\w/.]+)\) \| [^|]+ \| `(?<command>[^`]+)` \|/gm;
  const rows = [...read("docs/TUTORIAL.md").matchAll(row)].map(({ groups }) => groups!);
  const programs = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith(".ts"));
  assert.equal(rows.map(({ name }) => `${name}.ts`).toSorted(), programs.toSorted());
  for (const { name, path, command } of rows) {
    assert.is(path, `${FOLDER}/${name}.ts`);
    assert.match(read(path!), `\n//   ${HOST}${command}\n`);
  }
});

test.run();
