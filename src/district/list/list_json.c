/* Lists as others see them: the table of lists, one list with its funnel, names for tasks, rows of a person. */
#include <string.h>

#include "district/list/list_internal.h"

static const char q_page[] = "SELECT l.id, l.name, l.source, l.programme, l.received, l.due, w.name, l.state, l.n_rows, "
                             "l.n_matched, l.n_new, l.n_review, l.n_rejected, l.n_dispatched, "
                             "l.n_reached, l.n_closed FROM list l LEFT JOIN worker w ON w.district = l.district AND w.id = "
                             "l.worker WHERE l.district = $1 "
                             "AND (l.received < $2 OR (l.received = $2 AND l.id < $3)) AND ($4 IS NULL OR l.state = $4) "
                             "AND ($5 = '' OR EXISTS (SELECT 1 FROM list_row r WHERE r.district = l.district AND r.list = l.id "
                             "AND r.path >= $5 AND r.path < $6)) "
                             "ORDER BY l.received DESC, l.id DESC LIMIT $7";

static json_t *list_row_json(struct wg_ctx *ctx, const struct store_rows *rows)
{
    struct list_head head = {.n_rows = store_get_int(rows, 8),
                             .n_matched = store_get_int(rows, 9),
                             .n_new = store_get_int(rows, 10),
                             .n_review = store_get_int(rows, 11),
                             .n_rejected = store_get_int(rows, 12),
                             .n_dispatched = store_get_int(rows, 13),
                             .n_reached = store_get_int(rows, 14),
                             .n_closed = store_get_int(rows, 15)};
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:o}", "id", wg_id_text(ctx->arena, store_get_id(rows, 0)),
                     "name", wg_cstr(ctx->arena, store_get_text(rows, 1)), "source",
                     wg_cstr(ctx->arena, store_get_text(rows, 2)), "programme", wg_cstr(ctx->arena, store_get_text(rows, 3)),
                     "received", res_time_json(ctx, store_get_time(rows, 4)), "due",
                     res_time_json(ctx, store_get_time(rows, 5)), "by", wg_cstr(ctx->arena, store_get_text(rows, 6)), "state",
                     wg_cstr(ctx->arena, store_get_text(rows, 7)), "counts", list_counts_json(&head));
}

int list_page_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct guard_scope *scope,
                   const char *state, struct wg_str after, int limit, json_t **ret_page)
{
    struct store_rows *rows;
    wg_id after_id;
    wg_time after_at = INT64_MAX;
    const char *next = NULL;
    bool more;
    memset(after_id.b, 0xFF, sizeof after_id.b);
    struct wg_str at, rest = after;
    if (after.n &&
        (!wg_str_next(&rest, ':', &at) || !wg_parse_i64(at, 0, INT64_MAX, &after_at) || !wg_id_parse(rest, &after_id)))
        return wg_refuse(ctx, WG_E_BAD_FIELD, "after", NULL, NULL);
    /* Whoever has several duties sees lists by the first; rows of the others show on their own pages. */
    const char *top = scope->n ? scope->tops[0] : "~";
    struct store_value values[] = {store_cstr(d->code), store_int(after_at), store_id(&after_id),
                                   store_cstr(state),   store_cstr(top),     store_cstr(guard_scope_end(ctx->arena, top)),
                                   store_int(limit)};
    int rc = store_query(ctx, snap, q_page, values, 7, &rows);
    json_t *items = res_keep(ctx, json_array());
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        json_array_append_new(items, list_row_json(ctx, rows));
        if (json_array_size(items) == (size_t)limit)
            next = wg_fmt(ctx->arena, "%lld:%s", (long long)store_get_time(rows, 4),
                          wg_id_text(ctx->arena, store_get_id(rows, 0)));
    }
    if (rc == 0) *ret_page = res_page_json(json_incref(items), next);
    return rc;
}

/* Names for some fifty tasks a query, whatever the page's length. */
enum { NAMES_CHUNK = 50 };
static const char q_names[] =
    "SELECT DISTINCT r.enrolment, l.name FROM list_row r JOIN list l ON l.district = r.district AND l.id = r.list "
    "WHERE r.district = $1 AND r.enrolment IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
    "$19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, "
    "$43, $44, $45, $46, $47, $48, $49, $50, $51) ORDER BY l.name";

static int names_for_chunk(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const wg_id *enrolments,
                           size_t n, json_t **names)
{
    struct store_value values[NAMES_CHUNK + 1] = {store_cstr(d->code)};
    struct store_rows *rows;
    bool more;
    for (size_t i = 0; i < NAMES_CHUNK; i++) values[i + 1] = i < n ? store_id(&enrolments[i]) : store_null();
    int rc = store_query(ctx, snap, q_names, values, NAMES_CHUNK + 1, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        wg_id enrolment = store_get_id(rows, 0);
        struct wg_str name = store_get_text(rows, 1);
        for (size_t i = 0; i < n; i++)
            if (wg_id_eq(enrolments[i], enrolment)) json_array_append_new(names[i], json_stringn(name.p, name.n));
    }
    return rc;
}

int list_names_for(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const wg_id *enrolments, size_t n,
                   json_t **ret_names)
{
    int rc = 0;
    for (size_t i = 0; i < n; i++) ret_names[i] = res_keep(ctx, json_array());
    for (size_t i = 0; i < n && rc == 0; i += NAMES_CHUNK) {
        size_t some = n - i < NAMES_CHUNK ? n - i : NAMES_CHUNK;
        rc = names_for_chunk(ctx, d, snap, enrolments + i, some, ret_names + i);
    }
    return rc;
}

static const char q_of_person[] = "SELECT r.list, l.name, r.row, r.outcome, r.stage, l.received FROM list_row r JOIN list l ON "
                                  "l.district = r.district AND l.id = r.list "
                                  "WHERE r.district = $1 AND r.person = $2 ORDER BY l.received DESC LIMIT 50";

int list_rows_of_person(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, wg_id person, json_t **ret)
{
    struct store_rows *rows;
    bool more;
    json_t *items = res_keep(ctx, json_array());
    int rc = store_query(ctx, snap, q_of_person, (struct store_value[]){store_cstr(d->code), store_id(&person)}, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more)
        json_array_append_new(
            items,
            json_pack("{s:s, s:s, s:I, s:s, s:s, s:o}", "list", wg_id_text(ctx->arena, store_get_id(rows, 0)), "name",
                      wg_cstr(ctx->arena, store_get_text(rows, 1)), "row", (json_int_t)store_get_int(rows, 2), "outcome",
                      wg_cstr(ctx->arena, store_get_text(rows, 3)), "stage", wg_cstr(ctx->arena, store_get_text(rows, 4)),
                      "received", res_time_json(ctx, store_get_time(rows, 5))));
    if (rc == 0) *ret = json_incref(items);
    return rc;
}
