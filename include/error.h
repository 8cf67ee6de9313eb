// error() of glibc: a message on stderr, with the text of an error, and the end unless status is 0.
#ifndef _TRIPOLL_ERROR_H
#define _TRIPOLL_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

extern void (*error_print_progname)(void);
extern unsigned error_message_count;
extern int error_one_per_line;

__attribute__((__format__(__printf__, 3, 4))) void error(int, int, const char *, ...);
__attribute__((__format__(__printf__, 5, 6))) void error_at_line(int, int, const char *, unsigned,
                                                                 const char *, ...);

#ifdef __cplusplus
}
#endif
#endif
