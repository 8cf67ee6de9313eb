// EPOLLEXCLUSIVE: who is woken and who is told, when somebody sleeps, as the kernel does it.

import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { need } from "../support/tools.ts";
import { each, netcat, onItsPort, startAnywhere } from "./programs.ts";
import type { Running } from "./sides.ts";

const NO_NC = need("nc");
/** epoll_wait or epoll_pwait for one event and without a timeout: the host's own take more. */
const ASLEEP = /^(?:232|281) 0x\w+ 0x\w+ 0x1 0xf+ /;

function isAsleep({ pid }: Running): boolean {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.some((task) =>
    ASLEEP.test(readFileSync(`/proc/${pid}/task/${task}/syscall`, "latin1")),
  );
}

/** Connects so often, each time when the server sleeps, and returns what it has printed. */
async function connects(server: Running, times: number): Promise<string> {
  for (let i = 0; i < times; i++) {
    while (!isAsleep(server)) await delay(1);
    assert.is(await netcat(server.port, ""), "");
  }
  await server.says(/^the .*\n/m, times);
  return server.stdout();
}

await onItsPort(
  "exclusive",
  "the kernel stops at the first epoll in which somebody sleeps",
  async (server) => {
    assert.is(
      await connects(server, 4),
      "the first was woken, the second was left alone\n" +
        "the second was woken, the first was told too\n" +
        "the first was woken, the second was left alone\n" +
        "the second was woken, the first was told too\n",
    );
  },
);

each(
  "exclusive: without the flag both are told each time",
  async (side) => {
    assert.is(
      await connects(await startAnywhere(side, "exclusive", { args: ["all"] }), 4),
      "the first was woken, the second was told too\n" +
        "the second was woken, the first was told too\n" +
        "the first was woken, the second was told too\n" +
        "the second was woken, the first was told too\n",
    );
  },
  { missing: NO_NC },
);

test.run();
