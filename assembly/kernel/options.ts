// getsockopt(2) and setsockopt(2): what WASI has, what is the kernel's own, and what is accepted
// without effect.

import {
  AF_UNIX,
  IPPROTO_TCP,
  IPPROTO_UDP,
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
  TCP_NODELAY,
} from "../constants";
import { EFAULT, EINVAL, ENOPROTOOPT } from "../errno";
import { reachable } from "./memory";
import { KIND_TCP } from "./description";
import { Socket, findSocket, noSocket, takeError } from "./socket";
import { LISTENING, Tcp } from "./tcp";

const INT_BYTES: i32 = 4;
const UNKNOWN: i32 = i32.MIN_VALUE;

export function getsockopt(fd: i32, level: i32, optname: i32, optval: usize, optlen: usize): i32 {
  const socket = findSocket(fd);
  if (socket === null) return noSocket(fd);
  if (optlen === 0 || !reachable(optlen, INT_BYTES)) return -EFAULT;
  const room = load<i32>(optlen);
  if (room < 0) return -EINVAL;
  const value =
    level === SOL_SOCKET ? socketOption(socket, optname) : tcpOption(socket, level, optname);
  if (value === UNKNOWN) return -ENOPROTOOPT;
  const bytes = min(room, INT_BYTES);
  if (!reachable(optval, bytes)) return -EFAULT;
  for (let i = 0; i < bytes; i++) store<u8>(optval + i, <u8>(value >> (i << 3)));
  store<i32>(optlen, bytes);
  return 0;
}

function socketOption(socket: Socket, optname: i32): i32 {
  const isTcp = socket.kind === KIND_TCP;
  switch (optname) {
    case SO_TYPE:
      return socket.type;
    case SO_DOMAIN:
      return socket.family;
    case SO_PROTOCOL:
      if (socket.family === AF_UNIX) return 0;
      return isTcp ? IPPROTO_TCP : IPPROTO_UDP;
    case SO_ERROR:
      return -takeError(socket);
    case SO_ACCEPTCONN:
      return i32(isTcp && changetype<Tcp>(socket).state === LISTENING);
    case SO_RCVLOWAT:
      return isTcp ? changetype<Tcp>(socket).lowWater : 1;
    case SO_REUSEADDR:
    case SO_KEEPALIVE:
      return (socket.options >> optname) & 1;
    default:
      return UNKNOWN;
  }
}

function tcpOption(socket: Socket, level: i32, optname: i32): i32 {
  if (socket.kind !== KIND_TCP || level !== IPPROTO_TCP || optname !== TCP_NODELAY) return UNKNOWN;
  return socket.options & 1;
}

export function setsockopt(fd: i32, level: i32, optname: i32, optval: usize, optlen: i32): i32 {
  const socket = findSocket(fd);
  if (socket === null) return noSocket(fd);
  if (optlen < INT_BYTES) return -EINVAL;
  if (!reachable(optval, INT_BYTES) || optval === 0) return -EFAULT;
  const value = load<i32>(optval);
  if (socket.kind === KIND_TCP && level === IPPROTO_TCP && optname === TCP_NODELAY) {
    socket.options = (socket.options & ~1) | i32(value !== 0);
    return 0;
  }
  if (level !== SOL_SOCKET) return -ENOPROTOOPT;
  switch (optname) {
    case SO_RCVLOWAT:
      if (socket.kind === KIND_TCP) {
        changetype<Tcp>(socket).lowWater = value < 0 ? i32.MAX_VALUE : max(value, 1);
      }
      return 0;
    case SO_REUSEADDR:
    case SO_KEEPALIVE:
      socket.options = (socket.options & ~(1 << optname)) | (i32(value !== 0) << optname);
      return 0;
    case SO_SNDBUF:
    case SO_RCVBUF:
      return 0;
    default:
      return -ENOPROTOOPT;
  }
}
