// The contract of signals that nobody is to hear: unheard.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("unheard");
test.run();
