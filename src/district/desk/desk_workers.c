/* Who works within scope, and what they have open. */
#include <stdlib.h>
#include <string.h>

#include "district/desk/desk_internal.h"
#include "engine/people/people.h"

static const char q_workers[] = "SELECT d.path, w.id, w.name, w.role, w.phone, w.active, w.login, " DESK_PLACE(
    "t") " FROM duty d "
         "JOIN worker w ON w.district = d.district AND w.id = d.worker JOIN place t ON t.district = d.district AND t.id = "
         "d.place "
         "WHERE d.district = $1 AND d.path >= $2 AND d.path < $3 AND d.superseded = 0 AND d.from_day <= $4 "
         "AND (d.until_day IS NULL OR d.until_day > $4) ORDER BY d.path, d.worker";

/* Those who could be given a first duty: they hold none, so no place is theirs. $1 district, $2 day. */
static const char q_idle[] =
    "SELECT w.id, w.name, w.role, w.phone, w.login FROM worker w WHERE w.district = $1 AND w.active = 1 AND NOT EXISTS "
    "(SELECT 1 FROM duty d WHERE d.district = w.district AND d.worker = w.id AND d.superseded = 0 AND d.from_day <= $2 "
    "AND (d.until_day IS NULL OR d.until_day > $2)) ORDER BY w.id";
#define AFTER_ALL_PLACES "~"

/* A duty at first; after grouping, a worker with all places and the path of the first. */
struct worker {
    const char *path;
    wg_id id;
    const char *name, *role, *phone;
    bool active;
    json_t *place;  /* kept by the arena */
    json_t *places; /* kept by the arena */
};
struct workers {
    struct worker *items;
    size_t n, cap;
};

static bool holds(const char *text, struct wg_str q)
{
    return text && wg_str_find(wg_str(text), q) >= 0;
}

