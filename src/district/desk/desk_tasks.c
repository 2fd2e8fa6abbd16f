/* Who is not reached: tasks in walking order.
 *
 * A page is put together from a few sources, each read in the order of (path, id): the ranges of paths asked about, state by state, and
 * the tasks given by name to one worker. Each source yields at most a page, so the joins cost a bounded number of rows. Whatever leads a
 * query, its conditions are the same (FILTERS); `COALESCE(x, '')` and `(x + 0)` hide a column from the planner, so that the one meant leads. */
#include <stdlib.h>
#include <string.h>

#include "district/desk/desk_internal.h"

enum { STATE_OPEN = 1, STATE_OVERDUE = 2, STATE_DONE = 4, STATE_EXCUSED = 8, STATE_PASSED = 16 };
static const char *const state_codes[] = {"open", "overdue", "done", "excused", "passed", NULL};

enum { TOPS_WEIGHED = 4 }; /* up to so many scopes are asked for their sums before a way is chosen */

/* $1 district, $2 $3 range of paths, $4 $5 after, $6 state, $7 $8 range of deadlines, $9 programme or NULL, $10 1: not given by name,
 * $11 the worker named (only where that leads), $12 list or NULL, $13 1: in a pool, $14 limit. */
#define FILTERS                                                                                                                \
    " AND (COALESCE(e.path, '') > $4 OR (COALESCE(e.path, '') = $4 AND e.id > $5)) AND (e.due + 0) >= $7 AND (e.due + 0) < "   \
    "$8 "                                                                                                                      \
    "AND ($10 = 0 OR e.worker IS NULL) AND ($13 = 0 OR length(e.path) < 9) AND ($9 IS NULL OR e.programme = $9)"
#define OF_LIST                                                                                                                \
    " AND ($12 IS NULL OR EXISTS (SELECT 1 FROM list_row l WHERE l.district = e.district AND l.enrolment = e.id "              \
    "AND l.list = $12))"
#define TASK_HEAD                                                                                                              \
    "SELECT e.id, e.path, e.programme, e.state, e.result, e.due, e.closed, e.previous, e.tries, e.worker, w.name, w.phone, "   \
    "" DESK_PERSON("p", "t") " FROM (SELECT e.id, e.path FROM "
#define TASK_TAIL                                                                                                              \
    " LIMIT $14) AS k JOIN enrolment e ON e.district = $1 AND e.id = k.id "                                                    \
    "JOIN person p ON p.district = e.district AND p.id = e.person "                                                            \
    "LEFT JOIN place t ON t.district = p.district AND t.id = p.place "                                                         \
    "LEFT JOIN worker w ON w.district = e.district AND w.id = e.worker ORDER BY k.path, k.id"
static const char q_walk[] =
    TASK_HEAD "enrolment e WHERE e.district = $1 AND e.state = $6 AND e.path >= $2 AND e.path < $3" FILTERS OF_LIST
              " ORDER BY e.path, e.id" TASK_TAIL;
static const char q_late[] =
    TASK_HEAD "enrolment e WHERE e.district = $1 AND e.state = $6 AND e.due < $8 AND COALESCE(e.path, '') >= $2 AND "
              "COALESCE(e.path, '') < $3" FILTERS OF_LIST " ORDER BY COALESCE(e.path, ''), e.id" TASK_TAIL;
static const char q_pool[] =
    TASK_HEAD "place g CROSS JOIN enrolment e WHERE g.district = $1 AND g.level <= 2 AND COALESCE(g.path, '') >= $2 "
              "AND COALESCE(g.path, '') < $3 AND e.district = $1 AND e.state = $6 AND e.path = g.path" FILTERS OF_LIST
              " ORDER BY e.path, e.id" TASK_TAIL;
static const char q_named[] = TASK_HEAD
    "enrolment e WHERE e.district = $1 AND e.worker = $11 AND e.state = $6 AND e.path >= $2 AND e.path < $3" FILTERS OF_LIST
    " ORDER BY e.path, e.id" TASK_TAIL;
