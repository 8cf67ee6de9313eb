// A server of lines, to start from: lines.wasm [HOST:]PORT
// "ping" is answered with "pong", "say TEXT" with TEXT, "count" with the lines so far; "quit" ends.

import { arg, Bytes, decimal, Lines, listen, run } from "../index";

const PING = Bytes.of("ping");
const PONG = Bytes.of("pong\n");
const SAY = Bytes.of("say ");
const COUNT = Bytes.of("count");
const QUIT = Bytes.of("quit");
const WHAT = Bytes.of("unknown\n");
const LF = Bytes.of("\n");

class Session extends Lines {
  lines: i32 = 0;

  override onOpen(): void {
    this.lines = 0; // objects are used again
  }

  override onLine(line: Bytes): void {
    this.lines++;
    if (line.equals(PING)) {
      this.write(PONG);
    } else if (line.startsWith(SAY)) {
      this.write(line, SAY.length);
      this.write(LF);
    } else if (line.equals(COUNT)) {
      this.write(decimal(this.lines));
      this.write(LF);
    } else if (line.equals(QUIT)) {
      this.close();
    } else {
      this.write(WHAT);
    }
  }
}

listen<Session>(arg(1, "7000"));
run();
