// Internet addresses as text, against node:net's opinion of the same texts.

import { isIPv4, isIPv6 } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { SocketAddress, formatIpPort, parseIpv4, parseIpv6 } from "../../host/address.ts";
import { random, sockaddrIn6 } from "../support/sockaddr.ts";

/** Texts one random edit away from `seeds`, most of them no address. */
function* mutations(seeds: string[], alphabet: string, rounds: number) {
  const next = random(1);
  for (let round = 0; round < rounds; round++) {
    const text = seeds[next(seeds.length)] ?? "";
    const at = next(text.length + 1);
    const letter = alphabet[next(alphabet.length)] ?? "";
    yield text.slice(0, at) + letter + text.slice(at + next(3));
  }
}

test("parseIpv4: takes what node:net takes, and nothing else", () => {
  const seeds = ["127.0.0.1", "0.0.0.0", "255.255.255.255", "10.20.30.40", "1.2.3"];
  for (const text of mutations(seeds, "0123456789.x- ", 20_000)) {
    assert.is(typeof parseIpv4(text) !== "string", isIPv4(text), text);
  }
});

test("parseIpv6: takes what node:net takes, zones excepted", () => {
  const seeds = ["::", "::1", "1:2:3:4:5:6:7:8", "fe80::a:b", "::ffff:1.2.3.4", "1:2:3:4:5:6:7::"];
  for (const text of mutations(seeds, "0123456789abcdefABCDEFg:.", 40_000)) {
    assert.is(typeof parseIpv6(text) !== "string", isIPv6(text), text);
  }
  assert.ok(isIPv6("fe80::1%eth0"));
  assert.type(parseIpv6("fe80::1%eth0"), "string");
});

test("formatIpPort: is read back as the same address", () => {
  const next = random(2);
  for (let round = 0; round < 5000; round++) {
    const groups = Array.from({ length: 8 }, () =>
      (next(2) === 0 ? 0 : next(0x10000)).toString(16),
    );
    const ip = parseIpv6(groups.join(":"));
    assert.instance(ip, Uint32Array);
    const host = formatIpPort(ip as Uint32Array, 1).slice(1, -3);
    assert.equal(parseIpv6(host), ip, host);
  }
});

test("formatIpPort: writes IPv6 as RFC 5952 says", () => {
  const forms = {
    "0:0:0:0:0:0:0:0": "[::]:1",
    "0:0:0:0:0:0:0:1": "[::1]:1",
    "1:0:0:0:0:0:0:0": "[1::]:1",
    "2001:DB8:0:0:1:0:0:1": "[2001:db8::1:0:0:1]:1",
    "2001:0:0:1:0:0:0:1": "[2001:0:0:1::1]:1",
    "2001:db8:0:1:1:1:1:1": "[2001:db8:0:1:1:1:1:1]:1",
    "10:0:100:0:0:a0:0:1": "[10:0:100::a0:0:1]:1",
    "0:0:0:0:0:ffff:7f00:1": "127.0.0.1:1",
  };
  for (const [long, short] of Object.entries(forms)) {
    assert.is(formatIpPort(parseIpv6(long) as Uint32Array, 1), short);
  }
});

test("SocketAddress: reads the port in network order, whatever its high bits", () => {
  const address = new SocketAddress();
  assert.ok(address.read(sockaddrIn6("fd00::1", 0xff01)));
  assert.is(address.port, 0xff01);
  assert.is(formatIpPort(address.ip, address.port), "[fd00::1]:65281");
});

test("SocketAddress: forgets the family of the address before", () => {
  const address = new SocketAddress();
  address.read(sockaddrIn6("::1", 1));
  assert.not(address.read(Uint8Array.of(10)));
  assert.is(address.family, 0);
});

test.run();
