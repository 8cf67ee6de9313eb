// epoll_pwait and a signal: the race that it cures.
//
// A loop sleeps until there is something to do, be it an event or a signal, whose handler sets a
// variable. A signal that comes after the loop has looked at the variable and before it sleeps is
// handled, and then slept over. The cure is to keep the signal blocked except while asleep:
// epoll_pwait unblocks it, sleeps and blocks it again in one step.
//
// Handlers are called by the host, at system calls, through the export `__signal`.
//
//   node host/run.js build/tutorial/pwait.wasm
//   kill -USR1 PID    # of that process, from another terminal; then Ctrl-C

import {
  check,
  EpollEvent,
  errorName,
  KernelSigaction,
  print,
  SIG_BLOCK,
  SIGINT,
  SIGTERM,
  SIGUSR1,
} from "../../index";
import * as linux from "../../linux";

const SIGSET_BYTES: i32 = 8;
const TIMEOUT_MS: i32 = 100;

const event = new EpollEvent();
const signals: usize = memory.data<u64>([
  (1 << (SIGUSR1 - 1)) | (1 << (SIGINT - 1)) | (1 << (SIGTERM - 1)),
]);
const none: usize = memory.data<u64>([0]);

let count = 0;
let ended = false;

/** `handler` is what rt_sigaction was given: the index of a function. */
export function __signal(handler: i32, signum: i32): void {
  call_indirect<void>(handler, signum);
}

function onUsr1(_signum: i32): void {
  count++;
}

function onEnd(_signum: i32): void {
  ended = true;
}

handle(SIGUSR1, onUsr1);
handle(SIGINT, onEnd);
handle(SIGTERM, onEnd);
const epfd = check(linux.epoll_create1(0), "epoll_create1"); // watches nothing: signals will do

if (count === 0) {
  signalMyself(); // as if somebody did, in this very moment
  const result = linux.epoll_wait(epfd, changetype<usize>(event), 1, TIMEOUT_MS);
  print(`epoll_wait: ${count} signal handled, ${text(result)} after all of the timeout`);
}

count = 0;
check(linux.rt_sigprocmask(SIG_BLOCK, signals, 0, SIGSET_BYTES), "rt_sigprocmask");
if (count === 0) {
  signalMyself();
  const result = sleep();
  print(`epoll_pwait: ${count} signal handled, ${text(result)} at once`);
}

for (;;) {
  if (ended) break;
  count = 0;
  print("waiting for signals");
  sleep();
  if (count > 0) print("SIGUSR1");
}
print("the end");

function handle(signum: i32, handler: (signum: i32) => void): void {
  const action = new KernelSigaction();
  action.handler = handler.index;
  check(linux.rt_sigaction(signum, changetype<usize>(action), 0, SIGSET_BYTES), "rt_sigaction");
}

function signalMyself(): void {
  check(linux.kill(linux.getpid(), SIGUSR1), "kill");
}

/** For ever, with no signal blocked. */
function sleep(): i32 {
  return linux.epoll_pwait(epfd, changetype<usize>(event), 1, -1, none, SIGSET_BYTES);
}

function text(result: i32): string {
  return result < 0 ? errorName(result) : result.toString();
}
