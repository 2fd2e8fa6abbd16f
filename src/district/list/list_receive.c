/* A file comes in: recognised if it came before, kept, its head read, its columns guessed; then confirmed and started. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "district/list/list_internal.h"

static const char q_insert[] =
    "INSERT INTO list (district, id, name, source, programme, received, worker, due, file_name, file_digest, file_bytes, "
    "shape, columns, state, job, "
    "measure, weights, n_rows, n_matched, n_new, n_review, n_rejected, n_dispatched, n_reached, n_closed) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9, $10, $11, NULL, 'mapping', NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0)";
static const char q_start[] = "UPDATE list SET columns = $3, due = $4, name = $5, source = $6, state = 'working', job = $7 "
                              "WHERE district = $1 AND id = $2 "
                              "AND state = 'mapping'";
static const char q_remember[] =
    "INSERT INTO source_columns (district, source, header, columns, at) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (district, source, header) DO UPDATE SET columns = excluded.columns, at = excluded.at";
static const char q_known[] = "SELECT name, received FROM list WHERE district = $1 AND file_digest = $2 AND id <> $3 AND state "
                              "IN ('working', 'open', 'closed') "
                              "ORDER BY received DESC";

static struct wg_str digest_of(struct wg_ctx *ctx, struct wg_str bytes)
{
    unsigned char *hash = wg_alloc(ctx->arena, crypto_generichash_BYTES);
    (void)crypto_generichash(hash, crypto_generichash_BYTES, (const unsigned char *)bytes.p, bytes.n, NULL, 0);
    return (struct wg_str){(const char *)hash, crypto_generichash_BYTES};
}

static json_t *shape_json(const struct tab_shape *shape)
{
    static const char *const formats[] = {"csv", "xlsx", "xls"};
    json_t *header = json_array(), *others = json_array();
    for (size_t c = 0; c < shape->columns; c++)
        json_array_append_new(header, json_stringn(shape->header[c].p, shape->header[c].n));
    for (size_t s = 0; shape->other_sheets && shape->other_sheets[s]; s++)
        json_array_append_new(others, json_string(shape->other_sheets[s]));
    char delimiter[2] = {shape->delimiter, 0};
    return json_pack("{s:s, s:s, s:o, s:s, s:o, s:I, s:I, s:o}", "format", formats[shape->format], "encoding", shape->encoding,
                     "delimiter", shape->delimiter ? json_string(delimiter) : json_null(), "sheet", shape->sheet,
                     "other_sheets", others, "title_rows", (json_int_t)shape->title_rows, "header_row",
                     (json_int_t)shape->header_row, "header", header);
}

struct receiving {
    const struct district *d;
    const struct list_new *what;
    wg_id id;
    struct wg_str digest;
    char *shape;
};

static int write_list(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct receiving *r = arg;
    struct store_value values[] = {
        store_cstr(r->d->code),         store_id(&r->id),
        store_cstr(r->what->name),      store_cstr(r->what->source),
        store_cstr(r->what->programme), store_time(ctx->now),
        store_id(&r->what->worker),     store_cstr(r->what->file_name),
        store_bytes(r->digest),         store_int((int64_t)r->what->bytes.n),
        store_cstr(r->shape),
    };
    return store_exec(ctx, tx, q_insert, values, 11, NULL);
}

int list_receive(struct wg_ctx *ctx, const struct district *d, const struct list_new *what, wg_id *ret_id)
{
    struct receiving r = {.d = d, .what = what, .id = wg_id_new(ctx->now)};
    struct tab_limits limits = tab_limits_default();
    struct tab_reader *reader;
    limits.max_columns = LIST_COLUMNS_MAX;
    if (!programme_named(d->programmes, wg_str(what->programme)))
        return wg_refuse(ctx, WG_E_BAD_FIELD, "programme", what->programme, NULL);
    int rc = tab_open_bytes(ctx, what->bytes, &limits, &reader);
    if (rc) return rc;
    json_t *shape = res_keep(ctx, shape_json(tab_shape(reader)));
    json_object_set_new(shape, "bytes", json_integer((json_int_t)what->bytes.n));
    r.shape = json_dumps(shape, JSON_COMPACT);
    r.digest = digest_of(ctx, what->bytes);
    rc = list_file_keep(ctx, d, r.id, what->bytes);
    if (rc == 0) rc = store_write(ctx, d->store, write_list, &r);
    free(r.shape);
    if (rc)
        list_file_forget(d, r.id);
    else
        *ret_id = r.id;
    return rc;
}

/* --- starting ------------------------------------------------------------------------------------------------------------------------ */

