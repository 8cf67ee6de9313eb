// cmdline, environ, getrandom, exit_group.
#include "contract.h"

static u8 bytes[8192];

static void getrandom_facts(void) {
  static const size_t sizes[] = {0, 1, 16, 255, 256, 257, 8192};
  for (int i = 0; i < COUNT(sizes); i++)
    fact_at("getrandom: size", (i32)sizes[i], getrandom(bytes, sizes[i], 0));
  static const u32 flags[] = {GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE, 3, 5, 6, 7, 8, 16,
                              0x80000000,    0xffffffff};
  for (int i = 0; i < COUNT(flags); i++)
    fact_at("getrandom: flags", (i32)flags[i], getrandom(bytes, 16, flags[i]));
  fact("getrandom: nowhere", getrandom(NOWHERE, 16, 0));
  fact("getrandom: NULL", getrandom(NULL, 16, 0));
  fact("getrandom: NULL, size 0", getrandom(NULL, 0, 0));
  fact("getrandom: half behind memory", getrandom(last_bytes(8), 16, 0));
  fact("getrandom: the last bytes", getrandom(last_bytes(8), 8, 0));
  fact("getrandom: nowhere or its flags", getrandom(NOWHERE, 16, 99));
  static u8 large[3 << 20];
  fact("getrandom: 3 MiB", getrandom(large, sizeof large, 0));
  int zeros = 0;
  for (int i = 0; i < COUNT(large); i++)
    zeros += large[i] == 0;
  fact("getrandom: bytes in every part", zeros > 10000 && zeros < 15000);
  fact("getrandom: a size of SIZE_MAX", getrandom(NOWHERE, (size_t)-1, 0));
  clear(bytes, 32);
  getrandom(bytes, 16, 0);
  getrandom(bytes + 16, 16, 0);
  fact("getrandom: twice the same", same(bytes, bytes + 16, 16));
}

// The strings that Linux gives in /proc, without the first `skip`.
static void blob(const char *whole, const char *parts, int (*call)(void *, size_t), int skip) {
  clear(bytes, sizeof bytes);
  int length = call(bytes, sizeof bytes);
  int from = 0;
  for (int i = 0; i < skip; i++) {
    while (from < length && bytes[from])
      from++;
    from++;
  }
  fact_bytes(whole, length - from, bytes + from);
  clear(bytes, 64);
  fact_at(parts, 0, call(NULL, 0) - length);
  fact_at(parts, 3, call(bytes, 3) - length);
  fact_at("the strings: bytes written behind so much room, of skip", skip, bytes[3]);
  fact_at("the strings: a byte too little, of skip", skip,
          call(bytes, (size_t)length - 1) - length);
}

static void strings(void) {
  blob("cmdline: the arguments", "cmdline: the length does not hang on room for", cmdline, 1);
  blob("environ: the variables", "environ: the length does not hang on room for", environ, 0);
  if (GUEST) {
    int nowhere = cmdline(NOWHERE, 16);
    int behind = environ(last_bytes(2), 3);
    must("cmdline and environ: a range that is nowhere",
         nowhere == -EFAULT && behind == -EFAULT ? 0 : -EIO);
  }
}

static void facts(void) {
  getrandom_facts();
  strings();
  fact("exit_group: what is written before it is there", 1);
  exit_group(0x1200 | 42);
  fact("exit_group: returned", 1);
}
