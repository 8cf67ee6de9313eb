// The numbers of Linux on x86-64 that the calls of linux.ts take, under the names of the manual.

// epoll_create1, epoll_ctl, epoll_event
export const EPOLL_CLOEXEC: i32 = 0x80000;
export const EPOLL_CTL_ADD: i32 = 1;
export const EPOLL_CTL_DEL: i32 = 2;
export const EPOLL_CTL_MOD: i32 = 3;
export const EPOLLIN: u32 = 0x1;
export const EPOLLPRI: u32 = 0x2;
export const EPOLLOUT: u32 = 0x4;
export const EPOLLERR: u32 = 0x8;
export const EPOLLHUP: u32 = 0x10;
export const EPOLLRDHUP: u32 = 0x2000;
export const EPOLLEXCLUSIVE: u32 = 0x10000000;
export const EPOLLWAKEUP: u32 = 0x20000000;
export const EPOLLONESHOT: u32 = 0x40000000;
export const EPOLLET: u32 = 0x80000000;

// pollfd
export const POLLIN: i32 = 0x1;
export const POLLPRI: i32 = 0x2;
export const POLLOUT: i32 = 0x4;
export const POLLERR: i32 = 0x8;
export const POLLHUP: i32 = 0x10;
export const POLLNVAL: i32 = 0x20;
export const POLLRDHUP: i32 = 0x2000;

// socket, accept4
export const AF_UNSPEC: i32 = 0;
export const AF_UNIX: i32 = 1;
export const AF_INET: i32 = 2;
export const AF_INET6: i32 = 10;
export const SOCK_STREAM: i32 = 1;
export const SOCK_DGRAM: i32 = 2;
export const SOCK_SEQPACKET: i32 = 5;
export const SOCK_NONBLOCK: i32 = 0x800;
export const SOCK_CLOEXEC: i32 = 0x80000;
export const IPPROTO_IP: i32 = 0;
export const IPPROTO_TCP: i32 = 6;
export const IPPROTO_UDP: i32 = 17;
export const IPPROTO_IPV6: i32 = 41;
export const SOMAXCONN: i32 = 4096;

// getsockopt, setsockopt
export const SOL_SOCKET: i32 = 1;
export const SO_REUSEADDR: i32 = 2;
export const SO_TYPE: i32 = 3;
export const SO_ERROR: i32 = 4;
export const SO_BROADCAST: i32 = 6;
export const SO_SNDBUF: i32 = 7;
export const SO_RCVBUF: i32 = 8;
export const SO_KEEPALIVE: i32 = 9;
export const SO_LINGER: i32 = 13;
export const SO_REUSEPORT: i32 = 15;
export const SO_RCVLOWAT: i32 = 18;
export const SO_RCVTIMEO: i32 = 20;
export const SO_SNDTIMEO: i32 = 21;
export const SO_ACCEPTCONN: i32 = 30;
export const SO_PROTOCOL: i32 = 38;
export const SO_DOMAIN: i32 = 39;
export const TCP_NODELAY: i32 = 1;
export const TCP_MAXSEG: i32 = 2;
export const TCP_CORK: i32 = 3;
export const TCP_KEEPIDLE: i32 = 4;
export const TCP_KEEPINTVL: i32 = 5;
export const TCP_KEEPCNT: i32 = 6;
export const TCP_DEFER_ACCEPT: i32 = 9;
export const TCP_QUICKACK: i32 = 12;
export const TCP_USER_TIMEOUT: i32 = 18;
export const IPV6_V6ONLY: i32 = 26;

// send, recv, shutdown
export const MSG_OOB: i32 = 0x1;
export const MSG_PEEK: i32 = 0x2;
export const MSG_CTRUNC: i32 = 0x8;
export const MSG_TRUNC: i32 = 0x20;
export const MSG_DONTWAIT: i32 = 0x40;
export const MSG_WAITALL: i32 = 0x100;
export const MSG_NOSIGNAL: i32 = 0x4000;
export const MSG_MORE: i32 = 0x8000;
export const SHUT_RD: i32 = 0;
export const SHUT_WR: i32 = 1;
export const SHUT_RDWR: i32 = 2;

// fcntl, ioctl, pipe2
export const F_DUPFD: i32 = 0;
export const F_GETFD: i32 = 1;
export const F_SETFD: i32 = 2;
export const F_GETFL: i32 = 3;
export const F_SETFL: i32 = 4;
export const F_DUPFD_CLOEXEC: i32 = 1030;
export const FD_CLOEXEC: i32 = 1;
export const O_NONBLOCK: i32 = 0x800;
export const O_CLOEXEC: i32 = 0x80000;
export const FIONREAD: i32 = 0x541b;
export const FIONBIO: i32 = 0x5421;

// eventfd, timerfd, signalfd, clocks
export const EFD_SEMAPHORE: i32 = 0x1;
export const EFD_NONBLOCK: i32 = 0x800;
export const EFD_CLOEXEC: i32 = 0x80000;
export const TFD_TIMER_ABSTIME: i32 = 0x1;
export const TFD_TIMER_CANCEL_ON_SET: i32 = 0x2;
export const TFD_NONBLOCK: i32 = 0x800;
export const TFD_CLOEXEC: i32 = 0x80000;
export const SFD_NONBLOCK: i32 = 0x800;
export const SFD_CLOEXEC: i32 = 0x80000;
export const CLOCK_REALTIME: i32 = 0;
export const CLOCK_MONOTONIC: i32 = 1;
export const CLOCK_BOOTTIME: i32 = 7;
export const TIMER_ABSTIME: i32 = 0x1;

// signals
export const SIGHUP: i32 = 1;
export const SIGINT: i32 = 2;
export const SIGABRT: i32 = 6;
export const SIGUSR1: i32 = 10;
export const SIGUSR2: i32 = 12;
export const SIGPIPE: i32 = 13;
export const SIGALRM: i32 = 14;
export const SIGTERM: i32 = 15;
export const SIG_BLOCK: i32 = 0;
export const SIG_UNBLOCK: i32 = 1;
export const SIG_SETMASK: i32 = 2;
export const SA_RESTART: u32 = 0x10000000;
export const SIG_DFL: i32 = 0;
export const SIG_IGN: i32 = -2; // as docs/ABI.md has it: 1 may be a function's index in wasm

// stdio
export const STDIN: i32 = 0;
export const STDOUT: i32 = 1;
export const STDERR: i32 = 2;
