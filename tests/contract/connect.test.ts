// The contract of connect and accept4: connect.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("connect");
test.run();
