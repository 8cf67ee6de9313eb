// Message flags on their way to the kernel, seen by strace: those that docs/ABI.md lists get there,
// each bit for itself, and no other. What many of them do cannot be seen on loopback.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "../support/cleanup.ts";
import { ROOT } from "../support/guest.ts";
import { skipIf } from "../support/skip.ts";
import { need } from "../support/tools.ts";
import { call, watGuest } from "../support/wat.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tripoll-flags-"));
atEnd(() => rmSync(FOLDER, { recursive: true }));
const TRACE = join(FOLDER, "trace");

/** Lengths that tell these calls from others: 1,000 + the bit. */
const LENGTH = 1_000;
const BITS = Array.from({ length: 32 }, (_, bit) => bit);

/** strace, or why it cannot be used: some containers allow no ptrace. */
function reason(): string | undefined {
  const missing = need("strace");
  if (missing !== undefined) return missing;
  const { status, stderr } = spawnSync("strace", ["-o", TRACE, "true"], { encoding: "utf8" });
  return status === 0 ? undefined : `strace cannot trace: ${stderr.trim()}`;
}

/** The flags of a row of the page's table, as one number. */
function listed(ways: string): number {
  const page = readFileSync(join(ROOT, "docs/ABI.md"), "utf8");
  const constants = readFileSync(join(ROOT, "tests/contract/constants.h"), "utf8");
  const row = new RegExp(`^\\| ${ways} \\| (.*MSG_.*) \\|$`, "m").exec(page)![1]!;
  const numberOf = (name: string) =>
    Number(new RegExp(`\\b${name} = (0x[0-9a-f]+)`).exec(constants)![1]);
  return row.match(/MSG_\w+/g)!.reduce((mask, name) => mask | numberOf(name), 0);
}

/** Sends and receives once for each bit of the flags, waiting a millisecond at most; the kernel may
 * say what it likes. */
function guest(): Uint8Array {
  const each = BITS.flatMap((bit) => [
    call("sendto", "(i32.load (i32.const 16))", 1024, LENGTH + bit, (2 ** bit) | 0, 0, 0),
    call("recvfrom", "(i32.load (i32.const 16))", 1024, LENGTH + bit, (2 ** bit) | 0, 0, 0),
  ]);
  const body = `${call("socketpair", 1, 2, 0, 16)} (i64.store (i32.const 40) (i64.const 1000))
    ${call("setsockopt", "(i32.load (i32.const 16))", 1, 20, 32, 16)}
    ${call("setsockopt", "(i32.load (i32.const 16))", 1, 21, 32, 16)} ${each.join("\n")}`;
  return watGuest(["socketpair/4", "setsockopt/5", "sendto/6", "recvfrom/6"], body);
}

/** The flags that a call had in the kernel, by the bit that the guest had set. */
function seen(trace: string, name: string): Map<number, number> {
  const found = new Map<number, number>();
  const calls = trace.matchAll(
    new RegExp(`${name}\\(0x\\w+, 0x\\w+, (?<length>0x\\w+), (?<flags>\\w+)`, "g"),
  );
  for (const { groups } of calls) {
    const { length, flags } = groups as Record<"length" | "flags", string>;
    const bit = Number(length) - LENGTH;
    if (bit >= 0 && bit < 32) found.set(bit, Number(flags) | 0);
  }
  return found;
}

test(
  "flags: what is listed reaches the kernel, and nothing else",
  skipIf(reason(), () => {
    const module = join(FOLDER, "guest.wasm");
    writeFileSync(module, guest());
    const calls = "sendto,recvfrom";
    const options = ["-f", "-e", `trace=${calls}`, "-e", `raw=${calls}`, "-o", TRACE];
    const command = [process.execPath, join(ROOT, "host/run.js"), module];
    assert.is(spawnSync("strace", [...options, ...command]).status, 0);
    const trace = readFileSync(TRACE, "utf8");
    for (const [name, ways] of [
      ["sendto", "send"],
      ["recvfrom", "receive"],
    ] as const) {
      const mask = listed(ways);
      const expected = BITS.map((bit) => [bit, mask & (2 ** bit)]);
      assert.equal([...seen(trace, name)], expected, name);
    }
  }),
);

test.run();
