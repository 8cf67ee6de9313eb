// The contract of addresses that are not granted: grants.c, and who is told.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { contract } from "./contract.ts";

const LISTEN = ["127.0.0.1:*", "udp:127.0.0.1:*", "127.0.0.3:*", "udp:127.0.0.3:*", "127.0.0.5:0"];
const CONNECT = ["127.0.0.1:*", "udp:127.0.0.1:*", "127.0.0.4:*", "udp:127.0.0.4:*"];

const log = await contract("grants", {
  options: [
    ...LISTEN.flatMap((address) => ["--listen", address]),
    ...CONNECT.flatMap((address) => ["--connect", address]),
  ],
});

test("operator: is told of each denied address, and of the flag that grants it", () => {
  assert.match(log, "may not listen on 127.0.0.2:0; grant it with --listen 127.0.0.2:0\n");
  assert.match(log, "may not listen on udp:127.0.0.5:0; grant it with --listen udp:127.0.0.5:0\n");
  assert.match(log, /may not connect to (127\.0\.0\.3:\d+); grant it with --connect \1\n/);
  assert.match(log, /may not send to (udp:127\.0\.0\.2:\d+); grant it with --connect \1\n/);
  const strange = log
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("tripoll: "));
  assert.equal(strange, []);
});
test.run();
