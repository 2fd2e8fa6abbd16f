/* The edge of lists. */
#include <stdlib.h>
#include <string.h>

#include "district/list/list_internal.h"

/* --- bringing one ---------------------------------------------------------------------------------------------------------------- */

static const char *upload_field(struct wg_ctx *ctx, const struct http_upload *upload, const char *name)
{
    for (size_t i = 0; i < upload->n_fields; i++)
        if (wg_str_is(upload->fields[i].name, name)) {
            struct wg_str value = wg_str_trim(upload->fields[i].value);
            return value.n ? wg_cstr(ctx->arena, value) : NULL;
        }
    return NULL;
}

static int answer_list(struct guard_call *call, wg_id id);

static int post_list(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct http_upload upload;
    wg_id id;
    int rc = http_multipart(ctx, call->request, &upload);
    if (rc) return rc;
    const char *file = wg_cstr(ctx->arena, upload.file_name), *dot = strrchr(file, '.');
    const char *name = upload_field(ctx, &upload, "name"), *source = upload_field(ctx, &upload, "source"),
               *programme = upload_field(ctx, &upload, "programme");
    const char *stem = dot && dot != file ? wg_fmt(ctx->arena, "%.*s", (int)(dot - file), file) : file;
    struct list_new what = {.name = name ? name : stem,
                            .source = source ? source : stem,
                            .file_name = file,
                            .programme = programme ? programme : "list_follow_up",
                            .bytes = upload.bytes,
                            .worker = call->who->worker};
    if (wg_utf8_count(wg_str(what.name)) > 100) return wg_refuse(ctx, WG_E_FIELD_TOO_LONG, "name", "100", NULL);
    if (wg_utf8_count(wg_str(what.source)) > 100) return wg_refuse(ctx, WG_E_FIELD_TOO_LONG, "source", "100", NULL);
    rc = list_receive(ctx, d, &what, &id);
    return rc ? rc : answer_list(call, id);
}

static const char q_sources[] =
    "SELECT source FROM list WHERE district = $1 GROUP BY source ORDER BY max(received) DESC LIMIT 50";

static int get_sources(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_snap *snap;
    struct store_rows *rows;
    bool more;
    json_t *items = res_keep(ctx, json_array());
    (void)list_index_await(ctx, d, call->who->worker); /* while the file is chosen and its columns are confirmed */
    int rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = store_query(ctx, snap, q_sources, (struct store_value[]){store_cstr(d->code)}, 1, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more)
        json_array_append_new(items, json_string(wg_cstr(ctx->arena, store_get_text(rows, 0))));
    return rc ? rc : res_answer(call, json_pack("{s:O}", "items", items));
}

/* --- one list -------------------------------------------------------------------------------------------------------------------- */

static int answer_list(struct guard_call *call, wg_id id)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_snap *snap;
    struct list_head head;
    json_t *json = NULL;
    int rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = list_head_get(ctx, snap, d, id, &head);
    if (rc == 0) rc = list_one_json(call, snap, &head, &json);
    return rc ? rc : res_answer(call, json);
}

/* --- whose it is: list P8 ------------------------------------------------------------------------------------------------------------- */

bool list_is_theirs(const struct guard_call *call, const struct list_head *head)
{
    return wg_id_eq(head->worker, call->who->worker) || guard_in_scope(&call->who->scope, WG_STR(""));
}

static const char q_row_within[] =
    "SELECT 1 FROM list_row WHERE district = $1 AND list = $2 AND path >= $3 AND path < $4 LIMIT 1";

static int refuse_unseen(const struct guard_call *call, struct store_snap *snap, const struct list_head *head)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    if (list_is_theirs(call, head)) return 0;
    for (size_t i = 0; i < call->who->scope.n; i++) {
        const char *top = call->who->scope.tops[i];
        struct store_value values[] = {store_cstr(d->code), store_id(&head->id), store_cstr(top),
                                       store_cstr(guard_scope_end(ctx->arena, top))};
        int64_t found;
        int rc = store_number(ctx, snap, q_row_within, values, 4, 0, &found);
        if (rc || found) return rc;
    }
    return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
}

/* The list that the address names, which the caller may see. */
static int seen_list(struct guard_call *call, struct store_snap *snap, struct list_head *ret)
{
    const struct district *d = call->services;
    wg_id id;
    int rc = res_id_param(call->ctx, call->request, 0, &id);
    if (rc == 0) rc = list_head_get(call->ctx, snap, d, id, ret);
    return rc ? rc : refuse_unseen(call, snap, ret);
}

