// Sets of bits: whether one has any of some.

/** Whether a set has one of these bits. */
export function has(set: u32, bits: u32): bool {
  return (set & bits) !== 0;
}
