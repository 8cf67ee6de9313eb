// Numbers and what they stand for: close(2), dup(2), fcntl(2), ioctl(2).

import {
  FD_CLOEXEC,
  FIONBIO,
  FIONREAD,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  O_CLOEXEC,
  O_NONBLOCK,
  SOCK_DGRAM,
} from "../constants";
import { EBADF, EFAULT, EINVAL, EMFILE, ENOTTY } from "../errno";
import { give } from "./blocks";
import {
  Description,
  Epoll,
  KIND_EPOLL,
  KIND_PAIR,
  KIND_PIPE,
  KIND_SIGNALFD,
  KIND_TCP,
  KIND_TIMERFD,
  KIND_UDP,
} from "./description";
import { epollClose, forgetWatchers } from "./epoll";
import { tcpClose, udpClose } from "./host";
import { reachable } from "./memory";
import { O_DIRECT } from "./numbers";
import { Pair, messageBytes, pairClose } from "./pair";
import { PipeEnd, pipeBytes, pipeClose, pipeSize, setPipeSize } from "./pipe";
import { Signalfd, removeSignalfd } from "./signal";
import {
  install,
  isAllowed,
  isCloexec,
  descriptorLimit,
  lookup,
  put,
  remove,
  setCloexec,
} from "./table";
import { Tcp, dropReceived } from "./tcp";
import { Timerfd, timerfdClose } from "./timerfd";
import { Udp } from "./udp";

const F_SETPIPE_SZ: i32 = 1031;
const F_GETPIPE_SZ: i32 = 1032;
const FIONCLEX: i32 = 0x5450;
const FIOCLEX: i32 = 0x5451;
const O_APPEND: i32 = 0x400;
const O_ASYNC: i32 = 0x2000;
const O_NOATIME: i32 = 0x40000;
/** What F_SETFL sets; the rest it leaves alone. */
const SETTABLE: i32 = O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME;

/** One reference fewer: with the last one the description ends. */
export function release(description: Description): void {
  if (description.references > 0) return;
  forgetWatchers(description);
  switch (description.kind) {
    case KIND_EPOLL:
      epollClose(changetype<Epoll>(description));
      break;
    case KIND_TIMERFD:
      timerfdClose(changetype<Timerfd>(description));
      break;
    case KIND_SIGNALFD:
      removeSignalfd(changetype<Signalfd>(description));
      break;
    case KIND_PIPE:
      pipeClose(changetype<PipeEnd>(description));
      break;
    case KIND_TCP:
      dropReceived(changetype<Tcp>(description));
      tcpClose(changetype<Tcp>(description));
      break;
    case KIND_UDP:
      udpClose(changetype<Udp>(description));
      break;
    case KIND_PAIR:
      pairClose(changetype<Pair>(description));
      break;
    default:
  }
  give(changetype<usize>(description), description.bytes);
}

export function close(fd: i32): i32 {
  const description = remove(fd);
  if (description === null) return -EBADF;
  release(description);
  return 0;
}

export function dup(oldfd: i32): i32 {
  const description = lookup(oldfd);
  return description === null ? -EBADF : install(description, 0, false);
}

export function dup3(oldfd: i32, newfd: i32, flags: i32): i32 {
  if ((flags & ~O_CLOEXEC) !== 0 || oldfd === newfd) return -EINVAL;
  if (<u32>newfd >= <u32>descriptorLimit()) return -EBADF;
  const description = lookup(oldfd);
  if (description === null) return -EBADF;
  if (!isAllowed(newfd)) return -EMFILE;
  const before = remove(newfd);
  put(newfd, description, (flags & O_CLOEXEC) !== 0);
  if (before !== null) release(before);
  return newfd;
}

export function fcntl(fd: i32, cmd: i32, arg: i32): i32 {
  const description = lookup(fd);
  if (description === null) return -EBADF;
  switch (cmd) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      if (<u32>arg >= <u32>descriptorLimit()) return -EINVAL;
      return install(description, arg, cmd === F_DUPFD_CLOEXEC);
    case F_GETFD:
      return isCloexec(fd) ? FD_CLOEXEC : 0;
    case F_SETFD:
      setCloexec(fd, (arg & FD_CLOEXEC) !== 0);
      return 0;
    case F_GETFL:
      return description.flags;
    case F_SETFL:
      description.flags = (description.flags & ~SETTABLE) | (arg & SETTABLE);
      return 0;
    case F_GETPIPE_SZ:
      if (description.kind !== KIND_PIPE) return -EBADF;
      return pipeSize(changetype<PipeEnd>(description));
    case F_SETPIPE_SZ:
      if (description.kind !== KIND_PIPE) return -EBADF;
      return setPipeSize(changetype<PipeEnd>(description), arg);
    default:
      return -EINVAL;
  }
}

export function ioctl(fd: i32, request: i32, argp: usize): i32 {
  const description = lookup(fd);
  if (description === null) return -EBADF;
  switch (request) {
    case FIOCLEX:
    case FIONCLEX:
      setCloexec(fd, request === FIOCLEX);
      return 0;
    case FIONBIO:
      if (argp === 0 || !reachable(argp, 4)) return -EFAULT;
      if (load<i32>(argp) === 0) description.flags &= ~O_NONBLOCK;
      else description.flags |= O_NONBLOCK;
      return 0;
    case FIONREAD: {
      const bytes = readableBytes(description);
      if (bytes < 0) return bytes;
      if (argp === 0 || !reachable(argp, 4)) return -EFAULT;
      store<i32>(argp, bytes);
      return 0;
    }
    default:
      return -ENOTTY;
  }
}

/** FIONREAD: what can be read, of datagrams the next one; or -ENOTTY. */
function readableBytes(description: Description): i32 {
  switch (description.kind) {
    case KIND_PIPE:
      return pipeBytes(changetype<PipeEnd>(description));
    case KIND_TCP:
      return changetype<Tcp>(description).queued;
    case KIND_UDP: {
      const next = changetype<Udp>(description).first;
      return next === null ? 0 : next.bytes;
    }
    case KIND_PAIR: {
      const pair = changetype<Pair>(description);
      return pair.type === SOCK_DGRAM ? max(messageBytes(pair), 0) : pair.queued;
    }
    default:
      return -ENOTTY;
  }
}
