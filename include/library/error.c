// error() and error_at_line() of glibc, which name the program as it was called.
#include <errno.h>
#include <error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void (*error_print_progname)(void);
unsigned error_message_count;
int error_one_per_line;

static void say_program(const char *end) {
  fflush(stdout);
  if (error_print_progname != NULL)
    error_print_progname();
  else
    fprintf(stderr, "%s%s", program_invocation_name, end);
}

static void say_rest(int status, int number, const char *format, va_list arguments) {
  error_message_count++;
  vfprintf(stderr, format, arguments);
  if (number != 0)
    fprintf(stderr, ": %s", strerror(number));
  fputc('\n', stderr);
  if (status != 0)
    exit(status);
}

void error(int status, int number, const char *format, ...) {
  va_list arguments;
  say_program(": ");
  va_start(arguments, format);
  say_rest(status, number, format, arguments);
  va_end(arguments);
}

void error_at_line(int status, int number, const char *file, unsigned line, const char *format,
                   ...) {
  static const char *last_file;
  static unsigned last_line;
  va_list arguments;
  const int is_same = last_line == line && last_file != NULL && file != NULL &&
                      (last_file == file || strcmp(last_file, file) == 0);
  if (error_one_per_line && is_same)
    return;
  if (error_one_per_line) {
    last_file = file;
    last_line = line;
  }
  say_program(":");
  if (file != NULL)
    fprintf(stderr, "%s:%u: ", file, line);
  else
    fputc(' ', stderr);
  va_start(arguments, format);
  say_rest(status, number, format, arguments);
  va_end(arguments);
}
