// poll(2), which epoll has come after: an echo server with an array of 1,024 clients.
//
// The array says anew in each call what to wait for, and is searched anew after each call: that is
// what makes poll slow with many clients. Here it is also full at some time, and client 1,025 is
// told so and sent away.
//
//   node host/run.js --listen 127.0.0.1:9877 build/tutorial/poll.wasm
//   nc 127.0.0.1 9877
//
// Another address, or a port alone, can follow the name: poll.wasm [HOST:]PORT

import {
  arg,
  bindTcp,
  Bytes,
  check,
  EAGAIN,
  MSG_NOSIGNAL,
  MSG_PEEK,
  Pollfd,
  POLLIN,
  POLLOUT,
  SOCK_NONBLOCK,
} from "../../index";
import * as linux from "../../linux";

const CLIENTS_MAX: i32 = 1024;
const BUFFER_BYTES: i32 = 4096;
const OVERLOAD = Bytes.of("the server is overload! please try after a while!\n");

const buffer: usize = heap.alloc(BUFFER_BYTES);
/** The listener, and behind it the clients, without gaps. */
const pollfds: usize = heap.alloc(<usize>(1 + CLIENTS_MAX) * offsetof<Pollfd>());
let clients = 0;

const listener = check(bindTcp(arg(1, "9877")), "bind");
check(linux.listen(listener, 128), "listen");
watch(0, listener);

for (;;) {
  check(linux.poll(pollfds, 1 + clients, -1), "poll");
  // From the end: the last one takes the place of one that leaves, and has had its turn then.
  for (let i = clients; i >= 1; i--) {
    if (Pollfd.at(pollfds, i).revents !== 0 && !serve(Pollfd.at(pollfds, i))) leave(i);
  }
  if (Pollfd.at(pollfds, 0).revents !== 0) accept();
}

function watch(index: i32, fd: i32): void {
  const pollfd = Pollfd.at(pollfds, index);
  pollfd.fd = fd;
  pollfd.events = <i16>POLLIN;
}

function accept(): void {
  const client = linux.accept4(listener, 0, 0, SOCK_NONBLOCK);
  if (client === -EAGAIN) return; // it has gone again
  check(client, "accept4");
  if (clients < CLIENTS_MAX) {
    watch(++clients, client);
  } else {
    linux.sendto(client, OVERLOAD.ptr, OVERLOAD.length, MSG_NOSIGNAL, 0, 0);
    linux.close(client);
  }
}

/**
 * Sends back some of what has come; whether the client stays. It only looks at its input, and then
 * takes as much as could be sent: the rest waits in the kernel until there is room.
 */
function serve(client: Pollfd): bool {
  const count = linux.recvfrom(client.fd, buffer, BUFFER_BYTES, MSG_PEEK, 0, 0);
  if (count <= 0) return count === -EAGAIN;
  const sent = linux.sendto(client.fd, buffer, count, MSG_NOSIGNAL, 0, 0);
  if (sent < 0 && sent !== -EAGAIN) return false;
  if (sent > 0) linux.recvfrom(client.fd, buffer, sent, 0, 0, 0);
  client.events = <i16>(sent === -EAGAIN ? POLLOUT : POLLIN);
  return true;
}

function leave(index: i32): void {
  linux.close(Pollfd.at(pollfds, index).fd);
  const last = Pollfd.at(pollfds, clients--);
  memory.copy(
    changetype<usize>(Pollfd.at(pollfds, index)),
    changetype<usize>(last),
    offsetof<Pollfd>(),
  );
}