/* ... and may start or end. */
static int own_list(struct guard_call *call, struct list_head *ret)
{
    const struct district *d = call->services;
    struct store_snap *snap;
    wg_id id;
    int rc = res_id_param(call->ctx, call->request, 0, &id);
    if (rc == 0) rc = store_read(call->ctx, d->store, &snap);
    if (rc) return rc;
    rc = list_head_get(call->ctx, snap, d, id, ret);
    store_read_end(snap);
    if (rc == 0 && !list_is_theirs(call, ret)) rc = wg_refuse(call->ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    return rc;
}

static int get_list(struct guard_call *call)
{
    const struct district *d = call->services;
    struct store_snap *snap;
    struct list_head head;
    json_t *json;
    int rc = store_read(call->ctx, d->store, &snap);
    if (rc == 0) rc = seen_list(call, snap, &head);
    if (rc == 0) rc = list_one_json(call, snap, &head, &json);
    return rc ? rc : res_answer(call, json);
}

static int get_lists(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_snap *snap;
    struct res_page page;
    json_t *json;
    struct wg_str state = http_query(call->request, "state");
    int rc = res_page(ctx, call->request, &page);
    if (rc == 0 && guard_may(call->who, RIGHT_LIST_IMPORT)) (void)list_index_await(ctx, d, call->who->worker);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc == 0)
        rc = list_page_json(ctx, d, snap,
                            &(struct list_page){.scope = &call->who->scope,
                                                .by = &call->who->worker,
                                                .reader = call->who,
                                                .state = state.n ? wg_cstr(ctx->arena, state) : NULL,
                                                .after = page.after,
                                                .limit = page.limit},
                            &json);
    return rc ? rc : res_answer(call, json);
}

/* --- starting, ending ---------------------------------------------------------------------------------------------------------------- */

static int post_start(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct list_start start = {.worker = call->who->worker, .lang = ctx->lang};
    struct job_status status;
    struct list_head head;
    const char *due;
    json_t *body;
    wg_id job;
    int rc = own_list(call, &head);
    if (rc == 0) rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = res_text_member(ctx, body, "due", 40, &due);
    if (rc == 0) rc = res_text_member(ctx, body, "name", 100, &start.name);
    if (rc == 0) rc = res_text_member(ctx, body, "source", 100, &start.source);
    if (rc) return rc;
    if (!due || !wg_time_parse(wg_str(due), &start.due))
        return wg_refuse(ctx, WG_E_BAD_FIELD, ctx->lang == WG_ZH ? "完成期限" : "due", "2020-02-15T08:00:00+08:00", NULL);
    const json_t *columns = json_object_get(body, "columns");
    start.n_columns = json_array_size(columns);
    start.again = json_is_true(json_object_get(body, "again"));
    const char **codes = wg_alloc_n(ctx->arena, start.n_columns, sizeof *codes);
    for (size_t i = 0; i < start.n_columns; i++) {
        const char *code = json_string_value(json_array_get(columns, i));
        codes[i] = code ? code : "";
    }
    start.columns = codes;
    rc = list_start(ctx, d, head.id, &start, &job);
    if (rc == 0) rc = job_look(ctx, d->jobs.engine, job, &status);
    return rc ? rc : res_answer(call, job_json(ctx, &status));
}

struct ending {
    struct guard_call *call;
    const struct district *d;
    wg_id id;
    const char *state;
};

static int write_end(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct ending *e = arg;
    int rc = list_close(ctx, tx, e->d, e->id, e->state);
    return rc ? rc : guard_audit_in(e->call, tx);
}

static int end_list(struct guard_call *call, const char *state)
{
    struct wg_ctx *ctx = call->ctx;
    struct ending e = {.call = call, .d = call->services, .state = state};
    struct list_head head;
    int rc = own_list(call, &head);
    if (rc) return rc;
    e.id = head.id;
    /* A list at work is cancelled through its job, which stops where nothing is half done. */
    if (strcmp(head.state, "working") == 0) {
        if (strcmp(state, "cancelled") != 0) return wg_refuse(ctx, WG_E_LIST_STATE, NULL, head.state, NULL);
        rc = job_cancel(ctx, e.d->jobs.engine, head.job);
        return rc ? rc : answer_list(call, e.id);
    }
    rc = store_write(ctx, e.d->store, write_end, &e);
    if (rc) return rc;
    list_file_forget(e.d, e.id);
    return answer_list(call, e.id);
}

static int post_close(struct guard_call *call)
{
    return end_list(call, "closed");
}

static int write_reopened(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct ending *e = arg;
    int rc = list_reopen(ctx, tx, e->d, e->id);
    return rc ? rc : guard_audit_in(e->call, tx);
}

