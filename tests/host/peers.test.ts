// Whom a UDP socket may answer without a grant: those who wrote to it, and many of them.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startGuest } from "../support/guest.ts";

/** Writes to the guest from so many addresses, one after the other. */
async function answered(senders: number): Promise<number> {
  const guest = await startGuest({
    module: "tests/guests/peers",
    options: ["--listen", "udp:127.0.0.1:0"],
    args: [String(senders)],
  }).listening();
  for (let i = 0; i < senders; i++) {
    const socket = createSocket("udp4");
    socket.bind(10_000 + i, `127.0.${1 + (i >> 8)}.${i & 255}`);
    await once(socket, "listening");
    socket.send("x", guest.port, "127.0.0.1");
    await once(socket, "message");
    socket.close();
  }
  await guest.exited;
  return Number(/^answered (\d+)$/m.exec(guest.stdout())![1]);
}

test("senders: all of a few hundred can be answered, however they are spread", async () => {
  assert.is(await answered(700), 700);
});

test.run();
