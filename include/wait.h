// The old name of sys/wait.h, which some programs include.
#include <sys/wait.h>
