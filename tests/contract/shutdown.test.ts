// The contract of shutdown, close and reset: shutdown.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("shutdown");
test.run();
