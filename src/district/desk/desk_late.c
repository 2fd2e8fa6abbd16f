/* Who is late: open tasks added up by where they are and by who answers for them, worst first. */
#include <stdlib.h>
#include <string.h>

#include "district/desk/desk_internal.h"

/* Each grid (or place with a pool) leads to its own range of tasks, in the order of one index and counted from that index alone: a
 * hundred thousand open tasks are added up without being sorted. $1 district, $2 $3 range of grids, $4 now, $5 where tasks begin,
 * $6 1: those not given by name. */
#define LOAD_SUMS "count(*), sum(CASE WHEN e.due <= $4 THEN 1 ELSE 0 END), min(e.due)"
static const char q_grids[] =
    "SELECT g.path, " LOAD_SUMS " FROM place g CROSS JOIN enrolment e WHERE g.district = $1 AND g.level = 3 AND g.path >= $2 "
    "AND g.path < $3 AND e.district = $1 AND e.state = 'open' AND e.path >= g.path AND e.path < g.path || '~' "
    "AND COALESCE(e.path, '') >= $5 AND COALESCE(e.path, '') < $3 AND ($6 = 0 OR e.worker IS NULL) GROUP BY g.path ORDER BY "
    "g.path";
static const char q_pools[] =
    "SELECT COALESCE(g.path, ''), " LOAD_SUMS " FROM place g CROSS JOIN enrolment e WHERE g.district = $1 AND g.level <= 2 "
    "AND COALESCE(g.path, '') >= $2 AND COALESCE(g.path, '') < $3 AND e.district = $1 AND e.state = 'open' AND e.path = g.path "
    "AND ($6 = 0 OR e.worker IS NULL) GROUP BY COALESCE(g.path, '')";
static const char q_named[] =
    "SELECT k.worker, w.name, k.n, k.late, k.oldest FROM (SELECT e.worker, count(*) AS n, "
    "sum(CASE WHEN e.due <= $4 THEN 1 ELSE 0 END) AS late, min(e.due) AS oldest FROM enrolment e WHERE e.district = $1 "
    "AND e.state = 'open' AND e.path >= $2 AND e.path < $3 AND e.worker IS NOT NULL GROUP BY e.worker) AS k "
    "LEFT JOIN worker w ON w.district = $1 AND w.id = k.worker";

struct loads {
    struct desk_load *items;
    size_t n, cap;
};

static struct desk_load *add_load(struct wg_ctx *ctx, struct loads *loads)
{
    loads->items = wg_grow(ctx->arena, loads->items, &loads->cap, loads->n + 1, sizeof *loads->items);
    loads->items[loads->n] = (struct desk_load){0};
    return &loads->items[loads->n++];
}

static int read_places(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *sql, const char *top,
                       bool unnamed, struct loads *loads)
{
    size_t depth = strlen(top);
    struct store_value values[] = {store_cstr(d->code),
                                   store_text((struct wg_str){top, depth < PATH_GRID ? depth : PATH_GRID}),
                                   store_cstr(guard_scope_end(ctx->arena, top)),
                                   store_time(ctx->now),
                                   store_cstr(top),
                                   store_int(unnamed)};
    struct store_rows *rows;
    bool more;
    int rc = store_query(ctx, snap, sql, values, 6, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        struct desk_load *load = add_load(ctx, loads);
        load->path = wg_cstr(ctx->arena, store_get_text(rows, 0));
        load->open = store_get_int(rows, 1) - store_get_int(rows, 2);
        load->overdue = store_get_int(rows, 2);
        load->oldest = store_get_time(rows, 3);
    }
    return rc;
}

static int read_named(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *top,
                      struct loads *loads)
{
    struct store_value values[] = {store_cstr(d->code), store_cstr(top), store_cstr(guard_scope_end(ctx->arena, top)),
                                   store_time(ctx->now)};
    struct store_rows *rows;
    bool more;
    int rc = store_query(ctx, snap, q_named, values, 4, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        struct desk_load *load = add_load(ctx, loads);
        load->worker = store_get_id(rows, 0);
        load->name = desk_text(ctx, rows, 1);
        load->open = store_get_int(rows, 2) - store_get_int(rows, 3);
        load->overdue = store_get_int(rows, 3);
        load->oldest = store_get_time(rows, 4);
    }
    return rc;
}

