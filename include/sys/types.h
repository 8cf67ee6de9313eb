// sys/types.h of wasi-libc, with the names that Linux programs take for granted.
#ifndef _TRIPOLL_SYS_TYPES_H
#define _TRIPOLL_SYS_TYPES_H

#include_next <sys/types.h>

#include <sys/select.h>

typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned u_int;
typedef unsigned long u_long;
typedef unsigned char u_int8_t;
typedef unsigned short u_int16_t;
typedef unsigned u_int32_t;

#endif
