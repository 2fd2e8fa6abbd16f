/* The register in memory: loaded once, then kept up to date by what changed since. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "district/list/list_internal.h"

enum { FIELDS = 6, AT_ONCE = 1 << 16, CHANGES_MARGIN_MS = 5 * WG_MINUTE };

/* Without names of their own: explanations then use the kind's label in the reader's language. */
static const struct match_field fields[FIELDS] = {{COLUMN_IDNO, NULL}, {COLUMN_NAME, NULL},  {COLUMN_PHONE, NULL},
                                                  {COLUMN_SEX, NULL},  {COLUMN_BIRTH, NULL}, {COLUMN_ADDRESS, NULL}};

struct list_index {
    pthread_rwlock_t lock;
    struct match_index *match;
    wg_id *people;     /* by key */
    int64_t *versions; /* by key: as it was taken; 0: never */
    size_t n, cap;
    uint32_t *slots; /* id -> key + 1, open addressing; a power of two, at most half full */
    size_t n_slots;
    wg_time synced;      /* 0: never */
    bool unready;        /* rows were put that match_index_ready has not seen */
    atomic_bool awaited; /* somebody asked for it to be loaded */
    atomic_bool loaded;  /* at least once, to the end */
    atomic_int loading;  /* how far, in thousandths */
};

int list_index_new(struct wg_ctx *ctx, struct list_index **ret)
{
    (void)ctx;
    struct list_index *index = wg_xcalloc(1, sizeof *index);
    (void)pthread_rwlock_init(&index->lock, NULL);
    *ret = index;
    return 0;
}

void list_index_free(struct list_index *index)
{
    if (!index) return;
    (void)pthread_rwlock_destroy(&index->lock);
    match_index_free(index->match);
    free(index->people);
    free(index->versions);
    free(index->slots);
    free(index);
}

static size_t slot_of(const struct list_index *index, wg_id person)
{
    size_t at = wg_hash(person.b, sizeof person.b) & (index->n_slots - 1);
    while (index->slots[at] && !wg_id_eq(index->people[index->slots[at] - 1], person)) at = (at + 1) & (index->n_slots - 1);
    return at;
}

static void widen(struct list_index *index)
{
    index->n_slots = index->n_slots ? index->n_slots * 2 : 1024;
    free(index->slots);
    index->slots = wg_xcalloc(index->n_slots, sizeof *index->slots);
    for (size_t key = 0; key < index->n; key++) index->slots[slot_of(index, index->people[key])] = (uint32_t)key + 1;
}

static uint32_t key_of(struct list_index *index, wg_id person)
{
    if (index->n * 2 + 2 > index->n_slots) widen(index);
    size_t at = slot_of(index, person);
    if (index->slots[at]) return index->slots[at] - 1;
    if (index->n == index->cap) {
        index->cap = index->cap ? index->cap * 2 : 1024;
        index->people = wg_xrealloc(index->people, index->cap, sizeof *index->people);
        index->versions = wg_xrealloc(index->versions, index->cap, sizeof *index->versions);
    }
    index->people[index->n] = person;
    index->versions[index->n] = 0;
    index->slots[at] = (uint32_t)++index->n;
    return (uint32_t)index->n - 1;
}

/* People whose keys follow one another are handed to the comparison some thousand at once, which reads them on all threads. */
struct loading {
    struct list_index *index;
    const struct wg_progress *progress; /* whoever has it loaded, or NULL */
    double from;                        /* where what is going on now begins; each part is half */
    size_t seen, expected;
    struct wg_arena *arena; /* of the cells that wait */
    struct wg_str *cells;
    uint32_t first; /* key of the first that waits */
    size_t n, cap;
};

static void report_part(void *arg, double done)
{
    const struct loading *loading = arg;
    double all = loading->from + 0.5 * done;
    atomic_store(&loading->index->loading, (int)(all * 1000));
    wg_progress_report(loading->progress, all);
}

