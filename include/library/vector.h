// The strings that a host hands over, arguments and environment alike.
#ifndef LIBRARY_VECTOR_H
#define LIBRARY_VECTOR_H

#include <stddef.h>

// An array of the strings that `fill` copies out back to back, with a NULL behind them.
char **__strings(int (*fill)(void *, size_t), int *count);

// The arguments, the program's name first.
extern int __argument_count;
extern char **__arguments;

#endif
