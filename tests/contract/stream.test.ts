// The contract of reading and writing streams: stream.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("stream");
test.run();
