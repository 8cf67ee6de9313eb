// sendfile(2), which sends a file; a guest has none, so it answers as for another descriptor.
#ifndef _TRIPOLL_SYS_SENDFILE_H
#define _TRIPOLL_SYS_SENDFILE_H

#define __NEED_size_t
#define __NEED_ssize_t
#define __NEED_off_t
#include <bits/alltypes.h>

#ifdef __cplusplus
extern "C" {
#endif

ssize_t sendfile(int, int, off_t *, size_t);

#ifdef __cplusplus
}
#endif
#endif
