// rt_sigaction and its family, kill, signalfd4 and its read, setitimer.
#include "signal.h"

#include "imports.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/time.h>

// The flags that the kernel knows; it clears all others. (SA_RESTORER, a libc's own, is of no use.)
#define SA_KNOWN                                                                                   \
  (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER |               \
   SA_RESETHAND | SA_EXPOSE_TAGBITS)

enum {
  SA_EXPOSE_TAGBITS = 0x800,
  SIGNALFDS_MAX = 64,
  ALARM_AGAIN_NS = 5 * 1000 * 1000,
};

// struct kernel_sigaction of the ABI.
struct guest_action {
  uint32_t handler, flags, restorer, mask[2];
};

_Static_assert(sizeof(struct guest_action) == 20, "kernel_sigaction of wasm32");
_Static_assert(sizeof(struct signalfd_siginfo) == 128, "signalfd_siginfo goes out as it is");

int32_t sys_rt_sigaction(struct guest *guest, int32_t signum, uint32_t act, uint32_t oldact,
                         uint32_t sigsetsize) {
  struct guest_action to;
  if (sigsetsize != SIGSET_BYTES)
    return -EINVAL;
  if (act && !copy_from_guest(guest, &to, act, sizeof to))
    return -EFAULT;
  if (signum < 1 || signum > SIGNALS_MAX || (act && (signum == SIGKILL || signum == SIGSTOP)))
    return -EINVAL;
  struct action *action = &guest->actions[signum - 1];
  const struct guest_action from = {
      action->handler, action->flags, 0, {(uint32_t)action->mask, (uint32_t)(action->mask >> 32)}};
  if (act) {
    bool handled = to.handler != HANDLER_DEFAULT && to.handler != HANDLER_IGNORE;
    // There is nothing a siginfo could be written to, and without __signal nobody to call.
    if (to.flags & SA_SIGINFO || (handled && !guest->handles_signals))
      return -EINVAL;
    uint64_t mask = to.mask[0] | (uint64_t)to.mask[1] << 32;
    *action = (struct action){to.handler, to.flags & (uint32_t)SA_KNOWN,
                              mask & ~(BIT(SIGKILL) | BIT(SIGSTOP))};
    signals_changed(guest);
    if (signal_is_ignored(guest, signum))
      signal_discard(guest, signum);
  }
  return oldact && !copy_to_guest(guest, oldact, &from, sizeof from) ? -EFAULT : 0;
}

int32_t sys_rt_sigprocmask(struct guest *guest, int32_t how, uint32_t set, uint32_t oldset,
                           uint32_t sigsetsize) {
  uint64_t before = guest->blocked, change;
  if (sigsetsize != SIGSET_BYTES)
    return -EINVAL;
  if (set) {
    if (!copy_from_guest(guest, &change, set, sizeof change))
      return -EFAULT;
    change &= ~(BIT(SIGKILL) | BIT(SIGSTOP));
    if (how == SIG_BLOCK)
      guest->blocked |= change;
    else if (how == SIG_UNBLOCK)
      guest->blocked &= ~change;
    else if (how == SIG_SETMASK)
      guest->blocked = change;
    else
      return -EINVAL;
    signals_changed(guest);
  }
  return oldset && !copy_to_guest(guest, oldset, &before, sizeof before) ? -EFAULT : 0;
}

int32_t sys_rt_sigpending(struct guest *guest, uint32_t set, uint32_t sigsetsize) {
  if (sigsetsize > SIGSET_BYTES)
    return -EINVAL;
  signals_deliverable(guest); // takes over what has come
  uint64_t pending = guest->pending & guest->blocked;
  return copy_to_guest(guest, set, &pending, sigsetsize) ? 0 : -EFAULT;
}

// Sleeps until a kick, a pending signal of `wanted`, or the time is over, which is 0. -EINTR where
// a signal has to be delivered first, but for those of `wanted` where they are only to be taken.
static int32_t await_signal(struct guest *guest, struct timespec *left, uint64_t wanted,
                            bool takes) {
  signals_await(guest, wanted);
  int32_t result = -EAGAIN;
  if (guest_is_ending(guest) || signals_deliverable(guest) & ~(takes ? wanted : 0))
    result = -EINTR;
  else if (guest->pending & wanted) // came since the caller looked
    result = -EAGAIN;
  else if (syscall(SYS_ppoll, NULL, 0, left, NULL, SIGSET_BYTES) == 0)
    result = 0;
  else
    guest_roused(guest);
  signals_await(guest, 0);
  return result;
}

int32_t sys_rt_sigsuspend(struct guest *guest, uint32_t mask, uint32_t sigsetsize) {
  uint64_t set;
  if (sigsetsize != SIGSET_BYTES)
    return -EINVAL;
  if (!copy_from_guest(guest, &set, mask, sizeof set))
    return -EFAULT;
  mask_swap(guest, set);
  while (await_signal(guest, NULL, 0, false) != -EINTR)
    continue;
  return -RESTART_NO_HANDLER;
}

