// The contract of signalfd4: signalfd.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("signalfd");
test.run();