static int post_reopen(struct guard_call *call)
{
    struct ending e = {.call = call, .d = call->services};
    struct list_head head;
    int rc = own_list(call, &head);
    if (rc) return rc;
    e.id = head.id;
    rc = store_write(call->ctx, e.d->store, write_reopened, &e);
    return rc ? rc : answer_list(call, e.id);
}

static int post_cancel(struct guard_call *call)
{
    return end_list(call, "cancelled");
}

/* --- rows ------------------------------------------------------------------------------------------------------------------------------ */

/* A page's numbers are found first, then only its rows are read. $1 district, $2 list, $3 after, $4 $5 $6 outcome, stage, reason or NULL,
 * $7 $8 range of paths, $9 1: overdue at $10, $11 limit. What is written `COALESCE(x, '')` or `(x + 0)` is hidden from the planner, so that
 * the index meant leads: the numbers themselves, an outcome that few rows have, or a street's rows. */
#define ROWS(lead)                                                                                                             \
    "SELECT r.row, r.name, r.idno_tail, r.phone_tail, r.outcome, r.reason, r.probability, r.stage, r.person, r.path, w.name, " \
    "e.result, e.worker, ew.name, ew.phone, t.id, t.level, t.kind, t.name, t.label "                                           \
    "FROM (SELECT x.row AS row FROM list_row x WHERE x.district = $1 AND x.list = $2 AND " lead                                \
    " AND ($4 IS NULL OR x.outcome = $4) AND ($5 IS NULL OR x.stage = $5) AND ($6 IS NULL OR x.reason = $6) "                  \
    "AND ($9 = 0 OR (x.stage = 'dispatched' AND EXISTS (SELECT 1 FROM enrolment o WHERE o.district = x.district "              \
    "AND o.id = x.enrolment AND o.due <= $10))) ORDER BY 1 LIMIT $11) AS k CROSS JOIN list_row r "                             \
    "LEFT JOIN worker w ON w.district = r.district AND w.id = r.decided_by "                                                   \
    "LEFT JOIN enrolment e ON e.district = r.district AND e.id = r.enrolment "                                                 \
    "LEFT JOIN worker ew ON ew.district = e.district AND ew.id = e.worker "                                                    \
    "LEFT JOIN place t ON t.district = r.district AND t.path = r.path "                                                        \
    "WHERE r.district = $1 AND r.list = $2 AND r.row = k.row ORDER BY k.row"
#define PATHS_HIDDEN "COALESCE(x.path, '') >= $7 AND COALESCE(x.path, '') < $8"
static const char q_rows[] = ROWS("x.row > $3 AND " PATHS_HIDDEN);
static const char q_rows_of_outcome[] = ROWS("x.outcome = $4 AND x.row > $3 AND " PATHS_HIDDEN);
static const char q_rows_of_part[] = ROWS("x.path >= $7 AND x.path < $8 AND (x.row + 0) > $3");

static const char *text_at(struct wg_ctx *ctx, const struct store_rows *rows, int column)
{
    return store_is_null(rows, column) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, column));
}

static json_t *place_of_row(struct wg_ctx *ctx, const struct store_rows *rows, const char *path)
{
    enum { AT = 15 };
    struct place place = {.id = store_get_id(rows, AT),
                          .path = path,
                          .level = (enum place_level)store_get_int(rows, AT + 1),
                          .kind = text_at(ctx, rows, AT + 2),
                          .name = text_at(ctx, rows, AT + 3),
                          .label = text_at(ctx, rows, AT + 4)};
    return store_is_null(rows, AT) ? json_null() : place_ref_json(ctx, &place);
}

static json_t *row_json(struct wg_ctx *ctx, const struct owners *owners, const struct store_rows *rows)
{
    struct owner owner;
    json_t *owner_of_row = NULL;
    struct wg_str path = wg_str_dup(ctx->arena, store_get_text(rows, 9));
    const char *reason = text_at(ctx, rows, 5);
    bool dispatched = !wg_str_is(store_get_text(rows, 7), "waiting");
    if (dispatched && !store_is_null(rows, 12)) {
        owner = (struct owner){.worker = store_get_id(rows, 12),
                               .name = text_at(ctx, rows, 13),
                               .phone = text_at(ctx, rows, 14),
                               .path = path.p,
                               .level = (enum place_level)(path.n / PLACE_STEP)};
        owner_of_row = owner_json(ctx, &owner);
    } else if (dispatched && owner_of(owners, path, &owner)) {
        owner_of_row = owner_json(ctx, &owner);
    }
    return json_pack(
        "{s:I, s:s, s:s?, s:s?, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:s?, s:s?}", "row", (json_int_t)store_get_int(rows, 0),
        "name", text_at(ctx, rows, 1), "idno_tail", text_at(ctx, rows, 2), "phone_tail", text_at(ctx, rows, 3), "outcome",
        text_at(ctx, rows, 4), "reason", reason, "reason_text", list_reason_text(reason, ctx->lang), "probability",
        store_is_null(rows, 6) ? json_null() : json_real(store_get_real(rows, 6)), "stage", text_at(ctx, rows, 7), "person",
        res_id_json(ctx, store_get_id(rows, 8)), "place", place_of_row(ctx, rows, path.p), "owner",
        owner_of_row ? owner_of_row : json_null(), "decided_by", text_at(ctx, rows, 10), "result", text_at(ctx, rows, 11));
}

