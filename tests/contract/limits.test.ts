// The contract of prlimit64: limits.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("limits");
test.run();
