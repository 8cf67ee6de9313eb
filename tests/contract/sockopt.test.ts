// The contract of socket options: sockopt.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("sockopt");
test.run();