static struct store_value filter(struct wg_ctx *ctx, const struct http_request *request, const char *name)
{
    struct wg_str value = http_query(request, name);
    return value.n ? store_text(wg_str_dup(ctx->arena, value)) : store_null();
}

struct numbered {
    int64_t row;
    json_t *json; /* kept by the arena */
};
struct numbered_rows {
    struct numbered *items;
    size_t n, cap;
};

static int by_number(const void *left, const void *right)
{
    const struct numbered *a = left, *b = right;
    return (a->row > b->row) - (a->row < b->row);
}

/* Of the whole list the numbers lead; of a part of the district its rows, unless only a few of the list have the outcome asked for. */
static const char *rows_query(const struct http_request *request, const char *top)
{
    struct wg_str outcome = http_query(request, "outcome");
    bool few = wg_str_is(outcome, "review") || wg_str_is(outcome, "rejected");
    if (few || (outcome.n && !*top)) return q_rows_of_outcome;
    return *top ? q_rows_of_part : q_rows;
}

/* The rows under one top from $3 on, as many as a page has. */
static int read_rows(struct guard_call *call, struct store_snap *snap, const struct list_head *head,
                     const struct owners *owners, const char *top, int64_t after, int limit, struct numbered_rows *found)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_rows *rows;
    bool more, overdue = wg_str_is(http_query(call->request, "overdue"), "1");
    struct store_value values[] = {store_cstr(d->code),
                                   store_id(&head->id),
                                   store_int(after),
                                   filter(ctx, call->request, "outcome"),
                                   filter(ctx, call->request, "stage"),
                                   filter(ctx, call->request, "reason"),
                                   store_cstr(top),
                                   store_cstr(guard_scope_end(ctx->arena, top)),
                                   store_int(overdue),
                                   store_time(ctx->now),
                                   store_int(limit)};
    int rc = store_query(ctx, snap, rows_query(call->request, top), values, 11, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        found->items = wg_grow(ctx->arena, found->items, &found->cap, found->n + 1, sizeof *found->items);
        found->items[found->n++] = (struct numbered){store_get_int(rows, 0), res_keep(ctx, row_json(ctx, owners, rows))};
    }
    return rc;
}

static int get_rows(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct guard_scope scope;
    struct store_snap *snap;
    struct list_head head;
    const struct owners *owners;
    struct res_page page;
    struct numbered_rows found = {0};
    int64_t after = 0;
    int rc = res_scope_query(call, &scope);
    if (rc == 0) rc = res_page(ctx, call->request, &page);
    if (rc) return rc;
    if (page.after.n && !wg_parse_i64(page.after, 0, INT32_MAX, &after))
        return wg_refuse(ctx, WG_E_BAD_FIELD, "after", NULL, NULL);
    rc = owners_today(ctx, d, &owners);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = seen_list(call, snap, &head);
    for (size_t i = 0; rc == 0 && i < scope.n; i++)
        rc = read_rows(call, snap, &head, owners, scope.tops[i], after, page.limit, &found);
    if (rc) return rc;
    if (found.n) qsort(found.items, found.n, sizeof *found.items, by_number);
    size_t n = found.n < (size_t)page.limit ? found.n : (size_t)page.limit;
    json_t *items = res_keep(ctx, json_array());
    for (size_t i = 0; i < n; i++) json_array_append(items, found.items[i].json);
    guard_note(call, (wg_id){0}, wg_fmt(ctx->arena, "%zu", n));
    const char *next = n > 0 && n == (size_t)page.limit ? wg_fmt(ctx->arena, "%lld", (long long)found.items[n - 1].row) : NULL;
    return res_answer(call, res_page_json(json_incref(items), next));
}

