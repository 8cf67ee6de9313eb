// The contract of a granted standard input: stdin.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("stdin", { options: ["--stdin"], stdin: "one two three" });
test.run();
