// The contract of what is told of signals: origin.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("origin");
test.run();
