/* The desk's first page: composed of sums that are kept, so that it costs the same at every hour and every place. */
#include <stdlib.h>
#include <string.h>

#include "district/desk/desk_internal.h"

enum { ALARMS_SHOWN = 10, LISTS_SHOWN = 5, HOURS = 24 };

static const char q_children[] =
    "SELECT " DESK_PLACE("t") " FROM place t WHERE t.district = $1 AND t.parent = $2 "
                              "AND t.level = $3 AND (t.valid_until IS NULL OR t.valid_until > $4) ORDER BY t.path";
static const char q_hours[] =
    "SELECT hour, done FROM tally_hour WHERE district = $1 AND programme = $2 AND day = $3 AND path = $4";
/* Sums by the hour are kept down to the community; a grid has a few hundred answers. */
static const char q_answers[] = "SELECT at FROM answer WHERE district = $1 AND programme = $2 AND round = $3 AND path >= $4 "
                                "AND path < $5 AND state <> 'tried'";

struct today {
    struct guard_call *call;
    struct wg_ctx *ctx;
    const struct district *d;
    struct store_snap *snap;
    struct place place;
    wg_day day;
    const struct programme *screening, *follow_up;
    json_t *out; /* kept by the arena */
};

/* The place asked about; unsaid, the first that the caller answers for. */
static int find_place(struct today *today)
{
    const struct guard_scope *scope = &today->call->who->scope;
    struct wg_str path = http_query(today->call->request, "place");
    if (path.n == 0 && scope->n) path = wg_str(scope->tops[0]);
    if (!guard_in_scope(scope, path)) return wg_refuse(today->ctx, WG_E_OUT_OF_SCOPE, "place", NULL, NULL);
    return place_by_path(today->ctx, today->snap, today->d->code, path, &today->place);
}

static void put(struct today *today, const char *name, json_t *value)
{
    (void)json_object_set_new(today->out, name, value);
}

/* --- sums ------------------------------------------------------------------------------------------------------------------- */

static int put_sums(struct today *today, const char *name, const struct programme *programme)
{
    struct sums sums = {0};
    int rc = programme_sums_at(today->ctx, today->d, today->snap, programme, wg_str(today->place.path), today->day, &sums);
    if (rc == 0) put(today, name, sums_json(&sums));
    return rc;
}

struct child {
    json_t *place; /* kept by the arena */
    const char *path;
    struct sums screening, follow_up;
};

static int read_children(struct today *today, struct child **ret, size_t *ret_n)
{
    struct wg_ctx *ctx = today->ctx;
    struct store_value values[] = {store_cstr(today->d->code), store_id(&today->place.id),
                                   store_int((int64_t)today->place.level + 1), store_day(today->day)};
    struct child *children = NULL;
    struct store_rows *rows;
    size_t n = 0, cap = 0;
    bool more;
    int rc = store_query(ctx, today->snap, q_children, values, 4, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        children = wg_grow(ctx->arena, children, &cap, n + 1, sizeof *children);
        children[n++] = (struct child){.place = res_keep(ctx, desk_place_json(ctx, rows, 0)),
                                       .path = wg_cstr(ctx->arena, store_get_text(rows, 1))};
    }
    *ret = children;
    *ret_n = n;
    return rc;
}

/* Both are sorted by path. */
static int add_sums(struct today *today, const struct programme *programme, struct child *children, size_t n)
{
    struct place_sums *below;
    size_t n_below, at = 0;
    int rc = programme_sums_below(today->ctx, today->d, today->snap, programme, wg_str(today->place.path),
                                  (enum place_level)(today->place.level + 1), today->day, &below, &n_below);
    if (rc) return rc;
    for (size_t i = 0; i < n; i++) {
        while (at < n_below && strcmp(below[at].path, children[i].path) < 0) at++;
        if (at == n_below || strcmp(below[at].path, children[i].path) != 0) continue;
        *(programme->daily ? &children[i].screening : &children[i].follow_up) = below[at].sums;
    }
    return 0;
}

static int by_trouble(const void *left, const void *right)
{
    const struct child *a = left, *b = right;
    int64_t late_a = a->screening.overdue + a->follow_up.overdue, late_b = b->screening.overdue + b->follow_up.overdue;
    int64_t open_a = a->screening.open + a->follow_up.open, open_b = b->screening.open + b->follow_up.open;
    if (late_a != late_b) return late_a > late_b ? -1 : 1;
    if (open_a != open_b) return open_a > open_b ? -1 : 1;
    return strcmp(a->path, b->path);
}

static int put_children(struct today *today)
{
    json_t *list = json_array();
    struct child *children = NULL;
    size_t n = 0;
    put(today, "children", list);
    if (today->place.level >= LEVEL_GRID) return 0; /* sums are kept down to the grid */
    int rc = read_children(today, &children, &n);
    if (rc == 0) rc = add_sums(today, today->screening, children, n);
    if (rc == 0) rc = add_sums(today, today->follow_up, children, n);
    if (rc) return rc;
    if (n) qsort(children, n, sizeof *children, by_trouble);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list,
                              json_pack("{s:O, s:o, s:o}", "place", children[i].place, "screening",
                                        sums_json(&children[i].screening), "follow_up", sums_json(&children[i].follow_up)));
    return 0;
}

