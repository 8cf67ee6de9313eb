// Calls that are not answered yet.

import { ENOSYS } from "../errno";

export function socket(a: i32, b: i32, c: i32): i32 { return -ENOSYS; }
export function socketpair(a: i32, b: i32, c: i32, d: i32): i32 { return -ENOSYS; }
export function bind(a: i32, b: i32, c: i32): i32 { return -ENOSYS; }
export function listen(a: i32, b: i32): i32 { return -ENOSYS; }
export function accept4(a: i32, b: i32, c: i32, d: i32): i32 { return -ENOSYS; }
export function connect(a: i32, b: i32, c: i32): i32 { return -ENOSYS; }
export function shutdown(a: i32, b: i32): i32 { return -ENOSYS; }
export function getsockname(a: i32, b: i32, c: i32): i32 { return -ENOSYS; }
export function getpeername(a: i32, b: i32, c: i32): i32 { return -ENOSYS; }
export function getsockopt(a: i32, b: i32, c: i32, d: i32, e: i32): i32 { return -ENOSYS; }
export function setsockopt(a: i32, b: i32, c: i32, d: i32, e: i32): i32 { return -ENOSYS; }
export function sendto(a: i32, b: i32, c: i32, d: i32, e: i32, f: i32): i32 { return -ENOSYS; }
export function recvfrom(a: i32, b: i32, c: i32, d: i32, e: i32, f: i32): i32 { return -ENOSYS; }
export function sendmsg(a: i32, b: i32, c: i32): i32 { return -ENOSYS; }
export function recvmsg(a: i32, b: i32, c: i32): i32 { return -ENOSYS; }
export function sendmmsg(a: i32, b: i32, c: i32, d: i32): i32 { return -ENOSYS; }
export function recvmmsg(a: i32, b: i32, c: i32, d: i32, e: i32): i32 { return -ENOSYS; }
export function fstat(a: i32, b: i32): i32 { return -ENOSYS; }
export function unlinkat(a: i32, b: i32, c: i32): i32 { return -ENOSYS; }
export function clock_nanosleep(a: i32, b: i32, c: i32, d: i32): i32 { return -ENOSYS; }
export function clock_getres(a: i32, b: i32): i32 { return -ENOSYS; }
export function geteuid(): i32 { return 1000; }
export function getgid(): i32 { return 1000; }
export function getegid(): i32 { return 1000; }
export function uname(a: i32): i32 { return -ENOSYS; }
export function getrusage(a: i32, b: i32): i32 { return -ENOSYS; }
export function sched_yield(): i32 { return 0; }
export function prlimit64(a: i32, b: i32, c: i32, d: i32): i32 { return -ENOSYS; }
