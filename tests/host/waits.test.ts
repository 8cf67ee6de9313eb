// No signal is lost to a guest, whatever it waits in: each is sent as soon as the one before was
// seen, TRIPOLL_SIGNALS of them in all. How long they took is told, and held to nothing: that is
// the machine's.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "../support/cleanup.ts";
import { signalOften } from "../support/signal-often.ts";
import { STDIO_WAYS, WAYS } from "../support/waits.ts";

const SIGNALS = Number(process.env["TRIPOLL_SIGNALS"] ?? 20_000);

const EACH = Math.ceil(SIGNALS / Object.keys({ ...WAYS, ...STDIO_WAYS }).length);

const delaysUs: number[] = [];

for (const [name, way] of Object.entries(WAYS)) {
  test(`signal: none of ${EACH} is lost to a guest that ${name}`, async () => {
    const delays = await signalOften(way, EACH);
    for (const delay of delays) delaysUs.push(delay);
    assert.is(delays.length, EACH);
  });
}

/** The same in a process whose stdin stays open and whose stdout nobody reads. */
async function signalWithStdio(name: string): Promise<string> {
  const support = (file: string) => JSON.stringify(new URL(`../support/${file}`, import.meta.url));
  const source = `import { signalOften } from ${support("signal-often.js")};
    import { STDIO_WAYS } from ${support("waits.js")};
    const way = STDIO_WAYS[${JSON.stringify(name)}];
    const delays = await signalOften(way, ${EACH});
    process.stderr.write(String(delays.length), () => process.exit(0));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source]);
  const forget = atEnd(() => void child.kill("SIGKILL"));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  await once(child, "exit");
  forget();
  child.stdin.destroy();
  child.stdout.destroy();
  return said;
}

for (const name of Object.keys(STDIO_WAYS)) {
  test(`signal: none of ${EACH} is lost to a guest that ${name}`, async () => {
    assert.is(await signalWithStdio(name), String(EACH));
  });
}

test.after(() => {
  const sorted = delaysUs.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0);
  const told = `median ${at(0.5)} us, 99.9 % ${at(0.999)} us, at most ${at(1)} us`;
  process.stdout.write(`\n${sorted.length} signals: ${told}\n`);
});

test.run();
