// The test runner: `npm test -- [--jobs N] [WORD …]` runs the files whose path has a WORD in it.
//
// uvu by itself calls it success when a hook throws, when `.run()` is forgotten, when a file ends
// early, and waits for ever for a test that hangs. Here each file runs in a process of its own
// under a watchdog, and passes only if its own count says so (tests/support/runner.ts).

import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { endRunningFiles, type Outcome, runFile } from "./support/runner.ts";

const WATCHDOG_MS = 60_000;
const JOBS_MAX = 2; // more would take the processor from the guests whose behaviour is tested

const BUILD = fileURLToPath(new URL("..", import.meta.url));
const SOURCE = resolve(BUILD, "..");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** How many files run at a time. */
    jobs: { type: "string", default: String(Math.min(JOBS_MAX, availableParallelism())) },
    /** Folder to take test files from, instead of all of build/tests but its fixtures. */
    from: { type: "string" },
    "watchdog-ms": { type: "string", default: String(WATCHDOG_MS) },
  },
});

/** The test files, by name. What has lost its source (build/ keeps old output) is left out. */
function findFiles(from: string | undefined, words: string[]): string[] {
  const root = from === undefined ? join(BUILD, "tests") : resolve(from);
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.js"))
    .filter((name) => from !== undefined || !name.startsWith("fixtures/"))
    .map((name) => join(root, name))
    .filter((file) => existsSync(sourceOf(file)))
    .filter((file) => words.length === 0 || words.some((word) => title(file).includes(word)))
    .toSorted();
}

const sourceOf = (file: string): string =>
  join(SOURCE, relative(BUILD, file)).replace(/\.js$/, ".ts");

const title = (file: string): string => relative(SOURCE, sourceOf(file));

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Runs the files, `jobs` at a time; shows each outcome, in the order of the files. */
async function runAll(files: string[], jobs: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  let shown = 0;
  async function work(): Promise<void> {
    while (next < files.length) {
      const index = next++;
      outcomes[index] = await runFile(files[index]!, { watchdogMs: Number(values["watchdog-ms"]) });
      while (outcomes[shown] !== undefined) show(outcomes[shown++]!);
    }
  }
  await Promise.all(Array.from({ length: jobs }, work));
  return outcomes;
}

function show(outcome: Outcome): void {
  const { file, passed, failed, skips, problems, output, seconds } = outcome;
  const counts = [`${passed} passed`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (skips.length > 0) counts.push(`${skips.length} skipped`);
  const time = `${seconds.toFixed(1)} s`;
  say(`${failed > 0 ? "FAIL" : "ok  "} ${title(file)}: ${counts.join(", ")} (${time})`);
  if (failed === 0) return;
  say(output.trimEnd().replaceAll(/^/gm, "     | "));
  for (const problem of problems) say(`     ${title(file)}: ${problem}`);
}

/** Prints the closing lines; whether everything passed. */
function close(outcomes: Outcome[]): boolean {
  const strict = process.env["CI"] === "true"; // there every extra is installed
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const outcome of outcomes) {
    passed += outcome.passed;
    failed += outcome.failed;
    if (strict) failed += outcome.skips.length;
    else skipped += outcome.skips.length;
    for (const { name, reason } of outcome.skips) {
      say(`${strict ? "FAIL: skipped" : "skipped"}: ${title(outcome.file)}: ${name}: ${reason}`);
    }
  }
  if (passed + failed + skipped === 0) {
    say("no test file has such a name");
    failed = 1;
  }
  say(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return failed === 0;
}

process.on("exit", endRunningFiles);
for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
  process.on(signal, () => process.exit(128 + number));
}

const files = findFiles(values.from, positionals);
const outcomes = await runAll(files, Math.max(1, Number(values.jobs)));
process.exitCode = close(outcomes) ? 0 : 1;
