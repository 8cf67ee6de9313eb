// The contract of having no descriptor left: exhaustion.c on both sides.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("exhaustion");
test.run();
