/* What the comparison could not decide, a clerk does: one row, one clerk; remembered, and taken back while nobody has acted on it. */
#include <stdlib.h>
#include <string.h>

#include "district/list/list_internal.h"

enum { CLAIM_MS = 10 * WG_MINUTE };

/* --- a row for deciding ----------------------------------------------------------------------------------------------------------- */

struct row {
    int64_t number;
    struct wg_str *cells;
    size_t n_cells;
    const char *outcome, *reason, *stage, *path;
    wg_id person, enrolment, print, decided_by;
    json_t *candidates;
};

static const char q_row[] =
    "SELECT raw, mended, outcome, reason, stage, path, person, enrolment, print, candidates, decided_by FROM list_row "
    "WHERE district = $1 AND list = $2 AND row = $3";

static int read_row(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, wg_id list, int64_t number,
                    struct row *ret)
{
    struct store_rows *rows;
    bool found;
    struct store_value values[] = {store_cstr(d->code), store_id(&list), store_int(number)};
    int rc = store_one(ctx, snap, q_row, values, 3, &rows, &found);
    if (rc) return rc;
    if (!found) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    *ret = (struct row){
        .number = number,
        .outcome = wg_cstr(ctx->arena, store_get_text(rows, 2)),
        .reason = wg_cstr(ctx->arena, store_get_text(rows, 3)),
        .stage = wg_cstr(ctx->arena, store_get_text(rows, 4)),
        .path = wg_cstr(ctx->arena, store_get_text(rows, 5)),
        .person = store_get_id(rows, 6),
        .enrolment = store_get_id(rows, 7),
        .print = store_get_id(rows, 8),
        .decided_by = store_get_id(rows, 10),
    };
    struct wg_str candidates = store_get_text(rows, 9);
    ret->candidates =
        store_is_null(rows, 9) ? res_keep(ctx, json_array()) : res_keep(ctx, json_loadb(candidates.p, candidates.n, 0, NULL));
    rc = list_unseal_cells(ctx, d, list, number, store_get_text(rows, store_is_null(rows, 1) ? 0 : 1), &ret->cells,
                           &ret->n_cells);
    store_rows_end(rows);
    return rc;
}

static enum column_kind *kinds_of(struct wg_ctx *ctx, const struct list_head *head, size_t *ret_n)
{
    size_t n = json_array_size(head->columns);
    enum column_kind *kinds = wg_alloc_n(ctx->arena, n, sizeof *kinds);
    for (size_t i = 0; i < n; i++)
        if (!column_kind_from_code(wg_str(json_string_value(json_array_get(head->columns, i))), &kinds[i]))
            kinds[i] = COLUMN_UNKNOWN;
    *ret_n = n;
    return kinds;
}

static struct list_cells cells_of(struct wg_ctx *ctx, const struct list_head *head, const struct row *row)
{
    size_t n;
    const enum column_kind *kinds = kinds_of(ctx, head, &n);
    return (struct list_cells){row->cells, kinds, n < row->n_cells ? n : row->n_cells};
}

/* --- deciding ------------------------------------------------------------------------------------------------------------------------ */

static const char q_decide[] = "UPDATE list_row SET outcome = $4, reason = $5, person = $6, enrolment = $7, path = $8, stage = "
                               "$9, decided_by = $10, decided_at = $11, "
                               "claimed_by = NULL, claimed_until = NULL WHERE district = $1 AND list = $2 AND row = $3";
static const char q_decision[] = "INSERT INTO decision (district, id, list, row, verdict, person, worker, at, undone) VALUES "
                                 "($1, $2, $3, $4, $5, $6, $7, $8, NULL)";
static const char q_not_same[] = "INSERT INTO not_same (district, print, person, worker, at) VALUES ($1, $2, $3, $4, $5) ON "
                                 "CONFLICT (district, print, person) DO NOTHING";
static const char q_claimed[] = "SELECT w.name FROM list_row r JOIN worker w ON w.district = r.district AND w.id = "
                                "r.claimed_by WHERE r.district = $1 AND r.list = $2 "
                                "AND r.row = $3 AND r.claimed_until > $4 AND r.claimed_by <> $5";

struct deciding {
    const struct district *d;
    struct list_head head;
    struct row row;
    wg_id worker;
};

