// What the files of pthread.h have in common.
#ifndef LIBRARY_THREADS_H
#define LIBRARY_THREADS_H

// The end of a call that only another thread could let go on: says so, and aborts.
_Noreturn void __deadlock(const char *call);

#endif
