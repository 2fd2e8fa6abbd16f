#include <string.h>

#include "district/programme/programme_internal.h"

#define ENROLMENT_COLUMNS                                                                                                      \
    "id, programme, person, path, worker, opened, due, state, result, closed, observation, previous, tries"

static const char q_get[] = "SELECT " ENROLMENT_COLUMNS " FROM enrolment WHERE district = $1 AND id = $2";
static const char q_open[] =
    "SELECT " ENROLMENT_COLUMNS " FROM enrolment WHERE district = $1 AND programme = $2 AND person = $3 AND state = 'open'";
static const char q_next[] =
    "SELECT " ENROLMENT_COLUMNS " FROM enrolment WHERE district = $1 AND previous = $2 ORDER BY opened DESC";
static const char q_insert[] = "INSERT INTO enrolment (district, id, programme, person, path, worker, opened, due, state, "
                               "result, closed, observation, previous, tries) "
                               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
static const char q_finish[] =
    "UPDATE enrolment SET state = $3, result = $4, closed = $5, observation = $6 WHERE district = $1 AND id = $2";
static const char q_reopen[] =
    "UPDATE enrolment SET state = 'open', result = NULL, closed = NULL, observation = NULL WHERE district = $1 AND id = $2";
static const char q_due[] = "UPDATE enrolment SET due = $3 WHERE district = $1 AND id = $2";
static const char q_tries[] = "UPDATE enrolment SET tries = $3 WHERE district = $1 AND id = $2";
static const char q_place[] = "UPDATE enrolment SET worker = $3, path = $4 WHERE district = $1 AND id = $2";

wg_time enrolment_deadline(wg_time due)
{
    return (due + WG_HOUR - 1) / WG_HOUR * WG_HOUR;
}

static void enrolment_read(struct wg_ctx *ctx, const struct store_rows *rows, struct enrolment *ret)
{
    *ret = (struct enrolment){
        .id = store_get_id(rows, 0),
        .programme = wg_cstr(ctx->arena, store_get_text(rows, 1)),
        .person = store_get_id(rows, 2),
        .path = wg_cstr(ctx->arena, store_get_text(rows, 3)),
        .worker = store_get_id(rows, 4),
        .opened = store_get_time(rows, 5),
        .due = store_get_time(rows, 6),
        .state = wg_cstr(ctx->arena, store_get_text(rows, 7)),
        .result = store_is_null(rows, 8) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, 8)),
        .closed = store_get_time(rows, 9),
        .observation = store_get_id(rows, 10),
        .previous = store_get_id(rows, 11),
        .tries = (int)store_get_int(rows, 12),
    };
}

static int find(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const struct store_value *values, size_t n,
                struct enrolment *ret, bool *ret_found)
{
    struct store_rows *rows;
    int rc = store_one(ctx, snap, sql, values, n, &rows, ret_found);
    if (rc || !*ret_found) return rc;
    enrolment_read(ctx, rows, ret);
    store_rows_end(rows);
    return 0;
}

int enrolment_get(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, wg_id id, struct enrolment *ret)
{
    bool found;
    int rc = find(ctx, snap, q_get, (struct store_value[]){store_cstr(d->code), store_id(&id)}, 2, ret, &found);
    if (rc) return rc;
    return found ? 0 : wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_id_text(ctx->arena, id), NULL);
}

int enrolment_open_of(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const char *programme,
                      wg_id person, struct enrolment *ret, bool *ret_found)
{
    return find(ctx, snap, q_open, (struct store_value[]){store_cstr(d->code), store_cstr(programme), store_id(&person)}, 3,
                ret, ret_found);
}

int enrolment_next_of(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, wg_id previous,
                      struct enrolment *ret, bool *ret_found)
{
    return find(ctx, snap, q_next, (struct store_value[]){store_cstr(d->code), store_id(&previous)}, 2, ret, ret_found);
}

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

/* Takes the enrolment out of its sums (sign -1) or puts it in (+1). */
static void note(const struct district *d, const struct enrolment *e, int sign)
{
    bool done = is(e->state, "done"), excused = is(e->state, "excused") || is(e->state, "passed");
    programme_sums_note(d->sums, e->programme, programme_round_of(e->due), wg_str(e->path), sign, done ? sign : 0,
                        excused ? sign : 0);
}

