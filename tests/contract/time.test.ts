// The contract of clocks: time.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("time");
test.run();
