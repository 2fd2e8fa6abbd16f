/* Files into the register: each row in a unit's savepoint of its own, so that a bad one is kept aside and the good ones go on. */
#include <stdlib.h>
#include <string.h>

#include "district/register/register_files.h"

enum { BATCH = 500, REFUSED_MAX = 64 * 1024 * 1024 };

/* --- one row of each kind ---------------------------------------------------------------------------------------------------------- */

static const struct res_value *get(const struct res_resource *resource, const struct res_value *values, const char *name)
{
    return res_get(resource, values, name);
}

static int place_in_scope(struct wg_ctx *ctx, struct store_tx *tx, const struct register_importing *in, const char *path,
                          const char *label, struct place *ret)
{
    int rc = place_by_path(ctx, store_tx_snap(tx), in->d->code, wg_str(path ? path : ""), ret);
    if (rc) return rc;
    return guard_in_scope(in->scope, wg_str(ret->path)) ? 0 : wg_refuse(ctx, WG_E_OUT_OF_SCOPE, label, NULL, NULL);
}

static const char *text_or(const struct res_value *value, const char *otherwise)
{
    if (!value->given) return otherwise;
    return value->null ? NULL : value->text;
}

int register_import_person(struct wg_ctx *ctx, struct store_tx *tx, const struct register_importing *in,
                           const struct res_value *values, enum register_change *ret_change)
{
    const struct res_resource *r = &register_people;
    const struct res_value *id = get(r, values, "id"), *path = get(r, values, "place_path"), *sex = get(r, values, "sex_text");
    const struct res_value *birth = get(r, values, "birth"), *relation = get(r, values, "relation_text");
    struct store_snap *snap = store_tx_snap(tx);
    struct person person = {.birth = WG_DAY_NONE, .relation = -1, .state = "living"};
    struct place place;
    int rc = 0;
    if (id->given) {
        rc = person_get(ctx, snap, in->d, in->scope, id->id, &person);
        /* A file from elsewhere, or of people erased since, brings its own ids: they are new here. */
        bool known = rc == 0;
        if (rc == WG_E_OUT_OF_SCOPE) {
            ctx->problem = (struct wg_problem){0};
            person.id = id->id;
            rc = 0;
        }
        if (rc == 0 && known) rc = person_numbers(ctx, snap, in->d, &person);
        if (rc) return rc;
    }
    int64_t before = person.version;
    rc = path->given || before == 0
             ? place_in_scope(ctx, tx, in, path->text, ctx->lang == WG_ZH ? "地方路径" : "place path", &place)
             : 0;
    if (rc) return rc;
    if (path->given || before == 0) person.place = place.id;
    person.name = text_or(get(r, values, "name"), person.name);
    person.idno = text_or(get(r, values, "idno"), person.idno);
    person.phone = text_or(get(r, values, "phone"), person.phone);
    person.state = text_or(get(r, values, "state"), person.state);
    person.address = text_or(get(r, values, "address"), person.address);
    person.note = text_or(get(r, values, "note"), person.note);
    if (sex->given) person.sex = (int)sex->i;
    if (birth->given) person.birth = birth->null ? WG_DAY_NONE : (wg_day)birth->i;
    if (relation->given) person.relation = relation->null ? -1 : (int)relation->i;
    /* Two real people with one number exist in old data: a file may bring both. */
    rc = person_put(ctx, tx, in->d, in->by, true, &person);
    *ret_change = before == 0 ? CHANGE_ADDED : person.version > before ? CHANGE_CHANGED : CHANGE_NONE;
    return rc;
}

