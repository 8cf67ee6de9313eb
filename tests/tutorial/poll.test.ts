// The poll server: echo, its 1,024 clients, and the one too many.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { each, isReadLate, netcat, onItsPort, startAnywhere } from "./programs.ts";

const CLIENTS_MAX = 1024;
const OVERLOAD = "the server is overload! please try after a while!\n";

await onItsPort("poll", "what nc sends comes back", async ({ port }) => {
  assert.is(await netcat(port, "hello\nworld\n"), "hello\nworld\n");
});

each("poll: serves 1,024 clients, and sends client 1,025 away", async (side) => {
  const { port } = await startAnywhere(side, "poll");
  const clients: Client[] = [];
  for (let i = 0; i < CLIENTS_MAX; i++) {
    clients.push(await new Client(port).connected());
  }
  for (const [index, client] of clients.entries()) client.send(`I am ${index}`);
  await Promise.all(clients.map((client, index) => client.receives(`I am ${index}`)));
  assert.ok(clients.every(({ received }, index) => received === `I am ${index}`));

  for (let i = 0; i < 3; i++) {
    const refused = await new Client(port).receivesEnd();
    assert.is(refused.received, OVERLOAD);
    await refused.end().isClosed();
  }

  // The places of those who leave are taken by others, and the rest is not confused.
  for (const index of [0, 500, CLIENTS_MAX - 1]) await clients[index]!.end().isClosed();
  const late = await Promise.all(
    [1, 2, 3].map(() => new Client(port).send("late").receives("late")),
  );
  assert.equal(
    late.map(({ received }) => received),
    ["late", "late", "late"],
  );
  const again = await clients[501]!.send(" again").receives("I am 501 again");
  assert.is(again.received, "I am 501 again");
});

each("poll: a client that reads late gets all of it", async (side) =>
  isReadLate(await startAnywhere(side, "poll")),
);

test.run();
