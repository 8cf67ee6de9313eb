// Attacks on what a guest may reach that were published against other runtimes, one a test. Each is
// done on the bare kernel as well, where it arrives.

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Program } from "../support/guest.ts";
import {
  FOREIGN,
  OWN,
  SIDES,
  attacks,
  freePort,
  isOpen,
  tcpVictim,
  udpVictim,
  type Said,
  type Side,
} from "./sides.ts";

const attack = attacks("network");

/** Everything of OWN, and nothing of FOREIGN. */
const OWN_GRANTED = [`${OWN}:*`, `udp:${OWN}:*`].flatMap((address) => [
  "--listen",
  address,
  "--connect",
  address,
]);

/** Ports on which a process listens, as the kernel has them. */
function listeningPorts(program: Program): number[] {
  const own = program.openDescriptors().map(({ target }) => target);
  const sockets = new Set(own.filter((target) => target.startsWith("socket:")));
  const table = ["tcp", "tcp6"].map((name) => readFileSync(`/proc/net/${name}`, "utf8")).join("");
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    if (state !== "0A" || !sockets.has(`socket:[${inode}]`)) return [];
    return [parseInt(local.split(":")[1]!, 16)];
  });
}

/** Asserts what a guest was told; natively all of it has to go well. */
function assertSaid(side: Side, said: Said, guest: Said): void {
  if (side === "guest") assert.equal(said, guest);
}

test("listen allowed though only bind was refused", async () => {
  for (const side of SIDES) {
    const port = await freePort(FOREIGN);
    const does = async (program: Program) => {
      assert.is(await isOpen(FOREIGN, port), side === "kernel");
      assert.equal(listeningPorts(program), side === "kernel" ? [port] : []);
    };
    const said = await attack(side, "bind refused", {
      options: OWN_GRANTED,
      args: [port],
      meanwhile: { at: /^parked/m, does },
    });
    assertSaid(side, said, { bind: "EACCES", listen: "EACCES" });
  }
});

test("listen without bind", async () => {
  for (const side of SIDES) {
    const does = async (program: Program, { port }: Said) => {
      const ports = listeningPorts(program);
      assert.is(ports.length, side === "kernel" ? 2 : 0);
      if (side === "kernel") assert.ok(await isOpen(FOREIGN, Number(port)));
    };
    const said = await attack(side, "listen without bind", {
      options: OWN_GRANTED,
      meanwhile: { at: /^parked/m, does },
    });
    assertSaid(side, said, { listen: "EACCES", port: "0", "listen, IPv6": "EACCES" });
  }
});

test("a UDP send to an address that was never granted", async () => {
  for (const side of SIDES) {
    const victim = await udpVictim();
    const own = await udpVictim(OWN);
    const said = await attack(side, "send ungranted", {
      options: OWN_GRANTED,
      args: [victim.port, own.port],
    });
    assertSaid(side, said, {
      sendto: "EACCES",
      sendmsg: "EACCES",
      sendmmsg: "EACCES",
      "sendto, connected elsewhere": "EACCES",
    });
    assert.equal(await victim.got(), side === "kernel" ? ["x", "x", "x", "x", "x"] : []);
    assert.equal(await own.got(), []);
  }
});

test("sendto that binds implicitly", async () => {
  for (const side of SIDES) {
    const victim = await udpVictim();
    const own = await udpVictim(OWN);
    // Whoever gets a datagram knows the port, and here writes to it from an ungranted address.
    own.socket.once("message", (_, { port }) => victim.socket.send("hello", port, OWN));
    const said = await attack(side, "implicit bind", {
      options: OWN_GRANTED,
      args: [victim.port, own.port],
    });
    assertSaid(side, said, {
      "sendto, ungranted": "EACCES",
      "a port after it": "0",
      "sendto, granted": "1",
      "a port after that": "1",
      received: "5",
      "its sender": "1",
      "the answer": "EACCES",
      "the answer by sendmsg": "EACCES",
    });
    assert.equal(await victim.got(), side === "kernel" ? ["x", "answer", "answer"] : []);
  }
});

