// The contract of sendmsg, recvmsg and their batches: message.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("message");
test.run();
