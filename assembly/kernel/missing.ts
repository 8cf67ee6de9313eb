// Calls that are not answered yet.

import { ENOSYS } from "../errno";

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
