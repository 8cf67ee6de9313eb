// The edge-triggered epoll server: prints what its clients send.
//
// With EPOLLET epoll_wait reports a descriptor once when something has come, not for as long as
// something is there. Whoever then leaves a byte unread, or a connection waiting, may never hear of
// it again: so accept and read are repeated until they answer EAGAIN, and nothing may block.
//
//   node host/run.js --listen 127.0.0.1:8080 build/tutorial/edge.wasm
//   nc 127.0.0.1 8080
//
// Another address, or a port alone, can follow the name: edge.wasm [HOST:]PORT

import {
  arg,
  bindTcp,
  Bytes,
  check,
  EAGAIN,
  EPOLL_CTL_ADD,
  EPOLLERR,
  EPOLLET,
  EpollEvent,
  EPOLLHUP,
  EPOLLIN,
  formatHost,
  portOf,
  print,
  SOCK_NONBLOCK,
  SOCKADDR_BYTES_MAX,
  SOMAXCONN,
  STDERR,
  STDOUT,
} from "../../index";
import * as linux from "../../linux";

const EVENTS_MAX: i32 = 64;
const BUFFER_BYTES: i32 = 256;
const EPOLL_ERROR = Bytes.of("epoll error\n");

const buffer: usize = heap.alloc(BUFFER_BYTES);
const events: usize = heap.alloc(<usize>EVENTS_MAX * offsetof<EpollEvent>());
const event = new EpollEvent();
const address: usize = heap.alloc(SOCKADDR_BYTES_MAX);
const addressLength: usize = heap.alloc(4);

const listener = check(bindTcp(arg(1, "8080")), "bind");
check(linux.listen(listener, SOMAXCONN), "listen");
const epfd = check(linux.epoll_create1(0), "epoll_create1");
watch(listener);

for (;;) {
  const count = check(linux.epoll_wait(epfd, events, EVENTS_MAX, -1), "epoll_wait");
  for (let i = 0; i < count; i++) {
    const ready = EpollEvent.at(events, i);
    const fd = <i32>ready.data;
    if ((ready.events & (EPOLLERR | EPOLLHUP)) !== 0 || (ready.events & EPOLLIN) === 0) {
      linux.write(STDERR, EPOLL_ERROR.ptr, EPOLL_ERROR.length); // the connection was reset
      linux.close(fd);
    } else if (fd === listener) {
      acceptAll();
    } else if (!readAll(fd)) {
      print(`Closed connection on descriptor ${fd}`);
      linux.close(fd); // which removes it from the epoll too
    }
  }
}

function watch(fd: i32): void {
  event.events = EPOLLIN | EPOLLET;
  event.data = fd;
  check(linux.epoll_ctl(epfd, EPOLL_CTL_ADD, fd, changetype<usize>(event)), "epoll_ctl");
}

/** Takes all connections that wait: there is one edge for all of them. */
function acceptAll(): void {
  for (;;) {
    store<i32>(addressLength, SOCKADDR_BYTES_MAX);
    const client = linux.accept4(listener, address, addressLength, SOCK_NONBLOCK);
    if (client === -EAGAIN) return;
    check(client, "accept4");
    const host = formatHost(address);
    const port = portOf(address);
    print(`Accepted connection on descriptor ${client} (host=${host}, port=${port})`);
    watch(client);
  }
}

/** Reads and prints all that has come; whether the client stays. */
function readAll(client: i32): bool {
  let count = 0;
  while ((count = linux.read(client, buffer, BUFFER_BYTES)) > 0) {
    check(linux.write(STDOUT, buffer, count), "write");
  }
  return count === -EAGAIN;
}
