// main() with parameters, from the arguments that the host has. A main() without them is called
// __main_void by the compiler, and this is not linked.
#include "linux.h"
#include "vector.h"

int __main_void(void);
int __main_argc_argv(int, char **);

int __main_void(void) {
  int argc;
  char **argv = __strings(__linux_cmdline, &argc);
  return __main_argc_argv(argc, argv);
}
