// Signals of a guest: sent by the host, by the guest itself, by its timer. Linux's rules, in a
// process of one thread that is the guest's own; the kernel never sees them.
//
// They are delivered where a guest calls: before a call begins and when it ends. A call that was
// interrupted answers -RESTART or one of its kin inside the addon: then the import runs again from
// its beginning, as on Linux, or the guest gets -EINTR.
#include "signal.h"

#include "imports.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>

static const uint64_t ignored_by_default =
    BIT(SIGCHLD) | BIT(SIGURG) | BIT(SIGWINCH) | BIT(SIGCONT);
// Nobody could continue a guest that had stopped.
static const uint64_t stops = BIT(SIGSTOP) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU);
static const uint64_t never_blocked = BIT(SIGKILL) | BIT(SIGSTOP);

// The signals that do nothing as the actions are now.
static uint64_t ignored(const struct guest *guest) {
  uint64_t set = 0;
  for (int32_t signum = 1; signum <= SIGNALS_MAX; signum++) {
    uint32_t handler = guest->actions[signum - 1].handler;
    bool by_default = handler == HANDLER_DEFAULT && (ignored_by_default | stops) & BIT(signum);
    if (handler == HANDLER_IGNORE || by_default)
      set |= BIT(signum);
  }
  return set;
}

static uint64_t terminating(const struct guest *guest) {
  uint64_t set = 0;
  for (int32_t signum = 1; signum <= SIGNALS_MAX; signum++)
    if (guest->actions[signum - 1].handler == HANDLER_DEFAULT)
      set |= BIT(signum);
  return set & ~(ignored_by_default | stops);
}

// The reader's end, under whatever number it is open.
static int reader_of(struct guest *guest, struct signalfd *signalfd) {
  if (guest->slots[signalfd->vfd].description != signalfd->description)
    signalfd->vfd = table_find(guest, signalfd->description);
  return table_kfd(guest, signalfd->vfd);
}

static void drain(int reader) {
  char bytes[512];
  while (read(reader, bytes, sizeof bytes) == sizeof bytes)
    continue;
}

// Readable while a signal of its mask is pending; one that has just come is an edge of its own.
static void update_signalfd(struct guest *guest, struct signalfd *signalfd, uint64_t come) {
  bool comes = signalfd->mask & come;
  bool fits = !comes || write(signalfd->writer, "", 1) == 1;
  if (!fits || !(signalfd->mask & guest->pending))
    drain(reader_of(guest, signalfd));
  if (!fits)
    (void)!write(signalfd->writer, "", 1);
}

// After its mask was set.
void signalfd_renew(struct guest *guest, struct signalfd *signalfd) {
  update_signalfd(guest, signalfd, guest->pending);
}

// Its last number was closed; the reader's end is closed with that.
void signalfd_close(struct guest *guest, struct signalfd *signalfd) {
  struct signalfd **link = &guest->signalfds;
  while (*link != signalfd)
    link = &(*link)->next;
  *link = signalfd->next;
  close(signalfd->writer);
  free(signalfd);
}

// Lets the kernel's timer kick only while SIGALRM concerns the guest.
static void settle_alarm(struct guest *guest) {
  uint64_t noticed = atomic_load(&guest->interrupting) | atomic_load(&guest->awaited);
  bool kicks = noticed & BIT(SIGALRM);
  if (!guest->alarm || guest->alarm->kicks == kicks)
    return;
  guest->alarm->kicks = kicks;
  alarm_arm(guest->alarm);
}

// Brings everything that follows from actions, mask and pending signals up to date.
static void settle(struct guest *guest, uint64_t come) {
  for (struct signalfd *each = guest->signalfds; each; each = each->next)
    update_signalfd(guest, each, come);
  atomic_store(&guest->fatal, terminating(guest) & ~guest->blocked);
  atomic_store(&guest->interrupting, ~(ignored(guest) | guest->blocked));
  // Whoever raises one looks at that after it has set `attention`, which is looked at after this.
  atomic_thread_fence(memory_order_seq_cst);
  settle_alarm(guest);
  if (guest->pending & ~guest->blocked)
    atomic_store(&guest->attention, true);
}

static void look_at_alarm(struct guest *guest);

// One of that signal is taken off what is pending.
static void take_one(struct guest *guest, int32_t signum) {
  uint32_t *queue = signum >= SIGNAL_REALTIME ? &guest->queue[signum - SIGNAL_REALTIME] : NULL;
  if (queue && *queue > 0) {
    --*queue;
    guest->queued--;
  }
  if (!queue || *queue == 0)
    guest->pending &= ~BIT(signum);
}

// A stop takes back a SIGCONT that is pending, and the other way round.
static void make_pending(struct guest *guest, int32_t signum, enum source source) {
  if (BIT(signum) & stops)
    guest->pending &= ~BIT(SIGCONT);
  if (signum == SIGCONT)
    guest->pending &= ~stops;
  guest->pending |= BIT(signum);
  guest->sources[signum - 1] = (uint8_t)source;
}