int register_import_place(struct wg_ctx *ctx, struct store_tx *tx, const struct register_importing *in,
                          const struct res_value *values, enum register_change *ret_change)
{
    const struct res_resource *r = &register_places;
    const struct res_value *id = get(r, values, "id"), *parent_path = get(r, values, "parent_path"),
                           *until = get(r, values, "valid_until");
    struct place place = {.valid_until = WG_DAY_OPEN}, parent;
    int rc = id->given ? place_get(ctx, store_tx_snap(tx), in->d->code, id->id, &place) : 0;
    bool known = id->given && rc == 0;
    if (rc == WG_E_NO_PLACE) {
        ctx->problem = (struct wg_problem){0};
        place.id = id->id;
        rc = 0;
    }
    if (rc == 0) rc = place_in_scope(ctx, tx, in, parent_path->text, ctx->lang == WG_ZH ? "上级路径" : "parent path", &parent);
    if (rc) return rc;
    const char *name = get(r, values, "name")->text, *code = text_or(get(r, values, "code"), place.code),
               *kind = get(r, values, "kind")->text;
    wg_day end = until->given && !until->null ? (wg_day)until->i : until->given ? WG_DAY_OPEN : place.valid_until;
    if (known && !wg_id_eq(place.parent, parent.id))
        return wg_refuse(
            ctx, WG_E_BAD_FIELD, ctx->lang == WG_ZH ? "上级路径" : "parent path",
            ctx->lang == WG_ZH ? "已有的地方不能用导入改换上级" : "a place that exists cannot be moved by an import", NULL);
    bool same = known && strcmp(name, place.name) == 0 && strcmp(code ? code : "", place.code ? place.code : "") == 0 &&
                end == place.valid_until;
    *ret_change = same ? CHANGE_NONE : known ? CHANGE_CHANGED : CHANGE_ADDED;
    if (same) return 0;
    place.name = name;
    place.code = code;
    place.valid_until = end;
    if (known) return place_change(ctx, tx, in->d->code, &place);
    place.parent = parent.id;
    place.kind = kind;
    if (!place_kind_level(wg_str(kind), &place.level)) return wg_refuse(ctx, WG_E_BAD_FIELD, "kind", kind, NULL);
    return place_add(ctx, tx, in->d->code, &place);
}

static const char q_duty_now[] = "SELECT until_day, path FROM duty WHERE district = $1 AND id = $2 AND superseded = 0";

int register_import_duty(struct wg_ctx *ctx, struct store_tx *tx, const struct register_importing *in,
                         const struct res_value *values, enum register_change *ret_change)
{
    const struct res_resource *r = &register_duties;
    const struct res_value *id = get(r, values, "id"), *until = get(r, values, "until");
    struct store_rows *rows;
    struct place place;
    bool known = false;
    wg_day end = until->given && !until->null ? (wg_day)until->i : WG_DAY_OPEN, now = WG_DAY_OPEN;
    int rc =
        place_in_scope(ctx, tx, in, get(r, values, "place_path")->text, ctx->lang == WG_ZH ? "地方路径" : "place path", &place);
    if (rc == 0 && id->given)
        rc = store_one(ctx, store_tx_snap(tx), q_duty_now, (struct store_value[]){store_cstr(in->d->code), store_id(&id->id)},
                       2, &rows, &known);
    if (rc) return rc;
    if (known) {
        now = store_is_null(rows, 0) ? WG_DAY_OPEN : store_get_day(rows, 0);
        bool here = wg_str_is(store_get_text(rows, 1), place.path);
        store_rows_end(rows);
        if (!here)
            return wg_refuse(
                ctx, WG_E_BAD_FIELD, ctx->lang == WG_ZH ? "地方路径" : "place path",
                ctx->lang == WG_ZH ? "已有的包保不能用导入改换地方" : "a duty that exists cannot be moved by an import", NULL);
        *ret_change = now == end ? CHANGE_NONE : CHANGE_CHANGED;
        return now == end ? 0 : duty_end(ctx, tx, in->d->code, id->id, end, in->by);
    }
    struct duty duty = {.id = id->id,
                        .place = place.id,
                        .worker = get(r, values, "worker")->id,
                        .lead = get(r, values, "role")->i == 0,
                        .from = (wg_day)get(r, values, "from")->i,
                        .until = end,
                        .recorded_by = in->by};
    *ret_change = CHANGE_ADDED;
    return duty_assign(ctx, tx, in->d->code, &duty);
}

/* --- a file ---------------------------------------------------------------------------------------------------------------------------- */

struct row {
    struct wg_str *cells;
    enum tab_cell_kind *kinds;
    size_t number;
    const char *fault; /* why it was not taken */
    struct res_value *values;
};

struct importing {
    struct register_importing in;
    const struct register_file *file;
    struct row *rows;
    size_t n;
    struct register_imported *sums;
    size_t single; /* the row a unit writes alone; n: all */
};

static void keep_fault(struct wg_ctx *ctx, struct row *row)
{
    row->fault = wg_problem_text(ctx->arena, &ctx->problem, ctx->lang);
    ctx->problem = (struct wg_problem){0};
}

