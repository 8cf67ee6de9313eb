// prctl(): settings of a process without children, parent or privileges. They are kept for whoever
// asks; none has an effect.
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

#include "linux.h"

enum { NAME_BYTES = 16, CAPABILITIES = 41, SLACK_NS = 50000 };

static struct {
  char name[NAME_BYTES];
  int is_named;
  int death_signal;
  int is_dumpable;
  int keeps_capabilities;
  int is_reaper;
  int has_no_new_privileges;
  int is_without_huge_pages;
  int slack_ns;
} process = {.is_dumpable = 1, .slack_ns = SLACK_NS};

static int set_name(const char *name) {
  process.is_named = 1;
  strncpy(process.name, name, NAME_BYTES - 1);
  return 0;
}

static int get_name(char *to) {
  if (!process.is_named)
    set_name(program_invocation_short_name);
  memcpy(to, process.name, NAME_BYTES);
  return 0;
}

static int set(int *to, int value, int is_good) {
  if (!is_good)
    return __failed(EINVAL);
  *to = value;
  return 0;
}

static int give(int *to, int value) {
  *to = value;
  return 0;
}

static int is_flag(unsigned long value) { return value <= 1; }

int prctl(int option, ...) {
  va_list arguments;
  va_start(arguments, option);
  const unsigned long value = va_arg(arguments, unsigned long);
  const unsigned long third = va_arg(arguments, unsigned long);
  va_end(arguments);
  switch (option) {
  case PR_SET_NAME:
    return set_name((const char *)value);
  case PR_GET_NAME:
    return get_name((char *)value);
  case PR_SET_PDEATHSIG:
    return set(&process.death_signal, (int)value, value < _NSIG);
  case PR_GET_PDEATHSIG:
    return give((int *)value, process.death_signal);
  case PR_SET_DUMPABLE:
    return set(&process.is_dumpable, (int)value, is_flag(value));
  case PR_GET_DUMPABLE:
    return process.is_dumpable;
  case PR_SET_KEEPCAPS:
    return set(&process.keeps_capabilities, (int)value, is_flag(value));
  case PR_GET_KEEPCAPS:
    return process.keeps_capabilities;
  case PR_SET_NO_NEW_PRIVS:
    return set(&process.has_no_new_privileges, 1, value == 1 && third == 0);
  case PR_GET_NO_NEW_PRIVS:
    return value == 0 && third == 0 ? process.has_no_new_privileges : __failed(EINVAL);
  case PR_SET_CHILD_SUBREAPER:
    return set(&process.is_reaper, value != 0, 1);
  case PR_GET_CHILD_SUBREAPER:
    return give((int *)value, process.is_reaper);
  case PR_SET_TIMERSLACK:
    return set(&process.slack_ns, (int)value > 0 ? (int)value : SLACK_NS, 1);
  case PR_GET_TIMERSLACK:
    return process.slack_ns;
  case PR_SET_THP_DISABLE:
    return set(&process.is_without_huge_pages, value != 0, third == 0);
  case PR_GET_THP_DISABLE:
    return value == 0 && third == 0 ? process.is_without_huge_pages : __failed(EINVAL);
  case PR_CAPBSET_READ:
    return value < CAPABILITIES ? 0 : __failed(EINVAL);
  case PR_GET_SECCOMP:
  case PR_GET_SECUREBITS:
    return 0;
  case PR_CAPBSET_DROP:
  case PR_SET_SECUREBITS:
  case PR_SET_MM:
    return __failed(EPERM);
  default:
    return __failed(EINVAL);
  }
}
