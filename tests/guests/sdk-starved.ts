// An echo that has descriptors for as many connections as its second argument says.

import * as linux from "../../assembly/linux";
import { arg, Bytes, listen, print, run, Stream } from "../../assembly/index";

class Echo extends Stream {
  override onData(data: Bytes): i32 {
    return this.write(data);
  }

  override onClose(_error: i32): void {
    print("closed");
  }
}

listen<Echo>(arg(1));
let last = linux.eventfd2(0, 0);
for (let next = last; next >= 0; next = linux.eventfd2(0, 0)) last = next;
for (let i = 0; i < I32.parseInt(arg(2)); i++) linux.close(last--);
run();
