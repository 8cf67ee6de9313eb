// Jumps back out of calls, by the exceptions of WebAssembly: only functions that call setjmp() are
// compiled in another way for it.
#ifndef _TRIPOLL_SETJMP_H
#define _TRIPOLL_SETJMP_H

#define __NEED_sigset_t
#include <bits/alltypes.h>

// The compiler keeps what it needs in the first word.
struct __jmp_buf {
  unsigned __call;
  int __has_mask;
  sigset_t __mask;
};

typedef struct __jmp_buf jmp_buf[1];
typedef struct __jmp_buf sigjmp_buf[1];

#ifdef __cplusplus
extern "C" {
#endif

__attribute__((__returns_twice__)) int setjmp(jmp_buf);
__attribute__((__noreturn__)) void longjmp(jmp_buf, int);
__attribute__((__noreturn__)) void _longjmp(jmp_buf, int);
__attribute__((__noreturn__)) void siglongjmp(sigjmp_buf, int);
void __save_mask(sigjmp_buf, int);

#ifdef __cplusplus
}
#endif

// Macros, because it is the caller of setjmp() itself that is jumped to.
#define setjmp(env) (__save_mask(env, 0), setjmp(env))
#define _setjmp(env) setjmp(env)
#define sigsetjmp(env, saves_mask) (__save_mask(env, saves_mask), (setjmp)(env))

#endif
