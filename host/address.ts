// Internet addresses: from text, to text, and out of the bytes of a Linux sockaddr.
// Knows nothing of grants.
//
// An address is four 32-bit words, first byte highest. IPv4 is kept as its mapped form
// ::ffff:a.b.c.d, for that is what the kernel makes of it: the two are one address here.

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;

export type IpAddress = Uint32Array;

/** Bits of a mapped address before the IPv4 part: an IPv4 prefix of n is one of 96 + n here. */
export const MAPPED_PREFIX = 96;
const MAPPED_WORD = 0xffff;

/** The kernel's least lengths: the whole sockaddr_in, sockaddr_in6 without its scope. */
const SOCKADDR_IN_BYTES = 16;
const SOCKADDR_IN6_BYTES_MIN = 24;

/** What `read` finds in a sockaddr; one object is used again and again, nothing is allocated. */
export class SocketAddress {
  family = 0;
  port = 0;
  readonly ip: IpAddress = new Uint32Array(4);

  /** False if the bytes are no whole sockaddr_in or sockaddr_in6; `family` tells them apart. */
  read(bytes: Uint8Array): boolean {
    this.family = bytes.length < 2 ? 0 : bytes[0]! | (bytes[1]! << 8);
    if (this.family === AF_INET && bytes.length >= SOCKADDR_IN_BYTES) {
      this.ip[0] = this.ip[1] = 0;
      this.ip[2] = MAPPED_WORD;
      this.ip[3] = bigEndianWord(bytes, 4);
    } else if (this.family === AF_INET6 && bytes.length >= SOCKADDR_IN6_BYTES_MIN) {
      for (let word = 0; word < 4; word++) this.ip[word] = bigEndianWord(bytes, 8 + 4 * word);
    } else {
      return false;
    }
    this.port = (bytes[2]! << 8) | bytes[3]!;
    return true;
  }
}

function bigEndianWord(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** Whether the address is an IPv4 one, written as such or mapped. */
export function isIpv4(ip: IpAddress): boolean {
  return ip[0] === 0 && ip[1] === 0 && ip[2] === MAPPED_WORD;
}

/** 0.0.0.0 or ::, to bind "every address of this machine". */
export function isWildcard(ip: IpAddress): boolean {
  return ip[0] === 0 && ip[1] === 0 && ip[3] === 0 && (ip[2] === 0 || ip[2] === MAPPED_WORD);
}

/** An IPv4 address from dotted decimals, or why it is none (a clause for an error message). */
export function parseIpv4(text: string): IpAddress | string {
  const parts = text.split(".");
  if (parts.length !== 4) return "an IPv4 address has four numbers";
  let word = 0;
  for (const part of parts) {
    if (!/^[0-9]+$/.test(part)) return "an IPv4 address has decimal numbers only";
    // To some parsers 010 is eight, to others ten.
    if (part.length > 1 && part.startsWith("0")) return "its numbers have no leading zeros";
    if (part.length > 3 || Number(part) > 255) return "its numbers go up to 255";
    word = word * 256 + Number(part);
  }
  return Uint32Array.of(0, 0, MAPPED_WORD, word);
}

/** An IPv6 address as in RFC 4291 2.2, without brackets, or why it is none. */
export function parseIpv6(text: string): IpAddress | string {
  if (text.includes("%")) return "a zone cannot be granted";
  const halves = text.split("::");
  if (halves.length > 2) return ":: stands once at most";
  const [head, tail = []] = halves.map((half, index) =>
    parseGroups(half, index + 1 === halves.length),
  );
  if (typeof head === "string") return head;
  if (typeof tail === "string") return tail;
  const zeros = 8 - head!.length - tail.length;
  if (halves.length === 1 && zeros !== 0) return "an IPv6 address has eight groups";
  if (halves.length === 2 && zeros < 1) return ":: stands for one group at least";
  const groups = [...head!, ...Array.from({ length: zeros }, () => 0), ...tail];
  return Uint32Array.from([0, 2, 4, 6], (at) => groups[at]! * 0x10000 + groups[at + 1]!);
}

/** The groups on one side of the ::, of which the very last may be written as IPv4. */
function parseGroups(text: string, isLastHalf: boolean): number[] | string {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.includes(".") && isLastHalf && index + 1 === parts.length) {
      const embedded = parseIpv4(part);
      if (typeof embedded === "string") return embedded;
      groups.push(embedded[3]! >>> 16, embedded[3]! & 0xffff);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(parseInt(part, 16));
    } else {
      return "its groups have one to four hexadecimal digits";
    }
  }
  return groups;
}

/** `a.b.c.d:PORT` or `[IPv6]:PORT`, as the grammar of grants and everybody else writes it. */
export function formatIpPort(ip: IpAddress, port: number): string {
  return isIpv4(ip) ? `${formatIpv4(ip[3]!)}:${port}` : `[${formatIpv6(ip)}]:${port}`;
}

/** Dotted decimals of the word that holds an IPv4 address. */
export function formatIpv4(word: number): string {
  return [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255].join(".");
}

/** RFC 5952: lower case, the longest run of zeros as ::, the first one of several. */
function formatIpv6(ip: IpAddress): string {
  const groups = Array.from(ip).flatMap((word) => [word >>> 16, word & 0xffff]);
  const text = groups.map((group) => group.toString(16)).join(":");
  const runs = text.match(/\b0(:0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  return longest === "" ? text : text.replace(new RegExp(`:?\\b${longest}\\b:?`), "::");
}
