// What a program is called, by itself and in its messages; known before main() begins.
#include <errno.h>
#include <string.h>

#include "linux.h"
#include "vector.h"

char *program_invocation_name = (char *)"";
char *program_invocation_short_name = (char *)"";

__attribute__((constructor)) static void name_program(void) {
  int count;
  char **arguments = __strings(__linux_cmdline, &count);
  if (count == 0)
    return;
  char *slash = strrchr(arguments[0], '/');
  program_invocation_name = arguments[0];
  program_invocation_short_name = slash == NULL ? arguments[0] : slash + 1;
}
