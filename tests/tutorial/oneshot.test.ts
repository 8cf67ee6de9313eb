// EPOLLONESHOT: what the server prints while a message is served in pieces.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { each, netcat, onItsPort, startAnywhere } from "./programs.ts";

const READY = "descriptor 5 is ready, and disarmed\n";

await onItsPort("oneshot", "what nc sends comes back in pieces", async (server) => {
  const line = "longer than sixteen bytes, so that something is left\n";
  assert.is(await netcat(server.port, line), line);
  await server.says(/closed\n/);
  const piece = (bytes: number) => `${READY}descriptor 5: ${bytes} bytes, armed again\n`;
  const pieces = [16, 16, 16, line.length - 48].map(piece).join("");
  assert.is(server.stdout(), `${pieces}${READY}descriptor 5: closed\n`);
});

each("oneshot: of many clients none is forgotten, and none is queued twice", async (side) => {
  const server = await startAnywhere(side, "oneshot");
  const clients = Array.from({ length: 50 }, (_, index) =>
    new Client(server.port).send(`client ${index} says something`).end(),
  );
  await Promise.all(clients.map((client) => client.isClosed()));
  assert.ok(clients.every(({ received }, index) => received === `client ${index} says something`));
  await server.says(/closed\n/, 50);
  const lines = server.stdout().trimEnd().split("\n");
  const queued = new Set<string>();
  for (const line of lines) {
    const [, fd = "", what] = /^descriptor (\d+)( is ready|: )/.exec(line)!;
    assert.is(queued.has(fd), what === ": ", line);
    if (what === ": ") queued.delete(fd);
    else queued.add(fd);
  }
});

test.run();
