/* Who answers for a place. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "district/register/register_internal.h"

enum { KEPT_FOR = WG_MINUTE }; /* as long as the guard keeps a scope: other programs may have changed duties */

/* The leads of a day, the holder, and who stands in while the holder is away. */
#define LEADS                                                                                                                  \
    "SELECT d.path, p.level, d.worker, w.name, w.phone, w.active, a.id, s.id, s.name, s.phone, s.active "                      \
    "FROM duty d JOIN place p ON p.district = d.district AND p.id = d.place "                                                  \
    "JOIN worker w ON w.district = d.district AND w.id = d.worker "                                                            \
    "LEFT JOIN absence a ON a.district = d.district AND a.worker = d.worker AND a.cancelled = 0 AND a.from_day <= $2 AND "     \
    "a.until_day > $2 "                                                                                                        \
    "LEFT JOIN worker s ON s.district = a.district AND s.id = a.stand_in "                                                     \
    "WHERE d.district = $1 AND d.superseded = 0 AND d.role = 'lead' AND d.from_day <= $2 AND (d.until_day IS NULL OR "         \
    "d.until_day > $2) "
#define IN_ORDER "ORDER BY d.path, d.from_day, d.id"
static const char q_leads[] = LEADS IN_ORDER;
/* Those at a place and above it. */
static const char q_leads_at[] = LEADS "AND d.path IN ($3, $4, $5, $6, $7, $8, $9, $10) " IN_ORDER;

struct lead {
    const char *path;
    struct owner owner;
    bool present; /* the holder, or a stand-in, is there */
};
struct owners {
    struct lead *leads; /* sorted by path */
    size_t n;
};

static void read_lead(struct wg_ctx *ctx, const struct store_rows *rows, struct lead *ret)
{
    bool away = !store_is_null(rows, 6), stand_in = away && !store_is_null(rows, 7);
    int at = stand_in ? 7 : 2;
    ret->path = wg_cstr(ctx->arena, store_get_text(rows, 0));
    ret->owner = (struct owner){
        .worker = store_get_id(rows, at),
        .name = wg_cstr(ctx->arena, store_get_text(rows, at + 1)),
        .phone = register_text(ctx, rows, at + 2),
        .path = ret->path,
        .level = (enum place_level)store_get_int(rows, 1),
        .stand_in = stand_in,
    };
    ret->present = (!away || stand_in) && store_get_int(rows, stand_in ? 10 : 5) != 0;
}

static int read_leads(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
                      struct owners *owners)
{
    struct store_rows *rows;
    size_t cap = 0;
    bool more;
    int rc = store_query(ctx, snap, sql, values, n, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        struct lead lead;
        read_lead(ctx, rows, &lead);
        /* Two leads of one place (an overlap that an import brought): the earlier one answers, if present. */
        struct lead *last = owners->n ? &owners->leads[owners->n - 1] : NULL;
        if (last && strcmp(last->path, lead.path) == 0) {
            if (!last->present) *last = lead;
            continue;
        }
        owners->leads = wg_grow(ctx->arena, owners->leads, &cap, owners->n + 1, sizeof *owners->leads);
        owners->leads[owners->n++] = lead;
    }
    return rc;
}

int owners_load(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_day day, struct owners **ret)
{
    struct owners *owners = wg_alloc(ctx->arena, sizeof *owners);
    int rc = read_leads(ctx, snap, q_leads, (struct store_value[]){store_cstr(district), store_day(day)}, 2, owners);
    if (rc) return rc;
    *ret = owners;
    return 0;
}

