/* The register as files: everything goes out as CSV or XLSX and comes in again; a bad row is kept with its reason. */
#include <stdlib.h>
#include <string.h>

#include "district/register/register_files.h"

/* --- out ------------------------------------------------------------------------------------------------------------------------- */

static const char q_people[] = "SELECT p.id, p.path, l.label, p.name, p.sex, p.birth, p.idno_sealed, p.phone_sealed, "
                               "p.relation, p.state, p.address, p.note "
                               "FROM person p JOIN place l ON l.district = p.district AND l.id = p.place WHERE p.district = $1 "
                               "AND p.path >= $2 AND p.path < $3 "
                               "ORDER BY p.path, p.id";
static const char q_places[] = "SELECT id, path, kind, code, name, label, valid_from, valid_until FROM place WHERE district = "
                               "$1 AND path >= $2 AND path < $3 "
                               "AND level > 0 ORDER BY path";
static const char q_duties[] =
    "SELECT d.id, d.path, l.label, d.worker, w.name, d.role, d.from_day, d.until_day FROM duty d "
    "JOIN place l ON l.district = d.district AND l.id = d.place JOIN worker w ON w.district = d.district AND w.id = d.worker "
    "WHERE d.district = $1 AND d.path >= $2 AND d.path < $3 AND d.superseded = 0 ORDER BY d.path, d.id";

static struct wg_str column(struct wg_ctx *ctx, const struct store_rows *rows, int at)
{
    return wg_str_dup(ctx->arena, store_get_text(rows, at));
}

static struct wg_str day_column(struct wg_ctx *ctx, const struct store_rows *rows, int at)
{
    return store_is_null(rows, at) ? WG_STR("") : wg_str(wg_day_text(ctx->arena, store_get_day(rows, at)));
}

static struct wg_str choice(const struct res_resource *resource, const char *name, struct wg_str code, enum wg_lang lang)
{
    for (size_t f = 0; f < resource->n_fields; f++) {
        const struct res_field *field = &resource->fields[f];
        if (strcmp(field->name, name) != 0) continue;
        for (size_t i = 0; field->choices[i]; i++)
            if (wg_str_is(code, field->choices[i]))
                return wg_str(lang == WG_ZH && field->choices_zh ? field->choices_zh[i] : field->choices[i]);
    }
    return code;
}

static int number_column(struct wg_ctx *ctx, const struct district *d, const struct store_rows *rows, int at, const char *field,
                         wg_id id, struct wg_str *ret)
{
    *ret = WG_STR("");
    return store_is_null(rows, at) ? 0 : guard_unseal(ctx, d->guard, field, id, store_get_text(rows, at), ret);
}

static void set(const struct res_resource *resource, struct wg_str *cells, const char *name, struct wg_str text)
{
    for (size_t f = 0; f < resource->n_fields; f++)
        if (strcmp(resource->fields[f].name, name) == 0) cells[f] = text;
}

static int people_cells(struct wg_ctx *ctx, const struct district *d, const struct store_rows *rows, struct wg_str *cells)
{
    const struct res_resource *r = &register_people;
    struct wg_str idno, phone;
    wg_id id = store_get_id(rows, 0);
    int rc = number_column(ctx, d, rows, 6, "idno", id, &idno);
    if (rc == 0) rc = number_column(ctx, d, rows, 7, "phone", id, &phone);
    if (rc) return rc;
    set(r, cells, "id", wg_str(wg_id_text(ctx->arena, id)));
    set(r, cells, "place_path", column(ctx, rows, 1));
    set(r, cells, "place_label", column(ctx, rows, 2));
    set(r, cells, "name", column(ctx, rows, 3));
    set(r, cells, "sex_text", choice(r, "sex_text", column(ctx, rows, 4), ctx->lang));
    set(r, cells, "birth", day_column(ctx, rows, 5));
    set(r, cells, "idno", idno);
    set(r, cells, "phone", phone);
    set(r, cells, "relation_text", choice(r, "relation_text", column(ctx, rows, 8), ctx->lang));
    set(r, cells, "state", choice(r, "state", column(ctx, rows, 9), ctx->lang));
    set(r, cells, "address", column(ctx, rows, 10));
    set(r, cells, "note", column(ctx, rows, 11));
    return 0;
}

