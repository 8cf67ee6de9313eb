// getaddrinfo() and its kin without a resolver: numbers, "localhost", and services.h.
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>
#include <sys/utsname.h>

#include "inet.h"
#include "linux.h"
#include "services.h"

enum { KINDS = 3, HOSTS_MAX = 2 };

static const struct {
  int type;
  int protocol;
  const char *name;
} kinds[KINDS] = {
    {SOCK_STREAM, IPPROTO_TCP, "tcp"},
    {SOCK_DGRAM, IPPROTO_UDP, "udp"},
    {SOCK_RAW, IPPROTO_IP, ""},
};

struct host {
  int family;
  struct in6_addr address; // of an IPv4 address the first four bytes
  unsigned scope;
};

static const struct addrinfo NO_HINTS = {.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG};

enum {
  AI_ALL_KNOWN = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG |
                 AI_IDN | AI_CANONIDN | AI_IDN_ALLOW_UNASSIGNED | AI_IDN_USE_STD3_ASCII_RULES |
                 AI_NUMERICSERV,
  NI_ALL_KNOWN = NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD | NI_DGRAM | NI_IDN |
                 NI_IDN_ALLOW_UNASSIGNED | NI_IDN_USE_STD3_ASCII_RULES,
};

static struct host host4(in_addr_t address) {
  struct host host = {.family = AF_INET};
  memcpy(&host.address, &address, sizeof address);
  return host;
}

static struct host host6(struct in6_addr address) {
  return (struct host){.family = AF_INET6, .address = address};
}

// An IPv6 address with its scope, which is a number here.
static int parse_scoped(const char *name, struct host *host) {
  char text[INET6_ADDRSTRLEN];
  const size_t length = strcspn(name, "%");
  char *end;
  if (length >= sizeof text)
    return 0;
  memcpy(text, name, length);
  text[length] = 0;
  host->family = AF_INET6;
  host->scope = 0;
  if (name[length] == '%') {
    host->scope = (unsigned)strtoul(name + length + 1, &end, 10);
    if (name[length + 1] == 0 || *end != 0)
      return 0;
  }
  return inet_pton(AF_INET6, text, &host->address) == 1;
}

static int is_local(const char *name) { return strcasecmp(name, "localhost") == 0; }

// The addresses of a name: how many, or an EAI.
static int find_hosts(const char *name, const struct addrinfo *hints,
                      struct host hosts[HOSTS_MAX]) {
  const int wants4 = hints->ai_family != AF_INET6;
  const int wants6 = hints->ai_family != AF_INET;
  const int is_any = name == NULL && hints->ai_flags & AI_PASSIVE;
  struct in_addr number;
  int count = 0;
  if (name != NULL && __inet_aton_exact(name, &number)) {
    if (wants4)
      hosts[count++] = host4(number.s_addr);
    else if (hints->ai_flags & AI_V4MAPPED) {
      struct in6_addr mapped = {{{[10] = 0xff, [11] = 0xff}}};
      mapped.s6_addr32[3] = number.s_addr;
      hosts[count++] = host6(mapped);
    }
    return count > 0 ? count : EAI_ADDRFAMILY;
  }
  if (name != NULL && parse_scoped(name, &hosts[0])) {
    if (!wants6 && !IN6_IS_ADDR_V4MAPPED(&hosts[0].address))
      return EAI_ADDRFAMILY;
    if (!wants6)
      hosts[0] = host4(hosts[0].address.s6_addr32[3]);
    return 1;
  }
  if (name != NULL && (hints->ai_flags & AI_NUMERICHOST || !is_local(name)))
    return EAI_NONAME;
  if (is_any && wants4)
    hosts[count++] = host4(htonl(INADDR_ANY));
  if (wants6)
    hosts[count++] = host6(is_any ? in6addr_any : in6addr_loopback);
  if (!is_any && wants4)
    hosts[count++] = host4(htonl(INADDR_LOOPBACK));
  return count;
}

static struct addrinfo *make_entry(const struct host *host, int kind, int port,
                                   const struct addrinfo *hints) {
  struct {
    struct addrinfo info;
    union {
      struct sockaddr_in in;
      struct sockaddr_in6 in6;
    } address;
  } *entry = calloc(1, sizeof *entry);
  if (entry == NULL)
    return NULL;
  entry->info = (struct addrinfo){
      .ai_flags = hints->ai_flags,
      .ai_family = host->family,
      .ai_socktype = kinds[kind].type,
      .ai_protocol = kinds[kind].protocol ? kinds[kind].protocol : hints->ai_protocol,
      .ai_addrlen = host->family == AF_INET ? sizeof entry->address.in : sizeof entry->address.in6,
      .ai_addr = (struct sockaddr *)&entry->address,
  };
  if (host->family == AF_INET) {
    entry->address.in.sin_family = AF_INET;
    entry->address.in.sin_port = (in_port_t)port;
    memcpy(&entry->address.in.sin_addr, &host->address, sizeof(struct in_addr));
  } else {
    entry->address.in6.sin6_family = AF_INET6;
    entry->address.in6.sin6_port = (in_port_t)port;
    entry->address.in6.sin6_addr = host->address;
    entry->address.in6.sin6_scope_id = host->scope;
  }
  return &entry->info;
}

