// The contract of edges, one-shot, exclusive: epoll_edge.c on the kernel and in a guest.

import { test } from "uvu";
import { contract } from "./contract.ts";

await contract("epoll_edge");
test.run();
