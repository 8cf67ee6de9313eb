// The contract of what handlers do to calls: handlers.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("handlers");
test.run();