struct starting {
    const struct district *d;
    const struct list_start *start;
    struct list_head head;
    json_t *columns;
    wg_id job;
};

static int refuse_known(struct wg_ctx *ctx, struct store_snap *snap, const struct starting *s)
{
    struct store_rows *rows;
    bool found;
    struct store_value values[] = {store_cstr(s->d->code), store_bytes(s->head.digest), store_id(&s->head.id)};
    int rc = store_one(ctx, snap, q_known, values, 3, &rows, &found);
    if (rc || !found) return rc;
    const char *name = wg_cstr(ctx->arena, store_get_text(rows, 0));
    const char *day = wg_day_text(ctx->arena, wg_day_of(store_get_time(rows, 1), ctx->zone));
    store_rows_end(rows);
    return wg_refuse(ctx, WG_E_LIST_KNOWN, "file", day, name);
}

static int write_start(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct starting *s = arg;
    int64_t changed;
    int rc = s->start->again ? 0 : refuse_known(ctx, store_tx_snap(tx), s);
    if (rc) return rc;
    json_t *args = res_keep(ctx, json_pack("{s:s}", "list", wg_id_text(ctx->arena, s->head.id)));
    struct job_new job = {.kind = "list.import", .worker = s->start->worker, .path = "", .args = args, .lang = s->start->lang};
    /* Without an engine (command line) the caller runs it itself. */
    if (s->d->jobs.engine) rc = job_add(ctx, tx, s->d->code, &job, &s->job);
    if (rc) return rc;
    const char *name = s->start->name ? s->start->name : s->head.name,
               *source = s->start->source ? s->start->source : s->head.source;
    char *columns = json_dumps(s->columns, JSON_COMPACT);
    char *header_text = json_dumps(json_object_get(s->head.shape, "header"), JSON_COMPACT);
    struct wg_str header = digest_of(ctx, wg_str(header_text));
    free(header_text);
    struct store_value values[] = {store_cstr(s->d->code),    store_id(&s->head.id), store_cstr(columns),
                                   store_time(s->start->due), store_cstr(name),      store_cstr(source),
                                   store_id(&s->job)};
    rc = store_exec(ctx, tx, q_start, values, 7, &changed);
    if (rc == 0 && changed == 0) rc = wg_refuse(ctx, WG_E_LIST_STATE, NULL, s->head.state, NULL);
    struct store_value memory[] = {store_cstr(s->d->code), store_cstr(source), store_bytes(header), store_cstr(columns),
                                   store_time(ctx->now)};
    if (rc == 0) rc = store_exec(ctx, tx, q_remember, memory, 5, NULL);
    free(columns);
    return rc;
}

static int confirmed_columns(struct wg_ctx *ctx, struct starting *s)
{
    size_t n = json_array_size(json_object_get(s->head.shape, "header"));
    bool says_who = false;
    if (s->start->n_columns != n) return wg_refuse(ctx, WG_E_BAD_FIELD, "columns", wg_fmt(ctx->arena, "%zu", n), NULL);
    s->columns = res_keep(ctx, json_array());
    for (size_t i = 0; i < n; i++) {
        enum column_kind kind;
        if (!column_kind_from_code(wg_str(s->start->columns[i]), &kind))
            return wg_refuse(ctx, WG_E_BAD_FIELD, wg_fmt(ctx->arena, "columns[%zu]", i), s->start->columns[i], NULL);
        says_who = says_who || kind == COLUMN_NAME || kind == COLUMN_SURNAME || kind == COLUMN_IDNO || kind == COLUMN_PHONE;
        json_array_append_new(s->columns, json_string(s->start->columns[i]));
    }
    return says_who ? 0 : wg_refuse(ctx, WG_E_MATCH_NOTHING, "columns", NULL, NULL);
}