static void count(struct register_imported *sums, enum register_change change)
{
    if (change == CHANGE_ADDED) sums->added++;
    if (change == CHANGE_CHANGED) sums->changed++;
    if (change == CHANGE_NONE) sums->unchanged++;
}

static int write_rows(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct importing *i = arg;
    struct register_imported sums = *i->sums;
    size_t from = i->single < i->n ? i->single : 0, to = i->single < i->n ? i->single + 1 : i->n;
    for (size_t r = from; r < to; r++) {
        enum register_change change;
        if (i->rows[r].fault) continue;
        int rc = i->file->import(ctx, tx, &i->in, i->rows[r].values, &change);
        if (rc) return rc;
        count(&sums, change);
    }
    *i->sums = sums;
    return 0;
}

/* All in one unit; when a row is refused, each in a unit of its own. */
static int write_batch(struct wg_ctx *ctx, struct importing *i)
{
    i->single = i->n;
    int rc = store_write(ctx, i->in.d->store, write_rows, i);
    if (rc == 0 || wg_problem_kind(rc)->status >= 500) return rc;
    ctx->problem = (struct wg_problem){0};
    for (i->single = 0; i->single < i->n; i->single++) {
        if (i->rows[i->single].fault) continue;
        rc = store_write(ctx, i->in.d->store, write_rows, i);
        if (rc && wg_problem_kind(rc)->status >= 500) return rc;
        if (rc) keep_fault(ctx, &i->rows[i->single]);
    }
    return 0;
}

struct refusing {
    struct wg_buf *buf;
    struct tab_writer *writer; /* NULL until the first */
    const struct tab_shape *shape;
};

static bool into_buffer(void *arg, const void *bytes, size_t n)
{
    struct wg_buf *buf = arg;
    wg_buf_add(buf, bytes, n);
    return !buf->failed;
}

static int refuse_row(struct wg_ctx *ctx, struct refusing *out, const struct row *row)
{
    size_t columns = out->shape->columns;
    int rc = 0;
    if (!out->writer) {
        struct tab_column *names = wg_alloc_n(ctx->arena, columns + 1, sizeof *names);
        for (size_t c = 0; c < columns; c++) names[c].name = wg_cstr(ctx->arena, out->shape->header[c]);
        names[columns].name = ctx->lang == WG_ZH ? "退回原因" : "reason";
        rc = tab_write_open(ctx, TAB_CSV, "", names, columns + 1, into_buffer, out->buf, &out->writer);
    }
    if (rc) return rc;
    struct wg_str *cells = wg_alloc_n(ctx->arena, columns + 1, sizeof *cells);
    memcpy(cells, row->cells, columns * sizeof *cells);
    cells[columns] = wg_str(wg_fmt(ctx->arena, ctx->lang == WG_ZH ? "第%zu行：%s" : "line %zu: %s", row->number, row->fault));
    return tab_write_row(ctx, out->writer, cells);
}

static int flush(struct wg_ctx *ctx, struct importing *i, struct refusing *out)
{
    int rc = write_batch(ctx, i);
    for (size_t r = 0; rc == 0 && r < i->n; r++) {
        if (!i->rows[r].fault) continue;
        i->sums->rejected++;
        rc = refuse_row(ctx, out, &i->rows[r]);
    }
    i->n = 0;
    return rc;
}

static void take_row(struct wg_ctx *ctx, struct importing *i, const int *columns, size_t n_columns, const struct tab_row *line)
{
    struct row *row = &i->rows[i->n++];
    *row = (struct row){.number = line->number,
                        .cells = wg_alloc_n(ctx->arena, n_columns, sizeof *row->cells),
                        .values = wg_alloc_n(ctx->arena, i->file->resource->n_fields, sizeof *row->values)};
    for (size_t c = 0; c < n_columns; c++) row->cells[c] = wg_str_dup(ctx->arena, line->cells[c]);
    i->sums->received++;
    if (line->kind == TAB_DAMAGED || line->too_many_cells) {
        row->fault = ctx->lang == WG_ZH ? "这一行无法读出" : "the line cannot be read";
        return;
    }
    struct tab_row copy = *line;
    copy.cells = row->cells;
    if (res_file_values(ctx, i->file->resource, columns, &copy, row->values) != 0) keep_fault(ctx, row);
}

