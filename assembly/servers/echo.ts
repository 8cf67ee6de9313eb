// Sends back what each connection sends: echo.wasm [HOST:]PORT

import { arg, Bytes, listen, run, Stream } from "../index";

class Echo extends Stream {
  override onData(data: Bytes): i32 {
    return this.write(data); // what does not fit is offered again
  }
}

listen<Echo>(arg(1, "7000"));
run();
