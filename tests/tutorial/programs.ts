// The programs of assembly/servers/tutorial/, started as docs/TUTORIAL.md says, and nc to try them.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { atEnd } from "../support/cleanup.ts";
import { Guest, startGuest } from "../support/guest.ts";

/** Starts a server on any free port; `options` are more of the host's. */
export const startAnywhere = (
  name: string,
  args: string[] = [],
  options: string[] = [],
): Promise<Guest> => start(name, "127.0.0.1:0", ["127.0.0.1:0", ...args], options);

/** Starts a server as its page says: it has no arguments, and so its own port. */
export const startAt = (name: string, port: number): Promise<Guest> =>
  start(name, `127.0.0.1:${port}`, [], []);

function start(name: string, grant: string, args: string[], options: string[]): Promise<Guest> {
  const module = `tutorial/${name}`;
  return startGuest({ module, args, options: ["--listen", grant, ...options] }).listening();
}

/** Why a test on this port has to be skipped; undefined: the port is free. */
export async function taken(port: number): Promise<string | undefined> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return `port ${port} is taken`;
  }
  server.close();
  await once(server, "close");
}

/** Matches an output that has this word so often. */
export const times = (word: string, count: number): RegExp =>
  new RegExp(`^(?:(?:(?!${word})[^])*${word}){${count}}`);

/** Asserts that an echo server gives a client that reads late all of it, and others theirs
 * meanwhile. */
export async function isReadLate(name: string): Promise<void> {
  const { port } = await startAnywhere(name);
  const sent = randomBytes(16 << 20);
  const received: Buffer[] = [];
  const client = new Client(port, (data) => received.push(data));
  client.socket.pause();
  client.send(sent).end();
  await new Client(port).send("meanwhile").receives("meanwhile");
  client.socket.resume();
  await client.isClosed();
  assert.ok(Buffer.concat(received).equals(sent));
}

/** What `nc -N 127.0.0.1 PORT` prints that is given this input, and then its end. */
export async function netcat(port: number, input: string): Promise<string> {
  const nc = spawn("nc", ["-N", "127.0.0.1", String(port)]);
  const forget = atEnd(() => nc.kill());
  nc.stdin.end(input);
  const output = await text(nc.stdout);
  forget();
  return output;
}