int register_import(struct wg_ctx *ctx, const struct district *d, const struct register_file *file,
                    const struct guard_scope *scope, wg_id by, struct tab_reader *reader, const struct wg_progress *progress,
                    struct wg_buf *refused, struct register_imported *ret)
{
    const struct tab_shape *shape = tab_shape(reader);
    struct register_imported sums = {0};
    struct importing i = {.in = {d, scope, by}, .file = file, .sums = &sums};
    struct refusing out = {.buf = refused, .shape = shape};
    struct tab_row line;
    bool more;
    int *columns = wg_alloc_n(ctx->arena, file->resource->n_fields, sizeof *columns);
    i.rows = wg_alloc_n(ctx->arena, BATCH, sizeof *i.rows);
    int rc = res_file_columns(ctx, file->resource, shape, columns);
    /* Rows live in an arena that is emptied batch by batch; the file of refused rows keeps the outer one. */
    struct wg_ctx own = *ctx;
    own.arena = wg_arena_new();
    while (rc == 0 && (rc = tab_next(ctx, reader, &line, &more)) == 0 && more) {
        if (line.kind != TAB_DATA && line.kind != TAB_DAMAGED) continue;
        take_row(&own, &i, columns, shape->columns, &line);
        if (i.n < BATCH) continue;
        rc = flush(&own, &i, &out);
        if (rc) break;
        /* The writer was made in the first batch's arena when that had a fault: it must live on. */
        if (!out.writer) wg_arena_reset(own.arena);
        wg_progress_report(progress, tab_done(reader));
        if (wg_progress_cancelled(progress)) rc = wg_refuse(&own, WG_E_CANCELLED, NULL, NULL, NULL);
    }
    if (rc == 0) rc = flush(&own, &i, &out);
    if (rc == 0 && out.writer) rc = tab_write_close(&own, out.writer);
    if (rc && own.problem.code)
        wg_problem_fill(ctx, own.problem.code, own.problem.where, own.problem.args[0], own.problem.args[1]);
    wg_arena_free(own.arena);
    if (rc == 0) *ret = sums;
    return rc;
}

/* --- the job ------------------------------------------------------------------------------------------------------------------------------- */

static int run_import(struct wg_ctx *ctx, const struct district *d, struct job *job, const struct register_file *file,
                      struct tab_reader *reader, struct wg_buf *refused, struct register_imported *sums)
{
    const json_t *tops = json_object_get(job_args(job), "tops");
    const char **texts = wg_alloc_n(ctx->arena, json_array_size(tops), sizeof *texts);
    for (size_t t = 0; t < json_array_size(tops); t++) texts[t] = json_string_value(json_array_get(tops, t));
    struct guard_scope scope = {texts, json_array_size(tops)};
    job_phase(job, "writing");
    return register_import(ctx, d, file, &scope, job_worker(job), reader, job_progress(job), refused, sums);
}

static int import_job(struct wg_ctx *ctx, struct job *job, void *services)
{
    const struct district *d = services;
    const char *name = json_string_value(json_object_get(job_args(job), "resource"));
    const struct register_file *file = name ? register_file_named(wg_str(name)) : NULL;
    struct tab_limits limits = tab_limits_default();
    struct register_imported sums;
    struct tab_reader *reader;
    struct wg_str bytes;
    struct wg_buf refused;
    wg_id upload, refused_id = {0};
    if (!file) return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, name, NULL);
    wg_buf_init(&refused, REFUSED_MAX);
    int rc = res_id_member(ctx, job_args(job), "file", &upload);
    if (rc == 0) rc = guard_file_read(ctx, d->guard, d->store, "register.file", upload, &bytes);
    if (rc == 0) rc = tab_open_bytes(ctx, bytes, &limits, &reader);
    if (rc == 0) rc = run_import(ctx, d, job, file, reader, &refused, &sums);
    if (rc == 0 && refused.n) {
        refused_id = wg_id_new(ctx->now);
        rc = guard_file_keep(ctx, d->guard, d->store, "register.file", refused_id, (struct wg_str){refused.p, refused.n});
    }
    wg_buf_free(&refused);
    if (rc) return rc;
    guard_file_forget(d->store, upload);
    guard_forget_scopes(d->guard);
    job_result(job,
               json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "received", (json_int_t)sums.received, "added",
                         (json_int_t)sums.added, "changed", (json_int_t)sums.changed, "unchanged", (json_int_t)sums.unchanged,
                         "rejected", (json_int_t)sums.rejected, "refused_file", res_id_json(ctx, refused_id)));
    return 0;
}

const struct job_kind register_jobs[] = {{"register.import", import_job}, {0}};
