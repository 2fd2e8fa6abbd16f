/* A list's sums, its rows' cells, the people and tasks that rows become, and the news of tasks that end. */
#include <stdlib.h>
#include <string.h>

#include "district/list/list_internal.h"

/* --- the list's own row --------------------------------------------------------------------------------------------------------- */

static const char q_head[] = "SELECT id, worker, job, name, source, programme, file_name, state, received, due, file_bytes, "
                             "shape, columns, measure, weights, "
                             "file_digest, n_rows, n_matched, n_new, n_review, n_rejected, n_dispatched, n_reached, n_closed "
                             "FROM list WHERE district = $1 AND id = $2";
static const char q_add[] =
    "UPDATE list SET n_rows = n_rows + $3, n_matched = n_matched + $4, n_new = n_new + $5, n_review = n_review + $6, "
    "n_rejected = n_rejected + $7, n_dispatched = n_dispatched + $8, n_reached = n_reached + $9, n_closed = n_closed + $10 "
    "WHERE district = $1 AND id = $2";

static json_t *json_column(struct wg_ctx *ctx, const struct store_rows *rows, int column)
{
    if (store_is_null(rows, column)) return NULL;
    struct wg_str text = store_get_text(rows, column);
    return res_keep(ctx, json_loadb(text.p, text.n, 0, NULL));
}

static const char *text_column(struct wg_ctx *ctx, const struct store_rows *rows, int column)
{
    return wg_cstr(ctx->arena, store_get_text(rows, column));
}

int list_head_get(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, wg_id id, struct list_head *ret)
{
    struct store_rows *rows;
    bool found;
    int rc = store_one(ctx, snap, q_head, (struct store_value[]){store_cstr(d->code), store_id(&id)}, 2, &rows, &found);
    if (rc) return rc;
    if (!found) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    *ret = (struct list_head){
        .id = store_get_id(rows, 0),
        .worker = store_get_id(rows, 1),
        .job = store_get_id(rows, 2),
        .name = text_column(ctx, rows, 3),
        .source = text_column(ctx, rows, 4),
        .programme = text_column(ctx, rows, 5),
        .file_name = text_column(ctx, rows, 6),
        .state = text_column(ctx, rows, 7),
        .received = store_get_time(rows, 8),
        .due = store_get_time(rows, 9),
        .file_bytes = store_get_int(rows, 10),
        .shape = json_column(ctx, rows, 11),
        .columns = json_column(ctx, rows, 12),
        .measure = json_column(ctx, rows, 13),
        .weights = wg_str_dup(ctx->arena, store_get_text(rows, 14)),
        .digest = wg_str_dup(ctx->arena, store_get_text(rows, 15)),
        .n_rows = store_get_int(rows, 16),
        .n_matched = store_get_int(rows, 17),
        .n_new = store_get_int(rows, 18),
        .n_review = store_get_int(rows, 19),
        .n_rejected = store_get_int(rows, 20),
        .n_dispatched = store_get_int(rows, 21),
        .n_reached = store_get_int(rows, 22),
        .n_closed = store_get_int(rows, 23),
    };
    store_rows_end(rows);
    return 0;
}

json_t *list_counts_json(const struct list_head *h)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "received", (json_int_t)h->n_rows, "matched",
                     (json_int_t)h->n_matched, "new", (json_int_t)h->n_new, "review", (json_int_t)h->n_review, "rejected",
                     (json_int_t)h->n_rejected, "dispatched", (json_int_t)h->n_dispatched, "reached", (json_int_t)h->n_reached,
                     "closed", (json_int_t)h->n_closed);
}

int list_add_counts(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id list, const struct list_delta *x)
{
    struct store_value values[] = {
        store_cstr(d->code),  store_id(&list),        store_int(x->rows),       store_int(x->matched), store_int(x->new_),
        store_int(x->review), store_int(x->rejected), store_int(x->dispatched), store_int(x->reached), store_int(x->closed)};
    return store_exec(ctx, tx, q_add, values, 10, NULL);
}

void list_delta_outcome(struct list_delta *delta, const char *outcome, int sign)
{
    switch (outcome[0] == 'r' ? outcome[2] : outcome[0]) {
    case 'm':
        delta->matched += sign;
        break;
    case 'n':
        delta->new_ += sign;
        break;
    case 'v':
        delta->review += sign;
        break;
    default:
        delta->rejected += sign;
    }
}

void list_delta_stage(struct list_delta *delta, const char *stage, int sign)
{
    if (strcmp(stage, "waiting") == 0) return;
    delta->dispatched += sign;
    if (strcmp(stage, "dispatched") == 0) return;
    delta->closed += sign;
    if (strcmp(stage, "reached") == 0) delta->reached += sign;
}

