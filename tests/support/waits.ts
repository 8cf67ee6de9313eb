// Guests that wait: a table of every call that can block, and of what it can block on.
// Must not know what is done to them meanwhile; tests and benches send them signals or kill them.
//
// Where things lie in such a guest's memory: 4 the last result, 8 the socket that tells, 12 how
// many signals were seen, 16 and 20 a pair of descriptors, 32 and 208 addresses, 64 a sigaction,
// 80 what is left of a sleep, 96 an empty mask, 104 the set of SIGUSR1, 112 a timespec, 128 a
// pollfd, 144 a timeval, 160 an iovec, 176 an mmsghdr, 240 an epoll_event, from 1024 on whatever
// is read or written.

import { call, value, watGuest } from "./wat.ts";

export const SIGUSR1 = 10;
/** SA_RESTART is 1 << 28. */
const SA_RESTART_BIT = 28;
/** The handler's index in the guest's table. */
export const HANDLER = 1;

const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;
const O_NONBLOCK = 0x800;
const F_SETFL = 4;
const EINTR = 4;
const BYTES = 64 << 20;

export interface Way {
  imports: string[];
  /** What comes first, once. */
  before: string;
  /** What waits: an expression, evaluated again and again. Anything but -EINTR ends the guest. */
  wait: string;
  /** It takes the signal itself: there is no handler, and its result is a success. */
  takes?: boolean;
  /** It may also give a part of what it was asked for. */
  parts?: boolean;
  /** What the handler does beyond counting. */
  handle?: string;
}

const store = (at: number, what: number | string): string =>
  `(i32.store (i32.const ${at}) ${typeof what === "number" ? `(i32.const ${what})` : what})`;
const load = (at: number): string => `(i32.load (i32.const ${at}))`;

export const forever = (body: string): string => `(loop $l ${body} (br $l))`;
const untilRefused = (result: string): string =>
  `(loop $f (br_if $f (i32.ge_s ${result} (i32.const 0))))`;

export const FIRST = load(16);
const SECOND = load(20);
const FD = "(local.get $fd)";
export const SOCKETPAIR = call("socketpair", 1, 1, 0, 16);
const DATAGRAMS = call("socketpair", 1, 2, 0, 16);

/** `rt_sigaction(signum, {handler, flags}, NULL, 8)`. */
export const action = (signum: number, handler: number, flags: number | string = 0): string => `
  ${store(64, handler)} ${store(68, flags)} ${call("rt_sigaction", signum, 64, 0, 8)}`;

const block = (set: number): string => `(i64.store (i32.const 104) (i64.const ${set}))
  ${call("rt_sigprocmask", 0, 104, 0, 8)}`;
const BLOCK = block(1 << (SIGUSR1 - 1));
const HOUR = "(i64.store (i32.const 112) (i64.const 3600))";
/** An option of the socket on which a call waits an hour: as good as for ever. */
const patient = (fd: string, option: number): string =>
  `(i64.store (i32.const 144) (i64.const 3600))
  ${call("setsockopt", fd, SOL_SOCKET, option, 144, 16)}`;

const LISTEN = `(local.set $fd ${value("socket", 2, 1, 0)}) ${call("listen", FD, 0)}`;
/** $fd becomes a socket whose connect() waits: the listener's queue of one is full. The listener's
 * address lies at 208. */
const CONNECTING = `${LISTEN} ${store(204, 16)} ${call("getsockname", FD, 208, 204)}
  ${store(212, 0x0100007f)} ${call("connect", value("socket", 2, 1, 0), 208, 16)}
  (local.set $fd ${value("socket", 2, 1, 0)})`;
const CONNECT_IMPORTS = ["listen/2", "getsockname/3", "connect/3"];

const FILLED = `${SOCKETPAIR}
  ${untilRefused(value("sendto", FIRST, 1024, 4096, MSG_DONTWAIT, 0, 0))}`;
const FILLED_DATAGRAMS = `${DATAGRAMS}
  ${untilRefused(value("sendto", FIRST, 1024, 16, MSG_DONTWAIT, 0, 0))}`;
const PIPE = call("pipe2", 16, 0);
const FILLED_PIPE = `${call("pipe2", 16, O_NONBLOCK)}
  ${untilRefused(value("write", SECOND, 1024, 4096))} ${call("fcntl", SECOND, F_SETFL, 0)}`;
const PART = `${store(160, 1024)} ${store(164, 64)}`;
const MESSAGE = `${PART} ${store(184, 160)} ${store(188, 1)}`;
const POLLFD = `${store(128, FIRST)} ${store(132, 1)}`;
const EPOLL = `(local.set $fd ${value("epoll_create1", 0)})`;

