// What clang's code for setjmp() calls, and longjmp(). A call of a function that uses setjmp() has
// a table with the places where it did; longjmp() throws, and each such function on the way looks
// into its table whether it is meant.
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

struct place {
  uint32_t call; // 0 ends the table
  uint32_t label;
};

struct thrown {
  void *env;
  int value;
};

enum { LONGJMP_TAG = 1 };

static uint32_t second_result;

// A jump on its way, and the mask to go on with: a host puts back the one from before a handler
// when that is left, so it is set when the jump arrives.
static int is_jumping;
static sigset_t mask_after;

uint32_t getTempRet0(void) { return second_result; }

void setTempRet0(uint32_t value) { second_result = value; }

// Makes a jmp_buf known to the call of a function: the table, which may have been moved. Its size
// is the second result. A call of setjmp() that is made again has its entry already, and shares it
// with all jmp_bufs from there, so that the table has no more entries than the function has calls.
struct place *saveSetjmp(uint32_t *env, uint32_t label, struct place *table, uint32_t size) {
  static uint32_t calls;
  uint32_t at = 0;
  setTempRet0(size);
  while (table[at].call != 0 && table[at].label != label)
    at++;
  if (table[at].call != 0) {
    *env = table[at].call;
    return table;
  }
  if (at + 1 >= size) {
    size *= 2;
    table = realloc(table, size * sizeof *table);
    if (table == NULL)
      __builtin_trap();
  }
  if (++calls == 0)
    calls = 1;
  *env = calls;
  table[at] = (struct place){calls, label};
  table[at + 1] = (struct place){0, 0};
  setTempRet0(size);
  return table;
}

// Where in a function a jmp_buf was made, or 0: not in this call of it.
uint32_t testSetjmp(uint32_t call, const struct place *table, uint32_t size) {
  for (uint32_t at = 0; at < size && table[at].call != 0; at++) {
    if (table[at].call == call) {
      is_jumping = 0;
      sigprocmask(SIG_SETMASK, &mask_after, NULL);
      return table[at].label;
    }
  }
  return 0;
}

void __save_mask(sigjmp_buf env, int saves_mask) {
  env->__has_mask = saves_mask && sigprocmask(SIG_BLOCK, NULL, &env->__mask) == 0;
}

// What clang makes of a call of longjmp(), and calls again in each function that is not meant.
_Noreturn void __wasm_longjmp(void *env, int value) {
  static struct thrown thrown;
  const struct __jmp_buf *to = env;
  if (!is_jumping && to->__has_mask)
    mask_after = to->__mask;
  else if (!is_jumping)
    sigprocmask(SIG_BLOCK, NULL, &mask_after);
  is_jumping = 1;
  thrown = (struct thrown){env, value == 0 ? 1 : value};
  __builtin_wasm_throw(LONGJMP_TAG, &thrown);
}

_Noreturn void longjmp(jmp_buf env, int value) { __wasm_longjmp(env, value); }

_Noreturn void _longjmp(jmp_buf env, int value) { __wasm_longjmp(env, value); }

_Noreturn void siglongjmp(sigjmp_buf env, int value) { __wasm_longjmp(env, value); }
