// uname(2): Linux, and the machine is wasm32.
#ifndef _TRIPOLL_SYS_UTSNAME_H
#define _TRIPOLL_SYS_UTSNAME_H

struct utsname {
  char sysname[65];
  char nodename[65];
  char release[65];
  char version[65];
  char machine[65];
  char domainname[65];
};

_Static_assert(sizeof(struct utsname) == 390, "utsname");

#ifdef __cplusplus
extern "C" {
#endif

int uname(struct utsname *);

#ifdef __cplusplus
}
#endif
#endif
