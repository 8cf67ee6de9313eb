// stdlib.h of wasi-libc, and what a Linux program expects of it besides.
#ifndef _TRIPOLL_STDLIB_H
#define _TRIPOLL_STDLIB_H

#include_next <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

int system(const char *);
int mkstemp(char *);
int mkostemp(char *, int);
char *mkdtemp(char *);
char *realpath(const char *__restrict, char *__restrict);
char *secure_getenv(const char *);
int getloadavg(double[], int);

#ifdef __cplusplus
}
#endif
#endif