/* All other candidates (for "new": all) are not this person, for ever. */
static int remember_others(struct wg_ctx *ctx, struct store_tx *tx, const struct deciding *s, wg_id same)
{
    for (size_t i = 0; i < json_array_size(s->row.candidates); i++) {
        wg_id candidate;
        if (!wg_id_parse(wg_str(json_string_value(json_array_get(json_array_get(s->row.candidates, i), 0))), &candidate))
            continue;
        if (wg_id_eq(candidate, same)) continue;
        struct store_value values[] = {store_cstr(s->d->code), store_id(&s->row.print), store_id(&candidate),
                                       store_id(&s->worker), store_time(ctx->now)};
        int rc = store_exec(ctx, tx, q_not_same, values, 5, NULL);
        if (rc) return rc;
    }
    return 0;
}

static int refuse_claimed(struct wg_ctx *ctx, struct store_snap *snap, const struct deciding *s)
{
    struct store_rows *rows;
    bool found;
    struct store_value values[] = {store_cstr(s->d->code), store_id(&s->head.id), store_int(s->row.number),
                                   store_time(ctx->now), store_id(&s->worker)};
    int rc = store_one(ctx, snap, q_claimed, values, 5, &rows, &found);
    if (rc || !found) return rc;
    const char *name = wg_cstr(ctx->arena, store_get_text(rows, 0));
    store_rows_end(rows);
    return wg_refuse(ctx, WG_E_REVIEW_CLAIMED, NULL, name, NULL);
}

static int enter_new(struct wg_ctx *ctx, struct store_tx *tx, struct deciding *s, wg_id *ret_person, const char **ret_path)
{
    struct list_cells cells = cells_of(ctx, &s->head, &s->row);
    struct list_person person;
    struct list_places *places;
    struct place place = {0};
    list_person_read(ctx, s->d, &cells, &person);
    if (!person.name) return wg_refuse(ctx, WG_E_MISSING_FIELD, ctx->lang == WG_ZH ? "姓名" : "name", NULL, NULL);
    int rc = list_places_load(ctx, store_tx_snap(tx), s->d, s->head.worker, &places);
    if (rc == 0) rc = list_place_of(ctx, store_tx_snap(tx), s->d, places, &cells, &place);
    if (rc == 0) rc = list_new_person(ctx, tx, s->d, s->worker, &person, &place, ret_person);
    *ret_path = place.path;
    return rc;
}

static int write_verdict(struct wg_ctx *ctx, struct store_tx *tx, const struct deciding *s, const char *outcome,
                         const char *reason, wg_id person, wg_id enrolment, const char *path, const char *stage)
{
    struct list_delta delta = {0};
    list_delta_outcome(&delta, s->row.outcome, -1);
    list_delta_outcome(&delta, outcome, 1);
    list_delta_stage(&delta, s->row.stage, -1);
    list_delta_stage(&delta, stage, 1);
    bool undoing = strcmp(outcome, "review") == 0;
    struct store_value values[] = {store_cstr(s->d->code),
                                   store_id(&s->head.id),
                                   store_int(s->row.number),
                                   store_cstr(outcome),
                                   store_cstr(reason),
                                   store_id(&person),
                                   store_id(&enrolment),
                                   store_cstr(path),
                                   store_cstr(stage),
                                   undoing ? store_null() : store_id(&s->worker),
                                   undoing ? store_null() : store_time(ctx->now)};
    int rc = store_exec(ctx, tx, q_decide, values, 11, NULL);
    return rc ? rc : list_add_counts(ctx, tx, s->d, s->head.id, &delta);
}