static bool part_cancelled(void *arg)
{
    return wg_progress_cancelled(((const struct loading *)arg)->progress);
}

static void hand_over(struct loading *loading)
{
    struct match_rows rows = {fields, FIELDS, loading->cells, loading->n};
    if (loading->n) match_index_put_rows(loading->index->match, loading->first, &rows);
    loading->n = loading->cap = 0;
    wg_arena_reset(loading->arena);
    loading->cells = NULL;
}

static void put_person(struct wg_ctx *ctx, struct loading *loading, uint32_t key, const struct person *person,
                       struct wg_str label)
{
    struct wg_str cells[FIELDS] = {
        wg_str(person->idno),
        wg_str(person->name),
        wg_str(person->phone),
        wg_str(person->sex == 1   ? "男"
               : person->sex == 2 ? "女"
                                  : ""),
        wg_str(wg_day_text(ctx->arena, person->birth)),
        person->address && *person->address ? wg_str(person->address) : label,
    };
    if (loading->n == AT_ONCE || key != loading->first + loading->n) hand_over(loading);
    if (loading->n == 0) loading->first = key;
    loading->cells = wg_grow(loading->arena, loading->cells, &loading->cap, (loading->n + 1) * FIELDS, sizeof *loading->cells);
    for (size_t f = 0; f < FIELDS; f++) loading->cells[loading->n * FIELDS + f] = wg_str_dup(loading->arena, cells[f]);
    loading->n++;
}

/* Changes are asked for some minutes back, since a write may take that long to be seen; most of them are known by then. */
static bool knows(void *arg, wg_id id, int64_t version)
{
    const struct list_index *index = ((const struct loading *)arg)->index;
    if (index->n_slots == 0) return false;
    uint32_t slot = index->slots[slot_of(index, id)];
    return slot && index->versions[slot - 1] == version;
}

static int take_person(struct wg_ctx *ctx, void *arg, const struct person *person, struct wg_str label)
{
    struct loading *loading = arg;
    uint32_t key = key_of(loading->index, person->id);
    bool here =
        strcmp(person->state, "living") == 0 || strcmp(person->state, "away") == 0 || strcmp(person->state, "provisional") == 0;
    if (++loading->seen % 4096 == 0) {
        if (wg_progress_cancelled(loading->progress)) return WG_E_CANCELLED;
        if (loading->expected) report_part(loading, (double)loading->seen / (double)loading->expected);
    }
    if (here)
        put_person(ctx, loading, key, person, label);
    else
        match_index_drop(loading->index->match, key);
    loading->index->versions[key] = person->version;
    loading->index->unready = true;
    return 0;
}

static const char q_count[] = "SELECT count(*) FROM person WHERE district = $1";

static int sync(struct wg_ctx *ctx, const struct district *d, struct list_index *index, const struct wg_progress *progress)
{
    struct loading loading = {.index = index, .progress = progress};
    struct store_snap *snap;
    int64_t people;
    int rc = 0;
    if (!index->match) {
        struct match_options options = match_options_default(wg_today(ctx));
        options.area_code = d->area_code;
        rc = match_index_new(ctx, fields, FIELDS, &options, &index->match);
        if (rc == 0) rc = store_read(ctx, d->store, &snap);
        if (rc) return rc;
        rc = store_number(ctx, snap, q_count, (struct store_value[]){store_cstr(d->code)}, 1, 0, &people);
        store_read_end(snap);
        loading.expected = (size_t)people;
    }
    wg_time began = ctx->now;
    if (rc) return rc;
    loading.arena = wg_arena_new();
    struct person_walk walk = {.since = index->synced ? index->synced - CHANGES_MARGIN_MS : 0,
                               .known = index->synced ? knows : NULL,
                               .visit = take_person,
                               .arg = &loading};
    rc = person_each(ctx, d, &walk);
    hand_over(&loading); /* also after a refusal: their versions are kept, so that they will not come again */
    wg_arena_free(loading.arena);
    loading.from = 0.5;
    struct wg_progress rest = {report_part, part_cancelled, &loading};
    if (rc == 0 && index->unready) rc = match_index_ready(ctx, index->match, &rest);
    if (rc) return rc;
    index->unready = false;
    index->synced = began;
    atomic_store(&index->loaded, true);
    return 0;
}

