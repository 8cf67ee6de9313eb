// What the fuzzer knows of each import: what may be passed to it, what it opens, and what it may
// write. An import that is not here is called with numbers, none of which is a pointer into memory.

import * as a from "./arguments.ts";
import type { Make } from "./arguments.ts";
import { IMPORTS, type ImportName } from "./imports.ts";
import { WASI_SHAPES } from "./wasi.ts";

/** What a descriptor is, as far as it matters which calls take it. */
export type Kind =
  | "tcp"
  | "udp"
  | "unix"
  | "epoll"
  | "eventfd"
  | "timerfd"
  | "signalfd"
  | "pipeIn"
  | "pipeOut";

export interface Shape {
  readonly args: readonly Make[];
  /** What the result is, a descriptor of this kind; or of two kinds, written to a pair. */
  readonly opens?: Kind | "socket" | "same" | readonly [Kind, Kind];
  /** Which argument points to the pair. */
  readonly pairAt?: number;
  /** Which argument of a call of WASI's points to its value. */
  readonly valueAt?: number;
  /** Whether a success closes its first argument. */
  readonly closes?: boolean;
  /** The errno that is the best it can answer. */
  readonly best?: number;
  /** How often it is called, 10 unless given. */
  readonly weight?: number;
  /** The claims on memory, in the words of guest/claims.ts; a0 to a5 are the arguments. */
  readonly claims?: string;
  /** Whether it waits by its nature. */
  readonly mayBlock?: boolean;
  /** Whether a guest may end in it: what is known by then must be told first. */
  readonly mayEnd?: boolean;
}

const EINTR = 4;