int review_decide(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id worker, wg_id list, int64_t number,
                  const char *verdict, wg_id person, wg_id *ret_decision)
{
    struct deciding s = {.d = d, .worker = worker};
    struct store_snap *snap = store_tx_snap(tx);
    bool same = strcmp(verdict, "same") == 0, is_new = strcmp(verdict, "new") == 0;
    const char *path = NULL;
    wg_id enrolment, decision = wg_id_new(ctx->now);
    if (!same && !is_new && strcmp(verdict, "ask") != 0)
        return wg_refuse(ctx, WG_E_FIELD_CHOICE, "verdict", "same, new, ask", NULL);
    if (same && wg_id_is_nil(person)) return wg_refuse(ctx, WG_E_MISSING_FIELD, "person", NULL, NULL);
    int rc = list_head_get(ctx, snap, d, list, &s.head);
    if (rc == 0) rc = read_row(ctx, snap, d, list, number, &s.row);
    if (rc) return rc;
    if (strcmp(s.head.state, "open") != 0) return wg_refuse(ctx, WG_E_LIST_STATE, NULL, s.head.state, NULL);
    if (strcmp(s.row.outcome, "review") != 0) return wg_refuse(ctx, WG_E_REVIEW_DECIDED, NULL, NULL, NULL);
    rc = refuse_claimed(ctx, snap, &s);
    if (rc == 0 && !same) rc = enter_new(ctx, tx, &s, &person, &path);
    if (rc == 0) rc = list_enrol(ctx, tx, d, &s.head, person, path, &enrolment, &path);
    if (rc == 0)
        rc = write_verdict(ctx, tx, &s, same ? "matched" : "new",
                           same     ? "clerk_same"
                           : is_new ? "clerk_new"
                                    : "clerk_ask",
                           person, enrolment, path, "dispatched");
    if (rc == 0 && (same || is_new)) rc = remember_others(ctx, tx, &s, same ? person : (wg_id){0});
    struct store_value values[] = {store_cstr(d->code), store_id(&decision), store_id(&list),   store_int(number),
                                   store_cstr(verdict), store_id(&person),   store_id(&worker), store_time(ctx->now)};
    if (rc == 0) rc = store_exec(ctx, tx, q_decision, values, 8, NULL);
    if (rc == 0) *ret_decision = decision;
    return rc;
}

/* --- taking back --------------------------------------------------------------------------------------------------------------------- */

static const char q_get_decision[] =
    "SELECT list, row, verdict, person, worker, at FROM decision WHERE district = $1 AND id = $2 AND undone IS NULL";
static const char q_undone[] = "UPDATE decision SET undone = $3 WHERE district = $1 AND id = $2";
static const char q_forget[] = "DELETE FROM not_same WHERE district = $1 AND print = $2 AND worker = $3 AND at = $4";
static const char q_others[] = "SELECT count(*) FROM list_row r JOIN list l ON l.district = r.district AND l.id = r.list WHERE "
                               "r.district = $1 AND r.enrolment = $2 AND l.state <> 'cancelled'";
static const char q_gone[] = "UPDATE person SET state = 'gone', updated = $3, version = version + 1 WHERE district = $1 AND id "
                             "= $2 AND state = 'provisional'";

/* *ret_others: rows that ask for the task besides; then it stays, and so does whom it is about. */
static int withdraw_task(struct wg_ctx *ctx, struct store_tx *tx, const struct deciding *s, int64_t *ret_others)
{
    struct enrolment task;
    int rc = enrolment_get(ctx, store_tx_snap(tx), s->d, s->row.enrolment, &task);
    if (rc) return rc;
    if (strcmp(task.state, "open") != 0 || task.tries > 0)
        return wg_refuse(ctx, WG_E_NO_UNDO, NULL, ctx->lang == WG_ZH ? "网格员已经上门" : "the worker has been there", NULL);
    /* The row lets go first, so that the task's end is no news to it. */
    rc = write_verdict(ctx, tx, s, "review", "undone", (wg_id){0}, (wg_id){0}, s->row.path, "waiting");
    if (rc == 0)
        rc = store_number(ctx, store_tx_snap(tx), q_others,
                          (struct store_value[]){store_cstr(s->d->code), store_id(&s->row.enrolment)}, 2, 0, ret_others);
    if (rc == 0 && *ret_others == 0) rc = enrolment_withdraw(ctx, tx, s->d, s->row.enrolment);
    return rc;
}