/* --- mending a rejected row -------------------------------------------------------------------------------------------------------------- */

static const char q_full[] =
    "SELECT raw, mended, outcome, reason, path FROM list_row WHERE district = $1 AND list = $2 AND row = $3";

struct full_row {
    struct list_head head;
    int64_t number;
    struct wg_str *cells, *mended;
    size_t n_cells, n_mended;
    const char *outcome, *reason, *path;
};

static int read_full(struct guard_call *call, struct store_snap *snap, struct full_row *ret)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_rows *rows;
    bool found;
    wg_id list;
    *ret = (struct full_row){0};
    int rc = res_id_param(ctx, call->request, 0, &list);
    if (rc) return rc;
    if (!wg_parse_i64(call->request->params[1], 0, INT32_MAX, &ret->number))
        return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    rc = list_head_get(ctx, snap, d, list, &ret->head);
    struct store_value values[] = {store_cstr(d->code), store_id(&list), store_int(ret->number)};
    if (rc == 0) rc = store_one(ctx, snap, q_full, values, 3, &rows, &found);
    if (rc) return rc;
    if (!found || !guard_in_scope(&call->who->scope, store_get_text(rows, 4))) {
        store_rows_end(found ? rows : NULL);
        return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    }
    ret->outcome = wg_cstr(ctx->arena, store_get_text(rows, 2));
    ret->reason = wg_cstr(ctx->arena, store_get_text(rows, 3));
    ret->path = wg_cstr(ctx->arena, store_get_text(rows, 4));
    rc = list_unseal_cells(ctx, d, list, ret->number, store_get_text(rows, 0), &ret->cells, &ret->n_cells);
    if (rc == 0 && !store_is_null(rows, 1))
        rc = list_unseal_cells(ctx, d, list, ret->number, store_get_text(rows, 1), &ret->mended, &ret->n_mended);
    store_rows_end(rows);
    return rc;
}

static json_t *cells_json(const struct wg_str *cells, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(array, json_stringn(cells[i].n ? cells[i].p : "", cells[i].n));
    return array;
}

/* Columns whose cell does not read as what the column holds. */
static json_t *faulty_columns(struct wg_ctx *ctx, const struct district *d, const struct full_row *row)
{
    json_t *faults = json_array();
    for (size_t c = 0; c < row->n_cells && c < json_array_size(row->head.columns); c++) {
        enum column_kind kind;
        struct wg_str cell = row->mended ? row->mended[c] : row->cells[c];
        if (!column_kind_from_code(wg_str(json_string_value(json_array_get(row->head.columns, c))), &kind)) continue;
        struct people_idno idno = people_idno_read(cell, wg_today(ctx));
        bool bad =
            (kind == COLUMN_NAME && cell.n == 0) ||
            (kind == COLUMN_IDNO && idno.fault != IDNO_OK && idno.fault != IDNO_EMPTY && idno.fault != IDNO_OTHER_PAPER) ||
            (kind == COLUMN_PHONE && cell.n && people_phone_read(cell, d->area_code, NULL).fault != PHONE_OK);
        if (bad) json_array_append_new(faults, json_integer((json_int_t)c));
    }
    return faults;
}

static int get_row(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_snap *snap;
    struct full_row row;
    int rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = read_full(call, snap, &row);
    if (rc) return rc;
    return res_answer(call, json_pack("{s:I, s:O, s:O, s:o, s:o, s:s, s:s, s:s, s:o}", "row", (json_int_t)row.number, "header",
                                      json_object_get(row.head.shape, "header"), "kinds", row.head.columns, "cells",
                                      cells_json(row.cells, row.n_cells), "mended",
                                      row.mended ? cells_json(row.mended, row.n_mended) : json_null(), "outcome", row.outcome,
                                      "reason", row.reason, "reason_text", list_reason_text(row.reason, ctx->lang),
                                      "fault_columns", faulty_columns(ctx, d, &row)));
}

struct mending {
    struct guard_call *call;
    const struct district *d;
    struct full_row row;
    struct list_cells cells;
    struct list_compared said;
};

static const char q_mend[] =
    "UPDATE list_row SET mended = $4, name = $5, idno_tail = $6, phone_tail = $7, outcome = $8, reason = $9, probability = "
    "$10, person = $11, "
    "candidates = $12, print = $13, enrolment = $14, path = $15, stage = $16, decided_by = $17, decided_at = $18 "
    "WHERE district = $1 AND list = $2 AND row = $3 AND outcome IN ('rejected', 'review')";

