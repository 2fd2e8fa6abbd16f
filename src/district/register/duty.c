#include <stdlib.h>
#include <string.h>

#include "district/register/register_internal.h"

static const char q_taken[] = "SELECT w.name FROM duty d JOIN worker w ON w.district = d.district AND w.id = d.worker "
                              "WHERE d.district = $1 AND d.path = $2 AND d.superseded = 0 AND d.role = 'lead' AND d.id <> $3 "
                              "AND d.from_day < $5 AND (d.until_day IS NULL OR d.until_day > $4)";
static const char q_insert[] = "INSERT INTO duty (district, id, place, path, worker, role, from_day, until_day, supersedes, "
                               "superseded, recorded, recorded_by) "
                               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11)";
static const char q_get[] =
    "SELECT place, path, worker, role, from_day, until_day FROM duty WHERE district = $1 AND id = $2 AND superseded = 0";
static const char q_supersede[] = "UPDATE duty SET superseded = 1 WHERE district = $1 AND id = $2";
static const char q_worker[] = "SELECT 1 FROM worker WHERE district = $1 AND id = $2 AND active = 1";

/* Own duties and those of whoever one stands in for. The sub-select reads the few absences that name the worker. */
static const char q_tops[] =
    "SELECT path FROM duty WHERE district = $1 AND superseded = 0 AND worker = $2 AND from_day <= $3 AND (until_day IS NULL OR "
    "until_day > $3) "
    "UNION SELECT d.path FROM absence a JOIN duty d ON d.district = a.district AND d.worker = a.worker AND d.superseded = 0 "
    "AND d.role = 'lead' "
    "WHERE a.district = $1 AND a.stand_in = $2 AND a.cancelled = 0 AND a.from_day <= $3 AND a.until_day > $3 "
    "AND d.from_day <= $3 AND (d.until_day IS NULL OR d.until_day > $3) ORDER BY 1";

static int check_duty(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct duty *duty)
{
    struct store_snap *snap = store_tx_snap(tx);
    struct store_rows *rows;
    int64_t known;
    bool found;
    if (duty->from >= duty->until) return wg_refuse(ctx, WG_E_DUTY_DAYS, ctx->lang == WG_ZH ? "起止日期" : "days", NULL, NULL);
    int rc =
        store_number(ctx, snap, q_worker, (struct store_value[]){store_cstr(district), store_id(&duty->worker)}, 2, 0, &known);
    if (rc) return rc;
    if (!known) return wg_refuse(ctx, WG_E_NOT_FOUND, "worker", wg_id_text(ctx->arena, duty->worker), NULL);
    if (!duty->lead) return 0;
    struct store_value values[] = {store_cstr(district), store_cstr(duty->path), store_id(&duty->id), store_int(duty->from),
                                   store_int(duty->until)};
    rc = store_one(ctx, snap, q_taken, values, 5, &rows, &found);
    if (rc || !found) return rc;
    const char *holder = wg_cstr(ctx->arena, store_get_text(rows, 0));
    store_rows_end(rows);
    return wg_refuse(ctx, WG_E_DUTY_TAKEN, "place", holder, NULL);
}

static int write_duty(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct duty *duty,
                      const wg_id *supersedes)
{
    struct store_value values[] = {
        store_cstr(district),         store_id(&duty->id),
        store_id(&duty->place),       store_cstr(duty->path),
        store_id(&duty->worker),      store_cstr(duty->lead ? "lead" : "help"),
        store_day(duty->from),        duty->until == WG_DAY_OPEN ? store_null() : store_day(duty->until),
        store_id(supersedes),         store_time(duty->recorded),
        store_id(&duty->recorded_by),
    };
    return store_exec(ctx, tx, q_insert, values, 11, NULL);
}

int duty_assign(struct wg_ctx *ctx, struct store_tx *tx, const char *district, struct duty *duty)
{
    struct place place;
    int rc = place_get(ctx, store_tx_snap(tx), district, duty->place, &place);
    if (rc) return rc;
    duty->path = place.path;
    if (wg_id_is_nil(duty->id)) duty->id = wg_id_new(ctx->now);
    if (duty->recorded == 0) duty->recorded = ctx->now;
    rc = check_duty(ctx, tx, district, duty);
    return rc ? rc : write_duty(ctx, tx, district, duty, NULL);
}

int duty_end(struct wg_ctx *ctx, struct store_tx *tx, const char *district, wg_id id, wg_day until, wg_id by)
{
    struct store_rows *rows;
    bool found;
    int rc =
        store_one(ctx, store_tx_snap(tx), q_get, (struct store_value[]){store_cstr(district), store_id(&id)}, 2, &rows, &found);
    if (rc) return rc;
    if (!found) return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_id_text(ctx->arena, id), NULL);
    struct duty ended = {
        .id = wg_id_new(ctx->now),
        .place = store_get_id(rows, 0),
        .path = wg_cstr(ctx->arena, store_get_text(rows, 1)),
        .worker = store_get_id(rows, 2),
        .lead = wg_str_is(store_get_text(rows, 3), "lead"),
        .from = store_get_day(rows, 4),
        .until = until,
        .recorded = ctx->now,
        .recorded_by = by,
    };
    store_rows_end(rows);
    /* A duty that ends before it began never held: an empty span stays as the record that it was withdrawn. */
    if (ended.until < ended.from) ended.until = ended.from;
    rc = store_exec(ctx, tx, q_supersede, (struct store_value[]){store_cstr(district), store_id(&id)}, 2, NULL);
    return rc ? rc : write_duty(ctx, tx, district, &ended, &id);
}

int duty_tops(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_id worker, wg_day day,
              const char *const **ret_tops, size_t *ret_n)
{
    const char **tops = NULL;
    struct store_rows *rows;
    size_t n = 0, cap = 0;
    bool more;
    int rc = store_query(ctx, snap, q_tops, (struct store_value[]){store_cstr(district), store_id(&worker), store_day(day)}, 3,
                         &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        struct wg_str path = store_get_text(rows, 0);
        if (n > 0 && wg_str_starts(path, wg_str(tops[n - 1]))) continue; /* lies under the top before it */
        if (n == GUARD_TOPS_MAX) {
            store_rows_end(rows);
            return wg_refuse(ctx, WG_E_TOO_MANY, ctx->lang == WG_ZH ? "包保的地方" : "duties", "512", NULL);
        }
        tops = wg_grow(ctx->arena, tops, &cap, n + 1, sizeof *tops);
        tops[n++] = wg_cstr(ctx->arena, path);
    }
    if (rc) return rc;
    *ret_tops = tops;
    *ret_n = n;
    return 0;
}
