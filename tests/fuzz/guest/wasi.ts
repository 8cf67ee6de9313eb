// What WASI's calls answer, as the interpreter wants it: a value, or -errno.

/** The last of WASI's error numbers. */
const ERRNO_MAX: u32 = 76;
/** Far from all that a call may answer, so that it is a finding. */
const NO_ERRNO: i32 = -1_000_000;

/** Of a call that has no value. */
export function answer(errno: u32): i32 {
  return errno <= ERRNO_MAX ? -(<i32>errno) : NO_ERRNO - <i32>(errno & 0xffff);
}

/** Of a call that writes its value to `at`. */
export function answerAt(errno: u32, at: u32): i32 {
  return errno === 0 ? load<i32>(at) : answer(errno);
}