int review_undo(struct wg_ctx *ctx, struct store_tx *tx, const struct district *d, wg_id worker, wg_id decision)
{
    struct deciding s = {.d = d};
    struct store_snap *snap = store_tx_snap(tx);
    struct store_rows *rows;
    bool found;
    int rc = store_one(ctx, snap, q_get_decision, (struct store_value[]){store_cstr(d->code), store_id(&decision)}, 2, &rows,
                       &found);
    if (rc) return rc;
    if (!found) return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_id_text(ctx->arena, decision), NULL);
    wg_id list = store_get_id(rows, 0), person = store_get_id(rows, 3);
    int64_t number = store_get_int(rows, 1), others;
    bool made_person = !wg_str_is(store_get_text(rows, 2), "same");
    s.worker = store_get_id(rows, 4);
    wg_time at = store_get_time(rows, 5);
    store_rows_end(rows);
    if (!wg_id_eq(s.worker, worker))
        return wg_refuse(ctx, WG_E_NO_UNDO, NULL, ctx->lang == WG_ZH ? "不是您作的决定" : "somebody else decided it", NULL);
    rc = list_head_get(ctx, snap, d, list, &s.head);
    if (rc == 0) rc = read_row(ctx, snap, d, list, number, &s.row);
    if (rc) return rc;
    /* On a list that has ended the row would wait for a clerk for ever. */
    if (strcmp(s.head.state, "open") != 0) return wg_refuse(ctx, WG_E_LIST_STATE, NULL, s.head.state, NULL);
    if (!wg_id_eq(s.row.person, person) || !wg_id_eq(s.row.decided_by, worker))
        return wg_refuse(ctx, WG_E_NO_UNDO, NULL, ctx->lang == WG_ZH ? "这一行后来又改过" : "the row was changed since", NULL);
    rc = withdraw_task(ctx, tx, &s, &others);
    struct store_value forget[] = {store_cstr(d->code), store_id(&s.row.print), store_id(&worker), store_time(at)};
    if (rc == 0) rc = store_exec(ctx, tx, q_forget, forget, 4, NULL);
    if (rc == 0 && made_person && others == 0)
        rc = store_exec(ctx, tx, q_gone, (struct store_value[]){store_cstr(d->code), store_id(&person), store_time(ctx->now)},
                        3, NULL);
    if (rc == 0)
        rc = store_exec(ctx, tx, q_undone,
                        (struct store_value[]){store_cstr(d->code), store_id(&decision), store_time(ctx->now)}, 3, NULL);
    return rc;
}

/* --- the queue ------------------------------------------------------------------------------------------------------------------------ */

static const char q_left[] = "SELECT count(*) FROM list_row r JOIN list l ON l.district = r.district AND l.id = r.list WHERE "
                             "r.district = $1 AND r.outcome = 'review' "
                             "AND l.state = 'open'";
static const char q_left_in[] =
    "SELECT count(*), sum(CASE WHEN r.claimed_until > $5 AND r.claimed_by <> $6 THEN 1 ELSE 0 END) FROM list_row r JOIN list l "
    "ON l.district = r.district AND l.id = r.list WHERE r.district = $1 AND r.outcome = 'review' AND l.state = 'open' "
    "AND ($2 IS NULL OR r.list = $2) AND r.path >= $3 AND r.path < $4";
static const char q_next[] =
    "SELECT r.list, r.row FROM list_row r JOIN list l ON l.district = r.district AND l.id = r.list WHERE r.district = $1 "
    "AND r.outcome = 'review' AND l.state = 'open' AND ($2 IS NULL OR r.list = $2) AND r.path >= $3 AND r.path < $4 "
    "AND (r.claimed_until IS NULL OR r.claimed_until <= $5 OR r.claimed_by = $6) "
    "AND ($7 IS NULL OR r.list <> $7 OR r.row <> $8) ORDER BY l.due, r.list, r.row LIMIT 1";
static const char q_claim[] =
    "UPDATE list_row SET claimed_by = $4, claimed_until = $5 WHERE district = $1 AND list = $2 AND row = $3";
static const char q_release[] = "UPDATE list_row SET claimed_by = NULL, claimed_until = NULL WHERE district = $1 AND list = $2 "
                                "AND row = $3 AND claimed_by = $4";
static const char q_release_mine[] = "UPDATE list_row SET claimed_by = NULL, claimed_until = NULL WHERE district = $1 AND "
                                     "claimed_by = $2 AND outcome = 'review' AND ($3 IS NULL OR list <> $3 OR row <> $4)";

int review_left(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, int64_t *ret)
{
    return store_number(ctx, snap, q_left, (struct store_value[]){store_cstr(d->code)}, 1, 0, ret);
}

