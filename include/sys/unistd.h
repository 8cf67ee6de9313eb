// The old name of unistd.h, which some programs include.
#include <unistd.h>
