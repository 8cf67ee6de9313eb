// Numbers of Linux that the kernel needs in several places, and the SDK in none; and the numbers
// that every guest's process has (docs/ABI.md).

import { EPOLLIN, EPOLLOUT, EPOLLPRI } from "../constants";

export const EPOLLRDNORM: u32 = 0x40;
export const EPOLLRDBAND: u32 = 0x80;
export const EPOLLWRNORM: u32 = 0x100;
export const EPOLLWRBAND: u32 = 0x200;
/** What wakes those who wait for bytes of a socket, and those who wait for room. */
export const DATA_READY: u32 = EPOLLIN | EPOLLPRI | EPOLLRDNORM | EPOLLRDBAND;
export const WRITE_SPACE: u32 = EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;
/** What the kernel keeps beside the bytes of a message, about. */
export const MESSAGE_OVERHEAD: i32 = 768;

export const O_WRONLY: i32 = 1;
export const O_RDWR: i32 = 2;
export const O_DIRECT: i32 = 0x4000;

export const TIMESPEC_BYTES: i32 = 16;
export const SIGSET_BYTES: i32 = 8;
export const SECOND_NS: i64 = 1_000_000_000;
export const MILLISECOND_NS: i64 = 1_000_000;

/** MAX_RW_COUNT: what one call moves at most. */
export const TRANSFER_MAX: u32 = 0x7ffff000;

/** The guest's process, and who it is. */
export const PID: i32 = 2;
export const UID: i32 = 1000;
