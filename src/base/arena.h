/* arena.h - memory that belongs to one request, job or program.
 *
 * An arena hands out zeroed memory and takes it all back at once, so a function's results need no `_free`: they live as
 * long as the arena they were made in. What must be released otherwise (a file, a prepared statement) registers a
 * clean-up; clean-ups run last in, first out.
 *   P1 an allocation is zeroed, aligned for any type, and never NULL: sizes are refused at the edge, and true exhaustion
 *      aborts (an acknowledged write is on disk; what was not acknowledged is sent again)
 *   P2 clean-ups run once, in reverse order, when the arena is reset or freed
 *   P3 a rewind gives back everything allocated since its mark (clean-ups are not touched: register none in between)
 *   P4 under the address sanitizer allocations stand apart, and what is not handed out, or was given back, may not be touched
 * One arena is used by one thread at a time. */
#ifndef WG_BASE_ARENA_H
#define WG_BASE_ARENA_H
#include <stddef.h>

#define WG_MUST __attribute__((warn_unused_result))

struct wg_arena;
struct wg_arena_mark {
    void *block;
    size_t used;
};

struct wg_arena *wg_arena_new(void);
void wg_arena_reset(struct wg_arena *arena);
void wg_arena_free(struct wg_arena *arena); /* NULL is allowed */

void *wg_alloc(struct wg_arena *arena, size_t bytes);
/* `count` items of `size` bytes; an overflowing product aborts. */
void *wg_alloc_n(struct wg_arena *arena, size_t count, size_t size);
/* Room for at least `need` items in an array that lives in `arena`: returns `items`, or a larger copy with *cap raised
 * (doubling). The old array stays in the arena until it dies. */
void *wg_grow(struct wg_arena *arena, void *items, size_t *cap, size_t need, size_t size);
void wg_arena_cleanup(struct wg_arena *arena, void (*release)(void *), void *what);

struct wg_arena_mark wg_arena_mark(struct wg_arena *arena);
void wg_arena_rewind(struct wg_arena *arena, struct wg_arena_mark mark);
/* Bytes handed out so far, for limits and tests. */
size_t wg_arena_used(const struct wg_arena *arena);

/* malloc and realloc that abort instead of returning NULL, for the few long-lived structures that cannot live in an
 * arena (an engine's index, a pool of threads). Freed with free(). */
void *wg_xmalloc(size_t bytes);
void *wg_xcalloc(size_t count, size_t size);
void *wg_xrealloc(void *old, size_t count, size_t size);
#endif
