// socket(2), bind(2), listen(2), accept(2), connect(2), shutdown(2) and the names of sockets.

import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  IPPROTO_TCP,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../constants";
import {
  EAFNOSUPPORT,
  EAGAIN,
  EALREADY,
  EBADF,
  ECONNREFUSED,
  EFAULT,
  EINPROGRESS,
  EINTR,
  EINVAL,
  EISCONN,
  ENOMEM,
  ENOTCONN,
  ENOTSOCK,
  EOPNOTSUPP,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
} from "../errno";
import {
  ADDRESS_BYTES_MAX,
  addressBytes,
  checkAddress,
  makeReachable,
  storeAddress,
} from "./address";
import { give } from "./blocks";
import { INTERRUPTED } from "./deliver";
import { Description, KIND_PAIR, KIND_TCP, wake } from "./description";
import {
  tcpAccept,
  tcpBind,
  tcpBytes,
  tcpConnect,
  tcpListen,
  tcpName,
  tcpOpen,
  tcpShutdownSend,
} from "./host";
import { Pair, connectPair, pairShutdown } from "./pair";
import { reachable } from "./memory";
import { look, pause } from "./pause";
import { scratch } from "./scratch";
import { checkTwoFree, isNonblocking, lookup, lowestFree, newDescription, publish } from "./table";
import { CONNECTED, CONNECTING, FRESH, LISTENING, Tcp } from "./tcp";
import { NEVER } from "./timers";

const TYPE_MASK: i32 = 0xf;
const TYPE_FLAGS: i32 = SOCK_NONBLOCK | SOCK_CLOEXEC;
const TYPES_MAX: i32 = 11;
const O_RDWR: i32 = 2;
/** Where an address is put together: behind what the layer below writes its results to. */
const NAME: usize = 512;

export function socket(domain: i32, type: i32, protocol: i32): i32 {
  const kind = type & TYPE_MASK;
  if ((type & ~TYPE_MASK & ~TYPE_FLAGS) !== 0) return -EINVAL;
  const error = checkTriple(domain, kind, protocol);
  if (error < 0) return error;
  const free = lowestFree(0);
  if (free < 0) return free;
  const tcp = newTcp(domain, type);
  if (tcp === null) return -ENOMEM;
  const opened = tcpOpen(tcp);
  if (opened < 0) {
    give(changetype<usize>(tcp), tcp.bytes);
    return opened;
  }
  return publish(tcp, (type & SOCK_CLOEXEC) !== 0);
}

function checkTriple(domain: i32, type: i32, protocol: i32): i32 {
  if (type >= TYPES_MAX || type < 0) return -EINVAL;
  if (domain === AF_UNIX) return -EAFNOSUPPORT;
  if (domain !== AF_INET && domain !== AF_INET6) return -EAFNOSUPPORT;
  if (type === SOCK_DGRAM || type === SOCK_SEQPACKET) return -ESOCKTNOSUPPORT;
  if (type !== SOCK_STREAM) return -ESOCKTNOSUPPORT;
  if (protocol < 0 || protocol >= 256) return -EINVAL;
  return protocol === 0 || protocol === IPPROTO_TCP ? 0 : -EPROTONOSUPPORT;
}

function newTcp(family: i32, type: i32): Tcp | null {
  const status = O_RDWR | (type & SOCK_NONBLOCK);
  const tcp = changetype<Tcp | null>(newDescription(KIND_TCP, tcpBytes(), status));
  if (tcp !== null) {
    tcp.family = family;
    tcp.lowWater = 1;
  }
  return tcp;
}

