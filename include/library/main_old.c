// main() with two parameters that are declared in the old way, behind the list of their names: the
// compiler leaves its name as it is. Not in the library, where it would be in the way of
// main_envp.c.
#include "vector.h"

int main_old(int, char **) __asm__("main");
int __main_void(void);

int __main_void(void) { return main_old(__argument_count, __arguments); }
