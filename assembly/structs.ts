// The structs of the ABI as views on raw memory: `changetype<EpollEvent>(address)`.
// A view owns nothing and costs nothing; little-endian, offsets in bytes.

/**
 * What to wait for and what came. The natural layout of wasm32, not x86-64's packed 12 bytes.
 *
 *     0        4         8                16
 *     | events | padding | data           |
 */
@unmanaged
export class EpollEvent {
  events: u32;
  padding: u32;
  data: u64;

  /** The event `index` of an array of them. */
  static at(array: usize, index: i32): EpollEvent {
    return changetype<EpollEvent>(array + <usize>index * offsetof<EpollEvent>());
  }
}

/**
 *     0    4        6         8
 *     | fd | events | revents |
 */
@unmanaged
export class Pollfd {
  fd: i32;
  events: i16;
  revents: i16;

  /** The pollfd `index` of an array of them. */
  static at(array: usize, index: i32): Pollfd {
    return changetype<Pollfd>(array + <usize>index * offsetof<Pollfd>());
  }
}

/**
 * A time or a length of time; `padding` is not looked at on the way in, 0 on the way out.
 *
 *     0        8         12        16
 *     | tv_sec | tv_nsec | padding |
 */
@unmanaged
export class Timespec {
  tv_sec: i64;
  tv_nsec: i32;
  padding: u32;
}

/**
 * For timerfd: first the period, then the time to the first expiry.
 *
 *     0             16         32
 *     | it_interval | it_value |
 */
@unmanaged
export class Itimerspec {
  interval_sec: i64;
  interval_nsec: i32;
  interval_padding: u32;
  value_sec: i64;
  value_nsec: i32;
  value_padding: u32;
}

/**
 *     0        8         16
 *     | tv_sec | tv_usec |
 */
@unmanaged
export class Timeval {
  tv_sec: i64;
  tv_usec: i64;
}

/**
 * An IPv4 address; `sin_port` and `sin_addr` in network order. ip(7)
 *
 *     0            2          4          8          16
 *     | sin_family | sin_port | sin_addr | sin_zero |
 */
@unmanaged
export class SockaddrIn {
  sin_family: u16;
  sin_port: u16;
  sin_addr: u32;
  sin_zero: u64;
}

/**
 * An IPv6 address; port and address in network order. ipv6(7)
 *
 *     0             2           4               8           24              28
 *     | sin6_family | sin6_port | sin6_flowinfo | sin6_addr | sin6_scope_id |
 */
@unmanaged
export class SockaddrIn6 {
  sin6_family: u16;
  sin6_port: u16;
  sin6_flowinfo: u32;
  sin6_addr_high: u64;
  sin6_addr_low: u64;
  sin6_scope_id: u32;
}

/**
 * A buffer of readv, writev, msghdr.
 *
 *     0      4     8
 *     | base | len |
 */
@unmanaged
export class Iovec {
  base: u32;
  len: u32;
}

/**
 * A message in parts.
 *
 *     0      4         8     12       16        20           24      28
 *     | name | namelen | iov | iovlen | control | controllen | flags |
 */
@unmanaged
export class Msghdr {
  name: u32;
  namelen: u32;
  iov: u32;
  iovlen: u32;
  control: u32;
  controllen: u32;
  flags: i32;
}

/**
 * For sendmmsg and recvmmsg: a msghdr and the bytes that were sent or received.
 *
 *     0        28    32
 *     | msghdr | len |
 */
@unmanaged
export class Mmsghdr extends Msghdr {
  len: u32;
}

/**
 * For SO_LINGER; seconds.
 *
 *     0         4          8
 *     | l_onoff | l_linger |
 */
@unmanaged
export class Linger {
  l_onoff: i32;
  l_linger: i32;
}

/**
 * For rt_sigaction; `handler`: what `__signal` is called with, or SIG_DFL, SIG_IGN.
 *
 *     0         4       8          12     20
 *     | handler | flags | restorer | mask |
 */
@unmanaged
export class KernelSigaction {
  handler: i32;
  flags: u32;
  restorer: u32;
  mask_low: u32;
  mask_high: u32;
}

/**
 * What a signalfd gives, 128 bytes; behind `ssi_uid` as in the kernel. signalfd(2)
 *
 *     0           4           8          12        16        20
 *     | ssi_signo | ssi_errno | ssi_code | ssi_pid | ssi_uid |
 */
@unmanaged
export class SignalfdSiginfo {
  ssi_signo: u32;
  ssi_errno: i32;
  ssi_code: i32;
  ssi_pid: u32;
  ssi_uid: u32;
}
