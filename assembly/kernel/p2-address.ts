// Addresses and errors of WASI 0.2's sockets: from a sockaddr to an ip-socket-address and back.

import { AF_INET, AF_INET6 } from "../constants";
import {
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAGAIN,
  EALREADY,
  ECONNABORTED,
  ECONNREFUSED,
  ECONNRESET,
  EINVAL,
  EIO,
  EMFILE,
  EMSGSIZE,
  ENETUNREACH,
  ENOBUFS,
  EOPNOTSUPP,
  ETIMEDOUT,
} from "../errno";
import { SockaddrIn, SockaddrIn6 } from "../structs";
import { swap16 } from "./address";
import * as wasi from "./externals/wasi2";
import { scratch } from "./scratch";

const WOULD_BLOCK: u8 = 8;
/** An ip-socket-address is its case, and here its record. */
const RECORD: usize = 4;
/** Where in scratch the words of an address are that goes to WASI. */
const WORDS: usize = 256;
const WORDS_MAX: i32 = 12;

/** Puts a sockaddr's words in a row: its case, its port, and what else there is of it. */
function flatten(address: usize): void {
  const to = scratch() + WORDS;
  memory.fill(to, 0, WORDS_MAX * 4);
  if (load<u16>(address) === AF_INET) {
    const from = changetype<SockaddrIn>(address);
    store<u32>(to, swap16(from.sin_port), 4);
    for (let i = 0; i < 4; i++) {
      store<u32>(to + ((<usize>i) << 2), (from.sin_addr >> (i << 3)) & 255, 8);
    }
  } else {
    const from = changetype<SockaddrIn6>(address);
    store<u32>(to, 1);
    store<u32>(to, swap16(from.sin6_port), 4);
    store<u32>(to, from.sin6_flowinfo, 8);
    for (let i = 0; i < 8; i++) {
      store<u32>(to + ((<usize>i) << 2), swap16(load<u16>(address + ((<usize>i) << 1), 8)), 12);
    }
    store<u32>(to, from.sin6_scope_id, 44);
  }
}

function word(index: i32): i32 {
  return load<i32>(scratch() + WORDS + ((<usize>index) << 2));
}

/** Begins to bind to a sockaddr: 0, or an error. */
export function startBind(self: i32, address: usize): i32 {
  flatten(address);
  const network = wasi.instance_network();
  wasi.tcp_start_bind(
    self,
    network,
    word(0),
    word(1),
    word(2),
    word(3),
    word(4),
    word(5),
    word(6),
    word(7),
    word(8),
    word(9),
    word(10),
    word(11),
    scratch(),
  );
  return outcome(1);
}

/** Begins to connect to a sockaddr: 0, or an error. */
export function startConnect(self: i32, address: usize): i32 {
  flatten(address);
  const network = wasi.instance_network();
  wasi.tcp_start_connect(
    self,
    network,
    word(0),
    word(1),
    word(2),
    word(3),
    word(4),
    word(5),
    word(6),
    word(7),
    word(8),
    word(9),
    word(10),
    word(11),
    scratch(),
  );
  return outcome(1);
}

/** Begins to bind a UDP socket to a sockaddr: 0, or an error. */
export function startUdpBind(self: i32, address: usize): i32 {
  flatten(address);
  const network = wasi.instance_network();
  wasi.udp_start_bind(
    self,
    network,
    word(0),
    word(1),
    word(2),
    word(3),
    word(4),
    word(5),
    word(6),
    word(7),
    word(8),
    word(9),
    word(10),
    word(11),
    scratch(),
  );
  return outcome(1);
}

/** Streams to and from a sockaddr, or with 0 from all; at 4 and 8 of scratch. 0, or an error. */
export function startUdpStream(self: i32, address: usize): i32 {
  if (address === 0) memory.fill(scratch() + WORDS, 0, WORDS_MAX * 4);
  else flatten(address);
  wasi.udp_stream(
    self,
    i32(address !== 0),
    word(0),
    word(1),
    word(2),
    word(3),
    word(4),
    word(5),
    word(6),
    word(7),
    word(8),
    word(9),
    word(10),
    word(11),
    scratch(),
  );
  return outcome(4);
}

/** Makes a sockaddr of an ip-socket-address: its bytes. */
export function toSockaddr(from: usize, to: usize): i32 {
  if (load<u8>(from) === 0) {
    const address = changetype<SockaddrIn>(to);
    address.sin_family = <u16>AF_INET;
    address.sin_port = swap16(load<u16>(from, RECORD));
    address.sin_addr = load<u32>(from, RECORD + 2);
    address.sin_zero = 0;
    return offsetof<SockaddrIn>();
  }
  const address = changetype<SockaddrIn6>(to);
  address.sin6_family = <u16>AF_INET6;
  address.sin6_port = swap16(load<u16>(from, RECORD));
  address.sin6_flowinfo = load<u32>(from, RECORD + 4);
  swapSegments(from + RECORD + 8, to + 8);
  address.sin6_scope_id = load<u32>(from, RECORD + 24);
  return offsetof<SockaddrIn6>();
}

/** Makes an ip-socket-address of a sockaddr. */
export function fromSockaddr(from: usize, to: usize): void {
  if (load<u16>(from) === AF_INET) {
    const address = changetype<SockaddrIn>(from);
    store<u8>(to, 0);
    store<u16>(to, swap16(address.sin_port), RECORD);
    store<u32>(to, address.sin_addr, RECORD + 2);
  } else {
    const address = changetype<SockaddrIn6>(from);
    store<u8>(to, 1);
    store<u16>(to, swap16(address.sin6_port), RECORD);
    store<u32>(to, address.sin6_flowinfo, RECORD + 4);
    swapSegments(from + 8, to + RECORD + 8);
    store<u32>(to, address.sin6_scope_id, RECORD + 24);
  }
}

/** Between the network's order of an IPv6 address's segments and WASI's. */
function swapSegments(from: usize, to: usize): void {
  for (let i: usize = 0; i < 16; i += 2) store<u16>(to + i, swap16(load<u16>(from + i)));
}

function errnoOf(code: u8): i32 {
  switch (code) {
    case 1:
      return EACCES;
    case 2:
      return EOPNOTSUPP;
    case 4:
      return ENOBUFS;
    case 5:
      return ETIMEDOUT;
    case 6:
      return EALREADY;
    case WOULD_BLOCK:
      return EAGAIN;
    case 10:
      return EMFILE;
    case 11:
      return EADDRNOTAVAIL;
    case 12:
      return EADDRINUSE;
    case 13:
      return ENETUNREACH;
    case 14:
      return ECONNREFUSED;
    case 15:
      return ECONNRESET;
    case 16:
      return ECONNABORTED;
    case 17:
      return EMSGSIZE;
    default:
      return code === 3 || code === 7 || code === 9 ? EINVAL : EIO;
  }
}

/** 0, or the error of a `result<_, error-code>` whose code is so many bytes behind. */
export function outcome(codeAt: usize): i32 {
  return load<u8>(scratch()) === 0 ? 0 : -errnoOf(load<u8>(scratch() + codeAt));
}
