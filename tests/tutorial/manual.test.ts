// The example of epoll(7): what is sent comes back, also to a client that reads late.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { asPrinted, each, isReadLate, netcat, onItsPort, startAnywhere } from "./programs.ts";
import type { Running } from "./sides.ts";

async function echoes({ port }: Running): Promise<void> {
  assert.is(await netcat(port, "hello\nworld\n"), "hello\nworld\n");
}
await onItsPort("manual", "what nc sends comes back", echoes);
await asPrinted("docs/C.md", "manual", echoes);

each("manual: more clients than events in one wait are served", async (side) => {
  const { port } = await startAnywhere(side, "manual");
  const clients = Array.from({ length: 100 }, (_, index) => new Client(port).send(`I am ${index}`));
  await Promise.all(clients.map((client, index) => client.receives(`I am ${index}`)));
  await Promise.all(clients.map((client) => client.end().isClosed()));
  assert.ok(clients.every(({ received }, index) => received === `I am ${index}`));
});

each("manual: a client that reads late gets all of it", async (side) =>
  isReadLate(await startAnywhere(side, "manual")),
);

test.run();
