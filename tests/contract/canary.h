// A buffer with watched memory around it, and numbers to try in it, for the programs that try
// everything a guest may not ask for. What is off a list has to answer as a number that nothing
// has; it is tried in a guest alone: natively it exists, and root could do harm with it.
#ifndef CONTRACT_CANARY_H
#define CONTRACT_CANARY_H

#include "contract.h"

enum { EDGE_BYTES = 512, BUFFER_BYTES = 1024, CANARY_BYTES = BUFFER_BYTES + 2 * EDGE_BYTES };

static u64 canary[CANARY_BYTES / sizeof(u64)];
static u8 *const buffer = (u8 *)canary + EDGE_BYTES;
static const u64 untouched = 0xc5a6b7d8e9fa0b1cull;

HELPER void canary_set(void) {
  for (int i = 0; i < COUNT(canary); i++)
    canary[i] = untouched;
}

// Whether somebody wrote to it; it is as new then.
HELPER int canary_touched(void) {
  u64 changed = 0;
  for (int i = 0; i < COUNT(canary); i++)
    changed |= canary[i] ^ untouched;
  if (changed)
    canary_set();
  return changed != 0;
}

// Whether anything but the first `size` bytes of the buffer was written to; it is as new then.
HELPER int canary_touched_behind(int size) {
  const u64 pattern = untouched;
  for (int i = 0; i < size; i++)
    buffer[i] = ((const u8 *)&pattern)[i % (int)sizeof pattern];
  return canary_touched();
}

// The numbers that are tried besides the dense ones: ends, and a bit each.
static const int odd_numbers[] = {
    INT_MAX, INT_MAX - 1, INT_MIN, INT_MIN + 1, -1,      -2,      -255,    -256,
    -257,    1 << 11,     1 << 12, 1 << 13,     1 << 14, 1 << 15, 1 << 16, 1 << 17,
    1 << 18, 1 << 19,     1 << 20, 1 << 21,     1 << 22, 1 << 23, 1 << 24, 1 << 25,
    1 << 26, 1 << 27,     1 << 28, 1 << 29,     1 << 30,
};

#endif
