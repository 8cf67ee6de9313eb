// The contract of fstat and what a process asks of itself: stat.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("stat");
test.run();
