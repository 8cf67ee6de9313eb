// What the headers of a BSD and of glibc are written with, and some programs too.
#ifndef _TRIPOLL_SYS_CDEFS_H
#define _TRIPOLL_SYS_CDEFS_H

#ifdef __cplusplus
#define __BEGIN_DECLS extern "C" {
#define __END_DECLS }
#else
#define __BEGIN_DECLS
#define __END_DECLS
#endif

#define __P(parameters) parameters
#define __CONCAT(a, b) a##b
#define __STRING(text) #text
#define __THROW

#endif