int desk_loads(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct guard_scope *scope,
               bool by_worker, struct desk_load **ret, size_t *ret_n)
{
    struct loads loads = {0};
    int rc = 0;
    for (size_t i = 0; i < scope->n && rc == 0; i++) {
        const char *top = scope->tops[i];
        rc = read_places(ctx, d, snap, q_grids, top, by_worker, &loads);
        if (rc == 0 && strlen(top) < PATH_GRID) rc = read_places(ctx, d, snap, q_pools, top, by_worker, &loads);
        if (rc == 0 && by_worker) rc = read_named(ctx, d, snap, top, &loads);
    }
    *ret = loads.items;
    *ret_n = loads.n;
    return rc;
}

/* --- adding up -------------------------------------------------------------------------------------------------------------- */

static void add_to(struct desk_load *sum, const struct desk_load *load)
{
    sum->open += load->open;
    sum->overdue += load->overdue;
    if (load->oldest < sum->oldest) sum->oldest = load->oldest;
    if (!sum->name) sum->name = load->name;
    if (!sum->path) sum->path = load->path;
}

static int by_worker_then_path(const void *left, const void *right)
{
    const struct desk_load *a = left, *b = right;
    int order = wg_id_cmp(a->worker, b->worker);
    return order ? order : strcmp(a->path ? a->path : "~", b->path ? b->path : "~");
}

static int by_path(const void *left, const void *right)
{
    return strcmp(((const struct desk_load *)left)->path, ((const struct desk_load *)right)->path);
}

int desk_loads_of_workers(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap,
                          const struct guard_scope *scope, const struct owners *owners, struct desk_load **ret, size_t *ret_n)
{
    struct desk_load *loads;
    size_t n, kept = 0;
    int rc = desk_loads(ctx, d, snap, scope, true, &loads, &n);
    if (rc) return rc;
    for (size_t i = 0; i < n; i++) {
        struct owner owner;
        if (!wg_id_is_nil(loads[i].worker)) continue;
        bool held = owner_of(owners, wg_str(loads[i].path), &owner);
        loads[i].worker = held ? owner.worker : (wg_id){0};
        loads[i].name = held ? owner.name : NULL;
        loads[i].path = held ? owner.path : NULL;
    }
    if (n) qsort(loads, n, sizeof *loads, by_worker_then_path);
    for (size_t i = 0; i < n; i++) {
        if (kept && wg_id_eq(loads[kept - 1].worker, loads[i].worker))
            add_to(&loads[kept - 1], &loads[i]);
        else
            loads[kept++] = loads[i];
    }
    *ret = loads;
    *ret_n = kept;
    return 0;
}

/* By community; what lies in the pool of a street or the district stands by itself. */
static int loads_of_communities(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap,
                                const struct guard_scope *scope, struct desk_load **ret, size_t *ret_n)
{
    enum { COMMUNITY = PLACE_STEP * LEVEL_COMMUNITY };
    struct desk_load *loads;
    size_t n, kept = 0;
    int rc = desk_loads(ctx, d, snap, scope, false, &loads, &n);
    if (rc) return rc;
    for (size_t i = 0; i < n; i++)
        if (strlen(loads[i].path) > COMMUNITY) loads[i].path = wg_cstr(ctx->arena, (struct wg_str){loads[i].path, COMMUNITY});
    if (n) qsort(loads, n, sizeof *loads, by_path);
    for (size_t i = 0; i < n; i++) {
        if (kept && strcmp(loads[kept - 1].path, loads[i].path) == 0)
            add_to(&loads[kept - 1], &loads[i]);
        else
            loads[kept++] = loads[i];
    }
    *ret = loads;
    *ret_n = kept;
    return 0;
}

/* --- the page ------------------------------------------------------------------------------------------------------------------ */

/* Worst first: most that are late, then the longest late, then most that are open. The rest only makes the order whole. */
static int worst_first(const struct desk_load *a, const struct desk_load *b)
{
    if (a->overdue != b->overdue) return a->overdue > b->overdue ? -1 : 1;
    if (a->oldest != b->oldest) return a->oldest < b->oldest ? -1 : 1;
    if (a->open != b->open) return a->open > b->open ? -1 : 1;
    int order = wg_id_cmp(a->worker, b->worker);
    return order ? order : strcmp(a->path ? a->path : "", b->path ? b->path : "");
}

static int compare_worst(const void *left, const void *right)
{
    return worst_first(left, right);
}

static const char *cursor_of(struct wg_ctx *ctx, const struct desk_load *load)
{
    return wg_fmt(ctx->arena, "%lld:%lld:%lld:%s:%s", (long long)load->overdue, (long long)load->oldest, (long long)load->open,
                  wg_id_text(ctx->arena, load->worker), load->path ? load->path : "");
}

