// Every call of docs/ABI.md that there is an answer to.

export { close, dup, dup3, fcntl, ioctl } from "./descriptors";
export { epoll_create1, epoll_ctl, epoll_pwait, epoll_pwait2, epoll_wait } from "./epoll";
export { eventfd2 } from "./eventfd";
export { read, readv, write, writev } from "./files";
export { recvfrom, recvmsg, sendmsg, sendto } from "./messages";
export { getsockopt, setsockopt } from "./options";
export { pipe2 } from "./pipe";
export { poll, ppoll } from "./poll";
export {
  clock_gettime,
  cmdline,
  environ,
  exit_group,
  getpid,
  getrandom,
  getuid,
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
export {
  accept4,
  bind,
  connect,
  getpeername,
  getsockname,
  listen,
  shutdown,
  socket,
  socketpair,
} from "./sockets";
export { timerfd_create, timerfd_gettime, timerfd_settime } from "./timerfd";
export * from "./missing";