/* With the lock held for writing, which is given back. */
static int sync_held(struct wg_ctx *ctx, const struct district *d, const struct wg_progress *progress)
{
    int rc = sync(ctx, d, d->people, progress);
    (void)pthread_rwlock_unlock(&d->people->lock);
    return rc && !ctx->problem.code ? wg_refuse(ctx, rc, NULL, NULL, NULL) : rc;
}

static int view_it(struct wg_ctx *ctx, struct list_index *index, list_use use, void *arg)
{
    (void)pthread_rwlock_rdlock(&index->lock);
    struct list_view view = {index->match, index->n, index};
    int rc = use(ctx, arg, &view);
    (void)pthread_rwlock_unlock(&index->lock);
    return rc;
}

int list_index_use(struct wg_ctx *ctx, const struct district *d, const struct wg_progress *progress, list_use use, void *arg)
{
    (void)pthread_rwlock_wrlock(&d->people->lock);
    int rc = sync_held(ctx, d, progress);
    return rc ? rc : view_it(ctx, d->people, use, arg);
}

int list_index_look(struct wg_ctx *ctx, const struct district *d, list_use use, void *arg)
{
    struct list_index *index = d->people;
    if (!atomic_load(&index->loaded)) return list_index_use(ctx, d, NULL, use, arg);
    int rc = pthread_rwlock_trywrlock(&index->lock) == 0 ? sync_held(ctx, d, NULL) : 0;
    return rc ? rc : view_it(ctx, index, use, arg);
}

/* --- before it is needed ------------------------------------------------------------------------------------------------ */

struct awaiting {
    const struct district *d;
    wg_id worker;
};

static int add_load(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct awaiting *a = arg;
    wg_id id;
    return job_add(ctx, tx, a->d->code,
                   &(struct job_new){.kind = LIST_LOAD_JOB, .worker = a->worker, .path = "", .lang = ctx->lang}, &id);
}

double list_index_loading(const struct district *d)
{
    return atomic_load(&d->people->loaded) ? 1 : (double)atomic_load(&d->people->loading) / 1000;
}

bool list_index_await(struct wg_ctx *ctx, const struct district *d, wg_id worker)
{
    struct wg_ctx own = *ctx;
    if (atomic_load(&d->people->loaded) || !d->jobs.engine) return false;
    if (atomic_exchange(&d->people->awaited, true)) return true;
    if (store_write(&own, d->store, add_load, &(struct awaiting){d, worker}) == 0)
        job_wake(d->jobs.engine);
    else
        atomic_store(&d->people->awaited, false); /* asked for again by the next page */
    return atomic_load(&d->people->awaited);
}

static int only_load(struct wg_ctx *ctx, void *arg, const struct list_view *view)
{
    (void)ctx, (void)arg, (void)view;
    return 0;
}

int list_load_job(struct wg_ctx *ctx, struct job *job, void *services)
{
    const struct district *d = services;
    job_phase(job, "loading");
    int rc = list_index_use(ctx, d, job_progress(job), only_load, NULL);
    if (rc) atomic_store(&d->people->awaited, false); /* cancelled, or failed: asked for again by the next page */
    return rc;
}

/* --- looking in it -------------------------------------------------------------------------------------------------------- */

wg_id list_view_person(const struct list_view *view, uint32_t key)
{
    return key < view->index->n ? view->index->people[key] : (wg_id){0};
}

bool list_view_key(const struct list_view *view, wg_id person, uint32_t *ret_key)
{
    if (view->index->n_slots == 0) return false;
    size_t at = slot_of(view->index, person);
    if (!view->index->slots[at]) return false;
    *ret_key = view->index->slots[at] - 1;
    return true;
}
