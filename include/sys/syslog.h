// The old name of syslog.h, which some programs include.
#include <syslog.h>
