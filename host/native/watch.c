// What a guest's epolls watch: one entry for each registration that the kernel holds, so that they
// can be counted, and a number knows whether any is left under it.
//
// The kernel's key is (open file description, number); a registration ends by EPOLL_CTL_DEL, with
// its epoll, or with the last number of its description.
#include "guest.h"

#include <stdlib.h>
#include <sys/epoll.h>

struct watch {
  const struct description *epoll;
  int32_t vfd;
  struct watch *next, **link;                 // among the watchers of its description
  struct watch *next_watched, **link_watched; // among all that its epoll watches
};

static void end_watch(struct guest *guest, struct watch *watch) {
  *watch->link = watch->next;
  if (watch->next)
    watch->next->link = watch->link;
  *watch->link_watched = watch->next_watched;
  if (watch->next_watched)
    watch->next_watched->link_watched = watch->link_watched;
  guest->watches--;
  if (--guest->slots[watch->vfd].watches == 0)
    table_unwatched(guest, watch->vfd);
  free(watch);
}

// The kernel has added a number to an epoll: 0; or -ENOSPC, -ENOMEM, and it is removed again. (The
// kernel goes first because its own errors do.)
int32_t watch_add(struct guest *guest, struct slot *epoll, int32_t vfd) {
  struct slot *slot = &guest->slots[vfd];
  bool full = guest->watches >= guest->quotas.watches_max;
  struct watch *watch = full ? NULL : malloc(sizeof *watch);
  if (!watch) {
    syscall(SYS_epoll_ctl, epoll->kfd, EPOLL_CTL_DEL, slot->kfd, NULL);
    if (full)
      quota_exhausted(guest, QUOTA_WATCHES);
    return full ? -ENOSPC : -ENOMEM;
  }
  struct watch **watchers = &slot->description->watchers;
  struct watch **watching = &epoll->description->watching;
  *watch = (struct watch){epoll->description, vfd, *watchers, watchers, *watching, watching};
  if (watch->next)
    watch->next->link = &watch->next;
  if (watch->next_watched)
    watch->next_watched->link_watched = &watch->next_watched;
  *watchers = *watching = watch;
  guest->watches++;
  slot->watches++;
  return 0;
}

// The kernel has removed a number from an epoll.
void watch_delete(struct guest *guest, struct slot *epoll, int32_t vfd) {
  struct watch *watch = guest->slots[vfd].description->watchers;
  while (watch && (watch->vfd != vfd || watch->epoll != epoll->description))
    watch = watch->next;
  if (watch)
    end_watch(guest, watch);
}

// A description comes to its end, and with it all that watched it and that it watched.
void watches_drop(struct guest *guest, struct description *description) {
  while (description->watchers)
    end_watch(guest, description->watchers);
  while (description->watching)
    end_watch(guest, description->watching);
}
