// The operator's log: what it does when its reader is slow, stuck or gone.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { OperatorLog } from "../../host/log.ts";

const EAGAIN = -11;
const EPIPE = -32;

/** A pipe that takes `room` bytes, then nothing until it is given room again. */
class Pipe {
  room = Infinity;
  text = "";
  writes = 0;
  /** Instead of would-block. */
  error = EAGAIN;
  onWrite = () => {};

  readonly tryWrite = (bytes: Uint8Array): number => {
    this.writes += 1;
    const taken = Math.min(bytes.length, this.room);
    this.text += Buffer.from(bytes.subarray(0, taken)).toString();
    this.room -= taken;
    this.onWrite();
    return taken > 0 ? taken : this.error;
  };

  /** Settles when something is written. */
  written(): Promise<void> {
    return new Promise((resolve) => {
      // The log's own timer does not keep the process alive; a bound for a log that never tries.
      const hold = setTimeout(() => {}, 60_000);
      this.onWrite = () => {
        clearTimeout(hold);
        resolve();
      };
    });
  }
}

test("OperatorLog: writes each line at once, after its prefix", () => {
  const pipe = new Pipe();
  const log = new OperatorLog(pipe.tryWrite);
  log.write("one");
  assert.is(pipe.text, "tripoll: one\n");
  log.write("two\nthree");
  assert.is(pipe.text, "tripoll: one\ntripoll: two\ntripoll: three\n");
});

test("OperatorLog: a line that goes out in pieces stays whole", () => {
  const pipe = new Pipe();
  const log = new OperatorLog(pipe.tryWrite);
  pipe.room = 5;
  log.write("one");
  log.write("two");
  assert.is(pipe.text, "tripo");
  for (let byte = 0; byte < 30; byte++) {
    pipe.room = 1;
    log.flush(0);
  }
  assert.is(pipe.text, "tripoll: one\ntripoll: two\n");
});

test("OperatorLog: tries again by itself when the reader was slow", async () => {
  const pipe = new Pipe();
  const log = new OperatorLog(pipe.tryWrite);
  pipe.room = 0;
  log.write("one");
  const again = pipe.written();
  pipe.room = Infinity;
  await again;
  assert.is(pipe.text, "tripoll: one\n");
});

test("OperatorLog: keeps as much as its bound, and counts the rest", () => {
  const pipe = new Pipe();
  const log = new OperatorLog(pipe.tryWrite, 100);
  pipe.room = 0;
  for (let line = 100; line < 200; line++) log.write(`line ${line}`);
  pipe.room = Infinity;
  log.flush(0);
  log.write("later");
  const lines = pipe.text.split("\n");
  assert.equal(lines, [
    "tripoll: line 100",
    "tripoll: line 101",
    "tripoll: line 102",
    "tripoll: line 103",
    "tripoll: line 104",
    "tripoll: 95 lines lost",
    "tripoll: later",
    "",
  ]);
});

test("OperatorLog: says where lines are lost, and one line as one", () => {
  const pipe = new Pipe();
  const log = new OperatorLog(pipe.tryWrite, 70);
  pipe.room = 0;
  log.write("first");
  log.write("x".repeat(100));
  log.write("second");
  log.write("x".repeat(100));
  pipe.room = Infinity;
  log.flush(0);
  assert.equal(pipe.text.split("\n"), [
    "tripoll: first",
    "tripoll: 1 line lost",
    "tripoll: second",
    "tripoll: 1 line lost",
    "",
  ]);
});

test("OperatorLog: does not try for every line while nothing fits", () => {
  const pipe = new Pipe();
  const log = new OperatorLog(pipe.tryWrite, 1000);
  pipe.room = 0;
  for (let line = 0; line < 10_000; line++) log.write("line");
  assert.ok(pipe.writes < 10, `${pipe.writes} writes`);
});

test("OperatorLog: takes an interrupted write for a slow one", () => {
  const pipe = new Pipe();
  const log = new OperatorLog(pipe.tryWrite);
  pipe.room = 0;
  pipe.error = -4;
  log.write("one");
  pipe.room = Infinity;
  log.flush(0);
  assert.is(pipe.text, "tripoll: one\n");
});

test("OperatorLog: forgets what nobody can read any more", () => {
  const pipe = new Pipe();
  const log = new OperatorLog(pipe.tryWrite, 40);
  pipe.room = 0;
  for (let line = 0; line < 10; line++) log.write("line");
  pipe.error = EPIPE;
  log.flush(1000);
  pipe.room = Infinity;
  log.write("reader is back");
  assert.is(pipe.text, "tripoll: reader is back\n");
});

test("flush: waits for the reader", () => {
  const pipe = new Pipe();
  const log = new OperatorLog(pipe.tryWrite);
  pipe.room = 0;
  log.write("one");
  pipe.onWrite = () => {
    if (pipe.writes === 5) pipe.room = Infinity;
  };
  log.flush(60_000);
  assert.is(pipe.text, "tripoll: one\n");
});

test("flush: gives up on a reader that does not read", () => {
  const pipe = new Pipe();
  const log = new OperatorLog(pipe.tryWrite);
  pipe.room = 0;
  log.write("one");
  log.flush(10);
  assert.is(pipe.text, "");
});

test.run();
