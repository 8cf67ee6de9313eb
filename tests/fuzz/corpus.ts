// The corpus: programs that every run begins with and that others are made from.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Program, parseProgram } from "./program.ts";

export const CORPUS = fileURLToPath(new URL("../../../tests/fuzz/corpus", import.meta.url));

/** Its programs, by the names of their files. */
export function readCorpus(): Map<string, Program> {
  const names = readdirSync(CORPUS).filter((name) => name.endsWith(".txt"));
  const read = (name: string) => parseProgram(readFileSync(join(CORPUS, name), "utf8"));
  return new Map(names.toSorted().map((name) => [name, read(name)]));
}