/* By name, the beginning of its pinyin or initials, login, or digits of the telephone. */
static bool matches(const struct wg_ctx *ctx, const struct worker *w, const char *login, struct wg_str q)
{
    if (q.n == 0 || holds(w->name, q) || holds(w->phone, q)) return true;
    char *lower = wg_cstr(ctx->arena, q), joined[PEOPLE_PINYIN_MAX];
    size_t n = 0;
    for (char *c = lower; *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    if (holds(login, wg_str(lower))) return true;
    struct people_name name = people_name_read(wg_str(w->name), NULL);
    for (const char *c = name.pinyin; *c; c++)
        if (*c != ' ') joined[n++] = *c;
    return wg_str_starts((struct wg_str){joined, n}, wg_str(lower)) || wg_str_starts(wg_str(name.initials), wg_str(lower));
}

static int read_duties(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *top, struct wg_str q,
                       struct workers *workers)
{
    struct store_value values[] = {store_cstr(d->code), store_cstr(top), store_cstr(guard_scope_end(ctx->arena, top)),
                                   store_day(wg_today(ctx))};
    struct store_rows *rows;
    bool more;
    int rc = store_query(ctx, snap, q_workers, values, 4, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        struct worker worker = {.path = wg_cstr(ctx->arena, store_get_text(rows, 0)),
                                .id = store_get_id(rows, 1),
                                .name = wg_cstr(ctx->arena, store_get_text(rows, 2)),
                                .role = wg_cstr(ctx->arena, store_get_text(rows, 3)),
                                .phone = desk_text(ctx, rows, 4),
                                .active = store_get_int(rows, 5) != 0};
        if (!matches(ctx, &worker, desk_text(ctx, rows, 6), q)) continue;
        worker.place = res_keep(ctx, desk_place_json(ctx, rows, 7));
        workers->items = wg_grow(ctx->arena, workers->items, &workers->cap, workers->n + 1, sizeof *workers->items);
        workers->items[workers->n++] = worker;
    }
    return rc;
}

static int read_idle(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, struct wg_str q,
                     struct workers *workers)
{
    struct store_value values[] = {store_cstr(d->code), store_day(wg_today(ctx))};
    struct store_rows *rows;
    bool more;
    int rc = store_query(ctx, snap, q_idle, values, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        struct worker worker = {.path = AFTER_ALL_PLACES,
                                .id = store_get_id(rows, 0),
                                .name = wg_cstr(ctx->arena, store_get_text(rows, 1)),
                                .role = wg_cstr(ctx->arena, store_get_text(rows, 2)),
                                .phone = desk_text(ctx, rows, 3),
                                .active = true};
        if (!matches(ctx, &worker, desk_text(ctx, rows, 4), q)) continue;
        workers->items = wg_grow(ctx->arena, workers->items, &workers->cap, workers->n + 1, sizeof *workers->items);
        workers->items[workers->n++] = worker;
    }
    return rc;
}

static int by_id(const void *left, const void *right)
{
    const struct worker *a = left, *b = right;
    int order = wg_id_cmp(a->id, b->id);
    return order ? order : strcmp(a->path, b->path);
}

static int by_place(const void *left, const void *right)
{
    const struct worker *a = left, *b = right;
    int order = strcmp(a->path, b->path);
    return order ? order : wg_id_cmp(a->id, b->id);
}

/* One for each worker, in the order of their first places. */
static void group(struct wg_ctx *ctx, struct workers *workers)
{
    struct worker *all = workers->items;
    size_t kept = 0;
    if (workers->n == 0) return;
    qsort(all, workers->n, sizeof *all, by_id);
    for (size_t i = 0; i < workers->n; i++) {
        if (kept == 0 || !wg_id_eq(all[kept - 1].id, all[i].id)) {
            all[kept] = all[i];
            all[kept++].places = res_keep(ctx, json_array());
        }
        if (all[i].place) json_array_append(all[kept - 1].places, all[i].place);
    }
    workers->n = kept;
    qsort(all, kept, sizeof *all, by_place);
}

static int compare_load(const void *key, const void *load)
{
    return wg_id_cmp(*(const wg_id *)key, ((const struct desk_load *)load)->worker);
}

static json_t *worker_json(struct wg_ctx *ctx, const struct worker *w, const struct desk_load *loads, size_t n)
{
    const struct desk_load *load = n ? bsearch(&w->id, loads, n, sizeof *loads, compare_load) : NULL;
    return json_pack("{s:s, s:s, s:s, s:s?, s:b, s:O, s:I, s:I}", "id", wg_id_text(ctx->arena, w->id), "name", w->name, "role",
                     w->role, "phone", w->phone, "active", w->active ? 1 : 0, "places", w->places, "open",
                     (json_int_t)(load ? load->open : 0), "overdue", (json_int_t)(load ? load->overdue : 0));
}

static bool comes_after(const struct worker *w, const struct desk_position *after)
{
    int order = wg_str_cmp(wg_str(w->path), after->path);
    return order > 0 || (order == 0 && wg_id_cmp(w->id, after->id) > 0);
}

int desk_get_workers(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct guard_scope scope;
    struct res_page page;
    struct desk_position after;
    struct store_snap *snap;
    const struct owners *owners;
    struct workers workers = {0};
    struct desk_load *loads;
    size_t n_loads, from = 0;
    struct wg_str q = wg_str_trim(http_query(call->request, "q"));
    int rc = res_scope_query(call, &scope);
    if (rc == 0) rc = res_page(ctx, call->request, &page);
    if (rc == 0) rc = desk_position_read(ctx, page.after, &after);
    if (rc == 0) rc = owners_today(ctx, d, &owners);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = desk_loads_of_workers(ctx, d, snap, &scope, owners, &loads, &n_loads);
    for (size_t i = 0; i < scope.n && rc == 0; i++) rc = read_duties(ctx, d, snap, scope.tops[i], q, &workers);
    if (rc == 0 && wg_str_is(http_query(call->request, "idle"), "1") && guard_may(call->who, RIGHT_DUTY_WRITE))
        rc = read_idle(ctx, d, snap, q, &workers);
    if (rc) return rc;
    store_read_end(snap);
    group(ctx, &workers);
    while (page.after.n && from < workers.n && !comes_after(&workers.items[from], &after)) from++;
    size_t to = workers.n - from < (size_t)page.limit ? workers.n : from + (size_t)page.limit;
    json_t *items = json_array();
    for (size_t i = from; i < to; i++) json_array_append_new(items, worker_json(ctx, &workers.items[i], loads, n_loads));
    const struct worker *last = to < workers.n ? &workers.items[to - 1] : NULL;
    return res_answer(call, res_page_json(items, last ? desk_position_text(ctx, last->path, last->id) : NULL));
}
