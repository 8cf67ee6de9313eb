// A program that embeds guests, and when something is written to its stdin ends in the way that its
// command line says: `embedder WAY [connected]`. The bench measures how long that takes.

import { beginMany } from "../tests/support/kills.ts";

const [way, guests] = process.argv.slice(2);

await beginMany(guests === "connected");
process.stdin.once("data", () => {
  if (way === "exit") process.exit(0);
  if (way === "throw") throw new Error("not caught");
});
process.stdout.write("ready\n"); // any other way is a signal
