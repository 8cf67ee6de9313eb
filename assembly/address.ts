// Socket addresses as text and as bytes: "127.0.0.1:7000", "[::1]:7000".
// Pure: no name is looked up, no socket is touched.

import { AF_INET, AF_INET6 } from "./constants";
import { EINVAL } from "./errno";
import { SockaddrIn, SockaddrIn6 } from "./structs";

/** Room for an address of either family. */
export const SOCKADDR_BYTES_MAX: i32 = 28;
const SOCKADDR_IN_BYTES: i32 = 16;
const SIN_ADDR: usize = 4;
const SIN6_ADDR: usize = 8;
const GROUPS: i32 = 8; // of 16 bits, in an IPv6 address

const COLON: i32 = 0x3a;
const OPEN: i32 = 0x5b;
const CLOSE: i32 = 0x5d;

/**
 * Writes the address that `text` names, `[HOST:]PORT`, to `out`, SOCKADDR_BYTES_MAX bytes. HOST is
 * an IPv4 address or an IPv6 address in brackets; without it 127.0.0.1.
 * Result: the length of the sockaddr, or -EINVAL.
 */
export function parseAddress(text: string, out: usize): i32 {
  const colon = text.lastIndexOf(":");
  const port = parseNumber(text, colon + 1, text.length, 10, 5);
  if (port < 0 || port > 0xffff) return -EINVAL;
  memory.fill(out, 0, SOCKADDR_BYTES_MAX);
  changetype<SockaddrIn>(out).sin_port = bswap(<u16>port);
  if (charAt(text, 0) === OPEN) {
    if (charAt(text, colon - 1) !== CLOSE) return -EINVAL;
    changetype<SockaddrIn6>(out).sin6_family = <u16>AF_INET6;
    return parseIPv6(text, 1, colon - 1, out + SIN6_ADDR) ? SOCKADDR_BYTES_MAX : -EINVAL;
  }
  changetype<SockaddrIn>(out).sin_family = <u16>AF_INET;
  if (colon < 0) changetype<SockaddrIn>(out).sin_addr = 0x0100007f;
  else if (!parseIPv4(text, 0, colon, out + SIN_ADDR)) return -EINVAL;
  return SOCKADDR_IN_BYTES;
}

/** The text of a sockaddr of either family; "" for another one. Allocates. */
export function formatAddress(sockaddr: usize): string {
  const host = formatHost(sockaddr);
  if (host === "") return "";
  const bracketed = <i32>load<u16>(sockaddr) === AF_INET6 ? "[" + host + "]" : host;
  return bracketed + ":" + portOf(sockaddr).toString();
}

/** The host of a sockaddr of either family in digits; "" for another one. Allocates. */
export function formatHost(sockaddr: usize): string {
  const family = <i32>load<u16>(sockaddr);
  if (family === AF_INET) return formatIPv4(sockaddr + SIN_ADDR);
  return family === AF_INET6 ? formatIPv6(sockaddr + SIN6_ADDR) : "";
}

/** The port of a sockaddr of either family. */
export function portOf(sockaddr: usize): i32 {
  return bswap(changetype<SockaddrIn>(sockaddr).sin_port);
}

function parseIPv4(text: string, start: i32, end: i32, out: usize): bool {
  let at = start;
  for (let i = 0; i < 4; i++) {
    const stop = i < 3 ? text.indexOf(".", at) : end;
    if (stop < 0 || stop > end) return false;
    const part = parseNumber(text, at, stop, 10, 3);
    if (part < 0 || part > 255 || (part < 10 ? 1 : part < 100 ? 2 : 3) !== stop - at) return false;
    store<u8>(out + i, <u8>part);
    at = stop + 1;
  }
  return true;
}

function parseIPv6(text: string, start: i32, end: i32, out: usize): bool {
  let at = start;
  let groups = 0;
  let gap = -1; // how many groups stand before "::"
  if (charAt(text, at) === COLON) {
    if (charAt(text, at + 1) !== COLON) return false;
    gap = 0;
    at += 2;
  }
  while (at < end) {
    let stop = text.indexOf(":", at);
    if (stop < 0 || stop > end) stop = end;
    if (stop === end && groups <= GROUPS - 2 && parseIPv4(text, at, end, out + groups * 2)) {
      groups += 2;
      break;
    }
    const group = parseNumber(text, at, stop, 16, 4);
    if (group < 0 || groups === GROUPS) return false;
    store<u16>(out + groups * 2, bswap(<u16>group));
    groups++;
    if (stop === end) break;
    at = stop + 1;
    if (at === end) return false;
    if (charAt(text, at) !== COLON) continue;
    if (gap >= 0) return false;
    gap = groups;
    at++;
  }
  if (gap < 0 || groups === GROUPS) return gap < 0 && groups === GROUPS;
  const behind = (groups - gap) * 2;
  memory.copy(out + GROUPS * 2 - behind, out + gap * 2, behind);
  memory.fill(out + gap * 2, 0, (GROUPS - groups) * 2);
  return true;
}

/** The number of 1 to `digits` digits that is all of `text` from `start` to `end`; -1: none. */
function parseNumber(text: string, start: i32, end: i32, radix: i32, digits: i32): i32 {
  if (end <= start || end - start > digits) return -1;
  let number = 0;
  for (let i = start; i < end; i++) {
    const char = charAt(text, i);
    let digit = char - 0x30;
    if (digit > 9) digit = (char | 0x20) - 0x61 + 10 >= 10 ? (char | 0x20) - 0x61 + 10 : -1;
    if (digit < 0 || digit >= radix) return -1;
    number = number * radix + digit;
  }
  return number;
}

function charAt(text: string, index: i32): i32 {
  return index >= 0 && index < text.length ? text.charCodeAt(index) : -1;
}

function formatIPv4(addr: usize): string {
  let text = load<u8>(addr).toString();
  for (let i = 1; i < 4; i++) text += "." + load<u8>(addr + i).toString();
  return text;
}

/** As RFC 5952 writes it: the longest run of zero groups, the first of the longest, is "::". */
function formatIPv6(addr: usize): string {
  let gap = -1;
  let length = 1;
  for (let start = 0; start < GROUPS; start++) {
    let end = start;
    while (end < GROUPS && load<u16>(addr + end * 2) === 0) end++;
    if (end - start <= length) continue;
    gap = start;
    length = end - start;
  }
  let text = "";
  for (let i = 0; i < GROUPS; i++) {
    if (i === gap) {
      text += "::";
      i += length - 1;
    } else {
      if (i > 0 && i !== gap + length) text += ":";
      text += bswap(load<u16>(addr + i * 2)).toString(16);
    }
  }
  return text;
}