/* --- cells, sealed ------------------------------------------------------------------------------------------------------------------ */

static const char *cells_field(struct wg_ctx *ctx, int64_t row)
{
    return wg_fmt(ctx->arena, "list_row.%lld", (long long)row);
}

struct wg_str list_seal_cells(struct wg_ctx *ctx, const struct district *d, wg_id list, int64_t row, const struct wg_str *cells,
                              size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *text = json_stringn(cells[i].n ? cells[i].p : "", cells[i].n);
        json_array_append_new(array, text ? text : json_string("\xEF\xBF\xBD"));
    }
    char *text = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    struct wg_str sealed = guard_seal(ctx, d->guard, cells_field(ctx, row), list, wg_str(text ? text : "[]"));
    free(text);
    return sealed;
}

int list_unseal_cells(struct wg_ctx *ctx, const struct district *d, wg_id list, int64_t row, struct wg_str sealed,
                      struct wg_str **ret_cells, size_t *ret_n)
{
    struct wg_str plain;
    int rc = guard_unseal(ctx, d->guard, cells_field(ctx, row), list, sealed, &plain);
    if (rc) return rc;
    const json_t *array = res_keep(ctx, json_loadb(plain.p, plain.n, 0, NULL));
    size_t n = json_array_size(array);
    struct wg_str *cells = wg_alloc_n(ctx->arena, n, sizeof *cells);
    for (size_t i = 0; i < n; i++)
        cells[i] = (struct wg_str){json_string_value(json_array_get(array, i)), json_string_length(json_array_get(array, i))};
    *ret_cells = cells;
    *ret_n = n;
    return 0;
}

/* --- people and tasks ------------------------------------------------------------------------------------------------------------------ */

int list_new_person(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id by, const struct list_person *p,
                    const struct place *place, wg_id *ret_id)
{
    struct person person = {.place = place->id,
                            .name = p->name,
                            .sex = p->sex,
                            .birth = p->birth,
                            .idno = p->idno,
                            .phone = p->phone,
                            .relation = -1,
                            .state = "provisional",
                            .address = p->address};
    int rc = person_put(ctx, tx, d, by, true, &person);
    if (rc == 0) *ret_id = person.id;
    return rc;
}

static const char q_person_path[] = "SELECT path FROM person WHERE district = $1 AND id = $2";

int list_enrol(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct list_head *head, wg_id person,
               const char *new_path, wg_id *ret_enrolment, const char **ret_path)
{
    const struct programme *programme = programme_named(d->programmes, wg_str(head->programme));
    const char *path = new_path;
    struct enrolment enrolment;
    struct store_rows *rows;
    bool found, is_new;
    if (!programme) return wg_refuse(ctx, WG_E_PROGRAMME, NULL, head->programme, "?");
    if (!path) {
        int rc = store_one(ctx, store_tx_snap(tx), q_person_path,
                           (struct store_value[]){store_cstr(d->code), store_id(&person)}, 2, &rows, &found);
        if (rc) return rc;
        if (!found) return wg_refuse(ctx, WG_E_NOT_FOUND, "person", wg_id_text(ctx->arena, person), NULL);
        path = wg_cstr(ctx->arena, store_get_text(rows, 0));
        store_rows_end(rows);
    }
    int rc = enrol(ctx, tx, d, programme, person, wg_str(path), head->due, ret_enrolment, &is_new);
    *ret_path = path;
    if (rc || is_new) return rc;
    rc = enrolment_get(ctx, store_tx_snap(tx), d, *ret_enrolment, &enrolment);
    if (rc == 0) *ret_path = enrolment.path;
    return rc;
}

/* --- news of a task: every row that asked for it hears --------------------------------------------------------------------------------- */

static const char q_rows_of[] = "SELECT list, row, stage FROM list_row WHERE district = $1 AND enrolment = $2";
static const char q_stage[] =
    "UPDATE list_row SET stage = $4, enrolment = $5, path = $6 WHERE district = $1 AND list = $2 AND row = $3";

struct row_ref {
    wg_id list;
    int64_t row;
    const char *stage;
};

static const char q_asked_for[] =
    "SELECT count(*) FROM list_row r JOIN list l ON l.district = r.district AND l.id = r.list WHERE "
    "r.district = $1 AND r.enrolment = $2 AND l.state <> 'cancelled'";

/* A task that only cancelled lists ask for, opened again by a correction, ends as it did with them. */
static int end_unasked(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct enrolment *e)
{
    int64_t asked;
    int rc = store_number(ctx, store_tx_snap(tx), q_asked_for, (struct store_value[]){store_cstr(d->code), store_id(&e->id)}, 2,
                          0, &asked);
    return rc || asked ? rc : enrolment_withdraw(ctx, tx, d, e->id);
}

