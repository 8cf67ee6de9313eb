// Edge against level, with the steps of epoll(7): 2 KB are written to a pipe and 1 KB is read.
//
// A level-triggered epoll reports the other 1 KB, an edge-triggered one does not: nothing has come
// since. Whoever waited here would wait for ever, with half of the data in the pipe. What helps is
// to read until EAGAIN, or something new that comes.
//
//   node host/run.js build/tutorial/edge-level.wasm

import {
  check,
  EPOLL_CTL_ADD,
  EPOLLET,
  EpollEvent,
  EPOLLIN,
  errorName,
  O_NONBLOCK,
  print,
} from "../../index";
import * as linux from "../../linux";

const KIB: i32 = 1024;

const buffer: usize = heap.alloc(2 * KIB);
const pipefd: usize = heap.alloc(2 * 4);
const event = new EpollEvent();

print("level-triggered");
show(EPOLLIN);
print("edge-triggered");
show(EPOLLIN | EPOLLET);

function show(events: u32): void {
  check(linux.pipe2(pipefd, O_NONBLOCK), "pipe2");
  const rfd = load<i32>(pipefd);
  const wfd = load<i32>(pipefd, 4);
  const epfd = check(linux.epoll_create1(0), "epoll_create1");
  event.events = events;
  event.data = rfd;
  check(linux.epoll_ctl(epfd, EPOLL_CTL_ADD, rfd, changetype<usize>(event)), "epoll_ctl");

  wait(epfd);
  write(wfd, 2 * KIB);
  wait(epfd);
  read(rfd, KIB);
  wait(epfd);
  write(wfd, 1);
  wait(epfd);
  read(rfd, 2 * KIB);
  read(rfd, 2 * KIB);
  wait(epfd);

  linux.close(rfd);
  linux.close(wfd);
  linux.close(epfd);
}

function write(fd: i32, count: i32): void {
  print(`  write ${count} = ${check(linux.write(fd, buffer, count), "write")}`);
}

function read(fd: i32, count: i32): void {
  const result = linux.read(fd, buffer, count);
  print(`  read ${count} = ${result < 0 ? errorName(result) : result.toString()}`);
}

/** Looks only, with a timeout of 0: nobody else writes to the pipe. */
function wait(epfd: i32): void {
  print(`  epoll_wait = ${check(linux.epoll_wait(epfd, changetype<usize>(event), 1, 0), "wait")}`);
}