export function socketpair(domain: i32, type: i32, protocol: i32, sv: usize): i32 {
  const kind = type & TYPE_MASK;
  if ((type & ~TYPE_MASK & ~TYPE_FLAGS) !== 0) return -EINVAL;
  const free = checkTwoFree();
  if (free < 0) return free;
  if (sv === 0 || !reachable(sv, 8)) return -EFAULT;
  if (domain !== AF_UNIX) {
    const error = checkTriple(domain, kind, protocol);
    return error < 0 ? error : -EOPNOTSUPP;
  }
  if (kind !== SOCK_STREAM && kind !== SOCK_DGRAM && kind !== SOCK_SEQPACKET)
    return kind >= TYPES_MAX ? -EINVAL : -ESOCKTNOSUPPORT;
  if (protocol !== 0 && protocol !== AF_UNIX) return -EPROTONOSUPPORT;
  const status = O_RDWR | (type & SOCK_NONBLOCK);
  const a = newDescription(KIND_PAIR, offsetof<Pair>(), status);
  const b = newDescription(KIND_PAIR, offsetof<Pair>(), status);
  if (a === null || b === null) return -ENOMEM;
  connectPair(changetype<Pair>(a), changetype<Pair>(b), kind);
  const cloexec = (type & SOCK_CLOEXEC) !== 0;
  store<i32>(sv, publish(a, cloexec));
  store<i32>(sv, publish(b, cloexec), 4);
  return 0;
}

/** The TCP socket behind a number, or null: -EBADF, -ENOTSOCK. */
export function findSocket(fd: i32): Tcp | null {
  const description = lookup(fd);
  if (description === null || description.kind !== KIND_TCP) return null;
  return changetype<Tcp>(description);
}

export function isSocket(description: Description): bool {
  return description.kind === KIND_TCP || description.kind === KIND_PAIR;
}

export function noSocket(fd: i32): i32 {
  return lookup(fd) === null ? -EBADF : -ENOTSOCK;
}

export function bind(fd: i32, addr: usize, addrlen: i32): i32 {
  const tcp = findSocket(fd);
  if (tcp === null) return noSocket(fd);
  const error = checkAddress(tcp.family, addr, addrlen);
  if (error < 0) return error;
  if (addrlen < addressBytes(tcp.family)) return -EINVAL;
  if (<i32>load<u16>(addr) !== tcp.family) return -EAFNOSUPPORT;
  if (tcp.isBound || tcp.state !== FRESH) return -EINVAL;
  const result = tcpBind(tcp, addr);
  tcp.isBound = result === 0;
  return result;
}

export function listen(fd: i32, backlog: i32): i32 {
  const tcp = findSocket(fd);
  if (tcp === null) return noSocket(fd);
  if (tcp.state !== FRESH && tcp.state !== LISTENING) return -EINVAL;
  if (!tcp.isBound) {
    const result = bindToAny(tcp);
    if (result < 0) return result;
  }
  const result = tcpListen(tcp, backlog < 0 ? i32.MAX_VALUE : backlog);
  if (result === 0) tcp.state = LISTENING;
  return result;
}

function bindToAny(tcp: Tcp): i32 {
  const address = scratch() + NAME;
  memory.fill(address, 0, ADDRESS_BYTES_MAX);
  store<u16>(address, <u16>tcp.family);
  const result = tcpBind(tcp, address);
  tcp.isBound = result === 0;
  return result;
}

export function accept4(fd: i32, addr: usize, addrlen: usize, flags: i32): i32 {
  if (lookup(fd) === null) return -EBADF;
  if ((flags & ~TYPE_FLAGS) !== 0) return -EINVAL;
  const free = lowestFree(0);
  if (free < 0) return free;
  const listener = findSocket(fd);
  if (listener === null) return -ENOTSOCK;
  if (listener.state !== LISTENING) return -EINVAL;
  const error = awaitConnection(listener);
  if (error < 0) return error;
  const tcp = newTcp(listener.family, flags);
  if (tcp === null) return -ENOMEM;
  tcpAccept(listener, tcp);
  const accepted = publish(tcp, (flags & SOCK_CLOEXEC) !== 0);
  if (accepted < 0 || addr === 0) return accepted;
  const bytes = tcpName(tcp, true, scratch() + NAME);
  if (bytes < 0) return accepted;
  const result = storeAddress(scratch() + NAME, bytes, addr, addrlen);
  return result < 0 ? result : accepted;
}

