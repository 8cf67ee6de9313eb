// The echo server and somebody else's client: nc, of Debian's netcat-openbsd.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startGuest } from "../support/guest.ts";
import { skipIf } from "../support/skip.ts";
import { need } from "../support/tools.ts";

const MIB = 1 << 20;
const missing = need("nc");

const startEcho = () =>
  startGuest({
    module: "echo",
    args: ["127.0.0.1:0"],
    options: ["--listen", "127.0.0.1:0"],
  }).listening();

test(
  "nc: 4 MiB come back unchanged, and then the end",
  skipIf(missing, async () => {
    const guest = await startEcho();
    const sent = randomBytes(4 * MIB);
    const nc = spawn("nc", ["-N", "127.0.0.1", String(guest.port)]);
    nc.stdin.end(sent);
    const received = await buffer(nc.stdout);
    assert.ok(received.equals(sent));
  }),
);

test(
  "nc: Ctrl-C ends the server with 130, and nc with its connection",
  skipIf(missing, async () => {
    const guest = await startEcho();
    const nc = spawn("nc", ["127.0.0.1", String(guest.port)]);
    nc.stdin.write("hello\n");
    for await (const data of nc.stdout) {
      assert.is(String(data), "hello\n");
      guest.kill("SIGINT");
      nc.stdin.end(); // or nc waits for it
    }
    assert.equal(await guest.exited, { code: 130, signal: null });
  }),
);

test.run();
