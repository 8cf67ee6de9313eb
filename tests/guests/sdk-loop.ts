// The loop with bare event descriptors: the argument says which case; prints what happens.

import * as linux from "../../assembly/linux";
import {
  arg,
  EFD_NONBLOCK,
  EPOLLET,
  EPOLLIN,
  errorName,
  fail,
  Handler,
  loop,
  print,
  run,
  Timer,
} from "../../assembly/index";

const COUNTER: usize = memory.data(8, 8);

class Event extends Handler {
  /** What happens to this one when the first of a batch is called. */
  victim: Event | null = null;
  left: i32 = 1;

  constructor(readonly name: string) {
    super();
  }

  /** Registers a new event descriptor that is ready, or not. */
  open(ready: bool, events: u32): Event {
    const fd = linux.eventfd2(ready ? 1 : 0, EFD_NONBLOCK);
    const error = loop.add(this, fd, events);
    if (error < 0) fail(errorName(error));
    return this;
  }

  override onEvents(events: u32): void {
    print(this.name + " " + events.toString());
    const victim = this.victim;
    if (victim !== null) {
      const fd = victim.fd;
      loop.close(victim);
      new Event("successor: must not be called").open(false, EPOLLIN);
      print("the number is used again: " + (lastFd() === fd).toString());
    }
    if (--this.left === 0) loop.close(this);
  }

  override onPutOff(): void {
    print(this.name + " put off");
    if (--this.left > 0) loop.putOff(this);
  }
}

/** The number of the descriptor that was opened last: the one below the next free one. */
function lastFd(): i32 {
  const next = linux.eventfd2(0, 0);
  linux.close(next);
  return next - 1;
}

class End extends Timer {
  override onTimer(): void {
    print("end");
    loop.stop();
  }
}

class Signal extends Timer {
  constructor(readonly event: Event) {
    super();
  }

  override onTimer(): void {
    store<u64>(COUNTER, 1);
    linux.write(this.event.fd, COUNTER, 8);
  }
}

let hooks: i32 = 0;

const which = arg(1);
if (which === "stale") {
  // Both are ready in one batch; whichever is called first closes the other, and a new descriptor
  // takes its number. The event that is left in the batch is of the old one.
  const a = new Event("called").open(true, EPOLLIN);
  const b = new Event("called").open(true, EPOLLIN);
  a.victim = b;
  b.victim = a;
  new End().start(20);
} else if (which === "level") {
  const event = new Event("level").open(true, EPOLLIN);
  event.left = 3;
} else if (which === "edge") {
  const event = new Event("edge").open(true, EPOLLIN | EPOLLET);
  event.left = 2;
  new Signal(event).start(20);
} else if (which === "modify") {
  const event = new Event("modified").open(true, 0);
  print("modify " + loop.modify(event, EPOLLIN).toString());
} else if (which === "remove") {
  const event = new Event("removed: must not be called").open(true, EPOLLIN);
  const fd = loop.remove(event);
  store<u64>(COUNTER, 1);
  print("its own again " + linux.write(fd, COUNTER, 8).toString());
  print("twice " + errorName(loop.remove(event)));
} else if (which === "put off") {
  const a = new Event("a");
  const b = new Event("b");
  a.left = 2;
  loop.putOff(a);
  loop.putOff(b);
  loop.putOff(a); // once more does not count
} else if (which === "before sleep") {
  loop.beforeSleep = () => {
    hooks++;
  };
  const event = new Event("level").open(true, EPOLLIN);
  event.left = 4;
} else if (which === "errors") {
  const event = new Event("none");
  print("add " + errorName(loop.add(event, 99, EPOLLIN)) + " " + event.fd.toString());
  print("modify " + errorName(loop.modify(event, EPOLLIN)));
  loop.close(event);
} else fail("no such case: " + which);

print("run " + run().toString());
if (hooks > 0) print("hooks " + hooks.toString());
