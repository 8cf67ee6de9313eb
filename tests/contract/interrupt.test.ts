// The contract of interrupted calls: interrupt.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("interrupt");
test.run();
