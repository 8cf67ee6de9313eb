// Does to a connection what it is told, line by line, and prints what is done to it.

import {
  arg,
  Bytes,
  decimal,
  EPROTO,
  errorName,
  Lines,
  listen,
  print,
  run,
  Timer,
} from "../../assembly/index";

const END = Bytes.of("end");
const CLOSE = Bytes.of("close");
const DESTROY = Bytes.of("destroy");
const STAY = Bytes.of("stay");
const TIMEOUT = Bytes.of("timeout");
const PAUSE = Bytes.of("pause");
const FLOOD = Bytes.of("flood");
const LAST = Bytes.of("last");
const HEAP = Bytes.of("heap");
const COLLECT = Bytes.of("collect");
const BYE = Bytes.of("bye");
const TICK = Bytes.of("tick\n");
const LF = Bytes.of("\n");
const CHUNK = Bytes.alloc(65536);

const TICK_MS: i32 = 10;
const TIMEOUT_MS: i32 = 50;
const FLOOD_MS: i32 = 100;
const LAST_BYTES: i64 = 1 << 20;

/** What a connection does later. */
class Later extends Timer {
  what: string = "";
  ticks: i32 = 0;

  constructor(readonly told: Told) {
    super();
  }

  override onTimer(): void {
    if (this.what === "tick") this.tick();
    else if (this.what === "resume") this.told.resume();
    else this.told.closeFlood();
  }

  private tick(): void {
    this.told.write(TICK);
    if (++this.ticks < 3) return;
    this.stop();
    this.told.end();
  }
}

class Told extends Lines {
  address: string = "";
  later: Later | null = null;
  stays: bool = false;
  floods: bool = false;
  lasts: bool = false;
  taken: i64 = 0;

  override onOpen(): void {
    this.address = this.peerAddress();
    this.stays = false;
    this.floods = false;
    this.lasts = false;
    this.taken = 0;
    this.says("open");
  }

  override onLine(line: Bytes): void {
    if (line.equals(END)) this.end();
    else if (line.equals(CLOSE)) this.close();
    else if (line.equals(DESTROY)) this.lose();
    else if (line.equals(STAY)) this.stays = true;
    else if (line.equals(TIMEOUT)) this.timeout(TIMEOUT_MS);
    else if (line.equals(PAUSE)) this.rest();
    else if (line.equals(FLOOD)) this.beginFlood();
    else if (line.equals(LAST)) this.lasts = true;
    else if (line.equals(HEAP)) this.answer(decimal(heap.alloc(1)));
    else if (line.equals(COLLECT)) __collect();
    else this.answer(line);
  }

  override onDrain(): void {
    if (this.floods) this.flood();
    if (this.lasts && this.taken >= LAST_BYTES) this.end();
  }

  override onEnd(): void {
    this.says("end");
    if (this.stays) this.do("tick").start(TICK_MS, true);
    else if (this.lasts) this.floods = this.write(CHUNK) > 0;
    else this.end();
  }

  override onTimeout(): void {
    this.says("timeout");
    super.onTimeout();
  }

  override onClose(error: i32): void {
    const later = this.later;
    if (later !== null) later.stop();
    this.says(error === 0 ? "closed" : "closed " + errorName(error));
  }

  /** What is left in the output, and in this batch of lines, is lost; nothing more is called. */
  lose(): void {
    this.write(BYE);
    this.destroy(-EPROTO);
    this.destroy();
    this.close();
    this.end();
    this.resume();
    if (this.write(BYE) >= 0) this.says("wrote after destroy");
  }

  rest(): void {
    this.pause();
    this.says("paused");
    this.do("resume").start(TICK_MS);
  }

  beginFlood(): void {
    this.floods = true;
    this.do("close").start(FLOOD_MS);
    this.flood();
  }

  /** Writes as much as fits. */
  flood(): void {
    let wrote = this.write(CHUNK);
    while (wrote > 0) {
      this.taken += wrote;
      wrote = this.write(CHUNK);
    }
  }

  closeFlood(): void {
    if (this.room === CHUNK.length) {
      this.do("close").start(FLOOD_MS); // the kernel takes it all, still
      return;
    }
    this.floods = false;
    this.says("waits " + this.taken.toString());
    this.close();
  }

  answer(bytes: Bytes): void {
    this.write(bytes);
    this.write(LF);
  }

  says(what: string): void {
    print(this.address + " " + what);
  }

  private do(what: string): Later {
    let later = this.later;
    if (later === null) this.later = later = new Later(this);
    later.what = what;
    later.ticks = 0;
    return later;
  }
}

listen<Told>(arg(1));
run();
