// The contract of fcntl: fcntl.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("fcntl");
test.run();
