// Options of UDP with Linux's numbers.
#ifndef _TRIPOLL_NETINET_UDP_H
#define _TRIPOLL_NETINET_UDP_H

#define UDP_CORK 1
#define UDP_SEGMENT 103
#define UDP_GRO 104
#define SOL_UDP 17

#endif
