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

const ANY_FILE = "what a standard stream is, WASI does not tell: each can be waited for";
const WAITABLE = { value: "0", reason: ANY_FILE };
const CHECKED_LATER = { value: "EINVAL", reason: ANY_FILE };

const FAMILIES: Record<string, Record<string, Gap>> = {
  dup: {},
  epoll: {
    "EPOLL_CTL_ADD: standard input": WAITABLE,
    "EPOLL_CTL_MOD: standard input": WAITABLE,
    "EPOLL_CTL_DEL: standard input": WAITABLE,
    "EPOLL_CTL_ADD: standard output to a file": WAITABLE,
    "epoll_ctl: standard input, unknown operation": CHECKED_LATER,
    "epoll_ctl: standard input, epfd is not an epoll": CHECKED_LATER,
    "EPOLLEXCLUSIVE: standard input or ONESHOT": CHECKED_LATER,
  },
  epoll_wait: {},
  eventfd: {},
  limits: {},
  origin: {},
  signal: {},
  signalfd: { "epoll: RDNORM asked for": "as Linux" },
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
