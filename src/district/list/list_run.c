/* What the import does: reads the file, compares it with the register in memory, and writes rows with their tasks batch by batch. */
#include <stdlib.h>
#include <string.h>

#include "district/list/list_internal.h"

enum { BATCH = 2000 };

struct line {
    int64_t row;
    const struct wg_str *cells;
    const char *reject; /* reason known from the file alone, or NULL */
};

struct run {
    const struct district *d;
    struct list_head head;
    const struct wg_progress *progress;
    enum column_kind *kinds;
    size_t columns;
    struct line *lines;
    size_t n, cap;
    /* the comparison: fields are columns with a meaning; rows are lines not rejected */
    struct match_field *fields;
    size_t *field_column, n_fields;
    struct match_rows rows;
    size_t *line_of; /* by compared row */
    struct match_link *links;
    wg_id (*people)[12]; /* candidates' ids by compared row */
    struct match_measure measure;
    struct wg_str weights;
    size_t lost, damaged, totals, blanks;
};

/* --- reading ------------------------------------------------------------------------------------------------------------------------- */

static void take_line(struct wg_ctx *ctx, struct run *run, const struct tab_row *row)
{
    struct wg_str *cells = wg_alloc_n(ctx->arena, run->columns, sizeof *cells);
    const char *reject = row->kind == TAB_DAMAGED ? "damaged" : row->too_many_cells ? "too_many_cells" : NULL;
    for (size_t c = 0; c < run->columns; c++) {
        cells[c] = wg_str_dup(ctx->arena, row->cells[c]);
        if (row->kinds[c] == TAB_LOST && run->kinds[c] == COLUMN_IDNO) run->lost++;
    }
    /* A line that could not be cut into cells is kept whole in the first. */
    if (reject && run->columns) cells[0] = wg_str_dup(ctx->arena, row->raw);
    if (row->kind == TAB_DAMAGED) run->damaged++;
    run->lines = wg_grow(ctx->arena, run->lines, &run->cap, run->n + 1, sizeof *run->lines);
    run->lines[run->n++] = (struct line){(int64_t)row->number, cells, reject};
}

static int read_file(struct wg_ctx *ctx, struct run *run)
{
    struct tab_reader *reader;
    struct tab_row row;
    bool more;
    int rc = list_file_open(ctx, run->d, run->head.id, &reader);
    if (rc) return rc;
    run->columns = tab_shape(reader)->columns;
    if (json_array_size(run->head.columns) != run->columns)
        return wg_refuse(ctx, WG_E_LIST_STATE, "columns", run->head.state, NULL);
    run->kinds = wg_alloc_n(ctx->arena, run->columns, sizeof *run->kinds);
    for (size_t c = 0; c < run->columns; c++)
        if (!column_kind_from_code(wg_str(json_string_value(json_array_get(run->head.columns, c))), &run->kinds[c]))
            run->kinds[c] = COLUMN_UNKNOWN;
    while ((rc = tab_next(ctx, reader, &row, &more)) == 0 && more) {
        if (row.kind == TAB_BLANK) run->blanks++;
        if (row.kind == TAB_TOTAL) run->totals++;
        if (row.kind == TAB_DATA || row.kind == TAB_DAMAGED) take_line(ctx, run, &row);
        if (run->n % 1024 == 0) {
            if (wg_progress_cancelled(run->progress)) return wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
            wg_progress_report(run->progress, 0.2 * tab_done(reader));
        }
    }
    return rc;
}

/* --- comparing ----------------------------------------------------------------------------------------------------------------------- */

static void choose_fields(struct wg_ctx *ctx, struct run *run)
{
    run->fields = wg_alloc_n(ctx->arena, run->columns, sizeof *run->fields);
    run->field_column = wg_alloc_n(ctx->arena, run->columns, sizeof *run->field_column);
    for (size_t c = 0; c < run->columns; c++) {
        if (!list_kind_compared(run->kinds[c])) continue;
        run->fields[run->n_fields] = (struct match_field){
            run->kinds[c], json_string_value(json_array_get(json_object_get(run->head.shape, "header"), c))};
        run->field_column[run->n_fields++] = c;
    }
}

static void choose_rows(struct wg_ctx *ctx, struct run *run)
{
    struct wg_str *cells = wg_alloc_n(ctx->arena, run->n * run->n_fields, sizeof *cells);
    size_t n = 0;
    run->line_of = wg_alloc_n(ctx->arena, run->n, sizeof *run->line_of);
    for (size_t i = 0; i < run->n; i++) {
        if (run->lines[i].reject) continue;
        for (size_t f = 0; f < run->n_fields; f++) cells[n * run->n_fields + f] = run->lines[i].cells[run->field_column[f]];
        run->line_of[n++] = i;
    }
    run->rows = (struct match_rows){run->fields, run->n_fields, cells, n};
}

