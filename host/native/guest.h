// A guest as the addon sees it: its control block, descriptor table and memory.
// Nothing here knows Node: only addon.c does, and hands itself in as `struct host`.
//
// Threads: `lock` guards what the owner's thread and the kicker touch. Everything below
// "guest's thread" belongs to the worker from guest_enter() to guest_leave().
#pragma once

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
  CALL_ARGUMENTS = 6,          // arguments of the longest call
  ADDRESS_BYTES = 128,         // sizeof(struct sockaddr_storage), the kernel's own bound
  STDIO_PIECE_BYTES = 1 << 20, // the most that one kernel entry moves where it could run long
};

enum kind {
  KIND_STDIO,
  KIND_EPOLL,
  KIND_SOCKET,
  KIND_PIPE,
  KIND_EVENTFD,
  KIND_TIMERFD,
  KIND_SIGNALFD
};

// What a socket's address is wanted for; the numbers are shared with host/policy.ts.
enum verb { VERB_BIND = 1, VERB_LISTEN, VERB_CONNECT, VERB_SEND, VERB_UNLINK };

// The policy's answers; shared with host/policy.ts.
enum verdict { DENIED = 0, GRANTED = 1, HARMLESS = 2 };

enum { SIGNALS_MAX = 64, SIGNAL_REALTIME = 32, SIGSET_BYTES = 8 };

// What an interrupted call answers inside the addon; the kernel's own numbers and meanings.
enum {
  RESTART = 512,           // ERESTARTSYS: runs again where all handlers have SA_RESTART
  RESTART_ALWAYS = 513,    // ERESTARTNOINTR: it had not begun
  RESTART_NO_HANDLER = 514 // ERESTARTNOHAND: runs again where no handler has run
};

static inline bool restarts(int32_t result) {
  return result >= -RESTART_NO_HANDLER && result <= -RESTART;
}

// What runs out; the numbers are shared with host/guest.ts.
enum quota { QUOTA_DESCRIPTORS, QUOTA_WATCHES, QUOTA_TIMERS, QUOTAS };

struct peers;
struct pipe;
struct watch;

// An open file description, as far as the kernel does not keep it for us.
struct description {
  uint32_t refs; // guest numbers that refer to it
  enum kind kind;
  int domain, type; // sockets only
  bool output;      // KIND_STDIO: 1 and 2, which cannot be read, whatever the host's are
  bool reuse_asked, reuses_address, reuses_port; // of a UDP socket, see reuse.c
  bool granted; // bound under a grant: may listen; a UDP socket may answer its senders
  bool lingers; // SO_LINGER was set: its close could block
  int64_t receive_timeout_ns, send_timeout_ns; // SO_RCVTIMEO, SO_SNDTIMEO; 0 is none
  bool nonblocking;                            // the guest's O_NONBLOCK, see keeps_nonblocking()
  struct peers *peers;
  struct pipe *pipe;
  struct signalfd *signalfd;
  struct watch *watchers; // the epolls that watch it
  struct watch *watching; // what it watches, an epoll itself
};

// Whether O_NONBLOCK is the description's own, and not the kernel's.
static inline bool keeps_nonblocking(const struct description *description) {
  return description->kind == KIND_STDIO || description->kind == KIND_SIGNALFD;
}

// What a signal does: rt_sigaction(2), the handler being the guest's own number for it.
struct action {
  uint32_t handler, flags;
  uint64_t mask;
};

// One guest number. `description` is NULL where the number is free.
struct slot {
  struct description *description;
  int kfd;          // the kernel's number; in a free slot that is pinned, the parked one
  bool cloexec;     // FD_CLOEXEC as the guest set it; the kernel's is always set
  bool pinned;      // keeps its kernel number, see table.c
  uint32_t watches; // registrations in epolls under this number
};

// Where a signal came from; what siginfo tells of it.
enum source { SOURCE_HOST, SOURCE_KILL, SOURCE_TGKILL, SOURCE_KERNEL };

struct guest;

// What the addon's Node side answers; called on the guest's thread.
struct host {
  // Brings guest->memory_bytes up to date; false when JavaScript is being ended.
  bool (*refresh_memory)(struct guest *guest);
  // Asks the policy about the first `bytes` of guest->address.
  enum verdict (*decide)(struct guest *guest, enum verb verb, int type, size_t bytes);
  // The first `bytes` of guest->address are where a socket now waits for clients.
  void (*listening)(struct guest *guest, int type, size_t bytes);
  // The guest has ended itself, or has run too long; the owner must end the worker. The lock is
  // held, and the thread may be the kicker's.
  void (*exiting)(struct guest *guest);
  // A quota, `max`, has run out for the first time.
  void (*exhausted)(struct guest *guest, enum quota quota, uint32_t max);
  // Runs a signal handler; false where it trapped, and the trap has to go on.
  bool (*handle)(struct guest *guest, uint32_t handler, int32_t signum);
};

