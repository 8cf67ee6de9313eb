// The servers of the tutorial when something is wrong: what they say, and how they end or go on.

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { atEnd } from "../support/cleanup.ts";
import { each, PORTS, type Server, SERVERS, startAnywhere } from "./programs.ts";
import { addressOf, ownStderr, type Running, type Side, SIDES, type Started } from "./sides.ts";

/** Those that answer. */
const ECHOING: readonly Server[] = ["poll", "level", "manual", "oneshot"];

const TEXTS = {
  EACCES: "Permission denied",
  EADDRINUSE: "Address already in use",
  EMFILE: "Too many open files",
};

/** As perror says it; `check` of the SDK has names for the errors. */
const errorOf = ({ language }: Side, error: keyof typeof TEXTS): string =>
  language === "C" ? TEXTS[error] : error;

/** Asserts that a server ends by itself with exit code 1, and gives what it says. */
async function failing(side: Side, name: Server, started: Started): Promise<Running> {
  const server = side.start(name, started);
  assert.equal(await server.exited, { code: 1, signal: null }, name);
  assert.is(server.stdout(), "");
  return server;
}

/** Where a server cannot get its port: those in AssemblyScript share bindTcp, so one will do. */
const sidesOf = (name: Server): Side[] =>
  SIDES.filter(({ language }) => language === "C" || name === "poll");

const holder = createServer().listen(0, "127.0.0.1");
await once(holder, "listening");
atEnd(() => holder.close());
const held = (holder.address() as AddressInfo).port;

for (const name of SERVERS) {
  const inUse = async (side: Side): Promise<void> => {
    const server = await failing(side, name, { args: [`${held}`], grant: addressOf(held) });
    assert.is(server.stderr(), `bind: ${errorOf(side, "EADDRINUSE")}\n`);
  };
  each(`${name}: a port in use ends it`, inUse, { sides: sidesOf(name) });
}

const usage: Partial<Record<Server, string>> = {
  edge: "getaddrinfo: Servname not supported for ai_socktype\n",
  exclusive: "usage: exclusive [PORT [all]]\n",
};

for (const name of SERVERS) {
  const noPort = async (side: Side): Promise<void> => {
    const server = await failing(side, name, { args: ["nonsense"], grant: addressOf(0) });
    assert.is(
      server.stderr().replace(/^usage: \S+/, `usage: ${name}`),
      side.language === "C" ? (usage[name] ?? `usage: ${name} [PORT]\n`) : "bind: EINVAL\n",
    );
  };
  each(`${name}: what is no port ends it`, noPort, { sides: sidesOf(name) });
}

for (const name of SERVERS) {
  const denied = async (side: Side): Promise<void> => {
    const server = await failing(side, name, {});
    const address = addressOf(PORTS[name]);
    assert.is(ownStderr(server), `bind: ${errorOf(side, "EACCES")}\n`);
    const why = `may not listen on ${address}; grant it with --listen ${address}`;
    assert.match(server.stderr(), `tripoll: ${name}.wasm ${why}\n`);
  };
  each(`${name}: a port that is not granted ends it, and the host says why`, denied, {
    sides: sidesOf(name).filter(({ isGuest }) => isGuest),
  });
}

for (const name of ECHOING) {
  each(`${name}: a client's reset is its own affair`, async (side) => {
    const server = await startAnywhere(side, name);
    const other = await new Client(server.port).send("before").receives("before");
    for (let i = 0; i < 3; i++) {
      const client = await new Client(server.port).send("x").receivesBytes(1);
      client.send("more").reset();
    }
    const answered = other.bytes;
    await other.send(" after").receivesBytes(answered + 1);
    await other.end().isClosed();
    assert.is(ownStderr(server), "");
  });
}

for (const name of ECHOING) {
  each(`${name}: serves as long as there are descriptors, and ends without`, async (side) => {
    const first = name === "poll" ? 4 : 5; // 3 is the listener, 4 the epoll
    const server = await startAnywhere(side, name, { descriptorsMax: first + 2 });
    const clients = [new Client(server.port), new Client(server.port)];
    await Promise.all(clients.map((client) => client.send("x").receivesBytes(1)));
    new Client(server.port).send("x");
    assert.equal(await server.exited, { code: 1, signal: null });
    const call = name === "manual" ? "accept" : "accept4";
    assert.is(ownStderr(server), `${call}: ${errorOf(side, "EMFILE")}\n`);
  });
}

test.run();
