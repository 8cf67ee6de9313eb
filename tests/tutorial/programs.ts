// The programs of the tutorial on each of their sides, started as docs/TUTORIAL.md says, and nc to
// try them. Must not know what the programs do.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { atEnd } from "../support/cleanup.ts";
import { type Output, type Program, startGuest } from "../support/guest.ts";
import { skipIf } from "../support/skip.ts";
import { need } from "../support/tools.ts";

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

/** The programs that need no client. */
const PRINTING = ["edge-level", "pwait", "descriptors", "nested"] as const;

export type Name = Server | (typeof PRINTING)[number];

export const NAMES: readonly Name[] = [...(Object.keys(PORTS) as Server[]), ...PRINTING];

/** A program that was started; of a server, `listening` finds out its port. */
export interface Running extends Program {
  port: number;
  listening: () => Promise<Running>;
}

export interface Started {
  args?: string[];
  /** What a guest may listen on. */
  grant?: string | undefined;
  /** More options of the host. */
  options?: string[];
}

/** One way to have the programs: in a language, as guests or not. */
export class Side {
  readonly name: string;
  /** Why its tests have to be skipped. */
  readonly missing: string | undefined;
  readonly start: (name: Name, started?: Started) => Running;

  constructor(name: string, start: Side["start"], missing?: string) {
    this.name = name;
    this.start = start;
    this.missing = missing;
  }

  /** Starts a server on any free port; `options` are more of the host's. */
  startAnywhere(name: Server, args: string[] = [], options: string[] = []): Promise<Running> {
    return this.start(name, { args: ["0", ...args], grant: grantOf(0), options }).listening();
  }

  /** Starts a server as its page says: it has no arguments, and so its own port. */
  async startAt(name: Server): Promise<Running> {
    const server = await this.start(name, { grant: grantOf(PORTS[name]) }).listening();
    assert.is(server.port, PORTS[name]);
    return server;
  }

  /** Runs a program to its end. */
  async run(name: Name, started?: Started): Promise<Output> {
    const program = this.start(name, started);
    const exit = await program.exited;
    return { ...exit, stdout: program.stdout(), stderr: program.stderr() };
  }
}

const grantOf = (port: number): string => `127.0.0.1:${port}`;

/** What `node host/run.js` is given to run a program as its page says. */
export const wordsOf = (name: Name, module: string): string =>
  name in PORTS ? `--listen ${grantOf(PORTS[name as Server])} ${module}` : module;

/** A side of guests; `module` finds one below build/, without its ending. */
const guests = (name: string, module: (name: Name) => string, missing?: string): Side =>
  new Side(
    name,
    (program, { args = [], grant, options = [] } = {}) => {
      const granted = grant === undefined ? [] : ["--listen", grant];
      return startGuest({ module: module(program), args, options: [...granted, ...options] });
    },
    missing,
  );

const ASSEMBLYSCRIPT = guests("AssemblyScript", (name) => `tutorial/${name}`);

export const SIDES: readonly Side[] = [ASSEMBLYSCRIPT];

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

/** Defines a test for each side, of a server that was started as its page says, and nc. */
export async function onItsPort(
  name: Server,
  behaviour: string,
  body: (server: Running) => unknown,
): Promise<void> {
  const missing = need("nc") ?? (await taken(name));
  each(`${name}: on its own port, ${behaviour}`, async (side) => body(await side.startAt(name)), {
    missing,
  });
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
