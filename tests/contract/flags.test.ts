// The contract of message flags: flags.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("flags");
test.run();
