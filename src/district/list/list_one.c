/* One list in full: its columns to confirm (or confirmed), how it was read, its funnel by street, what was odd about it. */
#include <string.h>

#include "district/list/list_internal.h"

static const char q_memory[] = "SELECT columns FROM source_columns WHERE district = $1 AND source = $2 ORDER BY at DESC";
static const char q_same_file[] = "SELECT id FROM list WHERE district = $1 AND file_digest = $2 AND id <> $3 AND state IN "
                                  "('working', 'open', 'closed') ORDER BY received DESC";
static const char q_one[] = "SELECT w.name FROM worker w WHERE w.district = $1 AND w.id = $2";

static json_t *column_json(const struct tab_shape *shape, const struct column_guess *guess, size_t index,
                           const char *remembered)
{
    json_t *samples = json_array();
    for (size_t i = 0; i < guess->n_samples; i++)
        json_array_append_new(samples, json_stringn(guess->samples[i].p, guess->samples[i].n));
    return json_pack(
        "{s:I, s:s%, s:s, s:s?, s:f, s:b, s:b, s:I, s:I, s:I, s:I, s:o}", "index", (json_int_t)index, "header",
        shape->header[index].p, shape->header[index].n, "kind", remembered ? remembered : column_kind_code(guess->kind),
        "second", guess->second == COLUMN_UNKNOWN ? NULL : column_kind_code(guess->second), "confidence", guess->confidence,
        "by_header", guess->by_header, "by_content", guess->by_content, "filled", (json_int_t)guess->filled, "sampled",
        (json_int_t)guess->sampled, "faulty", (json_int_t)guess->faulty, "lost", (json_int_t)guess->lost, "samples", samples);
}

/* Columns as guessed (or remembered for the source), with samples: read from the file while it waits to be confirmed. */
static int guessed_columns(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct list_head *head,
                           json_t **ret_columns, bool *ret_remembered)
{
    struct tab_reader *reader;
    struct column_guess *guesses;
    struct store_rows *rows;
    const json_t *memory = NULL;
    bool found;
    json_t *columns = res_keep(ctx, json_array());
    int rc = list_file_open(ctx, d, head->id, &reader);
    if (rc == 0) rc = columns_guess(ctx, reader, LIST_SAMPLE_ROWS, &guesses);
    if (rc == 0)
        rc = store_one(ctx, snap, q_memory, (struct store_value[]){store_cstr(d->code), store_cstr(head->source)}, 2, &rows,
                       &found);
    if (rc) return rc;
    const struct tab_shape *shape = tab_shape(reader);
    if (found) {
        struct wg_str text = store_get_text(rows, 0);
        memory = res_keep(ctx, json_loadb(text.p, text.n, 0, NULL));
        store_rows_end(rows);
    }
    *ret_remembered = json_array_size(memory) == shape->columns;
    for (size_t c = 0; c < shape->columns; c++)
        json_array_append_new(
            columns, column_json(shape, &guesses[c], c, *ret_remembered ? json_string_value(json_array_get(memory, c)) : NULL));
    *ret_columns = columns;
    return 0;
}

static json_t *confirmed_columns(struct wg_ctx *ctx, const struct list_head *head)
{
    json_t *columns = res_keep(ctx, json_array());
    const json_t *header = json_object_get(head->shape, "header");
    for (size_t c = 0; c < json_array_size(head->columns); c++)
        json_array_append_new(columns,
                              json_pack("{s:I, s:O, s:O, s:n, s:f, s:b, s:b, s:i, s:i, s:i, s:i, s:[]}", "index", (json_int_t)c,
                                        "header", json_array_get(header, c), "kind", json_array_get(head->columns, c), "second",
                                        "confidence", 1.0, "by_header", 1, "by_content", 1, "filled", 0, "sampled", 0, "faulty",
                                        0, "lost", 0, "samples"));
    return columns;
}

