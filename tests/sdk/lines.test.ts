// Lines: handed out whole, wherever they were split on their way.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { startGuest } from "../support/guest.ts";
import { Client } from "./client.ts";

const guest = await startGuest({
  module: "lines",
  args: ["127.0.0.1:0"],
  options: ["--listen", "127.0.0.1:0"],
}).listening();

/** What the server answers to these pieces, each sent when the one before has arrived. */
async function answer(...pieces: string[]): Promise<string> {
  const client = await new Client(guest.port).connected();
  for (const piece of pieces) {
    await new Promise<void>((resolve) => {
      client.socket.write(piece, "latin1", () => resolve());
    });
  }
  await client.end().isClosed();
  assert.is(client.error, undefined);
  return client.received;
}

test("lines: are answered in order, LF and CR LF alike", async () => {
  assert.is(await answer("ping\r\nsay a b\ncount\n"), "pong\na b\n3\n");
});

test("lines: are whole wherever they were split", async () => {
  const text = "ping\r\nsay twice\n\nping\n";
  const whole = "pong\ntwice\nunknown\npong\n";
  for (let at = 0; at <= text.length; at++) {
    assert.is(await answer(text.slice(0, at), text.slice(at)), whole, `split at ${at}`);
  }
  assert.is(await answer(...text), whole);
});

test("lines: CR belongs to the line, unless it is just before LF", async () => {
  assert.is(await answer("say a\rb\r\r\n\r\n"), "a\rb\r\nunknown\n");
});

test("lines: a last line without LF is not handed out", async () => {
  assert.is(await answer("ping\nping"), "pong\n");
});

test("lines: a fresh connection knows nothing of the one before", async () => {
  assert.is(await answer("ping\ncount\nhalf a li"), "pong\n2\n");
  assert.is(await answer("ping\ncount\n"), "pong\n2\n");
});

test("lines: up to 64 KiB with the LF", async () => {
  const line = "x".repeat(65_536 - "say \n".length);
  assert.is(await answer(`say ${line}\n`), `${line}\n`);
  const pieces = [`say ${line}\n`.slice(0, 20_000), `say ${line}\n`.slice(20_000)];
  assert.is(await answer("ping\n", ...pieces, "ping\n"), `pong\n${line}\npong\n`);
});

test("lines: 64 KiB without LF end the connection", async () => {
  const client = new Client(guest.port).send(`ping\n${"x".repeat(65_536)}`);
  await client.receivesEnd();
  assert.is(client.received, "pong\n");
  await client.end().isClosed();
});

test("lines: two million of them, with answers four times as long", async () => {
  const client = new Client(guest.port, () => {});
  const batch = "x\n".repeat(50_000);
  for (let i = 0; i < 40; i++) client.send(batch);
  await client.end().isClosed();
  assert.is(client.bytes, 40 * 50_000 * "unknown\n".length);
});

test("close: answers what came before, and nothing after", async () => {
  const client = new Client(guest.port).send("ping\nquit\nping\n");
  await client.receivesEnd();
  await client.end().isClosed();
  assert.is(client.received, "pong\n");
  assert.is(client.error, undefined);
});

test.run();
