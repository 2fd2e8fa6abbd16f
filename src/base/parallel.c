#include "base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { MOST_THREADS = 64 };

struct loop {
    _Atomic size_t next;
    size_t count, chunk;
    void (*work)(void *, size_t, size_t, size_t);
    void *arg;
};

struct helper {
    struct loop *loop;
    size_t number;
};

static void *run(void *arg)
{
    const struct helper *h = arg;
    struct loop *l = h->loop;
    for (;;) {
        size_t from = atomic_fetch_add(&l->next, l->chunk);
        if (from >= l->count) return NULL;
        size_t to = l->count - from < l->chunk ? l->count : from + l->chunk;
        l->work(l->arg, from, to, h->number);
    }
}

void wg_parallel(size_t threads, size_t count, size_t chunk, void (*work)(void *, size_t, size_t, size_t), void *arg)
{
    struct loop loop = {.count = count, .chunk = chunk ? chunk : 1, .work = work, .arg = arg};
    struct helper helpers[MOST_THREADS];
    pthread_t started[MOST_THREADS];
    size_t running = 0;
    if (threads > MOST_THREADS) threads = MOST_THREADS;
    for (size_t i = 1; i < threads && i * loop.chunk < count; i++) {
        helpers[i] = (struct helper){&loop, i};
        /* A thread that cannot be had is work for the others. */
        if (pthread_create(&started[running], NULL, run, &helpers[i]) == 0) running++;
    }
    helpers[0] = (struct helper){&loop, 0};
    (void)run(&helpers[0]);
    for (size_t i = 0; i < running; i++) (void)pthread_join(started[i], NULL);
}

size_t wg_cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : (size_t)n;
}