static int places_cells(struct wg_ctx *ctx, const struct district *d, const struct store_rows *rows, struct wg_str *cells)
{
    const struct res_resource *r = &register_places;
    struct wg_str path = column(ctx, rows, 1);
    (void)d;
    set(r, cells, "id", wg_str(wg_id_text(ctx->arena, store_get_id(rows, 0))));
    set(r, cells, "path", path);
    set(r, cells, "parent_path", wg_str_sub(path, 0, path.n - PLACE_STEP));
    set(r, cells, "kind", choice(r, "kind", column(ctx, rows, 2), ctx->lang));
    set(r, cells, "code", column(ctx, rows, 3));
    set(r, cells, "name", column(ctx, rows, 4));
    set(r, cells, "label", column(ctx, rows, 5));
    set(r, cells, "valid_from", day_column(ctx, rows, 6));
    set(r, cells, "valid_until", day_column(ctx, rows, 7));
    return 0;
}

static int duties_cells(struct wg_ctx *ctx, const struct district *d, const struct store_rows *rows, struct wg_str *cells)
{
    const struct res_resource *r = &register_duties;
    (void)d;
    set(r, cells, "id", wg_str(wg_id_text(ctx->arena, store_get_id(rows, 0))));
    set(r, cells, "place_path", column(ctx, rows, 1));
    set(r, cells, "place_label", column(ctx, rows, 2));
    set(r, cells, "worker", wg_str(wg_id_text(ctx->arena, store_get_id(rows, 3))));
    set(r, cells, "worker_name", column(ctx, rows, 4));
    set(r, cells, "role", choice(r, "role", column(ctx, rows, 5), ctx->lang));
    set(r, cells, "from", day_column(ctx, rows, 6));
    set(r, cells, "until", day_column(ctx, rows, 7));
    return 0;
}

static const struct register_file files[] = {
    {&register_people, q_people, people_cells, register_import_person},
    {&register_places, q_places, places_cells, register_import_place},
    {&register_duties, q_duties, duties_cells, register_import_duty},
};

const struct register_file *register_file_named(struct wg_str name)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (wg_str_is(name, files[i].resource->name)) return &files[i];
    return NULL;
}

int register_export(struct wg_ctx *ctx, const struct district *d, const struct register_file *file,
                    const struct guard_scope *scope, enum tab_format format, tab_sink sink, void *arg)
{
    struct store_snap *snap;
    struct res_file *out;
    int rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = res_file_write(ctx, file->resource, format, ctx->lang, sink, arg, &out);
    struct wg_ctx own = *ctx;
    own.arena = wg_arena_new();
    for (size_t i = 0; rc == 0 && i < scope->n; i++) {
        struct store_rows *rows;
        bool more;
        struct store_value values[] = {store_cstr(d->code), store_cstr(scope->tops[i]),
                                       store_cstr(guard_scope_end(ctx->arena, scope->tops[i]))};
        rc = store_query(ctx, snap, file->query, values, 3, &rows);
        while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
            wg_arena_reset(own.arena);
            struct wg_str *cells = wg_alloc_n(own.arena, file->resource->n_fields, sizeof *cells);
            for (size_t f = 0; f < file->resource->n_fields; f++) cells[f] = WG_STR("");
            rc = file->cells(&own, d, rows, cells);
            if (rc == 0) rc = res_file_row(&own, out, cells);
            if (rc) wg_problem_fill(ctx, rc, own.problem.where, own.problem.args[0], own.problem.args[1]);
        }
    }
    wg_arena_free(own.arena);
    if (rc == 0) rc = res_file_end(ctx, out);
    store_read_end(snap);
    return rc;
}

struct exporting {
    const struct district *d;
    const struct register_file *file;
    struct guard_scope scope;
};

static int write_register(struct wg_ctx *ctx, void *what, enum tab_format format, tab_sink sink, void *arg)
{
    const struct exporting *e = what;
    return register_export(ctx, e->d, e->file, &e->scope, format, sink, arg);
}

static int get_export(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct exporting e = {.d = call->services, .file = register_file_named(call->request->params[0])};
    if (!e.file) return wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_cstr(ctx->arena, call->request->params[0]), NULL);
    int rc = res_scope_query(call, &e.scope);
    if (rc == 0)
        rc = res_file_answer(call, res_name_today(ctx, ctx->lang == WG_ZH ? e.file->resource->zh : e.file->resource->en),
                             write_register, &e);
    if (rc == 0) guard_note(call, (wg_id){0}, e.file->resource->name);
    return rc;
}

static int get_resource(struct guard_call *call)
{
    const struct register_file *file = register_file_named(call->request->params[0]);
    if (!file) return wg_refuse(call->ctx, WG_E_NOT_FOUND, NULL, wg_cstr(call->ctx->arena, call->request->params[0]), NULL);
    return res_answer(call, json_pack("{s:s, s:{s:s, s:s}, s:o}", "name", file->resource->name, "label", "zh",
                                      file->resource->zh, "en", file->resource->en, "fields", res_describe(file->resource)));
}

