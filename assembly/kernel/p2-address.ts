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
/** Of an ip-socket-address behind a result: its case, then its record. */
const CASE: usize = 4;
const RECORD: usize = 8;
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

/** Stores the address that a call has brought as a sockaddr: its bytes. */
export function storeName(to: usize): i32 {
  const from = scratch() + RECORD;
  if (load<u8>(scratch(), CASE) === 0) {
    const address = changetype<SockaddrIn>(to);
    address.sin_family = <u16>AF_INET;
    address.sin_port = swap16(load<u16>(from));
    address.sin_addr = load<u32>(from, 2);
    address.sin_zero = 0;
    return offsetof<SockaddrIn>();
  }
  const address = changetype<SockaddrIn6>(to);
  address.sin6_family = <u16>AF_INET6;
  address.sin6_port = swap16(load<u16>(from));
  address.sin6_flowinfo = load<u32>(from, 4);
  for (let i: usize = 0; i < 8; i++) {
    store<u16>(to + (i << 1), swap16(load<u16>(from + (i << 1), 8)), 8);
  }
  address.sin6_scope_id = load<u32>(from, 24);
  return offsetof<SockaddrIn6>();
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