struct signal_origin signal_origin(const struct guest *guest, int32_t signum) {
  switch (guest->sources[signum - 1]) {
  case SOURCE_KILL:
    return (struct signal_origin){SI_USER, GUEST_PID, GUEST_UID};
  case SOURCE_TGKILL:
    return (struct signal_origin){SI_TKILL, GUEST_PID, GUEST_UID};
  case SOURCE_KERNEL:
    return (struct signal_origin){SI_KERNEL, 0, 0};
  default: // from outside, as out of another pid namespace
    return (struct signal_origin){SI_USER, 0, 0};
  }
}

// Takes over what other threads have raised.
static void take_over(struct guest *guest) {
  atomic_store(&guest->attention, false);
  uint64_t raised = atomic_exchange(&guest->raised, 0);
  // What is ignored is gone at once, unless it is blocked: the action may change meanwhile.
  raised &= (~ignored(guest) | guest->blocked) & ~guest->pending;
  for (uint64_t left = raised; left; left &= left - 1)
    make_pending(guest, __builtin_ctzll(left) + 1, SOURCE_HOST);
  if (raised)
    settle(guest, raised);
  look_at_alarm(guest);
  if (guest_is_ending(guest) || guest->pending & ~guest->blocked)
    atomic_store(&guest->attention, true);
}

// While a call waits for these signals, or looks at a signalfd, they come through to it; 0 after
// it.
void signals_await(struct guest *guest, uint64_t set) {
  if (atomic_load_explicit(&guest->awaited, memory_order_relaxed) == set)
    return;
  atomic_store(&guest->awaited, set);
  atomic_thread_fence(memory_order_seq_cst);
  settle_alarm(guest);
}

// What any signalfd is for.
uint64_t signalfds_mask(const struct guest *guest) {
  uint64_t mask = 0;
  for (const struct signalfd *each = guest->signalfds; each; each = each->next)
    mask |= each->mask;
  return mask;
}

// Keeps one more of a real-time signal that is about to be raised: of these each is delivered, as
// many as RLIMIT_SIGPENDING allows, -EAGAIN. Of the others one is pending or none.
int32_t signal_queue(struct guest *guest, int32_t signum) {
  if (signum < SIGNAL_REALTIME || (ignored(guest) & ~guest->blocked & BIT(signum)))
    return 0;
  if (guest->queued >= guest->limits[RLIMIT_SIGPENDING].current)
    return -EAGAIN;
  guest->queue[signum - SIGNAL_REALTIME]++;
  guest->queued++;
  return 0;
}

// The guest's own thread sends itself a signal.
void signal_raise(struct guest *guest, int32_t signum, enum source source) {
  uint64_t idle = (ignored(guest) & ~guest->blocked) | guest->pending;
  if (!(idle & BIT(signum))) {
    make_pending(guest, signum, source);
    settle(guest, BIT(signum));
  }
}

bool signal_is_ignored(const struct guest *guest, int32_t signum) {
  return ignored(guest) & BIT(signum);
}

// A pending signal is no more: its action became "ignore".
void signal_discard(struct guest *guest, int32_t signum) {
  while (guest->pending & BIT(signum))
    take_one(guest, signum);
  settle(guest, 0);
}

// After actions or the mask have changed.
void signals_changed(struct guest *guest) {
  guest->blocked &= ~never_blocked;
  settle(guest, 0);
}

// Removes the lowest pending signal of `set`; 0 where there is none.
int32_t signal_take(struct guest *guest, uint64_t set) {
  take_over(guest);
  uint64_t found = guest->pending & set;
  if (!found)
    return 0;
  int32_t signum = __builtin_ctzll(found) + 1;
  take_one(guest, signum);
  settle(guest, 0);
  return signum;
}

// The signals that have to be delivered now.
uint64_t signals_deliverable(struct guest *guest) {
  take_over(guest);
  return guest->pending & ~guest->blocked;
}

// Ends the guest so that none of its code can keep on.
void guest_die(struct guest *guest, int32_t status) {
  guest->status = status;
  atomic_store(&guest->exited, true);
  atomic_store(&guest->ending, true);
  atomic_store(&guest->attention, true);
  pthread_mutex_lock(&guest->lock);
  guest->host->exiting(guest);
  pthread_mutex_unlock(&guest->lock);
}

// A handler that is set up and has not run, with the mask that comes back at its end.
struct frame {
  struct frame *below;
  uint32_t handler;
  int32_t signum;
  uint64_t mask;
};

// How the first signal with a handler had its action when it was taken.
struct first {
  bool handled, restarts;
};

