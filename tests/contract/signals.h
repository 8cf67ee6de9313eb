// Signals for the contract programs: handlers, masks, and what interrupts a call that blocks.
#ifndef CONTRACT_SIGNALS_H
#define CONTRACT_SIGNALS_H

#include "contract.h"

enum { MASK_BYTES = 8 };

// An interrupting timer fires again: its first signal may come before the call has begun.
enum { ALARM_USEC = 5000 };

#if defined(__wasm32__)
__attribute__((export_name("__signal"))) void call_handler(handler called, int number);
void call_handler(handler called, int number) { called(number); }
#define RESTORER NULL
#define RESTORER_FLAG 0
#elif defined(__x86_64__)
__asm__(".text\nrestorer: mov $15, %eax\nsyscall\n"); // rt_sigreturn
void restorer(void) __asm__("restorer");
#define RESTORER restorer
#define RESTORER_FLAG SA_RESTORER
#else
#define RESTORER NULL
#define RESTORER_FLAG 0
#endif

// How often each signal was handled, and in which order.
static volatile int seen[65];
static volatile int order[64];
static volatile int order_length;

HELPER u64 bit(int number) { return (u64)1 << (number - 1); }

HELPER void forget_signals(void) {
  for (int i = 0; i < COUNT(seen); i++)
    seen[i] = 0;
  order_length = 0;
}

HELPER void note(int number) {
  seen[number]++;
  if (order_length < COUNT(order))
    order[order_length++] = number;
}

HELPER int on_masking(int number, handler called, unsigned long flags, u64 mask) {
  struct sigaction to = {called, flags | RESTORER_FLAG, RESTORER, {(u32)mask, (u32)(mask >> 32)}};
  return rt_sigaction(number, &to, NULL, MASK_BYTES);
}

HELPER int on(int number, handler called, unsigned long flags) {
  return must("rt_sigaction", on_masking(number, called, flags, 0));
}

HELPER u64 set_mask(u64 mask) {
  u64 before = 0;
  must("rt_sigprocmask", rt_sigprocmask(SIG_SETMASK, &mask, &before, MASK_BYTES));
  return before;
}

HELPER u64 pending(void) {
  u64 set = 0;
  must("rt_sigpending", rt_sigpending(&set, MASK_BYTES));
  return set;
}

HELPER int send_self(int number) { return must("kill", kill(getpid(), number)); }

// SIGALRM again and again, until stop_alarm().
HELPER void start_alarm(void) {
  const struct itimerval often = {{0, ALARM_USEC}, {0, ALARM_USEC}};
  must("setitimer", setitimer(ITIMER_REAL, &often, NULL));
}

HELPER void stop_alarm(void) {
  const struct itimerval never = {{0, 0}, {0, 0}};
  must("setitimer", setitimer(ITIMER_REAL, &never, NULL));
}

// The order in which handlers ran, as numbers.
HELPER void fact_order(const char *what) {
  open_line(what);
  for (int i = 0; i < order_length; i++) {
    put(i ? " " : "");
    put_number(order[i]);
  }
  close_line();
}

#endif
