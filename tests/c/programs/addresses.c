// Addresses as text and back, and getaddrinfo() and getnameinfo() of numbers, as glibc has them.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

static const char *const NAMES[] = {
    "1.2.3.4",
    "255.255.255.255",
    "256.1.1.1",
    "1.2.3",
    "01.2.3.4",
    "",
    "::",
    "::1",
    "1::",
    "1:2:3:4::8",
    "::ffff:1.2.3.4",
    "::1.2.3.4",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7",
    "1::2::3",
    "1:::2",
    ":1::",
    "12345::",
    "g::",
    "fe80::1",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "0:0:0:1:0:0:0:0",
    "1:0:2:0:3:0:4:0",
    "1:0:0:2:0:0:0:3",
    "::0:1.2.3.4",
    "::1:2",
    "64:ff9b::1.2.3.4",
    "1.2.3.4::",
    "::1.2.3",
    "1:",
};

static void texts(void) {
  char text[INET6_ADDRSTRLEN];
  unsigned char bytes[16];
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    for (int family = AF_INET; family <= AF_INET6; family += AF_INET6 - AF_INET) {
      int good = inet_pton(family, NAMES[i], bytes);
      printf("%s %d %d %s\n", NAMES[i], family, good,
             good == 1 ? inet_ntop(family, bytes, text, sizeof text) : "");
    }
    struct in_addr in;
    int good = inet_aton(NAMES[i], &in);
    printf("aton %d %s %x\n", good, good ? inet_ntoa(in) : "", inet_addr(NAMES[i]));
  }
  inet_pton(AF_INET6, "1:2:3:4:5:6:7:8", bytes);
  printf("%d %d\n", inet_ntop(AF_INET6, bytes, text, 15) == NULL,
         inet_ntop(AF_INET6, bytes, text, 16) == NULL);
  printf("%x %x %d\n", htons(0x1234), htonl(0x12345678), inet_pton(99, "x", bytes));
}

static void show(const char *host, const char *service, struct addrinfo hints) {
  struct addrinfo *list = NULL;
  char number[64], port[16];
  int code = getaddrinfo(host, service, &hints, &list);
  printf("%s %s flags %x family %d type %d: %d %s\n", host ? host : "-", service ? service : "-",
         hints.ai_flags, hints.ai_family, hints.ai_socktype, code, code ? gai_strerror(code) : "");
  for (struct addrinfo *at = list; code == 0 && at != NULL; at = at->ai_next) {
    int named = getnameinfo(at->ai_addr, at->ai_addrlen, number, sizeof number, port, sizeof port,
                            NI_NUMERICHOST | NI_NUMERICSERV);
    printf("  %d %d %d %u %s %s %d %s\n", at->ai_family, at->ai_socktype, at->ai_protocol,
           at->ai_addrlen, number, port, named, at->ai_canonname ? at->ai_canonname : "");
  }
  if (code == 0)
    freeaddrinfo(list);
}

static void lists(void) {
  const int flags[] = {0, AI_PASSIVE, AI_NUMERICHOST, AI_NUMERICHOST | AI_NUMERICSERV};
  const char *const hosts[] = {"127.0.0.1", "::1", "fe80::1", "127.1", "1.2.3.4.5"};
  const int types[] = {0, SOCK_STREAM, SOCK_DGRAM};
  for (int flag = 0; flag < 4; flag++) {
    for (int type = 0; type < 3; type++) {
      for (int host = 0; host < 5; host++) {
        struct addrinfo hints = {.ai_flags = flags[flag] | AI_NUMERICHOST,
                                 .ai_socktype = types[type]};
        show(hosts[host], "8080", hints);
      }
      show(NULL, "80",
           (struct addrinfo){
               .ai_flags = flags[flag], .ai_family = AF_INET, .ai_socktype = types[type]});
      show(NULL, "80",
           (struct addrinfo){
               .ai_flags = flags[flag], .ai_family = AF_INET6, .ai_socktype = types[type]});
    }
  }
  const struct addrinfo stream = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  show("127.0.0.1", "http", stream);
  show("127.0.0.1", "no-such-service", stream);
  show(NULL, NULL, stream);
  show("127.0.0.1", NULL, stream);
  show("127.0.0.1", "1", (struct addrinfo){.ai_family = 99});
  show("127.0.0.1", "1", (struct addrinfo){.ai_family = AF_INET6, .ai_flags = AI_NUMERICHOST});
  show("::1", "1", (struct addrinfo){.ai_family = AF_INET, .ai_flags = AI_NUMERICHOST});
  show("127.0.0.1", "1", (struct addrinfo){.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM});
}

