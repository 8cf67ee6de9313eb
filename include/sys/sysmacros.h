// The two halves of a device's number.
#ifndef _TRIPOLL_SYS_SYSMACROS_H
#define _TRIPOLL_SYS_SYSMACROS_H

#define major(device)                                                                              \
  ((unsigned)(((device) >> 8 & 0xfff) | ((unsigned long long)(device) >> 32 & 0xfffff000)))
#define minor(device)                                                                              \
  ((unsigned)(((device)&0xff) | ((unsigned long long)(device) >> 12 & 0xffffff00)))
#define makedev(major, minor)                                                                      \
  (((major)&0xfffff000ull) << 32 | ((major)&0xfffull) << 8 | ((minor)&0xffffff00ull) << 12 |       \
   ((minor)&0xffull))

#endif
