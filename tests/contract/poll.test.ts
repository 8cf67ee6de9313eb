// The contract of poll and ppoll: poll.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("poll");
test.run();