struct claiming {
    struct guard_call *call;
    const struct district *d;
    wg_id wanted;    /* nil: any list */
    wg_id held_list; /* the row the clerk has before them; nil: none */
    int64_t held_row;
    wg_id list;
    int64_t row;
    bool found;
};

static int claim(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct claiming *c = arg;
    const struct guard_who *who = c->call->who;
    c->found = false;
    /* What was before the clerk and is not decided goes back, but for the row they say they hold: the next is then loaded ahead. */
    struct store_value release[] = {store_cstr(c->d->code), store_id(&who->worker), store_id(&c->held_list),
                                    store_int(c->held_row)};
    int rc = store_exec(ctx, tx, q_release_mine, release, 4, NULL);
    for (size_t i = 0; rc == 0 && !c->found && i < who->scope.n; i++) {
        struct store_rows *rows;
        struct store_value values[] = {
            store_cstr(c->d->code),         store_id(&c->wanted),
            store_cstr(who->scope.tops[i]), store_cstr(guard_scope_end(ctx->arena, who->scope.tops[i])),
            store_time(ctx->now),           store_id(&who->worker),
            store_id(&c->held_list),        store_int(c->held_row)};
        rc = store_one(ctx, store_tx_snap(tx), q_next, values, 8, &rows, &c->found);
        if (rc || !c->found) continue;
        c->list = store_get_id(rows, 0);
        c->row = store_get_int(rows, 1);
        store_rows_end(rows);
    }
    if (rc || !c->found) return rc;
    struct store_value values[] = {store_cstr(c->d->code), store_id(&c->list), store_int(c->row), store_id(&who->worker),
                                   store_time(ctx->now + CLAIM_MS)};
    return store_exec(ctx, tx, q_claim, values, 5, NULL);
}

static int count_left(struct wg_ctx *ctx, struct store_snap *snap, const struct claiming *c, int64_t *ret_left,
                      int64_t *ret_others)
{
    const struct guard_who *who = c->call->who;
    *ret_left = *ret_others = 0;
    for (size_t i = 0; i < who->scope.n; i++) {
        struct store_rows *rows;
        bool found;
        struct store_value values[] = {
            store_cstr(c->d->code),         store_id(&c->wanted),
            store_cstr(who->scope.tops[i]), store_cstr(guard_scope_end(ctx->arena, who->scope.tops[i])),
            store_time(ctx->now),           store_id(&who->worker)};
        int rc = store_one(ctx, snap, q_left_in, values, 6, &rows, &found);
        if (rc) return rc;
        *ret_left += found ? store_get_int(rows, 0) : 0;
        *ret_others += found ? store_get_int(rows, 1) : 0;
        if (found) store_rows_end(rows);
    }
    return 0;
}

/* --- the two sides, for the page -------------------------------------------------------------------------------------------------------- */

struct explaining {
    const struct district *d;
    const struct list_head *head;
    const struct list_cells *cells;
    const wg_id *people;
    size_t n;
    json_t **ret; /* by candidate: {probability, sentence, evidence} or NULL */
};

static json_t *evidence_json(struct wg_arena *arena, const struct match_explanation *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < e->n_fields; i++) {
        const struct match_evidence *f = &e->fields[i];
        /* A candidate's number is shown whole only beside one that it is held against. */
        bool hidden = (f->kind == COLUMN_IDNO || f->kind == COLUMN_PHONE) && f->left.n == 0;
        struct wg_str right = hidden ? wg_str(guard_mask(arena, f->right)) : f->right;
        json_array_append_new(list, json_pack("{s:s, s:s, s:s%, s:s%, s:s, s:s, s:f, s:f}", "field", f->field ? f->field : "",
                                              "kind", column_kind_code(f->kind), "left", f->left.n ? f->left.p : "", f->left.n,
                                              "right", right.n ? right.p : "", right.n, "level", f->level, "words", f->words,
                                              "weight", f->weight, "share", f->share));
    }
    return json_pack("{s:f, s:s, s:o}", "probability", e->probability, "sentence", e->sentence, "evidence", list);
}

