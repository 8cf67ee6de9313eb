// The programs of the tutorial, started as docs/TUTORIAL.md says on each of their sides, and nc to
// try them. Must not know what the programs do.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { constants } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { needCc, run as finish } from "../support/cc.ts";
import { atEnd } from "../support/cleanup.ts";
import { ROOT } from "../support/guest.ts";
import { skipIf } from "../support/skip.ts";
import { need } from "../support/tools.ts";
import {
  addressOf,
  type Running,
  type Side,
  SIDES,
  type Started,
  startShell,
  statusOf,
} from "./sides.ts";

/** The servers, and the ports that they have without an argument. */
export const PORTS = {
  poll: 9877,
  level: 15_000,
  edge: 8080,
  manual: 9878,
  oneshot: 9879,
  exclusive: 9880,
} as const;

export type Server = keyof typeof PORTS;

export const SERVERS = Object.keys(PORTS) as Server[];

/** The programs that need no client. */
const PRINTING = ["edge-level", "pwait", "descriptors", "nested"] as const;

export type Name = Server | (typeof PRINTING)[number];

export const NAMES: readonly Name[] = [...SERVERS, ...PRINTING];

/** What `node host/run.js` is given to run a program as its page says. */
export const wordsOf = (name: Name, module: string): string =>
  name in PORTS ? `--listen ${addressOf(PORTS[name as Server])} ${module}` : module;

/** Starts a server on any free port. */
export const startAnywhere = (
  side: Side,
  name: Server,
  { args = [], ...started }: Started = {},
): Promise<Running> =>
  side.start(name, { ...started, args: ["0", ...args], grant: addressOf(0) }).listening();

/** Starts a server as its page says: it has no arguments, and so its own port. */
async function startAt(side: Side, name: Server): Promise<Running> {
  const server = await side.start(name, { grant: addressOf(PORTS[name]) }).listening();
  assert.is(server.port, PORTS[name]);
  return server;
}

interface Case {
  sides?: readonly Side[];
  /** Why the test has to be skipped on every side. */
  missing?: string | undefined;
}

/** Defines a test for each side. */
export function each(
  name: string,
  body: (side: Side) => unknown,
  { sides = SIDES, missing }: Case = {},
): void {
  for (const side of sides) {
    test(
      `${name} (${side.name})`,
      skipIf(missing ?? side.missing, () => body(side)),
    );
  }
}

/**
 * Defines a test for each side, of a server that was started as its page says, and nc. At the end
 * Ctrl-C ends the server.
 */
export async function onItsPort(
  name: Server,
  behaviour: string,
  body: (server: Running) => unknown,
): Promise<void> {
  const missing = need("nc") ?? (await taken(name));
  each(
    `${name}: on its own port, ${behaviour}`,
    async (side) => meet(await startAt(side, name), body),
    { missing },
  );
}

/** Tries a server, and ends it with Ctrl-C: its port is the next one's. */
async function meet(server: Running, body: (server: Running) => unknown): Promise<void> {
  try {
    await body(server);
  } finally {
    server.kill("SIGINT");
    await server.exited;
  }
  assert.is(statusOf(await server.exited), 128 + constants.signals.SIGINT);
}

/**
 * Defines a test for each block of commands that a page has about a server in C: a shell runs them,
 * and the last one is the server, to which nc talks.
 */
export async function asPrinted(
  page: string,
  name: Server,
  body: (server: Running) => unknown,
): Promise<void> {
  const missing = needCc() ?? need("nc") ?? (await taken(name));
  const blocks = [...readFileSync(join(ROOT, page), "utf8").matchAll(/^```sh\n([^]*?)\n```$/gm)]
    .map(([, block]) => block!)
    .filter((block) => block.includes(` tests/guests/c/${name}.c `));
  if (blocks.length === 0) throw new Error(`${page} has no commands for ${name}.c`);
  for (const block of blocks) {
    const commands = block.replaceAll("npx tripoll", "node host/run.js").split("\n");
    const last = commands.pop()!;
    const follow = async (): Promise<void> => {
      for (const command of commands) {
        assert.equal(finish("sh", ["-c", command], { cwd: ROOT }), {
          code: 0,
          stdout: "",
          stderr: "",
        });
      }
      const server = await startShell(last, ROOT).listening();
      assert.is(server.port, PORTS[name]);
      await meet(server, body);
    };
    test(`${page}: ${last}`, skipIf(missing, follow));
  }
}

/** Why a test on a server's own port has to be skipped; undefined: the port is free. */
async function taken(name: Server): Promise<string | undefined> {
  const server = createServer().listen(PORTS[name], "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return `port ${PORTS[name]} is taken`;
  }
  server.close();
  await once(server, "close");
}

/** Asserts that an echo server gives a client that reads late all of it, and others theirs
 * meanwhile. */
export async function isReadLate({ port }: Running): Promise<void> {
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