static int read_cursor(struct wg_ctx *ctx, struct wg_str after, struct desk_load *ret)
{
    struct wg_str rest = after, overdue, oldest, open, worker;
    *ret = (struct desk_load){0};
    bool good = wg_str_next(&rest, ':', &overdue) && wg_str_next(&rest, ':', &oldest) && wg_str_next(&rest, ':', &open) &&
                wg_str_next(&rest, ':', &worker) && rest.p && wg_parse_i64(overdue, 0, INT64_MAX, &ret->overdue) &&
                wg_parse_i64(oldest, INT64_MIN, INT64_MAX, &ret->oldest) && wg_parse_i64(open, 0, INT64_MAX, &ret->open) &&
                wg_id_parse(worker, &ret->worker);
    if (!good) return wg_refuse(ctx, WG_E_BAD_FIELD, "after", wg_cstr(ctx->arena, after), NULL);
    ret->path = wg_cstr(ctx->arena, rest);
    return 0;
}

static json_t *late_json(struct wg_ctx *ctx, const struct desk_load *load, bool by_worker, json_t *place)
{
    const char *place_name = json_string_value(json_object_get(place, "name"));
    const char *nobody = ctx->lang == WG_ZH ? "无人负责" : "nobody";
    const char *key = !by_worker ? load->path : wg_id_is_nil(load->worker) ? "" : wg_id_text(ctx->arena, load->worker);
    const char *name = !by_worker ? (place_name ? place_name : "") : load->name ? load->name : nobody;
    return json_pack("{s:s, s:s, s:O, s:I, s:I, s:I}", "key", key, "name", name, "place", place, "open", (json_int_t)load->open,
                     "overdue", (json_int_t)load->overdue, "worst_hours", (json_int_t)desk_hours_late(load->oldest, ctx->now));
}

static int answer_late(struct guard_call *call, struct store_snap *snap, const struct desk_load *loads, size_t n,
                       bool by_worker, const char *next)
{
    struct wg_ctx *ctx = call->ctx;
    const char **paths = wg_alloc_n(ctx->arena, n + 1, sizeof *paths);
    json_t **places = wg_alloc_n(ctx->arena, n + 1, sizeof(json_t *));
    for (size_t i = 0; i < n; i++) paths[i] = loads[i].path;
    int rc = desk_places(ctx, call->services, snap, paths, n, places);
    if (rc) return rc;
    store_read_end(snap);
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(items, late_json(ctx, &loads[i], by_worker, places[i]));
    return res_answer(call, res_page_json(items, next));
}

/* Those with anything late, worst first: workers, given who answers for what; else communities. */
static int read_late(struct guard_call *call, struct store_snap *snap, const struct guard_scope *scope,
                     const struct owners *by_worker, struct desk_load **ret, size_t *ret_n)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    size_t n, late = 0;
    int rc = by_worker ? desk_loads_of_workers(ctx, d, snap, scope, by_worker, ret, &n)
                       : loads_of_communities(ctx, d, snap, scope, ret, &n);
    if (rc) return rc;
    for (size_t i = 0; i < n; i++)
        if ((*ret)[i].overdue) (*ret)[late++] = (*ret)[i];
    if (late) qsort(*ret, late, sizeof **ret, compare_worst);
    *ret_n = late;
    return 0;
}

int desk_get_late(struct guard_call *call)
{
    static const char *const ways[] = {"community", "worker", NULL};
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct guard_scope scope;
    struct res_page page;
    const struct owners *owners = NULL;
    struct store_snap *snap;
    struct desk_load *loads, after = {0};
    size_t n, from = 0;
    unsigned way;
    int rc = res_scope_query(call, &scope);
    if (rc == 0) rc = res_page(ctx, call->request, &page);
    if (rc == 0) rc = desk_codes(ctx, call->request, "by", ways, 1, &way);
    if (rc == 0 && page.after.n) rc = read_cursor(ctx, page.after, &after);
    if (rc == 0 && way == 2) rc = owners_today(ctx, d, &owners);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = read_late(call, snap, &scope, owners, &loads, &n);
    if (rc) return rc;
    if (!loads) return res_answer(call, res_page_json(json_array(), NULL)); /* nothing is open at all */
    while (page.after.n && from < n && worst_first(&loads[from], &after) <= 0) from++;
    bool more = n - from > (size_t)page.limit;
    size_t shown = more ? (size_t)page.limit : n - from;
    return answer_late(call, snap, loads + from, shown, way == 2, more ? cursor_of(ctx, &loads[from + shown - 1]) : NULL);
}
