// A level-triggered epoll server, which answers each message with its length: "get bytes 6".
//
// Level-triggered is what epoll is without a flag: epoll_wait reports a descriptor for as long as
// it is ready. So one read for each event will do; what that has left is reported again. Unlike
// poll, the kernel knows what to wait for from epoll_ctl, and tells only what is ready.
//
//   node host/run.js --listen 127.0.0.1:15000 build/tutorial/level.wasm
//   nc 127.0.0.1 15000
//
// Another address, or a port alone, can follow the name: level.wasm [HOST:]PORT

import {
  arg,
  bindTcp,
  check,
  EAGAIN,
  EPOLL_CTL_ADD,
  EpollEvent,
  EPOLLIN,
  MSG_NOSIGNAL,
  SOCK_NONBLOCK,
  SOMAXCONN,
} from "../../index";
import * as linux from "../../linux";

const EVENTS_MAX: i32 = 2048;
const BUFFER_BYTES: i32 = 1024;

const buffer: usize = heap.alloc(BUFFER_BYTES);
const events: usize = heap.alloc(<usize>EVENTS_MAX * offsetof<EpollEvent>());

const listener = check(bindTcp(arg(1, "15000")), "bind");
check(linux.listen(listener, SOMAXCONN), "listen");
const epfd = check(linux.epoll_create1(0), "epoll_create1");
watch(listener);

for (;;) {
  const count = check(linux.epoll_wait(epfd, events, EVENTS_MAX, -1), "epoll_wait");
  for (let i = 0; i < count; i++) {
    const fd = <i32>EpollEvent.at(events, i).data;
    if (fd === listener) accept();
    else if (!serve(fd)) linux.close(fd); // which removes it from the epoll too
  }
}

function watch(fd: i32): void {
  const event = new EpollEvent();
  event.events = EPOLLIN;
  event.data = fd; // whatever we like; it comes back with each event
  check(linux.epoll_ctl(epfd, EPOLL_CTL_ADD, fd, changetype<usize>(event)), "epoll_ctl");
  heap.free(changetype<usize>(event));
}

/** Takes one connection. If there are more, the listener is reported again. */
function accept(): void {
  const client = linux.accept4(listener, 0, 0, SOCK_NONBLOCK);
  if (client === -EAGAIN) return; // it has gone again
  watch(check(client, "accept4"));
}

/** Reads once and answers; whether the client stays. Who does not read the answers does not. */
function serve(client: i32): bool {
  const count = linux.read(client, buffer, BUFFER_BYTES);
  if (count <= 0) return count === -EAGAIN;
  const answer = String.UTF8.encode(`get bytes ${count}\n`);
  const length = answer.byteLength;
  return linux.sendto(client, changetype<usize>(answer), length, MSG_NOSIGNAL, 0, 0) === length;
}