static const char *stage_of(const struct enrolment *e, const struct enrolment *next)
{
    if (next || strcmp(e->state, "open") == 0) return "dispatched";
    return strcmp(e->state, "done") == 0 ? "reached" : "closed";
}

int list_enrolment_changed(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, const struct enrolment *e,
                           const struct enrolment *next)
{
    const struct enrolment *now = next ? next : e;
    struct row_ref *refs = NULL;
    struct store_rows *rows;
    size_t n = 0, cap = 0;
    bool more;
    int rc =
        store_query(ctx, store_tx_snap(tx), q_rows_of, (struct store_value[]){store_cstr(d->code), store_id(&e->id)}, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        refs = wg_grow(ctx->arena, refs, &cap, n + 1, sizeof *refs);
        refs[n++] = (struct row_ref){store_get_id(rows, 0), store_get_int(rows, 1), text_column(ctx, rows, 2)};
    }
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct list_delta delta = {0};
        const char *stage = stage_of(e, next);
        struct store_value values[] = {store_cstr(d->code), store_id(&refs[i].list), store_int(refs[i].row),
                                       store_cstr(stage),   store_id(&now->id),      store_cstr(now->path)};
        list_delta_stage(&delta, refs[i].stage, -1);
        list_delta_stage(&delta, stage, 1);
        rc = store_exec(ctx, tx, q_stage, values, 6, NULL);
        if (rc == 0) rc = list_add_counts(ctx, tx, d, refs[i].list, &delta);
    }
    bool reopened = n > 0 && !next && strcmp(e->state, "open") == 0 && strcmp(refs[0].stage, "dispatched") != 0;
    return rc == 0 && reopened ? end_unasked(ctx, tx, d, e) : rc;
}

/* --- checks ------------------------------------------------------------------------------------------------------------------------------ */

#define LIST_WRONG                                                                                                             \
    "FROM list l WHERE l.district = $1 AND (l.n_rows <> l.n_matched + l.n_new + l.n_review + l.n_rejected "                    \
    "OR l.n_rows <> (SELECT count(*) FROM list_row r WHERE r.district = l.district AND r.list = l.id) "                        \
    "OR l.n_matched <> (SELECT count(*) FROM list_row r WHERE r.district = l.district AND r.list = l.id AND r.outcome = "      \
    "'matched') "                                                                                                              \
    "OR l.n_new <> (SELECT count(*) FROM list_row r WHERE r.district = l.district AND r.list = l.id AND r.outcome = 'new') "   \
    "OR l.n_review <> (SELECT count(*) FROM list_row r WHERE r.district = l.district AND r.list = l.id AND r.outcome = "       \
    "'review') "                                                                                                               \
    "OR l.n_dispatched <> (SELECT count(*) FROM list_row r WHERE r.district = l.district AND r.list = l.id AND r.stage <> "    \
    "'waiting') "                                                                                                              \
    "OR l.n_reached <> (SELECT count(*) FROM list_row r WHERE r.district = l.district AND r.list = l.id AND r.stage = "        \
    "'reached') "                                                                                                              \
    "OR l.n_closed <> (SELECT count(*) FROM list_row r WHERE r.district = l.district AND r.list = l.id AND r.stage IN "        \
    "('reached', 'closed')))"
#define ROW_ORPHANED                                                                                                           \
    "FROM list_row r LEFT JOIN enrolment e ON e.district = r.district AND e.id = r.enrolment WHERE r.district = $1 "           \
    "AND r.stage <> 'waiting' AND (e.id IS NULL OR e.person <> r.person "                                                      \
    "OR (r.stage = 'dispatched' AND e.state <> 'open') OR (r.stage = 'reached' AND e.state <> 'done') "                        \
    "OR (r.stage = 'closed' AND e.state NOT IN ('excused', 'passed')))"

const struct district_check list_checks[] = {
    {"list_sums", "名单：收到 = 相符 + 新 + 待复核 + 退回，逐行无误",
     "Lists: received = matched + new + review + rejected, to the last row", "SELECT count(*) " LIST_WRONG,
     "SELECT l.name " LIST_WRONG, false, "查看这些名单的行", "look at the rows of these lists"},
    {"list_rows_have_tasks", "已派的每一行都有任务，状态一致", "Every dispatched row has its task, in the same state",
     "SELECT count(*) " ROW_ORPHANED, "SELECT 'row ' || r.row " ROW_ORPHANED, false, "重新派发这些行",
     "dispatch these rows again"},
    {0},
};
