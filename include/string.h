// string.h of wasi-libc, with strerror_r as glibc has it and the names of signals.
#ifndef _TRIPOLL_STRING_H
#define _TRIPOLL_STRING_H

#define strerror_r __wasi_strerror_r
#include_next <string.h>
#undef strerror_r

#ifdef __cplusplus
extern "C" {
#endif

#ifdef _GNU_SOURCE
char *strerror_r(int, char *, size_t) __asm__("__gnu_strerror_r");
#else
int strerror_r(int, char *, size_t);
#endif
char *strsignal(int);

#ifdef __cplusplus
}
#endif
#endif
