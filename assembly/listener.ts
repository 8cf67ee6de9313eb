// Listener: accepts connections and makes a stream of each.
//
// Level triggered, so that a turn may leave connections for the next one. Without descriptors it
// pauses instead of spinning, until one was closed or, if that was elsewhere, for a moment; whoever
// waits stays in the kernel's queue meanwhile.

import * as linux from "./linux";
import { portOf, SOCKADDR_BYTES_MAX } from "./address";
import {
  EPOLLIN,
  IPPROTO_TCP,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOMAXCONN,
  TCP_NODELAY,
} from "./constants";
import * as errno from "./errno";
import { Handler, loop } from "./loop";
import { check } from "./process";
import { poolOf, Stream, StreamPool } from "./stream";
import { bindTcp } from "./tcp";
import { Timer } from "./timer";

/** Connections accepted in one turn: then others have theirs. */
const ACCEPTS_PER_TURN: i32 = 64;
/** How long it pauses, if nothing that the loop knows is closed. */
const PAUSE_MS: i32 = 100;

const SOCKADDR: usize = memory.data(32, 8);
const OPTION: usize = memory.data(4, 4);

/**
 * Listens on `address`, "[HOST:]PORT", and makes a `T` of each connection; port 0: any free one. If
 * that cannot be, says so on fd 2 and ends the program with exit code 1.
 */
export function listen<T extends Stream>(address: string): Listener {
  const listener = new Listener(poolOf<T>());
  check(listener.open(address), "listen " + address);
  return listener;
}

/**
 * listen() for who wants to go on without. Result: the port, or -errno: -EACCES, not granted or
 * privileged; -EADDRINUSE; -EADDRNOTAVAIL; -EINVAL, not an address. bind(2), listen(2)
 */
export function tryListen<T extends Stream>(address: string): i32 {
  const listener = new Listener(poolOf<T>());
  const error = listener.open(address);
  return error < 0 ? error : listener.port;
}

/** A socket that accepts. */
export class Listener extends Handler {
  /** The port that it is bound to. */
  port: i32 = 0;

  private readonly retry: Retry = new Retry(this);

  constructor(private readonly pool: StreamPool) {
    super();
  }

  /** Begins to listen on `address`. 0 or -errno. */
  open(address: string): i32 {
    const fd = bindTcp(address);
    if (fd < 0) return fd;
    store<i32>(OPTION, 1);
    // The accepted sockets inherit it: output leaves in one write a turn, and at once.
    linux.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, OPTION, 4);
    let error = linux.listen(fd, SOMAXCONN);
    store<i32>(OPTION, SOCKADDR_BYTES_MAX);
    if (error >= 0) error = linux.getsockname(fd, SOCKADDR, OPTION);
    if (error >= 0) error = loop.add(this, fd, EPOLLIN);
    if (error < 0) linux.close(fd);
    else this.port = portOf(SOCKADDR);
    return error;
  }

  /** Accepts no more; connections that are open stay open. */
  close(): void {
    this.retry.stop();
    loop.close(this);
  }

  override onEvents(_events: u32): void {
    for (let i = 0; i < ACCEPTS_PER_TURN && this.fd >= 0; i++) {
      const fd = linux.accept4(this.fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd === -errno.EAGAIN) return;
      if (fd < 0 && isOfTheConnection(-fd)) continue;
      if (fd < 0 || !this.begin(fd)) {
        this.pause();
        return;
      }
    }
  }

  /** Listens again after a pause. */
  override onPutOff(): void {
    if (this.fd < 0) return;
    this.retry.stop();
    loop.modify(this, EPOLLIN);
  }

  private begin(fd: i32): bool {
    const stream = this.pool.take();
    if (stream._begin(fd, false) < 0) {
      this.pool.put(stream);
      return false;
    }
    stream.onOpen();
    return true;
  }

  private pause(): void {
    loop.modify(this, 0);
    loop.putOffUntilClose(this);
    this.retry.start(PAUSE_MS);
  }
}

class Retry extends Timer {
  constructor(private readonly listener: Listener) {
    super();
  }

  override onTimer(): void {
    this.listener.onPutOff();
  }
}

/** Whether an error is of the connection that was to be accepted, not of the listener. accept(2) */
function isOfTheConnection(error: i32): bool {
  switch (error) {
    case errno.EINTR:
    case errno.EPERM:
    case errno.ECONNABORTED:
    case errno.EPROTO:
    case errno.ENOPROTOOPT:
    case errno.EOPNOTSUPP:
    case errno.ENONET:
    case errno.ENETDOWN:
    case errno.ENETUNREACH:
    case errno.EHOSTDOWN:
    case errno.EHOSTUNREACH:
      return true;
    default:
      return false;
  }
}
