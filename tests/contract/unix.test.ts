// The contract of nameless AF_UNIX sockets: unix.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("unix");
test.run();
