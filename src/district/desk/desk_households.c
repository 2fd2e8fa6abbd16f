/* A day's screening, door by door. */
#include <string.h>

#include "district/desk/desk_internal.h"

enum { DOOR_OPEN = 1, DOOR_DONE = 2, DOOR_EXCUSED = 4, DOOR_TRIED = 8 };
static const char *const state_codes[] = {"open", "done", "excused", "tried", NULL};

/* The round's sums by grid lead: grids that have no door in the states asked for are not walked. $1 district, $2 programme, $3 day,
 * $4 first grid, $5 $6 range of doors, $7 after, $8 to $11 1: open, done, excused, tried, $12 limit. */
static const char q_doors[] = "SELECT " DESK_PLACE(
    "h") ", (SELECT count(*) FROM person p WHERE p.district = h.district AND p.path = h.path "
         "AND p.state IN ('living', 'provisional')), a.state, a.result, a.at FROM tally g CROSS JOIN place h "
         "LEFT JOIN answer a ON a.district = h.district AND a.programme = $2 AND a.round = $3 AND a.path = h.path "
         "WHERE g.district = $1 AND g.programme = $2 AND g.round = $3 AND g.level = 3 AND g.path >= $4 AND g.path < $6 "
         "AND ((($8 = 1 OR $11 = 1) AND g.due > g.done + g.excused) OR ($9 = 1 AND g.done > 0) OR ($10 = 1 AND g.excused > 0)) "
         "AND h.district = $1 AND h.level = 7 AND h.path >= g.path AND h.path < g.path || '~' "
         "AND COALESCE(h.path, '') >= $5 AND COALESCE(h.path, '') < $6 AND COALESCE(h.path, '') > $7 "
         "AND h.valid_from <= $3 AND (h.valid_until IS NULL OR h.valid_until > $3) "
         "AND (($8 = 1 AND a.state IS NULL) OR ($9 = 1 AND a.state = 'done') OR ($10 = 1 AND a.state = 'excused') "
         "OR ($11 = 1 AND a.state = 'tried')) ORDER BY g.path, h.path LIMIT $12";

struct doors {
    struct guard_call *call;
    struct wg_ctx *ctx;
    const struct district *d;
    struct store_snap *snap;
    const struct owners *owners;
    struct guard_scope scope; /* cut to the place asked about */
    wg_day round;
    unsigned states;
    struct wg_str after;
    int limit;
    json_t *items; /* kept by the arena */
    const char *last;
    bool more; /* there is a next page */
};

static void read_door(struct doors *doors, const struct store_rows *rows)
{
    struct wg_ctx *ctx = doors->ctx;
    struct owner owner;
    doors->last = wg_cstr(ctx->arena, store_get_text(rows, 1));
    bool held = owner_of(doors->owners, wg_str(doors->last), &owner);
    const char *state = desk_text(ctx, rows, 7);
    json_array_append_new(doors->items,
                          json_pack("{s:o, s:I, s:s, s:s?, s:o, s:o}", "place", desk_place_json(ctx, rows, 0), "people",
                                    (json_int_t)store_get_int(rows, 6), "state", state ? state : "open", "result",
                                    desk_text(ctx, rows, 8), "at", res_time_json(ctx, store_get_time(rows, 9)), "owner",
                                    held ? owner_json(ctx, &owner) : json_null()));
}

static int read_doors(struct doors *doors, const char *top)
{
    struct wg_str from = wg_str(top);
    struct store_rows *rows;
    bool more;
    if (wg_str_cmp(from, doors->after) < 0) from = doors->after;
    struct store_value values[] = {store_cstr(doors->d->code),
                                   store_cstr(PROGRAMME_SCREENING),
                                   store_day(doors->round),
                                   store_text(wg_str_sub(from, 0, PATH_GRID)),
                                   store_text(from),
                                   store_cstr(guard_scope_end(doors->ctx->arena, top)),
                                   store_text(doors->after),
                                   store_int((doors->states & DOOR_OPEN) != 0),
                                   store_int((doors->states & DOOR_DONE) != 0),
                                   store_int((doors->states & DOOR_EXCUSED) != 0),
                                   store_int((doors->states & DOOR_TRIED) != 0),
                                   store_int(doors->limit + 1 - (int)json_array_size(doors->items))};
    int rc = store_query(doors->ctx, doors->snap, q_doors, values, 12, &rows);
    while (rc == 0 && (rc = store_next(doors->ctx, rows, &more)) == 0 && more) {
        if (json_array_size(doors->items) == (size_t)doors->limit) {
            store_rows_end(rows);
            doors->more = true;
            return 0;
        }
        read_door(doors, rows);
    }
    return rc;
}

static int read_asking(struct guard_call *call, struct doors *doors)
{
    struct wg_ctx *ctx = call->ctx;
    struct res_page page;
    *doors = (struct doors){.call = call, .ctx = ctx, .d = call->services};
    int rc = desk_may_see_tasks(call);
    if (rc == 0) rc = res_scope_query(call, &doors->scope);
    if (rc == 0) rc = res_page(ctx, call->request, &page);
    if (rc == 0) rc = res_day_query(ctx, call->request, "round", wg_today(ctx), &doors->round);
    if (rc == 0)
        rc = desk_codes(ctx, call->request, "state", state_codes, DOOR_OPEN | DOOR_DONE | DOOR_EXCUSED | DOOR_TRIED,
                        &doors->states);
    if (rc == 0) rc = owners_today(ctx, doors->d, &doors->owners);
    if (rc == 0) rc = store_read(ctx, doors->d->store, &doors->snap);
    if (rc) return rc;
    doors->after = page.after;
    doors->limit = page.limit;
    return 0;
}

static int read_page(struct doors *doors)
{
    const struct guard_scope *scope = &doors->scope;
    int rc = 0;
    doors->items = res_keep(doors->ctx, json_array());
    doors->more = false;
    for (size_t i = 0; i < scope->n && rc == 0 && !doors->more; i++)
        if (wg_str_cmp(wg_str(guard_scope_end(doors->ctx->arena, scope->tops[i])), doors->after) > 0)
            rc = read_doors(doors, scope->tops[i]);
    return rc;
}

int desk_get_households(struct guard_call *call)
{
    struct doors doors;
    int rc = read_asking(call, &doors);
    if (rc == 0) rc = read_page(&doors);
    if (rc) return rc;
    store_read_end(doors.snap);
    return res_answer(call, res_page_json(json_incref(doors.items), doors.more ? doors.last : NULL));
}

/* --- all of them, for a file ------------------------------------------------------------------------------------------------ */

static int next_doors(struct wg_ctx *ctx, void *asking, json_t **ret_items, bool *ret_more)
{
    struct doors *doors = asking;
    doors->ctx = ctx;
    int rc = read_page(doors);
    *ret_items = doors->items;
    *ret_more = doors->more;
    if (rc == 0 && doors->more) doors->after = wg_str_dup(doors->call->ctx->arena, wg_str(doors->last));
    return rc;
}

int desk_each_household(struct guard_call *call, int page_rows, desk_rows_visit visit, void *arg)
{
    struct doors doors;
    int rc = read_asking(call, &doors);
    if (rc) return rc;
    doors.limit = page_rows;
    rc = desk_each_page(call, next_doors, &doors, visit, arg);
    store_read_end(doors.snap);
    return rc;
}
