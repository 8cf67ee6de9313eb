// Outgoing connections.

import * as linux from "./linux";
import { parseAddress } from "./address";
import { IPPROTO_TCP, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM, TCP_NODELAY } from "./constants";
import { EINPROGRESS } from "./errno";
import { poolOf, Stream } from "./stream";

const SOCKADDR: usize = memory.data(32, 8);
const OPTION: usize = memory.data(4, 4);

/**
 * A connection to `address`, "[HOST:]PORT". Comes back at once; onOpen tells that it is there, and
 * onClose that it could not be: -EACCES, not granted; -ECONNREFUSED; -EINVAL, not an address ...
 * What is written before is sent then. connect(2)
 */
export function connect<T extends Stream>(address: string): T {
  const stream = poolOf<T>().take();
  const error = begin(stream, address);
  if (error < 0) stream._refuse(error);
  return changetype<T>(stream);
}

function begin(stream: Stream, address: string): i32 {
  const length = parseAddress(address, SOCKADDR);
  if (length < 0) return length;
  const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const fd = linux.socket(<i32>load<u16>(SOCKADDR), type, IPPROTO_TCP);
  if (fd < 0) return fd;
  store<i32>(OPTION, 1);
  linux.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, OPTION, 4);
  const error = linux.connect(fd, SOCKADDR, length);
  if (error >= 0 || error === -EINPROGRESS) return stream._begin(fd, true);
  linux.close(fd);
  return error;
}
