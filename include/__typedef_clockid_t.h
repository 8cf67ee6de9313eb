// wasi-libc's clockid_t is a pointer; Linux's is a number. All its headers take it from here.
#ifndef _TRIPOLL_TYPEDEF_CLOCKID_T_H
#define _TRIPOLL_TYPEDEF_CLOCKID_T_H

typedef int clockid_t;

#endif
