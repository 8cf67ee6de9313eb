// What signal.c and sys_signal.c share: Linux's signals, in a guest's own process of one thread.
#pragma once

#include "guest.h"

#include <signal.h>

#define BIT(signum) (UINT64_C(1) << ((signum)-1))

// Handlers as a guest numbers them: 1 may be the index of a real function in WebAssembly.
#define HANDLER_DEFAULT UINT32_C(0)
#define HANDLER_IGNORE (UINT32_MAX - 1)

// Where a signalfd's readers and epolls look: a pipe that holds bytes while a signal is pending. (A
// pipe's end is never writable, as a signalfd is not; an eventfd would be.)
struct signalfd {
  struct signalfd *next;
  uint64_t mask;
  const struct description *description;
  int32_t vfd; // one of its numbers, as long as that is open; the table finds another
  int writer;
};

// ITIMER_REAL: a timer of the kernel that kicks the guest's thread until it has looked, as long as
// SIGALRM concerns it.
struct alarm {
  timer_t timer;
  bool kicks;
  struct timespec at, every; // on CLOCK_MONOTONIC; `at` 0 is disarmed
};

// What siginfo(7) tells of a signal.
struct signal_origin {
  int32_t code, pid;
  uint32_t uid;
};

int32_t signal_queue(struct guest *guest, int32_t signum);
struct signal_origin signal_origin(const struct guest *guest, int32_t signum);
void signal_discard(struct guest *guest, int32_t signum);
int32_t signal_take(struct guest *guest, uint64_t set);
bool signal_is_ignored(const struct guest *guest, int32_t signum);
void signalfd_renew(struct guest *guest, struct signalfd *signalfd);
void signalfd_close(struct guest *guest, struct signalfd *signalfd);

// sys_signal.c
void alarm_arm(struct alarm *alarm);

// guest.c
struct alarm *alarm_create(void);
void alarm_destroy(struct alarm *alarm);
