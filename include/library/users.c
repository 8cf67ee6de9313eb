// Users and groups: there is no list of them, so an unknown one is no error; one's own number is
// it.
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <unistd.h>

#include "linux.h"

struct passwd *getpwnam(const char *name) {
  (void)name;
  return NULL;
}

struct passwd *getpwuid(uid_t user) {
  (void)user;
  return NULL;
}

int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
               struct passwd **found) {
  (void)name;
  (void)entry;
  (void)buffer;
  (void)size;
  *found = NULL;
  return 0;
}

int getpwuid_r(uid_t user, struct passwd *entry, char *buffer, size_t size, struct passwd **found) {
  (void)user;
  return getpwnam_r("", entry, buffer, size, found);
}

struct passwd *getpwent(void) { return NULL; }

void setpwent(void) {}

void endpwent(void) {}

struct group *getgrnam(const char *name) {
  (void)name;
  return NULL;
}

struct group *getgrgid(gid_t group) {
  (void)group;
  return NULL;
}

int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
               struct group **found) {
  (void)name;
  (void)entry;
  (void)buffer;
  (void)size;
  *found = NULL;
  return 0;
}

int getgrgid_r(gid_t group, struct group *entry, char *buffer, size_t size, struct group **found) {
  (void)group;
  return getgrnam_r("", entry, buffer, size, found);
}

struct group *getgrent(void) { return NULL; }

void setgrent(void) {}

void endgrent(void) {}

char *getlogin(void) {
  __failed(ENXIO);
  return NULL;
}

int getgroups(int count, gid_t groups[]) {
  if (count < 0)
    return __failed(EINVAL);
  if (count > 0)
    groups[0] = getgid();
  return 1;
}

int setgroups(size_t count, const gid_t *groups) {
  (void)count;
  (void)groups;
  return __failed(EPERM);
}

int initgroups(const char *user, gid_t group) {
  (void)user;
  (void)group;
  return __failed(EPERM);
}

int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count) {
  (void)user;
  const int room = *count;
  *count = 1;
  if (room < 1)
    return -1;
  groups[0] = group;
  return 1;
}
