// The contract of epoll_create1 and epoll_ctl: epoll.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("epoll");
test.run();
