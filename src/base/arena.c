#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WG_WATCHED 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define WG_WATCHED 1
#endif

/* Under the address sanitizer what an arena has not handed out may not be touched, and allocations stand apart: otherwise a write past
 * one of them would only reach its neighbour, unseen. */
#ifdef WG_WATCHED
#include <sanitizer/asan_interface.h>
enum { APART = 16 };
static void forbid(void *p, size_t bytes)
{
    ASAN_POISON_MEMORY_REGION(p, bytes);
}
static void allow(void *p, size_t bytes)
{
    ASAN_UNPOISON_MEMORY_REGION(p, bytes);
}
#else
enum { APART = 0 };
static void forbid(void *p, size_t bytes)
{
    (void)p, (void)bytes;
}
static void allow(void *p, size_t bytes)
{
    (void)p, (void)bytes;
}
#endif

enum { FIRST_BLOCK = 16 * 1024, LARGEST_STEP = 4 * 1024 * 1024 };

struct block {
    struct block *older;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct cleanup {
    struct cleanup *older;
    void (*release)(void *);
    void *what;
};

struct wg_arena {
    struct block *newest;
    struct cleanup *cleanups;
    size_t next_size;
    size_t handed_out;
};

static _Noreturn void out_of_memory(void)
{
    fputs("wangge: out of memory\n", stderr);
    abort();
}

void *wg_xmalloc(size_t bytes)
{
    void *p = malloc(bytes ? bytes : 1);
    if (!p) out_of_memory();
    return p;
}

void *wg_xcalloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (!p) out_of_memory();
    return p;
}

void *wg_xrealloc(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) out_of_memory();
    void *p = realloc(old, bytes ? bytes : 1);
    if (!p) out_of_memory();
    return p;
}

struct wg_arena *wg_arena_new(void)
{
    struct wg_arena *a = wg_xcalloc(1, sizeof *a);
    a->next_size = FIRST_BLOCK;
    return a;
}

static void add_block(struct wg_arena *a, size_t at_least)
{
    size_t size = a->next_size;
    if (size < at_least) size = at_least;
    if (a->next_size < LARGEST_STEP) a->next_size *= 2;
    if (size > SIZE_MAX - sizeof(struct block)) out_of_memory();
    struct block *b = wg_xmalloc(sizeof *b + size);
    b->older = a->newest;
    b->size = size;
    b->used = 0;
    forbid(b->bytes, size);
    a->newest = b;
}

/* From `used` on it is nobody's again. */
static void take_back(struct block *b, size_t used)
{
    b->used = used;
    forbid(b->bytes + used, b->size - used);
}

void *wg_alloc(struct wg_arena *a, size_t bytes)
{
    const size_t align = alignof(max_align_t);
    if (bytes > SIZE_MAX - align - APART) out_of_memory();
    size_t rounded = (bytes + align - 1) & ~(align - 1);
    if (rounded == 0) rounded = align;
    if (!a->newest || a->newest->size - a->newest->used < rounded + APART) add_block(a, rounded + APART);
    void *p = a->newest->bytes + a->newest->used;
    a->newest->used += rounded + APART;
    a->handed_out += rounded;
    allow(p, bytes);
    memset(p, 0, bytes);
    return p;
}

void *wg_alloc_n(struct wg_arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) out_of_memory();
    return wg_alloc(a, bytes);
}

void *wg_grow(struct wg_arena *a, void *items, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) return items;
    size_t larger = *cap ? *cap : 8;
    while (larger < need) {
        if (larger > SIZE_MAX / 2) out_of_memory();
        larger *= 2;
    }
    void *moved = wg_alloc_n(a, larger, size);
    if (*cap) memcpy(moved, items, *cap * size);
    *cap = larger;
    return moved;
}

void wg_arena_cleanup(struct wg_arena *a, void (*release)(void *), void *what)
{
    struct cleanup *c = wg_alloc(a, sizeof *c);
    c->older = a->cleanups;
    c->release = release;
    c->what = what;
    a->cleanups = c;
}

static void run_cleanups(struct wg_arena *a)
{
    while (a->cleanups) {
        struct cleanup *c = a->cleanups;
        a->cleanups = c->older;
        c->release(c->what);
    }
}

void wg_arena_reset(struct wg_arena *a)
{
    run_cleanups(a);
    struct block *keep = NULL;
    while (a->newest) {
        struct block *older = a->newest->older;
        if (!older && a->newest->size == FIRST_BLOCK)
            keep = a->newest;
        else
            free(a->newest);
        a->newest = older;
    }
    if (keep) take_back(keep, 0);
    a->newest = keep;
    a->next_size = FIRST_BLOCK;
    a->handed_out = 0;
}

void wg_arena_free(struct wg_arena *a)
{
    if (!a) return;
    run_cleanups(a);
    while (a->newest) {
        struct block *older = a->newest->older;
        free(a->newest);
        a->newest = older;
    }
    free(a);
}

struct wg_arena_mark wg_arena_mark(struct wg_arena *a)
{
    return (struct wg_arena_mark){a->newest, a->newest ? a->newest->used : 0};
}

void wg_arena_rewind(struct wg_arena *a, struct wg_arena_mark mark)
{
    while (a->newest != mark.block) {
        struct block *older = a->newest->older;
        free(a->newest);
        a->newest = older;
    }
    if (a->newest) take_back(a->newest, mark.used);
}

size_t wg_arena_used(const struct wg_arena *a)
{
    return a->handed_out;
}
