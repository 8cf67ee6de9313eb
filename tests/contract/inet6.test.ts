// The contract of IPv6 and wildcard addresses: inet6.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("inet6", {
  options: ["*:*", "udp:*:*"].flatMap((address) => ["--listen", address, "--connect", address]),
});
test.run();
