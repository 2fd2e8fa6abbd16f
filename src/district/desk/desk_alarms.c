/* What needs somebody now. */
#include <stdlib.h>
#include <string.h>

#include "district/desk/desk_internal.h"

static const char *const state_codes[] = {"open", "taken", "closed", NULL};

/* $1 district, $2 $3 range of paths, $4 state, $5 $6 after, $7 limit. */
static const char q_alarms[] =
    "SELECT a.id, a.kind, a.at, a.state, w.name, a.outcome, o.temperature, " DESK_PLACE("t") ", " DESK_PERSON(
        "p", "h") " "
                  "FROM (SELECT x.id FROM alarm x WHERE x.district = $1 AND x.state = $4 AND x.path >= $2 AND x.path < $3 "
                  "AND (x.at < $5 OR (x.at = $5 AND x.id < $6)) ORDER BY x.at DESC, x.id DESC LIMIT $7) AS k "
                  "JOIN alarm a ON a.district = $1 AND a.id = k.id LEFT JOIN observation o ON o.district = a.district AND o.id "
                  "= a.id "
                  "LEFT JOIN place t ON t.district = a.district AND t.path = a.path "
                  "LEFT JOIN person p ON p.district = a.district AND p.id = a.person "
                  "LEFT JOIN place h ON h.district = p.district AND h.id = p.place "
                  "LEFT JOIN worker w ON w.district = a.district AND w.id = a.taken_by";

struct alarm {
    wg_time at;
    wg_id id;
    json_t *json; /* kept by the arena */
};
struct alarms {
    struct alarm *items;
    size_t n, cap;
};

static void read_alarm(struct wg_ctx *ctx, const struct store_rows *rows, struct alarms *alarms)
{
    enum { PLACE = 7, PERSON = PLACE + DESK_PLACE_COLUMNS };
    alarms->items = wg_grow(ctx->arena, alarms->items, &alarms->cap, alarms->n + 1, sizeof *alarms->items);
    struct alarm *alarm = &alarms->items[alarms->n++];
    alarm->id = store_get_id(rows, 0);
    alarm->at = store_get_time(rows, 2);
    alarm->json = res_keep(
        ctx, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s?, s:s?}", "id", wg_id_text(ctx->arena, alarm->id), "kind",
                       wg_cstr(ctx->arena, store_get_text(rows, 1)), "person", desk_person_json(ctx, rows, PERSON), "place",
                       desk_place_json(ctx, rows, PLACE), "at", res_time_json(ctx, alarm->at), "temperature",
                       desk_temperature_json(rows, 6), "state", wg_cstr(ctx->arena, store_get_text(rows, 3)), "taken_by",
                       desk_text(ctx, rows, 4), "outcome", desk_text(ctx, rows, 5)));
}

static int read_state(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *top, const char *state,
                      const struct desk_moment *after, int limit, struct alarms *alarms)
{
    struct store_value values[] = {store_cstr(d->code), store_cstr(top),      store_cstr(guard_scope_end(ctx->arena, top)),
                                   store_cstr(state),   store_int(after->at), desk_id_bytes(&after->id),
                                   store_int(limit)};
    struct store_rows *rows;
    bool more;
    int rc = store_query(ctx, snap, q_alarms, values, 7, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) read_alarm(ctx, rows, alarms);
    return rc;
}

static int newest_first(const void *left, const void *right)
{
    const struct alarm *a = left, *b = right;
    if (a->at != b->at) return a->at > b->at ? -1 : 1;
    return wg_id_cmp(b->id, a->id);
}

int desk_alarms(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct guard_scope *scope,
                unsigned states, const struct desk_moment *after, int limit, json_t *items, const char **ret_next)
{
    struct alarms alarms = {0};
    int rc = 0;
    for (size_t i = 0; i < scope->n && rc == 0; i++)
        for (size_t s = 0; state_codes[s] && rc == 0; s++)
            if (states & (1U << s)) rc = read_state(ctx, d, snap, scope->tops[i], state_codes[s], after, limit + 1, &alarms);
    *ret_next = NULL;
    if (rc || !alarms.items) return rc;
    size_t n = alarms.n < (size_t)limit ? alarms.n : (size_t)limit;
    qsort(alarms.items, alarms.n, sizeof *alarms.items, newest_first);
    for (size_t i = 0; i < n; i++) json_array_append(items, alarms.items[i].json);
    if (alarms.n > n)
        *ret_next =
            wg_fmt(ctx->arena, "%lld:%s", (long long)alarms.items[n - 1].at, wg_id_text(ctx->arena, alarms.items[n - 1].id));
    return 0;
}

static int read_after(struct wg_ctx *ctx, struct wg_str after, struct desk_moment *ret)
{
    struct wg_str at, rest = after;
    *ret = (struct desk_moment){.at = INT64_MAX};
    if (after.n == 0) return 0;
    if (wg_str_next(&rest, ':', &at) && wg_parse_i64(at, 0, INT64_MAX, &ret->at) && wg_id_parse(rest, &ret->id)) return 0;
    return wg_refuse(ctx, WG_E_BAD_FIELD, "after", wg_cstr(ctx->arena, after), NULL);
}

int desk_get_alarms(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct guard_scope scope;
    struct res_page page;
    struct store_snap *snap;
    struct desk_moment after;
    const char *next;
    unsigned states;
    int rc = res_scope_query(call, &scope);
    if (rc == 0) rc = res_page(ctx, call->request, &page);
    if (rc == 0) rc = read_after(ctx, page.after, &after);
    if (rc == 0) rc = desk_codes(ctx, call->request, "state", state_codes, ALARM_OPEN | ALARM_TAKEN, &states);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc) return rc;
    json_t *items = res_keep(ctx, json_array());
    rc = desk_alarms(ctx, d, snap, &scope, states, &after, page.limit, items, &next);
    if (rc) return rc;
    store_read_end(snap);
    guard_note(call, (wg_id){0}, wg_fmt(ctx->arena, "%zu", json_array_size(items)));
    return res_answer(call, res_page_json(json_incref(items), next));
}
