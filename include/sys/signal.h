// The old name of signal.h, which some programs include.
#include <signal.h>
