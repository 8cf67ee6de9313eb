// wasi-libc's sigset_t is a byte; the kernel's has 8, and bit n - 1 is signal n.
#ifndef _TRIPOLL_TYPEDEF_SIGSET_T_H
#define _TRIPOLL_TYPEDEF_SIGSET_T_H

typedef struct {
  unsigned __bits[2];
} sigset_t;

#endif