static const char *tail_of(struct wg_ctx *ctx, const char *number)
{
    size_t n = number ? strlen(number) : 0;
    return n ? wg_fmt(ctx->arena, "%s", number + (n > 4 ? n - 4 : 0)) : NULL;
}

static const char q_not_same[] = "SELECT person FROM not_same WHERE district = $1 AND print = $2";

struct refused_people {
    wg_id *ids;
    size_t n, cap;
};

static bool is_refused(const void *arg, wg_id candidate)
{
    const struct refused_people *refused = arg;
    for (size_t i = 0; i < refused->n; i++)
        if (wg_id_eq(refused->ids[i], candidate)) return true;
    return false;
}

static int load_refused(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id print,
                        struct refused_people *ret)
{
    struct store_rows *rows;
    bool more;
    int rc = store_query(ctx, store_tx_snap(tx), q_not_same, (struct store_value[]){store_cstr(d->code), store_id(&print)}, 2,
                         &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        ret->ids = wg_grow(ctx->arena, ret->ids, &ret->cap, ret->n + 1, sizeof *ret->ids);
        ret->ids[ret->n++] = store_get_id(rows, 0);
    }
    return rc;
}

static int write_mended(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct mending *m = arg;
    const struct district *d = m->d;
    struct list_compared said = m->said; /* the unit may run again */
    struct refused_people refused = {0};
    struct list_person person;
    struct list_places *places;
    struct list_delta delta = {0};
    struct place place;
    wg_id enrolment = {0};
    const char *path = "", *stage = "waiting";
    list_person_read(ctx, d, &m->cells, &person);
    wg_id print = list_print(d, ctx, &person);
    int rc = load_refused(ctx, tx, d, print, &refused);
    if (rc) return rc;
    list_settle(ctx, &person, is_refused, &refused, &said);
    wg_id who = said.person;
    rc = list_places_load(ctx, store_tx_snap(tx), d, m->row.head.worker, &places);
    if (rc == 0) rc = list_place_of(ctx, store_tx_snap(tx), d, places, &m->cells, &place);
    if (rc) return rc;
    path = place.path;
    bool is_new = strcmp(said.outcome, "new") == 0, matched = strcmp(said.outcome, "matched") == 0;
    if (is_new) rc = list_new_person(ctx, tx, d, m->call->who->worker, &person, &place, &who);
    if (rc == 0 && (is_new || matched)) {
        stage = "dispatched";
        rc = list_enrol(ctx, tx, d, &m->row.head, who, is_new ? path : NULL, &enrolment, &path);
    }
    if (rc) return rc;
    list_delta_outcome(&delta, m->row.outcome, -1);
    list_delta_outcome(&delta, said.outcome, 1);
    list_delta_stage(&delta, stage, 1);
    char *candidates =
        json_array_size(said.candidates) ? json_dumps(said.candidates, JSON_COMPACT | JSON_REAL_PRECISION(5)) : NULL;
    int64_t changed;
    struct store_value values[] = {
        store_cstr(d->code),
        store_id(&m->row.head.id),
        store_int(m->row.number),
        store_bytes(list_seal_cells(ctx, d, m->row.head.id, m->row.number, m->cells.cells, m->cells.n)),
        store_cstr(person.name ? person.name : ""),
        store_cstr(tail_of(ctx, person.idno)),
        store_cstr(tail_of(ctx, person.phone)),
        store_cstr(said.outcome),
        store_cstr(said.reason),
        store_real(said.probability),
        store_id(&who),
        store_cstr(candidates),
        store_id(&print),
        store_id(&enrolment),
        store_cstr(path),
        store_cstr(stage),
        store_id(&m->call->who->worker),
        store_time(ctx->now)};
    rc = store_exec(ctx, tx, q_mend, values, 18, &changed);
    free(candidates);
    if (rc == 0 && changed == 0) rc = wg_refuse(ctx, WG_E_REVIEW_DECIDED, NULL, NULL, NULL);
    if (rc == 0) rc = list_add_counts(ctx, tx, d, m->row.head.id, &delta);
    if (rc) return rc;
    guard_note(m->call, who, said.outcome);
    return guard_audit_in(m->call, tx);
}

