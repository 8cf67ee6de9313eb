// The few services that programs ask for by name.
#include <stddef.h>
#include <string.h>

#include "services.h"

static const struct service SERVICES[] = {
    {"echo", "tcp", 7},     {"echo", "udp", 7},        {"discard", "tcp", 9}, {"discard", "udp", 9},
    {"daytime", "tcp", 13}, {"daytime", "udp", 13},    {"ftp", "tcp", 21},    {"ssh", "tcp", 22},
    {"telnet", "tcp", 23},  {"smtp", "tcp", 25},       {"time", "tcp", 37},   {"time", "udp", 37},
    {"domain", "tcp", 53},  {"domain", "udp", 53},     {"http", "tcp", 80},   {"pop3", "tcp", 110},
    {"ntp", "udp", 123},    {"imap2", "tcp", 143},     {"https", "tcp", 443}, {"https", "udp", 443},
    {"syslog", "udp", 514}, {"http-alt", "tcp", 8080},
};

enum { COUNT = sizeof SERVICES / sizeof *SERVICES };

static int fits(const struct service *service, const char *protocol) {
  return protocol == NULL || *protocol == 0 || strcmp(service->protocol, protocol) == 0;
}

const struct service *__service_at(int index) { return index < COUNT ? &SERVICES[index] : NULL; }

const struct service *__find_service(const char *name, const char *protocol) {
  for (int i = 0; i < COUNT; i++) {
    if (strcmp(SERVICES[i].name, name) == 0 && fits(&SERVICES[i], protocol))
      return &SERVICES[i];
  }
  return NULL;
}

const struct service *__find_port_service(uint16_t port, const char *protocol) {
  for (int i = 0; i < COUNT; i++) {
    if (SERVICES[i].port == port && fits(&SERVICES[i], protocol))
      return &SERVICES[i];
  }
  return NULL;
}