/** A call on a socket, with and without a time after which it would give up. */
const onSocket = (name: string, arity: number, before: string, wait: string): Way => ({
  imports: ["socketpair/4", `${name}/${arity}`],
  before,
  wait,
});

const timed = (way: Way, fd: string, option: number): Way => ({
  ...way,
  imports: [...way.imports, "setsockopt/5"],
  before: `${way.before} ${patient(fd, option)}`,
});

/** The signal is blocked but for the call that waits, whose mask lets it through. */
const masked = (way: Way): Way => ({
  ...way,
  imports: [...way.imports, "rt_sigprocmask/4"],
  before: `${BLOCK} ${way.before}`,
});

const READ = onSocket("read", 3, SOCKETPAIR, value("read", FIRST, 1024, 64));
const WRITE = onSocket("write", 3, FILLED, value("write", FIRST, 1024, 64));
const ACCEPT: Way = {
  imports: ["listen/2", "accept4/4"],
  before: LISTEN,
  wait: value("accept4", FD, 0, 0, 0),
};
const CONNECT: Way = {
  imports: CONNECT_IMPORTS,
  before: CONNECTING,
  wait: value("connect", FD, 208, 16),
};
const EPOLL_PWAIT: Way = {
  imports: ["epoll_create1/1", "epoll_pwait/6"],
  before: EPOLL,
  wait: value("epoll_pwait", FD, 1024, 64, 3_600_000, 96, 8),
};
const EPOLL_PWAIT2: Way = {
  imports: ["epoll_create1/1", "epoll_pwait2/6"],
  before: `${EPOLL} ${HOUR}`,
  wait: value("epoll_pwait2", FD, 1024, 64, 112, 96, 8),
};
// Its timeout is overwritten with what is left.
const PPOLL: Way = {
  imports: ["socketpair/4", "ppoll/5"],
  before: `${SOCKETPAIR} ${POLLFD} ${HOUR}`,
  wait: value("ppoll", 128, 1, 112, 96, 8),
};
const SUSPEND: Way = {
  imports: ["rt_sigsuspend/2"],
  before: "",
  wait: value("rt_sigsuspend", 96, 8),
};