/* A row's path is its task's; where one person stands on several rows of the list, the first brings the task. */
static const char q_list[] = TASK_HEAD
    "list_row r JOIN enrolment e ON e.district = r.district AND e.id = r.enrolment WHERE r.district = $1 AND r.list = $12 "
    "AND r.path >= $2 AND r.path < $3 AND COALESCE(e.state, '') = $6 AND NOT EXISTS (SELECT 1 FROM list_row f WHERE f.district "
    "= "
    "r.district AND f.enrolment = r.enrolment AND f.list = r.list AND f.row < r.row)" FILTERS
    " ORDER BY r.path, r.enrolment" TASK_TAIL;
static const char q_pool_count[] =
    "SELECT count(*) FROM place g CROSS JOIN enrolment e WHERE g.district = $1 AND g.level <= 2 AND COALESCE(g.path, '') >= $2 "
    "AND COALESCE(g.path, '') < $3 AND e.district = $1 AND e.state = 'open' AND e.path = g.path AND e.worker IS NULL";

struct task {
    wg_id id, previous, worker;
    const char *path, *programme, *state, *result;
    const char *worker_name, *worker_phone;
    wg_time due, closed;
    int tries;
    json_t *person; /* kept by the arena */
};

struct asking {
    struct guard_call *call;
    struct wg_ctx *ctx;
    const struct district *d;
    struct store_snap *snap;
    const struct owners *owners;
    struct guard_scope scope; /* cut to the place asked about */
    struct wg_str place;      /* as asked; empty: everywhere */
    struct desk_position after;
    int limit;
    unsigned states;
    wg_time due_from, due_to;
    const char *programme;
    wg_id worker, list;
    bool pool;
    struct task *tasks;
    size_t n, cap;
};

/* --- what was asked ------------------------------------------------------------------------------------------------------ */

static int read_worker(struct asking *a)
{
    if (!wg_str_is(http_query(a->call->request, "worker"), "me"))
        return res_id_query(a->ctx, a->call->request, "worker", &a->worker);
    a->worker = a->call->who->worker;
    return 0;
}

static int read_asking(struct guard_call *call, struct asking *a)
{
    struct wg_ctx *ctx = call->ctx;
    struct res_page page;
    *a = (struct asking){.call = call, .ctx = ctx, .d = call->services, .place = http_query(call->request, "place")};
    int rc = desk_may_see_tasks(call);
    if (rc == 0) rc = res_scope_query(call, &a->scope);
    if (rc == 0) rc = res_page(ctx, call->request, &page);
    if (rc == 0) rc = desk_position_read(ctx, page.after, &a->after);
    if (rc == 0) rc = desk_codes(ctx, call->request, "state", state_codes, STATE_OPEN | STATE_OVERDUE, &a->states);
    if (rc == 0) rc = read_worker(a);
    if (rc == 0) rc = res_id_query(ctx, call->request, "list", &a->list);
    if (rc) return rc;
    struct wg_str programme = http_query(call->request, "programme");
    if (programme.n && !programme_named(a->d->programmes, programme))
        return wg_refuse(ctx, WG_E_BAD_FIELD, "programme", wg_cstr(ctx->arena, programme), NULL);
    if (programme.n) a->programme = wg_cstr(ctx->arena, programme);
    a->limit = page.limit;
    a->pool = wg_str_is(http_query(call->request, "pool"), "1");
    a->due_from = a->states & STATE_OVERDUE ? INT64_MIN : ctx->now + 1;
    a->due_to = a->states & STATE_OPEN ? INT64_MAX : ctx->now + 1;
    return 0;
}

/* --- reading ------------------------------------------------------------------------------------------------------------- */

