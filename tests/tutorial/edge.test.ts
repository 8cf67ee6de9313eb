// The edge-triggered server: what it prints, byte for byte, and that it reads to the end.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { skipIf } from "../support/skip.ts";
import { need } from "../support/tools.ts";
import { netcat, startAnywhere, startAt, taken, times } from "./programs.ts";

const PORT = 8080;
const FIRST = 5; // 3 is the listener, 4 the epoll

/** Ends a client and waits until the server has closed its side. */
const leaves = (client: Client): Promise<Client> => client.end().isClosed();

test(
  "edge: on its own port, prints what nc sends",
  skipIf(need("nc") ?? (await taken(PORT)), async () => {
    const guest = await startAt("edge", PORT);
    assert.is(await netcat(guest.port, "hello\n"), "");
    await guest.says(/^Closed/m);
    assert.is(
      guest.stdout().replace(/port=\d+/, "port=PORT"),
      "Accepted connection on descriptor 5 (host=127.0.0.1, port=PORT)\nhello\n" +
        "Closed connection on descriptor 5\n",
    );
  }),
);

test("edge: prints who came and left, with numbers of descriptors as on Linux", async () => {
  const guest = await startAnywhere("edge");
  let printed = "";
  const came = async (fd: number): Promise<Client> => {
    const client = await new Client(guest.port).connected();
    const { localPort } = client.socket;
    printed += `Accepted connection on descriptor ${fd} (host=127.0.0.1, port=${localPort})\n`;
    await guest.says(new RegExp(`port=${localPort}\\)\n`));
    return client;
  };
  const left = async (client: Client, fd: number): Promise<void> => {
    await leaves(client);
    printed += `Closed connection on descriptor ${fd}\n`;
  };
  const first = await came(FIRST);
  const second = await came(FIRST + 1);
  await left(first, FIRST);
  await left(await came(FIRST), FIRST); // the lowest free number
  await left(second, FIRST + 1);
  await guest.says(times("Closed .*\\n", 3));
  assert.is(guest.stdout(), printed);
});

test("edge: reads 256 bytes at a time, until there are no more", async () => {
  const guest = await startAnywhere("edge", [], ["--trace"]);
  const client = await new Client(guest.port).connected();
  await guest.says(/^accept4\(.* = -1 EAGAIN/m);
  client.send("x".repeat(600));
  await guest.says(/^read\(5, .* = -1 EAGAIN/m);
  const reads = [...guest.stderr().matchAll(/^read\(5, .*, (256\) = .*)$/gm)];
  assert.equal(
    reads.map(([, rest]) => rest),
    ["256) = 256", "256) = 256", "256) = 88", "256) = -1 EAGAIN"],
  );
});

test("edge: one edge for many connections is enough", async () => {
  const guest = await startAnywhere("edge");
  const clients = Array.from({ length: 200 }, (_, index) =>
    new Client(guest.port).send(`<${String(index).padStart(3, "0")}>`),
  );
  await Promise.all(clients.map(leaves));
  await guest.says(times("Closed .*\\n", 200));
  const said = guest.stdout();
  assert.is(said.match(/^Accepted connection on descriptor \d+ /gm)!.length, 200);
  assert.is(new Set(said.match(/<\d+>/g)).size, 200);
});

test("edge: a reset closes one connection, and the others are served", async () => {
  const guest = await startAnywhere("edge");
  const other = await new Client(guest.port).connected();
  await guest.says(/Accepted.*\n/);
  const client = await new Client(guest.port).connected();
  await guest.says(times("Accepted .*\\n", 2));
  client.reset();
  const next = new Client(guest.port).send("next\n");
  await guest.says(/next/);
  await leaves(next);
  await leaves(other);
  await guest.says(times("Closed .*\\n", 2));
  assert.is(guest.stdout().match(/^Closed/gm)!.length, 2);
  assert.match(guest.stderr(), /\nepoll error\n$/);
});

test.run();
