// The contract of timerfd: timerfd.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("timerfd");
test.run();