// The first kind that fits a type or a protocol, as glibc has it; KINDS where none does.
static int find_kind(const struct addrinfo *hints) {
  int kind = 0;
  while (kind < KINDS) {
    const int is_raw = kinds[kind].type == SOCK_RAW;
    const int has_type = hints->ai_socktype == 0 || hints->ai_socktype == kinds[kind].type;
    const int has_protocol =
        is_raw || hints->ai_protocol == 0 || hints->ai_protocol == kinds[kind].protocol;
    if (has_type && has_protocol)
      break;
    kind++;
  }
  return kind;
}

// A number as glibc reads it, whose upper half is lost, in network order; -1 where it is negative,
// which is a name then.
static int parse_port(const char *text, int *is_number) {
  char *end;
  const int number = (int)strtoull(text, &end, 10);
  *is_number = *end == 0;
  return *is_number && number >= 0 ? htons((uint16_t)number) : -1;
}

// The port of each kind of socket, -1 where there is none: a name fits only some. 0 or an EAI.
static int find_ports(const char *name, const struct addrinfo *hints, int ports[KINDS]) {
  const int is_any = hints->ai_socktype == 0 && hints->ai_protocol == 0;
  const int first = is_any ? 0 : find_kind(hints);
  const int end = is_any ? KINDS : first + 1;
  int is_number = 1;
  const int number = name == NULL ? 0 : parse_port(name, &is_number);
  int reason = EAI_SERVICE;
  if (!is_number && hints->ai_flags & AI_NUMERICSERV)
    return EAI_NONAME;
  if (first == KINDS)
    return EAI_SOCKTYPE;
  if (!is_any && name != NULL && kinds[first].type == SOCK_RAW)
    return EAI_SERVICE;
  for (int kind = 0; kind < KINDS; kind++) {
    const int is_wanted = kind >= first && kind < end;
    const struct service *service = NULL;
    if (is_wanted && number < 0 && kinds[kind].type != SOCK_RAW)
      service = __find_service(name, kinds[kind].name);
    ports[kind] = service != NULL ? htons(service->port) : is_wanted ? number : -1;
    if (ports[kind] >= 0)
      reason = 0;
  }
  return reason;
}

// Appends an entry for each host and kind of socket; 0 or an EAI.
static int list_entries(const struct host *hosts, int count, const int ports[KINDS],
                        const struct addrinfo *hints, struct addrinfo **list) {
  struct addrinfo **next = list;
  for (int i = 0; i < count; i++) {
    for (int kind = 0; kind < KINDS; kind++) {
      if (ports[kind] < 0)
        continue;
      *next = make_entry(&hosts[i], kind, ports[kind], hints);
      if (*next == NULL)
        return EAI_MEMORY;
      next = &(*next)->ai_next;
    }
  }
  return 0;
}

// "*" is as good as nothing.
static const char *given_or_null(const char *text) {
  return text == NULL || strcmp(text, "*") == 0 ? NULL : text;
}

int getaddrinfo(const char *__restrict name, const char *__restrict service,
                const struct addrinfo *__restrict given, struct addrinfo **__restrict list) {
  const struct addrinfo *hints = given == NULL ? &NO_HINTS : given;
  struct host hosts[HOSTS_MAX];
  int ports[KINDS];
  name = given_or_null(name);
  service = given_or_null(service);
  if (name == NULL && service == NULL)
    return EAI_NONAME;
  if (hints->ai_flags & ~AI_ALL_KNOWN || (hints->ai_flags & AI_CANONNAME && name == NULL))
    return EAI_BADFLAGS;
  if (hints->ai_family != AF_UNSPEC && hints->ai_family != AF_INET && hints->ai_family != AF_INET6)
    return EAI_FAMILY;
  int reason = find_ports(service == NULL || *service == 0 ? NULL : service, hints, ports);
  if (reason != 0)
    return reason;
  const int count = find_hosts(name, hints, hosts);
  if (count < 0)
    return count;
  *list = NULL;
  reason = list_entries(hosts, count, ports, hints, list);
  if (reason == 0 && hints->ai_flags & AI_CANONNAME) {
    (*list)->ai_canonname = strdup(is_local(name) ? "localhost" : name);
    if ((*list)->ai_canonname == NULL)
      reason = EAI_MEMORY;
  }
  if (reason != 0) {
    freeaddrinfo(*list);
    *list = NULL;
  }
  return reason;
}

