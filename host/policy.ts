// The address policy: what the operator grants, and the one function that decides.
// Knows nothing of descriptors or memory: it sees the copy of the bytes that goes to the kernel.

import {
  AF_UNIX,
  MAPPED_PREFIX,
  SocketAddress,
  formatIpPort,
  isIpv4,
  isWildcard,
  parseIpv4,
  parseIpv6,
} from "./address.ts";
import type { IpAddress } from "./address.ts";
import { ErrorCodes, GrantError, quote } from "./errors.ts";
import { coversUnix, grantOfUnixName, unixName } from "./unix.ts";
import type { UnixGrant } from "./unix.ts";

/** The verdicts, shared with native/guest.h. HARMLESS: allowed, but by no grant. */
export const DENIED = 0;
export const GRANTED = 1;
export const HARMLESS = 2;
export type Verdict = typeof DENIED | typeof GRANTED | typeof HARMLESS;

/** What a guest wants with an address, shared with native/guest.h; 0 is none of them. */
export const VERB_BIND = 1;
export const VERB_LISTEN = 2;
export const VERB_CONNECT = 3;
export const VERB_SEND = 4;
export const VERB_UNLINK = 5;

type Side = "listen" | "connect";
const VERBS: readonly ({ does: string; side: Side } | undefined)[] = [
  undefined,
  { does: "listen on", side: "listen" },
  { does: "listen on", side: "listen" },
  { does: "connect to", side: "connect" },
  { does: "send to", side: "connect" },
  { does: "remove", side: "listen" },
];

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const PORT_MAX = 65_535;

/** The addresses that are equal under the mask; IPv4 in its mapped form, see `address.ts`. */
interface Block {
  readonly ip: IpAddress;
  readonly mask: Uint32Array;
  /** One address, or a whole family: then a wildcard address may be meant by it. */
  readonly coversWildcard: boolean;
}

/** One granted `[udp:]HOST:PORT`; no block stands for the host `*`. */
export interface Grant {
  readonly udp: boolean;
  readonly block: Block | undefined;
  readonly portMin: number;
  readonly portMax: number;
}

/**
 * Reads `[udp:]HOST:PORT`.
 *
 * HOST: `127.0.0.1`, `[::1]`, a block `10.0.0.0/8` or `[fd00::]/8` (`[fd00::/8]` is the same), `*`.
 * PORT: `7000`, `0` (any free one), `8000-8100`, `*`.
 * @throws GrantError what is wrong with the text.
 */
export function parseGrant(text: string): Grant {
  const udp = text.startsWith("udp:");
  const rest = udp ? text.slice("udp:".length) : text;
  const colon = rest.lastIndexOf(":");
  // The last colon of [::1] is not the one before a port.
  if (colon < rest.lastIndexOf("]")) throw portError(text, "it has no port; append one, or :*");
  if (colon < 0) throw portError(text, "it is not HOST:PORT");
  const [portMin, portMax] = parsePorts(text, rest.slice(colon + 1));
  return { udp, block: parseHost(text, rest.slice(0, colon)), portMin, portMax };
}

function parseHost(text: string, host: string): Block | undefined {
  if (host === "*") return undefined;
  if (host === "") throw hostError(text, "the host is missing; * stands for every address");
  if (/^(tcp|udp|unix):/i.test(host)) throw hostError(text, "before the host goes udp: or nothing");
  if (/^[a-z][a-z0-9.-]*$/i.test(host)) throw hostError(text, "names are not looked up");
  const isBracketed = host.startsWith("[");
  if (!isBracketed && host.includes(":")) throw hostError(text, "an IPv6 address needs brackets");
  const [address = "", digits, ...more] = host.replace(/^\[([^\]]*)\](?=\/|$)/, "$1").split("/");
  if (more.length > 0) throw hostError(text, "it has two prefix lengths");
  const ip = isBracketed ? parseIpv6(address) : parseIpv4(address);
  if (typeof ip === "string") throw hostError(text, ip);
  const prefixMax = isBracketed ? 128 : 32;
  const prefix = digits === undefined ? prefixMax : parseDecimal(digits);
  if (prefix === undefined || prefix > prefixMax) {
    throw hostError(text, `a prefix length is a number from 0 to ${prefixMax}`);
  }
  const mask = prefixMask(isBracketed ? prefix : MAPPED_PREFIX + prefix);
  if (ip.some((word, index) => (word & ~mask[index]!) !== 0)) {
    throw hostError(text, `the address has bits set after the first ${prefix}; clear them`);
  }
  const isFamily = prefix === (isBracketed && isIpv4(ip) ? MAPPED_PREFIX : 0);
  return { ip, mask, coversWildcard: isFamily || prefix === prefixMax };
}

