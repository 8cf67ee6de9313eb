// Uses up its quotas, and prints what it was answered: the argument says which.

import { arg, print } from "../../assembly/index";
import * as linux from "../../assembly/linux";

const EPOLL_CTL_ADD: i32 = 1;
const EPOLL_CTL_DEL: i32 = 2;
const F_DUPFD: i32 = 0;
const F_SETPIPE_SZ: i32 = 1031;
const F_GETPIPE_SZ: i32 = 1032;
const AT_FDCWD: i32 = -100;
const AF_UNIX: i32 = 1;
const SOCK_STREAM: i32 = 1;
const RLIMIT_NOFILE: i32 = 7;

const scratch = memory.data(128, 8);

/** Adds `fd` to an epoll, or removes it. */
function control(epfd: i32, op: i32, fd: i32): i32 {
  store<u32>(scratch, 1);
  store<u64>(scratch, fd, 8);
  return linux.epoll_ctl(epfd, op, fd, scratch);
}

/** Opens until that is refused; says how many there were, and the errno. */
function exhaust(open: () => i32): void {
  let count = 0;
  let result = open();
  for (; result >= 0; count++) result = open();
  print(count.toString() + " then " + (-result).toString());
}

function descriptors(): void {
  linux.prlimit64(0, RLIMIT_NOFILE, 0, scratch);
  print(load<u64>(scratch).toString() + " of " + load<u64>(scratch, 8).toString());
  exhaust(() => linux.eventfd2(0, 0));
  exhaust(() => linux.dup(0));
  exhaust(() => linux.epoll_create1(0));
  exhaust(() => linux.socketpair(AF_UNIX, SOCK_STREAM, 0, scratch));
  linux.close(0);
  exhaust(() => linux.pipe2(scratch, 0));
  exhaust(() => linux.timerfd_create(1, 0));
}

function timers(): void {
  exhaust(() => linux.timerfd_create(1, 0));
  linux.close(3);
  exhaust(() => linux.timerfd_create(1, 0));
  // A duplicate is the same timer.
  print(linux.dup(3).toString());
  linux.close(3);
  exhaust(() => linux.timerfd_create(1, 0));
}

let epoll: i32 = 0;

/** Adds a new number of the standard input's to the epoll: its result. */
function addEvent(): i32 {
  const fd = linux.eventfd2(0, 0);
  const result = control(epoll, EPOLL_CTL_ADD, fd);
  if (result < 0) linux.close(fd);
  return result;
}

function watches(): void {
  epoll = linux.epoll_create1(0);
  exhaust(addEvent);
  const last = linux.eventfd2(0, 0) - 1;
  const fresh = last + 1;
  print("full: again " + control(epoll, EPOLL_CTL_ADD, last).toString());
  print("full: itself " + control(epoll, EPOLL_CTL_ADD, epoll).toString());
  print("full: nothing " + control(epoll, EPOLL_CTL_ADD, 999).toString());
  print("full: another " + control(epoll, EPOLL_CTL_ADD, fresh).toString());
  print("it is not there " + control(epoll, EPOLL_CTL_DEL, fresh).toString());
  control(epoll, EPOLL_CTL_DEL, last);
  print("after DEL");
  exhaust(addEvent);
  linux.close(last - 1);
  print("after close");
  exhaust(addEvent);
  // A registration lives as long as any number of its description does.
  const copy = linux.fcntl(last - 2, F_DUPFD, 100);
  linux.close(last - 2);
  print("after close of one of two " + control(epoll, EPOLL_CTL_ADD, fresh).toString());
  linux.close(copy);
  print("after close of both");
  exhaust(addEvent);
  const second = linux.epoll_create1(0);
  print("in another epoll " + control(second, EPOLL_CTL_ADD, fresh).toString());
  linux.close(epoll);
  epoll = second;
  print("after close of the epoll");
  exhaust(addEvent);
}

function grow(): void {
  const before = memory.size();
  let pages = 0;
  while (memory.grow(1) >= 0) pages++;
  print((before + pages).toString() + " pages, then " + memory.grow(1).toString());
  store<u8>(((<usize>(before + pages)) << 16) - 1, 1);
  print("nothing more " + memory.grow(0).toString());
}

function pipeSize(fd: i32): string {
  return linux.fcntl(fd, F_GETPIPE_SZ, 0).toString();
}

/** 64 MiB, in pipes of 64 KiB. */
function pipes(): void {
  for (let i = 0; i < 1023; i++) linux.pipe2(scratch, 0);
  print("three are " + pipeSize(3));
  print("to 1 MiB " + linux.fcntl(3, F_SETPIPE_SZ, 1 << 20).toString());
  print("to 128 KiB " + linux.fcntl(4, F_SETPIPE_SZ, 1 << 17).toString());
  linux.pipe2(scratch, 0);
  print("then " + pipeSize(load<i32>(scratch)));
  print("enlarged " + linux.fcntl(load<i32>(scratch), F_SETPIPE_SZ, 1 << 16).toString());
  linux.close(3);
  linux.pipe2(scratch, 0);
  print("an end is closed " + pipeSize(load<i32>(scratch)));
  linux.close(4);
  linux.close(5);
  linux.close(6);
  linux.pipe2(scratch, 0);
  print("both are " + pipeSize(load<i32>(scratch)));
}

/** Binds sockets in the folder of the second argument. */
function paths(): void {
  let path = "";
  let bound = 0;
  let result = 0;
  while (result === 0) {
    path = arg(2) + "/" + bound.toString();
    store<u16>(scratch, AF_UNIX);
    String.UTF8.encodeUnsafe(changetype<usize>(path), path.length, scratch + 2, true);
    const fd = linux.socket(AF_UNIX, SOCK_STREAM, 0);
    result = linux.bind(fd, scratch, 2 + path.length);
    linux.close(fd);
    if (result === 0) bound++;
  }
  print(bound.toString() + " then " + (-result).toString());
  for (let i = 0; i < bound; i++) {
    path = arg(2) + "/" + i.toString();
    String.UTF8.encodeUnsafe(changetype<usize>(path), path.length, scratch + 2, true);
    linux.unlinkat(AT_FDCWD, scratch + 2, 0);
  }
  print(
    "free again " +
      linux.bind(linux.socket(AF_UNIX, SOCK_STREAM, 0), scratch, 2 + path.length).toString(),
  );
}

const which = arg(1);
if (which === "descriptors") descriptors();
if (which === "timers") timers();
if (which === "watches") watches();
if (which === "memory") grow();
if (which === "pipes") pipes();
if (which === "paths") paths();