int list_start(struct wg_ctx *ctx, const struct district *d, wg_id list, const struct list_start *start, wg_id *ret_job)
{
    struct starting s = {.d = d, .start = start};
    struct store_snap *snap;
    int rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = list_head_get(ctx, snap, d, list, &s.head);
    if (rc) return rc;
    store_read_end(snap);
    if (strcmp(s.head.state, "mapping") != 0) return wg_refuse(ctx, WG_E_LIST_STATE, NULL, s.head.state, NULL);
    if (start->due <= ctx->now)
        return wg_refuse(ctx, WG_E_BAD_FIELD, ctx->lang == WG_ZH ? "完成期限" : "due",
                         ctx->lang == WG_ZH ? "应在将来" : "it must lie ahead", NULL);
    rc = confirmed_columns(ctx, &s);
    if (rc == 0) rc = store_write(ctx, d->store, write_start, &s);
    if (rc) return rc;
    if (d->jobs.engine) job_wake(d->jobs.engine);
    *ret_job = s.job;
    return 0;
}

/* --- ending ---------------------------------------------------------------------------------------------------------------------------- */

static const char q_state[] = "UPDATE list SET state = $3 WHERE district = $1 AND id = $2";
static const char q_open_tasks[] =
    "SELECT DISTINCT r.enrolment FROM list_row r WHERE r.district = $1 AND r.list = $2 AND r.stage = 'dispatched' AND NOT "
    "EXISTS "
    "(SELECT 1 FROM list_row o JOIN list l ON l.district = o.district AND l.id = o.list WHERE o.district = r.district "
    "AND o.enrolment = r.enrolment AND o.list <> r.list AND l.state = 'open')";

/* Tasks that only this list asks for end with it. */
static int withdraw_tasks(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id list)
{
    struct store_rows *rows;
    wg_id *tasks = NULL;
    size_t n = 0, cap = 0;
    bool more;
    int rc = store_query(ctx, store_tx_snap(tx), q_open_tasks, (struct store_value[]){store_cstr(d->code), store_id(&list)}, 2,
                         &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        tasks = wg_grow(ctx->arena, tasks, &cap, n + 1, sizeof *tasks);
        tasks[n++] = store_get_id(rows, 0);
    }
    for (size_t i = 0; rc == 0 && i < n; i++) rc = enrolment_withdraw(ctx, tx, d, tasks[i]);
    return rc;
}

int list_reopen(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id list)
{
    struct list_head head;
    int rc = list_head_get(ctx, store_tx_snap(tx), d, list, &head);
    if (rc) return rc;
    if (strcmp(head.state, "closed") != 0) return wg_refuse(ctx, WG_E_LIST_STATE, NULL, head.state, NULL);
    return store_exec(ctx, tx, q_state, (struct store_value[]){store_cstr(d->code), store_id(&list), store_cstr("open")}, 3,
                      NULL);
}

int list_close(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id list, const char *state)
{
    struct list_head head;
    int rc = list_head_get(ctx, store_tx_snap(tx), d, list, &head);
    if (rc) return rc;
    bool cancelling = strcmp(state, "cancelled") == 0;
    if (strcmp(head.state, "closed") == 0 || strcmp(head.state, "cancelled") == 0 ||
        (!cancelling && strcmp(head.state, "open") != 0))
        return wg_refuse(ctx, WG_E_LIST_STATE, NULL, head.state, NULL);
    if (cancelling) rc = withdraw_tasks(ctx, tx, d, list);
    if (rc) return rc;
    return store_exec(ctx, tx, q_state, (struct store_value[]){store_cstr(d->code), store_id(&list), store_cstr(state)}, 3,
                      NULL);
}
