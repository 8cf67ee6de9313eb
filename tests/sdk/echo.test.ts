// The echo server on real traffic: large, half-closed, reset, unread, and in great numbers.

import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Guest, startGuest } from "../support/guest.ts";
import { Client } from "./client.ts";

const MIB = 1 << 20;

function startEcho(): Promise<Guest> {
  const options = ["--listen", "127.0.0.1:0"];
  return startGuest({ module: "echo", args: ["127.0.0.1:0"], options }).listening();
}

/** Resident memory of the host process, in bytes. */
function residentBytes({ pid }: Guest): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

/** CPU time of the host process so far, in clock ticks. */
function cpuTicks({ pid }: Guest): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /, "")
    .split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

interface Queues {
  sent: number;
  unread: number;
}

/** What the kernel holds in the queues of the guest's connections, in bytes. */
function queues({ port }: Guest): Queues[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const established = new RegExp(`: \\w+:${hexPort} \\S+ 01 (\\w+):(\\w+)`, "g");
  const found = readFileSync("/proc/net/tcp", "latin1").matchAll(established);
  return Array.from(found, ([, sent = "", unread = ""]) => ({
    sent: Number.parseInt(sent, 16),
    unread: Number.parseInt(unread, 16),
  }));
}

/** Asserts that a new connection is served. */
async function serves(guest: Guest): Promise<void> {
  const client = new Client(guest.port).send("still there?").end();
  await client.isClosed();
  assert.is(client.received, "still there?");
}

const guest = await startEcho();
const sockets = (): number =>
  guest.openDescriptors().filter(({ target }) => target.startsWith("socket:")).length;
const idleSockets = sockets();

/** Waits, by looking, until the guest holds this many connections. */
async function holds(count: number): Promise<void> {
  while (sockets() !== idleSockets + count) await delay(5);
}

test("echo: 4 MiB come back unchanged", async () => {
  const sent = randomBytes(4 * MIB);
  const hash = createHash("sha256");
  const client = new Client(guest.port, (data) => hash.update(data)).send(sent).end();
  await client.isClosed();
  assert.is(client.bytes, sent.length);
  assert.is(hash.digest("hex"), createHash("sha256").update(sent).digest("hex"));
});

test("echo: bytes come back as they come, one by one", async () => {
  const client = new Client(guest.port);
  for (const byte of "one by one") {
    const { received } = client;
    await client.send(byte).receives(`${received}${byte}`);
  }
  await client.end().isClosed();
  assert.is(client.received, "one by one");
});