function awaitConnection(listener: Tcp): i32 {
  if (listener.waiting > 0) return 0;
  if (isNonblocking(listener)) {
    look();
    return listener.waiting > 0 ? 0 : -EAGAIN;
  }
  while (listener.waiting === 0) {
    if (pause(NEVER) === INTERRUPTED && listener.waiting === 0) return -EINTR;
  }
  return 0;
}

export function connect(fd: i32, addr: usize, addrlen: i32): i32 {
  const tcp = findSocket(fd);
  if (lookup(fd) === null) return -EBADF;
  const error = tcp === null ? 0 : checkAddress(tcp.family, addr, addrlen);
  if (error < 0) return error;
  if (tcp === null) return -ENOTSOCK;
  if (addrlen < 2) return -EINVAL;
  const family = <i32>load<u16>(addr);
  if (family !== AF_UNSPEC && addrlen < addressBytes(tcp.family)) return -EINVAL;
  if (family !== tcp.family) return -EAFNOSUPPORT;
  if (tcp.state === CONNECTED || tcp.state === LISTENING) return -EISCONN;
  if (tcp.state === FRESH) {
    const begun = beginConnect(tcp, addr);
    if (begun !== -EINPROGRESS) return begun;
    if (isNonblocking(tcp)) return begun;
  } else if (isNonblocking(tcp)) return -EALREADY;
  while (tcp.state === CONNECTING) {
    if (pause(NEVER) === INTERRUPTED) return -EINTR;
  }
  return takeError(tcp);
}

function beginConnect(tcp: Tcp, addr: usize): i32 {
  const pendingError = takeError(tcp);
  if (pendingError < 0) return pendingError;
  const address = scratch() + NAME;
  memory.copy(address, addr, addressBytes(tcp.family));
  makeReachable(address);
  if (load<u16>(address, 2) === 0) return -ECONNREFUSED;
  tcp.isReceiveShut = false;
  tcp.isSendShut = false;
  return tcpConnect(tcp, address);
}

/** What SO_ERROR holds, which is told once. */
export function takeError(tcp: Tcp): i32 {
  const error = tcp.error;
  tcp.error = 0;
  return -error;
}

export function shutdown(fd: i32, how: i32): i32 {
  const description = lookup(fd);
  if (description === null) return -EBADF;
  if (!isSocket(description)) return -ENOTSOCK;
  if (<u32>how > <u32>SHUT_RDWR) return -EINVAL;
  if (description.kind === KIND_PAIR) {
    pairShutdown(changetype<Pair>(description), how);
    return 0;
  }
  const tcp = changetype<Tcp>(description);
  if (tcp.state !== CONNECTED) return -ENOTCONN;
  if (how !== SHUT_RD && !tcp.isSendShut) {
    tcp.isSendShut = true;
    tcpShutdownSend(tcp);
  }
  if (how !== SHUT_WR) tcp.isReceiveShut = true;
  wake(tcp, 0);
  return 0;
}

export function getsockname(fd: i32, addr: usize, addrlen: usize): i32 {
  const tcp = findSocket(fd);
  if (tcp === null) return noSocket(fd);
  const name = scratch() + NAME;
  let bytes = tcpName(tcp, false, name);
  if (bytes < 0) {
    // Not bound: the wildcard address and no port.
    bytes = addressBytes(tcp.family);
    memory.fill(name, 0, bytes);
    store<u16>(name, <u16>tcp.family);
  }
  return storeAddress(name, bytes, addr, addrlen);
}

export function getpeername(fd: i32, addr: usize, addrlen: usize): i32 {
  const tcp = findSocket(fd);
  if (tcp === null) return noSocket(fd);
  if (tcp.state !== CONNECTED) return -ENOTCONN;
  const bytes = tcpName(tcp, true, scratch() + NAME);
  if (bytes < 0) return -ENOTCONN;
  return storeAddress(scratch() + NAME, bytes, addr, addrlen);
}
