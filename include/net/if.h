// Interfaces: a guest is shown none, so every name is unknown.
#ifndef _TRIPOLL_NET_IF_H
#define _TRIPOLL_NET_IF_H

#define IF_NAMESIZE 16
#define IFNAMSIZ IF_NAMESIZE

#ifdef __cplusplus
extern "C" {
#endif

unsigned if_nametoindex(const char *);
char *if_indextoname(unsigned, char *);

#ifdef __cplusplus
}
#endif
#endif
