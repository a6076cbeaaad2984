// Valgrind up to 3.19 writes into the mask of sigsuspend, which libdispatch keeps in read-only memory: the program
// under valgrind would crash when its main thread goes to sleep. Preloaded, this hands over a copy.
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
  sigset_t copy = *mask;
  return (int)syscall(SYS_rt_sigsuspend, &copy, _NSIG / 8);
}
