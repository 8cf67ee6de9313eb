// Signals from the host: they reach a guest's handler wherever it is, or do what is the default.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { start, type Exit, type Guest } from "../../host/index.ts";
import { call, value, watGuest } from "../support/wat.ts";

const SIGUSR1 = 10;
const SIGPIPE = 13;
const SIGTERM = 15;
const SA_RESTART = 0x10000000;
const SIG_IGN = -2;
/** The handler's index in the guest's table, and one that is none. */
const HANDLER = 1;
const NOBODY = 77;

/** Signals to a guest that waits in one way, each sent when the one before was seen. */
const SIGNALS = 1_000;

const SOCKETPAIR = call("socketpair", 1, 1, 0, 16);
const FIRST = "(i32.load (i32.const 16))";
const LISTEN = `(local.set $fd ${value("socket", 2, 1, 0)})
  ${call("listen", "(local.get $fd)", 5)}`;

/** `rt_sigaction(signum, {handler, flags}, NULL, 8)`; the action lies at 64. */
const action = (signum: number, handler: number, flags = 0): string => `
  (i32.store (i32.const 64) (i32.const ${handler})) (i32.store (i32.const 68) (i32.const ${flags}))
  ${call("rt_sigaction", signum, 64, 0, 8)}`;

const forever = (body: string): string => `(loop $l ${body} (br $l))`;

/** A guest with a handler, which does `handle`; its own calls are named in `imports`. */
function guestWith(imports: string[], body: string, handle: string): Uint8Array {
  const more = `(type $handler (func (param i32)))
    (table 2 funcref) (elem (i32.const ${HANDLER}) $handle)
    (func $handle (type $handler) ${handle})
    (func (export "__signal") (param i32 i32)
      (call_indirect (type $handler) (local.get 1) (local.get 0)))`;
  return watGuest(["rt_sigaction/4", ...imports], body, more);
}

/** Where the guest's handler tells how often it ran: a datagram of 4 bytes to `port`. */
const tellTo = (port: number): string => `
  (i32.store (i32.const 8) ${value("socket", 2, 2, 0)})
  (i32.store16 (i32.const 32) (i32.const 2)) (i32.store (i32.const 36) (i32.const 0x0100007f))
  (i32.store8 (i32.const 34) (i32.const ${port >> 8}))
  (i32.store8 (i32.const 35) (i32.const ${port & 255}))`;
const TELL = call("sendto", "(i32.load (i32.const 8))", 12, 4, 0, 32, 16);
const COUNT_AND_TELL = `
  (i32.store (i32.const 12) (i32.add (i32.load (i32.const 12)) (i32.const 1))) ${TELL}`;

interface Way {
  imports: string[];
  /** What comes first, once. */
  before: string;
  /** What waits, again and again. */
  wait: string;
  flags?: number;
}

/** The timespec of an hour lies at 112, an empty mask at 96, a pollfd at 128. */
const HOUR = "(i64.store (i32.const 112) (i64.const 3600))";
/** SIGUSR1 is blocked from then on; its set lies at 104. */
const BLOCK = `(i64.store (i32.const 104) (i64.const ${1 << (SIGUSR1 - 1)}))
  ${call("rt_sigprocmask", 0, 104, 0, 8)}`;
const READ: Way = {
  imports: ["socketpair/4", "read/3"],
  before: SOCKETPAIR,
  wait: call("read", FIRST, 1024, 64),
};

const WAYS: Record<string, Way> = {
  "waits in epoll_wait": {
    imports: ["epoll_create1/1", "epoll_wait/4"],
    before: `(local.set $fd ${value("epoll_create1", 0)})`,
    wait: call("epoll_wait", "(local.get $fd)", 1024, 64, -1),
  },
  "waits in epoll_pwait with a mask": {
    imports: ["epoll_create1/1", "epoll_pwait/6"],
    before: `(local.set $fd ${value("epoll_create1", 0)})`,
    wait: call("epoll_pwait", "(local.get $fd)", 1024, 64, 3_600_000, 96, 8),
  },
  "blocks in read": READ,
  "blocks in read with SA_RESTART": { ...READ, flags: SA_RESTART },
  "blocks in a large write": {
    imports: ["socketpair/4", "write/3"],
    before: SOCKETPAIR,
    wait: call("write", FIRST, 1024, 64 << 20),
  },
  "blocks in accept4": {
    imports: ["listen/2", "accept4/4"],
    before: LISTEN,
    wait: call("accept4", "(local.get $fd)", 0, 0, 0),
  },
  "waits in poll": {
    imports: ["socketpair/4", "poll/3"],
    before: `${SOCKETPAIR} (i32.store (i32.const 128) ${FIRST})
      (i32.store (i32.const 132) (i32.const 1))`,
    wait: call("poll", 128, 1, -1),
  },
  "sleeps in clock_nanosleep": {
    imports: ["clock_nanosleep/4"],
    before: HOUR,
    wait: call("clock_nanosleep", 1, 0, 112, 0),
  },
  "waits in rt_sigsuspend": {
    imports: ["rt_sigsuspend/2"],
    before: "",
    wait: call("rt_sigsuspend", 96, 8),
  },
  "waits in rt_sigtimedwait": {
    imports: ["rt_sigprocmask/4", "rt_sigtimedwait/4"],
    before: BLOCK,
    wait: `${call("rt_sigtimedwait", 104, 0, 0, 8)} ${COUNT_AND_TELL}`,
  },
  "reads a signalfd": {
    imports: ["rt_sigprocmask/4", "signalfd4/4", "read/3"],
    before: `${BLOCK} (local.set $fd ${value("signalfd4", -1, 104, 8, 0)})`,
    wait: `${call("read", "(local.get $fd)", 1024, 128)} ${COUNT_AND_TELL}`,
  },
  "waits for a signalfd": {
    imports: ["rt_sigprocmask/4", "signalfd4/4", "read/3", "poll/3"],
    before: `${BLOCK} (i32.store (i32.const 128) ${value("signalfd4", -1, 104, 8, 0)})
      (i32.store (i32.const 132) (i32.const 1))`,
    wait: `${call("poll", 128, 1, -1)} ${call("read", "(i32.load (i32.const 128))", 1024, 128)}
      ${COUNT_AND_TELL}`,
  },
  "computes between calls": { imports: ["getpid/0"], before: "", wait: call("getpid") },
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

for (const [what, { imports, before, wait, flags }] of Object.entries(WAYS)) {
  test(`signal: none of ${SIGNALS} is lost to a guest that ${what}`, async () => {
    const socket = await listenForCounts();
    const body = `${tellTo(socket.address().port)} ${before}
      ${action(SIGUSR1, HANDLER, flags)} ${TELL} ${forever(wait)}`;
    const guest = run(guestWith(["socket/3", "sendto/6", ...imports], body, COUNT_AND_TELL));
    for (let sent = 0; sent <= SIGNALS; sent++) {
      const [message] = (await once(socket, "message")) as [Buffer];
      assert.is(message.readInt32LE(), sent);
      if (sent < SIGNALS) guest.signal("SIGUSR1");
    }
    socket.close();
    guest.kill();
    assert.is((await guest.exited).code, 128 + 9);
  });
}

const WAIT = WAYS["waits in epoll_wait"]!;

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
  const body = `(i64.store (i32.const 104) (i64.const ${1 << (SIGTERM - 1)}))
    ${call("rt_sigprocmask", 0, 104, 0, 8)} ${way.before} ${action(SIGTERM, HANDLER)} ${TELL}
    (loop $l ${way.wait} (br_if $l (i32.eqz (i32.load (i32.const 12)))))
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
