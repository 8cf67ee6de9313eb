// The trace of a guest's system calls, in the manner of strace: `read(5, "hi\n", 4096) = 3`.
// Not there at all unless asked for: it wraps the import table, and nothing else knows of it.
//
// Two differences from strace: an address is `{127.0.0.1:7000}`, an error is `-1 EAGAIN` without
// its text. A call that never returns is not seen, but for exit_group, and one that is restarted
// is seen once.

import type { ImportName } from "./abi.ts";
import { type Call, type Kind, address, statusFlags } from "./trace/kinds.ts";
import * as k from "./trace/kinds.ts";
import * as n from "./trace/names.ts";
import * as s from "./trace/sockets.ts";

type Import = (...args: number[]) => number;

/** The arguments of each call. What is written is shown afterwards; raw if the call failed. */
const CALLS: Record<ImportName, readonly Kind[]> = {
  epoll_create1: [k.flags(n.EPOLL_FLAGS)],
  epoll_ctl: [k.fd, k.one(n.EPOLL_OPS), k.fd, k.input(k.EPOLL_EVENT)],
  epoll_wait: [k.fd, k.outputs(k.EPOLL_EVENT), k.int, k.int],
  epoll_pwait: [k.fd, k.outputs(k.EPOLL_EVENT), k.int, k.int, k.input(k.SIGSET), k.uint],
  epoll_pwait2: [
    k.fd,
    k.outputs(k.EPOLL_EVENT),
    k.int,
    k.input(k.TIMESPEC),
    k.input(k.SIGSET),
    k.uint,
  ],

  poll: [k.inOuts(k.POLLFD), k.uint, k.int],
  ppoll: [k.inOuts(k.POLLFD), k.uint, k.input(k.TIMESPEC), k.input(k.SIGSET), k.uint],

  socket: [k.one(n.DOMAINS), s.socketType, k.one(n.PROTOCOLS)],
  socketpair: [k.one(n.DOMAINS), s.socketType, k.one(n.PROTOCOLS), k.output(k.DESCRIPTOR_PAIR)],
  bind: [k.fd, s.sockaddr, k.int],
  listen: [k.fd, k.int],
  accept4: [k.fd, s.outputSockaddr, k.valueResult, k.flags(n.SOCKET_FLAGS)],
  connect: [k.fd, s.sockaddr, k.int],
  shutdown: [k.fd, k.one(n.SHUTDOWNS)],
  getsockname: [k.fd, s.outputSockaddr, k.valueResult],
  getpeername: [k.fd, s.outputSockaddr, k.valueResult],
  getsockopt: [k.fd, k.one(n.LEVELS), s.optionName, s.outputOption, k.valueResult],
  setsockopt: [k.fd, k.one(n.LEVELS), s.optionName, s.option, k.int],
  sendto: [k.fd, k.data, k.uint, k.flags(n.MESSAGE_FLAGS), s.sockaddr, k.int],
  recvfrom: [k.fd, k.outputData, k.uint, k.flags(n.MESSAGE_FLAGS), s.outputSockaddr, k.valueResult],
  sendmsg: [k.fd, s.message, k.flags(n.MESSAGE_FLAGS)],
  recvmsg: [k.fd, s.outputMessage, k.flags(n.MESSAGE_FLAGS)],
  sendmmsg: [k.fd, s.messages, k.uint, k.flags(n.MESSAGE_FLAGS)],
  recvmmsg: [k.fd, s.outputMessages, k.uint, k.flags(n.MESSAGE_FLAGS), k.input(k.TIMESPEC)],

  read: [k.fd, k.outputData, k.uint],
  write: [k.fd, k.data, k.uint],
  readv: [k.fd, s.outputIovecs, k.int],
  writev: [k.fd, s.iovecs, k.int],
  close: [k.fd],
  dup: [k.fd],
  dup3: [k.fd, k.fd, k.flags(n.DUP_FLAGS)],
  fcntl: [k.fd, k.one(n.FCNTL_COMMANDS), k.fcntlArgument],
  ioctl: [k.fd, k.one(n.IOCTL_REQUESTS), s.ioctlArgument],
  fstat: [k.fd, address],
  pipe2: [k.output(k.DESCRIPTOR_PAIR), k.flags(n.DUP_FLAGS)],
  unlinkat: [k.one(n.FOLDERS), k.path, k.flags(n.UNLINK_FLAGS)],

  eventfd2: [k.uint, k.flags(n.EVENTFD_FLAGS)],
  timerfd_create: [k.one(n.CLOCKS), k.flags(n.TIMERFD_FLAGS)],
  timerfd_settime: [
    k.fd,
    k.flags(n.TIMERFD_SET_FLAGS),
    k.input(k.ITIMERSPEC),
    k.output(k.ITIMERSPEC),
  ],
  timerfd_gettime: [k.fd, k.output(k.ITIMERSPEC)],
  signalfd4: [k.fd, k.input(k.SIGSET), k.uint, k.flags(n.SIGNALFD_FLAGS)],

  rt_sigaction: [k.signal, k.input(k.SIGACTION), k.output(k.SIGACTION), k.uint],
  rt_sigprocmask: [k.one(n.MASK_CHANGES), k.input(k.SIGSET), k.output(k.SIGSET), k.uint],
  rt_sigpending: [k.output(k.SIGSET), k.uint],
  rt_sigsuspend: [k.input(k.SIGSET), k.uint],
  rt_sigtimedwait: [k.input(k.SIGSET), address, k.input(k.TIMESPEC), k.uint],
  kill: [k.int, k.signal],
  tgkill: [k.int, k.int, k.signal],

  clock_gettime: [k.one(n.CLOCKS), k.output(k.TIMESPEC)],
  clock_nanosleep: [
    k.one(n.CLOCKS),
    k.flags(n.SLEEP_FLAGS),
    k.input(k.TIMESPEC),
    // Written only when the sleep is interrupted, which is a failure.
    address,
  ],
  clock_getres: [k.one(n.CLOCKS), k.output(k.TIMESPEC)],
  setitimer: [k.one(n.INTERVAL_TIMERS), k.input(k.ITIMERVAL), k.output(k.ITIMERVAL)],
  getrandom: [k.outputData, k.uint, k.flags(n.RANDOM_FLAGS)],
  getpid: [],
  getuid: [],
  geteuid: [],
  getgid: [],
  getegid: [],
  uname: [address],
  getrusage: [k.one(n.USAGES), address],
  sched_yield: [],
  prlimit64: [k.int, k.one(n.RLIMITS), k.input(k.RLIMIT), k.output(k.RLIMIT)],
  exit_group: [k.int],

  cmdline: [k.outputData, k.uint],
  environ: [k.outputData, k.uint],
};

