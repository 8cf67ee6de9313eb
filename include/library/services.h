// The few services that programs ask for by name.
#ifndef LIBRARY_SERVICES_H
#define LIBRARY_SERVICES_H

#include <stdint.h>

struct service {
  const char *name;
  const char *protocol;
  uint16_t port;
};

// The service of that name, of any protocol where that is NULL or empty; or NULL.
// The one at an index, or NULL behind the last.
const struct service *__service_at(int);
const struct service *__find_service(const char *name, const char *protocol);

// The same by its port, in host order.
const struct service *__find_port_service(uint16_t port, const char *protocol);

#endif
