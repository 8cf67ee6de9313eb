// Signals from the host: they reach a guest's handler wherever it is, or do what is the default.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { start, type Exit, type Guest } from "../../host/index.ts";
import {
  COUNT_AND_TELL,
  FIRST,
  HANDLER,
  SIGUSR1,
  SOCKETPAIR,
  TELL,
  WAYS,
  action,
  forever,
  guestWith,
  tellTo,
  type Way,
} from "../support/waits.ts";
import { call, value, watGuest } from "../support/wat.ts";

const SIGPIPE = 13;
const SIGALRM = 14;
const SIGTERM = 15;
const SIG_IGN = -2;
/** An index that is no function's. */
const NOBODY = 77;

const WAIT: Way = {
  imports: ["epoll_create1/1", "epoll_wait/4"],
  before: `(local.set $fd ${value("epoll_create1", 0)})`,
  wait: call("epoll_wait", "(local.get $fd)", 1024, 64, -1),
};

async function listenForCounts(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

const run = (module: Uint8Array, more: { stopTimeoutMs?: number } = {}): Guest =>
  start({
    module,
    name: "t.wasm",
    listen: ["*:0"],
    connect: ["udp:127.0.0.1:*"],
    ...more,
  });

/** Runs a guest and does `then` when it says that it is set up. */
async function whenReady(
  imports: string[],
  body: string,
  handle: string,
  then: (guest: Guest) => void,
  more: { stopTimeoutMs?: number } = {},
): Promise<Exit> {
  const socket = await listenForCounts();
  const setUp = `${tellTo(socket.address().port)} ${body}`;
  const guest = run(guestWith(["socket/3", "sendto/6", ...imports], setUp, handle), more);
  await once(socket, "message");
  then(guest);
  const exit = await guest.exited;
  socket.close();
  return exit;
}

test("signal: its default ends the guest with 128 + its number", async () => {
  const module = watGuest(WAIT.imports, `${WAIT.before} ${forever(WAIT.wait)}`);
  for (const [signal, code] of [
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGALRM", 142],
    ["SIGTERM", 143],
    ["SIGUSR1", 138],
    ["SIGKILL", 137],
  ] as const) {
    const guest = run(module);
    guest.signal(signal);
    assert.equal(await guest.exited, { code, reason: `stopped by ${signal}` });
  }
});

test("signal: what is ignored by default does nothing", async () => {
  const guest = run(watGuest(WAIT.imports, `${WAIT.before} ${forever(WAIT.wait)}`));
  for (const signal of ["SIGCHLD", "SIGURG", "SIGWINCH", "SIGCONT", "SIGTSTP"] as const) {
    guest.signal(signal);
  }
  guest.signal("SIGTERM");
  assert.is((await guest.exited).code, 143);
});

test("signal: one that is blocked waits until it is not", async () => {
  const imports = ["rt_sigprocmask/4", "rt_sigpending/2", "exit_group/1"];
  const body = `(i64.store (i32.const 96) (i64.const ${1 << (SIGTERM - 1)}))
    ${call("rt_sigprocmask", 0, 96, 0, 8)} ${TELL}
    (loop $l ${call("rt_sigpending", 104, 8)} (br_if $l (i64.eqz (i64.load (i32.const 104)))))
    ${call("rt_sigprocmask", 1, 96, 0, 8)} ${call("exit_group", 1)}`;
  const exit = await whenReady(imports, body, "", (guest) => guest.signal("SIGTERM"));
  assert.is(exit.code, 143);
});

test("handler: may call exit_group", async () => {
  const body = `${WAIT.before} ${action(SIGTERM, HANDLER)} ${TELL} ${forever(WAIT.wait)}`;
  const imports = [...WAIT.imports, "exit_group/1"];
  const exit = await whenReady(imports, body, call("exit_group", 7), (guest) =>
    guest.signal("SIGTERM"),
  );
  assert.equal(exit, { code: 7, reason: "" });
});

test("handler: exit_group in it ends a guest that catches everything", async () => {
  const body = `${WAIT.before} ${action(SIGTERM, HANDLER)} ${TELL}
    (loop $l (try (do ${WAIT.wait}) (catch_all)) (br $l))`;
  const imports = [...WAIT.imports, "exit_group/1"];
  const exit = await whenReady(imports, body, call("exit_group", 7), (guest) =>
    guest.signal("SIGTERM"),
  );
  assert.is(exit.code, 7);
});

// It lets the signal through in epoll_pwait only: one that came before would not end the wait.
test("stop: a guest that handles SIGTERM ends by itself in its time", async () => {
  const way = WAYS["waits in epoll_pwait with a mask"]!;
  const wait = `(drop ${way.wait})`;
  const body = `(i64.store (i32.const 104) (i64.const ${1 << (SIGTERM - 1)}))
    ${call("rt_sigprocmask", 0, 104, 0, 8)} ${way.before} ${action(SIGTERM, HANDLER)} ${TELL}
    (loop $l ${wait} (br_if $l (i32.eqz (i32.load (i32.const 12)))))
    ${call("exit_group", 3)}`;
  const imports = [...way.imports, "rt_sigprocmask/4", "exit_group/1"];
  const exit = await whenReady(imports, body, COUNT_AND_TELL, (guest) => guest.stop("SIGTERM"));
  assert.equal(exit, { code: 3, reason: "" });
});

test("stop: a guest that ignores SIGTERM is killed when its time is over", async () => {
  const body = `${WAIT.before} ${action(SIGTERM, SIG_IGN)} ${TELL} ${forever(WAIT.wait)}`;
  const stop = (guest: Guest): void => guest.stop("SIGTERM");
  const exit = await whenReady(WAIT.imports, body, "", stop, { stopTimeoutMs: 50 });
  assert.equal(exit, { code: 137, reason: "stopped by SIGKILL" });
});

test("stop: a guest that handles SIGTERM and goes on is killed when its time is over", async () => {
  const body = `${WAIT.before} ${action(SIGTERM, HANDLER)} ${TELL} ${forever(WAIT.wait)}`;
  const stop = (guest: Guest): void => guest.stop("SIGTERM");
  const exit = await whenReady(WAIT.imports, body, "", stop, { stopTimeoutMs: 50 });
  assert.is(exit.code, 137);
});

test("rt_sigtimedwait: what is fatal by default is taken only if it is blocked", async () => {
  const body = `(i64.store (i32.const 88) (i64.const 20000)) ${call("setitimer", 0, 64, 0)}
    (i64.store (i32.const 200) (i64.const ${1 << (SIGALRM - 1)}))
    ${call("exit_group", value("rt_sigtimedwait", 200, 0, 0, 8))}`;
  const imports = ["setitimer/3", "rt_sigtimedwait/4", "exit_group/1"];
  assert.is((await run(watGuest(imports, body)).exited).code, 128 + SIGALRM);
});

test("SIGPIPE: its default ends the guest and nothing else", async () => {
  const body = `${SOCKETPAIR} ${call("close", FIRST)}
    ${call("write", "(i32.load (i32.const 20))", 1024, 1)} unreachable`;
  const guest = run(watGuest(["socketpair/4", "close/1", "write/3"], body));
  assert.is((await guest.exited).code, 128 + SIGPIPE);
});

test("kill: SIGKILL to itself ends the guest, whatever it catches", async () => {
  const body = `(loop $l (try (do ${call("kill", value("getpid"), 9)}) (catch_all)) (br $l))`;
  assert.is((await run(watGuest(["getpid/0", "kill/2"], body)).exited).code, 137);
});

test("handler: an index that is no function's is a crash that no catch_all survives", async () => {
  const body = `${action(SIGUSR1, NOBODY)}
    (try (do ${call("kill", value("getpid"), SIGUSR1)}) (catch_all)) ${call("exit_group", 0)}`;
  const exit = await run(guestWith(["getpid/0", "kill/2", "exit_group/1"], body, "")).exited;
  assert.is(exit.code, 134);
  assert.match(exit.reason, /table index|out of bounds/);
});

test("handler: a trap in it is a crash", async () => {
  const body = `${action(SIGUSR1, HANDLER)} ${call("kill", value("getpid"), SIGUSR1)}
    ${call("exit_group", 0)}`;
  const imports = ["getpid/0", "kill/2", "exit_group/1"];
  assert.is((await run(guestWith(imports, body, "unreachable")).exited).code, 134);
});

test("handler: a trap in it before a call that would block is a crash", async () => {
  const body = `${WAIT.before} ${action(SIGUSR1, HANDLER)} ${TELL}
    (loop $l (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (i32.lt_u (local.get $i) (i32.const 300000000))))
    ${WAIT.wait} ${call("exit_group", 0)}`;
  const imports = [...WAIT.imports, "exit_group/1"];
  const exit = await whenReady(imports, body, "unreachable", (guest) => guest.signal("SIGUSR1"));
  assert.is(exit.code, 134);
});

test("handler: one within the other without end runs out of stack, and is a crash", async () => {
  const SA_NODEFER = 0x40000000;
  const again = call("kill", value("getpid"), SIGUSR1);
  const body = `${action(SIGUSR1, HANDLER, SA_NODEFER)} ${again} ${call("exit_group", 0)}`;
  const imports = ["getpid/0", "kill/2", "exit_group/1"];
  assert.is((await run(guestWith(imports, body, again)).exited).code, 134);
});

test("rt_sigaction: without __signal there is nobody to call: -EINVAL", async () => {
  const result = value("rt_sigaction", SIGUSR1, 64, 0, 8);
  const body = `(i32.store (i32.const 64) (i32.const 1))
    ${call("exit_group", `(i32.sub (i32.const 0) ${result})`)}`;
  assert.is((await run(watGuest(["rt_sigaction/4", "exit_group/1"], body)).exited).code, 22);
});

test.run();
