// Interfaces: a guest is shown none.
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdlib.h>

#include "linux.h"

unsigned if_nametoindex(const char *name) {
  (void)name;
  __failed(ENODEV);
  return 0;
}

char *if_indextoname(unsigned index, char *name) {
  (void)index;
  (void)name;
  __failed(ENXIO);
  return NULL;
}

// A list with nothing but its end.
struct if_nameindex *if_nameindex(void) { return calloc(1, sizeof(struct if_nameindex)); }

void if_freenameindex(struct if_nameindex *list) { free(list); }

int getifaddrs(struct ifaddrs **list) {
  *list = NULL;
  return 0;
}

void freeifaddrs(struct ifaddrs *list) { (void)list; }
