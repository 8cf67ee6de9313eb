// The contract of nameless AF_UNIX sockets: unix.c on the kernel and in a guest.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { contract } from "./contract.ts";

const log = await contract("unix");
test("operator: is told which Unix sockets were denied", () => {
  assert.match(log, 'may not connect to the Unix socket "/nonexistent/contract"');
  assert.match(log, 'may not listen on the Unix socket "\\x00contract of tripoll"');
});
test.run();
