// `npm run lint` finds nothing; and what it runs does find something where there is something.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "./support/cleanup.ts";
import { skipIf } from "./support/skip.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PATH = `${join(ROOT, "node_modules/.bin")}${delimiter}${process.env["PATH"]}`;
const NO_CLANG_FORMAT =
  process.arch === "x64" ? undefined : `clang-format comes only for x64, this is ${process.arch}`;

interface Package {
  scripts: { lint: string };
}

/** Runs a command as a script of package.json: exit code and everything it printed. */
function run(command: string, cwd: string): { code: number | null; output: string } {
  const env = { ...process.env, PATH, CI: undefined }; // oxlint colours its output where CI is set
  const { status, stdout, stderr } = spawnSync(command, {
    cwd,
    env,
    shell: true,
    encoding: "utf8",
  });
  return { code: status, output: stdout + stderr };
}

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Package;

for (const command of scripts.lint.split(" && ")) {
  const missing = command.includes("clang-format") ? NO_CLANG_FORMAT : undefined;
  test(
    `lint: ${command}`,
    skipIf(missing, () => {
      const { code, output } = run(command, ROOT);
      if (code !== 0) process.stdout.write(output);
      assert.is(code, 0);
    }),
  );
}

/** A project with the real settings and one file; returns its folder. */
function projectWith(path: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "tripoll-lint-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of [".oxlintrc.json", ".oxfmtrc.json", ".clang-format"]) {
    copyFileSync(join(ROOT, name), join(folder, name));
  }
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  return folder;
}

/** Asserts that a command refuses a file with this text. */
function refuses(command: string, path: string, text: string, why: RegExp): void {
  const { code, output } = run(command, projectWith(path, text));
  assert.is.not(code, 0, output);
  assert.match(output, why);
}

test("oxlint: refuses what its settings refuse", () => {
  refuses("oxlint --deny-warnings", "host/a.ts", "export let a = b == 1;\n", /eqeqeq/);
});

test("oxlint: refuses an import from an upper layer", () => {
  const upwards = (path: string, target: string) =>
    refuses("oxlint", path, `export * from "${target}";\n`, /no-restricted-imports/);
  upwards("host/policy.ts", "./guest.ts");
  upwards("host/supervisor.ts", "./index.ts");
  upwards("host/errors.ts", "../tests/support/guest.ts");
});

test("oxfmt: refuses what is not formatted", () => {
  refuses("oxfmt --check", "host/a.ts", "export const a = 'a'\n", /host\/a\.ts/);
});

test(
  "clang-format: refuses what is not formatted",
  skipIf(NO_CLANG_FORMAT, () => {
    const command = "clang-format --dry-run -Werror host/native/a.c";
    refuses(command, "host/native/a.c", "int  a;\n", /clang-format-violations/);
  }),
);

test.run();
