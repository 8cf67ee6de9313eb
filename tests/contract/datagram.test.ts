// The contract of datagrams: datagram.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("datagram");
test.run();
