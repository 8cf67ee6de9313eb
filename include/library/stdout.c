// How stdout begins: wasi-libc writes the first line out before it asks whether it is for a
// terminal, and here, as with glibc, it is asked first and only a terminal gets lines.
#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <unistd.h>

// The mode was chosen by setvbuf(): F_SVB in the flags, with which every FILE of musl's begins.
enum { MODE_CHOSEN = 64 };

size_t __stdio_write(FILE *, const unsigned char *, size_t);

// All that goes out of stdout's buffer, and the first line or the first flush decides the mode.
size_t __stdout_write(FILE *file, const unsigned char *from, size_t size) {
  if (*(const unsigned *)file & MODE_CHOSEN)
    return __stdio_write(file, from, size);
  const int before = errno;
  setvbuf(file, NULL, isatty(fileno(file)) ? _IOLBF : _IOFBF, 0);
  errno = before;
  return __flbf(file) || size == 0 ? __stdio_write(file, from, size) : fwrite(from, 1, size, file);
}