static void read_task(struct asking *a, const struct store_rows *rows)
{
    struct wg_ctx *ctx = a->ctx;
    a->tasks = wg_grow(ctx->arena, a->tasks, &a->cap, a->n + 1, sizeof *a->tasks);
    a->tasks[a->n++] = (struct task){
        .id = store_get_id(rows, 0),
        .path = wg_cstr(ctx->arena, store_get_text(rows, 1)),
        .programme = wg_cstr(ctx->arena, store_get_text(rows, 2)),
        .state = wg_cstr(ctx->arena, store_get_text(rows, 3)),
        .result = desk_text(ctx, rows, 4),
        .due = store_get_time(rows, 5),
        .closed = store_get_time(rows, 6),
        .previous = store_get_id(rows, 7),
        .tries = (int)store_get_int(rows, 8),
        .worker = store_get_id(rows, 9),
        .worker_name = desk_text(ctx, rows, 10),
        .worker_phone = desk_text(ctx, rows, 11),
        .person = res_keep(ctx, desk_person_json(ctx, rows, 12)),
    };
}

struct source {
    const char *sql;
    struct path_range range;
    bool unnamed;
    wg_id named;
};

static int read_state(struct asking *a, const struct source *source, const char *state)
{
    bool open = strcmp(state, "open") == 0;
    struct wg_str from = wg_str(source->range.from);
    struct store_rows *rows;
    bool more;
    /* A later page begins where the one before ended, not at the range's beginning. */
    if (wg_str_cmp(from, a->after.path) < 0) from = a->after.path;
    struct store_value values[] = {store_cstr(a->d->code),
                                   store_text(from),
                                   store_cstr(source->range.to),
                                   store_text(a->after.path),
                                   desk_id_bytes(&a->after.id),
                                   store_cstr(state),
                                   store_int(open ? a->due_from : INT64_MIN),
                                   store_int(open ? a->due_to : INT64_MAX),
                                   store_cstr(a->programme),
                                   store_int(source->unnamed),
                                   store_id(&source->named),
                                   store_id(&a->list),
                                   store_int(a->pool),
                                   store_int(a->limit + 1)};
    int rc = store_query(a->ctx, a->snap, source->sql, values, 14, &rows);
    while (rc == 0 && (rc = store_next(a->ctx, rows, &more)) == 0 && more) read_task(a, rows);
    return rc;
}

static int read_source(struct asking *a, const struct source *source)
{
    int rc = 0;
    if (wg_str_cmp(wg_str(source->range.to), a->after.path) <= 0) return 0;
    if (a->states & (STATE_OPEN | STATE_OVERDUE)) rc = read_state(a, source, "open");
    for (size_t i = 2; state_codes[i] && rc == 0; i++)
        if (a->states & (1U << i)) rc = read_state(a, source, state_codes[i]);
    return rc;
}

/* When few are late it is quicker to take the late ones of the whole district by their deadlines and put them in order; otherwise a walk
 * soon meets enough of them. */
static int few_are_late(struct asking *a, bool *ret)
{
    struct sums all, here = {0};
    int64_t walked;
    *ret = false;
    if ((a->states & (STATE_OPEN | STATE_OVERDUE)) != STATE_OVERDUE) return 0;
    if (a->scope.n > TOPS_WEIGHED || !wg_id_is_nil(a->worker)) return 0;
    int rc = desk_task_sums(a->ctx, a->d, a->snap, WG_STR(""), &all);
    for (size_t i = 0; i < a->scope.n && rc == 0; i++) {
        struct sums sums;
        rc = desk_task_sums(a->ctx, a->d, a->snap, wg_str(a->scope.tops[i]), &sums);
        here.open += sums.open;
        here.overdue += sums.overdue;
    }
    if (rc) return rc;
    walked = here.open + here.overdue;
    if (here.overdue > 0 && walked * a->limit / here.overdue < walked) walked = walked * a->limit / here.overdue;
    *ret = all.overdue < walked;
    return 0;
}

static int leading(struct asking *a, const char **ret_sql)
{
    bool late;
    *ret_sql = q_walk;
    if (!wg_id_is_nil(a->list))
        *ret_sql = q_list;
    else if (a->pool)
        *ret_sql = q_pool;
    else {
        int rc = few_are_late(a, &late);
        if (rc) return rc;
        if (late) *ret_sql = q_late;
    }
    return 0;
}