export const WAYS: Record<string, Way> = {
  "waits in epoll_wait": {
    imports: ["epoll_create1/1", "epoll_wait/4"],
    before: EPOLL,
    wait: value("epoll_wait", FD, 1024, 64, -1),
  },
  "waits in epoll_pwait with a mask": EPOLL_PWAIT,
  "waits in epoll_pwait with a mask that lets it through": masked(EPOLL_PWAIT),
  "waits in epoll_pwait2 with a mask": EPOLL_PWAIT2,
  "waits in epoll_pwait2 with a mask that lets it through": masked(EPOLL_PWAIT2),
  "waits in poll": {
    imports: ["socketpair/4", "poll/3"],
    before: `${SOCKETPAIR} ${POLLFD}`,
    wait: value("poll", 128, 1, -1),
  },
  "waits in ppoll": PPOLL,
  "waits in ppoll with a mask that lets it through": masked(PPOLL),
  "blocks in accept4": ACCEPT,
  "blocks in accept4 with SO_RCVTIMEO": timed(ACCEPT, FD, SO_RCVTIMEO),
  "blocks in connect": CONNECT,
  "blocks in connect with SO_SNDTIMEO": timed(CONNECT, FD, SO_SNDTIMEO),
  "blocks in read": READ,
  "blocks in read with SO_RCVTIMEO": timed(READ, FIRST, SO_RCVTIMEO),
  "blocks in read of a pipe": {
    imports: ["pipe2/2", "read/3"],
    before: PIPE,
    wait: value("read", FIRST, 1024, 64),
  },
  "blocks in read of an eventfd": {
    imports: ["eventfd2/2", "read/3"],
    before: `(local.set $fd ${value("eventfd2", 0, 0)})`,
    wait: value("read", FD, 1024, 8),
  },
  "blocks in read of a timer": {
    imports: ["timerfd_create/2", "read/3"],
    before: `(local.set $fd ${value("timerfd_create", 1, 0)})`,
    wait: value("read", FD, 1024, 8),
  },
  "blocks in read of a signalfd": {
    imports: ["signalfd4/4", "read/3"],
    before: `(local.set $fd ${value("signalfd4", -1, 96, 8, 0)})`,
    wait: value("read", FD, 1024, 128),
  },
  "blocks in readv": onSocket("readv", 3, `${SOCKETPAIR} ${PART}`, value("readv", FIRST, 160, 1)),
  "blocks in recvfrom": onSocket(
    "recvfrom",
    6,
    SOCKETPAIR,
    value("recvfrom", FIRST, 1024, 64, 0, 0, 0),
  ),
  "blocks in recvfrom with MSG_WAITALL": onSocket(
    "recvfrom",
    6,
    SOCKETPAIR,
    value("recvfrom", FIRST, 1024, BYTES, MSG_WAITALL, 0, 0),
  ),
  "blocks in recvfrom of a datagram": onSocket(
    "recvfrom",
    6,
    DATAGRAMS,
    value("recvfrom", FIRST, 1024, 64, 0, 0, 0),
  ),
  "blocks in recvmsg": onSocket(
    "recvmsg",
    3,
    `${SOCKETPAIR} ${MESSAGE}`,
    value("recvmsg", FIRST, 176, 0),
  ),
  "blocks in recvmmsg": onSocket(
    "recvmmsg",
    5,
    `${DATAGRAMS} ${MESSAGE} ${HOUR}`,
    value("recvmmsg", FIRST, 176, 1, 0, 112),
  ),
  "blocks in write": WRITE,
  "blocks in write with SO_SNDTIMEO": timed(WRITE, FIRST, SO_SNDTIMEO),
  "blocks in a write of 64 MiB": {
    ...onSocket("write", 3, SOCKETPAIR, value("write", FIRST, 1024, BYTES)),
    imports: ["socketpair/4", "write/3", "recvfrom/6"],
    parts: true,
    handle: call("recvfrom", SECOND, 1024, 1 << 16, MSG_DONTWAIT, 0, 0),
  },
  "blocks in write to a pipe": {
    imports: ["pipe2/2", "fcntl/3", "write/3"],
    before: FILLED_PIPE,
    wait: value("write", SECOND, 1024, 64),
  },
  "blocks in a write of 64 MiB to a pipe": {
    imports: ["pipe2/2", "fcntl/3", "read/3", "write/3"],
    before: `${PIPE} ${call("fcntl", FIRST, F_SETFL, O_NONBLOCK)}`,
    wait: value("write", SECOND, 1024, BYTES),
    parts: true,
    handle: call("read", FIRST, 1024, 4096),
  },
  "blocks in write to an eventfd": {
    imports: ["eventfd2/2", "write/3"],
    before: `(i64.store (i32.const 1024) (i64.const -2))
      (local.set $fd ${value("eventfd2", 0, 0)}) ${call("write", FD, 1024, 8)}`,
    wait: value("write", FD, 1024, 8),
  },
  "blocks in writev": onSocket("writev", 3, `${FILLED} ${PART}`, value("writev", FIRST, 160, 1)),
  "blocks in writev to a pipe": {
    imports: ["pipe2/2", "fcntl/3", "write/3", "writev/3"],
    before: `${FILLED_PIPE} ${PART}`,
    wait: value("writev", SECOND, 160, 1),
  },
  "blocks in sendto": onSocket(
    "getpid",
    0,
    FILLED_DATAGRAMS,
    value("sendto", FIRST, 1024, 16, 0, 0, 0),
  ),
  "blocks in sendmsg": onSocket(
    "sendmsg",
    3,
    `${FILLED_DATAGRAMS} ${MESSAGE}`,
    value("sendmsg", FIRST, 176, 0),
  ),
  "blocks in sendmmsg": onSocket(
    "sendmmsg",
    4,
    `${FILLED_DATAGRAMS} ${MESSAGE}`,
    value("sendmmsg", FIRST, 176, 1, 0),
  ),
  "sleeps in clock_nanosleep": {
    imports: ["clock_nanosleep/4"],
    before: HOUR,
    wait: value("clock_nanosleep", 1, 0, 112, 80),
  },
  "sleeps in clock_nanosleep until a time": {
    imports: ["clock_nanosleep/4"],
    before: "(i64.store (i32.const 112) (i64.const 0x3fffffffff))",
    wait: value("clock_nanosleep", 0, 1, 112, 0),
  },
  "waits in rt_sigsuspend": SUSPEND,
  "waits in rt_sigsuspend with a mask that lets it through": masked(SUSPEND),
  "waits in rt_sigtimedwait for another": {
    imports: ["rt_sigtimedwait/4"],
    before: HOUR,
    wait: value("rt_sigtimedwait", 96, 0, 112, 8),
  },
  "takes it in rt_sigtimedwait": {
    imports: ["rt_sigprocmask/4", "rt_sigtimedwait/4"],
    before: BLOCK,
    wait: value("rt_sigtimedwait", 104, 0, 0, 8),
    takes: true,
  },
  "takes it from a signalfd": {
    imports: ["rt_sigprocmask/4", "signalfd4/4", "read/3"],
    before: `${BLOCK} (local.set $fd ${value("signalfd4", -1, 104, 8, 0)})`,
    wait: value("read", FD, 1024, 128),
    takes: true,
  },
  "takes it from a signalfd after poll": {
    imports: ["rt_sigprocmask/4", "signalfd4/4", "read/3", "poll/3"],
    before: `${BLOCK} ${store(128, value("signalfd4", -1, 104, 8, 0))} ${store(132, 1)}`,
    wait: `${value("poll", 128, 1, -1)} drop ${value("read", load(128), 1024, 128)}`,
    takes: true,
  },
  "takes it from a signalfd after an edge": {
    imports: [
      "rt_sigprocmask/4",
      "signalfd4/4",
      "read/3",
      "epoll_create1/1",
      "epoll_ctl/4",
      "epoll_wait/4",
    ],
    before: `${BLOCK} ${EPOLL} ${store(128, value("signalfd4", -1, 104, 8, 0))}
      ${store(240, 0x80000001 | 0)} ${call("epoll_ctl", FD, 1, load(128), 240)}`,
    wait: `${value("epoll_wait", FD, 1024, 1, -1)} drop ${value("read", load(128), 1024, 128)}`,
    takes: true,
  },
  "computes between calls": {
    imports: ["getpid/0"],
    before: "",
    wait: `(local.set $i (i32.const 20000))
      (loop $c (br_if $c (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (i32.sub (i32.const -2) ${value("getpid")})`,
  },
};

