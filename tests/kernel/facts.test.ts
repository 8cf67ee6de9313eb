// The kernel of the adapter (assembly/kernel) against Linux: families of the contract whose facts
// need no network, each asked of Linux natively and of a guest on the kernel.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Gap, contract } from "../contract/contract.ts";
import { ROOT } from "../support/guest.ts";

const KERNEL = join(ROOT, "build/kernel/p2-handlers.wasm");
const HOST = [process.execPath, join(ROOT, "build/tests/kernel/wasip2.js"), KERNEL];

const FAMILIES: Record<string, Record<string, Gap>> = {
  dup: {},
  epoll_wait: {},
  eventfd: {},
  limits: {},
  signal: {},
  sleep: {},
  timerfd: {},
};

for (const [family, gaps] of Object.entries(FAMILIES)) {
  await contract(family, { host: HOST, prefix: `${family}: `, gaps });
}

test("module: neither data nor a start function nor a table, which no adapter may have", () => {
  const module = new WebAssembly.Module(readFileSync(KERNEL));
  assert.equal(
    WebAssembly.Module.imports(module)
      .filter(({ kind }) => kind !== "function")
      .map(({ kind }) => kind),
    ["memory"],
  );
});

test.run();