/* --- in: the file is kept, and a job reads it ------------------------------------------------------------------------------------------ */

struct adding {
    const struct district *d;
    struct job_new job;
    wg_id id;
};

static int add_job(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct adding *a = arg;
    return job_add(ctx, tx, a->d->code, &a->job, &a->id);
}

static int post_import(struct guard_call *call, const struct register_file *file)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct tab_limits limits = tab_limits_default();
    struct http_upload upload;
    struct tab_reader *reader;
    struct job_status status;
    int rc = http_multipart(ctx, call->request, &upload);
    /* What cannot be read at all, or lacks a column, is said at once. */
    if (rc == 0) rc = tab_open_bytes(ctx, upload.bytes, &limits, &reader);
    int *columns = wg_alloc_n(ctx->arena, file->resource->n_fields, sizeof *columns);
    if (rc == 0) rc = res_file_columns(ctx, file->resource, tab_shape(reader), columns);
    wg_id id = wg_id_new(ctx->now);
    if (rc == 0) rc = guard_file_keep(ctx, d->guard, d->store, "register.file", id, upload.bytes);
    if (rc) return rc;
    json_t *tops = json_array();
    for (size_t i = 0; i < call->who->scope.n; i++) json_array_append_new(tops, json_string(call->who->scope.tops[i]));
    json_t *args = res_keep(
        ctx, json_pack("{s:s, s:s, s:o}", "resource", file->resource->name, "file", wg_id_text(ctx->arena, id), "tops", tops));
    struct adding a = {.d = d, .job = {"register.import", call->who->worker, call->who->scope.tops[0], args, ctx->lang}};
    rc = store_write(ctx, d->store, add_job, &a);
    if (rc) return rc;
    job_wake(d->jobs.engine);
    rc = job_look(ctx, d->jobs.engine, a.id, &status);
    return rc ? rc : res_answer(call, job_json(ctx, &status));
}

/* One route each, as writing people, places and duties are rights of their own. */
static int post_people(struct guard_call *call)
{
    return post_import(call, register_file_named(WG_STR("people")));
}

static int post_places(struct guard_call *call)
{
    return post_import(call, register_file_named(WG_STR("places")));
}

static int post_duties(struct guard_call *call)
{
    return post_import(call, register_file_named(WG_STR("duties")));
}

/* The rows that were not taken, with the reason of each, as a file that imports again. */
static int get_refused(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct job_status status;
    wg_id id, file;
    struct wg_str bytes;
    int rc = res_id_param(ctx, call->request, 0, &id);
    if (rc == 0) rc = job_look(ctx, d->jobs.engine, id, &status);
    if (rc) return rc;
    const char *text = json_string_value(json_object_get(status.result, "refused_file"));
    if (!wg_id_eq(status.worker, call->who->worker) || !text || !wg_id_parse(wg_str(text), &file))
        return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    rc = guard_file_read(ctx, d->guard, d->store, "register.file", file, &bytes);
    if (rc) return rc;
    call->answer->bytes = bytes;
    call->answer->type = "text/csv; charset=utf-8";
    call->answer->file_name = ctx->lang == WG_ZH ? "退回.csv" : "refused.csv";
    return 0;
}

const struct guard_route file_routes[] = {
    {"GET", "/api/v1/resources/{name}", RIGHT_SIGNED_IN, NULL, "field names, no data", get_resource,
     "Fields of people, places or duties, for forms and files", NULL, NULL, "Resource"},
    {"GET", "/api/v1/export/{name}", RIGHT_EXPORT, "register.export", NULL, get_export,
     "People, places or duties within scope as a file", "place:string format:string", NULL, NULL},
    {"POST", "/api/v1/import/people", RIGHT_PERSON_WRITE, "register.import", NULL, post_people,
     "People from a file: multipart with file", NULL, NULL, "Job"},
    {"POST", "/api/v1/import/places", RIGHT_PLACE_WRITE, "register.import", NULL, post_places,
     "Places from a file: multipart with file", NULL, NULL, "Job"},
    {"POST", "/api/v1/import/duties", RIGHT_DUTY_WRITE, "register.import", NULL, post_duties,
     "Duties from a file: multipart with file", NULL, NULL, "Job"},
    {"GET", "/api/v1/import/{job}/refused", RIGHT_SIGNED_IN, "register.refused", NULL, get_refused,
     "Rows of one's own import that were not taken, with reasons", NULL, NULL, NULL},
    {0},
};
