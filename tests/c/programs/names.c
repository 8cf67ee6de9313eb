// Names: of Unix sockets and of this host, and IPv4 addresses with something behind them. It wants
// the usual /etc/hosts: localhost is 127.0.0.1 and ::1.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static void numbers(void) {
  const char *texts[] = {
      "1.2.3.4",
      "1.2.3.4 x",
      "1.2.3.4\t",
      "0x7f.1 ",
      "010.1.1.1",
      "1.2.3.4.",
      "1 2",
      "",
      " 1.2.3.4",
      "256.1.1.1",
      "1.2.65536",
      "1.2.65535\n",
      "4294967295",
      "4294967296",
      "0xffffffff ",
      "08.1.1.1",
      "1..2",
      "0x",
      "0x ",
      "1.2.3.4.5",
      "1.2.3.4x",
      "1.2.3.4\v\f",
      "1.",
      "1. ",
      "0",
      "00000001",
      "1.256.1",
      "1.16777216",
      "1.16777215",
      "-1",
      "+1",
      "1.-2",
      "1.2.3.4 5.6",
      "0X1F.1",
      "99999999999999999999",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct in_addr address = {7};
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST}, *list;
    const int result = inet_aton(texts[i], &address);
    printf("[%s] %d %x %x\n", texts[i], result, address.s_addr, inet_addr(texts[i]));
    printf(" %d\n", getaddrinfo(texts[i], "80", &hints, &list));
  }
  struct in_addr address;
  errno = 7;
  printf("%d", inet_aton("99999999999999999999", &address));
  printf(" %d\n", errno);
}

static void name(const struct sockaddr_un *address, socklen_t size, int flags, socklen_t host_size,
                 socklen_t service_size) {
  char host[200] = "untouched", service[200] = "untouched";
  const int result = getnameinfo((const struct sockaddr *)address, size, host, host_size, service,
                                 service_size, flags);
  printf("%d [%s] [%s]\n", result, result == 0 ? host : "", result == 0 ? service : "");
}

static void unix_sockets(void) {
  struct sockaddr_un address = {AF_UNIX, "/tmp/socket"};
  const int numeric = NI_NUMERICHOST;
  for (socklen_t size = 0; size < 5; size++)
    name(&address, size, numeric, 200, 200);
  name(&address, sizeof address, numeric, 200, 200);
  name(&address, sizeof address, numeric | NI_NUMERICSERV, 200, 200);
  name(&address, sizeof address, numeric | NI_NAMEREQD, 200, 200);
  name(&address, sizeof address, numeric, 9, 200);
  name(&address, sizeof address, numeric, 200, 11);
  name(&address, sizeof address, numeric, 200, 12);
  name(&address, sizeof address, 0, 0, 200);
  name(&address, sizeof address, NI_NAMEREQD, 0, 200);
  memset(address.sun_path, 'a', sizeof address.sun_path);
  name(&address, sizeof address, numeric, 200, 200);
  name(&address, sizeof address, numeric, 200, 108);
  address.sun_path[0] = 0;
  name(&address, sizeof address, numeric, 200, 200);
}

static void lookup(const char *host, int family, int flags) {
  const struct addrinfo hints = {
      .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
  struct addrinfo *list = NULL;
  printf("%s %d %x: %d", host, family, flags, getaddrinfo(host, "80", &hints, &list));
  // One of /etc/hosts that is IPv6 is listed as 127.0.0.1 once more.
  for (struct addrinfo *at = list; at != NULL; at = family == AF_INET ? NULL : at->ai_next) {
    char text[100];
    getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
    printf(" %s", text);
    getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, NULL, 0, 0);
    printf(" %s %s", text, at->ai_canonname == NULL ? "-" : at->ai_canonname);
  }
  printf("\n");
  if (list != NULL)
    freeaddrinfo(list);
}

static void hosts(void) {
  const int families[] = {AF_UNSPEC, AF_INET, AF_INET6};
  for (int i = 0; i < 3; i++) {
    lookup("localhost", families[i], 0);
    lookup("localhost", families[i], AI_ADDRCONFIG);
    lookup("localhost", families[i], AI_V4MAPPED);
    lookup("localhost", families[i], AI_NUMERICHOST);
    lookup("LocalHost", families[i], AI_CANONNAME);
  }
  const struct hostent *host = gethostbyname("LOCALHOST");
  printf("%s %d %d\n", host->h_name, host->h_length, host->h_addr_list[0][0]);
  host = gethostbyname2("localhost", AF_INET6);
  printf("%s %d\n", host->h_name, host->h_length);
  host = gethostbyaddr(&in6addr_loopback, sizeof in6addr_loopback, AF_INET6);
  printf("%s\n", host->h_name);
}

int main(void) {
  numbers();
  unix_sockets();
  hosts();
  return 0;
}
