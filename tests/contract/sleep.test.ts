// The contract of clock_nanosleep and clock_getres: sleep.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("sleep");
test.run();
