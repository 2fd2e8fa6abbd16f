/* Sums are noted while units of work run, and written once a group: four rows (district, street, community, grid) for each touched grid
 * and round, however many facts came. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "district/programme/programme_internal.h"

enum { HOUR_LEVELS = LEVEL_COMMUNITY + 1 };

static const char q_add[] =
    "INSERT INTO tally (district, programme, round, level, path, due, done, excused) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
    "ON CONFLICT (district, programme, round, level, path) DO UPDATE SET due = tally.due + excluded.due, "
    "done = tally.done + excluded.done, excused = tally.excused + excluded.excused";
static const char q_add_hour[] =
    "INSERT INTO tally_hour (district, programme, day, path, hour, done) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (district, programme, day, path, hour) DO UPDATE SET done = tally_hour.done + excluded.done";
static const char q_root[] =
    "SELECT due - done - excused FROM tally WHERE district = $1 AND programme = $2 AND round = $3 AND level = 0 AND path = ''";
static const char q_active[] =
    "SELECT programme, round, due - done - excused FROM tally WHERE district = $1 AND level = 0 AND path = '' "
    "AND (due > done + excused OR round >= $2) ORDER BY programme, round";
static const char q_at[] =
    "SELECT due, done, excused FROM tally WHERE district = $1 AND programme = $2 AND round = $3 AND level = $4 AND path = $5";
static const char q_below[] =
    "SELECT path, due, done, excused FROM tally WHERE district = $1 AND programme = $2 AND round = $3 AND level = $4 "
    "AND path >= $5 AND path < $6 ORDER BY path";

struct change {
    const char *programme; /* of the programme itself: lives as long as the sums */
    int32_t round;
    int hour; /* -1: a change of tally; 0..23: of tally_hour */
    char path[PLACE_STEP * LEVEL_GRID + 1];
    int due, done, excused;
};
struct round_key {
    const char *programme;
    int32_t round;
    int64_t open; /* tasks neither done nor excused; not kept for daily rounds */
};
struct rounds {
    struct round_key *items;
    size_t n, cap;
};

struct programme_sums {
    const struct programmes *all;
    const char *district;
    enrolment_changed changed;
    /* of the group that runs; the writer's thread alone */
    struct change *changes;
    size_t n, kept, cap;
    struct round_key opened[8]; /* daily rounds that a unit opened */
    size_t n_opened;
    struct rounds touched; /* rounds of `once` programmes, with what is open now */
    pthread_mutex_t lock;  /* guards what follows: readers ask while the writer adds */
    struct rounds active;  /* rounds of `once` programmes with anything open, and the latest ones */
    struct rounds known;   /* daily rounds that are open */
};

/* The programme's own code, which outlives the caller's text. */
static const char *own_code(const struct programme_sums *sums, const char *code)
{
    const struct programme *programme = programme_named(sums->all, wg_str(code));
    return programme ? programme->code : NULL;
}

static struct change *add_change(struct programme_sums *sums, const char *programme, int32_t round, struct wg_str path)
{
    const char *code = own_code(sums, programme);
    if (!code) return NULL;
    if (sums->n == sums->cap) {
        sums->cap = sums->cap ? sums->cap * 2 : 256;
        sums->changes = wg_xrealloc(sums->changes, sums->cap, sizeof *sums->changes);
    }
    struct change *c = &sums->changes[sums->n++];
    *c = (struct change){.programme = code, .round = round, .hour = -1};
    if (path.n >= sizeof c->path) path.n = sizeof c->path - 1;
    memcpy(c->path, path.p, path.n);
    return c;
}

void programme_sums_note(struct programme_sums *sums, const char *programme, int32_t round, struct wg_str path, int due,
                         int done, int excused)
{
    struct change *c = add_change(sums, programme, round, path);
    if (!c) return;
    c->due = due;
    c->done = done;
    c->excused = excused;
}

void programme_sums_hour(struct programme_sums *sums, const char *programme, wg_day day, int hour, struct wg_str path,
                         int delta)
{
    struct change *c = add_change(sums, programme, day, path);
    if (!c) return;
    c->hour = hour;
    c->done = delta;
}

/* --- the gatherer ----------------------------------------------------------------------------------------------------------- */

static void unit_done(void *arg, bool kept)
{
    struct programme_sums *sums = arg;
    if (kept)
        sums->kept = sums->n;
    else
        sums->n = sums->kept;
}

