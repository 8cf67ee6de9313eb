// socket(2), socketpair(2), bind(2), listen(2), accept(2), shutdown(2).

import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  IPPROTO_TCP,
  IPPROTO_UDP,
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
  EBADF,
  EFAULT,
  EINTR,
  EINVAL,
  ENOMEM,
  ENOTCONN,
  ENOTSOCK,
  EOPNOTSUPP,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
} from "../errno";
import { ADDRESS_BYTES_MAX, NAME, addressBytes, checkAddress, storeAddress } from "./address";
import { give } from "./blocks";
import { INTERRUPTED } from "./deliver";
import { KIND_PAIR, KIND_TCP, KIND_UDP, wake } from "./description";
import {
  tcpAccept,
  tcpBind,
  tcpBytes,
  tcpListen,
  tcpName,
  tcpOpen,
  tcpShutdownSend,
  udpBind,
  udpBytes,
  udpOpen,
} from "./host";
import { reachable } from "./memory";
import { O_RDWR } from "./numbers";
import { Pair, connectPair, pairShutdown } from "./pair";
import { look, pause } from "./pause";
import { scratch } from "./scratch";
import { Socket, findSocket, noSocket } from "./socket";
import { checkTwoFree, isNonblocking, lookup, lowestFree, newDescription, publish } from "./table";
import { CONNECTED, FRESH, LISTENING, Tcp } from "./tcp";
import { NEVER } from "./timers";
import { NAME_BYTES, Udp } from "./udp";

const TYPE_MASK: i32 = 0xf;
const TYPE_FLAGS: i32 = SOCK_NONBLOCK | SOCK_CLOEXEC;
const TYPES_MAX: i32 = 11;
const PROTOCOLS_MAX: i32 = 256;
const SOCK_RAW: i32 = 3;

export function socket(domain: i32, type: i32, protocol: i32): i32 {
  const kind = type & TYPE_MASK;
  if ((type & ~TYPE_MASK & ~TYPE_FLAGS) !== 0) return -EINVAL;
  const error = checkTriple(domain, kind, protocol);
  if (error < 0) return error;
  const free = lowestFree(0);
  if (free < 0) return free;
  const made = kind === SOCK_STREAM ? newTcp(domain, type) : newUdp(domain, type);
  if (made === null) return -ENOMEM;
  const opened =
    kind === SOCK_STREAM ? tcpOpen(changetype<Tcp>(made)) : udpOpen(changetype<Udp>(made));
  if (opened < 0) {
    give(changetype<usize>(made), made.bytes);
    return opened;
  }
  return publish(made, (type & SOCK_CLOEXEC) !== 0);
}

function checkTriple(domain: i32, type: i32, protocol: i32): i32 {
  if (type >= TYPES_MAX || type < 0) return -EINVAL;
  if (domain !== AF_INET && domain !== AF_INET6) return -EAFNOSUPPORT;
  if (protocol < 0 || protocol >= PROTOCOLS_MAX) return -EINVAL;
  if (type !== SOCK_STREAM && type !== SOCK_DGRAM) {
    return type === SOCK_RAW ? -EPROTONOSUPPORT : -ESOCKTNOSUPPORT;
  }
  const own = type === SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
  return protocol === 0 || protocol === own ? 0 : -EPROTONOSUPPORT;
}

function newSocket(kind: i32, bytes: i32, family: i32, type: i32): Socket | null {
  const status = O_RDWR | (type & SOCK_NONBLOCK);
  const made = changetype<Socket | null>(newDescription(kind, bytes, status));
  if (made !== null) {
    made.family = family;
    made.type = type & TYPE_MASK;
  }
  return made;
}

function newTcp(family: i32, type: i32): Socket | null {
  const tcp = newSocket(KIND_TCP, tcpBytes(), family, (type & ~TYPE_MASK) | SOCK_STREAM);
  if (tcp !== null) changetype<Tcp>(tcp).lowWater = 1;
  return tcp;
}