/** Those that need a host whose stdin is granted and stays open, and whose stdout nobody reads. */
export const STDIO_WAYS: Record<string, Way> = {
  "blocks in read of stdin": {
    imports: ["read/3"],
    before: "",
    wait: value("read", 0, 1024, 64),
  },
  "blocks in readv of stdin": {
    imports: ["readv/3"],
    before: PART,
    wait: value("readv", 0, 160, 1),
  },
  "blocks in a write of 64 MiB to stdout": {
    imports: ["write/3"],
    before: "",
    wait: value("write", 1, 1024, BYTES),
    parts: true,
  },
};

/** Where the guest tells how often it has seen a signal: a datagram of 4 bytes to `port`. */
export const tellTo = (port: number): string => `
  ${store(8, value("socket", 2, 2, 0))}
  (i32.store16 (i32.const 32) (i32.const 2)) ${store(36, 0x0100007f)}
  (i32.store8 (i32.const 34) (i32.const ${port >> 8}))
  (i32.store8 (i32.const 35) (i32.const ${port & 255}))`;
export const TELL = call("sendto", load(8), 12, 4, 0, 32, 16);
export const COUNT_AND_TELL = `${store(12, `(i32.add ${load(12)} (i32.const 1))`)} ${TELL}`;

/** A guest with a handler, which does `handle`; its own calls are named in `imports`. */
export function guestWith(imports: string[], body: string, handle: string): Uint8Array {
  const more = `(type $handler (func (param i32)))
    (table 2 funcref) (elem (i32.const ${HANDLER}) $handle)
    (func $handle (type $handler) ${handle})
    (func (export "__signal") (param i32 i32)
      (call_indirect (type $handler) (local.get 1) (local.get 0)))`;
  return watGuest(["rt_sigaction/4", ...imports], body, more);
}

/** A guest that waits in this way for ever, and tells `port` that it is ready and of each SIGUSR1.
 * Every second one finds SA_RESTART set. It ends with an errno as its status where a wait gives
 * what it must not. */
export function waitingGuest(way: Way, port: number): Uint8Array {
  const { imports, before, wait, takes = false, parts = false, handle = "" } = way;
  const isWrong =
    takes || parts
      ? `(i32.and (i32.ne ${load(4)} (i32.const -${EINTR})) (i32.le_s ${load(4)} (i32.const 0)))`
      : `(i32.ne ${load(4)} (i32.const -${EINTR}))`;
  const leave = call("exit_group", `(i32.sub (i32.const 0) ${load(4)})`);
  const body = `${tellTo(port)} ${before} ${takes ? "" : action(SIGUSR1, HANDLER)} ${TELL}
    ${forever(`(i32.store (i32.const 4) (block (result i32) ${wait}))
      (if ${isWrong} (then ${leave})) ${takes ? COUNT_AND_TELL : ""}`)}`;
  const isOdd = `(i32.and ${load(12)} (i32.const 1))`;
  const restartOrNot = `(i32.shl ${isOdd} (i32.const ${SA_RESTART_BIT}))`;
  const names = new Set(["socket/3", "sendto/6", "exit_group/1", ...imports]);
  const handler = `${handle} ${action(SIGUSR1, HANDLER, restartOrNot)} ${COUNT_AND_TELL}`;
  return guestWith([...names], body, handler);
}
