// The trace's names of constants, against the C headers of this machine.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as tables from "../../host/trace/names.ts";
import { atEnd } from "../support/cleanup.ts";
import { skipIf } from "../support/skip.ts";

const HEADERS = `arpa/inet.h errno.h fcntl.h netinet/in.h netinet/tcp.h poll.h signal.h
  sys/epoll.h sys/eventfd.h sys/ioctl.h sys/random.h sys/resource.h sys/signalfd.h sys/socket.h
  sys/time.h sys/timerfd.h time.h`.split(/\s+/);

/** Numbers without a name of their own. */
const UNNAMED = /^errno-\d+$/;

/** Everything in the tables, each with the number it is said to have. */
function* namedNumbers(): Generator<[name: string, number: number]> {
  for (const table of Object.values(tables)) {
    if (typeof table === "number") continue;
    for (const [number, entry] of table) {
      if (typeof entry === "string") yield [entry, number];
      else for (const [option, name] of entry) yield [name, option];
    }
  }
}

/** What the C compiler has to say about these names. */
function numbersInC(names: string[]): Record<string, number> {
  const folder = mkdtempSync(join(tmpdir(), "tripoll-names-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const [source, program] = [join(folder, "names.c"), join(folder, "names")];
  const text = [
    "#define _GNU_SOURCE",
    "#include <stdio.h>",
    ...HEADERS.map((header) => `#include <${header}>`),
    "int main(void) {",
    ...names.map((name) => `  printf("${name} %lld\\n", (long long)${name});`),
    "}",
  ];
  writeFileSync(source, text.join("\n"));
  const compiled = spawnSync("cc", ["-o", program, source], { encoding: "utf8" });
  assert.is(compiled.status, 0, compiled.stderr);
  const { stdout } = spawnSync(program, { encoding: "utf8" });
  const lines = stdout.trim().split("\n");
  return Object.fromEntries(lines.map((line) => line.split(" ")).map(([n, v]) => [n, Number(v)]));
}

test(
  "names: have the numbers that the C headers give them",
  skipIf(process.arch === "x64" ? undefined : "the numbers are those of x86-64", () => {
    const ours = [...namedNumbers()].filter(([name]) => !UNNAMED.test(name));
    assert.ok(ours.length > 300);
    const theirs = numbersInC(ours.map(([name]) => name));
    for (const [name, number] of ours) {
      assert.is(number >>> 0, (theirs[name] ?? NaN) >>> 0, name);
    }
  }),
);

test("names: those of flags are single bits", () => {
  const flags = Object.entries(tables).filter(([name]) => /_(FLAGS|EVENTS)$/.test(name));
  assert.ok(flags.length >= 10);
  for (const [table, names] of flags as [string, tables.Names][]) {
    for (const [bit, name] of names) {
      assert.is((bit & (bit - 1)) >>> 0, 0, `${table} ${name}`);
      assert.is.not(bit, 0, `${table} ${name}`);
    }
  }
});

test.run();
