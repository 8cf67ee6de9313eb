// Named skips: a test that cannot run here says why, and the runner lists it by name.
// For a missing extra only (a tool, a kernel feature); under CI=true every skip is a failure.

import { report } from "./report.ts";

/** What uvu hands to each test; only its names are read here. */
export interface TestContext {
  __suite__?: string;
  __test__?: string;
}

/** Thrown by skipFile(), told apart from a failure by the process that runs the file. */
export class SkippedFile extends Error {}

const skipped = new Set<string>();

/** Number of tests skipped so far; uvu itself counts them as passed. */
export const skippedTests = (): number => skipped.size;

/** Skips the running test: `if (missing) return skip(context, missing);` */
export function skip(context: TestContext, reason: string): void {
  const name = [context.__suite__, context.__test__].filter(Boolean).join(": ");
  if (skipped.has(name)) return;
  skipped.add(name);
  process.stderr.write(`skipped: ${name}: ${reason}\n`);
  report({ kind: "skip", name, reason });
}

/** A test body that runs only if `reason` is undefined: `test("…", skipIf(need("nc"), body))`. */
export function skipIf<C extends TestContext>(
  reason: string | undefined,
  body: (context: C) => unknown,
): (context: C) => Promise<void> {
  return async (context) => {
    if (reason === undefined) await body(context);
    else skip(context, reason);
  };
}

/** Skips the whole file; called at its top level, before any `.run()`. */
export function skipFile(reason: string): never {
  process.stderr.write(`skipped: ${reason}\n`);
  report({ kind: "skip", name: "the whole file", reason });
  throw new SkippedFile(reason);
}
