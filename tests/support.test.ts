// The tests' own helpers: guests in processes of their own, tools, and what is cleaned up.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { atEnd, cleanUp } from "./support/cleanup.ts";
import { runGuest, startGuest } from "./support/guest.ts";
import { isAlive } from "./support/processes.ts";
import { has, need } from "./support/tools.ts";
import { call, value, watGuest } from "./support/wat.ts";

const LOOPBACK = ["--listen", "127.0.0.1:0"];

/** Copies up to 64 bytes of stdin to stdout and stderr, then exits with 7. */
const COPIES = watGuest(
  ["read/3", "write/3", "exit_group/1"],
  `(local.set $i ${value("read", 0, 64, 64)})
  ${call("write", 1, 64, "(local.get $i)")} ${call("write", 2, 64, "(local.get $i)")}
  ${call("exit_group", 7)}`,
);

/** Listens on 127.0.0.1, port 0, and waits for ever. */
const LISTENS = watGuest(
  ["socket/3", "bind/3", "listen/2", "accept4/4"],
  `(local.set $fd ${value("socket", 2, 1, 0)})
  (i32.store16 (i32.const 32) (i32.const 2)) (i32.store (i32.const 36) (i32.const 0x0100007f))
  ${call("bind", "(local.get $fd)", 32, 16)} ${call("listen", "(local.get $fd)", 1)}
  ${call("accept4", "(local.get $fd)", 0, 0, 0)}`,
);

test("runGuest: hands stdin in, gives stdout, stderr and the exit code", async () => {
  const output = await runGuest({ module: COPIES, options: ["--stdin"], stdin: "over\n" });
  assert.equal(output, { code: 7, signal: null, stdout: "over\n", stderr: "over\n" });
});

test("runGuest: a module that is not there is the host's error", async () => {
  const { code, stderr } = await runGuest({ module: "no-such-guest" });
  assert.is(code, 2);
  assert.match(stderr, /^tripoll: .*no-such-guest\.wasm.* does not exist/);
});

test("startGuest: waits for a listener, lists open descriptors, hands on signals", async () => {
  const guest = await startGuest({ module: LISTENS, options: LOOPBACK }).listening();
  assert.ok(guest.port > 0);
  assert.match(guest.stderr(), `tripoll: guest.wasm listening on 127.0.0.1:${guest.port}\n`);
  const sockets = guest.openDescriptors().filter(({ target }) => target.startsWith("socket:"));
  assert.ok(sockets.length > 0);
  guest.kill("SIGTERM");
  assert.equal(await guest.exited, { code: 128 + 15, signal: null });
});

test("startGuest: waiting for what a guest never says ends with the guest", async () => {
  const guest = startGuest({ module: COPIES, options: ["--stdin"], stdin: "something else" });
  let message = "";
  await guest.says(/hello/).catch((error: Error) => {
    ({ message } = error);
  });
  assert.is(message, "ended without /hello/:\nsomething elsesomething else");
});

test("cleanUp: ends guests that a test left, and waits until they have", async () => {
  const guest = await startGuest({ module: LISTENS, options: LOOPBACK }).listening();
  await cleanUp();
  assert.not(isAlive(guest.pid));
  assert.equal(await guest.exited, { code: null, signal: "SIGKILL" });
});

test("cleanUp: calls each function once, the newest first", async () => {
  const calls: string[] = [];
  atEnd(() => calls.push("first"));
  atEnd(() => calls.push("second"));
  atEnd(() => calls.push("cancelled"))();
  await cleanUp();
  await cleanUp();
  assert.equal(calls, ["second", "first"]);
});

test("need: is content with what is there, and says what is missing", () => {
  const path = process.env["PATH"];
  assert.ok(has("sh"));
  process.env["PATH"] = ""; // nothing to be found, and nothing to install it with
  const reason = need("nc", "wasm-ld");
  process.env["PATH"] = path;
  assert.is(
    reason,
    "not installed: nc (Debian package netcat-openbsd), wasm-ld (Debian package lld)",
  );
});

test.run();
