// The address policy: decisions on sockaddr bytes, and denials for the operator.

import { BlockList } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  DENIALS_MAX,
  DENIED,
  GRANTED,
  HARMLESS,
  Policy,
  VERB_BIND,
  VERB_CONNECT,
  VERB_LISTEN,
  VERB_SEND,
  parseGrant,
} from "../../host/policy.ts";
import { random, sockaddrIn, sockaddrIn6, sockaddrUn } from "../support/sockaddr.ts";

const STREAM = 1;
const DGRAM = 2;
const SEQPACKET = 5;

interface Subject {
  listen?: string[];
  connect?: string[];
}

function policyOf({ listen = [], connect = [] }: Subject) {
  const messages: string[] = [];
  const policy = new Policy({
    name: "echo.wasm",
    listen: listen.map(parseGrant),
    connect: connect.map(parseGrant),
    unix: [],
    onDenied: (message) => messages.push(message),
  });
  return { policy, messages };
}

function mayListen(grant: string, address: Uint8Array, type = STREAM): boolean {
  return policyOf({ listen: [grant] }).policy.decide(VERB_LISTEN, type, address) === GRANTED;
}

test("Policy: an address is granted as it is written", () => {
  const granted: [string, Uint8Array][] = [
    ["127.0.0.1:80", sockaddrIn("127.0.0.1", 80)],
    ["127.0.0.1:80-90", sockaddrIn("127.0.0.1", 80)],
    ["127.0.0.1:80-90", sockaddrIn("127.0.0.1", 90)],
    ["127.0.0.1:0", sockaddrIn("127.0.0.1", 0)],
    ["127.0.0.1:*", sockaddrIn("127.0.0.1", 0)],
    ["127.0.0.1:*", sockaddrIn("127.0.0.1", 65535)],
    ["127.0.0.0/8:80", sockaddrIn("127.255.255.255", 80)],
    ["255.255.255.255:80", sockaddrIn("255.255.255.255", 80)],
    ["*:80", sockaddrIn("127.0.0.1", 80)],
    ["*:80", sockaddrIn("0.0.0.0", 80)],
    ["*:80", sockaddrIn6("::", 80)],
    ["*:80", sockaddrIn6("fe80::1", 80)],
    ["0.0.0.0:80", sockaddrIn("0.0.0.0", 80)],
    ["0.0.0.0/0:80", sockaddrIn("0.0.0.0", 80)],
    ["0.0.0.0/0:80", sockaddrIn("192.0.2.1", 80)],
    ["[::]:80", sockaddrIn6("::", 80)],
    ["[::]/0:80", sockaddrIn6("::", 80)],
    ["[::]/0:80", sockaddrIn6("2001:db8::1", 80)],
    ["[::1]:80", sockaddrIn6("::1", 80)],
    ["[FD00::]/8:80", sockaddrIn6("fdff::1", 80)],
    ["[fd00::/8]:80", sockaddrIn6("fdff::1", 80)],
    ["[64:ff9b::192.0.2.33]:80", sockaddrIn6("64:ff9b::c000:221", 80)],
    ["127.0.0.1:80", sockaddrIn6("::ffff:127.0.0.1", 80)],
    ["0.0.0.0/0:80", sockaddrIn6("::ffff:0.0.0.0", 80)],
    ["[::ffff:127.0.0.1]:80", sockaddrIn("127.0.0.1", 80)],
    ["[::ffff:10.0.0.0]/104:80", sockaddrIn("10.9.8.7", 80)],
    ["[::ffff:0:0]/96:80", sockaddrIn("0.0.0.0", 80)],
  ];
  for (const [grant, address] of granted) assert.ok(mayListen(grant, address), grant);
});

