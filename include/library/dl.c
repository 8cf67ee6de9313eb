// Shared libraries, and what the kernel tells at the start: a guest is one module, and asks nobody.
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "linux.h"

static const char *reason;

void *dlopen(const char *name, int flags) {
  (void)name;
  (void)flags;
  reason = "a guest is one module: link statically";
  return NULL;
}

void *dlsym(void *__restrict library, const char *__restrict name) {
  (void)library;
  return dlopen(name, RTLD_NOW);
}

int dlclose(void *library) {
  dlsym(library, NULL);
  return -1;
}

char *dlerror(void) {
  const char *last = reason;
  reason = NULL;
  return (char *)last;
}

unsigned long getauxval(unsigned long key) {
  if (key == AT_PAGESZ)
    return (unsigned long)getpagesize();
  if (key == AT_CLKTCK)
    return (unsigned long)sysconf(_SC_CLK_TCK);
  __failed(ENOENT);
  return 0;
}
