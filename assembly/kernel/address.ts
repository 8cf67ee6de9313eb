// Socket addresses as system calls give and take them, and as WASI does.

import { AF_INET, AF_INET6 } from "../constants";
import { EFAULT, EINVAL } from "../errno";
import { SockaddrIn, SockaddrIn6 } from "../structs";
import { reachable } from "./memory";

/** sizeof(struct sockaddr_storage): no address is longer. */
export const ADDRESS_BYTES_MAX: i32 = 128;

/** Where in scratch one is put together: behind what the layer below writes its results to. */
export const NAME: usize = 512;

export function swap16(value: u16): u16 {
  return (value << 8) | (value >> 8);
}

/** Bytes of an address of a family. */
export function addressBytes(family: i32): i32 {
  return family === AF_INET6 ? offsetof<SockaddrIn6>() : offsetof<SockaddrIn>();
}

/**
 * Gives an address to a guest that has room for what `lengthAt` says: as much as fits, and there
 * how long it is. 0, -EFAULT, -EINVAL.
 */
export function storeAddress(from: usize, bytes: i32, to: usize, lengthAt: usize): i32 {
  if (lengthAt === 0 || !reachable(lengthAt, 4)) return -EFAULT;
  const room = load<i32>(lengthAt);
  if (room < 0) return -EINVAL;
  const step = min(room, bytes);
  if (!reachable(to, step)) return -EFAULT;
  memory.copy(to, from, step);
  store<i32>(lengthAt, bytes);
  return 0;
}

/** Whether an address has a length that an address can have, and is in memory. */
export function checkAddress(at: usize, bytes: i32): i32 {
  if (<u32>bytes > <u32>ADDRESS_BYTES_MAX) return -EINVAL;
  if (!reachable(at, bytes)) return -EFAULT;
  return 0;
}

/** 127.0.0.1 or ::1 where an address is the wildcard: as a destination it is this host. */
export function makeReachable(at: usize): void {
  if (load<u16>(at) === AF_INET) {
    const address = changetype<SockaddrIn>(at);
    if (address.sin_addr === 0) address.sin_addr = 0x0100007f;
  } else {
    const address = changetype<SockaddrIn6>(at);
    if (address.sin6_addr_high === 0 && address.sin6_addr_low === 0) {
      address.sin6_addr_low = 0x0100000000000000;
    }
  }
}
