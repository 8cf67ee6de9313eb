// The old name of errno.h, which some programs include.
#include <errno.h>
