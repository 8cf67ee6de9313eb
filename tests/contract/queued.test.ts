// The contract of signals that wait: queued.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("queued");
test.run();