/** With room for its peer's name behind it. */
function newUdp(family: i32, type: i32): Socket | null {
  const bytes = udpBytes();
  const udp = newSocket(KIND_UDP, bytes + NAME_BYTES, family, type);
  if (udp !== null) changetype<Udp>(udp).peer = changetype<usize>(udp) + bytes;
  return udp;
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

/** The socket as one of TCP, or null. */
function asTcp(found: Socket): Tcp | null {
  return found.kind === KIND_TCP ? changetype<Tcp>(found) : null;
}

export function bind(fd: i32, addr: usize, addrlen: i32): i32 {
  const found = findSocket(fd);
  if (found === null) return noSocket(fd);
  const error = checkAddress(addr, addrlen);
  if (error < 0) return error;
  if (found.kind === KIND_PAIR) return -EINVAL;
  if (addrlen < addressBytes(found.family)) return -EINVAL;
  if (<i32>load<u16>(addr) !== found.family) return -EAFNOSUPPORT;
  const tcp = asTcp(found);
  if (found.isBound || (tcp !== null && tcp.state !== FRESH)) return -EINVAL;
  return bindTo(found, addr);
}

function bindTo(found: Socket, address: usize): i32 {
  const tcp = asTcp(found);
  const result = tcp === null ? udpBind(changetype<Udp>(found), address) : tcpBind(tcp, address);
  found.isBound = result === 0;
  return result;
}

/** Binds to the wildcard address and any port, if it is not bound. */
export function autobind(found: Socket): i32 {
  if (found.isBound) return 0;
  const address = scratch() + NAME;
  memory.fill(address, 0, ADDRESS_BYTES_MAX);
  store<u16>(address, <u16>found.family);
  return bindTo(found, address);
}

export function listen(fd: i32, backlog: i32): i32 {
  const found = findSocket(fd);
  if (found === null) return noSocket(fd);
  const tcp = asTcp(found);
  if (tcp === null) return found.type === SOCK_DGRAM ? -EOPNOTSUPP : -EINVAL;
  if (tcp.state !== FRESH && tcp.state !== LISTENING) return -EINVAL;
  const bound = autobind(tcp);
  if (bound < 0) return bound;
  const result = tcpListen(tcp, backlog < 0 ? i32.MAX_VALUE : backlog);
  if (result === 0) tcp.state = LISTENING;
  return result;
}

export function accept4(fd: i32, addr: usize, addrlen: usize, flags: i32): i32 {
  if (lookup(fd) === null) return -EBADF;
  if ((flags & ~TYPE_FLAGS) !== 0) return -EINVAL;
  const free = lowestFree(0);
  if (free < 0) return free;
  const found = findSocket(fd);
  if (found === null) return -ENOTSOCK;
  const listener = asTcp(found);
  if (listener === null) return found.type === SOCK_DGRAM ? -EOPNOTSUPP : -EINVAL;
  if (listener.state !== LISTENING) return -EINVAL;
  const error = awaitConnection(listener);
  if (error < 0) return error;
  const made = newTcp(listener.family, flags);
  if (made === null) return -ENOMEM;
  const tcp = changetype<Tcp>(made);
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

export function shutdown(fd: i32, how: i32): i32 {
  const found = findSocket(fd);
  if (found === null) return noSocket(fd);
  if (<u32>how > <u32>SHUT_RDWR) return -EINVAL;
  if (found.kind === KIND_PAIR) {
    pairShutdown(changetype<Pair>(found), how);
    return 0;
  }
  const tcp = asTcp(found);
  const isConnected = tcp === null ? changetype<Udp>(found).isConnected : tcp.state === CONNECTED;
  if (!isConnected) return -ENOTCONN;
  if (how !== SHUT_RD && !found.isSendShut) {
    found.isSendShut = true;
    if (tcp !== null) tcpShutdownSend(tcp);
  }
  if (how !== SHUT_WR) found.isReceiveShut = true;
  wake(found, 0);
  return 0;
}
