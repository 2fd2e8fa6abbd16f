/* parallel.h - a loop shared by a few threads.
 *   P1 every index below `count` is worked exactly once, in chunks; the call returns when all are done
 *   P2 with one thread it runs on the caller's own, in order
 * What the threads write must not overlap; an answer must not depend on how many there are. */
#ifndef WG_BASE_PARALLEL_H
#define WG_BASE_PARALLEL_H
#include <stddef.h>

/* `work` gets a range [from, to) and the number of the worker (0 .. threads-1), for scratch memory of its own. */
void wg_parallel(size_t threads, size_t count, size_t chunk, void (*work)(void *arg, size_t from, size_t to, size_t worker),
                 void *arg);
size_t wg_cores(void);
#endif
