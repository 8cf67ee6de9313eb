// Internet addresses as text, and back.
#include "inet.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux.h"

enum { WORDS = 8, IP4_BYTES = 4, IP6_BYTES = 16 };

// One to four numbers in the manners of C, the last one filling up what is left. The end of them,
// or NULL where they make no address.
static const char *parse_numbers(const char *text, in_addr_t *address) {
  const int before = errno;
  unsigned long long value = 0;
  for (int part = 0; part < IP4_BYTES; part++) {
    char *end;
    const unsigned long long rest = 0xffffffffull >> 8 * part;
    if (!isdigit((unsigned char)*text))
      return NULL;
    const unsigned long long number = strtoull(text, &end, 0);
    errno = before;
    if (*end != '.') {
      *address = htonl((uint32_t)(value | number));
      return number <= rest ? end : NULL;
    }
    if (number > 255)
      return NULL;
    value |= number << (24 - 8 * part);
    text = end + 1;
  }
  return NULL;
}

int __inet_aton_exact(const char *text, struct in_addr *address) {
  in_addr_t number;
  const char *end = parse_numbers(text, &number);
  if (end == NULL || *end != 0)
    return 0;
  address->s_addr = number;
  return 1;
}

// Behind a blank may be anything.
int inet_aton(const char *text, struct in_addr *address) {
  in_addr_t number;
  const char *end = parse_numbers(text, &number);
  if (end == NULL || (*end != 0 && !isspace((unsigned char)*end)))
    return 0;
  address->s_addr = number;
  return 1;
}

in_addr_t inet_addr(const char *text) {
  struct in_addr address;
  return inet_aton(text, &address) ? address.s_addr : INADDR_NONE;
}

char *inet_ntoa(struct in_addr address) {
  static char text[INET_ADDRSTRLEN];
  return (char *)inet_ntop(AF_INET, &address, text, sizeof text);
}

// The numbers of classes, which have the host's byte order: bits that the host's part has.
static int host_bits(in_addr_t address) {
  return IN_CLASSA(address) ? 24 : IN_CLASSB(address) ? 16 : 8;
}

struct in_addr inet_makeaddr(in_addr_t network, in_addr_t host) {
  const int bits = network < 128 ? 24 : network < 65536 ? 16 : network < 1 << 24 ? 8 : 0;
  const in_addr_t mask = (1u << bits) - 1;
  return (struct in_addr){htonl(bits == 0 ? network | host : network << bits | (host & mask))};
}

in_addr_t inet_lnaof(struct in_addr address) {
  const in_addr_t number = ntohl(address.s_addr);
  return number & ((1u << host_bits(number)) - 1);
}

in_addr_t inet_netof(struct in_addr address) {
  const in_addr_t number = ntohl(address.s_addr);
  return number >> host_bits(number);
}

// One to four numbers in the manners of C, each a byte, without what fills up.
in_addr_t inet_network(const char *text) {
  in_addr_t value = 0;
  for (int part = 0; part < IP4_BYTES; part++) {
    char *end;
    if (!isdigit((unsigned char)*text))
      return INADDR_NONE;
    const unsigned long number = strtoul(text, &end, 0);
    if (number > 255)
      return INADDR_NONE;
    value = value << 8 | number;
    if (*end != '.')
      return end[strspn(end, " \t\n\v\f\r")] == 0 ? value : INADDR_NONE;
    text = end + 1;
  }
  return INADDR_NONE;
}

// Four decimal numbers without leading zeros: what inet_pton() wants, unlike inet_aton().
static int parse4(const char *text, unsigned char *to) {
  for (int i = 0; i < IP4_BYTES; i++) {
    int number = 0;
    int digits = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
      if (++digits > 3 || (digits > 1 && number == 0))
        return 0;
      number = number * 10 + (*text - '0');
    }
    if (digits == 0 || number > 255 || *text != (i < IP4_BYTES - 1 ? '.' : 0))
      return 0;
    to[i] = (unsigned char)number;
    text++;
  }
  return 1;
}

