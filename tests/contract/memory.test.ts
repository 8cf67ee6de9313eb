// The contract of ranges of memory: memory.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("memory");
test.run();
