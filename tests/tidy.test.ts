// The style floor holds for every file of the project; and the floor itself is not a dummy.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { brokenLinks } from "./support/links.ts";
import { untidy } from "./support/tidy.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NOT_OURS = new Set([".git", "build", "node_modules"]);
const BINARY = /\.(?:wasm|node|png)$/;

/** Every file of the project, relative to its root; not asked of git, which may not be there. */
function* projectFiles(folder = ""): Generator<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* projectFiles(path);
    else if (!BINARY.test(path)) yield path;
  }
}

test("project: every file is tidy", () => {
  const problems: string[] = [];
  for (const path of projectFiles()) {
    const text = readFileSync(join(ROOT, path), "utf8");
    for (const problem of untidy(path, text)) problems.push(`${path}:${problem}`);
  }
  assert.equal(problems, []);
});

/** A file of the project as `brokenLinks` wants it. */
function readProject(path: string): string | undefined {
  const file = join(ROOT, path);
  if (!existsSync(file)) return undefined;
  return statSync(file).isDirectory() ? "" : readFileSync(file, "utf8");
}

test("project: every link in a page leads somewhere", () => {
  const problems: string[] = [];
  for (const path of projectFiles()) {
    if (!path.endsWith(".md")) continue;
    const broken = brokenLinks(path, readFileSync(join(ROOT, path), "utf8"), readProject);
    for (const target of broken) problems.push(`${path}: ${target}`);
  }
  assert.equal(problems, []);
});

test("links: finds those that lead to no file or no heading", () => {
  const pages: Record<string, string> = { "docs/B.md": "# What's `here`: 16 bytes", docs: "" };
  const broken = (...targets: string[]) => {
    const text = targets.map((target) => `see [it](${target})`).join("\n");
    return brokenLinks("docs/A.md", `# Top\n${text}\n`, (path) => pages[path]);
  };
  assert.equal(broken("B.md", "../docs", "#top", "B.md#whats-here-16-bytes", "https://a.b/c"), []);
  assert.equal(broken("C.md", "../B.md", "#bottom", "B.md#nothing"), [
    "C.md",
    "../B.md",
    "#bottom",
    "B.md#nothing",
  ]);
});

const COMMENT = "// A file for the tests of tidy.";

/** Asserts what is said about a file with these lines. */
function says(path: string, lines: string[], problems: string[]): void {
  assert.equal(untidy(path, `${lines.join("\n")}\n`), problems);
}

const repeat = (count: number, line: string): string[] => Array.from({ length: count }, () => line);

test("tidy: accepts a tidy file in each language", () => {
  says("host/log.ts", [COMMENT, "", "export const a = 1;"], []);
  says("host/native/a.c", [COMMENT, "int a(void) { return 1; }"], []);
  says(".ci/run", ["#!/usr/bin/env bash", "# Runs all that must pass.", "true"], []);
  says("docs/ABI.md", ["# The ABI", `| ${"x".repeat(200)} |`], []);
});

for (const word of ["TO-DO", "FIX-ME", "X-XX", "console-.log", "debugg-er"]) {
  const leftover = word.replace("-", "");
  test(`tidy: rejects ${word}`, () => {
    says("host/log.ts", [COMMENT, `  ${leftover}`], [`2: ${leftover} left behind`]);
  });
}

test("tidy: rejects a line of more than 100 columns, in a page outside of tables too", () => {
  says("host/log.ts", [COMMENT, "x".repeat(100)], []);
  says("host/log.ts", [COMMENT, "x".repeat(101)], ["2: more than 100 columns"]);
  says("docs/SDK.md", ["x".repeat(101)], ["1: more than 100 columns"]);
});

test("tidy: rejects white space at the end of a line, and a missing newline at the end", () => {
  says("host/log.ts", [COMMENT, "a; "], ["2: white space at the end"]);
  says("host/log.ts", [COMMENT, "a;\r"], ["2: white space at the end"]);
  assert.equal(untidy("host/log.ts", COMMENT), ["1: no newline at the end"]);
});

test("tidy: rejects a file that does not say what it is for", () => {
  const problem = ["1: does not begin with a comment that says what it is for"];
  says("host/log.ts", ["export const a = 1;"], problem);
  says("host/log.ts", ["// log"], problem);
  says("host/log.ts", [""], problem);
  says("host/native/a.c", ["#include <stdint.h>"], problem);
  says(".ci/run", ["#!/usr/bin/env bash", "true"], problem);
});

