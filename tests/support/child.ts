// Runs one test file in this process and reports its counts to the runner on descriptor 3.
//
// It drives uvu's queue as uvu's own command does, instead of letting uvu start itself: then the
// counts are values, not text to be parsed, and three things that uvu loses are seen: an error
// thrown by a hook, a file without `.run()`, and a process that ends before its tests.

import { pathToFileURL } from "node:url";
import { cleanUp } from "./cleanup.ts";
import { report, reportTo } from "./report.ts";
import { SkippedFile, skippedTests } from "./skip.ts";

/** What a suite's `.run()` queues: [error text or true, passed, hidden by only/skip, total]. */
type Run = () => Promise<[string | true, number, number, number]>;

interface Uvu {
  UVU_DEFER?: 1;
  UVU_QUEUE?: Run[][];
}

const REPORT_FD = 3;
const EXIT_GRACE_MS = 2_000;
/** Lines of a stack trace that are uvu's or ours, and in every one of them. */
const OUR_FRAMES = /^ +at .*(?:node_modules\/uvu\/|support\/child\.js).*\n/gm;

const problems: string[] = [];
let passed = 0;
let total = 0;

const explain = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

async function runSuite(run: Run): Promise<void> {
  const [errors, ran, hidden, count] = await run();
  passed += ran;
  total += count;
  if (typeof errors === "string") process.stdout.write(`\n${errors.replaceAll(OUR_FRAMES, "")}\n`);
  else if (ran < count)
    problems.push(`${ran} of ${count} ran: a hook threw, and uvu drops its error`);
  if (count === 0) problems.push("a suite without tests");
  if (hidden > 0)
    problems.push(`${hidden} hidden by test.only or test.skip: use skip(), with a reason`);
}

async function runFile(file: string): Promise<void> {
  const queue: Run[] = [];
  const uvu = globalThis as Uvu;
  uvu.UVU_DEFER = 1; // before the file imports uvu: suites are queued and wait for us
  uvu.UVU_QUEUE = [queue];
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    if (!(error instanceof SkippedFile)) problems.push(explain(error));
    return;
  }
  if (queue.length === 0) problems.push("no test ran: is `.run()` forgotten?");
  for (const run of queue) {
    try {
      await runSuite(run);
    } catch (error) {
      problems.push(`a hook threw: ${explain(error)}`);
    }
  }
}

/** An open handle keeps Node alive: that is a leak, and it is named, not waited for. */
function expectExit(): void {
  const timer = setTimeout(() => {
    const held = process.getActiveResourcesInfo().join(", ");
    process.stderr.write(`the tests are over, but the process is kept alive by: ${held}\n`);
    process.exit(1);
  }, EXIT_GRACE_MS);
  timer.unref();
}

reportTo(REPORT_FD);
await runFile(process.argv[2]!);
try {
  await cleanUp();
} catch (error) {
  problems.push(`the clean-up threw: ${explain(error)}`);
}
report({ kind: "done", passed: passed - skippedTests(), total: total - skippedTests(), problems });
expectExit();
