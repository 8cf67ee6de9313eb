// The imports of the `linux` module, name by name with their parameters: the host's one list.
// The closures of imports.ts, the signature check of module.ts and the trace are made from it;
// a test holds the addon, assembly/linux.ts and docs/ABI.md to it.

/** Every import and its parameters, each an i32; every result is an i32, `-errno` below zero. */
export const ABI = {
  epoll_create1: ["flags"],
  epoll_ctl: ["epfd", "op", "fd", "event"],
  epoll_wait: ["epfd", "events", "maxevents", "timeout"],
  epoll_pwait: ["epfd", "events", "maxevents", "timeout", "sigmask", "sigsetsize"],
  epoll_pwait2: ["epfd", "events", "maxevents", "timeout", "sigmask", "sigsetsize"],

  poll: ["fds", "nfds", "timeout"],
  ppoll: ["fds", "nfds", "timeout", "sigmask", "sigsetsize"],

  socket: ["domain", "type", "protocol"],
  socketpair: ["domain", "type", "protocol", "sv"],
  bind: ["fd", "addr", "addrlen"],
  listen: ["fd", "backlog"],
  accept4: ["fd", "addr", "addrlen", "flags"],
  connect: ["fd", "addr", "addrlen"],
  shutdown: ["fd", "how"],
  getsockname: ["fd", "addr", "addrlen"],
  getpeername: ["fd", "addr", "addrlen"],
  getsockopt: ["fd", "level", "optname", "optval", "optlen"],
  setsockopt: ["fd", "level", "optname", "optval", "optlen"],
  sendto: ["fd", "buf", "len", "flags", "addr", "addrlen"],
  recvfrom: ["fd", "buf", "len", "flags", "addr", "addrlen"],
  sendmsg: ["fd", "msg", "flags"],
  recvmsg: ["fd", "msg", "flags"],
  sendmmsg: ["fd", "msgvec", "vlen", "flags"],
  recvmmsg: ["fd", "msgvec", "vlen", "flags", "timeout"],

  read: ["fd", "buf", "count"],
  write: ["fd", "buf", "count"],
  readv: ["fd", "iov", "iovcnt"],
  writev: ["fd", "iov", "iovcnt"],
  close: ["fd"],
  dup: ["oldfd"],
  dup3: ["oldfd", "newfd", "flags"],
  fcntl: ["fd", "cmd", "arg"],
  ioctl: ["fd", "request", "argp"],
  fstat: ["fd", "statbuf"],
  pipe2: ["pipefd", "flags"],
  unlinkat: ["dirfd", "pathname", "flags"],

  eventfd2: ["initval", "flags"],
  timerfd_create: ["clockid", "flags"],
  timerfd_settime: ["fd", "flags", "new_value", "old_value"],
  timerfd_gettime: ["fd", "curr_value"],
  signalfd4: ["fd", "mask", "sizemask", "flags"],

  rt_sigaction: ["signum", "act", "oldact", "sigsetsize"],
  rt_sigprocmask: ["how", "set", "oldset", "sigsetsize"],
  rt_sigpending: ["set", "sigsetsize"],
  rt_sigsuspend: ["mask", "sigsetsize"],
  rt_sigtimedwait: ["set", "info", "timeout", "sigsetsize"],
  kill: ["pid", "sig"],
  tgkill: ["tgid", "tid", "sig"],

  clock_gettime: ["clockid", "tp"],
  clock_nanosleep: ["clockid", "flags", "request", "remain"],
  clock_getres: ["clockid", "res"],
  setitimer: ["which", "new_value", "old_value"],
  getrandom: ["buf", "buflen", "flags"],
  getpid: [],
  getuid: [],
  geteuid: [],
  getgid: [],
  getegid: [],
  uname: ["buf"],
  getrusage: ["who", "usage"],
  sched_yield: [],
  prlimit64: ["pid", "resource", "new_limit", "old_limit"],
  exit_group: ["status"],

  cmdline: ["buf", "len"],
  environ: ["buf", "len"],
} as const satisfies Record<string, readonly string[]>;

export type ImportName = keyof typeof ABI;
