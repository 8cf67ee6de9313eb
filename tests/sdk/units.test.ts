// The pure parts of the guest SDK: layouts, addresses, bytes, names of errors.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { runGuest } from "../support/guest.ts";

const { code, stdout, stderr } = await runGuest({ module: "tests/guests/sdk-units" });
const lines = stdout.split("\n");

/** Asserts that the guest printed these lines, in this order. */
function says(...expected: string[]): void {
  const start = lines.indexOf(expected[0]!);
  assert.equal(lines.slice(start, start + expected.length), expected);
}

test("units: the guest runs to its end", () => {
  assert.is(stderr, "");
  assert.is(code, 0);
});

test("structs: have the sizes and offsets of the ABI", () => {
  says(
    "epoll_event 16",
    "epoll_event.data 8",
    "pollfd 8",
    "timespec 16",
    "itimerspec 32",
    "itimerspec.value_sec 16",
    "timeval 16",
    "sockaddr_in 16",
    "sockaddr_in6 28",
    "sockaddr_in6.sin6_addr 8",
    "iovec 8",
    "msghdr 28",
    "mmsghdr 32",
    "mmsghdr.len 28",
    "linger 8",
  );
});

test("addresses: are read, and written as RFC 5952 says", () => {
  says(
    "7000 = 127.0.0.1:7000 16",
    "127.0.0.1:7000 = 127.0.0.1:7000 16",
    "0.0.0.0:0 = 0.0.0.0:0 16",
    "255.255.255.255:65535 = 255.255.255.255:65535 16",
    "[::]:80 = [::]:80 28",
    "[::1]:7000 = [::1]:7000 28",
    "[fe80::1:2]:1 = [fe80::1:2]:1 28",
    "[1:2:3:4:5:6:7:8]:9 = [1:2:3:4:5:6:7:8]:9 28",
    "[1:2:3:4:5:6:7::]:9 = [1:2:3:4:5:6:7:0]:9 28",
    "[::2:3:4:5:6:7:8]:9 = [0:2:3:4:5:6:7:8]:9 28",
    "[2001:DB8:0:0:1:0:0:1]:443 = [2001:db8::1:0:0:1]:443 28",
    "[::ffff:10.0.0.1]:5 = [::ffff:a00:1]:5 28",
    "[64:ff9b::192.0.2.33]:5 = [64:ff9b::c000:221]:5 28",
  );
});

test("addresses: what is none is -EINVAL, and writes no further than the room", () => {
  const bad = lines.filter((line) => line.includes(" = EINVAL -22"));
  assert.is(bad.length, 32);
  assert.is(lines.filter((line) => line.includes("EINVAL")).length, 32);
  assert.is(stdout.includes("written too far"), false);
});

test("bytes: indexing, searching, comparing and cutting stay inside the range", () => {
  says(
    "length 10",
    "at 97 226",
    "outside -1 -1",
    "searches true",
    "find 3",
    "find from 3",
    "find none -1",
    "find longer -1",
    "find nothing 0",
    "equals true",
    "equals shorter false",
    "startsWith true",
    "startsWith longer false",
    "part abd",
    "part cut 'abcabd €'",
    "part reversed 0",
    "part behind 0",
    "decimal 0 -120",
  );
});

test("decimal: the ends of 64 bits", () => {
  says("decimal -9223372036854775808 9223372036854775807");
});

test("errors: have names, unknown ones their number", () => {
  says("error EAGAIN EPERM EHWPOISON", "error E0 E41 E134");
});

test.run();
