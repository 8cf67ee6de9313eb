// The contract of arguments, environment, randomness and the end: process.c on both sides.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("process", {
  args: ["one", "", "three 3"],
  env: { GREETING: "hello", EMPTY: "", NAME: "with = and space" },
  status: 42,
});
test.run();
