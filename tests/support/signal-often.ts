// Sends signals to a guest that waits, each as soon as the one before was seen.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { start } from "../../host/index.ts";
import { waitingGuest, type Way } from "./waits.ts";

/** Sends SIGUSR1 `count` times; throws where one is lost, is seen twice, or ends the guest.
 *
 * @returns for each the microseconds until its handler was heard of. */
export async function signalOften(way: Way, count: number): Promise<number[]> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const guest = start({
    module: waitingGuest(way, socket.address().port),
    name: "t.wasm",
    listen: ["*:0"],
    connect: ["127.0.0.1:*", "udp:127.0.0.1:*"],
    stdin: true,
  });
  const delaysUs: number[] = [];
  let began = performance.now();
  let seen = -1; // the first message only says that it is ready
  const problem = await new Promise<string>((resolve) => {
    void guest.exited.then(({ code, reason }) => resolve(`ended with ${code} ${reason}`));
    socket.on("message", (message) => {
      if (message.readInt32LE() !== ++seen) resolve(`${message.readInt32LE()} came, not ${seen}`);
      if (seen > 0) delaysUs.push((performance.now() - began) * 1e3);
      if (seen === count) return resolve("");
      began = performance.now();
      guest.signal("SIGUSR1");
    });
  });
  socket.close();
  guest.kill();
  await guest.exited;
  if (problem !== "") throw new Error(problem);
  return delaysUs;
}