int enrolment_write(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct enrolment *e)
{
    struct store_value values[] = {
        store_cstr(d->code),   store_id(&e->id),          store_cstr(e->programme), store_id(&e->person), store_cstr(e->path),
        store_id(&e->worker),  store_time(e->opened),     store_time(e->due),       store_cstr(e->state), store_cstr(e->result),
        store_time(e->closed), store_id(&e->observation), store_id(&e->previous),   store_int(e->tries),
    };
    int rc = store_exec(ctx, tx, q_insert, values, 14, NULL);
    if (rc == 0) note(d, e, 1);
    return rc;
}

static int bring_forward(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, struct enrolment *e, wg_time due)
{
    if (due >= e->due) return 0;
    int rc =
        store_exec(ctx, tx, q_due, (struct store_value[]){store_cstr(d->code), store_id(&e->id), store_time(due)}, 3, NULL);
    if (rc) return rc;
    note(d, e, -1);
    e->due = due;
    note(d, e, 1);
    return 0;
}

int enrol(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct programme *programme, wg_id person,
          struct wg_str path, wg_time due, wg_id *ret_id, bool *ret_new)
{
    struct enrolment e;
    bool found;
    due = enrolment_deadline(due);
    int rc = enrolment_open_of(ctx, store_tx_snap(tx), d, programme->code, person, &e, &found);
    if (rc == 0 && found) {
        rc = bring_forward(ctx, tx, d, &e, due);
    } else if (rc == 0) {
        e = (struct enrolment){
            .id = wg_id_new(ctx->now),
            .person = person,
            .programme = programme->code,
            .path = wg_cstr(ctx->arena, path),
            .state = "open",
            .opened = ctx->now,
            .due = due,
            .closed = WG_TIME_NONE,
        };
        rc = enrolment_write(ctx, tx, d, &e);
    }
    if (rc) return rc;
    *ret_id = e.id;
    *ret_new = !found;
    return 0;
}

int enrolment_finish(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, struct enrolment *e,
                     const struct enrolment_end *end, const struct enrolment *next)
{
    struct store_value values[] = {store_cstr(d->code),     store_id(&e->id),     store_cstr(end->state),
                                   store_cstr(end->result), store_time(ctx->now), store_id(end->observation)};
    int rc = store_exec(ctx, tx, q_finish, values, 6, NULL);
    if (rc) return rc;
    note(d, e, -1);
    e->state = end->state;
    e->result = end->result;
    e->closed = ctx->now;
    e->observation = end->observation ? *end->observation : (wg_id){0};
    note(d, e, 1);
    return programme_tell(ctx, tx, d, e, next);
}

int enrolment_reopen(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, struct enrolment *e)
{
    int rc = store_exec(ctx, tx, q_reopen, (struct store_value[]){store_cstr(d->code), store_id(&e->id)}, 2, NULL);
    if (rc) return rc;
    note(d, e, -1);
    e->state = "open";
    e->result = NULL;
    e->closed = WG_TIME_NONE;
    e->observation = (wg_id){0};
    note(d, e, 1);
    rc = programme_tell(ctx, tx, d, e, NULL);
    /* Who heard of it may have ended it at once: nobody asks for it any more. */
    return rc ? rc : enrolment_get(ctx, store_tx_snap(tx), d, e->id, e);
}

int enrolment_tried(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct enrolment *e, int tries)
{
    return store_exec(ctx, tx, q_tries, (struct store_value[]){store_cstr(d->code), store_id(&e->id), store_int(tries)}, 3,
                      NULL);
}

int enrolment_withdraw(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id id)
{
    struct enrolment e;
    int rc = enrolment_get(ctx, store_tx_snap(tx), d, id, &e);
    if (rc || !is(e.state, "open")) return rc;
    return enrolment_finish(ctx, tx, d, &e, &(struct enrolment_end){"excused", "withdrawn", NULL}, NULL);
}

int enrolment_assign(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id id, wg_id worker,
                     const char *path)
{
    struct enrolment e;
    int rc = enrolment_get(ctx, store_tx_snap(tx), d, id, &e);
    if (rc) return rc;
    if (!is(e.state, "open")) return wg_refuse(ctx, WG_E_TASK_CLOSED, NULL, NULL, NULL);
    const char *to = path ? path : e.path;
    struct store_value values[] = {store_cstr(d->code), store_id(&id), store_id(&worker), store_cstr(to)};
    rc = store_exec(ctx, tx, q_place, values, 4, NULL);
    if (rc) return rc;
    note(d, &e, -1);
    e.path = to;
    e.worker = worker;
    note(d, &e, 1);
    return programme_tell(ctx, tx, d, &e, NULL);
}
