// EPOLLONESHOT: what the server prints while a message is served in pieces.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { skipIf } from "../support/skip.ts";
import { need } from "../support/tools.ts";
import { netcat, startAnywhere, startAt, taken, times } from "./programs.ts";

const PORT = 9879;
const READY = "descriptor 5 is ready, and disarmed\n";

test(
  "oneshot: on its own port, what nc sends comes back in pieces",
  skipIf(need("nc") ?? (await taken(PORT)), async () => {
    const guest = await startAt("oneshot", PORT);
    const line = "longer than sixteen bytes, so that something is left\n";
    assert.is(await netcat(guest.port, line), line);
    await guest.says(/closed\n/);
    const piece = (bytes: number) => `${READY}descriptor 5: ${bytes} bytes, armed again\n`;
    const pieces = [16, 16, 16, line.length - 48].map(piece).join("");
    assert.is(guest.stdout(), `${pieces}${READY}descriptor 5: closed\n`);
  }),
);

test("oneshot: of many clients none is forgotten, and none is queued twice", async () => {
  const guest = await startAnywhere("oneshot");
  const clients = Array.from({ length: 50 }, (_, index) =>
    new Client(guest.port).send(`client ${index} says something`).end(),
  );
  await Promise.all(clients.map((client) => client.isClosed()));
  assert.ok(clients.every(({ received }, index) => received === `client ${index} says something`));
  await guest.says(times("closed\\n", 50));
  const lines = guest.stdout().trimEnd().split("\n");
  const queued = new Set<string>();
  for (const line of lines) {
    const [, fd = "", what] = /^descriptor (\d+)( is ready|: )/.exec(line)!;
    assert.is(queued.has(fd), what === ": ", line);
    if (what === ": ") queued.delete(fd);
    else queued.add(fd);
  }
});

test.run();
