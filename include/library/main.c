// main() with parameters. A main() without them is called __main_void by the compiler, and this is
// not linked.
#include "vector.h"

int __main_void(void);
int __main_argc_argv(int, char **);

int __main_void(void) { return __main_argc_argv(__argument_count, __arguments); }
