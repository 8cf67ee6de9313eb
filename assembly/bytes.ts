// Bytes: a borrowed range of memory, the one currency of the SDK for data in and out.
// Pure: reads memory, owns nothing, knows no descriptor.

const LOW_BITS: u64 = 0x0101010101010101;
const HIGH_BITS: u64 = 0x8080808080808080;

/**
 * A range of bytes that somebody else owns. One handed to a handler is valid until it returns.
 *
 *     0     4        8
 *     | ptr | length |
 */
@unmanaged
@final
export class Bytes {
  ptr: usize = 0;
  length: i32 = 0;

  /** The UTF-8 bytes of `text`, never freed: for constants, at top level. */
  static of(text: string): Bytes {
    const bytes = Bytes.alloc(String.UTF8.byteLength(text));
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, bytes.ptr);
    return bytes;
  }

  /** `length` bytes of its own, never freed: for buffers, at top level. */
  static alloc(length: i32): Bytes {
    return new Bytes().set(heap.alloc(length), length);
  }

  /** Makes this the range of `length` bytes at `ptr`. */
  set(ptr: usize, length: i32): Bytes {
    this.ptr = ptr;
    this.length = length;
    return this;
  }

  /** Makes this the part of `source` from `from` up to `to`, both cut to what `source` has. */
  part(source: Bytes, from: i32, to: i32): Bytes {
    const start = min(max(from, 0), source.length);
    return this.set(source.ptr + start, max(min(to, source.length), start) - start);
  }

  /** The byte at `index`, -1 outside of the range. */
  @operator("[]")
  at(index: i32): i32 {
    return <u32>index < <u32>this.length ? <i32>load<u8>(this.ptr + index) : -1;
  }

  /** Where `byte` first is at or after `from`; -1: nowhere. */
  indexOf(byte: i32, from: i32 = 0): i32 {
    const end = this.ptr + this.length;
    const same = LOW_BITS * <u64>byte;
    let at = this.ptr + max(from, 0);
    // Eight at a time: a zero byte in `x` borrows, and so shows in its high bit.
    for (; at + 8 <= end; at += 8) {
      const x = load<u64>(at) ^ same;
      const zeros = (x - LOW_BITS) & ~x & HIGH_BITS;
      if (zeros) return <i32>(at - this.ptr) + <i32>(ctz(zeros) >> 3);
    }
    for (; at < end; at++) if (load<u8>(at) === byte) return <i32>(at - this.ptr);
    return -1;
  }

  /** Where `bytes` first is at or after `from`; -1: nowhere. */
  find(bytes: Bytes, from: i32 = 0): i32 {
    const last = this.length - bytes.length;
    let at = max(from, 0);
    if (bytes.length === 0) return at <= last ? at : -1;
    while (at <= last) {
      at = this.indexOf(bytes[0], at);
      if (at < 0 || at > last) return -1;
      if (memory.compare(this.ptr + at, bytes.ptr, bytes.length) === 0) return at;
      at++;
    }
    return -1;
  }

  equals(bytes: Bytes): bool {
    return this.length === bytes.length && this.startsWith(bytes);
  }

  startsWith(bytes: Bytes): bool {
    return this.length >= bytes.length && memory.compare(this.ptr, bytes.ptr, bytes.length) === 0;
  }

  /** A string of the range, read as UTF-8. Allocates: not for the hot path. */
  toString(): string {
    return String.UTF8.decodeUnsafe(this.ptr, this.length);
  }
}

const DIGITS_MAX: i32 = 20; // of -9223372036854775808
const DIGITS: usize = memory.data(DIGITS_MAX);
const DECIMAL: Bytes = new Bytes();

/** The decimal digits of `number`, valid until the next call. Allocates nothing. */
export function decimal(number: i64): Bytes {
  let rest = number < 0 ? 0 - <u64>number : <u64>number;
  let start = DIGITS + DIGITS_MAX;
  do {
    store<u8>(--start, 0x30 + <u8>(rest % 10));
    rest /= 10;
  } while (rest > 0);
  if (number < 0) store<u8>(--start, 0x2d);
  return DECIMAL.set(start, <i32>(DIGITS + DIGITS_MAX - start));
}
