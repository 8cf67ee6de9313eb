// Listening: the errors that are results, and a server that has no more descriptors.

import { createServer } from "node:net";
import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd } from "../support/cleanup.ts";
import { runGuest, startGuest } from "../support/guest.ts";
import { Client } from "./client.ts";

test("tryListen: the port, or why not", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  atEnd(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const { code, stdout } = await runGuest({
    module: "tests/guests/sdk-listen",
    args: ["0", "[::1]:0", `127.0.0.1:${port}`, "127.0.0.2:0", "192.0.2.1:0", "localhost:1"],
    options: ["127.0.0.1:*", "[::1]:0", "192.0.2.1:0"].flatMap((to) => ["--listen", to]),
  });
  const [ipv4, ipv6, ...others] = stdout.split("\n");
  assert.is(ipv4, "0 a port");
  assert.match(ipv6!, /^\[::1\]:0 (?:a port|EADDRNOTAVAIL|EAFNOSUPPORT)$/); // IPv6 may be off
  assert.equal(others, [
    `127.0.0.1:${port} EADDRINUSE`,
    "127.0.0.2:0 EACCES",
    "192.0.2.1:0 EADDRNOTAVAIL",
    "localhost:1 EINVAL",
    "",
  ]);
  assert.is(code, 0);
});

const ROOM = 4;
const options = ["--listen", "127.0.0.1:0"];

test("accept without descriptors: waits without spinning until one is closed", async () => {
  const args = ["127.0.0.1:0", String(ROOM)];
  const guest = startGuest({
    module: "tests/guests/sdk-starved",
    args,
    options: [...options, "--trace"],
  });
  await guest.listening();
  const served: Client[] = [];
  for (let i = 0; i < ROOM; i++) {
    served.push(await new Client(guest.port).send("hi").receives("hi"));
  }
  const waiting = await new Client(guest.port).send("hi").connected();
  const late = await new Client(guest.port).send("ho").connected();

  // Six times it has tried in vain: each time but the first after a sleep that nothing ended.
  await guest.says(/^accept4\(.*EMFILE/m, 6);
  const trace = guest.stderr();
  const tries = trace.split(/^accept4\(.*EMFILE.*$/m).slice(1, -1);
  for (const calls of tries) {
    assert.match(calls, /epoll_ctl\(\d+, EPOLL_CTL_MOD, \d+, \{0, /, "looks away");
    assert.match(calls, /epoll_wait\(\d+, \[\], 1024, \d+\) = 0/, "sleeps until a timer");
  }
  assert.is(waiting.received, "");

  await served[0]!.end().isClosed();
  await waiting.receives("hi");
  // What was closed is given to the next at once, not when the timer comes.
  const closing = guest.stderr().slice(trace.length);
  const [, calls = ""] = closing.split(/^close\(\d+\) = 0$/m);
  assert.is(calls.indexOf("EPOLL_CTL_MOD") < calls.indexOf("epoll_wait"), true, calls);
  await served[1]!.end().isClosed();
  await late.receives("ho");
  await served[2]!.send("!").receives("hi!");
});

test("accept without descriptors: many that come and go are all served", async () => {
  const args = ["127.0.0.1:0", String(ROOM)];
  const guest = await startGuest({ module: "tests/guests/sdk-starved", args, options }).listening();
  const clients = Array.from({ length: 200 }, (_, i) => {
    const client = new Client(guest.port).send(`I am ${i}`);
    return client.end().isClosed();
  });
  for (const [i, client] of (await Promise.all(clients)).entries()) {
    assert.is(client.received, `I am ${i}`);
  }
});

test.run();
