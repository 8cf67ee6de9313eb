// What a program is given and gives back: arguments, environment, standard output, exit code.

import * as linux from "./linux";
import { STDERR, STDOUT } from "./constants";
import { errorName } from "./error-name";

/** The arguments; the first is the program's own name. Allocates. */
export function args(): string[] {
  const length = linux.cmdline(0, 0);
  const buffer = heap.alloc(length);
  return strings(buffer, linux.cmdline(buffer, length));
}

/** The argument `index`, 1 being the first after the program's name; `fallback` without it. */
export function arg(index: i32, fallback: string = ""): string {
  const all = args();
  return index < all.length ? all[index] : fallback;
}

/** The value of the environment variable `name`; null: not given to this guest. Allocates. */
export function env(name: string): string | null {
  const length = linux.environ(0, 0);
  const buffer = heap.alloc(length);
  const all = strings(buffer, linux.environ(buffer, length));
  for (let i = 0; i < all.length; i++) {
    if (all[i].startsWith(name + "=")) return all[i].slice(name.length + 1);
  }
  return null;
}

/** Writes a line to standard output; waits until it is taken. Allocates. */
export function print(text: string): void {
  writeLine(STDOUT, text);
}

/** Writes a line to standard error and ends the program with exit code 1. */
export function fail(text: string): void {
  writeLine(STDERR, text);
  exit(1);
}

/**
 * The `result` of the call `what`, unless that is `-errno`: then this writes "bind: EADDRINUSE" to
 * standard error and ends the program with exit code 1.
 */
export function check(result: i32, what: string): i32 {
  if (result < 0) fail(what + ": " + errorName(result));
  return result;
}

/** Ends the program; does not return. */
export function exit(code: i32): void {
  linux.exit_group(code);
}

/** The NUL-terminated strings in `length` bytes at `buffer`, which is freed. */
function strings(buffer: usize, length: i32): string[] {
  const found: string[] = [];
  let start = 0;
  for (let i = 0; i < length; i++) {
    if (load<u8>(buffer + i) !== 0) continue;
    found.push(String.UTF8.decodeUnsafe(buffer + start, i - start));
    start = i + 1;
  }
  heap.free(buffer);
  return found;
}

function writeLine(fd: i32, text: string): void {
  const line = String.UTF8.encode(text + "\n");
  const start = changetype<usize>(line);
  let done = 0;
  while (done < line.byteLength) {
    const wrote = linux.write(fd, start + done, line.byteLength - done);
    if (wrote < 0) return;
    done += wrote;
  }
}
