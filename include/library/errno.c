// One errno out of two: wasi-libc's compiled code leaves WASI's numbers in its own variable, what
// is here leaves Linux's. Whichever was set last is what a program sees, as Linux's number.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "linux.h"

extern _Thread_local int wasi_errno __asm__("errno");

static int linux_errno;

// Stands in wasi_errno for linux_errno while printf formats: the strerror() of its %m asks for it.
enum { IS_LINUX = 1 << 16 };

static int is_formatting;

static const unsigned char FROM_WASI[] = {
    [1] = E2BIG,         [2] = EACCES,
    [3] = EADDRINUSE,    [4] = EADDRNOTAVAIL,
    [5] = EAFNOSUPPORT,  [6] = EAGAIN,
    [7] = EALREADY,      [8] = EBADF,
    [9] = EBADMSG,       [10] = EBUSY,
    [11] = ECANCELED,    [12] = ECHILD,
    [13] = ECONNABORTED, [14] = ECONNREFUSED,
    [15] = ECONNRESET,   [16] = EDEADLK,
    [17] = EDESTADDRREQ, [18] = EDOM,
    [19] = EDQUOT,       [20] = EEXIST,
    [21] = EFAULT,       [22] = EFBIG,
    [23] = EHOSTUNREACH, [24] = EIDRM,
    [25] = EILSEQ,       [26] = EINPROGRESS,
    [27] = EINTR,        [28] = EINVAL,
    [29] = EIO,          [30] = EISCONN,
    [31] = EISDIR,       [32] = ELOOP,
    [33] = EMFILE,       [34] = EMLINK,
    [35] = EMSGSIZE,     [36] = EMULTIHOP,
    [37] = ENAMETOOLONG, [38] = ENETDOWN,
    [39] = ENETRESET,    [40] = ENETUNREACH,
    [41] = ENFILE,       [42] = ENOBUFS,
    [43] = ENODEV,       [44] = ENOENT,
    [45] = ENOEXEC,      [46] = ENOLCK,
    [47] = ENOLINK,      [48] = ENOMEM,
    [49] = ENOMSG,       [50] = ENOPROTOOPT,
    [51] = ENOSPC,       [52] = ENOSYS,
    [53] = ENOTCONN,     [54] = ENOTDIR,
    [55] = ENOTEMPTY,    [56] = ENOTRECOVERABLE,
    [57] = ENOTSOCK,     [58] = ENOTSUP,
    [59] = ENOTTY,       [60] = ENXIO,
    [61] = EOVERFLOW,    [62] = EOWNERDEAD,
    [63] = EPERM,        [64] = EPIPE,
    [65] = EPROTO,       [66] = EPROTONOSUPPORT,
    [67] = EPROTOTYPE,   [68] = ERANGE,
    [69] = EROFS,        [70] = ESPIPE,
    [71] = ESRCH,        [72] = ESTALE,
    [73] = ETIMEDOUT,    [74] = ETXTBSY,
    [75] = EXDEV,        [76] = EPERM,
};

static int translated(int number) {
  if (is_formatting && number == IS_LINUX)
    return linux_errno;
  const unsigned count = sizeof FROM_WASI / sizeof *FROM_WASI;
  return (unsigned)number < count ? FROM_WASI[number] : number;
}

int __errno_meant(int number) { return is_formatting && number == IS_LINUX ? linux_errno : number; }

int *__errno_location(void) {
  if (wasi_errno != 0) {
    linux_errno = translated(wasi_errno);
    wasi_errno = 0;
  }
  return &linux_errno;
}

int __failed(int number) {
  wasi_errno = 0;
  linux_errno = number;
  return -1;
}

int __real_vfprintf(FILE *, const char *, va_list);

// Takes the place of vfprintf, which all of printf's family call (-Wl,--wrap): its %m says
// strerror(errno) of wasi-libc's errno.
int __wrap_vfprintf(FILE *file, const char *format, va_list arguments) {
  const int was_formatting = is_formatting;
  __errno_location();
  wasi_errno = IS_LINUX;
  is_formatting = 1;
  int result = __real_vfprintf(file, format, arguments);
  if (wasi_errno == IS_LINUX)
    wasi_errno = 0;
  is_formatting = was_formatting;
  return result;
}
