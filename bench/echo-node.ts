// The Node rival: an echo on `net`, with the back-pressure that any such server needs.
// Prints "listening on 127.0.0.1:PORT".

import net from "node:net";

const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.on("drain", () => socket.resume());
  socket.on("data", (data) => {
    if (!socket.write(data)) socket.pause();
  });
});

server.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 }, () => {
  const { port } = server.address() as net.AddressInfo;
  process.stdout.write(`listening on 127.0.0.1:${port}\n`);
});
