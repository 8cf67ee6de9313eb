// sendto(2), recvfrom(2), sendmsg(2), recvmsg(2).

import { MSG_DONTWAIT, MSG_NOSIGNAL, MSG_PEEK } from "../constants";
import { EBADF, EFAULT, ENOTSOCK } from "../errno";
import { Iovec, Msghdr } from "../structs";
import { receive, send, vectorOf } from "./files";
import { reachable, vectorBytes } from "./memory";
import { isSocket } from "./sockets";
import { lookup } from "./table";

export function sendto(
  fd: i32,
  buf: usize,
  len: i32,
  flags: i32,
  addr: usize,
  addrlen: i32,
): i32 {
  const socket = lookup(fd);
  if (socket === null) return -EBADF;
  if (!isSocket(socket)) return -ENOTSOCK;
  if (!reachable(buf, len)) return -EFAULT;
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
  return receive(socket, iov, changetype<Iovec>(iov).len, flags);
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
