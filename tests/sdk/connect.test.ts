// Outgoing connections, and streams that write to one another: a proxy, a room.

import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Guest, runGuest, startGuest } from "../support/guest.ts";
import { withRuntime } from "./compile.ts";
import { Client } from "./client.ts";

const MIB = 1 << 20;
const listen = ["--listen", "127.0.0.1:0"];
const startEcho = (): Promise<Guest> =>
  startGuest({ module: "echo", args: ["127.0.0.1:0"], options: listen }).listening();

/** A port of 127.0.0.1 that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

test("connect: onOpen and what was written before; or onClose with the reason", async () => {
  const echo = await startEcho();
  const there = `127.0.0.1:${echo.port}`;
  const refused = `127.0.0.1:${await freePort()}`;
  const { code, stdout } = await runGuest({
    module: "tests/guests/sdk-connect",
    args: [there, refused, "127.0.0.2:1", "nowhere"],
    options: ["--connect", there, "--connect", refused],
  });
  const of = (address: string): string[] =>
    stdout.split("\n").filter((line) => line.startsWith(`${address} `));
  assert.equal(of(there), [`${there} open ${there}`, `${there} hello`, `${there} closed E0`]);
  assert.equal(of(refused), [`${refused} closed ECONNREFUSED`]);
  assert.equal(of("127.0.0.2:1"), ["127.0.0.2:1 closed EACCES"]);
  assert.equal(of("nowhere"), ["nowhere closed EINVAL"]);
  assert.match(stdout, /\nend\n$/);
  assert.is(code, 0);
});

type Runtime = "stub" | "incremental";

function testProxy(runtime: Runtime): void {
  const proxyModule = withRuntime("sdk-proxy", runtime);

  const startProxy = async (port: number): Promise<Guest> => {
    const to = `127.0.0.1:${port}`;
    const options = [...listen, "--connect", to];
    const module = await proxyModule;
    return startGuest({ module, args: ["127.0.0.1:0", to], options }).listening();
  };

  test(`proxy (${runtime}): 16 MiB through and back, half-closed, slowly read`, async () => {
    const echo = await startEcho();
    const proxy = await startProxy(echo.port);
    const sent = randomBytes(16 * MIB);
    const hash = createHash("sha256");
    const client = new Client(proxy.port, (data) => {
      hash.update(data);
      client.socket.pause();
      setImmediate(() => client.socket.resume());
    });
    await client.send(sent).end().isClosed();
    assert.is(client.bytes, sent.length);
    assert.is(hash.digest("hex"), createHash("sha256").update(sent).digest("hex"));
    assert.is(proxy.stdout(), "");
  });

  test(`proxy (${runtime}): a refused or a lost server closes the client`, async () => {
    const echo = await startEcho();
    const proxy = await startProxy(echo.port);
    const client = await new Client(proxy.port).send("hi").receives("hi");
    echo.kill();
    await client.receivesEnd();
    await client.end().isClosed();
    await echo.exited;
    const next = new Client(proxy.port).send("hi");
    await next.until(({ ended, closed }) => ended || closed);
    next.end();
    await proxy.says(/inside closed ECONNREFUSED/);
  });
}

function testRoom(runtime: Runtime): void {
  const roomModule = withRuntime("sdk-room", runtime);

  test(`room (${runtime}): every line reaches everybody, whole and in its order`, async () => {
    const options = listen;
    const module = await roomModule;
    const room = await startGuest({ module, args: ["127.0.0.1:0"], options }).listening();
    const people = Array.from({ length: 50 }, () => new Client(room.port));
    await Promise.all(people.map((person) => person.connected()));
    // Who is connected may not be accepted yet: all have come when all have heard the first line.
    people[0]!.send("first\n");
    const isIn = (person: Client): Promise<Client> => person.receives("first\n");
    await isIn(people[0]!);
    for (const person of people) {
      if (person.received === "") person.send("here\n");
    }
    await Promise.all(people.map((person) => person.until(({ received }) => received !== "")));
    const before = people.map(({ bytes }) => bytes);
    for (let line = 0; line < 40; line++) {
      for (const [i, person] of people.entries()) person.send(`#${i} ${line}\n`);
    }
    const isLine = /^#(?<who>\d+) (?<line>\d+)$/;
    const lines = ({ received }: Client): string[] =>
      received.split("\n").filter((line) => line.startsWith("#"));
    await Promise.all(people.map((person) => person.until(() => lines(person).length === 2000)));
    assert.ok(before.every((bytes) => bytes > 0));
    for (const person of people) {
      const next = new Map<string, number>();
      for (const text of lines(person)) {
        const { who = "", line } = isLine.exec(text)?.groups ?? {};
        assert.is(Number(line), next.get(who) ?? 0, text);
        next.set(who, Number(line) + 1);
      }
      assert.is(next.size, 50);
    }
  });

  test(`room (${runtime}): who does not read is shown out, the others hear on`, async () => {
    const options = listen;
    const module = await roomModule;
    const room = await startGuest({ module, args: ["127.0.0.1:0"], options }).listening();
    const deaf = await new Client(room.port).send("here\n").receives("here\n");
    deaf.socket.pause();
    const line = `${"x".repeat(10_000)}\n`;
    const speaker = new Client(room.port, () => {});
    let sent = 0;
    while (!room.stdout().includes("closed ENOBUFS")) {
      sent += line.length;
      await speaker.send(line).receivesBytes(sent);
    }
    sent += "last\n".length;
    await speaker.send("last\n").receivesBytes(sent);
    await speaker.end().isClosed();
    assert.is(room.stdout(), "closed ENOBUFS\n");
  });
}

for (const runtime of ["stub", "incremental"] as const) {
  testProxy(runtime);
  testRoom(runtime);
}

test.run();
