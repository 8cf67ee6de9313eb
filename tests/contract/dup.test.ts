// The contract of dup and dup3: dup.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("dup");
test.run();
