// The contract of the epoll waits: epoll_wait.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("epoll_wait");
test.run();
