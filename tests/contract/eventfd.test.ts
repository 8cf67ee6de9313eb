// The contract of eventfd: eventfd.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("eventfd");
test.run();
