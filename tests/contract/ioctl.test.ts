// The contract of ioctl: ioctl.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("ioctl");
test.run();