test("Policy: what is not granted is denied", () => {
  const denied: [string, Uint8Array][] = [
    ["127.0.0.1:80", sockaddrIn("127.0.0.1", 81)],
    ["127.0.0.1:80", sockaddrIn("127.0.0.1", 0)],
    ["127.0.0.1:80", sockaddrIn("127.0.0.2", 80)],
    ["127.0.0.1:80", sockaddrIn("0.0.0.0", 80)],
    ["127.0.0.1:0", sockaddrIn("127.0.0.1", 1)],
    ["127.0.0.1:80-90", sockaddrIn("127.0.0.1", 79)],
    ["127.0.0.1:80-90", sockaddrIn("127.0.0.1", 91)],
    ["127.0.0.0/8:80", sockaddrIn("128.0.0.0", 80)],
    ["0.0.0.0:80", sockaddrIn("127.0.0.1", 80)],
    ["0.0.0.0:80", sockaddrIn6("::", 80)],
    ["0.0.0.0/0:80", sockaddrIn6("::", 80)],
    ["0.0.0.0/0:80", sockaddrIn6("::1", 80)],
    ["0.0.0.0/8:80", sockaddrIn("0.0.0.0", 80)],
    ["0.0.0.0/1:80", sockaddrIn6("::ffff:0.0.0.0", 80)],
    ["[::]:80", sockaddrIn6("::1", 80)],
    ["[::]:80", sockaddrIn("0.0.0.0", 80)],
    ["[::]/1:80", sockaddrIn6("::", 80)],
    ["[::]/96:80", sockaddrIn6("::", 80)],
    ["[::]/0:80", sockaddrIn("127.0.0.1", 80)],
    ["[::]/0:80", sockaddrIn6("::ffff:127.0.0.1", 80)],
    ["[::]/80:80", sockaddrIn6("::ffff:127.0.0.1", 80)],
    ["[::7f00:1]:80", sockaddrIn("127.0.0.1", 80)],
    ["[fd00::]/8:80", sockaddrIn6("fe00::", 80)],
    ["udp:127.0.0.1:80", sockaddrIn("127.0.0.1", 80)],
  ];
  for (const [grant, address] of denied) assert.not(mayListen(grant, address), grant);
});

test("Policy: TCP and UDP grants are apart, other socket types have none", () => {
  const address = sockaddrIn("127.0.0.1", 53);
  assert.ok(mayListen("udp:127.0.0.1:53", address, DGRAM));
  assert.not(mayListen("127.0.0.1:53", address, DGRAM));
  assert.not(mayListen("*:*", address, SEQPACKET));
  assert.not(mayListen("udp:*:*", address, 3));
  assert.not(mayListen("udp:*:*", address, DGRAM | 0x800));
});

test("Policy: --listen is for bind and listen, --connect for connect and send", () => {
  const address = sockaddrIn("127.0.0.1", 80);
  const listener = policyOf({ listen: ["*:*"] }).policy;
  const client = policyOf({ connect: ["*:*"] }).policy;
  const verdicts = [VERB_BIND, VERB_LISTEN, VERB_CONNECT, VERB_SEND].map((verb) => [
    listener.decide(verb, STREAM, address),
    client.decide(verb, STREAM, address),
  ]);
  assert.equal(verdicts, [
    [GRANTED, DENIED],
    [GRANTED, DENIED],
    [DENIED, GRANTED],
    [DENIED, GRANTED],
  ]);
});

test("Policy: an unknown verb is denied", () => {
  const { policy } = policyOf({ listen: ["*:*"], connect: ["*:*"] });
  for (const verb of [0, 5, -1, 1.5, NaN]) {
    assert.is(policy.decide(verb, STREAM, sockaddrIn("127.0.0.1", 80)), DENIED);
  }
});

test("Policy: a UDP bind of a wildcard to port 0 is harmless, and nothing else is", () => {
  const { policy, messages } = policyOf({});
  for (const address of [sockaddrIn("0.0.0.0", 0), sockaddrIn6("::", 0)]) {
    assert.is(policy.decide(VERB_BIND, DGRAM, address), HARMLESS);
    assert.is(policy.decide(VERB_BIND, STREAM, address), DENIED);
    assert.is(policy.decide(VERB_LISTEN, DGRAM, address), DENIED);
    assert.is(policy.decide(VERB_CONNECT, DGRAM, address), DENIED);
    assert.is(policy.decide(VERB_SEND, DGRAM, address), DENIED);
  }
  assert.is(policy.decide(VERB_BIND, DGRAM, sockaddrIn("127.0.0.1", 0)), DENIED);
  assert.is(policy.decide(VERB_BIND, DGRAM, sockaddrIn("0.0.0.0", 53)), DENIED);
  assert.is(policy.decide(VERB_BIND, DGRAM, sockaddrIn6("::1", 0)), DENIED);
  assert.not(messages.some((message) => message.includes("may not listen on udp:0.0.0.0:0 ")));
});

test("Policy: a harmless bind that is granted, too, counts as granted", () => {
  const { policy } = policyOf({ listen: ["udp:*:*"] });
  assert.is(policy.decide(VERB_BIND, DGRAM, sockaddrIn("0.0.0.0", 0)), GRANTED);
});