static int read_mended_cells(struct wg_ctx *ctx, const json_t *body, struct mending *m)
{
    const json_t *cells = json_object_get(body, "cells");
    size_t n = json_array_size(m->row.head.columns);
    if (json_array_size(cells) != n) return wg_refuse(ctx, WG_E_BAD_FIELD, "cells", wg_fmt(ctx->arena, "%zu", n), NULL);
    struct wg_str *texts = wg_alloc_n(ctx->arena, n, sizeof *texts);
    enum column_kind *kinds = wg_alloc_n(ctx->arena, n, sizeof *kinds);
    for (size_t c = 0; c < n; c++) {
        const json_t *text = json_array_get(cells, c);
        texts[c] = wg_str_trim((struct wg_str){json_is_string(text) ? json_string_value(text) : "", json_string_length(text)});
        if (wg_utf8_count(texts[c]) > 500)
            return wg_refuse(ctx, WG_E_FIELD_TOO_LONG, wg_fmt(ctx->arena, "cells[%zu]", c), "500", NULL);
        if (!column_kind_from_code(wg_str(json_string_value(json_array_get(m->row.head.columns, c))), &kinds[c]))
            kinds[c] = COLUMN_UNKNOWN;
    }
    m->cells = (struct list_cells){texts, kinds, n};
    return 0;
}

static int post_mend(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct mending m = {.call = call, .d = call->services};
    struct store_snap *snap;
    json_t *body;
    const struct owners *owners;
    struct store_rows *rows;
    bool found;
    int rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = store_read(ctx, m.d->store, &snap);
    if (rc == 0) rc = read_full(call, snap, &m.row);
    if (rc) return rc;
    store_read_end(snap);
    if (strcmp(m.row.head.state, "open") != 0) return wg_refuse(ctx, WG_E_LIST_STATE, NULL, m.row.head.state, NULL);
    rc = read_mended_cells(ctx, body, &m);
    if (rc == 0) rc = list_compare_row(ctx, m.d, &m.row.head, &m.cells, &m.said);
    if (rc == 0) rc = store_write(ctx, m.d->store, write_mended, &m);
    if (rc == 0) rc = owners_today(ctx, m.d, &owners);
    if (rc == 0) rc = store_read(ctx, m.d->store, &snap);
    struct store_value values[] = {store_cstr(m.d->code),
                                   store_id(&m.row.head.id),
                                   store_int(m.row.number - 1),
                                   store_null(),
                                   store_null(),
                                   store_null(),
                                   store_cstr(""),
                                   store_cstr("~"),
                                   store_int(0),
                                   store_time(ctx->now),
                                   store_int(1)};
    if (rc == 0) rc = store_one(ctx, snap, q_rows, values, 11, &rows, &found);
    if (rc == 0 && !found) rc = wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    return rc ? rc : res_answer(call, row_json(ctx, owners, rows));
}

/* --- rows as a file, with the reason of each; it imports again --------------------------------------------------------------------------- */

static const char q_export[] =
    "SELECT row, raw, mended, outcome, reason FROM list_row WHERE district = $1 AND list = $2 AND ($3 IS NULL OR outcome = $3) "
    "AND path >= $4 AND path < $5 ORDER BY row";

struct list_writing {
    const struct district *d;
    struct store_snap *snap;
    struct list_head head;
    struct guard_scope scope;
    struct store_value outcome;
    struct tab_writer *writer;
    size_t columns;
    int64_t rows;
};

static int write_export_row(struct wg_ctx *ctx, struct list_writing *w, const struct store_rows *rows)
{
    struct wg_str *cells, *out = wg_alloc_n(ctx->arena, w->columns + 1, sizeof *out);
    size_t n;
    int64_t number = store_get_int(rows, 0);
    int rc = list_unseal_cells(ctx, w->d, w->head.id, number, store_get_text(rows, store_is_null(rows, 2) ? 1 : 2), &cells, &n);
    if (rc) return rc;
    for (size_t c = 0; c < w->columns; c++) out[c] = c < n ? cells[c] : WG_STR("");
    const char *reason = list_reason_text(wg_cstr(ctx->arena, store_get_text(rows, 4)), ctx->lang);
    out[w->columns] =
        wg_str(wg_fmt(ctx->arena, ctx->lang == WG_ZH ? "第%lld行：%s" : "line %lld: %s", (long long)number, reason));
    w->rows++;
    return tab_write_row(ctx, w->writer, out);
}

/* A list may have 600,000 rows: each in an arena of its own that is rewound. */
static int write_export_rows(struct wg_ctx *ctx, struct list_writing *w)
{
    struct wg_ctx own = *ctx;
    int rc = 0;
    own.arena = wg_arena_new();
    for (size_t i = 0; rc == 0 && i < w->scope.n; i++) {
        struct store_rows *rows;
        bool more;
        struct store_value values[] = {store_cstr(w->d->code), store_id(&w->head.id), w->outcome, store_cstr(w->scope.tops[i]),
                                       store_cstr(guard_scope_end(ctx->arena, w->scope.tops[i]))};
        rc = store_query(ctx, w->snap, q_export, values, 5, &rows);
        while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
            wg_arena_reset(own.arena);
            rc = write_export_row(&own, w, rows);
            if (rc) ctx->problem = (struct wg_problem){.code = rc};
        }
    }
    wg_arena_free(own.arena);
    return rc;
}