struct blob {
  char *bytes;
  uint32_t length;
};

// What a guest may have; host/binding.ts writes them in this order.
struct quotas {
  uint32_t descriptors_min, descriptors_max; // as many as the process has left, between these
  uint32_t watches_max, timers_max;
  uint32_t run_ms_max; // CPU time without a call, 0 is any
  uint32_t memory_pages_max;
};

enum { LIMITS = 16 }; // RLIM_NLIMITS

struct limit {
  uint64_t current, max;
};

struct guest {
  pthread_mutex_t lock;
  uint32_t id;
  uint32_t refs; // registry, worker, kicker
  pid_t tid;     // the worker's thread, 0 before guest_enter() and after guest_leave()
  bool gone;     // the worker will not come back
  bool kicking;  // the kicker's thread runs
  bool rousing;  // it also kicks now and then, see guest_rouse()
  bool timed;    // and looks at its run time
  uint32_t calls_seen;
  int64_t run_from_ns; // CPU time at its last call, as far as the kicker knows
  struct quotas quotas;
  uint64_t share; // of the process's descriptors
  pthread_cond_t kicked;
  void *owner; // what host->exiting needs, NULL when the owner has let go
  struct guest *next;

  atomic_bool ending;         // every import returns -EINTR from now on
  atomic_bool exited;         // by exit_group or a signal, with `status`
  atomic_bool overran;        // ended for having run too long without a call
  atomic_uint calls;          // goes up where a call begins and where it ends: odd inside of one
  atomic_bool attention;      // there may be a signal: look before and after each call
  atomic_ullong raised;       // signals from other threads, bit n-1 is signal n
  atomic_ullong fatal;        // signals that would end the guest if they came now
  atomic_ullong interrupting; // signals that are neither blocked nor ignored
  atomic_ullong awaited;      // signals that a call waits for, itself or by a signalfd
  int32_t status;

  // The guest's thread, from here on.
  const struct host *host;
  void *worker; // host's own state
  uint8_t *memory;
  uint64_t memory_bytes; // never more than there is; a miss asks again
  int32_t *call;         // arguments of a call, its result in call[0]
  uint8_t *address;      // ADDRESS_BYTES, what the policy is asked about
  struct slot *slots;
  uint32_t slot_count;
  struct limit limits[LIMITS]; // prlimit64(2); that of RLIMIT_NOFILE holds
  uint32_t watches, timers;
  uint32_t paths;       // Unix sockets' that it has bound and not removed
  uint64_t pipe_bytes;  // that its pipes can hold
  uint64_t peers_bytes; // that its UDP sockets remember senders in
  bool told[QUOTAS];    // the owner knows that it has run out
  uint64_t *taken;      // a bit a number, so that the lowest free one is found quickly
  int placeholder;      // parks kernel numbers, -1 until needed
  struct blob cmdline, environ;

  // Signals, see signal.c.
  bool handles_signals; // it has an export __signal
  uint64_t pending, blocked;
  uint8_t sources[SIGNALS_MAX];                      // enum source of a pending one
  uint32_t queue[SIGNALS_MAX - SIGNAL_REALTIME + 1]; // how often a real-time one is pending
  uint32_t queued;                                   // all of these
  bool mask_swapped; // `blocked` holds for one call; afterwards, `mask_before` again
  uint64_t mask_before;
  struct action actions[SIGNALS_MAX];
  struct signalfd *signalfds;
  struct alarm *alarm;
};

struct guest_options {
  struct quotas quotas;
  bool stdin_granted;
  struct blob cmdline, environ;
};

// guest.c: life, interrupting, killing
struct guest *guest_create(const struct guest_options *options, uint64_t *left);
struct guest *guest_find(uint32_t id); // takes a reference
void guest_unref(struct guest *guest);
bool guest_enter(struct guest *guest);
void guest_leave(struct guest *guest);
bool guest_rouse(struct guest *guest);
bool guest_time(struct guest *guest);
void guest_end(struct guest *guest);
void guest_end_all(void);
void guest_release(struct guest *guest);
bool kick_install(void);

// After a kick: ends the guest where V8 ends its JavaScript and nobody told us.
static inline void guest_roused(struct guest *guest) {
  if (!guest->host->refresh_memory(guest))
    atomic_store(&guest->ending, true);
}