test("Policy: bytes that are no whole internet address are denied whatever is granted", () => {
  const { policy } = policyOf({ listen: ["*:*", "udp:*:*"], connect: ["*:*", "udp:*:*"] });
  const whole4 = sockaddrIn("127.0.0.1", 80);
  const whole6 = sockaddrIn6("::1", 80);
  const unspecified = whole4.slice();
  unspecified[0] = 0;
  const bigEndianFamily = whole4.slice();
  bigEndianFamily.set([0, 2]);
  const largeFamily = whole4.slice();
  largeFamily.set([2, 1]);
  const packet = whole4.slice();
  packet[0] = 17;
  const cut4 = Array.from({ length: 16 }, (_, length) => whole4.subarray(0, length));
  const cut6 = Array.from({ length: 24 }, (_, length) => whole6.subarray(0, length));
  const families = [unspecified, bigEndianFamily, largeFamily, packet];
  const bad = [...cut4, ...cut6, ...families, sockaddrUn("/run/x")];
  for (const bytes of bad) {
    for (const type of [STREAM, DGRAM, SEQPACKET]) {
      for (const verb of [VERB_BIND, VERB_LISTEN, VERB_CONNECT, VERB_SEND]) {
        assert.is(policy.decide(verb, type, bytes), DENIED);
      }
    }
  }
});

test("Policy: a sockaddr_in6 without scope is whole, bytes after an address do not count", () => {
  assert.ok(mayListen("[::1]:80", sockaddrIn6("::1", 80).subarray(0, 24)));
  const padded = new Uint8Array(128).fill(0xff);
  padded.set(sockaddrIn("127.0.0.1", 80));
  assert.ok(mayListen("127.0.0.1:80", padded));
});

test("Policy: one decision leaves nothing behind for the next", () => {
  const { policy } = policyOf({ listen: ["127.0.0.1:80", "[::1]:80"] });
  const known: [Uint8Array, number][] = [
    [sockaddrIn("127.0.0.1", 80), GRANTED],
    [sockaddrIn6("::1", 80), GRANTED],
    [sockaddrIn("127.0.0.1", 80).subarray(0, 8), DENIED],
    [sockaddrIn6("::2", 80), DENIED],
    [new Uint8Array(0), DENIED],
  ];
  for (const [first] of known) {
    for (const [second, verdict] of known) {
      policy.decide(VERB_BIND, STREAM, first);
      assert.is(policy.decide(VERB_BIND, STREAM, second), verdict);
    }
  }
});

test("Policy: matches IPv4 blocks as node:net does", () => {
  const next = random(4);
  for (let round = 0; round < 3000; round++) {
    const prefix = next(33);
    const base = (next(2 ** 32) & (prefix === 0 ? 0 : -1 << (32 - prefix))) >>> 0;
    const near = (base ^ (next(2) === 0 ? next(2 ** 32) >>> next(33) : 1 << next(32))) >>> 0;
    const [network, address] = [dotted(base), dotted(near)];
    if (address === "0.0.0.0") continue;
    const oracle = new BlockList();
    oracle.addSubnet(network, prefix, "ipv4");
    const grant = `${network}/${prefix}:80`;
    assert.is(mayListen(grant, sockaddrIn(address, 80)), oracle.check(address, "ipv4"), grant);
  }
});

test("Policy: matches IPv6 blocks as node:net does", () => {
  const next = random(6);
  for (let round = 0; round < 3000; round++) {
    const prefix = next(129);
    const bits = Array.from({ length: 128 }, (_, at) => (at < prefix ? next(2) : 0));
    const other = bits.map((bit, at) => (at < next(140) ? bit : next(2)));
    const [network, address] = [colons(bits), colons(other)];
    if (/^[0:]*(ffff:\w+:\w+)?$/.test(address)) continue;
    const oracle = new BlockList();
    oracle.addSubnet(network, prefix, "ipv6");
    const grant = `[${network}]/${prefix}:80`;
    assert.is(mayListen(grant, sockaddrIn6(address, 80)), oracle.check(address, "ipv6"), grant);
  }
});

function dotted(word: number): string {
  return [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255].join(".");
}

function colons(bits: number[]): string {
  return bits
    .join("")
    .replaceAll(/\d{16}(?!$)/g, "$&:")
    .replaceAll(/\d+/g, (group) => parseInt(group, 2).toString(16));
}

