// sys/param.h of wasi-libc, which old programs include for MIN, MAX and MAXHOSTNAMELEN.
#ifndef _TRIPOLL_SYS_PARAM_H
#define _TRIPOLL_SYS_PARAM_H

#include_next <sys/param.h>

#include <sys/resource.h>

#endif
