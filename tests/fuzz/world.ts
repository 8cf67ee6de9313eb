// Where a run takes place: loopback addresses of its own, so that nobody else's server is met.

import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

export interface World {
  /** Granted, every port of it; a loopback address that only this run uses. */
  readonly granted: string;
  /** Never granted; the driver listens there and expects nobody. */
  readonly forbidden: string;
  /** The granted port of ::1. */
  readonly port6: number;
  /** A folder in which Unix sockets are granted, those whose names begin with an s. */
  readonly folder: string;
}

/** Where the host of a run waits for clients that must not come. */
export const FORBIDDEN_PORT = 7777;

/** A file in the world's folder that nobody may touch. */
export const CANARY = "canary";

export const ADDRESS_NAMES = [
  "granted4",
  "mapped4",
  "forbidden4",
  "forbiddenMapped",
  "wildcard4",
  "wildcard6",
  "granted6",
  "unspecified",
  "unix",
  "abstract",
  "forbiddenUnix",
] as const;

export type AddressName = (typeof ADDRESS_NAMES)[number];

/** Where the path is in a sockaddr_un. */
export const PATH_OFFSET = 2;

const AF_UNSPEC = 0;
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

export async function makeWorld(folder: string): Promise<World> {
  const server = createServer().listen(0, "::1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  const own = `${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`;
  return { granted: `127.77.${own}`, forbidden: `127.78.${own}`, port6: port, folder };
}

const octets = (ip: string): number[] => ip.split(".").map(Number);

const inet = (ip: string, port: number): Uint8Array =>
  Uint8Array.from([AF_INET, 0, port >> 8, port & 0xff, ...octets(ip), 0, 0, 0, 0, 0, 0, 0, 0]);

const inet6 = (ip: readonly number[], port: number): Uint8Array =>
  Uint8Array.from([AF_INET6, 0, port >> 8, port & 0xff, 0, 0, 0, 0, ...ip, 0, 0, 0, 0]);

const unix = (path: string): Uint8Array =>
  Uint8Array.from([AF_UNIX, 0, ...Buffer.from(path).subarray(0, 107), 0]);

const mapped = (ip: string): number[] => [
  ...Array.from({ length: 10 }, () => 0),
  0xff,
  0xff,
  ...octets(ip),
];
const loopback6 = Array.from({ length: 16 }, (_, at) => (at === 15 ? 1 : 0));

/** The sockaddr of that name; `port` counts Unix sockets. */
export function addressBytes(world: World, name: AddressName, port: number): Uint8Array {
  const { granted, forbidden, port6, folder } = world;
  switch (name) {
    case "granted4":
      return inet(granted, port);
    case "mapped4":
      return inet6(mapped(granted), port);
    case "forbidden4":
      return inet(forbidden, FORBIDDEN_PORT);
    case "forbiddenMapped":
      return inet6(mapped(forbidden), FORBIDDEN_PORT);
    case "wildcard4":
      return inet("0.0.0.0", port);
    case "wildcard6":
      return inet6(
        loopback6.map(() => 0),
        port,
      );
    case "granted6":
      return inet6(loopback6, port === 0 ? 0 : port6);
    case "unspecified":
      return inet("0.0.0.0", port).with(0, AF_UNSPEC);
    case "unix":
      return unix(`${folder}/s${port & 7}`);
    case "abstract":
      return unix(`\0${folder}/s${port & 7}`);
    case "forbiddenUnix":
      return unix(`${folder}/${CANARY}`);
  }
}
