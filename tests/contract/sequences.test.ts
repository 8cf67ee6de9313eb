// The contract of long random sequences of calls: sequences.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("sequences");
test.run();
