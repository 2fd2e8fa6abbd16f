#include "district/programme/programme_internal.h"

static const char q_is_open[] =
    "SELECT 1 FROM tally WHERE district = $1 AND programme = $2 AND round = $3 AND level = 0 AND path = ''";
/* The roster: every household standing. Counted by grid; the levels above are sums of these. */
static const char q_roster[] =
    "SELECT substr(path, 1, 9), count(*) FROM place WHERE district = $1 AND level = 7 AND valid_from <= $2 "
    "AND (valid_until IS NULL OR valid_until > $2) GROUP BY substr(path, 1, 9)";
/* Households that went or came while the round was open are not chased: the roster is as it stood at its opening. */

int programme_round_open(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct programme *programme,
                         wg_day day)
{
    struct store_snap *snap = store_tx_snap(tx);
    struct store_rows *rows;
    int64_t open;
    bool more;
    if (programme_round_known(d->sums, programme->code, day)) return 0;
    struct store_value key[] = {store_cstr(d->code), store_cstr(programme->code), store_day(day)};
    int rc = store_number(ctx, snap, q_is_open, key, 3, 0, &open);
    if (rc) return rc;
    if (!open) {
        rc = store_query(ctx, snap, q_roster, (struct store_value[]){store_cstr(d->code), store_day(day)}, 2, &rows);
        while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more)
            programme_sums_note(d->sums, programme->code, day, store_get_text(rows, 0), (int)store_get_int(rows, 1), 0, 0);
        if (rc) return rc;
    }
    programme_round_remember(d->sums, programme->code, day);
    return 0;
}

/* --- remaking what is derived -------------------------------------------------------------------------------------------------- */

static const char q_drop_answers[] = "DELETE FROM answer WHERE district = $1";
static const char q_drop_hours[] = "DELETE FROM tally_hour WHERE district = $1";
static const char q_drop_once[] = "DELETE FROM tally WHERE district = $1 AND programme = $2";
static const char q_zero_daily[] = "UPDATE tally SET done = 0, excused = 0 WHERE district = $1 AND programme = $2";
static const char q_answers[] = "INSERT INTO answer (district, programme, round, path, observation, state, result, at) "
                                "SELECT district, programme, round, path, id, CASE effect WHEN 'tried' THEN 'tried' WHEN "
                                "'excused' THEN 'excused' ELSE 'done' END, result, at FROM ("
                                "SELECT o.*, row_number() OVER (PARTITION BY o.programme, o.round, o.path ORDER BY CASE "
                                "o.effect WHEN 'tried' THEN 1 ELSE 0 END, o.at DESC, o.id DESC) "
                                "AS place_in_line FROM observation o WHERE o.district = $1 AND o.programme = $2 AND o.round IS "
                                "NOT NULL AND o.effect IN ('done', 'excused', 'tried') "
                                "AND NOT EXISTS (SELECT 1 FROM observation s WHERE s.district = o.district AND s.supersedes = "
                                "o.id)) AS ranked WHERE place_in_line = 1";
static const char q_sum_answers[] =
    "SELECT round, substr(path, 1, 9), sum(CASE state WHEN 'done' THEN 1 ELSE 0 END), "
    "sum(CASE state WHEN 'excused' THEN 1 ELSE 0 END) FROM answer WHERE district = $1 AND programme = $2 "
    "GROUP BY round, substr(path, 1, 9)";
static const char q_sum_enrolments[] =
    "SELECT due / 3600000, substr(path, 1, 9), count(*), sum(CASE state WHEN 'done' THEN 1 ELSE 0 END), "
    "sum(CASE WHEN state IN ('excused', 'passed') THEN 1 ELSE 0 END) FROM enrolment WHERE district = $1 AND programme = $2 "
    "GROUP BY due / 3600000, substr(path, 1, 9)";
static const char q_hours[] =
    "SELECT path, at FROM answer WHERE district = $1 AND programme = $2 AND state <> 'tried' AND round = $3";
static const char q_rounds[] = "SELECT DISTINCT round FROM answer WHERE district = $1 AND programme = $2 ORDER BY round";

static int note_all(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct programme *programme)
{
    struct store_rows *rows;
    bool more;
    struct store_value values[] = {store_cstr(d->code), store_cstr(programme->code)};
    int rc = store_query(ctx, store_tx_snap(tx), programme->daily ? q_sum_answers : q_sum_enrolments, values, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        int due = programme->daily ? 0 : (int)store_get_int(rows, 2);
        int at = programme->daily ? 2 : 3;
        programme_sums_note(d->sums, programme->code, (int32_t)store_get_int(rows, 0), store_get_text(rows, 1), due,
                            (int)store_get_int(rows, at), (int)store_get_int(rows, at + 1));
    }
    return rc;
}

static int note_hours(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct programme *programme,
                      wg_day day)
{
    struct store_rows *rows;
    bool more;
    struct store_value values[] = {store_cstr(d->code), store_cstr(programme->code), store_day(day)};
    int rc = store_query(ctx, store_tx_snap(tx), q_hours, values, 3, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more)
        programme_sums_hour(d->sums, programme->code, day, programme_hour(store_get_time(rows, 1), day, ctx->zone),
                            store_get_text(rows, 0), 1);
    return rc;
}

static int rebuild_daily(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct programme *programme)
{
    struct store_value values[] = {store_cstr(d->code), store_cstr(programme->code)};
    struct store_rows *rows;
    wg_day *days = NULL;
    size_t n = 0, cap = 0;
    bool more;
    int rc = store_exec(ctx, tx, q_zero_daily, values, 2, NULL);
    if (rc == 0) rc = store_exec(ctx, tx, q_answers, values, 2, NULL);
    if (rc == 0) rc = store_query(ctx, store_tx_snap(tx), q_rounds, values, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        days = wg_grow(ctx->arena, days, &cap, n + 1, sizeof *days);
        days[n++] = store_get_day(rows, 0);
    }
    for (size_t i = 0; i < n && rc == 0; i++) rc = note_hours(ctx, tx, d, programme, days[i]);
    return rc;
}

int programme_rebuild(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d)
{
    struct store_value district[] = {store_cstr(d->code)};
    int rc = store_exec(ctx, tx, q_drop_answers, district, 1, NULL);
    if (rc == 0) rc = store_exec(ctx, tx, q_drop_hours, district, 1, NULL);
    for (size_t i = 0; i < programme_count(d->programmes) && rc == 0; i++) {
        const struct programme *programme = programme_at(d->programmes, i);
        struct store_value values[] = {store_cstr(d->code), store_cstr(programme->code)};
        rc = programme->daily ? rebuild_daily(ctx, tx, d, programme) : store_exec(ctx, tx, q_drop_once, values, 2, NULL);
        if (rc == 0) rc = note_all(ctx, tx, d, programme);
    }
    return rc;
}

int programme_hour(wg_time at, wg_day day, int zone)
{
    wg_time since = at - wg_day_start(day, zone);
    if (since < 0) return 0;
    return since >= WG_DAY_MS ? 23 : (int)(since / WG_HOUR);
}