static int by_place(const void *left, const void *right)
{
    const struct task *a = left, *b = right;
    int order = strcmp(a->path, b->path);
    return order ? order : wg_id_cmp(a->id, b->id);
}

/* In order, and each once: a task may come from its place and from the worker it was given to. */
static void tidy(struct asking *a)
{
    size_t kept = 0;
    if (a->n) qsort(a->tasks, a->n, sizeof *a->tasks, by_place);
    for (size_t i = 0; i < a->n; i++)
        if (kept == 0 || !wg_id_eq(a->tasks[kept - 1].id, a->tasks[i].id)) a->tasks[kept++] = a->tasks[i];
    a->n = kept;
}

static int read_ranges(struct asking *a, const struct path_range *ranges, size_t n, bool unnamed)
{
    struct source source = {.unnamed = unnamed};
    size_t before = a->n;
    int rc = leading(a, &source.sql);
    for (size_t i = 0; i < n && rc == 0 && a->n - before <= (size_t)a->limit; i++) {
        source.range = ranges[i];
        rc = read_source(a, &source);
    }
    return rc;
}

/* What was given by name to `worker`: to the caller wherever it is, to others within scope. */
static int read_named(struct asking *a, wg_id worker)
{
    struct path_range place = {wg_cstr(a->ctx->arena, a->place), NULL}, *ranges = &place;
    size_t n = 1;
    int rc = 0;
    place.to = guard_scope_end(a->ctx->arena, place.from);
    if (!wg_id_eq(worker, a->call->who->worker)) {
        ranges = desk_ranges_of(a->ctx, &a->scope);
        n = a->scope.n;
    }
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = read_source(a, &(struct source){.sql = q_named, .range = ranges[i], .named = worker});
    return rc;
}

static int read_tasks(struct asking *a)
{
    struct path_range *ranges = desk_ranges_of(a->ctx, &a->scope);
    size_t n = a->scope.n;
    bool of_worker = !wg_id_is_nil(a->worker);
    if (of_worker) {
        struct path_range *held;
        size_t n_held;
        owner_ranges(a->ctx, a->owners, a->worker, &held, &n_held);
        ranges = desk_ranges_cut(a->ctx, ranges, n, held, n_held, &n);
    }
    int rc = read_ranges(a, ranges, n, of_worker || a->pool);
    if (rc == 0 && !a->pool) rc = read_named(a, of_worker ? a->worker : a->call->who->worker);
    if (rc == 0) tidy(a);
    return rc;
}

/* --- telling ------------------------------------------------------------------------------------------------------------- */

static json_t *owner_of_task(const struct asking *a, const struct task *task)
{
    struct owner owner;
    if (wg_id_is_nil(task->worker))
        return owner_of(a->owners, wg_str(task->path), &owner) ? owner_json(a->ctx, &owner) : json_null();
    owner = (struct owner){.worker = task->worker,
                           .name = task->worker_name ? task->worker_name : "",
                           .phone = task->worker_phone,
                           .path = task->path,
                           .level = (enum place_level)(strlen(task->path) / PLACE_STEP)};
    return owner_json(a->ctx, &owner);
}

static json_t *task_json(const struct asking *a, const struct task *task, json_t *lists)
{
    struct wg_ctx *ctx = a->ctx;
    const struct programme *programme = programme_named(a->d->programmes, wg_str(task->programme));
    bool open = strcmp(task->state, "open") == 0;
    int escalated = open && programme ? programme_escalated(programme, task->due, ctx->now) : LEVEL_GRID;
    return json_pack(
        "{s:s, s:s, s:O, s:o, s:s, s:I, s:i, s:o, s:b, s:i, s:s?, s:o, s:O, s:o}", "id", wg_id_text(ctx->arena, task->id),
        "programme", task->programme, "person", task->person, "due", res_time_json(ctx, task->due), "state", task->state,
        "overdue_hours", (json_int_t)(open ? desk_hours_late(task->due, ctx->now) : 0), "escalated", escalated, "owner",
        owner_of_task(a, task), "named", wg_id_is_nil(task->worker) ? 0 : 1, "tries", task->tries, "result", task->result,
        "closed", res_time_json(ctx, task->closed), "lists", lists, "previous", res_id_json(ctx, task->previous));
}