static int by_key(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    int order = strcmp(a->programme, b->programme);
    if (order) return order;
    if (a->hour != b->hour) return a->hour < b->hour ? -1 : 1;
    if (a->round != b->round) return a->round < b->round ? -1 : 1;
    return strcmp(a->path, b->path);
}

/* Sorts, and adds up what has the same key. Returns how many are left. */
static size_t add_up(struct change *changes, size_t n)
{
    size_t kept = 0;
    if (n == 0) return 0;
    qsort(changes, n, sizeof *changes, by_key);
    for (size_t i = 1; i < n; i++) {
        if (by_key(&changes[kept], &changes[i]) == 0) {
            changes[kept].due += changes[i].due;
            changes[kept].done += changes[i].done;
            changes[kept].excused += changes[i].excused;
        } else {
            changes[++kept] = changes[i];
        }
    }
    return kept + 1;
}

/* Each change once more for every level above it. */
static struct change *with_levels_above(struct wg_ctx *ctx, const struct change *changes, size_t n, size_t *ret_n)
{
    struct change *all = wg_alloc_n(ctx->arena, n * (LEVEL_GRID + 1), sizeof *all);
    size_t out = 0;
    for (size_t i = 0; i < n; i++) {
        size_t depth = strlen(changes[i].path) / PLACE_STEP;
        if (changes[i].hour >= 0 && depth >= HOUR_LEVELS) depth = HOUR_LEVELS - 1;
        for (size_t level = 0; level <= depth; level++) {
            all[out] = changes[i];
            memset(all[out].path + level * PLACE_STEP, 0, sizeof all[out].path - level * PLACE_STEP);
            out++;
        }
    }
    *ret_n = add_up(all, out);
    return all;
}

static int write_change(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct change *c)
{
    if (c->due == 0 && c->done == 0 && c->excused == 0) return 0;
    if (c->hour >= 0) {
        struct store_value values[] = {store_cstr(district), store_cstr(c->programme), store_int(c->round),
                                       store_cstr(c->path),  store_int(c->hour),       store_int(c->done)};
        return store_exec(ctx, tx, q_add_hour, values, 6, NULL);
    }
    struct store_value values[] = {
        store_cstr(district), store_cstr(c->programme), store_int(c->round), store_int((int64_t)(strlen(c->path) / PLACE_STEP)),
        store_cstr(c->path),  store_int(c->due),        store_int(c->done),  store_int(c->excused)};
    return store_exec(ctx, tx, q_add, values, 8, NULL);
}

static bool rounds_have(const struct rounds *rounds, const char *programme, int32_t round, size_t *ret_at)
{
    for (size_t i = 0; i < rounds->n; i++)
        if (rounds->items[i].round == round && strcmp(rounds->items[i].programme, programme) == 0) {
            *ret_at = i;
            return true;
        }
    return false;
}

static void rounds_set(struct rounds *rounds, const char *programme, int32_t round, int64_t open)
{
    size_t at;
    if (rounds_have(rounds, programme, round, &at)) {
        rounds->items[at].open = open;
        return;
    }
    if (rounds->n == rounds->cap) {
        rounds->cap = rounds->cap ? rounds->cap * 2 : 32;
        rounds->items = wg_xrealloc(rounds->items, rounds->cap, sizeof *rounds->items);
    }
    rounds->items[rounds->n++] = (struct round_key){programme, round, open};
}

/* Rounds that ended long ago and have nothing open are of no day's sums any more. */
static void rounds_forget(struct rounds *rounds, int32_t before)
{
    size_t kept = 0;
    for (size_t i = 0; i < rounds->n; i++)
        if (rounds->items[i].open > 0 || rounds->items[i].round >= before) rounds->items[kept++] = rounds->items[i];
    rounds->n = kept;
}

/* The district's own row tells whether anything of the round is open. */
static int follow_active(struct wg_ctx *ctx, struct store_tx *tx, struct programme_sums *sums, const struct change *c)
{
    int64_t open;
    const struct programme *programme = programme_named(sums->all, wg_str(c->programme));
    if (c->hour >= 0 || c->path[0] || programme->daily) return 0;
    struct store_value values[] = {store_cstr(sums->district), store_cstr(c->programme), store_int(c->round)};
    int rc = store_number(ctx, store_tx_snap(tx), q_root, values, 3, 0, &open);
    if (rc) return rc;
    rounds_set(&sums->touched, c->programme, c->round, open);
    return 0;
}