static int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9')
    return letter - '0';
  letter |= 0x20;
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// One group of an IPv6 address; its length, or 0 where there is none.
static int parse_word(const char *text, unsigned *word) {
  int length = 0;
  *word = 0;
  for (int digit; length < 4 && (digit = hex_digit(text[length])) >= 0; length++)
    *word = *word << 4 | (unsigned)digit;
  return length;
}

static int parse6(const char *text, unsigned char *to) {
  unsigned char bytes[IP6_BYTES] = {0};
  int at = 0;
  int gap = -1;
  if (*text == ':' && *++text != ':')
    return 0;
  while (*text != 0) {
    unsigned word;
    const int length = parse_word(text, &word);
    if (length == 0) {
      if (*text++ != ':' || gap >= 0)
        return 0;
      gap = at;
      continue;
    }
    if (text[length] == '.') {
      if (at > IP6_BYTES - IP4_BYTES || !parse4(text, bytes + at))
        return 0;
      at += IP4_BYTES;
      break;
    }
    if (at == IP6_BYTES)
      return 0;
    bytes[at++] = (unsigned char)(word >> 8);
    bytes[at++] = (unsigned char)word;
    text += length;
    if (*text != 0 && (*text++ != ':' || *text == 0))
      return 0;
  }
  if (gap < 0 ? at != IP6_BYTES : at == IP6_BYTES)
    return 0;
  if (gap < 0)
    gap = at;
  memset(to, 0, IP6_BYTES);
  memcpy(to, bytes, (size_t)gap);
  memcpy(to + IP6_BYTES - (at - gap), bytes + gap, (size_t)(at - gap));
  return 1;
}

int inet_pton(int family, const char *__restrict text, void *__restrict to) {
  unsigned char bytes[IP6_BYTES];
  if (family != AF_INET && family != AF_INET6)
    return __failed(EAFNOSUPPORT);
  const int is_good = family == AF_INET ? parse4(text, bytes) : parse6(text, bytes);
  if (is_good)
    memcpy(to, bytes, family == AF_INET ? IP4_BYTES : IP6_BYTES);
  return is_good;
}

static void format4(const unsigned char *from, char *to) {
  sprintf(to, "%d.%d.%d.%d", from[0], from[1], from[2], from[3]);
}

// The longest run of zero words, the first of several: where it begins; `length` is 0 for none.
static int longest_gap(const unsigned *words, int *length) {
  int best = -1;
  *length = 1; // a single one is written out
  for (int i = 0; i < WORDS; i++) {
    int run = 0;
    while (i + run < WORDS && words[i + run] == 0)
      run++;
    if (run > *length) {
      best = i;
      *length = run;
    }
    i += run;
  }
  if (best < 0)
    *length = 0;
  return best;
}

static void format6(const unsigned char *from, char *to) {
  unsigned words[WORDS];
  int length;
  for (int i = 0; i < WORDS; i++)
    words[i] = (unsigned)from[2 * i] << 8 | from[2 * i + 1];
  const int gap = longest_gap(words, &length);
  const int has_ip4 = gap == 0 && (length == 6 || (length == 5 && words[5] == 0xffff));
  for (int i = 0; i < WORDS; i++) {
    if (gap >= 0 && i >= gap && i < gap + length) {
      if (i == gap)
        *to++ = ':';
      continue;
    }
    if (i > 0)
      *to++ = ':';
    if (i == 6 && has_ip4) {
      format4(from + IP6_BYTES - IP4_BYTES, to);
      return;
    }
    to += sprintf(to, "%x", words[i]);
  }
  if (gap >= 0 && gap + length == WORDS)
    *to++ = ':';
  *to = 0;
}

const char *inet_ntop(int family, const void *__restrict from, char *__restrict to,
                      socklen_t size) {
  char text[INET6_ADDRSTRLEN];
  if (family != AF_INET && family != AF_INET6) {
    __failed(EAFNOSUPPORT);
    return NULL;
  }
  if (family == AF_INET)
    format4(from, text);
  else
    format6(from, text);
  if (strlen(text) >= size) {
    __failed(ENOSPC);
    return NULL;
  }
  return strcpy(to, text);
}
