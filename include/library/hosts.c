// The older way to names: gethostbyname() and getservbyname(), each with one static answer.
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "inet.h"
#include "linux.h"
#include "services.h"

static int host_error;

int *__h_errno_location(void) { return &host_error; }

static struct hostent *unknown(void) {
  host_error = HOST_NOT_FOUND;
  return NULL;
}

static struct hostent *answer(const char *name, int family, const void *address) {
  static char *aliases[1];
  static char *addresses[2];
  static char text[INET6_ADDRSTRLEN];
  static unsigned char bytes[16];
  static struct hostent host;
  const int length = family == AF_INET ? 4 : 16;
  memcpy(bytes, address, (size_t)length);
  snprintf(text, sizeof text, "%s", name);
  addresses[0] = (char *)bytes;
  host = (struct hostent){text, aliases, family, length, addresses};
  return &host;
}

struct hostent *gethostbyname2(const char *name, int family) {
  struct in_addr in;
  struct in6_addr in6;
  const int is_local = strcasecmp(name, "localhost") == 0;
  if (family == AF_INET && is_local)
    in.s_addr = htonl(INADDR_LOOPBACK);
  else if (family == AF_INET && !__inet_aton_exact(name, &in))
    return unknown();
  if (family == AF_INET6 && is_local)
    in6 = in6addr_loopback;
  else if (family == AF_INET6 && inet_pton(AF_INET6, name, &in6) != 1)
    return unknown();
  if (family != AF_INET && family != AF_INET6)
    return unknown();
  const void *address = family == AF_INET ? (void *)&in : (void *)&in6;
  return answer(is_local ? "localhost" : name, family, address);
}

struct hostent *gethostbyname(const char *name) { return gethostbyname2(name, AF_INET); }

struct hostent *gethostbyaddr(const void *address, socklen_t length, int family) {
  const in_addr_t loopback = htonl(INADDR_LOOPBACK);
  const int is4 = family == AF_INET && length == sizeof loopback;
  const int is6 = family == AF_INET6 && length == sizeof in6addr_loopback;
  if (is4 && memcmp(address, &loopback, length) == 0)
    return answer("localhost", AF_INET, address);
  if (is6 && memcmp(address, &in6addr_loopback, length) == 0)
    return answer("localhost", AF_INET6, address);
  return unknown();
}

// Copies a static answer to where the caller wants it: two lists of one, the address, the name.
static int copy_host(const struct hostent *from, struct hostent *to, char *buffer, size_t size,
                     struct hostent **result, int *error) {
  struct lists {
    char *aliases[1];
    char *addresses[2];
    unsigned char address[16];
    char name[];
  };
  *result = NULL;
  *error = host_error;
  if (from == NULL)
    return 0;
  const size_t gap = -(uintptr_t)buffer % _Alignof(struct lists);
  const size_t needed = gap + sizeof(struct lists) + strlen(from->h_name) + 1;
  if (size < needed) {
    *error = NETDB_INTERNAL;
    return ERANGE;
  }
  struct lists *lists = (struct lists *)(buffer + gap);
  memcpy(lists->address, from->h_addr, (size_t)from->h_length);
  strcpy(lists->name, from->h_name);
  lists->aliases[0] = NULL;
  lists->addresses[0] = (char *)lists->address;
  lists->addresses[1] = NULL;
  *to = (struct hostent){lists->name, lists->aliases, from->h_addrtype, from->h_length,
                         lists->addresses};
  *result = to;
  *error = NETDB_SUCCESS;
  return 0;
}

int gethostbyname2_r(const char *__restrict name, int family, struct hostent *__restrict to,
                     char *__restrict buffer, size_t size, struct hostent **__restrict result,
                     int *__restrict error) {
  return copy_host(gethostbyname2(name, family), to, buffer, size, result, error);
}

int gethostbyname_r(const char *__restrict name, struct hostent *__restrict to,
                    char *__restrict buffer, size_t size, struct hostent **__restrict result,
                    int *__restrict error) {
  return gethostbyname2_r(name, AF_INET, to, buffer, size, result, error);
}

int gethostbyaddr_r(const void *__restrict address, socklen_t length, int family,
                    struct hostent *__restrict to, char *__restrict buffer, size_t size,
                    struct hostent **__restrict result, int *__restrict error) {
  return copy_host(gethostbyaddr(address, length, family), to, buffer, size, result, error);
}

const char *hstrerror(int code) {
  static const char *const texts[] = {
      "Resolver Error 0 (no error)",     "Unknown host",
      "Host name lookup failure",        "Unknown server error",
      "No address associated with name",
  };
  const unsigned index = (unsigned)code;
  return index < sizeof texts / sizeof *texts ? texts[index] : "Unknown resolver error";
}

void herror(const char *what) { fprintf(stderr, "%s: %s\n", what, hstrerror(host_error)); }

static struct servent *answer_service(const struct service *service) {
  static char *aliases[1];
  static struct servent entry;
  if (service == NULL)
    return NULL;
  entry = (struct servent){(char *)service->name, aliases, htons(service->port),
                           (char *)service->protocol};
  return &entry;
}

struct servent *getservbyname(const char *name, const char *protocol) {
  return answer_service(__find_service(name, protocol));
}

struct servent *getservbyport(int port, const char *protocol) {
  return answer_service(__find_port_service(ntohs((uint16_t)port), protocol));
}

static int next_service;

void setservent(int stays_open) {
  (void)stays_open;
  next_service = 0;
}

void endservent(void) { next_service = 0; }

struct servent *getservent(void) {
  const struct service *service = __service_at(next_service);
  next_service += service != NULL;
  return answer_service(service);
}

static struct protoent protocols[] = {
    {(char *)"ip", (char *[]){NULL}, IPPROTO_IP},
    {(char *)"tcp", (char *[]){NULL}, IPPROTO_TCP},
    {(char *)"udp", (char *[]){NULL}, IPPROTO_UDP},
};

struct protoent *getprotobyname(const char *name) {
  for (int i = 0; i < 3; i++) {
    if (strcmp(protocols[i].p_name, name) == 0)
      return &protocols[i];
  }
  return NULL;
}

struct protoent *getprotobynumber(int number) {
  for (int i = 0; i < 3; i++) {
    if (protocols[i].p_proto == number)
      return &protocols[i];
  }
  return NULL;
}
