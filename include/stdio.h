// stdio.h of wasi-libc, and what a Linux program expects of it besides.
#ifndef _TRIPOLL_STDIO_H
#define _TRIPOLL_STDIO_H

#include_next <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

FILE *popen(const char *, const char *);
int pclose(FILE *);
FILE *tmpfile(void);

#ifdef __cplusplus
}
#endif
#endif
