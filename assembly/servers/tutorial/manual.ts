// The example of epoll(7): the listener is level-triggered, the connections are edge-triggered.
//
// The manual page leaves open what do_use_fd does; here it sends back what it reads. It has to go
// on until EAGAIN, be it of reading or of sending, and to find its place again at the next edge. It
// keeps that place in the kernel: what could not be sent was not read yet.
//
//   node host/run.js --listen 127.0.0.1:9878 build/tutorial/manual.wasm
//   nc 127.0.0.1 9878
//
// Another address, or a port alone, can follow the name: manual.wasm [HOST:]PORT

import {
  arg,
  bindTcp,
  check,
  EAGAIN,
  EPOLL_CTL_ADD,
  EPOLLET,
  EpollEvent,
  EPOLLIN,
  EPOLLOUT,
  MSG_NOSIGNAL,
  MSG_PEEK,
  SOCK_NONBLOCK,
  SOMAXCONN,
} from "../../index";
import * as linux from "../../linux";

const MAX_EVENTS: i32 = 10;
const BUFFER_BYTES: i32 = 4096;

const buffer: usize = heap.alloc(BUFFER_BYTES);
const events: usize = heap.alloc(<usize>MAX_EVENTS * offsetof<EpollEvent>());
const ev = new EpollEvent();

const listen_sock = check(bindTcp(arg(1, "9878")), "bind");
check(linux.listen(listen_sock, SOMAXCONN), "listen");

const epollfd = check(linux.epoll_create1(0), "epoll_create1");
ev.events = EPOLLIN;
ev.data = listen_sock;
check(
  linux.epoll_ctl(epollfd, EPOLL_CTL_ADD, listen_sock, changetype<usize>(ev)),
  "epoll_ctl: listen_sock",
);

for (;;) {
  const nfds = check(linux.epoll_wait(epollfd, events, MAX_EVENTS, -1), "epoll_wait");
  for (let n = 0; n < nfds; n++) {
    const fd = <i32>EpollEvent.at(events, n).data;
    if (fd === listen_sock) accept();
    else do_use_fd(fd);
  }
}

function accept(): void {
  const conn_sock = linux.accept4(listen_sock, 0, 0, SOCK_NONBLOCK);
  if (conn_sock === -EAGAIN) return; // it has gone again
  check(conn_sock, "accept");
  ev.events = EPOLLIN | EPOLLOUT | EPOLLET; // EPOLLOUT: there is room again to send
  ev.data = conn_sock;
  check(
    linux.epoll_ctl(epollfd, EPOLL_CTL_ADD, conn_sock, changetype<usize>(ev)),
    "epoll_ctl: conn_sock",
  );
}

/** Sends back what has come, until there is no more of it, or no more room. */
function do_use_fd(fd: i32): void {
  for (;;) {
    const count = linux.recvfrom(fd, buffer, BUFFER_BYTES, MSG_PEEK, 0, 0);
    if (count === -EAGAIN) return;
    if (count <= 0) break;
    const sent = linux.sendto(fd, buffer, count, MSG_NOSIGNAL, 0, 0);
    if (sent === -EAGAIN) return;
    if (sent < 0) break;
    linux.recvfrom(fd, buffer, sent, 0, 0, 0); // takes what was sent
  }
  linux.close(fd); // the end, or an error
}
