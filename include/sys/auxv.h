// What the kernel tells a program at its start: here nothing of it.
#ifndef _TRIPOLL_SYS_AUXV_H
#define _TRIPOLL_SYS_AUXV_H

#define AT_PAGESZ 6
#define AT_CLKTCK 17
#define AT_SECURE 23
#define AT_RANDOM 25
#define AT_HWCAP 16
#define AT_HWCAP2 26

#ifdef __cplusplus
extern "C" {
#endif

unsigned long getauxval(unsigned long);

#ifdef __cplusplus
}
#endif
#endif
