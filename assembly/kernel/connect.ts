// connect(2), and the names of sockets.

import { AF_UNSPEC } from "../constants";
import {
  EAFNOSUPPORT,
  EALREADY,
  EBADF,
  ECONNREFUSED,
  EINPROGRESS,
  EINTR,
  EINVAL,
  EISCONN,
  ENOTCONN,
  ENOTSOCK,
} from "../errno";
import { NAME, addressBytes, checkAddress, makeReachable, storeAddress } from "./address";
import { INTERRUPTED } from "./deliver";
import { KIND_PAIR, KIND_TCP } from "./description";
import { tcpConnect, tcpName, udpConnect, udpName } from "./host";
import { pause } from "./pause";
import { scratch } from "./scratch";
import { Socket, findSocket, noSocket, takeError } from "./socket";
import { autobind } from "./sockets";
import { isNonblocking, lookup } from "./table";
import { CONNECTED, CONNECTING, FRESH, LISTENING, Tcp } from "./tcp";
import { NEVER } from "./timers";
import { Udp, dropDatagrams } from "./udp";

export function connect(fd: i32, addr: usize, addrlen: i32): i32 {
  if (lookup(fd) === null) return -EBADF;
  const error = checkAddress(addr, addrlen);
  if (error < 0) return error;
  const socket = findSocket(fd);
  if (socket === null) return -ENOTSOCK;
  if (addrlen < 2) return -EINVAL;
  const family = <i32>load<u16>(addr);
  if (socket.kind === KIND_PAIR) return socket.isSendShut ? -EINVAL : -EISCONN;
  if (socket.kind !== KIND_TCP) return connectUdp(changetype<Udp>(socket), family, addr, addrlen);
  if (family !== AF_UNSPEC && addrlen < addressBytes(socket.family)) return -EINVAL;
  if (family !== socket.family) return -EAFNOSUPPORT;
  return connectTcp(changetype<Tcp>(socket), addr);
}

function connectTcp(tcp: Tcp, addr: usize): i32 {
  if (tcp.state === CONNECTED || tcp.state === LISTENING) return -EISCONN;
  if (tcp.state === FRESH) {
    const begun = beginConnect(tcp, addr);
    if (begun !== -EINPROGRESS || isNonblocking(tcp)) return begun;
  } else if (isNonblocking(tcp)) return -EALREADY;
  while (tcp.state === CONNECTING) {
    if (pause(NEVER) === INTERRUPTED) return -EINTR;
  }
  return takeError(tcp);
}

/** Where to connect to: the wildcard address is this host. */
function destination(socket: Socket, addr: usize): usize {
  const address = scratch() + NAME;
  memory.copy(address, addr, addressBytes(socket.family));
  makeReachable(address);
  return address;
}

function beginConnect(tcp: Tcp, addr: usize): i32 {
  const error = takeError(tcp);
  if (error < 0) return error;
  const address = destination(tcp, addr);
  if (load<u16>(address, 2) === 0) return -ECONNREFUSED;
  tcp.isReceiveShut = false;
  tcp.isSendShut = false;
  return tcpConnect(tcp, address);
}

function connectUdp(udp: Udp, family: i32, addr: usize, addrlen: i32): i32 {
  if (family === AF_UNSPEC) {
    if (!udp.isConnected) return 0;
    udp.isConnected = false;
    return udpConnect(udp, 0);
  }
  if (addrlen < addressBytes(udp.family)) return -EINVAL;
  if (family !== udp.family) return -EAFNOSUPPORT;
  const bound = autobind(udp);
  if (bound < 0) return bound;
  const address = destination(udp, addr);
  const result = udpConnect(udp, address);
  if (result < 0) return result;
  dropDatagrams(udp);
  memory.copy(udp.peer, scratch() + NAME, addressBytes(udp.family));
  udp.isConnected = true;
  return 0;
}

export function getsockname(fd: i32, addr: usize, addrlen: usize): i32 {
  const socket = findSocket(fd);
  if (socket === null) return noSocket(fd);
  const name = scratch() + NAME;
  let bytes = ownName(socket, name);
  if (bytes < 0) {
    // Not bound: the wildcard address and no port; of a pair, no address at all.
    bytes = socket.kind === KIND_PAIR ? 2 : addressBytes(socket.family);
    memory.fill(name, 0, bytes);
    store<u16>(name, <u16>socket.family);
  }
  return storeAddress(name, bytes, addr, addrlen);
}

function ownName(socket: Socket, to: usize): i32 {
  if (socket.kind === KIND_PAIR) return -EINVAL;
  if (socket.kind === KIND_TCP) return tcpName(changetype<Tcp>(socket), false, to);
  return udpName(changetype<Udp>(socket), to);
}

export function getpeername(fd: i32, addr: usize, addrlen: usize): i32 {
  const socket = findSocket(fd);
  if (socket === null) return noSocket(fd);
  const name = scratch() + NAME;
  let bytes = -ENOTCONN;
  if (socket.kind === KIND_PAIR) {
    store<u16>(name, <u16>socket.family);
    bytes = 2;
  } else if (socket.kind === KIND_TCP) {
    const tcp = changetype<Tcp>(socket);
    if (tcp.state === CONNECTED) bytes = tcpName(tcp, true, name);
  } else if (changetype<Udp>(socket).isConnected) {
    bytes = addressBytes(socket.family);
    memory.copy(name, changetype<Udp>(socket).peer, bytes);
  }
  return bytes < 0 ? -ENOTCONN : storeAddress(name, bytes, addr, addrlen);
}