test("tidy: rejects long files, each by its own limit", () => {
  says("host/log.ts", [COMMENT, ...repeat(449, "a;")], []);
  says("host/log.ts", [COMMENT, ...repeat(450, "a;")], ["451: more than 450 lines"]);
  says("README.md", repeat(151, "a"), ["151: more than 150 lines"]);
  says("host/run.js", [COMMENT, ...repeat(10, "a;")], ["11: more than 10 lines"]);
});

test("tidy: rejects long functions, methods and arrow functions", () => {
  const body = repeat(69, "    a;");
  const problem = (line: number) => [`${line}: a function of 71 lines, more than 70`];
  const around = (open: string, close: string) => [COMMENT, open, ...body, close];
  says("host/log.ts", around("function f(): void {", "}"), problem(2));
  says("host/log.ts", around("  override get a(): i32 {", "  }"), problem(2));
  says("host/log.ts", around("const f = () => {", "};"), problem(2));
  says("host/log.ts", around("  b: Map<string, () => void>,\n): void {", "}"), problem(3));
  says("host/log.ts", around("const table = {", "};"), []);
  says("host/log.ts", [COMMENT, "function f() {", ...body.slice(1), "}"], []);
});

test("tidy: rejects long functions in C, its signature included", () => {
  const body = repeat(66, "  a;");
  const open = ["static int f(int a,", "             int b) {"];
  const lines = [COMMENT, "struct a {", "};", ...open, ...body, "out:", "#if 1", "#endif", "}"];
  says("host/native/a.c", lines, ["4: a function of 72 lines, more than 70"]);
  says("host/native/a.c", [COMMENT, "static int a[] = {", ...repeat(80, "  1,"), "};"], []);
});

test("tidy: rejects import arrows that point upwards", () => {
  const imports = (from: string) => [COMMENT, `import { a } from "${from}";`];
  says("host/policy.ts", imports("./guest.ts"), ["1: may not import ./guest.ts"]);
  says("host/policy.ts", imports("./binding.ts"), ["1: may not import ./binding.ts"]);
  says("host/errors.ts", imports("./policy.ts"), ["1: may not import ./policy.ts"]);
  says("host/cli.ts", imports("./policy.ts"), []);
  says("host/policy.ts", imports("./errors.ts"), []);
  says("host/policy.ts", imports("node:net"), []);
  says(
    "host/index.ts",
    [COMMENT, 'new URL("./cli.js", import.meta.url);'],
    ["1: may not import ./cli.js"],
  );
  says("assembly/loop.ts", imports("./stream"), ["1: may not import ./stream"]);
  says("assembly/loop.ts", imports("./index"), ["1: may not import ./index"]);
  says("assembly/servers/tutorial/echo.ts", imports("../../linux"), []);
  says("assembly/kernel/poll.ts", imports("../loop"), ["1: may not import ../loop"]);
  says("assembly/kernel/poll.ts", imports("./queue"), []);
  says("assembly/index.ts", imports("./kernel/poll"), ["1: may not import ./kernel/poll"]);
});

test("tidy: rejects imports from one house into another", () => {
  const lines = [COMMENT, 'export * from "../tests/support/guest.ts";'];
  const problem = ["1: host/ imports ../tests/support/guest.ts, from outside of it"];
  says("host/index.ts", lines, problem);
  says("tests/cli.test.ts", [COMMENT, 'import { a } from "../host/policy.ts";'], []);
});

test("tidy: rejects a suite that is never run", () => {
  const imports = [COMMENT, 'import { suite, test } from "uvu";', 'const a = suite("a");'];
  const problems = ["1: a.run() is missing", "1: test.run() is missing"];
  says("tests/a.test.ts", imports, problems);
  says("tests/a.test.ts", [...imports, "a.run();", "test.run();"], []);
});

test("tidy: rejects what belongs to one machine, in every file", () => {
  const machine = ["/", "home", "/", "somebody"].join("");
  says("docs/ABI.md", [`see ${machine}`], ["1: a path of somebody's machine"]);
  says("LICENSE", [`see ${machine}`], ["1: a path of somebody's machine"]);
  says("docs/ABI.md", ["see https://example.org/home/page"], []);
  const host = ["registry", "example", "org"].join(".");
  says(
    "package-lock.json",
    [`    "url": "https://${host}/a"`],
    ["1: the host of a package registry"],
  );
  says(
    "package-lock.json",
    [`    "${"resolve"}d": "https://example.org/a.tgz"`],
    ["1: the host of a package registry"],
  );
});

test.run();
