// A UDP socket that answers each sender at once, and all of them again at the end; the argument
// says how many there are. Prints how many it could answer then.

import { arg, print } from "../../assembly/index";
import * as linux from "../../assembly/linux";

const AF_INET: i32 = 2;
const SOCK_DGRAM: i32 = 2;
const ADDRESS_BYTES: i32 = 16;

const scratch = memory.data(64, 8);

const count = I32.parseInt(arg(1));
const addresses = heap.alloc(count * ADDRESS_BYTES);
const fd = linux.socket(AF_INET, SOCK_DGRAM, 0);
store<u16>(scratch, AF_INET);
store<u32>(scratch, 0x0100007f, 4);
linux.bind(fd, scratch, ADDRESS_BYTES);
for (let i = 0; i < count; i++) {
  const address = addresses + i * ADDRESS_BYTES;
  store<i32>(scratch, ADDRESS_BYTES, 32);
  linux.recvfrom(fd, scratch, 1, 0, address, scratch + 32);
  linux.sendto(fd, scratch, 1, 0, address, ADDRESS_BYTES);
}
let answered = 0;
for (let i = 0; i < count; i++) {
  if (linux.sendto(fd, scratch, 1, 0, addresses + i * ADDRESS_BYTES, ADDRESS_BYTES) > 0) answered++;
}
print("answered " + answered.toString());
