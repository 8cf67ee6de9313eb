// The style floor, as a function from a file's path and text to the rules it breaks.
// Relies on the formatters (indentation says where a block ends), so it needs no parser.

import { upwardImports } from "./layers.ts";

const COLUMNS_MAX = 100;
const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 450;
/** Files with a limit of their own. */
const LINES_MAX: Record<string, number> = {
  "README.md": 150,
  "host/run.js": 10,
  "assembly/servers/echo.ts": 40,
};

const SOURCE = /\.(?:ts|js|mjs|c|h)$|^\.ci\//;
const GENERATED = /^(?:package-lock\.json|LICENSE)$/;
const LEFTOVERS = /\b(?:TO[D]O|FIX[M]E|X[X]X|console\.lo[g]|debugge[r])\b/;
const MACHINE_PATH = /(?<![\w.:/-])\/(?:home|root|work|Users|mnt|private)\//;
const REGISTRY_HOST = /\bregistry\.[a-z0-9-]+\.|"resolve[d]":/i;

interface Line {
  text: string;
  number: number;
}

/** Every broken rule, each as `LINE: sentence`; `path` is relative to the project's root. */
export function untidy(path: string, text: string): string[] {
  const lines = text.split("\n").map((line, index) => ({ text: line, number: index + 1 }));
  if (lines.at(-1)!.text === "") lines.pop();
  const problems = [...everywhere(path, text, lines)];
  if (GENERATED.test(path)) return problems;
  problems.push(...lines.flatMap((line) => untidyLine(path, line)));
  if (!SOURCE.test(path)) return problems;
  problems.push(...firstComment(lines), ...longFunctions(path, lines));
  for (const problem of upwardImports(path, text)) problems.push(`1: ${problem}`);
  for (const suite of forgottenSuites(path, text)) problems.push(`1: ${suite}.run() is missing`);
  return problems;
}

function everywhere(path: string, text: string, lines: Line[]): string[] {
  const problems: string[] = [];
  const max = LINES_MAX[path] ?? (SOURCE.test(path) ? FILE_LINES_MAX : Infinity);
  if (lines.length > max) problems.push(`${lines.length}: more than ${max} lines`);
  if (!text.endsWith("\n")) problems.push(`${lines.length}: no newline at the end`);
  for (const { text: line, number } of lines) {
    if (MACHINE_PATH.test(line)) problems.push(`${number}: a path of somebody's machine`);
    if (REGISTRY_HOST.test(line)) problems.push(`${number}: the host of a package registry`);
  }
  return problems;
}

function untidyLine(path: string, { text, number }: Line): string[] {
  const problems: string[] = [];
  const isTable = path.endsWith(".md") && text.startsWith("|");
  const canWrap = !isTable && !path.endsWith(".json");
  if (canWrap && [...text].length > COLUMNS_MAX) problems.push("more than 100 columns");
  if (/\s$/.test(text)) problems.push("white space at the end");
  const leftover = LEFTOVERS.exec(text)?.[0];
  if (leftover !== undefined) problems.push(`${leftover} left behind`);
  return problems.map((problem) => `${number}: ${problem}`);
}

/** The first line, after a launcher's `#!`, says what the file is for. */
function firstComment(lines: Line[]): string[] {
  const first = lines.find(({ text }) => !text.startsWith("#!"));
  if (first !== undefined && /^(?:\/\/|\/\*\*?|#) \S.{15}/.test(first.text)) return [];
  return ["1: does not begin with a comment that says what it is for"];
}

// How a block of code opens in TypeScript; classes, types and literals open differently.
const OPENS_BLOCK = /(?:=>|\)(?:: .+)?|\b(?:else|do|try|finally)) \{$/;

/** Functions over the limit, in formatted code: a block closes where it is indented as it opens. */
function longFunctions(path: string, lines: Line[]): string[] {
  const blocks = /\.[ch]$/.test(path) ? blocksOfC(lines) : blocksOfScript(lines);
  return blocks
    .filter(({ length }) => length > FUNCTION_LINES_MAX)
    .map(
      ({ at, length }) => `${at}: a function of ${length} lines, more than ${FUNCTION_LINES_MAX}`,
    );
}

interface Block {
  at: number;
  length: number;
}

function blocksOfScript(lines: Line[]): Block[] {
  const blocks: Block[] = [];
  for (const [index, { text, number }] of lines.entries()) {
    if (!OPENS_BLOCK.test(text)) continue;
    const closing = `${/^\s*/.exec(text)![0]}}`;
    const end = lines.findIndex((line, i) => i > index && line.text.startsWith(closing));
    blocks.push({ at: number, length: end - index + 1 });
  }
  return blocks;
}

/** The functions of a C file: each ends with a brace that stands alone in the first column. */
function blocksOfC(lines: Line[]): Block[] {
  const blocks: Block[] = [];
  let at = 1;
  for (const { text, number } of lines) {
    if (text === "}") blocks.push({ at, length: number - at + 1 });
    else if (/^\w/.test(text) && !/^\w+:$/.test(text)) at = number;
  }
  return blocks;
}

/** Suites of a test file that are never run; uvu says nothing about them. */
function forgottenSuites(path: string, text: string): string[] {
  if (!path.endsWith(".test.ts") || path.startsWith("tests/fixtures/")) return [];
  const named = text.matchAll(/^const (?<name>\w+) = suite\b/gm);
  const suites = [...named].map(({ groups }) => groups!["name"]!);
  if (/^import \{[^}]*\btest\b[^}]*\} from "uvu"/m.test(text)) suites.push("test");
  return suites.filter((name) => !new RegExp(`^${name}\\.run\\(\\)`, "m").test(text));
}
