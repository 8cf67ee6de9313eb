// The old name of termios.h, which some programs include.
#include <termios.h>
