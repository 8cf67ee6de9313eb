// The contract of what an interrupted call leaves: interrupted.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("interrupted");
test.run();