/** A mask of that many leading ones. */
function prefixMask(prefix: number): Uint32Array {
  return Uint32Array.from([0, 32, 64, 96], (from) => {
    const ones = Math.min(Math.max(prefix - from, 0), 32);
    return ones === 0 ? 0 : -1 << (32 - ones);
  });
}

function parsePorts(text: string, ports: string): [number, number] {
  if (ports === "*") return [0, PORT_MAX];
  if (ports === "") throw portError(text, "the port is missing; 0 is any free one, * any");
  const range = ports.includes("-") ? ports.split("-") : [ports, ports];
  const [first, last, ...more] = range.map(parseDecimal);
  if (first === undefined || last === undefined || more.length > 0) {
    throw portError(text, "a port is a decimal number, a range FIRST-LAST, or *");
  }
  if (first > PORT_MAX || last > PORT_MAX) throw portError(text, `ports go up to ${PORT_MAX}`);
  if (first > last) throw portError(text, "its range of ports runs backwards");
  return [first, last];
}

/** At most six digits without sign, space, leading zero or exponent. */
function parseDecimal(digits: string): number | undefined {
  return /^(0|[1-9][0-9]{0,5})$/.test(digits) ? Number(digits) : undefined;
}

function hostError(text: string, why: string): GrantError {
  return new GrantError(ErrorCodes.grantHost, `cannot grant ${quote(text)}: ${why}`);
}

function portError(text: string, why: string): GrantError {
  return new GrantError(ErrorCodes.grantPort, `cannot grant ${quote(text)}: ${why}`);
}

function covers(block: Block, ip: IpAddress): boolean {
  // ::/0 is every IPv6 address; the mapped ones are IPv4.
  if (isIpv4(block.ip) !== isIpv4(ip)) return false;
  for (let word = 0; word < 4; word++) {
    if (((block.ip[word]! ^ ip[word]!) & block.mask[word]!) !== 0) return false;
  }
  // Binding 0.0.0.0 opens every address: 0.0.0.0/8 does not mean that, though it contains it.
  return block.coversWildcard || !isWildcard(ip);
}

export interface PolicyOptions {
  /** The guest's name in messages, fit for a terminal. */
  readonly name: string;
  /** What it may bind and listen on. */
  readonly listen: readonly Grant[];
  /** What it may connect and send to. */
  readonly connect: readonly Grant[];
  /** The Unix sockets that it may bind, connect and send to, and remove. */
  readonly unix: readonly UnixGrant[];
  /** Gets one line for the operator, at most a few for a flood of denials. */
  readonly onDenied: (message: string) => void;
}

/** Decides for one guest; deny is the default, for bytes that make no sense as well. */
export class Policy {
  readonly #grants: Record<Side, readonly Grant[]>;
  readonly #unix: readonly UnixGrant[];
  readonly #denials: Denials;
  readonly #address = new SocketAddress();

  constructor({ name, listen, connect, unix, onDenied }: PolicyOptions) {
    this.#grants = { listen, connect };
    this.#unix = unix;
    this.#denials = new Denials(name, onDenied);
  }

