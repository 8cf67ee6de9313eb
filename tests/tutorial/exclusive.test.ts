// EPOLLEXCLUSIVE: who is woken and who is told, when somebody sleeps, as the kernel does it.

import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import type { Guest } from "../support/guest.ts";
import { skipIf } from "../support/skip.ts";
import { startAnywhere, startAt, taken } from "./programs.ts";

const PORT = 9880;
/** epoll_wait or epoll_pwait for one event and without a timeout: the host's own take more. */
const ASLEEP = /^(?:232|281) 0x\w+ 0x\w+ 0x1 0xf+ /;

function isAsleep({ pid }: Guest): boolean {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.some((task) =>
    ASLEEP.test(readFileSync(`/proc/${pid}/task/${task}/syscall`, "latin1")),
  );
}

/** Connects so often, each time when the guest sleeps, and returns what it has printed. */
async function connects(guest: Guest, times: number): Promise<string> {
  for (let i = 0; i < times; i++) {
    while (!isAsleep(guest)) await delay(1);
    await new Client(guest.port).end().isClosed();
  }
  return guest.stdout();
}

test(
  "exclusive: on its own port, the kernel stops at the first epoll in which somebody sleeps",
  skipIf(await taken(PORT), async () => {
    assert.is(
      await connects(await startAt("exclusive", PORT), 4),
      "the first was woken, the second was left alone\n" +
        "the second was woken, the first was told too\n" +
        "the first was woken, the second was left alone\n" +
        "the second was woken, the first was told too\n",
    );
  }),
);

test("exclusive: without the flag both are told each time", async () => {
  assert.is(
    await connects(await startAnywhere("exclusive", ["all"]), 4),
    "the first was woken, the second was told too\n" +
      "the second was woken, the first was told too\n" +
      "the first was woken, the second was told too\n" +
      "the second was woken, the first was told too\n",
  );
});

test.run();