/** The kernel's; strace counts from there. */
const SIGRTMIN = 32;

/**
 * Wraps each import in one that writes a line about each call.
 *
 * @param memory the guest's memory, asked for again whenever it is looked at.
 * @param write gets a line without its end, printable ASCII only.
 */
export function traceImports<T extends Record<ImportName, Import>>(
  imports: T,
  memory: () => DataView,
  write: (line: string) => void,
): T {
  const traced = { ...imports };
  for (const name of Object.keys(CALLS) as ImportName[]) {
    traced[name] = traceImport(name, imports[name], memory, write) as T[ImportName];
  }
  return traced;
}

/**
 * Wraps the guest's `__signal` in one that writes a line before it runs a handler. What was
 * interrupted has its line when it returns to the guest: where SA_RESTART lets it go on, the tracer
 * does not see that it stopped.
 */
export function traceSignals(
  handle: (handler: number, signum: number) => void,
  write: (line: string) => void,
): (handler: number, signum: number) => void {
  return (handler, signum) => {
    write(`--- ${n.SIGNALS.get(signum) ?? `SIGRT_${signum - SIGRTMIN}`} ---`);
    handle(handler, signum);
  };
}

function traceImport(
  name: ImportName,
  call: Import,
  memory: () => DataView,
  write: (line: string) => void,
): Import {
  const kinds = CALLS[name];
  return (...args) => {
    const traced: Call = { args, memory };
    const shown = kinds.map((kind, at) => kind(args[at] ?? 0, traced, at));
    if (name === "exit_group") {
      write(`exit_group(${shown.join(", ")}) = ?`);
      return call(...args);
    }
    const result = call(...args);
    const finish = (text: (typeof shown)[number], at: number) => {
      if (typeof text !== "function") return text;
      return result < 0 ? address(args[at] ?? 0) : text(result);
    };
    const list = shown.map(finish).filter((text) => text !== undefined);
    write(`${name}(${list.join(", ")}) = ${showResult(name, traced, result)}`);
    return result;
  };
}

function showResult(name: ImportName, { args }: Call, result: number): string {
  if (result < 0) {
    const error = n.ERRNOS.get(-result);
    return error === undefined ? String(result) : `-1 ${error}`;
  }
  const isFlags = name === "fcntl" && args[1] === n.F_GETFL;
  return isFlags ? `0x${result.toString(16)} (${statusFlags(result)})` : String(result);
}