test("an IPv4-mapped IPv6 address that slips past an IPv4 rule", async () => {
  // Every IPv6 address is granted, and of IPv4 the guest's own.
  const options = ["[::]/0:*", "udp:[::]/0:*"].flatMap((all) => [
    "--listen",
    all,
    "--connect",
    all,
  ]);
  for (const side of SIDES) {
    const [tcp, udp] = [await tcpVictim(), await udpVictim()];
    const said = await attack(side, "mapped address", {
      options: [...OWN_GRANTED, ...options],
      args: [tcp.port, udp.port],
    });
    assertSaid(side, said, {
      connect: "EACCES",
      sendto: "EACCES",
      "UDP connect": "EACCES",
      write: "EDESTADDRREQ",
      bind: "EACCES",
    });
    assert.equal(await tcp.got(), side === "kernel" ? ["connected"] : []);
    assert.equal(await udp.got(), side === "kernel" ? ["x", "x"] : []);
  }
});

test("connect after a failed connect", async () => {
  for (const side of SIDES) {
    const victim = await tcpVictim();
    const said = await attack(side, "connect again", {
      options: OWN_GRANTED,
      args: [victim.port],
    });
    assertSaid(side, said, {
      "connect, granted": "ECONNREFUSED",
      "connect, ungranted": "EACCES",
      "without waiting, granted": "EINPROGRESS",
      "its SO_ERROR": "ECONNREFUSED",
      "without waiting, ungranted": "EACCES",
    });
    assert.equal(await victim.got(), side === "kernel" ? ["connected", "connected"] : []);
  }
});

test("AF_UNSPEC re-connect of a UDP socket", async () => {
  for (const side of SIDES) {
    const [victim, own] = [await udpVictim(), await udpVictim(OWN)];
    const said = await attack(side, "reconnect", {
      options: OWN_GRANTED,
      args: [victim.port, own.port],
      meanwhile: {
        at: /^port = \d+$/m,
        does: (_, { port }) => void victim.socket.send("hello", Number(port), OWN),
      },
    });
    assertSaid(
      side,
      { ...said, port: "any" },
      {
        "connect, granted": "0",
        AF_UNSPEC: "0",
        "connect, ungranted": "EACCES",
        write: "EDESTADDRREQ",
        port: "any",
        answer: "EACCES",
      },
    );
    assert.equal(await victim.got(), side === "kernel" ? ["x", "x"] : []);
  }
});

test("AF_UNSPEC and other families in sendto", async () => {
  for (const side of SIDES) {
    const victim = await udpVictim();
    const said = await attack(side, "other families", {
      options: OWN_GRANTED,
      args: [victim.port],
    });
    const families = [1, 3, 10, 16, 17, 40, 65535].map((family) => `family ${family}`);
    assertSaid(side, said, {
      "AF_INET on IPv6": "EACCES",
      AF_UNSPEC: "EACCES",
      "AF_UNSPEC, sendmsg": "EACCES",
      ...Object.fromEntries(families.map((family) => [family, "EAFNOSUPPORT"])),
    });
    assert.equal(await victim.got(), side === "kernel" ? ["x", "x", "x"] : []);
  }
});

test("MSG_FASTOPEN as a hidden connect", async () => {
  for (const side of SIDES) {
    const victim = await tcpVictim();
    const said = await attack(side, "fast open", { options: OWN_GRANTED, args: [victim.port] });
    assertSaid(side, said, {
      sendto: "EACCES",
      sendmsg: "EACCES",
      sendmmsg: "EACCES",
      TCP_FASTOPEN_CONNECT: "EACCES",
      "write after it": "EPIPE",
    });
    const connections = (await victim.got()).length;
    if (side === "guest") assert.is(connections, 0);
    else assert.ok(connections > 0);
  }
});

test.run();
