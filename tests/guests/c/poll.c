// poll(2), which epoll has come after: an echo server with an array of 1,024 clients.
//
// The array says anew in each call what to wait for, and is searched anew after each call: that is
// what makes poll slow with many clients. Here it is also full at some time, and client 1,025 is
// told so and sent away.
//
//   cc poll.c -o poll && ./poll
//   nc 127.0.0.1 9877
//
// Another port can follow the name: ./poll 9000

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 9877
#define MAX_CLIENTS 1024
#define BUFFER_SIZE 4096
#define OVERLOAD "the server is overload! please try after a while!\n"

static struct pollfd fds[1 + MAX_CLIENTS]; // the listener, then the clients, without gaps
static int clients = 0;

static void fail(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

static int port_of(int argc, char **argv) {
  char *end;
  if (argc < 2)
    return PORT;
  const long port = strtol(argv[1], &end, 10);
  if (end == argv[1] || *end != '\0' || port < 0 || port > 65535) {
    fprintf(stderr, "usage: %s [PORT]\n", argv[0]);
    exit(EXIT_FAILURE);
  }
  return (int)port;
}

static int listen_on(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd == -1)
    fail("socket");
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
    fail("setsockopt");
  if (bind(fd, (struct sockaddr *)&address, sizeof address) == -1)
    fail("bind");
  if (listen(fd, 128) == -1)
    fail("listen");
  return fd;
}

static void watch(int index, int fd) {
  fds[index].fd = fd;
  fds[index].events = POLLIN;
}

static void accept_client(int listener) {
  const int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
  if (client == -1)
    fail("accept4");
  if (clients < MAX_CLIENTS) {
    watch(++clients, client);
  } else {
    send(client, OVERLOAD, strlen(OVERLOAD), MSG_NOSIGNAL);
    close(client);
  }
}

// Sends back some of what has come; whether the client stays. It only looks at its input, and then
// takes as much as could be sent: the rest waits in the kernel until there is room.
static int serve(struct pollfd *client) {
  static char buffer[BUFFER_SIZE];
  const ssize_t count = recv(client->fd, buffer, sizeof buffer, MSG_PEEK);
  if (count <= 0)
    return count == -1 && errno == EAGAIN;
  const ssize_t sent = send(client->fd, buffer, (size_t)count, MSG_NOSIGNAL);
  if (sent == -1 && errno != EAGAIN)
    return 0;
  if (sent > 0)
    recv(client->fd, buffer, (size_t)sent, 0);
  client->events = sent == -1 ? POLLOUT : POLLIN;
  return 1;
}

static void leave(int index) {
  close(fds[index].fd);
  fds[index] = fds[clients--];
}

int main(int argc, char **argv) {
  const int listener = listen_on(port_of(argc, argv));
  watch(0, listener);

  for (;;) {
    if (poll(fds, (nfds_t)(1 + clients), -1) == -1)
      fail("poll");
    // From the end: the last one takes the place of one that leaves, and has had its turn then.
    for (int i = clients; i >= 1; i--) {
      if (fds[i].revents != 0 && !serve(&fds[i]))
        leave(i);
    }
    if (fds[0].revents != 0)
      accept_client(listener);
  }
}
