// stdio over the descriptors of the system calls: what printf, scanf and files of a pipe do.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void formats(void) {
  printf("%d %u %x %08.3f %s %c %% %5s|%-5s|\n", -1, 7u, 255, 3.14159, "text", 'c', "ab", "cd");
  printf("%lld %" PRIu64 " %hhd %zu\n", LLONG_MIN, UINT64_MAX, (signed char)-1, sizeof(int));
  printf("%g %e %a %Lf\n", 0.1, 12345.678, 1.0, (long double)2.5);
  printf("[%*d] [%.*s]\n", 5, 42, 2, "abcdef");
}

static void pipes(void) {
  int fds[2];
  char line[64];
  int number;
  if (pipe(fds) < 0)
    return;
  FILE *in = fdopen(fds[0], "r");
  FILE *out = fdopen(fds[1], "w");
  fprintf(out, "42 apples\nrest of it\n");
  fclose(out);
  if (fscanf(in, "%d %63s\n", &number, line) == 2)
    printf("scanned %d %s\n", number, line);
  while (fgets(line, sizeof line, in) != NULL)
    printf("line %s", line);
  printf("end %d error %d\n", feof(in) != 0, ferror(in));
  fclose(in);
  const int flags = fcntl(fds[0], F_GETFD);
  printf("closed %d %s\n", flags, strerror(errno));
}

static void standard_input(void) {
  char line[64];
  int a, b;
  if (scanf("%d,%d\n", &a, &b) == 2)
    printf("%d and %d\n", a, b);
  while (fgets(line, sizeof line, stdin) != NULL)
    printf("> %s", line);
}

static void memory_files(void) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  fprintf(file, "%s-%d", "memory", 1);
  fclose(file);
  printf("%s %zu\n", text, size);
  free(text);
  char buffer[4];
  printf("%d %s\n", snprintf(buffer, sizeof buffer, "%s", "truncated"), buffer);
}

int main(void) {
  formats();
  pipes();
  standard_input();
  memory_files();
  fflush(stdout);
  dprintf(1, "%s\n", "past the buffer");
  fputs("unflushed at the end", stdout);
  return 0;
}
