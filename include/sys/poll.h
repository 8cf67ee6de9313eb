// The old name of poll.h, which many programs include.
#include <poll.h>
