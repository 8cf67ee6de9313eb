// AF_UNIX sockets with a path or an abstract name, all granted; and unlinkat. The first argument is
// the folder that the paths are in.
#include "contract.h"

enum { AT_FDCWD = -100, AT_REMOVEDIR = 0x200 };

static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
static char folder[64];

// FOLDER/file, or an abstract name where the folder is NULL; its length.
static int address_of(struct sockaddr_un *at, const char *in, const char *file) {
  int length = 0;
  clear(at, sizeof *at);
  at->sun_family = AF_UNIX;
  if (in) {
    for (; in[length]; length++)
      at->sun_path[length] = in[length];
    at->sun_path[length++] = '/';
  } else {
    length++;
  }
  for (; *file; file++)
    at->sun_path[length++] = *file;
  return 2 + length;
}

static void find_folder(void) {
  static char all[8192];
  int length = cmdline(all, sizeof all);
  int from = length_of(all) + 1;
  must("the folder's name", from < length && length_of(all + from) < COUNT(folder) ? 0 : -EINVAL);
  __builtin_memcpy(folder, all + from, (size_t)length_of(all + from) + 1);
}

// A socket's own address, without the folder, which is another in every run.
static void fact_name(const char *what, int type, int result, const struct sockaddr_un *at,
                      int length) {
  int skip = at->sun_path[0] == folder[0] ? length_of(folder) : 0;
  begin_line(what);
  put(", type ");
  put_number(type);
  put(" = ");
  put_result(result);
  put(" family ");
  put_number(at->sun_family);
  put(" length ");
  put_number(length - skip);
  put(" ");
  for (int i = 2 + skip; i < length && i < (int)sizeof *at; i++) {
    char text[2] = {((const char *)at)[i], 0};
    put(text[0] ? text : "\\0");
  }
  close_line();
}

static void own_name(const char *what, int type, int fd) {
  struct sockaddr_un at;
  int length = sizeof at;
  clear(&at, sizeof at);
  int result = getsockname(fd, &at, &length);
  fact_name(what, type, result, &at, length);
}

static void binding(const char *in, int type) {
  const char *where = in ? "path" : "name";
  struct sockaddr_un at, other;
  int length = address_of(&at, in, "contract.bind");
  int fd = must("socket", socket(AF_UNIX, type, 0));
  int second = must("socket", socket(AF_UNIX, type, 0));
  begin_line("bind, ");
  put(where);
  put(", type ");
  put_number(type);
  put(" = connect before ");
  put_result(connect(second, &at, length));
  put(", bind ");
  put_result(bind(fd, &at, length));
  put(", again ");
  put_result(bind(fd, &at, length));
  put(", another's ");
  put_result(bind(second, &at, length));
  put(", another address ");
  int other_length = address_of(&other, in, "contract.other");
  put_result(bind(fd, &other, other_length));
  put(", connect without listen ");
  put_result(connect(second, &at, length));
  put(", listen ");
  put_result(listen(fd, 1));
  close_line();
  own_name(in ? "own name, path" : "own name, abstract", type, fd);
  close(second);
  close(fd);
  fd = must("socket", socket(AF_UNIX, type, 0));
  fact_at(in ? "connect to a path that was closed, type" : "connect to a closed name, type", type,
          connect(fd, &at, length));
  fact_at(in ? "bind to a path that was closed, type" : "bind to a closed name, type", type,
          bind(fd, &at, length));
  close(fd);
  if (in)
    fact_at("unlinkat, type", type, unlinkat(AT_FDCWD, at.sun_path, 0));
}

// The lengths that an address can be given with, and what is then its name.
static void lengths(const char *in, int type) {
  for (int more = 0; more < 3; more++) {
    struct sockaddr_un at;
    int length = address_of(&at, in, "contract.length") + more;
    int fd = must("socket", socket(AF_UNIX, type, 0));
    must("bind", bind(fd, &at, length));
    own_name(more == 0   ? in ? "length of a path" : "length of a name"
             : more == 1 ? in ? "length of a path and 1" : "length of a name and 1"
             : in        ? "length of a path and 2"
                         : "length of a name and 2",
             type, fd);
    close(fd);
    if (in)
      must("unlinkat", unlinkat(AT_FDCWD, at.sun_path, 0));
  }
  struct sockaddr_un at;
  address_of(&at, in, "contract.full");
  for (int i = length_of(folder) + 2; i < (int)sizeof at.sun_path; i++)
    at.sun_path[i] = 'x';
  int fd = must("socket", socket(AF_UNIX, type, 0));
  fact_at(in ? "bind: a path of 108 bytes, type" : "bind: a name of 107 bytes, type", type,
          bind(fd, &at, sizeof at));
  static struct {
    struct sockaddr_un at;
    char end;
  } whole;
  whole.at = at;
  if (in)
    fact_at("unlinkat: a path of 108 bytes, type", type, unlinkat(AT_FDCWD, whole.at.sun_path, 0));
  close(fd);
}