int32_t sys_rt_sigtimedwait(struct guest *guest, uint32_t set, uint32_t info, uint32_t timeout,
                            uint32_t sigsetsize) {
  uint64_t wanted;
  struct timespec left, deadline = {0};
  if (sigsetsize != SIGSET_BYTES)
    return -EINVAL;
  if (!copy_from_guest(guest, &wanted, set, sizeof wanted))
    return -EFAULT;
  if (timeout) {
    int32_t wrong = span_from_guest(guest, &left, timeout);
    if (wrong)
      return wrong;
    deadline = time_from_now(&left);
  }
  wanted &= ~(BIT(SIGKILL) | BIT(SIGSTOP));
  for (;;) {
    // What would end the guest does so, waited for or not.
    if (signals_deliverable(guest) & atomic_load(&guest->fatal))
      return -EINTR;
    int32_t signum = signal_take(guest, wanted);
    if (signum > 0) {
      const struct signal_origin from = signal_origin(guest, signum);
      const int32_t siginfo[32] = {signum, 0, from.code, 0, from.pid, (int32_t)from.uid};
      return info && !copy_to_guest(guest, info, siginfo, sizeof siginfo) ? -EFAULT : signum;
    }
    if (timeout)
      left = time_until(&deadline);
    int32_t result = await_signal(guest, timeout ? &left : NULL, wanted, true);
    if (result == -EINTR)
      return -EINTR;
    if (result == 0 && !(guest->pending & wanted))
      return -EAGAIN;
  }
}

// Only itself: as its process, its group, or all it may signal.
int32_t sys_kill(struct guest *guest, int32_t pid, int32_t sig) {
  if (pid != GUEST_PID && pid != 0 && pid != -GUEST_PID)
    return -ESRCH;
  if (sig < 0 || sig > SIGNALS_MAX)
    return -EINVAL;
  if (sig > 0) {
    signal_queue(guest, sig); // kill(2) makes it pending all the same
    signal_raise(guest, sig, SOURCE_KILL);
  }
  return 0;
}

int32_t sys_tgkill(struct guest *guest, int32_t tgid, int32_t tid, int32_t sig) {
  if (tgid <= 0 || tid <= 0)
    return -EINVAL;
  if (tgid != GUEST_PID || tid != GUEST_PID)
    return -ESRCH;
  if (sig < 0 || sig > SIGNALS_MAX)
    return -EINVAL;
  int32_t full = sig > 0 ? signal_queue(guest, sig) : 0;
  if (sig > 0 && !full)
    signal_raise(guest, sig, SOURCE_TGKILL);
  return full;
}

int32_t sys_getpid(struct guest *guest) {
  (void)guest;
  return GUEST_PID;
}

int32_t sys_signalfd4(struct guest *guest, int32_t fd, uint32_t mask, uint32_t sizemask,
                      int32_t flags) {
  uint64_t set;
  if (sizemask != SIGSET_BYTES)
    return -EINVAL;
  if (!copy_from_guest(guest, &set, mask, sizeof set))
    return -EFAULT;
  if (flags & ~(SFD_CLOEXEC | SFD_NONBLOCK))
    return -EINVAL;
  set &= ~(BIT(SIGKILL) | BIT(SIGSTOP));
  if (fd != -1) {
    struct slot *slot = table_slot(guest, fd);
    if (!slot)
      return -EBADF;
    if (slot->description->kind != KIND_SIGNALFD)
      return -EINVAL;
    slot->description->signalfd->mask = set;
    signalfd_renew(guest, slot->description->signalfd);
    return fd;
  }
  // Each takes a second descriptor of the kernel's, which the guest's quota does not count.
  int32_t others = 0;
  for (const struct signalfd *each = guest->signalfds; each; each = each->next)
    others++;
  if (others >= SIGNALFDS_MAX || table_lowest(guest, 0) < 0)
    return -EMFILE;
  int pipe[2];
  struct signalfd *made = malloc(sizeof *made);
  if (!made)
    return -ENOMEM;
  if (pipe2(pipe, O_CLOEXEC | O_NONBLOCK) < 0) {
    free(made);
    return -errno;
  }
  const struct description like = {
      .kind = KIND_SIGNALFD, .nonblocking = flags & SFD_NONBLOCK, .signalfd = made};
  int32_t vfd = table_open(guest, pipe[0], &like, flags & SFD_CLOEXEC);
  if (vfd < 0) {
    close(pipe[1]);
    free(made);
    return vfd;
  }
  const struct description *description = guest->slots[vfd].description;
  *made = (struct signalfd){guest->signalfds, set, description, vfd, pipe[1]};
  guest->signalfds = made;
  signalfd_renew(guest, made);
  return vfd;
}

