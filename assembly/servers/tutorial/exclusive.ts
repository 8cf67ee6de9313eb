// EPOLLEXCLUSIVE: two epolls watch one listener, and a connection wakes only one of them.
//
// Without it, each thread that sleeps in an epoll of its own on a shared listener is woken by each
// connection, and all but one for nothing: the thundering herd. With it the kernel stops at the
// first that sleeps. A guest has one thread, so one epoll sleeps here and the other one is asked
// afterwards whether it was told. An epoll in which nobody sleeps counts for nobody: sleep in the
// second one, and the first, which the kernel comes to before, is told as well.
//
//   node host/run.js --listen 127.0.0.1:9880 build/tutorial/exclusive.wasm
//   nc 127.0.0.1 9880
//
// Connect again and again: each time the other epoll sleeps. Then compare, without EPOLLEXCLUSIVE:
//
//   node host/run.js --listen 127.0.0.1:9880 build/tutorial/exclusive.wasm 9880 all

import {
  arg,
  bindTcp,
  check,
  EPOLL_CTL_ADD,
  EPOLLET,
  EpollEvent,
  EPOLLEXCLUSIVE,
  EPOLLIN,
  print,
  SOMAXCONN,
} from "../../index";
import * as linux from "../../linux";

const event = new EpollEvent();
const flag: u32 = arg(2) === "all" ? 0 : EPOLLEXCLUSIVE;

const listener = check(bindTcp(arg(1, "9880")), "bind");
check(linux.listen(listener, SOMAXCONN), "listen");
const first = watching();
const second = watching();

for (;;) {
  wait(first, -1);
  print(`the first was woken, the second was ${isTold(second) ? "told too" : "left alone"}`);
  closeAll();
  wait(second, -1);
  print(`the second was woken, the first was ${isTold(first) ? "told too" : "left alone"}`);
  closeAll();
}

/** An epoll that watches the listener. With EPOLLET it reports what it was told, and no more. */
function watching(): i32 {
  const epfd = check(linux.epoll_create1(0), "epoll_create1");
  event.events = EPOLLIN | EPOLLET | flag;
  event.data = listener;
  check(linux.epoll_ctl(epfd, EPOLL_CTL_ADD, listener, changetype<usize>(event)), "epoll_ctl");
  return epfd;
}

function wait(epfd: i32, timeoutMs: i32): i32 {
  return check(linux.epoll_wait(epfd, changetype<usize>(event), 1, timeoutMs), "epoll_wait");
}

function isTold(epfd: i32): bool {
  return wait(epfd, 0) > 0;
}

/** Takes all connections that wait, and closes them. */
function closeAll(): void {
  let client = 0;
  while ((client = linux.accept4(listener, 0, 0, 0)) >= 0) linux.close(client);
}