  /**
   * Whether a socket may do this to that address: called at every system call that carries one.
   *
   * @param verb one of VERB_*.
   * @param type the socket's real type, without flags: SOCK_STREAM is TCP, SOCK_DGRAM is UDP.
   * @param bytes the sockaddr as it goes to the kernel, AF_UNSPEC already replaced by what it
   *   means there, and a wildcard destination by the loopback address it reaches.
   */
  decide(verb: number, type: number, bytes: Uint8Array): Verdict {
    const isIp = this.#address.read(bytes);
    const verdict = isIp ? this.#decideIp(verb, type) : this.#decideUnix(verb, bytes);
    if (verdict === DENIED)
      this.#denials.report(this.#describe(verb, type, isIp ? undefined : bytes));
    return verdict;
  }

  #decideUnix(verb: number, bytes: Uint8Array): Verdict {
    if (this.#address.family !== AF_UNIX || VERBS[verb] === undefined) return DENIED;
    const name = unixName(bytes);
    return this.#unix.some((grant) => coversUnix(grant, name)) ? GRANTED : DENIED;
  }

  #decideIp(verb: number, type: number): Verdict {
    const { ip, port } = this.#address;
    const udp = type === SOCK_DGRAM;
    const side = VERBS[verb]?.side;
    if (side === undefined || verb === VERB_UNLINK) return DENIED;
    if (!udp && type !== SOCK_STREAM) return DENIED;
    for (const grant of this.#grants[side]) {
      if (grant.udp !== udp || port < grant.portMin || port > grant.portMax) continue;
      if (grant.block === undefined || covers(grant.block, ip)) return GRANTED;
    }
    // What the kernel does for an unbound UDP socket at its first send; it names no address.
    const isAutobind = verb === VERB_BIND && udp && port === 0 && isWildcard(ip);
    return isAutobind ? HARMLESS : DENIED;
  }

  /** What is denied and, where there is one, the flag that would grant it. */
  #describe(verb: number, type: number, notIp: Uint8Array | undefined): string {
    const { does, side } = VERBS[verb] ?? { does: `do ${verb} to`, side: "connect" };
    const { family, ip, port } = this.#address;
    if (notIp === undefined && (type === SOCK_STREAM || type === SOCK_DGRAM)) {
      const target = `${type === SOCK_DGRAM ? "udp:" : ""}${formatIpPort(ip, port)}`;
      return `${does} ${target}; grant it with --${side} ${target}`;
    }
    if (notIp !== undefined && family === AF_UNIX) {
      const unix = unixName(notIp);
      if (unix.length === 0) return `${does} a Unix socket without a name; bind it to one`;
      const grant = grantOfUnixName(unix);
      const hint = grant === undefined ? "" : `; grant it with --unix ${grant}`;
      return `${does} the Unix socket ${quote(unix)}${hint}`;
    }
    return `${does} an address of family ${family} with a socket of type ${type}`;
  }
}

/** How many different denials are told apart; a guest's flood must not become memory or output. */
export const DENIALS_MAX = 64;

/** Counts denials and reports each the 1st, 10th, 100th, … time. */
class Denials {
  readonly #name: string;
  readonly #onDenied: (message: string) => void;
  readonly #counts = new Map<string, number>();
  #further = 0;

  constructor(name: string, onDenied: (message: string) => void) {
    this.#name = name;
    this.#onDenied = onDenied;
  }

  report(denied: string): void {
    if (this.#counts.size >= DENIALS_MAX && !this.#counts.has(denied)) {
      this.#reportFurther();
      return;
    }
    const count = (this.#counts.get(denied) ?? 0) + 1;
    this.#counts.set(denied, count);
    if (!isPowerOfTen(count)) return;
    const times = count === 1 ? "" : ` (denied ${count} times)`;
    this.#onDenied(`${this.#name} may not ${denied}${times}`);
  }

  #reportFurther(): void {
    this.#further += 1;
    if (!isPowerOfTen(this.#further)) return;
    this.#onDenied(
      this.#further === 1
        ? `${this.#name} was denied more than ${DENIALS_MAX} addresses; others are only counted`
        : `${this.#name} was denied other addresses (${this.#further} times)`,
    );
  }
}

function isPowerOfTen(count: number): boolean {
  let power = 1;
  while (power < count) power *= 10;
  return power === count;
}