// Sets up the handler of the lowest deliverable signal, or does what it does without one.
static void push(struct guest *guest, struct frame **top, struct first *first) {
  int32_t signum = __builtin_ctzll(guest->pending & ~guest->blocked) + 1;
  struct action *entry = &guest->actions[signum - 1];
  const struct action action = *entry;
  take_one(guest, signum);
  if (signal_is_ignored(guest, signum))
    return;
  struct frame *frame = action.handler == HANDLER_DEFAULT ? NULL : malloc(sizeof *frame);
  if (!frame) { // without room for a frame, the kernel sends SIGSEGV
    guest_die(guest, 128 + (action.handler == HANDLER_DEFAULT ? signum : SIGSEGV));
    return;
  }
  if (!first->handled)
    *first = (struct first){true, action.flags & SA_RESTART};
  if (action.flags & SA_RESETHAND)
    entry->handler = HANDLER_DEFAULT;
  uint64_t mask = guest->mask_swapped ? guest->mask_before : guest->blocked;
  *frame = (struct frame){*top, action.handler, signum, mask};
  *top = frame;
  guest->mask_swapped = false;
  guest->blocked |= action.mask | (action.flags & SA_NODEFER ? 0 : BIT(signum));
  signals_changed(guest);
}

// Delivers all, as the kernel stacks its frames: the handler of the lowest number is set up first,
// and so runs last, but for what its mask holds back; what a handler's end lets through comes
// before the next one. False where a handler trapped.
static bool deliver_all(struct guest *guest, struct first *first) {
  struct frame *top = NULL;
  bool well = true;
  *first = (struct first){0};
  for (;;) {
    bool goes_on = well && !guest_is_ending(guest);
    if (goes_on && signals_deliverable(guest)) {
      push(guest, &top, first);
      continue;
    }
    if (!top)
      break;
    const struct frame frame = *top;
    free(top);
    top = frame.below;
    if (goes_on)
      well = guest->host->handle(guest, frame.handler, frame.signum);
    guest->blocked = frame.mask;
    signals_changed(guest);
  }
  if (guest->mask_swapped) {
    guest->mask_swapped = false;
    guest->blocked = guest->mask_before;
    signals_changed(guest);
  }
  return well;
}

// Before a call: what came while the guest computed is handled first and interrupts nothing. False
// where a handler trapped: there is no call then.
bool signals_before(struct guest *guest) {
  struct first first;
  return deliver_all(guest, &first);
}

// After a call: true where it has to run again.
bool signals_after(struct guest *guest, int32_t *result) {
  struct first first;
  bool well = deliver_all(guest, &first);
  int32_t code = -*result;
  if (!restarts(*result))
    return false;
  *result = -EINTR;
  bool again = !first.handled || code == RESTART_ALWAYS || (code == RESTART && first.restarts);
  return again && well && !guest_is_ending(guest);
}

// The mask of epoll_pwait, ppoll and rt_sigsuspend, for one call.
void mask_swap(struct guest *guest, uint64_t mask) {
  guest->mask_before = guest->blocked;
  guest->mask_swapped = true;
  guest->blocked = mask;
  signals_changed(guest);
}

// The former mask comes back at once, unless the call was interrupted: then the handler still runs
// under the call's own.
void mask_restore(struct guest *guest, int32_t result) {
  if (!guest->mask_swapped || result == -EINTR || restarts(result))
    return;
  guest->mask_swapped = false;
  guest->blocked = guest->mask_before;
  signals_changed(guest);
}

static bool is_past(const struct timespec *at, const struct timespec *now) {
  return at->tv_sec < now->tv_sec || (at->tv_sec == now->tv_sec && at->tv_nsec <= now->tv_nsec);
}

// When a timer whose time has come fires next: whole intervals later, and after now.
static struct timespec alarm_next(const struct alarm *alarm, const struct timespec *now) {
  const struct timespec late = timespec_difference(now, &alarm->at);
  if (alarm->every.tv_sec == 0 && alarm->every.tv_nsec == 0)
    return (struct timespec){0};
  if (alarm->every.tv_sec > late.tv_sec)
    return timespec_sum(&alarm->at, &alarm->every);
  int64_t every_ns = alarm->every.tv_sec * NS_PER_S + alarm->every.tv_nsec;
  int64_t late_ns = late.tv_sec * NS_PER_S + late.tv_nsec;
  int64_t step_ns = (late_ns / every_ns + 1) * every_ns;
  const struct timespec step = {step_ns / NS_PER_S, step_ns % NS_PER_S};
  return timespec_sum(&alarm->at, &step);
}

// Raises SIGALRM when its time has come, and sets the timer for the next.
static void look_at_alarm(struct guest *guest) {
  struct alarm *alarm = guest->alarm;
  struct timespec now;
  if (!alarm || (alarm->at.tv_sec == 0 && alarm->at.tv_nsec == 0))
    return;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (!is_past(&alarm->at, &now))
    return;
  signal_raise(guest, SIGALRM, SOURCE_KERNEL);
  alarm->at = alarm_next(alarm, &now);
  alarm_arm(alarm);
}
