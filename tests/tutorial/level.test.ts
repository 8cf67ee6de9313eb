// The level-triggered server: each message is answered with its length, for 2,048 clients.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { each, netcat, onItsPort, startAnywhere } from "./programs.ts";

const CLIENTS = 2048;
const READ_BYTES = 1024;

await onItsPort("level", "answers nc with the length", async ({ port }) => {
  assert.is(await netcat(port, "hello\n"), "get bytes 6\n");
});

each("level: answers 2,048 clients, message by message", async (side) => {
  const { port } = await startAnywhere(side, "level");
  const clients: Client[] = [];
  for (let i = 0; i < CLIENTS; i++) {
    clients.push(new Client(port));
    if (i % 256 === 255) await clients[i]!.connected();
  }
  for (const length of [1, 20]) {
    for (const [index, client] of clients.entries()) client.send("x".repeat(length + (index % 9)));
    const ends = (client: Client) => client.received.split("\n").length > (length === 1 ? 1 : 2);
    await Promise.all(clients.map((client) => client.until(ends)));
  }
  const expected = (index: number) =>
    `get bytes ${1 + (index % 9)}\nget bytes ${20 + (index % 9)}\n`;
  assert.ok(clients.every(({ received }, index) => received === expected(index)));
  await Promise.all(clients.map((client) => client.end().isClosed()));
});

each("level: what one read leaves is reported again", async (side) => {
  const { port } = await startAnywhere(side, "level");
  const client = new Client(port);
  client.send("x".repeat(10 * READ_BYTES + 1)).end();
  await client.isClosed();
  const lengths = client.received.match(/\d+/g)!.map(Number);
  assert.ok(lengths.length > 10 && lengths.every((length) => length <= READ_BYTES));
  assert.is(
    lengths.reduce((sum, length) => sum + length),
    10 * READ_BYTES + 1,
  );
});

test.run();