// Copies to where a vector has room, and forgets that room. False where it is at NULL.
static bool scatter(struct iovec *vector, const void *from, size_t bytes) {
  const uint8_t *at = from;
  for (; bytes > 0; vector++) {
    size_t piece = vector->iov_len < bytes ? vector->iov_len : bytes;
    if (piece == 0)
      continue;
    if (!vector->iov_base)
      return false;
    memcpy(vector->iov_base, at, piece);
    vector->iov_base = (uint8_t *)vector->iov_base + piece;
    vector->iov_len -= piece;
    at += piece;
    bytes -= piece;
  }
  return true;
}

// readv(2) of a signalfd: as many signalfd_siginfo as fit and are pending, at least one.
int32_t signalfd_read(struct guest *guest, struct slot *slot, struct iovec *vector, int32_t count) {
  struct signalfd_siginfo info = {0};
  struct signalfd *signalfd = slot->description->signalfd;
  uint64_t room = 0;
  int32_t done = 0;
  for (int32_t i = 0; i < count; i++) {
    if (vector[i].iov_base == IMPOSSIBLE)
      return -EFAULT;
    room += vector[i].iov_len;
  }
  if (room < sizeof info)
    return -EINVAL;
  while (room >= sizeof info) {
    int32_t signum = signal_take(guest, signalfd->mask);
    if (signum > 0) {
      const struct signal_origin from = signal_origin(guest, signum);
      info.ssi_signo = (uint32_t)signum;
      info.ssi_code = from.code;
      info.ssi_pid = (uint32_t)from.pid;
      info.ssi_uid = from.uid;
      if (!scatter(vector, &info, sizeof info))
        return done > 0 ? done : -EFAULT;
      done += (int32_t)sizeof info;
      room -= sizeof info;
    } else if (done > 0) {
      break;
    } else if (slot->description->nonblocking) {
      return -EAGAIN;
    } else if (await_signal(guest, NULL, signalfd->mask, false) == -EINTR) {
      return -RESTART;
    }
  }
  return done;
}

// As long as the kernel's own clocks count: INT64_MAX nanoseconds.
static struct timespec timespec_of(const struct timeval *time) {
  if (time->tv_sec >= INT64_MAX / NS_PER_S)
    return (struct timespec){INT64_MAX / NS_PER_S, INT64_MAX % NS_PER_S};
  return (struct timespec){time->tv_sec, time->tv_usec * 1000};
}

// Sets the kernel's timer to kick the thread at the alarm's time, and again until it has looked.
void alarm_arm(struct alarm *alarm) {
  bool armed = alarm->kicks && (alarm->at.tv_sec || alarm->at.tv_nsec);
  const struct itimerspec when = {.it_value = armed ? alarm->at : (struct timespec){0},
                                  .it_interval = {.tv_nsec = armed ? ALARM_AGAIN_NS : 0}};
  timer_settime(alarm->timer, TIMER_ABSTIME, &when, NULL);
}

// For ITIMER_REAL; the other two count the time of a process, which is not the guest's.
int32_t sys_setitimer(struct guest *guest, int32_t which, uint32_t new_value, uint32_t old_value) {
  struct itimerval to = {0}, from = {0};
  if (new_value && !copy_from_guest(guest, &to, new_value, sizeof to))
    return -EFAULT;
  if (which != ITIMER_REAL)
    return -EINVAL;
  bool sane = to.it_value.tv_sec >= 0 && to.it_interval.tv_sec >= 0 &&
              (uint64_t)to.it_value.tv_usec < 1000000 && (uint64_t)to.it_interval.tv_usec < 1000000;
  if (!sane)
    return -EINVAL;
  struct alarm *alarm = guest->alarm;
  if (!alarm) {
    alarm = guest->alarm = alarm_create();
    if (!alarm)
      return -ENOMEM;
    alarm->kicks = atomic_load(&guest->interrupting) & BIT(SIGALRM);
  }
  signals_deliverable(guest); // an alarm that is due is raised before it is changed
  if (alarm->at.tv_sec || alarm->at.tv_nsec) {
    struct timespec left = time_until(&alarm->at);
    from.it_value = (struct timeval){left.tv_sec, left.tv_nsec / 1000};
    if (!from.it_value.tv_sec && !from.it_value.tv_usec)
      from.it_value.tv_usec = 1; // armed: never 0
    from.it_interval = (struct timeval){alarm->every.tv_sec, alarm->every.tv_nsec / 1000};
  }
  struct timespec span = timespec_of(&to.it_value);
  bool armed = span.tv_sec || span.tv_nsec;
  alarm->at = armed ? time_from_now(&span) : (struct timespec){0};
  alarm->every = armed ? timespec_of(&to.it_interval) : (struct timespec){0};
  alarm_arm(alarm);
  return old_value && !copy_to_guest(guest, old_value, &from, sizeof from) ? -EFAULT : 0;
}