/* --- the day's curve ---------------------------------------------------------------------------------------------------------- */

static int read_hours(struct today *today, wg_day day, int64_t counts[HOURS])
{
    struct wg_ctx *ctx = today->ctx;
    bool kept = today->place.level <= LEVEL_COMMUNITY;
    struct store_value values[] = {store_cstr(today->d->code), store_cstr(today->screening->code), store_day(day),
                                   store_cstr(today->place.path), store_cstr(guard_scope_end(ctx->arena, today->place.path))};
    struct store_rows *rows;
    bool more;
    memset(counts, 0, HOURS * sizeof *counts);
    int rc = store_query(ctx, today->snap, kept ? q_hours : q_answers, values, kept ? 4 : 5, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        int64_t hour = kept ? store_get_int(rows, 0) : (store_get_time(rows, 0) - wg_day_start(day, ctx->zone)) / WG_HOUR;
        hour = hour < 0 ? 0 : hour >= HOURS ? HOURS - 1 : hour;
        counts[hour] += kept ? store_get_int(rows, 1) : 1;
    }
    return rc;
}

static int put_hours(struct today *today)
{
    int64_t now[HOURS], before[HOURS], so_far = 0, then = 0;
    json_t *list = json_array();
    put(today, "hours", list);
    int rc = read_hours(today, today->day, now);
    if (rc == 0) rc = read_hours(today, today->day - 1, before);
    if (rc) return rc;
    wg_time begun = (today->ctx->now - wg_day_start(today->day, today->ctx->zone)) / WG_HOUR;
    for (int hour = 0; hour < HOURS; hour++) {
        so_far += now[hour];
        then += before[hour];
        json_array_append_new(list,
                              json_pack("{s:i, s:o, s:I}", "hour", hour, "today",
                                        hour <= begun ? json_integer(so_far) : json_null(), "yesterday", (json_int_t)then));
    }
    return 0;
}

/* --- what needs somebody -------------------------------------------------------------------------------------------------------- */

static int put_alarms(struct today *today, const struct guard_scope *here)
{
    const struct desk_moment newest = {.at = INT64_MAX};
    const char *next;
    json_t *list = json_array();
    put(today, "alarms", list);
    return desk_alarms(today->ctx, today->d, today->snap, here, ALARM_OPEN, &newest, ALARMS_SHOWN, list, &next);
}

static int put_lists(struct today *today, const struct guard_scope *here)
{
    json_t *page;
    int rc = list_page_json(
        today->ctx, today->d, today->snap,
        &(struct list_page){.scope = here, .reader = today->call->who, .state = "open", .limit = LISTS_SHOWN}, &page);
    if (rc == 0) put(today, "lists", json_incref(json_object_get(res_keep(today->ctx, page), "items")));
    return rc;
}

static int put_waiting(struct today *today, const struct guard_scope *here)
{
    int64_t left = 0, pool;
    const char *state = NULL;
    int rc = desk_pool_count(today->ctx, today->d, today->snap, here, &pool);
    if (rc == 0 && guard_may(today->call->who, RIGHT_REVIEW)) rc = review_left(today->ctx, today->d, today->snap, &left);
    if (rc == 0 && today->place.level == LEVEL_COMMUNITY)
        rc = report_state(today->ctx, today->d, today->snap, &today->place, today->day, &state);
    if (rc) return rc;
    put(today, "review_left", json_integer(left));
    put(today, "pool", json_integer(pool));
    put(today, "report", res_text_json(state));
    return 0;
}

static int put_place(struct today *today)
{
    json_t *place;
    int rc = place_json(today->ctx, today->d, today->snap, &today->place, &place);
    if (rc == 0) put(today, "place", place);
    return rc;
}

int desk_get_today(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct today today = {.call = call, .ctx = ctx, .d = call->services, .day = wg_today(ctx)};
    today.screening = programme_named(today.d->programmes, WG_STR(PROGRAMME_SCREENING));
    today.follow_up = programme_named(today.d->programmes, WG_STR(PROGRAMME_FOLLOW_UP));
    today.out = res_keep(ctx, json_object());
    if (!today.screening || !today.follow_up) return wg_refuse(ctx, WG_E_PROGRAMME, NULL, "programmes", "code");
    int rc = store_read(ctx, today.d->store, &today.snap);
    if (rc == 0) rc = find_place(&today);
    if (rc) return rc;
    struct guard_scope here = guard_scope_within(ctx->arena, &call->who->scope, wg_str(today.place.path));
    put(&today, "as_of", json_string(wg_time_text(ctx->arena, ctx->now, ctx->zone)));
    put(&today, "day", json_string(wg_day_text(ctx->arena, today.day)));
    rc = put_place(&today);
    if (rc == 0) rc = put_sums(&today, "screening", today.screening);
    if (rc == 0) rc = put_sums(&today, "follow_up", today.follow_up);
    if (rc == 0) rc = put_children(&today);
    if (rc == 0) rc = put_hours(&today);
    if (rc == 0) rc = put_alarms(&today, &here);
    if (rc == 0) rc = put_lists(&today, &here);
    if (rc == 0) rc = put_waiting(&today, &here);
    if (rc) return rc;
    store_read_end(today.snap);
    guard_note_place(call, wg_str(today.place.path));
    return res_answer(call, json_incref(today.out));
}