static int explain(struct wg_ctx *ctx, void *arg, const struct list_view *view)
{
    const struct explaining *x = arg;
    struct match_field fields[LIST_COLUMNS_MAX];
    struct wg_str cells[LIST_COLUMNS_MAX];
    size_t n = 0;
    struct match_options options = match_options_default(wg_today(ctx));
    options.area_code = x->d->area_code;
    if (x->head->weights.n == match_weights_bytes())
        options.weights = (const struct match_weights *)(const void *)x->head->weights.p;
    for (size_t c = 0; c < x->cells->n && n < LIST_COLUMNS_MAX; c++) {
        if (!list_kind_compared(x->cells->kinds[c])) continue;
        const char *header = json_string_value(json_array_get(json_object_get(x->head->shape, "header"), c));
        fields[n] = (struct match_field){x->cells->kinds[c], header ? header : ""};
        cells[n++] = x->cells->cells[c];
    }
    struct match_rows rows = {fields, n, cells, 1};
    for (size_t i = 0; i < x->n; i++) {
        struct match_explanation explanation;
        uint32_t key;
        if (!list_view_key(view, x->people[i], &key)) continue;
        int rc = match_explain(ctx, view->match, &rows, 0, key, &options, &explanation);
        /* A candidate may have left the register since: then it is none any more. */
        if (rc == WG_E_NOT_FOUND) {
            ctx->problem = (struct wg_problem){0};
            continue;
        }
        if (rc) return rc;
        x->ret[i] = res_keep(ctx, evidence_json(ctx->arena, &explanation));
    }
    return 0;
}

static int candidate_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, wg_id id, json_t *explained,
                          json_t *items)
{
    static const char *const whole_district[] = {""};
    static const struct guard_scope everywhere = {whole_district, 1};
    struct person person;
    json_t *row;
    /* A clerk compares people wherever they live: that is what the right to review is. The look is in the audit. */
    int rc = person_get(ctx, snap, d, &everywhere, id, &person);
    if (rc == WG_E_OUT_OF_SCOPE) return 0;
    if (rc == 0) rc = person_row_json(ctx, d, snap, &person, &row);
    if (rc) return rc;
    json_t *item =
        json_pack("{s:o, s:o, s:s?}", "person", row, "birth", res_day_json(ctx, person.birth), "address", person.address);
    (void)json_object_update(item, explained);
    json_array_append_new(items, item);
    return 0;
}

static int item_json(struct guard_call *call, const struct claiming *c, json_t **ret)
{
    struct wg_ctx *ctx = call->ctx;
    struct store_snap *snap;
    struct list_head head;
    struct row row;
    int rc = store_read(ctx, c->d->store, &snap);
    if (rc == 0) rc = list_head_get(ctx, snap, c->d, c->list, &head);
    if (rc == 0) rc = read_row(ctx, snap, c->d, c->list, c->row, &row);
    store_read_end(snap);
    if (rc) return rc;
    struct list_cells cells = cells_of(ctx, &head, &row);
    size_t n = json_array_size(row.candidates);
    wg_id *people = wg_alloc_n(ctx->arena, n, sizeof *people);
    json_t **explained = wg_alloc_n(ctx->arena, n, sizeof(json_t *));
    for (size_t i = 0; i < n; i++)
        if (!wg_id_parse(wg_str(json_string_value(json_array_get(json_array_get(row.candidates, i), 0))), &people[i]))
            people[i] = (wg_id){0};
    struct explaining x = {c->d, &head, &cells, people, n, explained};
    /* Odds and reasons weigh how rare a value is in the whole register: before it is in memory the row is shown without candidates. */
    bool loading = list_index_await(ctx, c->d, call->who->worker);
    if (!loading) rc = list_index_look(ctx, c->d, explain, &x);
    if (rc == 0) rc = store_read(ctx, c->d->store, &snap);
    json_t *fields = res_keep(ctx, json_array()), *candidates = res_keep(ctx, json_array());
    for (size_t i = 0; i < cells.n; i++) {
        const char *header = json_string_value(json_array_get(json_object_get(head.shape, "header"), i));
        json_array_append_new(fields, json_pack("{s:s, s:s, s:s%}", "header", header ? header : "", "kind",
                                                column_kind_code(cells.kinds[i]), "value",
                                                cells.cells[i].n ? cells.cells[i].p : "", cells.cells[i].n));
    }
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (!explained[i]) continue;
        guard_note(call, people[i], "candidate");
        rc = candidate_json(ctx, c->d, snap, people[i], explained[i], candidates);
    }
    if (rc) return rc;
    store_read_end(snap);
    *ret = json_pack("{s:s, s:s, s:I, s:s, s:s, s:O, s:O, s:o}", "list", wg_id_text(ctx->arena, c->list), "list_name",
                     head.name, "row", (json_int_t)c->row, "until", wg_time_text(ctx->arena, ctx->now + CLAIM_MS, ctx->zone),
                     "reason_text", list_reason_text(row.reason, ctx->lang), "fields", fields, "candidates", candidates,
                     "loading", loading ? json_real(list_index_loading(c->d)) : json_null());
    return 0;
}

