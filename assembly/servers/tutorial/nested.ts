// Nested epoll: an epoll is a descriptor too, and can be watched by another one.
//
// It is readable while one of its own descriptors is ready. So a program can have groups: here the
// outer epoll watches one of urgent and one of ordinary pipes, and whatever is urgent goes first,
// however much else is ready. An epoll that would watch itself, through others, is ELOOP.
//
//   node host/run.js build/tutorial/nested.wasm

import { Bytes, check, EPOLL_CTL_ADD, EpollEvent, EPOLLIN, errorName, print } from "../../index";
import * as linux from "../../linux";

const EVENTS_MAX: i32 = 2;
const BUFFER_BYTES: i32 = 64;

const buffer: usize = heap.alloc(BUFFER_BYTES);
const pipefd: usize = heap.alloc(2 * 4);
const events: usize = heap.alloc(<usize>EVENTS_MAX * offsetof<EpollEvent>());

const urgent = check(linux.epoll_create1(0), "epoll_create1");
const ordinary = check(linux.epoll_create1(0), "epoll_create1");
const outer = check(linux.epoll_create1(0), "epoll_create1");
check(watch(outer, urgent), "epoll_ctl");
check(watch(outer, ordinary), "epoll_ctl");
print(`the urgent one watching the outer one: ${errorName(watch(urgent, outer))}`);

const mail = pipeIn(ordinary);
const news = pipeIn(ordinary);
const alarm = pipeIn(urgent);
print(`ready in the outer one: ${ready(outer)}`);
send(mail, Bytes.of("mail"));
send(news, Bytes.of("news"));
print(`ready in the outer one: ${ready(outer)}`);
send(alarm, Bytes.of("fire"));
print(`ready in the outer one: ${ready(outer)}`);

while (ready(outer) > 0) {
  const group = ready(urgent) > 0 ? urgent : ordinary;
  ready(group);
  const fd = <i32>EpollEvent.at(events, 0).data;
  const count = check(linux.read(fd, buffer, BUFFER_BYTES), "read");
  print(`${group === urgent ? "urgent" : "ordinary"}: ${String.UTF8.decodeUnsafe(buffer, count)}`);
}
print("nothing is left");

/** 0 or -errno. */
function watch(epfd: i32, fd: i32): i32 {
  const event = EpollEvent.at(events, 0);
  event.events = EPOLLIN;
  event.data = fd;
  return linux.epoll_ctl(epfd, EPOLL_CTL_ADD, fd, changetype<usize>(event));
}

/** A pipe, watched by a group; where to write to it. */
function pipeIn(group: i32): i32 {
  check(linux.pipe2(pipefd, 0), "pipe2");
  check(watch(group, load<i32>(pipefd)), "epoll_ctl");
  return load<i32>(pipefd, 4);
}

function send(wfd: i32, bytes: Bytes): void {
  check(linux.write(wfd, bytes.ptr, bytes.length), "write");
}

/** How many are ready, without waiting; `events` has them. */
function ready(epfd: i32): i32 {
  return check(linux.epoll_wait(epfd, events, EVENTS_MAX, 0), "epoll_wait");
}