static const struct lead *lead_at(const struct owners *owners, struct wg_str path)
{
    size_t low = 0, high = owners->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wg_str_cmp(wg_str(owners->leads[middle].path), path);
        if (order == 0) return &owners->leads[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool owner_of(const struct owners *owners, struct wg_str path, struct owner *ret)
{
    for (;;) {
        const struct lead *lead = lead_at(owners, path);
        if (lead && lead->present) {
            *ret = lead->owner;
            return true;
        }
        if (path.n < PLACE_STEP) return false;
        path.n -= PLACE_STEP;
    }
}

static int by_from(const void *left, const void *right)
{
    return strcmp(((const struct path_range *)left)->from, ((const struct path_range *)right)->from);
}

/* What lies under a lead is the lead's own, but for what present leads below it hold: those pieces are cut out. */
void owner_ranges(struct wg_ctx *ctx, const struct owners *owners, wg_id worker, struct path_range **ret, size_t *ret_n)
{
    struct path_range *ranges = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < owners->n; i++) {
        const struct lead *lead = &owners->leads[i];
        if (!lead->present || !wg_id_eq(lead->owner.worker, worker)) continue;
        const char *from = lead->path;
        for (size_t k = i + 1; k < owners->n && wg_str_starts(wg_str(owners->leads[k].path), wg_str(lead->path)); k++) {
            const struct lead *below = &owners->leads[k];
            if (!below->present || strcmp(below->path, from) < 0) continue; /* falls to this one; or was cut out already */
            ranges = wg_grow(ctx->arena, ranges, &cap, n + 1, sizeof *ranges);
            ranges[n++] = (struct path_range){from, below->path};
            from = guard_scope_end(ctx->arena, below->path);
        }
        ranges = wg_grow(ctx->arena, ranges, &cap, n + 1, sizeof *ranges);
        ranges[n++] = (struct path_range){from, guard_scope_end(ctx->arena, lead->path)};
    }
    if (n) qsort(ranges, n, sizeof *ranges, by_from);
    *ret = ranges;
    *ret_n = n;
}

json_t *owner_json(struct wg_ctx *ctx, const struct owner *owner)
{
    return json_pack("{s:s, s:s, s:s?, s:i, s:s, s:b}", "worker", wg_id_text(ctx->arena, owner->worker), "name", owner->name,
                     "phone", owner->phone, "level", (int)owner->level, "place", owner->path, "stand_in",
                     owner->stand_in ? 1 : 0);
}

int owner_of_place(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_day day, struct wg_str path,
                   struct owner *ret, bool *ret_held)
{
    enum { FIRST = 2, VALUES = FIRST + LEVEL_COUNT_ };
    struct store_value values[VALUES] = {store_cstr(district), store_day(day)};
    struct owners owners = {0};
    for (size_t level = 0; level < LEVEL_COUNT_; level++) {
        bool above = level * PLACE_STEP <= path.n;
        values[FIRST + level] = above ? store_text(wg_str_sub(path, 0, level * PLACE_STEP)) : store_null();
    }
    int rc = read_leads(ctx, snap, q_leads_at, values, VALUES, &owners);
    if (rc) return rc;
    *ret_held = owner_of(&owners, path, ret);
    return 0;
}

/* --- today's, shared by requests ---------------------------------------------------------------------------------------------- */

/* One reading of the duties, in an arena of its own; the last who lets go frees it. */
struct owners_kept {
    struct owners *owners;
    struct wg_arena *arena;
    uint64_t generation; /* of the guard, before the reading began */
    wg_day day;
    wg_time read_at;
    atomic_int users;
};
struct owners_cache {
    pthread_mutex_t lock;
    struct owners_kept *newest;
};

struct owners_cache *owners_cache_new(void)
{
    struct owners_cache *cache = wg_xcalloc(1, sizeof *cache);
    (void)pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

static void let_go(void *what)
{
    struct owners_kept *kept = what;
    if (!kept || atomic_fetch_sub(&kept->users, 1) > 1) return;
    wg_arena_free(kept->arena);
    free(kept);
}

void owners_cache_free(struct owners_cache *cache)
{
    if (!cache) return;
    let_go(cache->newest);
    (void)pthread_mutex_destroy(&cache->lock);
    free(cache);
}

static int read_today(struct wg_ctx *ctx, const struct district *d, struct wg_arena *arena, struct owners **ret)
{
    struct wg_ctx own = *ctx;
    struct store_snap *snap;
    /* Snapshot and rows live in the arena that is kept: nothing of the connection is left in it once they ended. */
    own.arena = arena;
    int rc = store_read(&own, d->store, &snap);
    if (rc == 0) rc = owners_load(&own, snap, d->code, wg_today(ctx), ret);
    if (rc) return wg_refuse(ctx, rc, own.problem.where, own.problem.args[0], own.problem.args[1]);
    store_read_end(snap);
    return 0;
}

static bool is_fresh(const struct wg_ctx *ctx, const struct owners_kept *kept, uint64_t generation)
{
    return kept && kept->generation == generation && kept->day == wg_today(ctx) && ctx->now - kept->read_at < KEPT_FOR &&
           ctx->now >= kept->read_at;
}

/* What is kept, if it is fresh, counted as used once more. */
static struct owners_kept *take_kept(const struct wg_ctx *ctx, struct owners_cache *cache, uint64_t generation)
{
    (void)pthread_mutex_lock(&cache->lock);
    struct owners_kept *kept = is_fresh(ctx, cache->newest, generation) ? cache->newest : NULL;
    if (kept) atomic_fetch_add(&kept->users, 1);
    (void)pthread_mutex_unlock(&cache->lock);
    return kept;
}

static void keep(struct owners_cache *cache, struct owners_kept *kept)
{
    (void)pthread_mutex_lock(&cache->lock);
    struct owners_kept *old = cache->newest;
    cache->newest = kept;
    (void)pthread_mutex_unlock(&cache->lock);
    let_go(old);
}

int owners_today(struct wg_ctx *ctx, const struct district *d, const struct owners **ret)
{
    struct owners *owners;
    /* Asked for before the snapshot begins: duties changed after this are read again by whoever comes next. */
    uint64_t generation = guard_generation(d->guard);
    struct owners_kept *kept = d->duties ? take_kept(ctx, d->duties, generation) : NULL;
    if (!kept) {
        struct wg_arena *arena = wg_arena_new();
        int rc = read_today(ctx, d, arena, &owners);
        if (rc) {
            wg_arena_free(arena);
            return rc;
        }
        kept = wg_xcalloc(1, sizeof *kept);
        *kept = (struct owners_kept){
            .owners = owners, .arena = arena, .generation = generation, .day = wg_today(ctx), .read_at = ctx->now};
        atomic_init(&kept->users, d->duties ? 2 : 1);
        if (d->duties) keep(d->duties, kept);
    }
    wg_arena_cleanup(ctx->arena, let_go, kept);
    *ret = kept->owners;
    return 0;
}
