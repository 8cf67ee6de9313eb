// Runs one C program as an attack on both sides: on the bare kernel, where it has to succeed, or
// the test would prove nothing, and in a guest. And victims, which tell what has reached them.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { buildBoth } from "../contract/contract.ts";
import { atEnd } from "../support/cleanup.ts";
import { Program, startGuest } from "../support/guest.ts";

export const SIDES = ["kernel", "guest"] as const;
export type Side = (typeof SIDES)[number];

/** What a program has said: `what = result`, the result a number or the name of an errno. */
export type Said = Record<string, string>;

/** Granted in the tests that grant something, and never granted. */
export const OWN = "127.0.0.1";
export const FOREIGN = "127.0.0.2";

export interface RunOptions {
  /** Options of the host. */
  options?: string[];
  args?: (string | number)[];
  /** Runs once the program has said something that matches, before it is ended. */
  meanwhile?: { at: RegExp; does: (running: Program, said: Said) => unknown };
}

const parse = (stdout: string): Said =>
  Object.fromEntries(
    [...stdout.matchAll(/^(.+?) = (.*)$/gm)].map(([, what, said]) => [what, said]),
  );

/**
 * Returns a function that runs `NAME.c`, which is next to this file, on a side: to its end, or
 * until it has parked itself, and is ended then. It gives what the program has said.
 */
export function attacks(name: string) {
  const folder = "tests/published";
  const { program } = buildBoth(folder, name);
  return async (side: Side, which: string, setting: RunOptions = {}): Promise<Said> => {
    const { options = [], args = [], meanwhile } = setting;
    const words = [which, ...args.map(String)];
    const running =
      side === "guest"
        ? startGuest({ module: `${folder}/${name}`, options, args: words })
        : new Program(program, words);
    if (meanwhile !== undefined) {
      await running.says(meanwhile.at);
      await meanwhile.does(running, parse(running.stdout()));
    }
    await Promise.race([running.exited, running.says(/^parked = 0$/m).catch(() => {})]);
    running.kill();
    await running.exited;
    const { parked: _, ...said } = parse(running.stdout());
    return said;
  };
}

/** Something on FOREIGN, or on another host, that others send to or connect to. */
export interface Victim {
  port: number;
  /** What has reached it so far: data of datagrams, or how many connections. */
  got(): Promise<string[]>;
}

/** Receives datagrams. */
export async function udpVictim(host = FOREIGN): Promise<Victim & { socket: Socket }> {
  const socket = createSocket("udp4");
  atEnd(() => socket.close());
  const all: string[] = [];
  let marked = () => {};
  socket.on("message", (message) =>
    String(message) === MARKER ? marked() : all.push(`${message}`),
  );
  socket.bind(0, host);
  await once(socket, "listening");
  const { port } = socket.address();
  // Loopback keeps the order: what was sent before the marker is here before it.
  const got = () =>
    new Promise<string[]>((resolve) => {
      marked = () => resolve(all.splice(0));
      socket.send(MARKER, port, host);
    });
  return { port, got, socket };
}

const MARKER = "the marker of the test";

/** Takes connections; `got` names each of them "connected". */
export async function tcpVictim(host = FOREIGN): Promise<Victim> {
  const all: number[] = [];
  const server = createServer((socket) => {
    all.push(socket.remotePort ?? 0);
    socket.on("error", () => {}).resume();
  });
  atEnd(() => server.close());
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const got = async () => {
    const own = connect(port, host); // behind all others in the queue
    await once(own, "connect");
    const mark = own.localPort ?? 0;
    while (!all.includes(mark)) await once(server, "connection");
    own.destroy();
    return all
      .splice(0, all.indexOf(mark) + 1)
      .flatMap((from) => (from === mark ? [] : "connected"));
  };
  return { port, got };
}

/** Whether somebody listens there. */
export async function isOpen(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  const open = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  });
  socket.destroy();
  return open;
}

/** A port of that host which nobody has: it was free just now. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
