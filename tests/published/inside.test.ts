// Attacks on a host's memory and descriptors that were published against other runtimes, one a
// test.

import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
} from "node:fs";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { start } from "../../host/index.ts";
import { buildBoth } from "../contract/contract.ts";
import { atEnd } from "../support/cleanup.ts";
import { runGuest, type Program } from "../support/guest.ts";
import { OWN, attacks, type Said } from "./sides.ts";

const attack = attacks("inside");

/** Asserts that the kernel and a guest say the same, and returns it. */
async function same(which: string): Promise<Said> {
  const [kernel, guest] = [await attack("kernel", which), await attack("guest", which)];
  assert.equal(guest, kernel);
  return guest;
}

test("range check without length", async () => {
  const said = await attack("guest", "range check");
  const {
    "the end of memory": end,
    "left in the pipe": piped,
    "left in the socket": queued,
    "come to its peer": sent,
    ...calls
  } = said;
  assert.ok(Object.keys(calls).length > 25);
  for (const [name, result] of Object.entries(calls)) assert.is(result, "EFAULT", name);
  assert.equal([end, piped, queued, sent], ["8 unspoilt", "16", "16", "EAGAIN"]);
});

test("stale base after grow", async () => {
  const said = await same("stale base");
  assert.is(said["recvmsg within which memory grows"], "5");
  assert.is(said["what it has received"], "5 early");
});

test("count * size overflow", async () => {
  const said = await same("count size");
  const { "bytes behind them that changed": touched, "what came of it": came, ...calls } = said;
  assert.equal([touched, came], ["0", "EAGAIN"]);
  assert.ok(Object.keys(calls).length > 40);
  for (const [name, result] of Object.entries(calls)) {
    assert.is(result, name.includes("msg") ? "EMSGSIZE" : "EINVAL", name);
  }
});

test("a handle reused inside one batch of events", async () => {
  const said = await same("reused handle");
  assert.is(said["its stale event: MOD"], "ENOENT");
  assert.is(said["the next batch"], "1 [IN 0x1]");
  assert.is(said["the twin still reports"], "2 [IN 0x1] [IN 0x3]");
  // What the SDK makes of it: the stale event is dropped, whoever has the number now.
  const { stdout } = await runGuest({ module: "tests/guests/sdk-loop", args: ["stale"] });
  assert.is(stdout, "called 1\nthe number is used again: true\nend\nrun 0\n");
});

test("closing the epoll descriptor inside the batch", async () => {
  const said = await same("closed epoll");
  assert.equal([said["epoll_ctl"], said["epoll_wait"]], ["EBADF", "EBADF"]);
  assert.is(said["a wait within which it is closed"], "EINTR");
  assert.is(said["what is in its place"], "1 [IN 0x8]");
});

const openHere = (): string[] =>
  readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch {
      return []; // the folder itself, which is closed by now
    }
  });

test("host descriptors guessed by number", async () => {
  // What there is to be found: a file, and both ends of a connection.
  const folder = mkdtempSync(join(tmpdir(), "tripoll-published-"));
  atEnd(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "victim");
  const file = openSync(path, "a+");
  const server = createServer().listen(0, OWN);
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, OWN);
  const [socket] = await once(server, "connection");
  const module = readFileSync(buildBoth("tests/published", "inside").module);
  await start({ module, name: "warm.wasm" }).exited; // Node opens some descriptors for the first
  const before = openHere();
  assert.ok(before.length > 10);
  const { code } = await start({ module, name: "t.wasm", args: ["guessed"] }).exited;
  assert.is(code, 0);
  assert.equal(openHere(), before);
  assert.is(readFileSync(path, "utf8"), "");
  client.end("by its owner");
  assert.is(String((await once(socket, "data"))[0]), "by its owner");
  socket.end();
  closeSync(file);
  server.close();
});

test("options that carry pointers or descriptors", async () => {
  const grant = ["--listen", `${OWN}:0`, "--connect", `${OWN}:*`];
  const kernel = await attack("kernel", "pointer options");
  assert.is(kernel["SO_ATTACH_FILTER"], "0");
  let descriptors: string[] = [];
  const guest = await attack("guest", "pointer options", {
    options: grant,
    meanwhile: {
      at: /^parked/m,
      does: (program: Program) => {
        descriptors = program.openDescriptors().map(({ target }) => target);
      },
    },
  });
  const { "bytes that a get has written": written, ...more } = guest;
  const { "the length in TCP_ZEROCOPY_RECEIVE": length, ...options } = more;
  assert.equal([written, length], ["0", "4096"]);
  assert.ok(Object.keys(options).length > 12);
  for (const [name, result] of Object.entries(options)) assert.is(result, "ENOPROTOOPT", name);
  assert.ok(descriptors.length > 10);
  assert.equal(
    descriptors.filter((target) => target.includes("pidfd")),
    [],
  );
});

test.run();
