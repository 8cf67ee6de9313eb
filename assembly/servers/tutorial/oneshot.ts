// EPOLLONESHOT: who is reported is disarmed, and armed again when the work is done.
//
// A server that queues its work must not queue a connection twice; threads that share an epoll must
// not serve one at the same time. With EPOLLONESHOT nothing of a connection is reported after the
// first event, whatever comes, until EPOLL_CTL_MOD arms it again. What has come meanwhile, or was
// left, is reported then: nothing is lost.
//
//   node host/run.js --listen 127.0.0.1:9879 build/tutorial/oneshot.wasm
//   nc 127.0.0.1 9879
//
// Type a line longer than 16 bytes. Another address, or a port alone, can follow the name.

import {
  arg,
  bindTcp,
  check,
  EAGAIN,
  EPOLL_CTL_ADD,
  EPOLL_CTL_MOD,
  EpollEvent,
  EPOLLIN,
  EPOLLONESHOT,
  MSG_NOSIGNAL,
  print,
  SOCK_NONBLOCK,
  SOMAXCONN,
} from "../../index";
import * as linux from "../../linux";

const EVENTS_MAX: i32 = 64;
const BUFFER_BYTES: i32 = 16; // small, so that something is left

const buffer: usize = heap.alloc(BUFFER_BYTES);
const events: usize = heap.alloc(<usize>EVENTS_MAX * offsetof<EpollEvent>());
const event = new EpollEvent();
/** Connections to be served, each of them once at most. */
const queue: i32[] = [];

const listener = check(bindTcp(arg(1, "9879")), "bind");
check(linux.listen(listener, SOMAXCONN), "listen");
const epfd = check(linux.epoll_create1(0), "epoll_create1");
control(EPOLL_CTL_ADD, listener, EPOLLIN);

for (;;) {
  const timeout = queue.length > 0 ? 0 : -1;
  const count = check(linux.epoll_wait(epfd, events, EVENTS_MAX, timeout), "epoll_wait");
  for (let i = 0; i < count; i++) {
    const fd = <i32>EpollEvent.at(events, i).data;
    if (fd === listener) {
      accept();
    } else {
      print(`descriptor ${fd} is ready, and disarmed`);
      queue.push(fd);
    }
  }
  // One piece of work each turn. Its bytes are still unread here, but epoll is silent about them.
  if (count === 0 && queue.length > 0) work(queue.shift());
}

function control(op: i32, fd: i32, interest: u32): void {
  event.events = interest;
  event.data = fd;
  check(linux.epoll_ctl(epfd, op, fd, changetype<usize>(event)), "epoll_ctl");
}

function accept(): void {
  const client = linux.accept4(listener, 0, 0, SOCK_NONBLOCK);
  if (client === -EAGAIN) return; // it has gone again
  control(EPOLL_CTL_ADD, check(client, "accept4"), EPOLLIN | EPOLLONESHOT);
}

/** Reads once and sends it back, then asks for the next event. */
function work(client: i32): void {
  const count = linux.read(client, buffer, BUFFER_BYTES);
  const sent = count > 0 ? linux.sendto(client, buffer, count, MSG_NOSIGNAL, 0, 0) : 0;
  if (count > 0 && sent === count) {
    print(`descriptor ${client}: ${count} bytes, armed again`);
    control(EPOLL_CTL_MOD, client, EPOLLIN | EPOLLONESHOT);
  } else {
    print(`descriptor ${client}: closed`); // its end, an error, or it does not read
    linux.close(client);
  }
}
