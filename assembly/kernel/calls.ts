// Every call of docs/ABI.md that there is an answer to.

export { clock_getres, clock_gettime, clock_nanosleep } from "./clocks";
export { connect, getpeername, getsockname } from "./connect";
export { close, dup, dup3, fcntl, ioctl } from "./descriptors";
export { epoll_create1, epoll_ctl, epoll_pwait, epoll_pwait2, epoll_wait } from "./epoll";
export { eventfd2 } from "./eventfd";
export { read, readv, write, writev } from "./files";
export { recvfrom, recvmmsg, recvmsg, sendmmsg, sendmsg, sendto } from "./messages";
export { getsockopt, setsockopt } from "./options";
export { pipe2 } from "./pipe";
export { poll, ppoll } from "./poll";
export { prlimit64 } from "./limits";
export {
  cmdline,
  environ,
  exit_group,
  getegid,
  geteuid,
  getgid,
  getpid,
  getrandom,
  getrusage,
  getuid,
  sched_yield,
  uname,
  unlinkat,
} from "./process";
export {
  kill,
  rt_sigaction,
  rt_sigpending,
  rt_sigprocmask,
  rt_sigsuspend,
  rt_sigtimedwait,
  setitimer,
  signalfd4,
  tgkill,
} from "./signals";
export { accept4, bind, listen, shutdown, socket, socketpair } from "./sockets";
export { fstat } from "./stat";
export { timerfd_create, timerfd_gettime, timerfd_settime } from "./timerfd";
