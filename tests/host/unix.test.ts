// Unix-domain grants: how they are written, what they cover, and what the policy makes of them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { GrantError } from "../../host/errors.ts";
import {
  DENIED,
  GRANTED,
  Policy,
  VERB_BIND,
  VERB_CONNECT,
  VERB_LISTEN,
  VERB_SEND,
  VERB_UNLINK,
} from "../../host/policy.ts";
import { formatUnixName, grantOfUnixName, parseUnixGrant, unixName } from "../../host/unix.ts";
import { sockaddrIn, sockaddrUn } from "../support/sockaddr.ts";

const STREAM = 1;

function policyOf(...grants: string[]) {
  const messages: string[] = [];
  const policy = new Policy({
    name: "echo.wasm",
    listen: [],
    connect: [],
    unix: grants.map(parseUnixGrant),
    onDenied: (message) => messages.push(message),
  });
  return { policy, messages };
}

const covers = (grant: string, name: string): boolean =>
  policyOf(grant).policy.decide(VERB_CONNECT, STREAM, sockaddrUn(name)) === GRANTED;

test("unixName: ends a path at its NUL and an abstract name at its length", () => {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
  assert.is(text(unixName(sockaddrUn("/run/a\0junk"))), "/run/a");
  assert.is(text(unixName(sockaddrUn("/run/a"))), "/run/a");
  assert.is(text(unixName(sockaddrUn("\0name\0more"))), "\0name\0more");
  assert.is(unixName(sockaddrUn("")).length, 0);
  assert.is(unixName(new Uint8Array(128).fill(65)).length, 108);
});

test("parseUnixGrant: refuses what no socket can be called, with a sentence", () => {
  const refused: [string, RegExp][] = [
    ["", /missing/],
    ["@", /missing/],
    ["/run/a\0b", /NUL/],
    ["/".padEnd(109, "x"), /108 bytes/],
    ["@".padEnd(109, "x"), /108 bytes/],
    ["/run/é".padEnd(108, "x"), /108 bytes/],
    ["/run/../*", /\.\./],
    ["../*", /\.\./],
    ["..*", /\.\./],
  ];
  for (const [text, problem] of refused) {
    assert.throws(
      () => parseUnixGrant(text),
      (error: Error) => error instanceof GrantError && problem.test(error.message),
      text,
    );
  }
});

test("Policy: a path or an abstract name is matched whole, byte for byte", () => {
  assert.ok(covers("/run/a", "/run/a"));
  assert.ok(covers("/run/a", "/run/a\0junk"));
  assert.ok(covers("@name", "\0name"));
  assert.ok(covers("/run/é", "/run/é"));
  assert.ok(covers("../a", "../a"));
  for (const name of ["/run/A", "/run/ab", "/run/", "/run/a/", "//run/a", "/run/./a", "\0/run/a"]) {
    assert.not(covers("/run/a", name), name);
  }
  for (const name of ["name", "\0nam", "\0name\0", "\0names", "@name"]) {
    assert.not(covers("@name", name), name);
  }
});

test("Policy: a trailing * matches the rest, and never leads upwards", () => {
  for (const name of ["/run/app/", "/run/app/a", "/run/app/b/c", "/run/app/..a", "/run/app/a.."]) {
    assert.ok(covers("/run/app/*", name), name);
  }
  for (const name of ["/run/app", "/run/b", "\0/run/app/a", "run/app/a", ""]) {
    assert.not(covers("/run/app/*", name), name);
  }
  for (const rest of ["..", "../b", "a/../../b", "a/..", "./.."]) {
    assert.not(covers("/run/app/*", `/run/app/${rest}`), rest);
  }
  assert.not(covers("/run/app/.*", "/run/app/../b"));
  assert.ok(covers("@app.*", "\0app.1"));
  assert.ok(covers("@app.*", "\0app.\0.."));
  assert.ok(covers("@*", "\0"));
  assert.not(covers("@*", "/run/a"));
  assert.not(covers("@*", ""));
  assert.ok(covers("*", "/run/a"));
  assert.ok(covers("*", "a"));
  assert.not(covers("*", "\0a"));
  assert.not(covers("*", "../a"));
  assert.not(covers("*", ""));
});

test("Policy: one grant is for binding, listening, connecting, sending and removing", () => {
  const { policy } = policyOf("/run/a");
  for (const verb of [VERB_BIND, VERB_LISTEN, VERB_CONNECT, VERB_SEND, VERB_UNLINK]) {
    assert.is(policy.decide(verb, STREAM, sockaddrUn("/run/a")), GRANTED);
    assert.is(policy.decide(verb, STREAM, sockaddrUn("/run/b")), DENIED);
  }
  assert.is(policy.decide(0, STREAM, sockaddrUn("/run/a")), DENIED);
  assert.is(policy.decide(6, STREAM, sockaddrUn("/run/a")), DENIED);
  assert.is(policy.decide(VERB_UNLINK, STREAM, sockaddrIn("127.0.0.1", 80)), DENIED);
});

test("Policy: tells the operator the grant that is missing", () => {
  const denied: [number, string, string][] = [
    [VERB_BIND, "/run/b", 'listen on the Unix socket "/run/b"; grant it with --unix /run/b'],
    [VERB_CONNECT, "\0b", 'connect to the Unix socket "\\x00b"; grant it with --unix @b'],
    [VERB_UNLINK, "/run/b", 'remove the Unix socket "/run/b"; grant it with --unix /run/b'],
    [VERB_BIND, "/a b", 'listen on the Unix socket "/a b"'],
    [VERB_BIND, "", "listen on a Unix socket without a name; bind it to one"],
  ];
  for (const [verb, name, message] of denied) {
    const { policy, messages } = policyOf("/run/a");
    policy.decide(verb, STREAM, sockaddrUn(name));
    assert.equal(messages, [`echo.wasm may not ${message}`]);
  }
});

test("grantOfUnixName: is the grant of that name and nothing else, in a shell as well", () => {
  const grantOf = (name: string) => grantOfUnixName(unixName(sockaddrUn(name)));
  for (const name of ["/run/a-b_1.sock", "./a", "a", "/", "../a"]) assert.is(grantOf(name), name);
  assert.is(grantOf("\0a/b.c"), "@a/b.c");
  assert.is(grantOf("\0@a"), "@@a");
  const foreign = [
    "/a b",
    "/a;b",
    "/a$b",
    "/a`b",
    "/a'b",
    '/a"b',
    "/a*",
    "/a\n",
    "-a",
    "/é",
    "/~",
    "@a",
  ];
  for (const name of [...foreign, "\0a\0b", "\0a*", "\0", "/a&", "/(", "/a|b", "/a\\b", "/a#"]) {
    assert.is(grantOf(name), undefined, name);
  }
});

test("formatUnixName: is fit for a terminal", () => {
  assert.is(formatUnixName(unixName(sockaddrUn("/run/\x1b[0m"))), "/run/\\x1b[0m");
  assert.is(formatUnixName(unixName(sockaddrUn("\0a\0b"))), "@a\\x00b");
});

test.run();
