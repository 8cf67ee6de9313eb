// What `abort` (a throw, a failed assert) and the seed of Math.random are in a guest.
// Named linux.ts for asc, which takes the import module's name from it; asconfig.json names it as a
// library, because only then its functions have the same name in this project and in a user's.

declare function write(fd: i32, buf: usize, count: i32): i32;
declare function getrandom(buf: usize, buflen: i32, flags: i32): i32;
declare function exit_group(status: i32): i32;

const STDERR: i32 = 2;
const SIGABRT: i32 = 6;
const LINE_BYTES_MAX: i32 = 512;
const LINE: usize = memory.data(LINE_BYTES_MAX);

/** Says message and place on fd 2, then ends as a program does that SIGABRT has killed. */
export function __abort(message: string | null, file: string | null, line: u32, column: u32): void {
  let end = put(0, "abort: ");
  end = put(end, message === null ? "no message" : message);
  if (file !== null) {
    end = put(put(end, " in "), file);
    end = putNumber(put(end, ":"), line);
    end = putNumber(put(end, ":"), column);
  }
  store<u8>(LINE + end, 0x0a);
  write(STDERR, LINE, end + 1);
  exit_group(128 + SIGABRT);
}

/** Copies `text`; what is not ASCII becomes "?". Allocates nothing: memory may be out. */
function put(at: i32, text: string): i32 {
  for (let i = 0; i < text.length && at < LINE_BYTES_MAX - 1; i++, at++) {
    const char = text.charCodeAt(i);
    store<u8>(LINE + at, char < 0x80 ? <u8>char : 0x3f);
  }
  return at;
}

function putNumber(at: i32, number: u32): i32 {
  if (number >= 10) at = putNumber(at, number / 10);
  if (at < LINE_BYTES_MAX - 1) store<u8>(LINE + at++, <u8>(0x30 + (number % 10)));
  return at;
}

/** The first state of Math.random. */
export function __seed(): f64 {
  getrandom(LINE, 8, 0);
  return reinterpret<f64>(load<u64>(LINE));
}
