// The contract of signals: signal.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("signal");
test.run();
