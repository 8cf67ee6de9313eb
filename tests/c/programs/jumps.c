// setjmp() and longjmp(): results, nesting, many calls, and out of a signal's handler.
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static jmp_buf outer, inner;
static sigjmp_buf with_mask, without_mask;

__attribute__((noinline)) static void throw_from(int depth, int value) {
  if (depth == 0)
    longjmp(outer, value);
  throw_from(depth - 1, value);
  printf("not reached\n");
}

static void results(void) {
  volatile int count = 0;
  const int result = setjmp(outer);
  printf("result %d, count %d\n", result, count);
  count++;
  if (result < 3)
    throw_from(10, result == 0 ? 0 : result + 1);
}

// Passes through a function with a place of its own.
__attribute__((noinline)) static void between(int value) {
  switch (setjmp(inner)) {
  case 0:
    if (value < 0)
      longjmp(outer, value);
    longjmp(inner, value);
  case 5:
    printf("inner\n");
    break;
  default:
    printf("other\n");
  }
}

static void nested(void) {
  if (setjmp(outer) == 0) {
    between(5);
    between(6);
    between(-7);
    printf("not reached\n");
  } else {
    printf("outer\n");
  }
}

// More places in one call than the first table holds, and one of them again and again.
static void many(void) {
  static jmp_buf places[20];
  static int counts[20];
  volatile int at = 0;
  for (at = 0; at < 20; at++) {
    if (setjmp(places[at]) != 0)
      counts[at]++;
  }
  for (volatile int i = 0; i < 20; i++)
    printf("%d ", counts[i]);
  printf("\n");
  volatile int rounds = 0;
  setjmp(outer);
  if (rounds++ < 10000)
    throw_from(3, 1);
  printf("%d\n", rounds);
}

// A server's loop: each round makes its place anew, which takes no memory. A copy of an older
// jmp_buf is as good as the new one, since it is of the same call.
static void again_and_again(void) {
  jmp_buf other, copy;
  const char *const end = sbrk(0);
  volatile int rounds = 0;
  volatile int jumps = 0;
  for (rounds = 0; rounds < 200000; rounds++) {
    if (setjmp(outer) == 0 && rounds == 0)
      memcpy(copy, outer, sizeof copy);
    if (setjmp(other) != 0)
      jumps++;
    else if (rounds % 1000 == 0)
      longjmp(other, 1);
  }
  printf("%d rounds, %d jumps, %d more memory\n", rounds, jumps, (char *)sbrk(0) != end);
  if (jumps++ < 210)
    longjmp(copy, 1);
}

// Each call has places of its own, also where the calls are of one function.
static int descend(int depth) {
  jmp_buf here;
  volatile int sum = 0;
  const int result = setjmp(here);
  if (result != 0)
    return sum + result;
  sum = depth == 0 ? 0 : descend(depth - 1);
  longjmp(here, depth + 1);
}

static void on_signal(int number) {
  if (number == SIGUSR1)
    siglongjmp(with_mask, number);
  siglongjmp(without_mask, number);
}

static int is_blocked(int number) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  return sigismember(&mask, number);
}

static void signals(void) {
  volatile int count = 0;
  signal(SIGUSR1, on_signal);
  signal(SIGUSR2, on_signal);
  signal(SIGALRM, on_signal);
  if (sigsetjmp(with_mask, 1) == 0)
    raise(SIGUSR1);
  printf("with mask %d\n", is_blocked(SIGUSR1));
  if (sigsetjmp(without_mask, 0) == 0)
    raise(SIGUSR2);
  printf("without mask %d\n", is_blocked(SIGUSR2));
  sigset_t hangup;
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  if (sigsetjmp(with_mask, 1) == 0) {
    sigprocmask(SIG_BLOCK, &hangup, NULL);
    raise(SIGUSR1);
  }
  printf("the mask of sigsetjmp() %d\n", is_blocked(SIGHUP));
  sigsetjmp(with_mask, 1);
  if (count++ < 1000)
    raise(SIGUSR1);
  printf("%d\n", count);
  if (sigsetjmp(without_mask, 1) == 0) {
    alarm(1);
    for (;;)
      pause();
  }
  printf("out of a call that would not have ended\n");
}

int main(void) {
  results();
  nested();
  many();
  again_and_again();
  printf("%d\n", descend(50));
  signals();
  void (*jump)(jmp_buf, int) = longjmp;
  if (_setjmp(outer) == 0)
    jump(outer, 1);
  printf("by a pointer\n");
  return 0;
}