static int flush(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct programme_sums *sums = arg;
    size_t n = add_up(sums->changes, sums->kept);
    if (n == 0) return 0;
    struct change *all = with_levels_above(ctx, sums->changes, n, &n);
    for (size_t i = 0; i < n; i++) {
        int rc = write_change(ctx, tx, sums->district, &all[i]);
        if (rc == 0) rc = follow_active(ctx, tx, sums, &all[i]);
        if (rc) return rc;
    }
    return 0;
}

/* The first round that is kept although nothing of it is open: two days back. */
static int32_t recent_round(wg_time now)
{
    return programme_round_of(now - 2 * WG_DAY_MS);
}

static void group_done(void *arg, bool kept)
{
    struct programme_sums *sums = arg;
    (void)pthread_mutex_lock(&sums->lock);
    for (size_t i = 0; kept && i < sums->n_opened; i++)
        rounds_set(&sums->known, sums->opened[i].programme, sums->opened[i].round, 0);
    for (size_t i = 0; kept && i < sums->touched.n; i++)
        rounds_set(&sums->active, sums->touched.items[i].programme, sums->touched.items[i].round, sums->touched.items[i].open);
    rounds_forget(&sums->active, recent_round(wg_now()));
    (void)pthread_mutex_unlock(&sums->lock);
    sums->n = sums->kept = sums->n_opened = sums->touched.n = 0;
}

bool programme_round_known(struct programme_sums *sums, const char *programme, wg_day day)
{
    size_t at;
    (void)pthread_mutex_lock(&sums->lock);
    bool known = rounds_have(&sums->known, programme, day, &at);
    (void)pthread_mutex_unlock(&sums->lock);
    return known;
}

void programme_round_remember(struct programme_sums *sums, const char *programme, wg_day day)
{
    const char *code = own_code(sums, programme);
    if (code && sums->n_opened < sizeof sums->opened / sizeof *sums->opened)
        sums->opened[sums->n_opened++] = (struct round_key){code, day, 0};
}

static int load_active(struct wg_ctx *ctx, struct store *store, struct programme_sums *sums)
{
    struct store_snap *snap;
    struct store_rows *rows;
    bool more;
    int rc = store_read(ctx, store, &snap);
    if (rc) return rc;
    rc = store_query(ctx, snap, q_active, (struct store_value[]){store_cstr(sums->district), store_int(recent_round(ctx->now))},
                     2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        const struct programme *programme = programme_named(sums->all, store_get_text(rows, 0));
        if (programme && !programme->daily)
            rounds_set(&sums->active, programme->code, (int32_t)store_get_int(rows, 1), store_get_int(rows, 2));
    }
    store_read_end(snap);
    return rc;
}

int programme_sums_new(struct wg_ctx *ctx, struct store *store, const char *district, const struct programmes *all,
                       struct programme_sums **ret)
{
    struct programme_sums *sums = wg_xcalloc(1, sizeof *sums);
    sums->all = all;
    sums->district = district;
    (void)pthread_mutex_init(&sums->lock, NULL);
    int rc = load_active(ctx, store, sums);
    if (rc) {
        programme_sums_free(sums);
        return rc;
    }
    store_gather(store, &(struct store_gatherer){unit_done, flush, group_done, sums});
    *ret = sums;
    return 0;
}

void programme_sums_free(struct programme_sums *sums)
{
    if (!sums) return;
    (void)pthread_mutex_destroy(&sums->lock);
    free(sums->changes);
    free(sums->touched.items);
    free(sums->active.items);
    free(sums->known.items);
    free(sums);
}

void programme_on_change(struct programme_sums *sums, enrolment_changed changed)
{
    sums->changed = changed;
}

int programme_tell(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct enrolment *enrolment,
                   const struct enrolment *next)
{
    return d->sums->changed ? d->sums->changed(ctx, tx, d, enrolment, next) : 0;
}

/* --- reading ----------------------------------------------------------------------------------------------------------------- */

int32_t programme_round_of(wg_time due)
{
    return (int32_t)(due / WG_HOUR);
}

static void add_to(struct sums *sums, const struct programme *programme, int32_t round, const struct wg_ctx *ctx,
                   const int64_t counts[3])
{
    wg_time due = programme->daily ? programme_due(programme, round, ctx->zone) : (wg_time)round * WG_HOUR;
    int64_t left = counts[0] - counts[1] - counts[2];
    sums->due += counts[0];
    sums->done += counts[1];
    sums->excused += counts[2];
    if (ctx->now >= due)
        sums->overdue += left;
    else
        sums->open += left;
}

