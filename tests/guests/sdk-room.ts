// A room: a line from one goes to all. Who has no room for it is shown out.

import { arg, Bytes, ENOBUFS, errorName, Lines, listen, print, run } from "../../assembly/index";

const LF = Bytes.of("\n");

class Guest extends Lines {
  override onOpen(): void {
    guests.push(this);
  }

  override onLine(line: Bytes): void {
    for (let i = 0; i < guests.length; i++) {
      const guest = guests[i];
      if (guest.room <= line.length) guest.destroy(-ENOBUFS);
      guest.write(line);
      guest.write(LF);
    }
  }

  override onClose(error: i32): void {
    guests.splice(guests.indexOf(this), 1);
    if (error !== 0) print("closed " + errorName(error));
    __collect();
  }
}

const guests: Guest[] = [];

listen<Guest>(arg(1));
run();
