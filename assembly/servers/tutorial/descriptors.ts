// eventfd, timerfd and signalfd in one loop: a counter, a clock and signals as descriptors.
//
// Whatever can be waited for is a descriptor, and one epoll waits for all of them. Here the timer
// ticks, each tick adds to the counter, and after three ticks the program signals itself. Signals
// have to be blocked, or they take their usual way instead of waiting in the signalfd.
//
//   node host/run.js build/tutorial/descriptors.wasm
//
// Ctrl-C before the end comes by the signalfd too.

import {
  check,
  CLOCK_MONOTONIC,
  EPOLL_CTL_ADD,
  EpollEvent,
  EPOLLIN,
  exit,
  Itimerspec,
  print,
  SIG_BLOCK,
  SIGINT,
  SignalfdSiginfo,
  SIGTERM,
} from "../../index";
import * as linux from "../../linux";

const EVENTS_MAX: i32 = 3;
const PERIOD_NS: i32 = 200_000_000;
const TICKS: i32 = 3;
const SIGSET_BYTES: i32 = 8;
const SIGINFO_BYTES: i32 = 128;

const events: usize = heap.alloc(<usize>EVENTS_MAX * offsetof<EpollEvent>());
const siginfo: usize = heap.alloc(SIGINFO_BYTES);
const number: usize = heap.alloc(8); // what a counter and a timer are read and written with
const signals: usize = memory.data<u64>([(1 << (SIGINT - 1)) | (1 << (SIGTERM - 1))]);
let ticks = 0;

const epfd = check(linux.epoll_create1(0), "epoll_create1");
const counter = check(linux.eventfd2(0, 0), "eventfd");
const timer = check(linux.timerfd_create(CLOCK_MONOTONIC, 0), "timerfd_create");
check(linux.rt_sigprocmask(SIG_BLOCK, signals, 0, SIGSET_BYTES), "rt_sigprocmask");
const signal = check(linux.signalfd4(-1, signals, SIGSET_BYTES, 0), "signalfd");
watch(counter);
watch(timer);
watch(signal);
arm();

for (;;) {
  const count = check(linux.epoll_wait(epfd, events, EVENTS_MAX, -1), "epoll_wait");
  for (let i = 0; i < count; i++) {
    const fd = <i32>EpollEvent.at(events, i).data;
    if (fd === timer) onTimer();
    else if (fd === counter) onCounter();
    else onSignal();
  }
}

function watch(fd: i32): void {
  const event = EpollEvent.at(events, 0);
  event.events = EPOLLIN;
  event.data = fd;
  check(linux.epoll_ctl(epfd, EPOLL_CTL_ADD, fd, changetype<usize>(event)), "epoll_ctl");
}

/** Starts the timer for one tick; with an interval it would go on by itself. */
function arm(): void {
  const time = new Itimerspec();
  time.value_nsec = PERIOD_NS;
  check(linux.timerfd_settime(timer, 0, changetype<usize>(time), 0), "timerfd_settime");
}

/** A read gives how often it has expired since the last one. */
function onTimer(): void {
  check(linux.read(timer, number, 8), "read");
  print(`timerfd: expired ${load<u64>(number)} time`);
  store<u64>(number, ++ticks);
  check(linux.write(counter, number, 8), "write");
  if (ticks < TICKS) arm();
}

/** A read gives what was added up, and leaves 0. */
function onCounter(): void {
  check(linux.read(counter, number, 8), "read");
  print(`eventfd: ${load<u64>(number)} was added`);
  if (ticks === TICKS) check(linux.kill(linux.getpid(), SIGTERM), "kill");
}

function onSignal(): void {
  check(linux.read(signal, siginfo, SIGINFO_BYTES), "read");
  print(`signalfd: signal ${changetype<SignalfdSiginfo>(siginfo).ssi_signo}`);
  exit(0);
}
