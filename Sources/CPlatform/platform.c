#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

int platform_exchange(const char *first, const char *second) {
#ifdef RENAME_EXCHANGE
  return renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE);
#else
  (void)first;
  (void)second;
  errno = ENOSYS;
  return -1;
#endif
}

int platform_forbid_core_dumps(void) {
  struct rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) { return -1; }
#ifdef PR_SET_DUMPABLE
  // A handler that core dumps are piped to is called whatever the limit.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) { return -1; }
#endif
  return 0;
}

int platform_keep_freed_memory(int largest_block) {
#ifdef __GLIBC__
  int is_set = mallopt(M_MMAP_THRESHOLD, largest_block) && mallopt(M_TRIM_THRESHOLD, 256 << 20);
  return is_set ? 0 : -1;
#else
  (void)largest_block;
  return -1;
#endif
}
