// How onData may answer: the first byte says how, and what is done to the connection is printed.

import {
  arg,
  Bytes,
  decimal,
  EPROTO,
  errorName,
  listen,
  print,
  run,
  Stream,
} from "../../assembly/index";

const REFUSE: i32 = 0x72; // r: below zero
const KEEP: i32 = 0x6b; // k: nothing is ever used
const WORDS: i32 = 0x77; // w: eight bytes a call, and answers it
const TOO_MUCH: i32 = 0x74; // t: more than there is
const BORROW: i32 = 0x62; // b: parts of the input, in and out of order
const LATE: i32 = 0x6c; // l: writes, then ends and writes again
const CLOSE: i32 = 0x63; // c: closes, and looks at the input once more
const NUMBERS: i32 = 0x6e; // n: numbers, each made where the last one was
const TEXT: i32 = 0x78; // x: texts, as long as they may be
const LONG: i32 = 20_000; // bytes, too many to be held in the buffer that all share

const WORD: Bytes = new Bytes();
const DOT: Bytes = Bytes.of(".");

const FITS: string = "x".repeat(57_344 - 3) + "\u20ac"; // all that has room after onDrain

class Data extends Stream {
  calls: i32 = 0;
  longest: i32 = 0;
  texts: i32 = 0;

  override onOpen(): void {
    this.calls = 0;
    this.longest = 0;
  }

  override onData(data: Bytes): i32 {
    this.calls++;
    this.longest = max(this.longest, data.length);
    const how = data[0];
    if (how === REFUSE) return -EPROTO;
    if (how === KEEP) return 0;
    if (how === WORDS) return this.word(data);
    if (how === TOO_MUCH) return data.length + 1;
    if (how === BORROW) return this.pieces(data);
    if (how === LATE) return this.late(data);
    if (how === CLOSE) return this.look(data);
    if (how === NUMBERS) return this.count(data);
    if (how === TEXT) return this.text(data);
    return this.write(data);
  }

  override onDrain(): void {
    while (this.texts > 0 && this.writeText(FITS) > 0) this.texts--;
  }

  override onClose(error: i32): void {
    print("closed " + errorName(error) + " after " + this.longest.toString());
  }

  /** Answers one word of eight bytes, and leaves the rest for what follows. */
  word(data: Bytes): i32 {
    if (data.length < 8) return 0;
    this.write(WORD.part(data, 1, 8));
    return 8;
  }

  /** "b0123456789" comes back as "0123" + "4567" + "." + "89" + "01". */
  pieces(data: Bytes): i32 {
    if (data.length < 11) return 0;
    this.write(WORD.part(data, 1, 5));
    this.write(WORD.part(data, 5, 9));
    this.write(DOT);
    this.write(WORD.part(data, 9, 11));
    this.write(WORD.part(data, 1, 3));
    return 11;
  }

  look(data: Bytes): i32 {
    if (data.length < LONG) return 0;
    this.close();
    let same = true;
    for (let i = 0; i < data.length; i++) if (data[i] !== CLOSE) same = false;
    print("after close " + same.toString());
    return 0;
  }

  count(data: Bytes): i32 {
    for (let i = 0; i < 12; i++) this.write(decimal(i));
    return data.length;
  }

  text(data: Bytes): i32 {
    print("too long " + errorName(this.writeText(FITS + "x")));
    this.texts = 100;
    this.onDrain();
    return data.length;
  }

  late(data: Bytes): i32 {
    this.write(data, 1);
    this.end();
    print("late " + errorName(this.write(data)) + " " + this.room.toString());
    return data.length;
  }
}

listen<Data>(arg(1));
run();
