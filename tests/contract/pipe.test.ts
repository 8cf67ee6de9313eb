// The contract of pipe2 and pipes: pipe.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("pipe");
test.run();