/* --- the edge ----------------------------------------------------------------------------------------------------------------------------- */

static int answer_next(struct guard_call *call, wg_id list, wg_id held_list, int64_t held_row)
{
    struct wg_ctx *ctx = call->ctx;
    struct claiming c = {.call = call, .d = call->services, .wanted = list, .held_list = held_list, .held_row = held_row};
    struct store_snap *snap;
    int64_t left, others;
    json_t *item = NULL;
    int rc = store_write(ctx, c.d->store, claim, &c);
    if (rc == 0 && c.found) rc = item_json(call, &c, &item);
    (void)res_keep(ctx, item);
    if (rc == 0) rc = store_read(ctx, c.d->store, &snap);
    if (rc == 0) rc = count_left(ctx, snap, &c, &left, &others);
    if (rc) return rc;
    if (item) json_object_set_new(item, "left", json_integer(left));
    return res_answer(call,
                      json_pack("{s:O?, s:I, s:I}", "item", item, "left", (json_int_t)left, "by_others", (json_int_t)others));
}

static int get_ready(struct guard_call *call)
{
    const struct district *d = call->services;
    bool loading = list_index_await(call->ctx, d, call->who->worker);
    return res_answer(call, json_pack("{s:o}", "loading", loading ? json_real(list_index_loading(d)) : json_null()));
}

static int read_row_ref(struct wg_ctx *ctx, const json_t *body, wg_id *ret_list, int64_t *ret_row)
{
    const json_t *row = json_object_get(body, "row");
    int rc = res_id_member(ctx, body, "list", ret_list);
    if (rc) return rc;
    if (wg_id_is_nil(*ret_list)) return wg_refuse(ctx, WG_E_MISSING_FIELD, "list", NULL, NULL);
    if (!json_is_integer(row)) return wg_refuse(ctx, WG_E_MISSING_FIELD, "row", NULL, NULL);
    *ret_row = json_integer_value(row);
    return 0;
}

static int post_next(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    json_t *body;
    wg_id list, held_list = {0};
    int64_t held_row = 0;
    int rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = res_id_member(ctx, body, "list", &list);
    const json_t *holding = rc ? NULL : json_object_get(body, "holding");
    if (holding && !json_is_null(holding)) rc = read_row_ref(ctx, holding, &held_list, &held_row);
    return rc ? rc : answer_next(call, list, held_list, held_row);
}

struct verdict_writing {
    struct guard_call *call;
    const struct district *d;
    wg_id list, person, decision;
    int64_t row;
    const char *verdict;
};

static const char q_row_path[] = "SELECT path FROM list_row WHERE district = $1 AND list = $2 AND row = $3";
static const char q_decision_of[] =
    "SELECT c.worker, r.path FROM decision c JOIN list_row r ON r.district = c.district AND r.list = "
    "c.list AND r.row = c.row WHERE c.district = $1 AND c.id = $2";

static int refuse_outside(struct wg_ctx *ctx, struct store_tx *tx, const struct verdict_writing *w)
{
    struct store_rows *rows;
    bool found;
    struct store_value values[] = {store_cstr(w->d->code), store_id(&w->list), store_int(w->row)};
    int rc = store_one(ctx, store_tx_snap(tx), q_row_path, values, 3, &rows, &found);
    if (rc) return rc;
    bool inside = found && guard_in_scope(&w->call->who->scope, store_get_text(rows, 0));
    store_rows_end(found ? rows : NULL);
    return inside ? 0 : wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
}

static int write_decision(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct verdict_writing *w = arg;
    int rc = refuse_outside(ctx, tx, w);
    if (rc) return rc;
    rc = review_decide(ctx, tx, w->d, w->call->who->worker, w->list, w->row, w->verdict, w->person, &w->decision);
    if (rc) return rc;
    guard_note(w->call, w->person, w->verdict);
    return guard_audit_in(w->call, tx);
}

