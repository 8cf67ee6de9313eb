// Messages of a program about itself: err.h and syslog.h. There is no log but stderr.
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

static void say(const char *reason, const char *format, va_list arguments) {
  fprintf(stderr, "%s: ", program_invocation_short_name);
  if (format != NULL)
    vfprintf(stderr, format, arguments);
  if (format != NULL && reason != NULL)
    fputs(": ", stderr);
  fprintf(stderr, "%s\n", reason == NULL ? "" : reason);
}

void vwarn(const char *format, va_list arguments) { say(strerror(errno), format, arguments); }

void vwarnx(const char *format, va_list arguments) { say(NULL, format, arguments); }

_Noreturn void verr(int status, const char *format, va_list arguments) {
  vwarn(format, arguments);
  exit(status);
}

_Noreturn void verrx(int status, const char *format, va_list arguments) {
  vwarnx(format, arguments);
  exit(status);
}

void warn(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vwarn(format, arguments);
  va_end(arguments);
}

void warnx(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vwarnx(format, arguments);
  va_end(arguments);
}

_Noreturn void err(int status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  verr(status, format, arguments);
}

_Noreturn void errx(int status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  verrx(status, format, arguments);
}

static const char *log_name;
static int log_mask = 0xff;

void openlog(const char *name, int options, int facility) {
  (void)options;
  (void)facility;
  log_name = name;
}

void closelog(void) { log_name = NULL; }

int setlogmask(int mask) {
  const int before = log_mask;
  if (mask != 0)
    log_mask = mask;
  return before;
}

void vsyslog(int priority, const char *format, va_list arguments) {
  if (!(log_mask & LOG_MASK(LOG_PRI(priority))))
    return;
  fprintf(stderr, "%s: ", log_name == NULL ? program_invocation_short_name : log_name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
}

void syslog(int priority, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsyslog(priority, format, arguments);
  va_end(arguments);
}
