// The contract of sendmmsg and recvmmsg that break off: batches.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("batches");
test.run();