static int compare(struct wg_ctx *ctx, void *arg, const struct list_view *view)
{
    struct run *run = arg;
    struct match_weights *weights;
    struct match_options options = match_options_default(wg_today(ctx));
    options.area_code = run->d->area_code;
    if (run->rows.rows == 0) return 0;
    int rc = match_learn(ctx, view->match, &run->rows, &options, &weights);
    if (rc) return rc;
    run->weights = (struct wg_str){(const char *)weights, match_weights_bytes()};
    options.weights = weights;
    rc = match_list(ctx, view->match, &run->rows, &options, run->progress, &run->links, &run->measure);
    if (rc) return rc;
    run->people = wg_alloc_n(ctx->arena, run->rows.rows, sizeof *run->people);
    for (size_t i = 0; i < run->rows.rows; i++)
        for (size_t c = 0; c < run->links[i].n_candidates && c < 12; c++)
            run->people[i][c] = list_view_person(view, run->links[i].candidates[c].key);
    return 0;
}

/* --- writing ------------------------------------------------------------------------------------------------------------------------- */

struct seen_print {
    wg_id print, person;
    bool used;
};

struct writing {
    struct run *run;
    const size_t *order;   /* lines as they are written */
    size_t n, from, to;    /* of them */
    const size_t *link_of; /* by line: compared row + 1, or 0 */
    const struct list_places *places;
    struct seen_print *seen; /* new people of this list by print: a row repeated is one person */
    size_t n_seen;
    struct seen_print **fresh; /* of `seen`, what the batch at work has added */
    size_t n_fresh;
    struct wg_str not_same; /* print and person, 32 bytes each, sorted */
};

static const char q_row[] =
    "INSERT INTO list_row (district, list, row, raw, mended, name, idno_tail, phone_tail, outcome, reason, probability, "
    "person, candidates, print, enrolment, path, stage, decided_by, decided_at, claimed_by, claimed_until, came_from) "
    "VALUES ($1, $2, $3, $4, NULL, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, NULL, NULL, NULL, NULL, $17)";

static const char *number_tail(struct wg_ctx *ctx, const char *number)
{
    size_t n = number ? strlen(number) : 0;
    return n ? wg_fmt(ctx->arena, "%s", number + (n > 4 ? n - 4 : 0)) : NULL;
}

