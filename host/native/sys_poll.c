// poll and ppoll. struct pollfd is the kernel's own; only its numbers have to be translated.
#include "imports.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>

enum { NEVER_OPEN = INT_MAX }; // a number that the kernel answers with POLLNVAL

// The guest's array with the kernel's numbers; the caller frees it. NULL where memory is short.
static struct pollfd *translate(struct guest *guest, uint32_t fds, uint32_t nfds) {
  struct pollfd *list = malloc(nfds * sizeof *list + 1);
  if (!list)
    return NULL;
  memcpy(list, guest->memory + fds, nfds * sizeof *list);
  for (uint32_t i = 0; i < nfds; i++) {
    int kfd = table_kfd(guest, list[i].fd);
    if (list[i].fd >= 0)
      list[i].fd = kfd < 0 ? NEVER_OPEN : kfd;
  }
  return list;
}

static void copy_back(struct guest *guest, uint32_t fds, uint32_t nfds, const struct pollfd *list) {
  for (uint32_t i = 0; i < nfds; i++)
    memcpy(guest->memory + fds + i * sizeof *list + offsetof(struct pollfd, revents),
           &list[i].revents, sizeof list[i].revents);
}

// Waits until `span` is over, for ever where it is NULL; what is left of it is stored there.
static int32_t wait_for(struct guest *guest, struct pollfd *list, uint32_t nfds,
                        struct timespec *span) {
  const struct timespec deadline = span ? time_from_now(span) : (struct timespec){0};
  for (;;) {
    bool looks = guest_attention(guest) && interrupted(guest, true);
    struct timespec none = {0};
    long ready = syscall(SYS_ppoll, list, nfds, looks ? &none : span, NULL, SIGSET_BYTES);
    if (span)
      *span = time_until(&deadline);
    if (ready > 0 || (ready == 0 && !looks))
      return (int32_t)ready;
    if (ready < 0 && errno != EINTR)
      return -errno;
    if (looks)
      return -RESTART_NO_HANDLER;
    guest_roused(guest);
  }
}

static int32_t wait(struct guest *guest, uint32_t fds, uint32_t nfds, struct timespec *span) {
  if (nfds > limit_descriptors(guest))
    return -EINVAL;
  if (nfds > 0 && !guest_holds(guest, fds, (uint64_t)nfds * sizeof(struct pollfd)))
    return -EFAULT;
  struct pollfd *list = translate(guest, fds, nfds);
  if (!list)
    return -ENOMEM;
  signals_await(guest, signalfds_mask(guest));
  int32_t result = wait_for(guest, list, nfds, span);
  signals_await(guest, 0);
  copy_back(guest, fds, nfds, list); // of an interrupted call, too
  free(list);
  return result;
}

int32_t sys_poll(struct guest *guest, uint32_t fds, uint32_t nfds, int32_t timeout) {
  struct timespec span = {timeout / 1000, timeout % 1000 * 1000000};
  int32_t result = wait(guest, fds, nfds, timeout < 0 ? NULL : &span);
  return restarts(result) ? -EINTR : result;
}

// As the system call, not as glibc's wrapper: the timeout becomes what is left of it.
int32_t sys_ppoll(struct guest *guest, uint32_t fds, uint32_t nfds, uint32_t timeout,
                  uint32_t sigmask, uint32_t sigsetsize) {
  struct timespec span;
  int32_t error = wait_from_guest(guest, &span, timeout, sigmask, sigsetsize);
  if (error)
    return error;
  int32_t result = wait(guest, fds, nfds, timeout ? &span : NULL);
  mask_restore(guest, result);
  if (timeout)
    copy_to_guest(guest, timeout, &span, sizeof span);
  return result;
}