static int answer_decided(struct guard_call *call, const struct verdict_writing *w)
{
    struct wg_ctx *ctx = call->ctx;
    struct claiming c = {.call = call, .d = w->d};
    struct store_snap *snap;
    int64_t left, others;
    int rc = store_read(ctx, w->d->store, &snap);
    if (rc == 0) rc = count_left(ctx, snap, &c, &left, &others);
    return rc ? rc
              : res_answer(call,
                           json_pack("{s:s, s:I}", "decision", wg_id_text(ctx->arena, w->decision), "left", (json_int_t)left));
}

static int post_decide(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct verdict_writing w = {.call = call, .d = call->services};
    json_t *body;
    int rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = read_row_ref(ctx, body, &w.list, &w.row);
    if (rc == 0) rc = res_text_member(ctx, body, "verdict", 16, &w.verdict);
    if (rc == 0) rc = res_id_member(ctx, body, "person", &w.person);
    if (rc == 0 && !w.verdict) rc = wg_refuse(ctx, WG_E_MISSING_FIELD, "verdict", NULL, NULL);
    if (rc == 0) rc = store_write(ctx, w.d->store, write_decision, &w);
    return rc ? rc : answer_decided(call, &w);
}

static int write_undo(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct verdict_writing *w = arg;
    const struct guard_who *who = w->call->who;
    struct store_rows *rows;
    bool found;
    /* One's own may have led out of one's scope; of others' one hears only within it. */
    int rc = store_one(ctx, store_tx_snap(tx), q_decision_of,
                       (struct store_value[]){store_cstr(w->d->code), store_id(&w->decision)}, 2, &rows, &found);
    if (rc) return rc;
    bool seen = found && (wg_id_eq(store_get_id(rows, 0), who->worker) || guard_in_scope(&who->scope, store_get_text(rows, 1)));
    store_rows_end(found ? rows : NULL);
    if (!seen) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    rc = review_undo(ctx, tx, w->d, who->worker, w->decision);
    return rc ? rc : guard_audit_in(w->call, tx);
}

static int post_undo(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct verdict_writing w = {.call = call, .d = call->services};
    int rc = res_id_param(ctx, call->request, 0, &w.decision);
    if (rc == 0) rc = store_write(ctx, w.d->store, write_undo, &w);
    return rc ? rc : answer_decided(call, &w);
}

static int write_release(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct verdict_writing *w = arg;
    struct store_value values[] = {store_cstr(w->d->code), store_id(&w->list), store_int(w->row),
                                   store_id(&w->call->who->worker)};
    return store_exec(ctx, tx, q_release, values, 4, NULL);
}

static int post_release(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct verdict_writing w = {.call = call, .d = call->services};
    json_t *body;
    int rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = read_row_ref(ctx, body, &w.list, &w.row);
    if (rc == 0) rc = store_write(ctx, w.d->store, write_release, &w);
    return rc ? rc : res_answer(call, json_pack("{s:b}", "ok", 1));
}

const struct guard_route review_routes[] = {
    {"POST", "/api/v1/review/next", RIGHT_REVIEW, "review.look", NULL, post_next, "Claims the next doubtful row for this clerk",
     NULL, "ReviewAsk", "ReviewNext"},
    {"GET", "/api/v1/review/ready", RIGHT_REVIEW, NULL, "says whether the register is in memory", get_ready,
     "How far the register is loaded that candidates are compared with", NULL, NULL, "ReviewReady"},
    {"POST", "/api/v1/review/decide", RIGHT_REVIEW, "review.decide", NULL, post_decide, "same, new or ask", NULL, "Verdict",
     "Decided"},
    {"POST", "/api/v1/review/release", RIGHT_REVIEW, NULL, "gives a claim back; shows nothing", post_release,
     "Gives a claimed row back", NULL, "RowRef", "Done"},
    {"POST", "/api/v1/review/{decision}/undo", RIGHT_REVIEW, "review.undo", NULL, post_undo,
     "Takes one's own decision back while nobody has acted on it", NULL, NULL, "Decided"},
    {0},
};
