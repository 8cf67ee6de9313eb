// error(), error_at_line(), warn() and what a program is called.
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <error.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern char *__progname;

static char *name_at_start;

__attribute__((constructor)) static void begin(void) { name_at_start = program_invocation_name; }

static void say_name(void) { fprintf(stderr, "me, "); }

int main(int argc, char **argv) {
  dup2(1, 2);
  setlocale(LC_ALL, "C");
  printf("%d %d %d\n", argc, name_at_start == program_invocation_name,
         strcmp(argv[0], program_invocation_name));
  printf("%d\n", strcmp(__progname, program_invocation_short_name));
  const char *slash = strrchr(argv[0], '/');
  printf("%d\n", strcmp(__progname, slash == NULL ? argv[0] : slash + 1));
  error_print_progname = say_name;
  printf("buffered, and before it\n");
  error(0, 0, "%s %d", "text", 7);
  error(0, ENOENT, "with an errno");
  error(0, 12345, "with another");
  error_at_line(0, 0, "file.c", 12, "at a line");
  error_at_line(0, EPERM, NULL, 12, "at no file");
  error_one_per_line = 1;
  error_at_line(0, 0, "file.c", 12, "first");
  error_at_line(0, 0, "file.c", 12, "same line, not said");
  error_at_line(0, 0, "file.c", 13, "next line");
  error_at_line(0, 0, "other.c", 13, "next file");
  printf("%u messages\n", error_message_count);
  error(9, EAGAIN, "the last");
  return 0;
}
