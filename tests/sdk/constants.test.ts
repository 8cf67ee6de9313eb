// Numbers and layouts of the SDK: as the system's own headers have them, by its C compiler.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "../support/guest.ts";

const HEADERS = `
  errno.h fcntl.h netinet/in.h netinet/tcp.h poll.h signal.h time.h sys/epoll.h sys/eventfd.h
  sys/ioctl.h sys/signalfd.h sys/socket.h sys/timerfd.h
`;

/** Not Linux's: names of the SDK's own, and SIG_IGN, which differs as docs/ABI.md says. */
const OWN = new Set(["STDIN", "STDOUT", "STDERR", "SIG_IGN"]);

/** The numbers that a file exports, as `[name, value]`. */
function numbersOf(path: string): [string, string][] {
  const text = readFileSync(join(ROOT, path), "utf8");
  const found = text.matchAll(/^export const (?<name>\w+): [iu]32 = (?<value>[-\w]+);/gm);
  return [...found].map(({ groups }) => [groups!["name"]!, groups!["value"]!]);
}

/** What the C compiler says about these assertions: "" if they all hold. */
function refuted(assertions: string[]): string {
  const source = [
    "#define _GNU_SOURCE",
    ...HEADERS.trim()
      .split(/\s+/)
      .map((header) => `#include <${header}>`),
    ...assertions.map((assertion) => `_Static_assert(${assertion});`),
  ];
  const options = ["-std=gnu2x", "-fsyntax-only", "-x", "c", "-"];
  const input = `${source.join("\n")}\n`;
  const { error, stderr } = spawnSync(process.env["CC"] ?? "cc", options, {
    input,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  return stderr;
}

for (const path of ["assembly/constants.ts", "assembly/errno.ts"]) {
  test(`${path}: has Linux's numbers`, () => {
    const numbers = numbersOf(path).filter(([name]) => !OWN.has(name));
    assert.ok(numbers.length > 50);
    const equal = numbers.map(([name, value]) => `(unsigned)(long)${name} == (unsigned)${value}`);
    assert.is(refuted(equal), "");
  });
}

test("a wrong number would be found", () => {
  assert.match(refuted(["EAGAIN == 6"]), "static assertion failed");
});

test.run();
