// Messages in another language: there are none, so each is its own translation.
#ifndef _TRIPOLL_LIBINTL_H
#define _TRIPOLL_LIBINTL_H

#define __FORMAT(n) __attribute__((__format_arg__(n)))

#ifdef __cplusplus
extern "C" {
#endif

__FORMAT(1) char *gettext(const char *);
__FORMAT(2) char *dgettext(const char *, const char *);
__FORMAT(2) char *dcgettext(const char *, const char *, int);
__FORMAT(1) __FORMAT(2) char *ngettext(const char *, const char *, unsigned long);
__FORMAT(2) __FORMAT(3) char *dngettext(const char *, const char *, const char *, unsigned long);
char *textdomain(const char *);
char *bindtextdomain(const char *, const char *);
char *bind_textdomain_codeset(const char *, const char *);

#ifdef __cplusplus
}
#endif

#undef __FORMAT
#endif
