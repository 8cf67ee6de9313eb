// The older calls on addresses and services, and the headers that show a packet's.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static void classes(void) {
  const char *texts[] = {"1.2.3.4",
                         "128.1.2.3",
                         "192.1.2.3",
                         "224.1.2.3",
                         "10",
                         "10.1",
                         "0x7f.010",
                         "1.2.3",
                         "256",
                         "1.2.3.4.5",
                         "",
                         "x",
                         "1.",
                         "1 x",
                         "1 ",
                         "1.2x",
                         "-1",
                         "1..2",
                         "255.255.255.255"};
  for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
    printf("network %s: %x\n", texts[i], inet_network(texts[i]));
  for (int i = 0; i < 4; i++) {
    const struct in_addr address = {inet_addr(texts[i])};
    printf("%s: %x %x\n", texts[i], inet_netof(address), inet_lnaof(address));
  }
  const in_addr_t networks[] = {0, 10, 127, 128, 0xa001, 0xffff, 0x10000, 0xc00002, 0xc0000201};
  for (unsigned i = 0; i < sizeof networks / sizeof *networks; i++)
    printf("made %s\n", inet_ntoa(inet_makeaddr(networks[i], 0x1234567)));
}

static void host(const char *name, size_t size) {
  char buffer[1024];
  struct hostent entry;
  struct hostent *result = &entry;
  int error = 77;
  const int code = gethostbyname_r(name, &entry, buffer + 1, size, &result, &error);
  printf("%s: %d %s", name, code, result == NULL ? "none" : "found");
  if (code != 0)
    printf(" %d", error);
  if (result != NULL)
    printf(" %s %d %s", entry.h_name, entry.h_aliases[0] == NULL,
           inet_ntoa(*(struct in_addr *)entry.h_addr));
  puts("");
}

int main(void) {
  classes();
  host("192.0.2.9", 1000);
  host("192.0.2.9", 2);
  setservent(1);
  struct servent *first = getservent();
  printf("services %d\n", first != NULL && first->s_name != NULL);
  endservent();
  printf("%zu %zu\n", sizeof(struct icmphdr), sizeof(struct icmp));
  const unsigned char bytes[sizeof(struct ip)] = {0x45, 0x10, 0, 0, 0, 0, 0, 0, 64, 6};
  struct ip packet;
  struct iphdr header;
  memcpy(&packet, bytes, sizeof packet);
  memcpy(&header, bytes, sizeof header);
  printf("%d %d %d %d\n", packet.ip_v, packet.ip_hl, packet.ip_ttl, packet.ip_p);
  printf("%d %d %d %d\n", header.version, header.ihl, header.ttl, header.protocol);
  return 0;
}
