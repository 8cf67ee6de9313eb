// The contract of sockets, pairs and names: socket.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("socket");
test.run();