static int write_export(struct wg_ctx *ctx, void *what, enum tab_format format, tab_sink sink, void *arg)
{
    struct list_writing *w = what;
    const json_t *header = json_object_get(w->head.shape, "header");
    w->columns = json_array_size(header);
    struct tab_column *names = wg_alloc_n(ctx->arena, w->columns + 1, sizeof *names);
    for (size_t c = 0; c < w->columns; c++) names[c].name = json_string_value(json_array_get(header, c));
    names[w->columns].name = ctx->lang == WG_ZH ? "退回原因" : "reason";
    int rc = tab_write_open(ctx, format, w->head.name, names, w->columns + 1, sink, arg, &w->writer);
    if (rc == 0) rc = write_export_rows(ctx, w);
    if (rc == 0) rc = tab_write_close(ctx, w->writer);
    store_read_end(w->snap);
    return rc;
}

static int get_export(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct list_writing w = {.d = call->services, .outcome = filter(ctx, call->request, "outcome")};
    int rc = res_scope_query(call, &w.scope);
    if (rc == 0) rc = store_read(ctx, w.d->store, &w.snap);
    if (rc == 0) rc = seen_list(call, w.snap, &w.head);
    if (rc) return rc;
    const char *name = wg_fmt(ctx->arena, "%s-%s", w.head.name, ctx->lang == WG_ZH ? "行" : "rows");
    rc = res_file_answer(call, name, write_export, &w);
    if (rc == 0) guard_note(call, (wg_id){0}, wg_fmt(ctx->arena, "%lld rows", (long long)w.rows));
    return rc;
}

const struct guard_route list_routes[] = {
    {"GET", "/api/v1/lists", RIGHT_LIST_READ, NULL, "names of lists and sums; no person's data", get_lists,
     "Lists, newest first", "state:string after:string limit:integer", NULL, "ListPage"},
    {"POST", "/api/v1/lists", RIGHT_LIST_IMPORT, "list.receive", NULL, post_list,
     "Bring a list: multipart with file, source, name", NULL, NULL, "List"},
    {"GET", "/api/v1/lists/sources", RIGHT_LIST_IMPORT, NULL, "names of sources", get_sources, "Sources that sent lists before",
     NULL, NULL, "Sources"},
    {"GET", "/api/v1/lists/{id}", RIGHT_LIST_READ, "list.read", NULL, get_list,
     "One list with its funnel; while it waits, with the columns to confirm", NULL, NULL, "List"},
    {"POST", "/api/v1/lists/{id}/start", RIGHT_LIST_IMPORT, "list.start", NULL, post_start,
     "Confirm columns and deadline, and start", NULL, "ListStart", "Job"},
    {"POST", "/api/v1/lists/{id}/close", RIGHT_LIST_IMPORT, "list.close", NULL, post_close, "Close a list", NULL, NULL, "List"},
    {"POST", "/api/v1/lists/{id}/reopen", RIGHT_LIST_IMPORT, "list.reopen", NULL, post_reopen,
     "Open a closed list again; its tasks never stopped", NULL, NULL, "List"},
    {"POST", "/api/v1/lists/{id}/cancel", RIGHT_LIST_IMPORT, "list.cancel", NULL, post_cancel,
     "Cancel a list; tasks that only it asks for end", NULL, NULL, "List"},
    {"GET", "/api/v1/lists/{id}/rows", RIGHT_LIST_READ, "list.rows", NULL, get_rows, "Rows of a list within scope",
     "outcome:string stage:string reason:string place:string overdue:integer after:string limit:integer", NULL, "ListRowPage"},
    {"GET", "/api/v1/lists/{id}/rows/{row}", RIGHT_LIST_IMPORT, "list.row", NULL, get_row, "A row as it came", NULL, NULL,
     "ListRowFull"},
    {"POST", "/api/v1/lists/{id}/rows/{row}/mend", RIGHT_LIST_IMPORT, "list.mend", NULL, post_mend,
     "Mend a row; it is compared like any other", NULL, "RowMend", "ListRowItem"},
    {"GET", "/api/v1/lists/{id}/export", RIGHT_LIST_IMPORT, "list.export", NULL, get_export,
     "Rows as a file, with the reason of each", "outcome:string place:string format:string", NULL, NULL},
    {0},
};
