// The contract of every control message that there could be: every_control.c on the kernel and in
// a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("every_control");
test.run();
