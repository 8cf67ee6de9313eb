// Grants as the operator writes them; what they cover is in policy.test.ts.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { ErrorCodes, GrantError } from "../../host/errors.ts";
import { parseGrant } from "../../host/policy.ts";

function grantErrorOf(text: string): GrantError {
  try {
    parseGrant(text);
  } catch (error) {
    assert.instance(error, GrantError);
    return error as GrantError;
  }
  throw new Error(`${text} was taken for a grant`);
}

test("parseGrant: refuses every bad host with a sentence that says what is wrong", () => {
  const refused: [string, RegExp][] = [
    [":80", /host is missing/],
    ["udp::80", /host is missing/],
    ["localhost:80", /not looked up/],
    ["tcp:127.0.0.1:80", /udp: or nothing/],
    ["UDP:127.0.0.1:80", /udp: or nothing/],
    ["udp:udp:127.0.0.1:80", /udp: or nothing/],
    ["127.0.0:80", /four numbers/],
    ["127.0.0.1.1:80", /four numbers/],
    ["2130706433:80", /four numbers/],
    ["127.0.0.01:80", /leading zeros/],
    ["0177.0.0.1:80", /leading zeros/],
    ["0x7f.0.0.1:80", /decimal/],
    ["127.0.0.-1:80", /decimal/],
    ["127.0.0.256:80", /up to 255/],
    ["127.0.0. 1:80", /decimal/],
    ["127.0..1:80", /decimal/],
    ["**:80", /four numbers/],
    ["::1:80", /brackets/],
    ["[]:80", /eight groups/],
    ["[:::]:80", /hexadecimal/],
    ["[1::2::3]:80", /once/],
    ["[1:2:3:4:5:6:7]:80", /eight groups/],
    ["[1:2:3:4:5:6:7:8:9]:80", /eight groups/],
    ["[1:2:3:4::5:6:7:8]:80", /one group at least/],
    ["[12345::]:80", /hexadecimal/],
    ["[g::]:80", /hexadecimal/],
    ["[1.2.3.4::]:80", /hexadecimal/],
    ["[::1.2.3]:80", /four numbers/],
    ["[::01.2.3.4]:80", /leading zeros/],
    ["[fe80::1%eth0]:80", /zone/],
    ["[::1:80", /hexadecimal/],
    ["[::1]2:80", /hexadecimal/],
    ["[127.0.0.1]:80", /eight groups/],
    ["10.0.0.0/33:80", /from 0 to 32/],
    ["10.0.0.0/:80", /from 0 to 32/],
    ["10.0.0.0/08:80", /from 0 to 32/],
    ["10.0.0.0/8/8:80", /two prefix lengths/],
    ["[fd00::]/129:80", /from 0 to 128/],
    ["[fd00::/8]/8:80", /two prefix lengths/],
    ["10.0.0.1/8:80", /bits set after the first 8/],
    ["128.0.0.0/0:80", /bits set after the first 0/],
    ["[fd00::1]/8:80", /bits set after the first 8/],
    ["[::ffff:0:0]/90:80", /bits set after the first 90/],
    ["*/0:80", /four numbers/],
  ];
  for (const [text, why] of refused) {
    const error = grantErrorOf(text);
    assert.match(error.message, why, text);
    assert.is(error.code, ErrorCodes.grantHost, text);
  }
});

test("parseGrant: refuses every bad port with a sentence that says what is wrong", () => {
  const refused: [string, RegExp][] = [
    ["", /not HOST:PORT/],
    ["80", /not HOST:PORT/],
    ["127.0.0.1", /not HOST:PORT/],
    ["[::1]", /no port/],
    ["127.0.0.1:", /port is missing/],
    ["*:", /port is missing/],
    ["*:65536", /up to 65535/],
    ["*:99999999", /decimal number/],
    ["*:080", /decimal number/],
    ["*:-1", /decimal number/],
    ["*:+1", /decimal number/],
    ["*:1e3", /decimal number/],
    ["*:0x50", /decimal number/],
    ["*: 80", /decimal number/],
    ["*:http", /decimal number/],
    ["*:80-", /decimal number/],
    ["*:-80", /decimal number/],
    ["*:80-*", /decimal number/],
    ["*:1-2-3", /decimal number/],
    ["*:81-80", /backwards/],
    ["*:80-65536", /up to 65535/],
  ];
  for (const [text, why] of refused) {
    const error = grantErrorOf(text);
    assert.match(error.message, why, text);
    assert.is(error.code, ErrorCodes.grantPort, text);
  }
});

test("parseGrant: quotes the text it refuses", () => {
  assert.match(grantErrorOf("\x1b[2J\n:80").message, /cannot grant "\\x1b\[2J\\n:80": /);
});

test("parseGrant: tells UDP from TCP, and any host from a block", () => {
  assert.equal(parseGrant("*:80"), { udp: false, block: undefined, portMin: 80, portMax: 80 });
  assert.equal(parseGrant("udp:*:*"), { udp: true, block: undefined, portMin: 0, portMax: 65535 });
  const { block, portMin, portMax } = parseGrant("10.0.0.0/8:8000-8100");
  assert.equal([portMin, portMax], [8000, 8100]);
  assert.equal(block?.ip, Uint32Array.of(0, 0, 0xffff, 0x0a000000));
  assert.equal(block?.mask, Uint32Array.of(0xffffffff, 0xffffffff, 0xffffffff, 0xff000000));
});

test("parseGrant: both ways to write an IPv6 block are one", () => {
  assert.equal(parseGrant("[fd00::]/8:80"), parseGrant("[fd00::/8]:80"));
  assert.equal(parseGrant("[::ffff:10.0.0.0]/104:80"), parseGrant("10.0.0.0/8:80"));
});

test.run();
