// The contract of descriptor numbers and epoll's key: descriptors.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("descriptors");
test.run();