test("echo: costs a wait, a read and a write; a connection three calls more", async () => {
  const options = ["--listen", "127.0.0.1:0", "--trace"];
  const traced = await startGuest({ module: "echo", args: ["127.0.0.1:0"], options }).listening();
  const client = new Client(traced.port);
  for (const text of ["one", "two"]) {
    await client.send(text).until(({ received }) => received.endsWith(text));
  }
  await client.end().isClosed();
  await traced.says(/^close\(/m);
  const calls = traced.stderr().match(/^(?!tripoll)\w+(?=\()/gm)!;
  const turn = ["epoll_wait", "recvfrom", "sendto"];
  // The connection may be accepted before its first bytes are there.
  const text = calls.slice(calls.indexOf("accept4")).join(" ").replace("4 epoll_wait epo", "4 epo");
  const accepted = ["accept4", "epoll_ctl", "accept4"];
  assert.is(text, [...accepted, ...turn, ...turn, "epoll_wait", "recvfrom", "close"].join(" "));
});

test("half-close: what was sent before FIN comes back, then FIN", async () => {
  const sent = randomBytes(MIB);
  const client = new Client(guest.port, () => {});
  client.socket.pause(); // the answer waits in the server when the FIN comes
  client.send(sent).end();
  client.socket.resume();
  await client.isClosed();
  assert.is(client.bytes, MIB);
  assert.is(client.error, undefined);
});

test("half-close: FIN without a byte is answered with FIN", async () => {
  const client = await new Client(guest.port).end().isClosed();
  assert.is(client.bytes, 0);
  assert.is(client.error, undefined);
});

test("reset: in the middle of a write drops the connection, and others are served", async () => {
  const chunk = randomBytes(MIB);
  for (let i = 0; i < 20; i++) {
    const client = new Client(guest.port, () => {});
    for (let sent = 0; sent < 32; sent++) client.send(chunk);
    await client.until(({ bytes }) => bytes > 0);
    assert.ok(client.bytes < 32 * MIB, "the server is not done");
    client.reset();
  }
  await serves(guest);
  await holds(0);
});

test("back-pressure: 100 MB for a peer that does not read cost no memory", async () => {
  const chunk = randomBytes(MIB);
  const chunks = 100;
  let wrong = 0;
  const check = (data: Buffer) => {
    let at = client.bytes - data.length;
    for (let from = 0; from < data.length;) {
      const start = at % MIB;
      const length = Math.min(data.length - from, MIB - start);
      if (data.compare(chunk, start, start + length, from, from + length) !== 0) wrong++;
      from += length;
      at += length;
    }
  };
  const client = new Client(guest.port, check);
  await client.connected();
  const before = residentBytes(guest);
  client.socket.pause();
  for (let i = 0; i < chunks; i++) client.send(chunk);
  client.end();

  // It is stuck when nothing moves any more, neither the kernel's queues nor the server's CPU.
  let seen = "";
  for (let same = 0; same < 10;) {
    await delay(20);
    const now = `${JSON.stringify(queues(guest))} ${cpuTicks(guest)}`;
    same = now === seen ? same + 1 : 0;
    seen = now;
  }
  const [{ sent, unread } = { sent: 0, unread: 0 }] = queues(guest);
  assert.ok(sent > 0 && unread > 0, `the server neither reads nor is read: ${seen}`);
  assert.ok(residentBytes(guest) - before < 8 * MIB, "memory while nothing is read");
  await serves(guest);

  client.socket.resume();
  await client.isClosed();
  assert.is(client.bytes, chunks * MIB);
  assert.is(wrong, 0);
  assert.ok(residentBytes(guest) - before < 8 * MIB, "memory when all is read");
});

test("connections: 5,000 at once, each of them served", async () => {
  const clients: Client[] = [];
  for (let i = 0; i < 5000; i++) {
    clients.push(new Client(guest.port));
    // The client's own side of a connection must not fill the server's queue of them.
    if (i % 200 === 0) await clients[i]!.connected();
  }
  await Promise.all(clients.map((client) => client.connected()));
  await holds(5000);
  for (const [index, client] of clients.entries()) client.send(`I am ${index}`);
  await Promise.all(clients.map((client, index) => client.receives(`I am ${index}`)));
  for (const client of clients) client.end();
  await Promise.all(clients.map((client) => client.isClosed()));
  assert.ok(clients.every(({ received }, index) => received === `I am ${index}`));
  await holds(0);
});

/** Opens and closes connections, 50 at a time, each with one message. */
async function comeAndGo(count: number): Promise<void> {
  for (let done = 0; done < count; done += 50) {
    const clients = Array.from({ length: 50 }, () => new Client(guest.port).send("hi").end());
    await Promise.all(clients.map((client) => client.isClosed()));
    assert.ok(clients.every(({ received }) => received === "hi"));
  }
  await holds(0);
}

test("connections: 10,000 opened and closed leave nothing", async () => {
  await comeAndGo(1000);
  const before = residentBytes(guest);
  await comeAndGo(10_000);
  const grown = residentBytes(guest) - before;
  assert.ok(grown < 2 * MIB, `grown by ${grown} bytes`);
});

test("echo: says what is wrong with its address", async () => {
  const bad = startGuest({ module: "echo", args: ["localhost:7000"] });
  assert.equal(await bad.exited, { code: 1, signal: null });
  assert.is(bad.stderr(), "listen localhost:7000: EINVAL\n");
});

test("echo: the file is short enough to be read as an example", () => {
  const lines = readFileSync(new URL("../../../assembly/servers/echo.ts", import.meta.url), "utf8");
  assert.ok(lines.split("\n").length <= 41);
});

test.run();
