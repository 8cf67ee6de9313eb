// TCP sockets by bare calls, for whoever wants one without the loop. Knows no epoll.

import * as linux from "./linux";
import { parseAddress, SOCKADDR_BYTES_MAX } from "./address";
import {
  IPPROTO_TCP,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "./constants";

const SOCKADDR: usize = memory.data(SOCKADDR_BYTES_MAX, 4);
const ON: usize = memory.data<i32>([1]);

/**
 * A non-blocking TCP socket bound to `address`, "[HOST:]PORT", with SO_REUSEADDR; still to be
 * listened on. Result: the descriptor, or -errno: -EINVAL, not an address; -EACCES, not granted or
 * privileged; -EADDRINUSE; -EADDRNOTAVAIL. socket(2), bind(2)
 */
export function bindTcp(address: string): i32 {
  const length = parseAddress(address, SOCKADDR);
  if (length < 0) return length;
  const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const fd = linux.socket(<i32>load<u16>(SOCKADDR), type, IPPROTO_TCP);
  if (fd < 0) return fd;
  linux.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, ON, 4);
  const error = linux.bind(fd, SOCKADDR, length);
  if (error >= 0) return fd;
  linux.close(fd);
  return error;
}