static void oddities(void) {
  const struct addrinfo any = {0};
  const struct addrinfo four = {.ai_family = AF_INET};
  const char *const services[] = {"-1",    "4294967296", "4294967295", "2147483648",
                                  "65536", " 80",        "+80",        "80x",
                                  "",      "*",          "http",       "domain"};
  for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
    show("192.0.2.1", services[i], any);
    show("192.0.2.1", services[i], (struct addrinfo){.ai_flags = AI_NUMERICSERV});
    show("192.0.2.1", services[i], (struct addrinfo){.ai_socktype = SOCK_DGRAM});
    show("192.0.2.1", services[i], (struct addrinfo){.ai_socktype = SOCK_RAW});
  }
  for (int flag = 1; flag != 0; flag = (int)((unsigned)flag << 1))
    show("192.0.2.1", "80", (struct addrinfo){.ai_flags = flag, .ai_socktype = SOCK_STREAM});
  show("192.0.2.1", "80", (struct addrinfo){.ai_flags = 0x800, .ai_family = 99});
  show("*", "80", (struct addrinfo){.ai_flags = AI_CANONNAME, .ai_family = 99});
  show("192.0.2.1.5", "-1", (struct addrinfo){.ai_flags = AI_NUMERICHOST});
  show("192.0.2.1", "-1", (struct addrinfo){.ai_family = AF_INET6});
  show("192.0.2.1", "x", (struct addrinfo){.ai_flags = AI_NUMERICSERV, .ai_socktype = 77});
  show("::ffff:1.2.3.4", "80", four);
  show("::ffff:1.2.3.4", "80", any);
  show("::1.2.3.4", "80", four);
  show("1.2.3.4", "80", (struct addrinfo){.ai_family = AF_INET6, .ai_flags = AI_V4MAPPED});
  show("*", "*", any);
  show("*", "80", any);
  show("*", "80", (struct addrinfo){.ai_flags = AI_PASSIVE});
  struct addrinfo *list;
  if (getaddrinfo("192.0.2.1", "80", NULL, &list) == 0) {
    for (const struct addrinfo *at = list; at != NULL; at = at->ai_next)
      printf("%x %d %d\n", at->ai_flags, at->ai_family, at->ai_socktype);
    freeaddrinfo(list);
  }
}

static void protocols(void) {
  const int all[] = {0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP};
  const int types[] = {0, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, 77};
  for (int protocol = 0; protocol < 4; protocol++) {
    for (int type = 0; type < 5; type++) {
      const struct addrinfo hints = {.ai_socktype = types[type], .ai_protocol = all[protocol]};
      printf("protocol %d, ", all[protocol]);
      show("192.0.2.1", "99", hints);
      show("192.0.2.1", NULL, hints);
    }
  }
}

static void names(void) {
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(80)};
  char host[64], port[16];
  inet_aton("192.0.2.7", &in.sin_addr);
  const int both = NI_NUMERICHOST;
  printf("%d ", getnameinfo((void *)&in, sizeof in, host, sizeof host, port, sizeof port, both));
  printf("%s %s\n", host, port);
  printf("%d\n", getnameinfo((void *)&in, sizeof in, host, 4, NULL, 0, both));
  printf("%d\n", getnameinfo((void *)&in, 3, host, sizeof host, NULL, 0, both));
  printf("%d\n", getnameinfo((void *)&in, sizeof in, NULL, 0, NULL, 0, both));
  printf("%d\n", getnameinfo((void *)&in, sizeof in, NULL, 0, NULL, 0, NI_NAMEREQD));
  printf("%d\n", getnameinfo((void *)&in, 1, NULL, 0, NULL, 0, NI_NAMEREQD));
  printf("%d\n", getnameinfo(NULL, sizeof in, host, sizeof host, NULL, 0, both));
  for (int flag = 1; flag != 0; flag = (int)((unsigned)flag << 1)) {
    const int flags = flag | NI_NUMERICHOST | NI_NUMERICSERV;
    printf("%x: %d\n", flag,
           getnameinfo((void *)&in, sizeof in, host, sizeof host, port, sizeof port, flags));
  }
}

int main(void) {
  texts();
  lists();
  oddities();
  protocols();
  names();
  struct hostent *entry = gethostbyname("192.0.2.9");
  printf("%s %d %d %s\n", entry->h_name, entry->h_addrtype, entry->h_length,
         inet_ntoa(*(struct in_addr *)entry->h_addr));
  return 0;
}
