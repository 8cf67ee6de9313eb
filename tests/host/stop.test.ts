// What `tripoll server.wasm` does with the signals that it gets itself: it stops the guest, or
// hands them on.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { startGuest } from "../support/guest.ts";
import { HANDLER, action, forever, guestWith } from "../support/waits.ts";
import { call, value } from "../support/wat.ts";

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGUSR1: 10, SIGUSR2: 12, SIGTERM: 15 } as const;
type Name = keyof typeof SIGNALS;
const SIG_IGN = -2;
const SIGNALS_TRACED = 100;
/** epoll_create1, rt_sigaction, write. */
const BEFORE_READY = 3;
/** Longer than any test may take. */
const PATIENT = ["--stop-timeout", "3600"];

/** Writes the signal's number, two digits, as a line. */
const SAY = `
  (i32.store8 (i32.const 300) (i32.add (i32.const 48) (i32.div_u (local.get 0) (i32.const 10))))
  (i32.store8 (i32.const 301) (i32.add (i32.const 48) (i32.rem_u (local.get 0) (i32.const 10))))
  (i32.store8 (i32.const 302) (i32.const 10)) ${call("write", 1, 300, 3)}`;
/** Writes "00", which is no signal's number. */
const SAY_READY = `(i32.store (i32.const 300) (i32.const 0x0a3030)) ${call("write", 1, 300, 3)}`;

/** A guest that waits, with this handler for these signals, and says when it does. */
function guestOf(signals: readonly Name[], handler: number, more = ""): Uint8Array {
  const actions = signals.map((name) => action(SIGNALS[name], handler)).join("");
  const wait = call("epoll_wait", "(local.get $fd)", 1024, 64, -1);
  const body = `(local.set $fd ${value("epoll_create1", 0)}) ${actions} ${SAY_READY}
    ${forever(wait)}`;
  const imports = ["epoll_create1/1", "epoll_wait/4", "write/3", "exit_group/1"];
  return guestWith(imports, body, `${SAY} ${more}`);
}

const ALL = Object.keys(SIGNALS) as Name[];
const said = (name: Name): RegExp => new RegExp(`^${String(SIGNALS[name]).padStart(2, "0")}$`, "m");

async function begin(module: Uint8Array, options: string[] = []) {
  const guest = startGuest({ module, options });
  await guest.says(/^00$/m);
  return guest;
}

test("signals: those that are no stop are handed on, again and again", async () => {
  const guest = await begin(guestOf(ALL, HANDLER));
  for (let round = 1; round <= 3; round++) {
    for (const name of ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const) {
      guest.kill(name);
      await guest.says(said(name), round);
    }
  }
  guest.kill("SIGKILL");
  await guest.exited;
});

for (const name of ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const) {
  test(`${name}: its default ends the guest with ${128 + SIGNALS[name]}`, async () => {
    const guest = await begin(guestOf([], HANDLER));
    guest.kill(name);
    assert.equal(await guest.exited, { code: 128 + SIGNALS[name], signal: null });
  });
}

for (const name of ["SIGINT", "SIGTERM"] as const) {
  test(`${name}: a guest that handles it ends with its own status`, async () => {
    const guest = await begin(guestOf(ALL, HANDLER, call("exit_group", 3)), PATIENT);
    guest.kill(name);
    assert.equal(await guest.exited, { code: 3, signal: null });
    assert.match(guest.stdout(), said(name));
  });

  test(`${name}: a guest that ignores it is killed when its time is over`, async () => {
    const guest = await begin(guestOf(ALL, SIG_IGN), ["--stop-timeout", "0.05"]);
    guest.kill(name);
    assert.equal(await guest.exited, { code: 137, signal: null });
  });

  test(`${name}: a guest that handles it and goes on is killed when its time is over`, async () => {
    const guest = await begin(guestOf(ALL, HANDLER), ["--stop-timeout", "0.05"]);
    guest.kill(name);
    assert.equal(await guest.exited, { code: 137, signal: null });
    assert.match(guest.stdout(), said(name));
  });

  test(`${name}: a second stop kills at once`, async () => {
    const guest = await begin(guestOf(ALL, HANDLER), PATIENT);
    guest.kill("SIGTERM");
    await guest.says(said("SIGTERM"));
    guest.kill(name);
    assert.equal(await guest.exited, { code: 128 + SIGNALS[name], signal: null });
  });
}

test("stop: signals are handed on while the guest has its time", async () => {
  const guest = await begin(guestOf(ALL, HANDLER), PATIENT);
  guest.kill("SIGTERM");
  await guest.says(said("SIGTERM"));
  guest.kill("SIGUSR1");
  await guest.says(said("SIGUSR1"));
  guest.kill("SIGTERM");
  assert.equal(await guest.exited, { code: 143, signal: null });
});

test("stop: no time at all is a kill", async () => {
  const guest = await begin(guestOf(ALL, SIG_IGN), ["--stop-timeout", "0"]);
  guest.kill("SIGTERM");
  assert.equal(await guest.exited, { code: 137, signal: null });
});

test("--trace: a signal has its line before its handler's calls", async () => {
  const guest = await begin(guestOf(["SIGUSR1"], HANDLER, call("exit_group", 4)), ["--trace"]);
  guest.kill("SIGUSR1");
  assert.is((await guest.exited).code, 4);
  const lines = guest.stderr().trimEnd().split("\n").slice(-3);
  assert.equal(lines, ["--- SIGUSR1 ---", 'write(1, "10\\n", 3) = 3', "exit_group(4) = ?"]);
});

test("--trace: no line is lost or torn by signals", async () => {
  const guest = await begin(guestOf(["SIGUSR1"], HANDLER), ["--trace"]);
  for (let sent = 1; sent <= SIGNALS_TRACED; sent++) {
    guest.kill("SIGUSR1");
    await guest.says(said("SIGUSR1"), sent);
  }
  // A call's line comes after the call, and a guest that is killed writes no more.
  await guest.says(/^write\(1, "10.*\n/m, SIGNALS_TRACED);
  guest.kill("SIGTERM");
  assert.is((await guest.exited).code, 143);
  const lines = guest.stderr().trimEnd().split("\n");
  const often = (line: string): number => lines.filter((one) => one === line).length;
  assert.is(often("--- SIGUSR1 ---"), SIGNALS_TRACED);
  assert.is(often('write(1, "10\\n", 3) = 3'), SIGNALS_TRACED);
  const interrupted = often("epoll_wait(3, 0x400, 64, -1) = -1 EINTR");
  const expected = BEFORE_READY + 2 * SIGNALS_TRACED + interrupted;
  assert.is(lines.length, expected, guest.stderr());
});

test.run();
