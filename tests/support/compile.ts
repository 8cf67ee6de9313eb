// Compiles a C file with any compiler into build/, unless that was done since.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Runs a compiler that says nothing, if `output` is older than one of the sources, of which the
 * first is compiled. Several may do so at once.
 */
export function compile(command: readonly string[], sources: string[], output: string): void {
  const isNewer = (source: string) => statSync(source).mtimeMs >= statSync(output).mtimeMs;
  if (existsSync(output) && !sources.some(isNewer)) return;
  mkdirSync(dirname(output), { recursive: true });
  const [compiler = "", ...flags] = command;
  const fresh = `${output}.${process.pid}`; // somebody may be running the old one
  const { error, status, stderr } = spawnSync(compiler, [...flags, "-o", fresh, sources[0]!], {
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  if (status !== 0 || stderr !== "") {
    throw new Error(`${compiler} cannot build ${sources[0]}:\n${stderr}`);
  }
  renameSync(fresh, output);
}
