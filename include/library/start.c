// From the host's call to main() and back: arguments, environment, exit. No command wrappers of the
// linker's: they would run destructors after every export that is called.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"
#include "vector.h"

extern char **__wasilibc_environ;

// wasi-libc's; program_invocation_name and program_invocation_short_name are other names of them.
extern char *__progname_full;
extern char *__progname;

void __wasm_call_ctors(void);
int __main_void(void);

int __argument_count;
char **__arguments;

// A program has a name before its own constructors begin.
__attribute__((constructor(101))) static void name_program(void) {
  __arguments = __strings(__linux_cmdline, &__argument_count);
  __progname_full = __argument_count == 0 ? (char *)"" : __arguments[0];
  char *slash = strrchr(__progname_full, '/');
  __progname = slash == NULL ? __progname_full : slash + 1;
}

__attribute__((export_name("_start"))) void _start(void) {
  __wasm_call_ctors();
  exit(__main_void());
}

// Where a component's host puts what it returns.
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *from, size_t from_size,
                                                                size_t align, size_t size) {
  if (size == 0)
    return (void *)align;
  void *to = align <= 8 ? realloc(from, size) : aligned_alloc(align, (size + align - 1) & -align);
  if (to == NULL)
    __builtin_trap();
  if (align > 8 && from != NULL) {
    memcpy(to, from, from_size < size ? from_size : size);
    free(from);
  }
  return to;
}

// These two take the place of wasi-libc's, which ask WASI. It begins with -1 for "not yet".
void __wasilibc_initialize_environ(void) {
  int count;
  __wasilibc_environ = __strings(__linux_environ, &count);
}

void __wasilibc_ensure_environ(void) {
  if (__wasilibc_environ == (char **)-1)
    __wasilibc_initialize_environ();
}

_Noreturn void _Exit(int status) {
  __linux_exit_group(status);
  __builtin_unreachable();
}

_Noreturn void _exit(int status) { _Exit(status); }

// Without a handler a trap, which tells the operator where.
_Noreturn void abort(void) {
  struct sigaction action;
  if (sigaction(SIGABRT, NULL, &action) == 0 && action.sa_handler != SIG_DFL &&
      action.sa_handler != SIG_IGN)
    raise(SIGABRT);
  __builtin_trap();
}
