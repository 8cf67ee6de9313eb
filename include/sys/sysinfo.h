// sysinfo(2): a guest's own memory and itself. Of the machine it says no more than its clocks.
#ifndef _TRIPOLL_SYS_SYSINFO_H
#define _TRIPOLL_SYS_SYSINFO_H

#define SI_LOAD_SHIFT 16

// The memory is counted in units of mem_unit bytes.
struct sysinfo {
  long uptime;
  unsigned long loads[3];
  unsigned long totalram;
  unsigned long freeram;
  unsigned long sharedram;
  unsigned long bufferram;
  unsigned long totalswap;
  unsigned long freeswap;
  unsigned short procs;
  unsigned short pad;
  unsigned long totalhigh;
  unsigned long freehigh;
  unsigned mem_unit;
};

#ifdef __cplusplus
extern "C" {
#endif

int sysinfo(struct sysinfo *);
int get_nprocs(void);
int get_nprocs_conf(void);
long get_phys_pages(void);
long get_avphys_pages(void);

#ifdef __cplusplus
}
#endif
#endif
