// The contract of every option that there could be: every_option.c on the kernel and in a guest.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { leaksOf } from "../support/leaks.ts";
import { LOOPBACK, buildBoth, contract } from "./contract.ts";

await contract("every_option");

test("host: no descriptor has come or gone", () => {
  const grants = { listen: LOOPBACK, connect: LOOPBACK };
  const { module } = buildBoth("tests/contract", "every_option");
  const { code, before, after } = leaksOf({ module, ...grants });
  assert.is(code, 0);
  assert.equal(after, before);
});
test.run();
