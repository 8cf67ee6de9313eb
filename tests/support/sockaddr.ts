// Linux socket addresses as bytes, and repeatable chance, for tests that need many of them.
// Does not use the host's own parser, which is what such tests are for.

/** A sockaddr_in of dotted decimals. */
export function sockaddrIn(host: string, port: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 2, true);
  view.setUint16(2, port);
  bytes.set(host.split(".").map(Number), 4);
  return bytes;
}

/** A sockaddr_in6 with flow label and scope 0. */
export function sockaddrIn6(host: string, port: number): Uint8Array {
  const bytes = new Uint8Array(28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 10, true);
  view.setUint16(2, port);
  for (const [index, group] of groupsOf(host).entries()) view.setUint16(8 + 2 * index, group);
  return bytes;
}

/** A sockaddr_un of exactly these characters, which may hold NULs. */
export function sockaddrUn(path: string): Uint8Array {
  return Uint8Array.of(1, 0, ...Buffer.from(path));
}

function groupsOf(host: string): number[] {
  // The WHATWG URL parser turns an embedded IPv4 address into hexadecimal groups.
  const [head = [], tail = []] = new URL(`http://[${host}]`).hostname
    .slice(1, -1)
    .split("::")
    .map((half) => half.split(":").filter(Boolean));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].map((group) => parseInt(group, 16));
}

/** The same sequence for the same seed (mulberry32): each call is a whole number below `limit`. */
export function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
