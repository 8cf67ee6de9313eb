// Messages in the language of the program, which is the only one.
#include <libintl.h>
#include <stddef.h>

char *gettext(const char *message) { return (char *)message; }

char *dgettext(const char *domain, const char *message) {
  (void)domain;
  return (char *)message;
}

char *dcgettext(const char *domain, const char *message, int category) {
  (void)category;
  return dgettext(domain, message);
}

char *ngettext(const char *one, const char *many, unsigned long count) {
  return (char *)(count == 1 ? one : many);
}

char *dngettext(const char *domain, const char *one, const char *many, unsigned long count) {
  (void)domain;
  return ngettext(one, many, count);
}

char *textdomain(const char *domain) {
  return domain == NULL || *domain == 0 ? (char *)"messages" : (char *)domain;
}

char *bindtextdomain(const char *domain, const char *folder) {
  if (domain == NULL || *domain == 0)
    return NULL;
  return folder == NULL ? (char *)"/usr/share/locale" : (char *)folder;
}

char *bind_textdomain_codeset(const char *domain, const char *codeset) {
  return domain == NULL || *domain == 0 ? NULL : (char *)codeset;
}
