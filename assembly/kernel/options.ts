// getsockopt(2) and setsockopt(2): what WASI has, what is the kernel's own, and what is accepted
// without effect.

import {
  IPPROTO_TCP,
  SOL_SOCKET,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_RCVLOWAT,
  SO_REUSEADDR,
  SO_SNDBUF,
  SO_TYPE,
  SOCK_STREAM,
  TCP_NODELAY,
} from "../constants";
import { EFAULT, EINVAL, ENOPROTOOPT } from "../errno";
import { reachable } from "./memory";
import { findSocket, noSocket, takeError } from "./sockets";
import { LISTENING, Tcp } from "./tcp";

const INT_BYTES: i32 = 4;
const UNKNOWN: i32 = i32.MIN_VALUE;

export function getsockopt(fd: i32, level: i32, optname: i32, optval: usize, optlen: usize): i32 {
  const tcp = findSocket(fd);
  if (tcp === null) return noSocket(fd);
  if (optlen === 0 || !reachable(optlen, INT_BYTES)) return -EFAULT;
  const room = load<i32>(optlen);
  if (room < 0) return -EINVAL;
  const value = level === SOL_SOCKET ? socketOption(tcp, optname) : tcpOption(tcp, level, optname);
  if (value === UNKNOWN) return -ENOPROTOOPT;
  const bytes = min(room, INT_BYTES);
  if (!reachable(optval, bytes)) return -EFAULT;
  for (let i = 0; i < bytes; i++) store<u8>(optval + i, <u8>(value >> (i << 3)));
  store<i32>(optlen, bytes);
  return 0;
}

function socketOption(tcp: Tcp, optname: i32): i32 {
  switch (optname) {
    case SO_TYPE:
      return SOCK_STREAM;
    case SO_DOMAIN:
      return tcp.family;
    case SO_PROTOCOL:
      return IPPROTO_TCP;
    case SO_ERROR:
      return -takeError(tcp);
    case SO_ACCEPTCONN:
      return tcp.state === LISTENING ? 1 : 0;
    case SO_RCVLOWAT:
      return tcp.lowWater;
    case SO_REUSEADDR:
    case SO_KEEPALIVE:
      return (tcp.options >> optname) & 1;
    default:
      return UNKNOWN;
  }
}

function tcpOption(tcp: Tcp, level: i32, optname: i32): i32 {
  return level === IPPROTO_TCP && optname === TCP_NODELAY ? tcp.options & 1 : UNKNOWN;
}

export function setsockopt(fd: i32, level: i32, optname: i32, optval: usize, optlen: i32): i32 {
  const tcp = findSocket(fd);
  if (tcp === null) return noSocket(fd);
  if (optlen < INT_BYTES) return -EINVAL;
  if (!reachable(optval, INT_BYTES) || optval === 0) return -EFAULT;
  const value = load<i32>(optval);
  if (level === IPPROTO_TCP && optname === TCP_NODELAY) {
    tcp.options = (tcp.options & ~1) | i32(value !== 0);
    return 0;
  }
  if (level !== SOL_SOCKET) return -ENOPROTOOPT;
  switch (optname) {
    case SO_RCVLOWAT:
      tcp.lowWater = value < 0 ? i32.MAX_VALUE : max(value, 1);
      return 0;
    case SO_REUSEADDR:
    case SO_KEEPALIVE:
      tcp.options = (tcp.options & ~(1 << optname)) | (i32(value !== 0) << optname);
      return 0;
    case SO_SNDBUF:
    case SO_RCVBUF:
      return 0;
    default:
      return -ENOPROTOOPT;
  }
}
