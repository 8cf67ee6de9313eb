// The old name of fcntl.h, which some programs include.
#include <fcntl.h>
