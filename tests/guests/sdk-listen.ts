// Tries to listen on each of its arguments, and prints the port or the error.

import { args, Bytes, errorName, print, Stream, tryListen } from "../../assembly/index";

class Silent extends Stream {
  override onData(data: Bytes): i32 {
    return data.length;
  }
}

const all = args();
for (let i = 1; i < all.length; i++) {
  const port = tryListen<Silent>(all[i]);
  print(all[i] + " " + (port < 0 ? errorName(port) : port > 0 ? "a port" : "none"));
}
