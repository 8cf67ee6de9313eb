// The example of epoll(7): what is sent comes back, also to a client that reads late.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { each, isReadLate, netcat, onItsPort } from "./programs.ts";

await onItsPort("manual", "what nc sends comes back", async ({ port }) => {
  assert.is(await netcat(port, "hello\nworld\n"), "hello\nworld\n");
});

each("manual: more clients than events in one wait are served", async (side) => {
  const { port } = await side.startAnywhere("manual");
  const clients = Array.from({ length: 100 }, (_, index) => new Client(port).send(`I am ${index}`));
  await Promise.all(clients.map((client, index) => client.receives(`I am ${index}`)));
  await Promise.all(clients.map((client) => client.end().isClosed()));
  assert.ok(clients.every(({ received }, index) => received === `I am ${index}`));
});

each("manual: a client that reads late gets all of it", async (side) =>
  isReadLate(await side.startAnywhere("manual")),
);

test.run();