/* The rounds that a day's sums are made of: those due in the day, and of `once` programmes those with anything open. */
static int32_t *rounds_for(struct wg_ctx *ctx, struct programme_sums *sums, const struct programme *programme, wg_day day,
                           size_t *ret_n)
{
    int32_t first = programme_round_of(wg_day_start(day, ctx->zone)) + 1; /* due at 00:00 belongs to the evening before */
    (void)pthread_mutex_lock(&sums->lock);
    int32_t *rounds = wg_alloc_n(ctx->arena, sums->active.n + 1, sizeof *rounds);
    size_t n = 0;
    for (size_t i = 0; !programme->daily && i < sums->active.n; i++) {
        const struct round_key *key = &sums->active.items[i];
        bool of_day = key->round >= first && key->round < first + 24;
        if (strcmp(key->programme, programme->code) == 0 && (of_day || key->open > 0)) rounds[n++] = key->round;
    }
    (void)pthread_mutex_unlock(&sums->lock);
    if (programme->daily) rounds[n++] = day;
    *ret_n = n;
    return rounds;
}

int programme_sums_at(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct programme *programme,
                      struct wg_str path, wg_day day, struct sums *ret)
{
    struct sums out = {0};
    size_t n;
    int32_t *rounds = rounds_for(ctx, d->sums, programme, day, &n);
    if (path.n > PLACE_STEP * LEVEL_GRID) path.n = PLACE_STEP * LEVEL_GRID;
    for (size_t i = 0; i < n; i++) {
        struct store_rows *rows;
        bool found;
        struct store_value values[] = {store_cstr(d->code), store_cstr(programme->code), store_int(rounds[i]),
                                       store_int((int64_t)(path.n / PLACE_STEP)), store_text(path)};
        int rc = store_one(ctx, snap, q_at, values, 5, &rows, &found);
        if (rc) return rc;
        if (!found) continue;
        add_to(&out, programme, rounds[i], ctx,
               (int64_t[]){store_get_int(rows, 0), store_get_int(rows, 1), store_get_int(rows, 2)});
        store_rows_end(rows);
    }
    *ret = out;
    return 0;
}

static int by_path(const void *left, const void *right)
{
    return strcmp(((const struct place_sums *)left)->path, ((const struct place_sums *)right)->path);
}

int programme_sums_below(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap,
                         const struct programme *programme, struct wg_str path, enum place_level level, wg_day day,
                         struct place_sums **ret, size_t *ret_n)
{
    struct place_sums *all = NULL;
    size_t n = 0, cap = 0, rounds_n;
    int32_t *rounds = rounds_for(ctx, d->sums, programme, day, &rounds_n);
    const char *top = wg_cstr(ctx->arena, path);
    for (size_t i = 0; i < rounds_n; i++) {
        struct store_rows *rows;
        bool more;
        struct store_value values[] = {store_cstr(d->code),  store_cstr(programme->code),
                                       store_int(rounds[i]), store_int(level),
                                       store_cstr(top),      store_cstr(guard_scope_end(ctx->arena, top))};
        int rc = store_query(ctx, snap, q_below, values, 6, &rows);
        while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
            all = wg_grow(ctx->arena, all, &cap, n + 1, sizeof *all);
            all[n] = (struct place_sums){.path = wg_cstr(ctx->arena, store_get_text(rows, 0))};
            add_to(&all[n++].sums, programme, rounds[i], ctx,
                   (int64_t[]){store_get_int(rows, 1), store_get_int(rows, 2), store_get_int(rows, 3)});
        }
        if (rc) return rc;
    }
    if (n) qsort(all, n, sizeof *all, by_path);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept && strcmp(all[kept - 1].path, all[i].path) == 0) {
            struct sums *sums = &all[kept - 1].sums;
            sums->due += all[i].sums.due;
            sums->done += all[i].sums.done;
            sums->excused += all[i].sums.excused;
            sums->open += all[i].sums.open;
            sums->overdue += all[i].sums.overdue;
        } else {
            all[kept++] = all[i];
        }
    }
    *ret = all;
    *ret_n = kept;
    return 0;
}

json_t *sums_json(const struct sums *sums)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "due", (json_int_t)sums->due, "done", (json_int_t)sums->done, "excused",
                     (json_int_t)sums->excused, "open", (json_int_t)sums->open, "overdue", (json_int_t)sums->overdue);
}
