// What `tripoll cc` reads out of its arguments.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseArguments } from "../../host/cc-options.ts";
import { UsageError } from "../../host/errors.ts";
import { atEnd } from "../support/cleanup.ts";

const folder = mkdtempSync(join(tmpdir(), "tripoll-options-"));
atEnd(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return `@${join(folder, name)}`;
}

test("arguments: what cannot be a path is not looked for", () => {
  const words = [`-DCONFIG="${"a".repeat(300)}"`, `@${"a".repeat(300)}`, "-c", "lib/x.c"];
  assert.equal(parseArguments(words).args, words);
});

test("@FILE: its words, and those of the files that it names", () => {
  const inner = file("inner", "-DA='b c' -DB");
  const outer = file("outer", `${inner} -c x.c ${inner}`);
  const twice = ["-DA=b c", "-DB"];
  assert.equal(parseArguments([outer]).args, [...twice, "-c", "x.c", ...twice]);
});

test("@FILE: one that names itself is refused", () => {
  const path = join(folder, "itself");
  const itself = file("itself", `@${path} @${path} @${path}`);
  assert.throws(
    () => parseArguments([itself]),
    (error: unknown) => {
      assert.instance(error, UsageError);
      assert.match((error as Error).message, /names itself$/);
      return true;
    },
  );
});

test.run();
