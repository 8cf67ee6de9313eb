// The example of epoll(7): what is sent comes back, also to a client that reads late.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { skipIf } from "../support/skip.ts";
import { need } from "../support/tools.ts";
import { isReadLate, netcat, startAnywhere, startAt, taken } from "./programs.ts";

const PORT = 9878;

test(
  "manual: on its own port, what nc sends comes back",
  skipIf(need("nc") ?? (await taken(PORT)), async () => {
    const { port } = await startAt("manual", PORT);
    assert.is(await netcat(port, "hello\nworld\n"), "hello\nworld\n");
  }),
);

test("manual: more clients than events in one wait are served", async () => {
  const { port } = await startAnywhere("manual");
  const clients = Array.from({ length: 100 }, (_, index) => new Client(port).send(`I am ${index}`));
  await Promise.all(clients.map((client, index) => client.receives(`I am ${index}`)));
  await Promise.all(clients.map((client) => client.end().isClosed()));
  assert.ok(clients.every(({ received }, index) => received === `I am ${index}`));
});

test("manual: a client that reads late gets all of it", () => isReadLate("manual"));

test.run();