test("Denials: the message names the guest, the address and the flag", () => {
  const cases: [number, number, Uint8Array, string][] = [
    [
      VERB_BIND,
      STREAM,
      sockaddrIn("0.0.0.0", 80),
      "listen on 0.0.0.0:80; grant it with --listen 0.0.0.0:80",
    ],
    [
      VERB_LISTEN,
      STREAM,
      sockaddrIn("127.0.0.1", 0),
      "listen on 127.0.0.1:0; grant it with --listen 127.0.0.1:0",
    ],
    [
      VERB_BIND,
      DGRAM,
      sockaddrIn6("::1", 53),
      "listen on udp:[::1]:53; grant it with --listen udp:[::1]:53",
    ],
    [
      VERB_CONNECT,
      STREAM,
      sockaddrIn6("2001:db8::1", 443),
      "connect to [2001:db8::1]:443; grant it with --connect [2001:db8::1]:443",
    ],
    [
      VERB_CONNECT,
      STREAM,
      sockaddrIn6("::ffff:10.0.0.1", 443),
      "connect to 10.0.0.1:443; grant it with --connect 10.0.0.1:443",
    ],
    [
      VERB_SEND,
      DGRAM,
      sockaddrIn("10.0.0.1", 53),
      "send to udp:10.0.0.1:53; grant it with --connect udp:10.0.0.1:53",
    ],
    [VERB_BIND, STREAM, sockaddrUn("/run/\x1b[0m"), 'listen on the Unix socket "/run/\\x1b[0m"'],
    [
      VERB_CONNECT,
      STREAM,
      sockaddrUn("\0abstract"),
      'connect to the Unix socket "\\x00abstract"; grant it with --unix @abstract',
    ],
    [
      VERB_BIND,
      STREAM,
      Uint8Array.of(17, 0),
      "listen on an address of family 17 with a socket of type 1",
    ],
    [
      VERB_BIND,
      SEQPACKET,
      sockaddrIn("0.0.0.0", 80),
      "listen on an address of family 2 with a socket of type 5",
    ],
  ];
  for (const [verb, type, address, message] of cases) {
    const { policy, messages } = policyOf({});
    policy.decide(verb, type, address);
    assert.equal(messages, [`echo.wasm may not ${message}`]);
  }
});

test("Denials: the flag in the message grants what was denied", () => {
  const next = random(7);
  for (let round = 0; round < 500; round++) {
    const address = next(2) ? sockaddrIn("0.0.0.0", next(65536)) : sockaddrIn6("::", next(65536));
    const ip = address.length === 16 ? address.subarray(4, 8) : address.subarray(8, 24);
    ip.forEach((_, at) => (ip[at] = next(3) === 0 ? next(256) : 0));
    const [verb, type] = [1 + next(4), 1 + next(2)];
    const denied = policyOf({});
    if (denied.policy.decide(verb, type, address) === HARMLESS) continue;
    const [, side = "", grant = ""] = /--(\w+) (.*)$/.exec(denied.messages[0] ?? "") ?? [];
    const { policy, messages } = policyOf({ [side]: [grant] });
    assert.is(policy.decide(verb, type, address), GRANTED, grant);
    assert.equal(messages, []);
  }
});

test("Denials: repeated ones are reported at the powers of ten", () => {
  const { policy, messages } = policyOf({});
  for (let count = 0; count < 1500; count++) {
    policy.decide(VERB_BIND, STREAM, sockaddrIn("127.0.0.1", 80));
    policy.decide(VERB_LISTEN, STREAM, sockaddrIn("127.0.0.1", 80));
  }
  const line = "echo.wasm may not listen on 127.0.0.1:80; grant it with --listen 127.0.0.1:80";
  const times = [10, 100, 1000].map((count) => `${line} (denied ${count} times)`);
  assert.equal(messages, [line, ...times]);
});

test("Denials: a flood of different addresses is bounded in memory and in lines", () => {
  const { policy, messages } = policyOf({});
  for (let port = 0; port < 10_000 + DENIALS_MAX; port++) {
    policy.decide(VERB_SEND, DGRAM, sockaddrIn("10.0.0.1", port));
  }
  assert.is(messages.length, DENIALS_MAX + 5);
  assert.equal(messages.slice(DENIALS_MAX), [
    "echo.wasm was denied more than 64 addresses; others are only counted",
    "echo.wasm was denied other addresses (10 times)",
    "echo.wasm was denied other addresses (100 times)",
    "echo.wasm was denied other addresses (1000 times)",
    "echo.wasm was denied other addresses (10000 times)",
  ]);
  for (let count = 1; count < 10; count++) {
    policy.decide(VERB_SEND, DGRAM, sockaddrIn("10.0.0.1", 0));
  }
  assert.match(
    messages.at(-1) ?? "",
    /^echo\.wasm may not send to udp:10\.0\.0\.1:0; .* \(denied 10 times\)$/,
  );
});

test.run();