static bool found_not_same(const struct writing *w, wg_id print, wg_id person)
{
    unsigned char key[32];
    size_t low = 0, high = w->not_same.n / 32;
    memcpy(key, print.b, 16);
    memcpy(key + 16, person.b, 16);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(w->not_same.p + middle * 32, key, 32);
        if (order == 0) return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

void list_settle(struct wg_ctx *ctx, const struct list_person *person, bool (*refused)(const void *arg, wg_id candidate),
                 const void *arg, struct list_compared *said)
{
    json_t *left = res_keep(ctx, json_array());
    bool dropped_best = false;
    for (size_t c = 0; c < json_array_size(said->candidates); c++) {
        json_t *pair = json_array_get(said->candidates, c);
        wg_id candidate;
        bool drop = wg_id_parse(wg_str(json_string_value(json_array_get(pair, 0))), &candidate) && refused(arg, candidate);
        if (drop && c == 0) dropped_best = true;
        if (!drop) json_array_append(left, pair);
    }
    said->candidates = left;
    if (dropped_best && strcmp(said->outcome, "rejected") != 0) {
        said->outcome = json_array_size(left) && strcmp(said->outcome, "review") == 0 ? "review" : "new";
        said->reason = "not_same";
        said->probability = 0;
        said->person = (wg_id){0};
    }
    if (strcmp(said->outcome, "new") != 0) return;
    bool identifies = person->idno || person->phone || person->birth != WG_DAY_NONE || person->address;
    if (!person->name) {
        said->outcome = "rejected";
        said->reason = "no_name";
    } else if (person->lost_idno && !identifies) {
        said->outcome = "rejected";
        said->reason = "lost_idno";
    }
}

struct asking {
    const struct writing *writing;
    wg_id print;
};

static bool refused_before(const void *arg, wg_id candidate)
{
    const struct asking *a = arg;
    return found_not_same(a->writing, a->print, candidate);
}

/* What the comparison says, after what clerks said before. */
static void judge(struct wg_ctx *ctx, const struct writing *w, size_t line, const struct list_person *person, wg_id print,
                  struct list_compared *ret)
{
    const struct run *run = w->run;
    *ret = (struct list_compared){
        .outcome = "rejected", .reason = run->lines[line].reject, .candidates = res_keep(ctx, json_array())};
    if (ret->reason || w->link_of[line] == 0) return;
    size_t row = w->link_of[line] - 1;
    const struct match_link *link = &run->links[row];
    for (size_t c = 0; c < link->n_candidates && c < 12; c++)
        json_array_append_new(
            ret->candidates, json_pack("[s, f]", wg_id_text(ctx->arena, run->people[row][c]), link->candidates[c].probability));
    ret->outcome = match_outcome_code(link->outcome);
    ret->reason = link->reason;
    ret->probability = link->best.probability;
    if (strcmp(ret->outcome, "matched") == 0) ret->person = run->people[row][0];
    list_settle(ctx, person, refused_before, &(struct asking){w, print}, ret);
}

static struct seen_print *seen_slot(const struct writing *w, wg_id print)
{
    size_t at = wg_hash(print.b, sizeof print.b) & (w->n_seen - 1);
    while (w->seen[at].used && !wg_id_eq(w->seen[at].print, print)) at = (at + 1) & (w->n_seen - 1);
    return &w->seen[at];
}

/* Places outside the sums' reach: a pool above the grid is a path as well. */
static int dispatch(struct wg_ctx *ctx, struct store_tx *tx, struct writing *w, const struct list_cells *cells,
                    const struct list_person *person, wg_id print, struct list_compared *said, wg_id *ret_enrolment,
                    const char **path, const char **stage)
{
    const struct run *run = w->run;
    struct place place = {0};
    struct seen_print *seen = seen_slot(w, print);
    bool is_new = strcmp(said->outcome, "new") == 0;
    int rc = 0;
    *stage = "waiting";
    *path = list_places_home(w->places);
    if (strcmp(said->outcome, "rejected") == 0) return 0;
    if (strcmp(said->outcome, "matched") != 0) {
        rc = list_place_of(ctx, store_tx_snap(tx), run->d, w->places, cells, &place);
        if (rc) return rc;
        *path = place.path;
    }
    if (!is_new && strcmp(said->outcome, "matched") != 0) return 0;
    *stage = "dispatched";
    if (is_new && seen->used) {
        said->person = seen->person;
        said->reason = "repeat";
        return list_enrol(ctx, tx, run->d, &run->head, said->person, NULL, ret_enrolment, path);
    }
    if (is_new) {
        rc = list_new_person(ctx, tx, run->d, run->head.worker, person, &place, &said->person);
        if (rc) return rc;
        *seen = (struct seen_print){print, said->person, true};
        w->fresh[w->n_fresh++] = seen;
    }
    return list_enrol(ctx, tx, run->d, &run->head, said->person, is_new ? place.path : NULL, ret_enrolment, path);
}

static int write_line(struct wg_ctx *ctx, struct store_tx *tx, struct writing *w, size_t line, struct list_delta *delta)
{
    const struct run *run = w->run;
    const struct line *l = &run->lines[line];
    struct list_cells cells = {l->cells, run->kinds, run->columns};
    struct list_person person;
    struct list_compared said;
    wg_id enrolment = {0};
    const char *path, *stage;
    list_person_read(ctx, run->d, &cells, &person);
    wg_id print = list_print(run->d, ctx, &person);
    judge(ctx, w, line, &person, print, &said);
    int rc = dispatch(ctx, tx, w, &cells, &person, print, &said, &enrolment, &path, &stage);
    if (rc) return rc;
    char *candidates =
        json_array_size(said.candidates) ? json_dumps(said.candidates, JSON_COMPACT | JSON_REAL_PRECISION(5)) : NULL;
    struct store_value values[] = {
        store_cstr(run->d->code),
        store_id(&run->head.id),
        store_int(l->row),
        store_bytes(list_seal_cells(ctx, run->d, run->head.id, l->row, l->cells, run->columns)),
        store_cstr(person.name ? person.name : ""),
        store_cstr(number_tail(ctx, person.idno)),
        store_cstr(number_tail(ctx, person.phone)),
        store_cstr(said.outcome),
        store_cstr(said.reason),
        store_real(said.probability),
        store_id(&said.person),
        store_cstr(candidates),
        store_id(&print),
        store_id(&enrolment),
        store_cstr(path),
        store_cstr(stage),
        store_cstr(person.came_from),
    };
    rc = store_exec(ctx, tx, q_row, values, 17, NULL);
    free(candidates);
    delta->rows++;
    list_delta_outcome(delta, said.outcome, 1);
    list_delta_stage(delta, stage, 1);
    return rc;
}

static int write_batch(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct writing *w = arg;
    struct list_delta delta = {0};
    /* The batch may run again: whom it entered was never there. Last in, first out, so that no other's slot is lost. */
    while (w->n_fresh) w->fresh[--w->n_fresh]->used = false;
    struct wg_ctx own = *ctx;
    own.arena = wg_arena_new();
    int rc = 0;
    for (size_t i = w->from; i < w->to && rc == 0; i++) rc = write_line(&own, tx, w, w->order[i], &delta);
    if (rc == 0) rc = list_add_counts(&own, tx, w->run->d, w->run->head.id, &delta);
    if (rc)
        (void)wg_refuse(ctx, own.problem.code ? own.problem.code : rc, own.problem.where, own.problem.args[0],
                        own.problem.args[1]);
    wg_arena_free(own.arena);
    return rc;
}

static const char q_written[] = "SELECT row FROM list_row WHERE district = $1 AND list = $2 ORDER BY row";
static const char q_not_same[] = "SELECT print, person FROM not_same WHERE district = $1 ORDER BY print, person";
static const char q_new_prints[] =
    "SELECT print, person FROM list_row WHERE district = $1 AND list = $2 AND outcome = 'new' AND person IS NOT NULL";

static int load_not_same(struct wg_ctx *ctx, struct store_snap *snap, struct writing *w)
{
    struct store_rows *rows;
    unsigned char *all = NULL;
    size_t n = 0, cap = 0;
    bool more;
    int rc = store_query(ctx, snap, q_not_same, (struct store_value[]){store_cstr(w->run->d->code)}, 1, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        wg_id print = store_get_id(rows, 0), person = store_get_id(rows, 1);
        all = wg_grow(ctx->arena, all, &cap, (n + 1) * 32, 1);
        memcpy(all + n * 32, print.b, 16);
        memcpy(all + n * 32 + 16, person.b, 16);
        n++;
    }
    w->not_same = (struct wg_str){(const char *)all, n * 32};
    return rc;
}

static int load_seen(struct wg_ctx *ctx, struct store_snap *snap, struct writing *w)
{
    struct store_rows *rows;
    bool more;
    w->n_seen = 64;
    while (w->n_seen < w->run->n * 2) w->n_seen *= 2;
    w->seen = wg_alloc_n(ctx->arena, w->n_seen, sizeof *w->seen);
    struct store_value values[] = {store_cstr(w->run->d->code), store_id(&w->run->head.id)};
    int rc = store_query(ctx, snap, q_new_prints, values, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        wg_id print = store_get_id(rows, 0);
        *seen_slot(w, print) = (struct seen_print){print, store_get_id(rows, 1), true};
    }
    return rc;
}

/* Which lines were written before the program stopped: their number is their key. Both come in the order of numbers. */
static int load_written(struct wg_ctx *ctx, struct store_snap *snap, const struct run *run, bool *written)
{
    struct store_value values[] = {store_cstr(run->d->code), store_id(&run->head.id)};
    struct store_rows *rows;
    size_t line = 0;
    bool more;
    int rc = store_query(ctx, snap, q_written, values, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        int64_t row = store_get_int(rows, 0);
        while (line < run->n && run->lines[line].row < row) line++;
        if (line < run->n && run->lines[line].row == row) written[line] = true;
    }
    return rc;
}

struct place_in_line {
    wg_id person; /* matched; nil: anyone else */
    size_t line;
};

static int by_person(const void *left, const void *right)
{
    const struct place_in_line *a = left, *b = right;
    int order = wg_id_cmp(a->person, b->person);
    if (order) return order;
    return a->line < b->line ? -1 : a->line > b->line;
}

/* Those matched follow each other as they do in the register, so that a batch changes few pages of each index and not some of all;
 * the others, among whom the first of a print makes the new person, follow the file and go first. */
static void put_in_order(struct wg_ctx *ctx, struct writing *w, const bool *written)
{
    const struct run *run = w->run;
    struct place_in_line *places = wg_alloc_n(ctx->arena, run->n + 1, sizeof *places);
    size_t *order = wg_alloc_n(ctx->arena, run->n + 1, sizeof *order);
    for (size_t i = 0; i < run->n; i++) {
        size_t row = w->link_of[i];
        bool matched = row && run->links[row - 1].outcome == MATCH_MATCHED;
        if (!written[i]) places[w->n++] = (struct place_in_line){matched ? run->people[row - 1][0] : (wg_id){{0}}, i};
    }
    if (w->n) qsort(places, w->n, sizeof *places, by_person);
    for (size_t i = 0; i < w->n; i++) order[i] = places[i].line;
    w->order = order;
}

static int write_all(struct wg_ctx *ctx, struct run *run)
{
    struct writing w = {.run = run};
    struct store_snap *snap;
    struct list_places *places;
    bool *written = wg_alloc_n(ctx->arena, run->n + 1, sizeof *written);
    size_t *link_of = wg_alloc_n(ctx->arena, run->n, sizeof *link_of);
    for (size_t i = 0; i < run->rows.rows; i++) link_of[run->line_of[i]] = i + 1;
    w.link_of = link_of;
    int rc = store_read(ctx, run->d->store, &snap);
    if (rc == 0) rc = list_places_load(ctx, snap, run->d, run->head.worker, &places);
    if (rc == 0) rc = load_not_same(ctx, snap, &w);
    if (rc == 0) rc = load_seen(ctx, snap, &w);
    if (rc == 0) rc = load_written(ctx, snap, run, written);
    if (rc) return rc;
    store_read_end(snap);
    w.places = places;
    w.fresh = wg_alloc_n(ctx->arena, BATCH, sizeof(struct seen_print *));
    put_in_order(ctx, &w, written);
    for (; rc == 0 && w.from < w.n; w.from = w.to) {
        w.to = w.n - w.from < BATCH ? w.n : w.from + BATCH;
        rc = store_write(ctx, run->d->store, write_batch, &w);
        w.n_fresh = 0; /* they stay */
        wg_progress_report(run->progress, 0.6 + 0.4 * (double)w.to / (double)w.n);
    }
    return rc;
}

/* --- the end ----------------------------------------------------------------------------------------------------------------------------- */

static const char q_finish[] =
    "UPDATE list SET state = 'open', measure = $3, weights = $4 WHERE district = $1 AND id = $2 AND state = 'working'";
static const char q_set_state[] = "UPDATE list SET state = $3 WHERE district = $1 AND id = $2 AND state = 'working'";

static int finish(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct run *run = arg;
    char *measure = json_dumps(
        res_keep(ctx,
                 json_pack("{s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "expected_false_matches",
                           run->measure.expected_false_matches, "expected_missed", run->measure.expected_missed,
                           "threshold_match", run->measure.threshold_match, "threshold_review", run->measure.threshold_review,
                           "pairs_compared", (json_int_t)run->measure.pairs_compared, "register_size",
                           (json_int_t)run->measure.register_size, "pairs_skipped", (json_int_t)run->measure.pairs_skipped,
                           "lost_idno", (json_int_t)run->lost, "damaged", (json_int_t)run->damaged, "total_rows",
                           (json_int_t)run->totals, "blank_rows", (json_int_t)run->blanks)),
        JSON_COMPACT);
    struct store_value values[] = {store_cstr(run->d->code), store_id(&run->head.id), store_cstr(measure),
                                   run->weights.n ? store_bytes(run->weights) : store_null()};
    int rc = store_exec(ctx, tx, q_finish, values, 4, NULL);
    free(measure);
    return rc;
}

struct ending {
    const struct run *run;
    const char *state;
};

static int set_state(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct ending *e = arg;
    struct store_value values[] = {store_cstr(e->run->d->code), store_id(&e->run->head.id), store_cstr(e->state)};
    return store_exec(ctx, tx, q_set_state, values, 3, NULL);
}

int list_run(struct wg_ctx *ctx, const struct district *d, wg_id list, const struct wg_progress *progress,
             void (*phase)(void *arg, const char *code), void *phase_arg)
{
    struct run run = {.d = d, .progress = progress};
    struct store_snap *snap;
    int rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = list_head_get(ctx, snap, d, list, &run.head);
    if (rc) return rc;
    store_read_end(snap);
    if (strcmp(run.head.state, "working") != 0) return wg_refuse(ctx, WG_E_LIST_STATE, NULL, run.head.state, NULL);
    if (phase) phase(phase_arg, "reading");
    rc = read_file(ctx, &run);
    if (rc == 0) {
        if (phase) phase(phase_arg, "comparing");
        choose_fields(ctx, &run);
        choose_rows(ctx, &run);
        rc = list_index_use(ctx, d, progress, compare, &run);
    }
    if (rc == 0 && wg_progress_cancelled(progress)) rc = wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
    if (rc == 0 && phase) phase(phase_arg, "dispatching");
    if (rc == 0) rc = write_all(ctx, &run);
    if (rc == 0) return store_write(ctx, d->store, finish, &run);
    /* A refusal is the list's end only when it is about the list: a full disk or a stop is tried again. */
    int status = wg_problem_kind(rc)->status;
    if (rc != WG_E_CANCELLED && status >= 400 && status < 500) {
        struct wg_problem why = ctx->problem;
        if (store_write(ctx, d->store, set_state, &(struct ending){&run, "failed"}) != 0)
            wg_log(WG_LOG_ERROR, "list: its end could not be written");
        ctx->problem = why;
    }
    return rc;
}

/* --- the job -------------------------------------------------------------------------------------------------------------------------------- */

static void tell_phase(void *arg, const char *code)
{
    job_phase(arg, code);
}

static int cancel_list(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    const struct run *run = arg;
    return list_close(ctx, tx, run->d, run->head.id, "cancelled");
}

static int import_job(struct wg_ctx *ctx, struct job *job, void *services)
{
    const struct district *d = services;
    struct list_head head;
    struct store_snap *snap;
    wg_id list;
    int rc = res_id_member(ctx, job_args(job), "list", &list);
    if (rc == 0) rc = list_run(ctx, d, list, job_progress(job), tell_phase, job);
    /* Cancelled by somebody: the list ends. By the program's own end: the job is run again. */
    if (rc == WG_E_CANCELLED && !job_stopping(job)) {
        int ended = store_write(ctx, d->store, cancel_list, &(struct run){.d = d, .head = {.id = list}});
        return ended ? ended : wg_refuse(ctx, WG_E_CANCELLED, NULL, NULL, NULL);
    }
    if (rc) return rc;
    rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = list_head_get(ctx, snap, d, list, &head);
    if (rc == 0)
        job_result(job, json_pack("{s:s, s:o}", "list", wg_id_text(ctx->arena, list), "counts", list_counts_json(&head)));
    return rc;
}

const struct job_kind list_jobs[] = {{"list.import", import_job}, {LIST_LOAD_JOB, list_load_job}, {0}};

/* --- one row alone ----------------------------------------------------------------------------------------------------------------------------- */

struct single {
    const struct district *d;
    const struct list_head *head;
    const struct list_cells *cells;
    struct list_compared *ret;
};

static int compare_single(struct wg_ctx *ctx, void *arg, const struct list_view *view)
{
    const struct single *s = arg;
    struct match_field fields[LIST_COLUMNS_MAX];
    struct wg_str cells[LIST_COLUMNS_MAX];
    size_t n = 0;
    struct match_link *link;
    struct match_measure measure;
    struct match_options options = match_options_default(wg_today(ctx));
    options.area_code = s->d->area_code;
    if (s->head->weights.n == match_weights_bytes())
        options.weights = (const struct match_weights *)(const void *)s->head->weights.p;
    for (size_t c = 0; c < s->cells->n && n < LIST_COLUMNS_MAX; c++) {
        if (!list_kind_compared(s->cells->kinds[c])) continue;
        fields[n] = (struct match_field){s->cells->kinds[c], ""};
        cells[n++] = s->cells->cells[c];
    }
    struct match_rows rows = {fields, n, cells, 1};
    int rc = match_list(ctx, view->match, &rows, &options, NULL, &link, &measure);
    if (rc) return rc;
    *s->ret = (struct list_compared){.outcome = match_outcome_code(link->outcome),
                                     .reason = link->reason,
                                     .probability = link->best.probability,
                                     .candidates = res_keep(ctx, json_array())};
    for (size_t c = 0; c < link->n_candidates; c++) {
        wg_id person = list_view_person(view, link->candidates[c].key);
        if (c == 0 && link->outcome == MATCH_MATCHED) s->ret->person = person;
        json_array_append_new(s->ret->candidates,
                              json_pack("[s, f]", wg_id_text(ctx->arena, person), link->candidates[c].probability));
    }
    return 0;
}

int list_compare_row(struct wg_ctx *ctx, const struct district *d, const struct list_head *head, const struct list_cells *cells,
                     struct list_compared *ret)
{
    return list_index_use(ctx, d, NULL, compare_single, &(struct single){d, head, cells, ret});
}