static void add_oddity(json_t *items, enum wg_lang lang, const char *code, json_int_t count, const char *zh, const char *en)
{
    if (count > 0)
        json_array_append_new(items,
                              json_pack("{s:s, s:I, s:s}", "code", code, "count", count, "text", lang == WG_ZH ? zh : en));
}

static const char q_reasons[] = "SELECT reason, count(*) FROM list_row WHERE district = $1 AND list = $2 AND outcome = "
                                "'rejected' GROUP BY reason ORDER BY 2 DESC";

static int oddities(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct list_head *head,
                    json_t **ret)
{
    struct store_rows *rows;
    bool more;
    json_t *items = res_keep(ctx, json_array());
    add_oddity(items, ctx->lang, "title_rows", json_integer_value(json_object_get(head->shape, "title_rows")),
               "表头上方有标题行", "title lines above the header");
    add_oddity(items, ctx->lang, "other_sheets", (json_int_t)json_array_size(json_object_get(head->shape, "other_sheets")),
               "还有其他有数据的工作表，没有读", "other sheets with data were not read");
    add_oddity(items, ctx->lang, "total_rows", json_integer_value(json_object_get(head->measure, "total_rows")),
               "合计行、脚注行不作为人员", "lines of totals or notes, not people");
    add_oddity(items, ctx->lang, "blank_rows", json_integer_value(json_object_get(head->measure, "blank_rows")), "空行",
               "empty lines");
    add_oddity(items, ctx->lang, "lost_idno", json_integer_value(json_object_get(head->measure, "lost_idno")),
               "证件号被表格软件改坏（科学记数），未猜测，按其他栏比对",
               "identity numbers rounded by a spreadsheet; not guessed, compared by the other columns");
    int rc = store_query(ctx, snap, q_reasons, (struct store_value[]){store_cstr(d->code), store_id(&head->id)}, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        const char *reason = wg_cstr(ctx->arena, store_get_text(rows, 0));
        add_oddity(items, ctx->lang, reason, store_get_int(rows, 1), list_reason_text(reason, WG_ZH),
                   list_reason_text(reason, WG_EN));
    }
    if (rc == 0) *ret = items;
    return rc;
}

static const char q_funnel[] =
    "SELECT substr(r.path, 1, 3), count(*), sum(CASE WHEN r.stage <> 'waiting' THEN 1 ELSE 0 END), "
    "sum(CASE WHEN r.stage = 'reached' THEN 1 ELSE 0 END), sum(CASE WHEN r.stage IN ('reached', 'closed') THEN 1 ELSE 0 END), "
    "sum(CASE WHEN r.stage = 'dispatched' AND e.due <= $3 THEN 1 ELSE 0 END) "
    "FROM list_row r LEFT JOIN enrolment e ON e.district = r.district AND e.id = r.enrolment AND r.stage = 'dispatched' "
    "WHERE r.district = $1 AND r.list = $2 AND r.path >= $4 AND r.path < $5 GROUP BY substr(r.path, 1, 3) ORDER BY 1";

static int funnel(struct guard_call *call, const struct district *d, struct store_snap *snap, const struct list_head *head,
                  json_t **ret)
{
    struct wg_ctx *ctx = call->ctx;
    json_t *items = res_keep(ctx, json_array());
    for (size_t i = 0; i < call->who->scope.n; i++) {
        struct store_rows *rows;
        bool more;
        const char *top = call->who->scope.tops[i];
        struct store_value values[] = {store_cstr(d->code), store_id(&head->id), store_time(ctx->now), store_cstr(top),
                                       store_cstr(guard_scope_end(ctx->arena, top))};
        int rc = store_query(ctx, snap, q_funnel, values, 5, &rows);
        while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
            json_t *place = NULL;
            struct wg_str path = wg_str_dup(ctx->arena, store_get_text(rows, 0));
            if (path.n) rc = place_ref(ctx, snap, d->code, path, &place);
            if (rc) return rc;
            json_array_append_new(
                items, json_pack("{s:o, s:I, s:I, s:I, s:I, s:I}", "place", place ? place : json_null(), "received",
                                 (json_int_t)store_get_int(rows, 1), "dispatched", (json_int_t)store_get_int(rows, 2),
                                 "reached", (json_int_t)store_get_int(rows, 3), "closed", (json_int_t)store_get_int(rows, 4),
                                 "overdue", (json_int_t)store_get_int(rows, 5)));
        }
        if (rc) return rc;
    }
    *ret = items;
    return 0;
}

