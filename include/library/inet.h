// Addresses as text, where nothing may stand behind them.
#ifndef LIBRARY_INET_H
#define LIBRARY_INET_H

#include <netinet/in.h>

// inet_aton() of the whole text.
int __inet_aton_exact(const char *text, struct in_addr *address);

#endif
