// The edge-triggered server: what it prints, byte for byte, and that it reads to the end.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../sdk/client.ts";
import { asPrinted, each, netcat, onItsPort, startAnywhere } from "./programs.ts";
import { GUESTS, ownStderr, type Running, type Side } from "./sides.ts";

const FIRST = 5; // 3 is the listener, 4 the epoll

/** Ends a client and waits until the server has closed its side. */
const leaves = (client: Client): Promise<Client> => client.end().isClosed();

async function printsWhatIsSent(server: Running): Promise<void> {
  assert.is(await netcat(server.port, "hello\n"), "");
  await server.says(/^Closed.*\n/m);
  assert.is(
    server.stdout().replace(/port=\d+/, "port=PORT"),
    "Accepted connection on descriptor 5 (host=127.0.0.1, port=PORT)\nhello\n" +
      "Closed connection on descriptor 5\n",
  );
}
await onItsPort("edge", "prints what nc sends", printsWhatIsSent);
await asPrinted("docs/TUTORIAL.md", "edge", printsWhatIsSent);

each("edge: prints who came and left, with numbers of descriptors as on Linux", async (side) => {
  const server = await startAnywhere(side, "edge");
  let printed = "";
  const came = async (fd: number): Promise<Client> => {
    const client = await new Client(server.port).connected();
    const { localPort } = client.socket;
    printed += `Accepted connection on descriptor ${fd} (host=127.0.0.1, port=${localPort})\n`;
    await server.says(new RegExp(`port=${localPort}\\)\n`));
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
  await server.says(/^Closed .*\n/m, 3);
  assert.is(server.stdout(), printed);
});

const readsToTheEnd = async (side: Side): Promise<void> => {
  const server = await startAnywhere(side, "edge", { options: ["--trace"] });
  const client = await new Client(server.port).connected();
  await server.says(/^accept4\(.* = -1 EAGAIN/m);
  client.send("x".repeat(600));
  await server.says(/^read\(5, .* = -1 EAGAIN/m);
  const reads = [...server.stderr().matchAll(/^read\(5, .*, (256\) = .*)$/gm)];
  assert.equal(
    reads.map(([, rest]) => rest),
    ["256) = 256", "256) = 256", "256) = 88", "256) = -1 EAGAIN"],
  );
};
each("edge: reads 256 bytes at a time, until there are no more", readsToTheEnd, { sides: GUESTS });

each("edge: one edge for many connections is enough", async (side) => {
  const server = await startAnywhere(side, "edge");
  const clients = Array.from({ length: 200 }, (_, index) =>
    new Client(server.port).send(`<${String(index).padStart(3, "0")}>`),
  );
  await Promise.all(clients.map(leaves));
  await server.says(/Closed .*\n/, 200);
  const said = server.stdout();
  assert.is(said.match(/^Accepted connection on descriptor \d+ /gm)!.length, 200);
  assert.is(new Set(said.match(/<\d+>/g)).size, 200);
});

each("edge: a reset closes one connection, and the others are served", async (side) => {
  const server = await startAnywhere(side, "edge");
  const other = await new Client(server.port).connected();
  await server.says(/Accepted.*\n/);
  const client = await new Client(server.port).connected();
  await server.says(/^Accepted .*\n/m, 2);
  client.reset();
  const next = new Client(server.port).send("next\n");
  await server.says(/next/);
  await leaves(next);
  await leaves(other);
  await server.says(/^Closed .*\n/m, 2);
  assert.is(server.stdout().match(/^Closed/gm)!.length, 2);
  assert.is(ownStderr(server), "epoll error\n");
});

test.run();
