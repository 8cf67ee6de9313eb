// Makes a program smaller while something stays true of it.

import type { Program } from "./program.ts";

const TRIES_MAX = 300;
const SECONDS_MAX = 60;

/** First the shortest end of the program that will do; then leaves out runs of ops, shorter and
 * shorter ones, while `holds` for what remains. */
export async function minimise(
  program: Program,
  holds: (smaller: Program) => Promise<boolean>,
  triesMax = TRIES_MAX,
): Promise<Program> {
  let small = program;
  let tries = 0;
  for (let ops = 1; ops < small.length; ops *= 2) {
    if (await holds(program.slice(-ops))) small = program.slice(-ops);
  }
  const end = performance.now() + SECONDS_MAX * 1_000;
  for (let run = Math.ceil(small.length / 2); run >= 1; run = run === 1 ? 0 : Math.ceil(run / 2)) {
    for (let at = 0; at < small.length && tries < triesMax && performance.now() < end; tries++) {
      const smaller = [...small.slice(0, at), ...small.slice(at + run)];
      if (smaller.length > 0 && (await holds(smaller))) small = smaller;
      else at += run;
    }
  }
  return small;
}