static int bringer_of(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const struct list_head *head,
                      const char **ret_name)
{
    struct store_rows *rows;
    bool found;
    int rc =
        store_one(ctx, snap, q_one, (struct store_value[]){store_cstr(d->code), store_id(&head->worker)}, 2, &rows, &found);
    if (rc) return rc;
    *ret_name = found ? wg_cstr(ctx->arena, store_get_text(rows, 0)) : "";
    if (found) store_rows_end(rows);
    return 0;
}

static int known_list(struct guard_call *call, const struct district *d, struct store_snap *snap, const struct list_head *head,
                      json_t **ret)
{
    struct wg_ctx *ctx = call->ctx;
    struct store_rows *rows;
    struct list_head other;
    const char *by;
    bool found;
    struct store_value values[] = {store_cstr(d->code), store_bytes(head->digest), store_id(&head->id)};
    int rc = store_one(ctx, snap, q_same_file, values, 3, &rows, &found);
    *ret = json_null();
    if (rc || !found) return rc;
    wg_id id = store_get_id(rows, 0);
    store_rows_end(rows);
    rc = list_head_get(ctx, snap, d, id, &other);
    if (rc == 0) rc = bringer_of(ctx, snap, d, &other, &by);
    if (rc == 0)
        *ret = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:b, s:s, s:o}", "id", wg_id_text(ctx->arena, id), "name",
                         other.name, "source", other.source, "programme", other.programme, "received",
                         res_time_json(ctx, other.received), "due", res_time_json(ctx, other.due), "by", by, "mine",
                         list_is_theirs(call, &other) ? 1 : 0, "state", other.state, "counts", list_counts_json(&other));
    return rc;
}

int list_one_json(struct guard_call *call, struct store_snap *snap, const struct list_head *head, json_t **ret)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    const char *by = "";
    json_t *columns = NULL, *known = NULL, *streets = NULL, *odd = NULL;
    bool remembered = false, mapping = strcmp(head->state, "mapping") == 0;
    int rc = mapping ? guessed_columns(ctx, d, snap, head, &columns, &remembered) : 0;
    if (!mapping) columns = confirmed_columns(ctx, head);
    if (rc == 0) rc = funnel(call, d, snap, head, &streets);
    if (rc == 0) rc = oddities(ctx, d, snap, head, &odd);
    if (rc == 0) rc = bringer_of(ctx, snap, d, head, &by);
    if (rc == 0) rc = known_list(call, d, snap, head, &known);
    if (rc) return rc;
    json_t *shape = json_copy(head->shape);
    json_object_del(shape, "header");
    *ret = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:b, s:s, s:s, s:o, s:O, s:b, s:o, s:o, s:o, s:O, s:O, s:o}", "id",
                     wg_id_text(ctx->arena, head->id), "name", head->name, "source", head->source, "programme", head->programme,
                     "received", res_time_json(ctx, head->received), "due", res_time_json(ctx, head->due), "by", by, "mine",
                     list_is_theirs(call, head) ? 1 : 0, "state", head->state, "file_name", head->file_name, "shape", shape,
                     "columns", columns, "remembered", remembered ? 1 : 0, "known", known, "job", res_id_json(ctx, head->job),
                     "counts", list_counts_json(head), "funnel", streets, "oddities", odd, "measure",
                     head->measure ? json_incref(head->measure) : json_object());
    return 0;
}
