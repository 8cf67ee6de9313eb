// Timers of the SDK: the argument says which case; prints what fires, in order.

import { arg, fail, loop, print, run, stop, Timer } from "../../assembly/index";

const MS: i64 = 1_000_000;

class Named extends Timer {
  constructor(readonly name: string) {
    super();
  }

  override onTimer(): void {
    print(this.name);
  }
}

/** Different deadlines fire in their order, equal ones in the order of their starts. */
function order(): void {
  const delays = [30, 10, 20, 10, 0, 30, -5];
  for (let i = 0; i < delays.length; i++) {
    new Named(i.toString() + " after " + delays[i].toString()).start(delays[i]);
  }
}

class Stopper extends Timer {
  constructor(
    readonly victim: Timer,
    readonly self: bool,
  ) {
    super();
  }

  override onTimer(): void {
    print("stops");
    this.victim.stop();
    this.victim.stop(); // once more does nothing
    if (this.self) this.stop();
  }
}

/** A handler stops a timer that is due in the same turn, and a later one; and its own period. */
function stopped(): void {
  const same = new Named("same turn: must not fire");
  const later = new Named("later: must not fire");
  new Stopper(same, false).start(10);
  same.start(10);
  later.start(20);
  new Stopper(later, true).start(10, true);
  new Named("last").start(40);
}

class Again extends Timer {
  left: i32 = 3;

  override onTimer(): void {
    print("again " + this.left.toString() + (this.armed ? " armed" : ""));
    if (--this.left > 0) this.start(1);
  }
}

class Periodic extends Timer {
  count: i32 = 0;
  readonly began: i64 = loop.now();

  override onTimer(): void {
    this.count++;
    // Without drift: the 5th is at 5 periods, give or take what one of them may be late.
    const late = (loop.now() - this.began) / MS - <i64>this.count * 20;
    print("period " + this.count.toString() + (late >= 0 ? "" : " early"));
    if (this.count === 5) this.stop();
  }
}

/** A restart moves the deadline, back and forth. */
function restarted(): void {
  const later = new Named("moved from 10 to 40");
  const sooner = new Named("moved from 60 to 20");
  const twice = new Named("moved from 10 to 50 to 30");
  later.start(10);
  sooner.start(60);
  twice.start(10);
  later.start(40);
  sooner.start(20);
  twice.start(50);
  twice.start(30);
}

let random: u32 = 12345;

function below(limit: i32): i32 {
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  return <i32>(random % <u32>limit);
}

let fired: i32 = 0;
let lastDue: i64 = 0;
let wrong: string = "";

class Counted extends Timer {
  due: i64 = 0; // nanoseconds; 0: stopped

  set(ms: i32): void {
    this.due = loop.now() + <i64>ms * MS;
    this.start(ms);
  }

  override onTimer(): void {
    fired++;
    if (this.due === 0) wrong = "fired twice, or after it was stopped";
    else if (loop.now() < this.due) wrong = "fired early";
    else if (this.due / MS < lastDue / MS) wrong = "fired out of order";
    lastDue = this.due;
    this.due = 0;
  }
}

/** Many timers, started, moved and stopped at random. */
function many(): void {
  const all: Counted[] = [];
  for (let i = 0; i < 20_000; i++) all.push(new Counted());
  for (let i = 0; i < all.length; i++) all[i].set(1 + below(200));
  for (let i = 0; i < all.length; i++) {
    const timer = all[below(all.length)];
    if (below(2) === 0) {
      timer.set(1 + below(200));
    } else {
      timer.stop();
      timer.due = 0;
    }
  }
  let expected = 0;
  for (let i = 0; i < all.length; i++) if (all[i].armed) expected++;
  run();
  if (fired !== expected) wrong = fired.toString() + " fired of " + expected.toString();
  print(wrong === "" ? "many: all fired, in order, none early" : wrong);
}

class Last extends Timer {
  override onTimer(): void {
    print("stop");
    stop();
  }
}

const which = arg(1);
if (which === "order") order();
else if (which === "stopped") stopped();
else if (which === "again") new Again().start(1);
else if (which === "period") new Periodic().start(20, true);
else if (which === "restarted") restarted();
else if (which === "many") many();
else if (which === "sleep") {
  const slept = new Named("slept");
  slept.start(10);
  slept.start(1000);
  new Named("before").start(300);
} else if (which === "stop") {
  new Last().start(10);
  new Named("must not fire").start(20);
} else fail("no such case: " + which);
run();
print("end");