const SHAPES: Partial<Record<ImportName, Shape>> = {
  ...WASI_SHAPES,

  epoll_create1: { args: [a.flags(0x80000)], opens: "epoll" },
  epoll_ctl: {
    args: [a.fd("epoll"), a.one(1, 2, 3), a.fd(), a.epollEvent],
    weight: 30,
  },
  epoll_wait: {
    args: [a.fd("epoll"), a.output(256), a.one(1, 2, 16, 64), a.timeout],
    claims: "events(a1, a2)",
  },
  epoll_pwait: {
    args: [a.fd("epoll"), a.output(256), a.one(1, 8, 16), a.timeout, a.sigset, a.eight],
    claims: "events(a1, a2)",
  },
  epoll_pwait2: {
    args: [a.fd("epoll"), a.output(256), a.one(1, 8, 16), a.timespec, a.sigset, a.eight],
    claims: "events(a1, a2)",
  },
  poll: { args: [a.pollfds, a.one(0, 1, 2, 4), a.timeout], claims: "polls(a0, a1)" },
  ppoll: {
    args: [a.pollfds, a.one(0, 1, 2, 4), a.timespec, a.sigset, a.eight],
    claims: "polls(a0, a1); always(a2, 16)",
  },

  socket: { args: [a.domain, a.socketType, a.protocol], opens: "socket", weight: 30 },
  socketpair: {
    args: [a.literal(1), a.pairType, a.literal(0), a.output(8)],
    opens: ["unix", "unix"],
    pairAt: 3,
    claims: "done(a3, 8)",
  },
  bind: { args: [a.fd("socket"), a.sockaddr, a.addressLength], weight: 20 },
  listen: { args: [a.fd("tcp"), a.one(0, 1, 8, 128)] },
  accept4: {
    args: [a.fd("tcp"), a.output(28), a.lengthCell, a.blockingFlags(0x800, 0x80000)],
    opens: "same",
    claims: "name(a1, a2)",
    weight: 20,
  },
  connect: { args: [a.fd("socket"), a.sockaddr, a.addressLength], weight: 20 },
  shutdown: { args: [a.fd("socket"), a.one(0, 1, 2)], weight: 4 },
  getsockname: { args: [a.fd("socket"), a.output(28), a.lengthCell], claims: "name(a1, a2)" },
  getpeername: { args: [a.fd("socket"), a.output(28), a.lengthCell], claims: "name(a1, a2)" },
  getsockopt: {
    args: [a.fd("socket"), a.optionLevel, a.optionName, a.output(256), a.lengthCell],
    claims: "option(a1, a3, a4)",
    weight: 20,
  },
  setsockopt: {
    args: [a.fd("socket"), a.optionLevel, a.optionName, a.optionValue, a.one(4, 8, 16)],
    weight: 20,
  },
  sendto: {
    args: [
      a.fd("socket"),
      a.data,
      a.length,
      a.messageFlags,
      a.optional(a.sockaddr),
      a.addressLength,
    ],
    weight: 20,
  },
  recvfrom: {
    args: [a.fd("socket"), a.output(64), a.length, a.messageFlags, a.output(28), a.lengthCell],
    claims: "flow(a1, a2); if (a4) name(a4, a5)",
    weight: 20,
  },
  sendmsg: { args: [a.fd("socket"), a.sentMessage, a.messageFlags], weight: 20 },
  recvmsg: {
    args: [a.fd("socket"), a.receivedMessage, a.messageFlags],
    claims: "message(a1)",
    weight: 20,
  },
  sendmmsg: {
    args: [a.fd("socket"), a.sentMessages, a.one(0, 1, 2, 3, 3, 4), a.messageFlags],
    claims: "sent(a1, a2)",
  },
  recvmmsg: {
    args: [a.fd("socket"), a.receivedMessages, a.one(0, 1, 2, 3, 3, 4), a.messageFlags, a.timespec],
    claims: "messages(a1, a2); always(a4, 16)",
  },

  read: { args: [a.fd(), a.output(64), a.length], claims: "flow(a1, a2)", weight: 20 },
  write: { args: [a.fd(), a.data, a.length], weight: 20 },
  readv: { args: [a.fd(), a.iovecs, a.one(0, 1, 2, 3)], claims: "vector(a1, a2)" },
  writev: { args: [a.fd(), a.iovecs, a.one(0, 1, 2, 3)] },
  close: { args: [a.fd()], closes: true, weight: 12 },
  dup: { args: [a.fd()], opens: "same", weight: 5 },
  dup3: { args: [a.fd(), a.fd(), a.flags(0x80000)], opens: "same", weight: 8 },
  fcntl: { args: [a.fd(), a.fcntlCommand, a.fcntlArgument] },
  ioctl: { args: [a.fd(), a.ioctlRequest, a.ioctlArgument], claims: "control(a1, a2)" },
  fstat: { args: [a.fd(), a.output(144)], claims: "done(a1, 144)", weight: 5 },
  pipe2: {
    args: [a.output(8), a.blockingFlags(0x800, 0x80000, 0x4000)],
    opens: ["pipeIn", "pipeOut"],
    pairAt: 0,
    claims: "done(a0, 8)",
  },
  unlinkat: { args: [a.one(-100, 0, 3), a.path, a.one(0, 0x200)] },

  eventfd2: { args: [a.one(0, 1, -1), a.blockingFlags(0x800, 0x80000, 1)], opens: "eventfd" },
  timerfd_create: { args: [a.one(0, 1, 7), a.blockingFlags(0x800, 0x80000)], opens: "timerfd" },
  timerfd_settime: {
    args: [a.fd("timerfd"), a.flags(1, 2), a.itimerspec, a.optional(a.output(32))],
    claims: "done(a3, 32)",
  },
  timerfd_gettime: { args: [a.fd("timerfd"), a.output(32)], claims: "done(a1, 32)", weight: 5 },
  signalfd4: {
    args: [a.orNone(a.fd("signalfd")), a.sigset, a.eight, a.blockingFlags(0x800, 0x80000)],
    opens: "signalfd",
  },

  rt_sigaction: {
    args: [a.signal, a.optional(a.sigaction), a.optional(a.output(20)), a.eight],
    claims: "done(a2, 20)",
  },
  rt_sigprocmask: {
    args: [a.one(0, 1, 2), a.optional(a.sigset), a.optional(a.output(8)), a.eight],
    claims: "done(a2, 8)",
  },
  rt_sigpending: { args: [a.output(8), a.eight], claims: "done(a0, a1)", weight: 4 },
  rt_sigsuspend: { args: [a.sigset, a.eight], best: EINTR, weight: 1, mayBlock: true },
  rt_sigtimedwait: {
    args: [a.sigset, a.optional(a.output(128)), a.timespec, a.eight],
    claims: "done(a1, 128)",
    weight: 5,
  },
  kill: { args: [a.one(2, 2, 2, 0, -2, 1, -1), a.mildSignal], weight: 6, mayEnd: true },
  tgkill: { args: [a.one(2, 2, 1), a.one(2, 2, 1), a.mildSignal], weight: 4, mayEnd: true },

  clock_gettime: { args: [a.clock, a.output(16)], claims: "done(a1, 16)", weight: 4 },
  clock_nanosleep: {
    args: [a.clock, a.one(0, 0, 1), a.timespec, a.optional(a.output(16))],
    claims: "always(a3, 16)",
    weight: 3,
  },
  clock_getres: { args: [a.clock, a.optional(a.output(16))], claims: "done(a1, 16)", weight: 3 },
  setitimer: {
    args: [a.one(0, 0, 0, 1, 2), a.optional(a.itimerval), a.optional(a.output(32))],
    claims: "done(a2, 32)",
    weight: 4,
  },
  getrandom: {
    args: [a.output(64), a.length, a.flags(1, 2, 4)],
    claims: "flow(a0, a1)",
    weight: 6,
  },
  getpid: { args: [], weight: 1 },
  getuid: { args: [], weight: 1 },
  geteuid: { args: [], weight: 1 },
  getgid: { args: [], weight: 1 },
  getegid: { args: [], weight: 1 },
  uname: { args: [a.output(390)], claims: "done(a0, 390)", weight: 2 },
  getrusage: { args: [a.one(0, -1, 1), a.output(144)], claims: "done(a1, 144)", weight: 2 },
  sched_yield: { args: [], weight: 1 },
  prlimit64: {
    args: [a.one(0, 2), a.one(7, 7, 9, 3, 0), a.optional(a.rlimit), a.optional(a.output(16))],
    claims: "done(a3, 16)",
    weight: 4,
  },
  exit_group: { args: [a.one(0, 1, 255)], weight: 0, mayEnd: true },
  cmdline: { args: [a.output(64), a.length], claims: "fitting(a0, a1)", weight: 3 },
  environ: { args: [a.output(64), a.length], claims: "fitting(a0, a1)", weight: 3 },
};

/** What is known of an import, or what is tried with one of which nothing is. */
export function shapeOf(name: ImportName): Shape {
  return SHAPES[name] ?? { args: IMPORTS[name].parameters.map(() => a.noPointer) };
}
