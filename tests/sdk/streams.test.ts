// A stream's life: what its handlers are told, on each way that a connection can end.

import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startGuest } from "../support/guest.ts";
import { Client } from "./client.ts";

const options = ["--listen", "127.0.0.1:0"];
const args = ["127.0.0.1:0"];
const streams = await startGuest({ module: "tests/guests/sdk-streams", args, options }).listening();
const data = await startGuest({ module: "tests/guests/sdk-data", args, options }).listening();

/** A connection to the guest that does what it is told. */
class Told extends Client {
  #address = "";

  static async open(): Promise<Told> {
    const told = await new Told(streams.port).connected();
    told.#address = `127.0.0.1:${told.socket.localPort}`;
    return told;
  }

  /** What the guest has printed about this connection. */
  events(): string[] {
    const lines = streams.stdout().split("\n").slice(0, -1);
    const own = lines.filter((line) => line.startsWith(`${this.#address} `));
    return own.map((line) => line.slice(this.#address.length + 1));
  }

  /** Waits until the guest says that the connection is over, and one round trip more. */
  async over(): Promise<void> {
    await streams.says(new RegExp(`^${this.#address} closed`, "m"));
    await (await new Client(streams.port).send("after\n").receives("after\n")).end().isClosed();
  }

  /** Asserts what the guest has printed when the connection is over. */
  async was(...events: string[]): Promise<void> {
    await this.over();
    assert.equal(this.events(), ["open", ...events]);
  }
}

test("end by the peer: onEnd, then onClose, once", async () => {
  const told = await Told.open();
  await told.send("a\nb\n").end().isClosed();
  assert.is(told.received, "a\nb\n");
  await told.was("end", "closed");
});

test("end by the server: FIN, input goes on, the peer's FIN closes", async () => {
  const told = await Told.open();
  await told.send("a\nend\npause\n").receivesEnd();
  assert.is(told.received, "a\n");
  await streams.says(/paused/);
  told.end();
  await told.was("paused", "end", "closed");
  assert.is(told.error, undefined);
});

test("end of the input: the server may write on", async () => {
  const told = await Told.open();
  await told.send("stay\n").end().isClosed();
  assert.is(told.received, "tick\ntick\ntick\n");
  await told.was("end", "closed");
});

test("end of the input: much may be written after it", async () => {
  const told = await Told.open();
  await told.send("last\n").end().isClosed();
  assert.ok(told.bytes >= 1 << 20, `${told.bytes} bytes`);
  await told.was("end", "closed");
});

test("close: FIN, input is dropped, the peer's FIN closes, onEnd is not called", async () => {
  const told = await Told.open();
  await told.send("a\nclose\npause\n").receivesEnd();
  assert.is(told.received, "a\n");
  await told.send("pause\n".repeat(50_000)).end().isClosed();
  assert.is(told.error, undefined);
  await told.was("closed");
});

test("close: who does not end is closed when the lingering time is over", async () => {
  const told = await Told.open();
  const ended = await Told.open();
  await told.send("close\n").receivesEnd();
  await ended.send("end\n").receivesEnd();
  ended.send("close\n");
  await Promise.all([told.was("closed"), ended.was("closed")]);
});

test("close: what waits goes out first", async () => {
  const told = await Told.open();
  told.socket.pause();
  told.send("flood\n");
  const [, taken] = await streams.says(/waits (\d+)/);
  told.socket.resume();
  await told.receivesEnd();
  await told.end().isClosed();
  assert.is(told.bytes, Number(taken));
  assert.is(told.error, undefined);
  await told.was(`waits ${taken}`, "closed");
});

test("destroy: nothing that waits is sent, nothing more is called, onClose once", async () => {
  const told = await Told.open();
  await told.send("a\n").receives("a\n");
  await told.send("b\ndestroy\nc\n").receivesEnd();
  await told.end().isClosed();
  assert.is(told.received, "a\n");
  await told.was("closed EPROTO");
});

test("reset by the peer: onClose with the error, once", async () => {
  const told = await Told.open();
  await told.send("a\n").receives("a\n");
  told.reset();
  await told.was("closed ECONNRESET");
});

test("reset by the peer: in the middle of a write, too", async () => {
  const told = await Told.open();
  told.send("flood\n");
  await told.until(({ bytes }) => bytes > 0);
  told.reset();
  await told.over();
  assert.match(told.events().join(" "), /^open closed (ECONNRESET|EPIPE)$/);
});

test("timeout: onTimeout, then onClose with -ETIMEDOUT", async () => {
  const told = await Told.open();
  await told.send("timeout\n").receivesEnd();
  await told.was("timeout", "closed ETIMEDOUT");
});

test("timeout: is not that of the next connection", async () => {
  const told = await Told.open();
  await told.send("timeout\n").end().isClosed();
  await told.was("end", "closed");
  const next = await Told.open(); // the same object
  await next.send("pause\n".repeat(10)).end().isClosed();
  await next.was(...Array.from({ length: 10 }, () => "paused"), "end", "closed");
});

test("pause: no line until resume, in the same batch or in a later one", async () => {
  const told = await Told.open();
  told.send("a\npause\nb\npause\n");
  await told.receives("a\n");
  told.send("c\n");
  await told.receives("a\nb\nc\n");
  assert.is(told.received, "a\nb\nc\n");
  await told.end().isClosed();
  await told.was("paused", "paused", "end", "closed");
});

test("pause: what came and the end are held until resume", async () => {
  const told = await Told.open();
  await told.send("pause\nb\n").end().isClosed();
  assert.is(told.received, "b\n");
  await told.was("paused", "end", "closed");
});

test("requests: nothing is allocated for them, or for connections", async () => {
  const heap = async (): Promise<number> => {
    const client = await new Client(streams.port).send("heap\n").end().isClosed();
    return Number(client.received);
  };
  const requests = async (): Promise<void> => {
    const client = new Client(streams.port);
    await client.send("some line\n".repeat(20_000)).end().isClosed();
    assert.is(client.bytes, 200_000);
  };
  // Each connection of this guest makes the text of its address and prints lines: a fixed sum.
  await requests();
  const first = await heap();
  const second = await heap();
  await requests();
  const third = await heap();
  const connection = second - first;
  assert.ok(connection < 2000, `a connection takes ${connection} bytes`);
  const rest = third - second - 2 * connection;
  assert.ok(Math.abs(rest) < 200, `20,000 requests took ${rest} bytes`);
});

/** Sends `text` in one piece; what came back, and how the connection ended. */
async function answer(text: string): Promise<{ received: string; closed: string }> {
  const before = data.stdout().length;
  const client = await new Client(data.port).send(text).end().isClosed();
  while (!data.stdout().slice(before).includes("closed")) await delay(1);
  return { received: client.received, closed: data.stdout().slice(before).split("\n").at(-2)! };
}

test("onData: a result below zero closes with it", async () => {
  const { closed } = await answer("r");
  assert.is(closed, "closed EPROTO after 1");
});

test("onData: what is left is offered again, at once or with what follows, until FIN", async () => {
  const words = "w1234567".repeat(20_000);
  const { received, closed } = await answer(`${words}w123`);
  assert.is(received, "1234567".repeat(20_000));
  assert.match(closed, /^closed E0 /);
});

test("onData: 64 KiB of which nothing is used end the stream with -EMSGSIZE", async () => {
  const client = await new Client(data.port).send("k".repeat(65_535)).connected();
  assert.is(client.closed, false);
  await (await client.send("k").receivesEnd()).end().isClosed();
  await data.says(/closed EMSGSIZE after 65536/);
});

test("onData: parts of the input are written in any order", async () => {
  const { received } = await answer("b0123456789".repeat(3000));
  assert.is(received, "01234567.8901".repeat(3000));
});

test("write: takes the bytes as they are at the call", async () => {
  const { received } = await answer("n");
  assert.is(received, "01234567891011");
});

test("close: in onData leaves the data alone until that returns", async () => {
  const client = await new Client(data.port).send("c".repeat(15_000)).connected();
  await client.send("c".repeat(15_000)).receivesEnd();
  await client.end().isClosed();
  assert.match(data.stdout(), /^after close true$/m);
});

test("writeText: all or nothing, and in the end all", async () => {
  const client = new Client(data.port, () => {});
  await client.send("x").receivesBytes(100 * 57_344);
  await client.end().isClosed();
  assert.is(client.bytes, 100 * 57_344);
  assert.match(data.stdout(), /^too long EMSGSIZE$/m);
});

test("write: after end() it is -EPIPE, and there is no room", async () => {
  const { received } = await answer("lbye");
  assert.is(received, "bye");
  assert.match(data.stdout(), /^late EPIPE 0$/m);
});

test("onData: who claims more than was there is stopped, with the place", async () => {
  const guest = await startGuest({ module: "tests/guests/sdk-data", args, options }).listening();
  new Client(guest.port).send("t");
  assert.is((await guest.exited).code, 134);
  assert.match(
    guest.stderr(),
    /^abort: onData: used more than it was given in assembly\/stream\.ts:\d+:\d+$/m,
  );
});

test.run();
