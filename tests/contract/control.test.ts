// The contract of control messages: control.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("control");
test.run();
