// Connects to each of its arguments, sends a line and prints what becomes of it.

import { args, Bytes, connect, errorName, Lines, print, run } from "../../assembly/index";

const HELLO = Bytes.of("hello\n");

class Client extends Lines {
  address: string = "";

  override onOpen(): void {
    print(this.address + " open " + this.peerAddress());
  }

  override onLine(line: Bytes): void {
    print(this.address + " " + line.toString());
    this.end();
  }

  override onClose(error: i32): void {
    print(this.address + " closed " + errorName(error));
  }
}

const all = args();
for (let i = 1; i < all.length; i++) {
  const client = connect<Client>(all[i]);
  client.address = all[i];
  client.write(HELLO); // before there is a connection
}
run();
print("end");
