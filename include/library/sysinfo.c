// What is known of the machine: a guest's quota of memory, and that it runs on one processor.
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

int get_nprocs(void) { return 1; }

int get_nprocs_conf(void) { return 1; }

long get_phys_pages(void) { return sysconf(_SC_PHYS_PAGES); }

long get_avphys_pages(void) { return sysconf(_SC_AVPHYS_PAGES); }

int sysinfo(struct sysinfo *to) {
  struct timespec up;
  if (clock_gettime(CLOCK_BOOTTIME, &up) < 0)
    return -1;
  *to = (struct sysinfo){
      .uptime = (long)(up.tv_sec + (up.tv_nsec > 0)),
      .totalram = (unsigned long)get_phys_pages(),
      .freeram = (unsigned long)get_avphys_pages(),
      .procs = 1,
      .mem_unit = (unsigned)getpagesize(),
  };
  return 0;
}