void freeaddrinfo(struct addrinfo *list) {
  while (list != NULL) {
    struct addrinfo *next = list->ai_next;
    free(list->ai_canonname);
    free(list);
    list = next;
  }
}

// ---- names of addresses -------------------------------------------------------------------------

// Where names are wanted; a size of 0 is for none.
struct names {
  char *host;
  socklen_t host_size;
  char *service;
  socklen_t service_size;
};

static int give(const char *text, char *to, socklen_t size) {
  if (strlen(text) >= size)
    return EAI_OVERFLOW;
  strcpy(to, text);
  return 0;
}

static int is_loopback(const struct sockaddr *address) {
  if (address->sa_family == AF_INET)
    return ((const struct sockaddr_in *)address)->sin_addr.s_addr == htonl(INADDR_LOOPBACK);
  return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static int give_host(const struct sockaddr *address, char *to, socklen_t size, int flags) {
  char text[INET6_ADDRSTRLEN + 12];
  if (!(flags & NI_NUMERICHOST) && is_loopback(address))
    return give("localhost", to, size);
  if (flags & NI_NAMEREQD)
    return EAI_NONAME;
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, sizeof text);
  } else {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
    inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
    if (in6->sin6_scope_id != 0)
      sprintf(text + strlen(text), "%%%u", in6->sin6_scope_id);
  }
  return give(text, to, size);
}

// A Unix socket is on this host, and its path is the service.
static int name_unix(const struct sockaddr_un *address, int flags, const struct names *to) {
  struct utsname names;
  char path[sizeof address->sun_path + 1] = "";
  const char *host = "localhost";
  int reason = 0;
  strncpy(path, address->sun_path, sizeof address->sun_path);
  if (to->host_size > 0 && flags & NI_NUMERICHOST && flags & NI_NAMEREQD)
    return EAI_NONAME;
  if (!(flags & NI_NUMERICHOST) && uname(&names) == 0)
    host = names.nodename;
  if (to->host_size > 0)
    reason = give(host, to->host, to->host_size);
  if (reason == 0 && to->service_size > 0)
    reason = give(path, to->service, to->service_size);
  return reason;
}

static int give_service(int port, char *to, socklen_t size, int flags) {
  char number[8];
  const char *protocol = flags & NI_DGRAM ? "udp" : "tcp";
  const struct service *service = __find_port_service(ntohs((uint16_t)port), protocol);
  if (service != NULL && !(flags & NI_NUMERICSERV))
    return give(service->name, to, size);
  sprintf(number, "%u", ntohs((uint16_t)port));
  return give(number, to, size);
}

int getnameinfo(const struct sockaddr *__restrict address, socklen_t length, char *__restrict host,
                socklen_t host_size, char *__restrict service, socklen_t service_size, int flags) {
  const struct names to = {host, host == NULL ? 0 : host_size, service,
                           service == NULL ? 0 : service_size};
  int reason = 0;
  if (flags & ~NI_ALL_KNOWN)
    return EAI_BADFLAGS;
  if (address == NULL || length < sizeof address->sa_family)
    return EAI_FAMILY;
  if (flags & NI_NAMEREQD && host == NULL && service == NULL)
    return EAI_NONAME;
  const int is4 = address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in);
  const int is6 = address->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6);
  if (address->sa_family == AF_UNIX && length >= offsetof(struct sockaddr_un, sun_path))
    return name_unix((const struct sockaddr_un *)address, flags, &to);
  if (!is4 && !is6)
    return EAI_FAMILY;
  if (to.host_size > 0)
    reason = give_host(address, host, host_size, flags);
  // The port is in the same place in both.
  if (reason == 0 && to.service_size > 0)
    reason =
        give_service(((const struct sockaddr_in *)address)->sin_port, service, service_size, flags);
  return reason;
}

const char *gai_strerror(int code) {
  switch (code) {
  case EAI_ADDRFAMILY:
    return "Address family for hostname not supported";
  case EAI_AGAIN:
    return "Temporary failure in name resolution";
  case EAI_BADFLAGS:
    return "Bad value for ai_flags";
  case EAI_FAIL:
    return "Non-recoverable failure in name resolution";
  case EAI_FAMILY:
    return "ai_family not supported";
  case EAI_MEMORY:
    return "Memory allocation failure";
  case EAI_NODATA:
    return "No address associated with hostname";
  case EAI_NONAME:
    return "Name or service not known";
  case EAI_SERVICE:
    return "Servname not supported for ai_socktype";
  case EAI_SOCKTYPE:
    return "ai_socktype not supported";
  case EAI_SYSTEM:
    return "System error";
  case EAI_OVERFLOW:
    return "Argument buffer overflow";
  default:
    return "Unknown error";
  }
}