static void streams(const char *in, int type) {
  struct sockaddr_un at, peer;
  int length = address_of(&at, in, "contract.listen");
  int client_length = address_of(&peer, in, "contract.client");
  int from = must("socket", socket(AF_UNIX, type, 0));
  fact_at("stream: listen before bind, type", type, listen(from, 1));
  must("bind", bind(from, &at, length));
  fact_at(in ? "stream: listen, path, type" : "stream: listen, name, type", type, listen(from, 1));
  fact_mask_at("stream: listener", type, ready(from, EPOLLIN | EPOLLOUT));
  int client = must("socket", socket(AF_UNIX, type, 0));
  fact_at("stream: bind of a client, type", type, bind(client, &peer, client_length));
  fact_at("stream: connect, type", type, connect(client, &at, length));
  fact_at("stream: connect again, type", type, connect(client, &at, length));
  fact_mask_at("stream: listener with a client", type, ready(from, EPOLLIN | EPOLLOUT));
  struct sockaddr_un seen;
  int seen_length = sizeof seen;
  clear(&seen, sizeof seen);
  int end = accept4(from, &seen, &seen_length, 0);
  fact_name(in ? "stream: accept4, path" : "stream: accept4, name", type, end < 0 ? end : 0, &seen,
            seen_length);
  seen_length = sizeof seen;
  clear(&seen, sizeof seen);
  int result = getpeername(client, &seen, &seen_length);
  fact_name(in ? "stream: getpeername, path" : "stream: getpeername, name", type, result, &seen,
            seen_length);
  char bytes[8] = {0};
  fact_at("stream: send, type", type, send_text(client, "hello"));
  fact_bytes(type == SOCK_STREAM ? in ? "stream: read, path" : "stream: read, name"
             : in                ? "packets: read, path"
                                 : "packets: read, name",
             read(end, bytes, sizeof bytes), bytes);
  fact_mask_at("stream: connection", type, ready(end, EPOLLIN | EPOLLOUT | EPOLLRDHUP));
  close(client);
  fact_mask_at("stream: closed by the client", type, ready(end, EPOLLIN | EPOLLOUT | EPOLLRDHUP));
  fact_at("stream: read after it, type", type, read(end, bytes, sizeof bytes));
  fact_at("stream: write after it, type", type, send_text(end, "x"));
  close(end);
  int waiting[3], count = 0;
  for (int i = 0; i < 3; i++) {
    waiting[i] = must("socket", socket(AF_UNIX, type | SOCK_NONBLOCK, 0));
    result = connect(waiting[i], &at, length);
    count += result == 0;
  }
  fact_at("stream: connections that fit a backlog of 1, type", type, count);
  fact_at("stream: one more, type", type, result);
  for (int i = 0; i < 3; i++)
    close(waiting[i]);
  close(from);
  if (in) {
    must("unlinkat", unlinkat(AT_FDCWD, at.sun_path, 0));
    must("unlinkat", unlinkat(AT_FDCWD, peer.sun_path, 0));
  }
}

