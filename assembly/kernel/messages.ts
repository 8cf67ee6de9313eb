// sendto(2), recvfrom(2), sendmsg(2), recvmsg(2), and several
// messages at once.

import { MSG_DONTWAIT } from "../constants";
import { EBADF, EFAULT, EINVAL, EISCONN, ENOTSOCK } from "../errno";
import { Iovec, Mmsghdr, Msghdr } from "../structs";
import { storeAddress } from "./address";
import { KIND_PAIR } from "./description";
import { receive, send, vectorOf } from "./files";
import { monotonicNow } from "./host";
import { reachable, vectorBytes } from "./memory";
import { scratch } from "./scratch";
import { isSocket } from "./sockets";
import { lookup } from "./table";
import { TIME_MAX, later, storeTime, timeOf } from "./time";

const MESSAGES_MAX: u32 = 1024; // UIO_MAXIOV
const MSG_WAITFORONE: i32 = 0x10000;
const TIMESPEC_BYTES: i32 = 16;

export function sendto(fd: i32, buf: usize, len: i32, flags: i32, addr: usize, addrlen: i32): i32 {
  const socket = lookup(fd);
  if (socket === null) return -EBADF;
  if (!isSocket(socket)) return -ENOTSOCK;
  if (!reachable(buf, len) || (addr !== 0 && !reachable(addr, addrlen))) return -EFAULT;
  if (addr !== 0 && socket.kind === KIND_PAIR) return -EISCONN; // TCP looks at no address
  const iov = vectorOf(buf, len);
  return send(socket, iov, changetype<Iovec>(iov).len, flags);
}

export function recvfrom(
  fd: i32,
  buf: usize,
  len: i32,
  flags: i32,
  addr: usize,
  addrlen: usize,
): i32 {
  const socket = lookup(fd);
  if (socket === null) return -EBADF;
  if (!isSocket(socket)) return -ENOTSOCK;
  if (!reachable(buf, len)) return -EFAULT;
  const iov = vectorOf(buf, len);
  const got = receive(socket, iov, changetype<Iovec>(iov).len, flags);
  if (got < 0 || addr === 0) return got;
  const error = storeAddress(scratch(), 0, addr, addrlen); // who is connected needs no name
  return error < 0 ? error : got;
}

export function sendmsg(fd: i32, msg: usize, flags: i32): i32 {
  const socket = lookup(fd);
  if (socket === null) return -EBADF;
  if (!isSocket(socket)) return -ENOTSOCK;
  if (msg === 0 || !reachable(msg, offsetof<Msghdr>())) return -EFAULT;
  const header = changetype<Msghdr>(msg);
  const bytes = vectorBytes(header.iov, header.iovlen);
  return bytes < 0 ? bytes : send(socket, header.iov, bytes, flags);
}

export function recvmsg(fd: i32, msg: usize, flags: i32): i32 {
  const socket = lookup(fd);
  if (socket === null) return -EBADF;
  if (!isSocket(socket)) return -ENOTSOCK;
  if (msg === 0 || !reachable(msg, offsetof<Msghdr>())) return -EFAULT;
  const header = changetype<Msghdr>(msg);
  const bytes = vectorBytes(header.iov, header.iovlen);
  if (bytes < 0) return bytes;
  header.namelen = 0;
  header.controllen = 0;
  header.flags = 0;
  return receive(socket, header.iov, bytes, flags);
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
  return count === 0 ? checkSocket(fd) : done;
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
  return count === 0 ? checkSocket(fd) : done;
}

function checkSocket(fd: i32): i32 {
  const description = lookup(fd);
  if (description === null) return -EBADF;
  return isSocket(description) ? 0 : -ENOTSOCK;
}