// signal.c
bool guest_signal(struct guest *guest, int32_t signum);
void signal_raise(struct guest *guest, int32_t signum, enum source source);
uint64_t signals_deliverable(struct guest *guest);
bool signals_after(struct guest *guest, int32_t *result);
bool signals_before(struct guest *guest);
void signals_changed(struct guest *guest);
void signals_await(struct guest *guest, uint64_t set);
uint64_t signalfds_mask(const struct guest *guest);
void mask_swap(struct guest *guest, uint64_t mask);
void mask_restore(struct guest *guest, int32_t result);
void guest_die(struct guest *guest, int32_t status);

static inline bool guest_attention(struct guest *guest) {
  return atomic_load_explicit(&guest->attention, memory_order_relaxed);
}

// Whether a signal that was raised concerns the call that the guest is in: only then is it kicked,
// for a call that is interrupted may have done a part.
static inline bool guest_notices(struct guest *guest) {
  return atomic_load(&guest->raised) &
         (atomic_load(&guest->interrupting) | atomic_load(&guest->awaited));
}

static inline bool guest_is_ending(struct guest *guest) {
  return atomic_load_explicit(&guest->ending, memory_order_relaxed);
}

// Around each call, and around a handler inside of one.
static inline void guest_count_call(struct guest *guest) {
  unsigned calls = atomic_load_explicit(&guest->calls, memory_order_relaxed);
  atomic_store_explicit(&guest->calls, calls + 1, memory_order_relaxed);
}

// limits.c
void limits_create(struct guest *guest);
uint32_t limit_descriptors(const struct guest *guest);
void quota_exhausted(struct guest *guest, enum quota quota);

// sys_pipe.c
void pipe_close(struct guest *guest, struct pipe *pipe);

// watch.c
int32_t watch_add(struct guest *guest, struct slot *epoll, int32_t vfd);
void watch_delete(struct guest *guest, struct slot *epoll, int32_t vfd);
void watches_drop(struct guest *guest, struct description *description);

// table.c: guest numbers
bool table_create(struct guest *guest, uint32_t count);
int32_t table_lowest(struct guest *guest, uint32_t from);
bool table_has_two(struct guest *guest);
int32_t table_find(struct guest *guest, const struct description *description);
int32_t table_install(struct guest *guest, int32_t vfd, int kfd, struct description *description,
                      bool cloexec);
int32_t table_open(struct guest *guest, long kfd, const struct description *like, bool cloexec);
int32_t table_pair(struct guest *guest, const int kfds[2], const struct description *like,
                   bool cloexec, int32_t vfds[2]);
int32_t table_close(struct guest *guest, int32_t vfd);
void table_close_all(struct guest *guest);
void table_unwatched(struct guest *guest, int32_t vfd);
void table_destroy(struct guest *guest);

static inline struct slot *table_slot(struct guest *guest, int32_t vfd) {
  if ((uint32_t)vfd >= guest->slot_count)
    return NULL;
  struct slot *slot = &guest->slots[vfd];
  return slot->description ? slot : NULL;
}

// The kernel's number, or -1, which the kernel itself answers with EBADF, in its own order of
// checks.
static inline int table_kfd(struct guest *guest, int32_t vfd) {
  struct slot *slot = table_slot(guest, vfd);
  return slot ? slot->kfd : -1;
}

// The slot of a socket, or NULL with the errno in *error (EBADF, ENOTSOCK).
static inline struct slot *table_socket(struct guest *guest, int32_t vfd, int32_t *error) {
  struct slot *slot = table_slot(guest, vfd);
  *error = !slot ? -EBADF : slot->description->kind != KIND_SOCKET ? -ENOTSOCK : 0;
  return *error ? NULL : slot;
}

// address.c: what the policy is asked, and who may be answered
enum verdict address_ask(struct guest *guest, struct slot *slot, enum verb verb,
                         struct sockaddr_storage *address, socklen_t length);
enum verdict address_ask_listen(struct guest *guest, struct slot *slot);
void address_announce(struct guest *guest, struct slot *slot);
void address_remember(struct guest *guest, struct description *description,
                      const struct sockaddr_storage *address, socklen_t length);
void peers_free(struct guest *guest, struct description *description);
int32_t address_copy_in(struct guest *guest, struct sockaddr_storage *to, uint32_t from,
                        int32_t length);

// reuse.c: SO_REUSEADDR and SO_REUSEPORT of UDP sockets
bool reuse_is(const struct description *description, int level, int name);
int32_t reuse_get(const struct description *description, int name);
void reuse_set(struct slot *slot, int name, int32_t value);
void reuse_settle(struct slot *slot, bool binds);

// allow.c: what exists
int32_t allow_socket(int domain, int type, int protocol);
int allow_option(const struct description *description, int level, int name, bool set);
bool allow_control(int level, int type, bool send, uint32_t data_bytes);