static void datagrams(const char *in) {
  struct sockaddr_un at, peer, none;
  int length = address_of(&at, in, "contract.server");
  int client_length = address_of(&peer, in, "contract.client");
  int none_length = address_of(&none, in, "contract.none");
  const char *kind = in ? "datagram, path: " : "datagram, name: ";
  int server = must("socket", socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  int client = must("socket", socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  must("bind", bind(server, &at, length));
  begin_line(kind);
  put("sendto = without a name ");
  put_result(sendto(client, "one", 3, 0, &at, length));
  put(", bind ");
  put_result(bind(client, &peer, client_length));
  put(", with one ");
  put_result(sendto(client, "two", 3, 0, &at, length));
  put(", to nobody ");
  put_result(sendto(client, "x", 1, 0, &none, none_length));
  put(", without an address ");
  put_result(sendto(client, "x", 1, 0, NULL, 0));
  struct iovec iov = {"three", 5};
  struct msghdr message = {&at, length, &iov, 1, NULL, 0, 0};
  put(", sendmsg ");
  put_result(sendmsg(client, &message, 0));
  close_line();
  for (int i = 0; i < 4; i++) {
    struct sockaddr_un seen;
    char bytes[8];
    int seen_length = sizeof seen;
    clear(&seen, sizeof seen);
    int result = recvfrom(server, bytes, sizeof bytes, 0, &seen, &seen_length);
    fact_name(in ? "datagram, path: recvfrom" : "datagram, name: recvfrom", i, result, &seen,
              result < 0 ? 2 : seen_length);
  }
  begin_line(kind);
  put("connect = ");
  put_result(connect(client, &at, length));
  put(", send ");
  put_result(send_text(client, "x"));
  put(", the server's answer ");
  put_result(sendto(server, "y", 1, 0, &peer, client_length));
  int fit = 0;
  while (send_text(client, "x") == 1)
    fit++;
  put(", more fit ");
  put_number(fit > 0);
  put(", then ");
  put_result(send_text(client, "x"));
  put(" and ");
  put_mask(ready(client, EPOLLOUT));
  put(", the server closed ");
  close(server);
  put_result(send_text(client, "x"));
  put(", again ");
  put_result(send_text(client, "x"));
  put(", disconnect ");
  put_result(connect(client, &(struct sockaddr){AF_UNSPEC, {0}}, 16));
  close_line();
  close(client);
  if (in) {
    must("unlinkat", unlinkat(AT_FDCWD, at.sun_path, 0));
    must("unlinkat", unlinkat(AT_FDCWD, peer.sun_path, 0));
  }
}

static void wrong_types(void) {
  for (int i = 0; i < COUNT(types); i++) {
    for (int j = 0; j < COUNT(types); j++) {
      struct sockaddr_un at;
      int length = address_of(&at, NULL, "contract.type");
      int server = must("socket", socket(AF_UNIX, types[i], 0));
      int client = must("socket", socket(AF_UNIX, types[j], 0));
      must("bind", bind(server, &at, length));
      listen(server, 1);
      fact_at("types: connect, server * 10 + client", types[i] * 10 + types[j],
              connect(client, &at, length));
      close(client);
      close(server);
    }
  }
}

static void removing(void) {
  static char longest[5000];
  struct sockaddr_un at;
  int fd = must("socket", socket(AF_UNIX, SOCK_STREAM, 0));
  int length = address_of(&at, folder, "contract.remove");
  fact("unlinkat: nothing there", unlinkat(AT_FDCWD, at.sun_path, 0));
  must("bind", bind(fd, &at, length));
  fact("unlinkat: an unknown flag", unlinkat(AT_FDCWD, at.sun_path, 1));
  fact("unlinkat: AT_REMOVEDIR of a socket", unlinkat(AT_FDCWD, at.sun_path, AT_REMOVEDIR));
  fact("unlinkat: a path and a descriptor that is not open", unlinkat(77, at.sun_path, 0));
  fact("unlinkat: removed by then", unlinkat(AT_FDCWD, at.sun_path, 0));
  own_name("unlinkat: the name of a socket without a path", SOCK_STREAM, fd);
  fact("unlinkat: NULL", unlinkat(AT_FDCWD, NULL, 0));
  fact("unlinkat: nowhere", unlinkat(AT_FDCWD, NOWHERE, 0));
  fact("unlinkat: nowhere, and an unknown flag", unlinkat(AT_FDCWD, NOWHERE, 1));
  fact("unlinkat: an empty path", unlinkat(AT_FDCWD, "", 0));
  for (int i = 0; i < COUNT(longest); i++)
    longest[i] = 'x';
  fact("unlinkat: a path without an end", unlinkat(AT_FDCWD, longest, 0));
  fact("unlinkat: a relative path, of a socket", unlinkat(fd, "contract.none", 0));
  fact("unlinkat: a relative path, of nothing", unlinkat(77, "contract.none", 0));
  u8 *end = last_bytes(4);
  __builtin_memcpy(end, "abcd", 4);
  fact("unlinkat: a path that runs out of memory", unlinkat(AT_FDCWD, (char *)end, 0));
  differs("EACCES", "the path is not granted");
  fact("unlinkat: a path elsewhere", unlinkat(AT_FDCWD, "/nonexistent/contract", 0));
  close(fd);
}

static void facts(void) {
  find_folder();
  for (int i = 0; i < COUNT(types); i++) {
    binding(folder, types[i]);
    binding(NULL, types[i]);
    lengths(folder, types[i]);
    lengths(NULL, types[i]);
  }
  streams(folder, SOCK_STREAM);
  streams(folder, SOCK_SEQPACKET);
  datagrams(folder);
  datagrams(NULL);
  wrong_types();
  removing();
}
