// sendto(2), recvfrom(2), sendmsg(2), recvmsg(2), and several messages at once.

import { MSG_DONTWAIT, MSG_TRUNC, SOCK_STREAM } from "../constants";
import { EAFNOSUPPORT, EFAULT, EINVAL, EISCONN } from "../errno";
import { Iovec, Mmsghdr, Msghdr } from "../structs";
import { addressBytes, checkAddress, storeAddress } from "./address";
import { KIND_PAIR, KIND_TCP, KIND_UDP } from "./description";
import { receive, send, vectorOf } from "./files";
import { monotonicNow } from "./host";
import { reachable, vectorBytes } from "./memory";
import { TIMESPEC_BYTES } from "./numbers";
import { Socket, findSocket, noSocket } from "./socket";
import { TIME_MAX, later, storeTime, timeOf } from "./time";
import { readBytes, readName, readNameBytes } from "./udp";

const MESSAGES_MAX: u32 = 1024; // UIO_MAXIOV
const MSG_WAITFORONE: i32 = 0x10000;

export function sendto(fd: i32, buf: usize, len: i32, flags: i32, addr: usize, addrlen: i32): i32 {
  const socket = findSocket(fd);
  if (socket === null) return noSocket(fd);
  if (!reachable(buf, len)) return -EFAULT;
  const error = checkDestination(socket, addr, addrlen);
  if (error < 0) return error;
  const iov = vectorOf(buf, len);
  return send(socket, iov, changetype<Iovec>(iov).len, flags, addr);
}

/** Whether something can be sent to an address: TCP looks at none, and a pair has none. */
function checkDestination(socket: Socket, addr: usize, addrlen: i32): i32 {
  if (addr === 0) return 0;
  const error = checkAddress(addr, addrlen);
  if (error < 0 || socket.kind === KIND_TCP) return error;
  if (socket.kind === KIND_PAIR) return socket.type === SOCK_STREAM ? -EISCONN : -EINVAL;
  if (addrlen < addressBytes(socket.family)) return -EINVAL;
  if (<i32>load<u16>(addr) !== socket.family) return -EAFNOSUPPORT;
  return load<u16>(addr, 2) === 0 ? -EINVAL : 0;
}

export function recvfrom(
  fd: i32,
  buf: usize,
  len: i32,
  flags: i32,
  addr: usize,
  addrlen: usize,
): i32 {
  const socket = findSocket(fd);
  if (socket === null) return noSocket(fd);
  if (!reachable(buf, len)) return -EFAULT;
  const iov = vectorOf(buf, len);
  const got = receive(socket, iov, changetype<Iovec>(iov).len, flags);
  if (got < 0 || addr === 0) return got;
  const isUdp = socket.kind === KIND_UDP; // who else is connected needs no name
  const error = storeAddress(readName(), isUdp ? readNameBytes() : 0, addr, addrlen);
  return error < 0 ? error : got;
}

export function sendmsg(fd: i32, msg: usize, flags: i32): i32 {
  const socket = findSocket(fd);
  if (socket === null) return noSocket(fd);
  if (msg === 0 || !reachable(msg, offsetof<Msghdr>())) return -EFAULT;
  const header = changetype<Msghdr>(msg);
  const bytes = vectorBytes(header.iov, header.iovlen);
  if (bytes < 0) return bytes;
  const error = checkDestination(socket, header.name, header.namelen);
  return error < 0 ? error : send(socket, header.iov, bytes, flags, header.name);
}

export function recvmsg(fd: i32, msg: usize, flags: i32): i32 {
  const socket = findSocket(fd);
  if (socket === null) return noSocket(fd);
  if (msg === 0 || !reachable(msg, offsetof<Msghdr>())) return -EFAULT;
  const header = changetype<Msghdr>(msg);
  const bytes = vectorBytes(header.iov, header.iovlen);
  if (bytes < 0) return bytes;
  const got = receive(socket, header.iov, bytes, flags);
  if (got < 0) return got;
  const isUdp = socket.kind === KIND_UDP;
  const name = isUdp ? readNameBytes() : 0;
  if (header.name !== 0) {
    const step = min(<i32>header.namelen, name);
    if (!reachable(header.name, step)) return -EFAULT;
    memory.copy(header.name, readName(), step);
    header.namelen = name;
  }
  header.controllen = 0;
  header.flags = isUdp && readBytes() > bytes ? MSG_TRUNC : 0;
  return got;
}

/** One message after the other; an error after the first is not told. */
export function sendmmsg(fd: i32, msgvec: usize, vlen: i32, flags: i32): i32 {
  const count = min(<u32>vlen, MESSAGES_MAX);
  let done = 0;
  for (; <u32>done < count; done++) {
    const message = msgvec + <usize>done * offsetof<Mmsghdr>();
    if (!reachable(message, offsetof<Mmsghdr>())) return done > 0 ? done : -EFAULT;
    const sent = sendmsg(fd, message, flags);
    if (sent < 0) return done > 0 ? done : sent;
    changetype<Mmsghdr>(message).len = sent;
  }
  return count === 0 && findSocket(fd) === null ? noSocket(fd) : done;
}

export function recvmmsg(fd: i32, msgvec: usize, vlen: i32, flags: i32, timeout: usize): i32 {
  let lengthNs = TIME_MAX;
  if (timeout !== 0) {
    if (!reachable(timeout, TIMESPEC_BYTES)) return -EFAULT;
    lengthNs = timeOf(timeout);
    if (lengthNs < 0) return -EINVAL;
  }
  const until = later(monotonicNow(), lengthNs);
  const count = min(<u32>vlen, MESSAGES_MAX);
  let done = 0;
  let how = flags & ~MSG_WAITFORONE;
  while (<u32>done < count) {
    const message = msgvec + <usize>done * offsetof<Mmsghdr>();
    if (!reachable(message, offsetof<Mmsghdr>())) return done > 0 ? done : -EFAULT;
    const got = recvmsg(fd, message, how);
    if (got < 0) return done > 0 ? done : got;
    changetype<Mmsghdr>(message).len = got;
    done++;
    if ((flags & MSG_WAITFORONE) !== 0) how |= MSG_DONTWAIT;
    // As on Linux, the time is looked at after each message.
    if (timeout !== 0 && monotonicNow() >= until) break;
  }
  if (timeout !== 0) storeTime(timeout, max(<i64>until - <i64>monotonicNow(), 0));
  return count === 0 && findSocket(fd) === null ? noSocket(fd) : done;
}