/* What was read, as far as a page goes. */
static int page_of_tasks(struct asking *a, json_t **ret_items)
{
    struct wg_ctx *ctx = a->ctx;
    size_t n = a->n < (size_t)a->limit ? a->n : (size_t)a->limit;
    wg_id *ids = wg_alloc_n(ctx->arena, n + 1, sizeof *ids);
    json_t **lists = wg_alloc_n(ctx->arena, n + 1, sizeof(json_t *));
    for (size_t i = 0; i < n; i++) ids[i] = a->tasks[i].id;
    int rc = list_names_for(ctx, a->d, a->snap, ids, n, lists);
    if (rc) return rc;
    *ret_items = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(*ret_items, task_json(a, &a->tasks[i], lists[i]));
    return 0;
}

static int answer_tasks(struct asking *a)
{
    struct wg_ctx *ctx = a->ctx;
    json_t *items;
    int rc = page_of_tasks(a, &items);
    if (rc) return rc;
    store_read_end(a->snap);
    size_t n = json_array_size(items);
    const char *next = a->n > n ? desk_position_text(ctx, a->tasks[n - 1].path, a->tasks[n - 1].id) : NULL;
    guard_note(a->call, (wg_id){0}, wg_fmt(ctx->arena, "%zu", n));
    return res_answer(a->call, res_page_json(items, next));
}

int desk_get_tasks(struct guard_call *call)
{
    struct asking a;
    int rc = read_asking(call, &a);
    if (rc == 0) rc = owners_today(a.ctx, a.d, &a.owners);
    if (rc == 0) rc = store_read(a.ctx, a.d->store, &a.snap);
    if (rc == 0) rc = read_tasks(&a);
    return rc ? rc : answer_tasks(&a);
}

/* --- all of them, for a file ------------------------------------------------------------------------------------------------ */

static int next_tasks(struct wg_ctx *ctx, void *asking, json_t **ret_items, bool *ret_more)
{
    struct asking *a = asking;
    json_t *items = NULL;
    a->ctx = ctx;
    a->tasks = NULL;
    a->n = a->cap = 0;
    int rc = read_tasks(a);
    if (rc == 0) rc = page_of_tasks(a, &items);
    if (rc) return rc;
    size_t n = json_array_size(items);
    *ret_items = res_keep(ctx, items);
    *ret_more = a->n > n;
    if (*ret_more)
        a->after = (struct desk_position){wg_str_dup(a->call->ctx->arena, wg_str(a->tasks[n - 1].path)), a->tasks[n - 1].id};
    return 0;
}

int desk_each_task(struct guard_call *call, int page_rows, desk_rows_visit visit, void *arg)
{
    struct asking a;
    int rc = read_asking(call, &a);
    if (rc == 0) rc = owners_today(a.ctx, a.d, &a.owners);
    if (rc == 0) rc = store_read(a.ctx, a.d->store, &a.snap);
    if (rc) return rc;
    a.limit = page_rows;
    rc = desk_each_page(call, next_tasks, &a, visit, arg);
    store_read_end(a.snap);
    return rc;
}

/* --- pools ---------------------------------------------------------------------------------------------------------------- */

int desk_pool_count(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct guard_scope *scope,
                    int64_t *ret)
{
    int rc = 0;
    *ret = 0;
    for (size_t i = 0; i < scope->n && rc == 0; i++) {
        int64_t n;
        struct store_value values[] = {store_cstr(d->code), store_cstr(scope->tops[i]),
                                       store_cstr(guard_scope_end(ctx->arena, scope->tops[i]))};
        rc = store_number(ctx, snap, q_pool_count, values, 3, 0, &n);
        if (rc == 0) *ret += n;
    }
    return rc;
}
