/* Lists as others see them: the table of lists, one list with its funnel, names for tasks, rows of a person. */
#include <stdlib.h>
#include <string.h>

#include "district/list/list_internal.h"

/* With $5 = '' every list; otherwise those with a row in the range, and those that $8 brought. */
static const char q_page[] =
    "SELECT l.id, l.name, l.source, l.programme, l.received, l.due, w.name, l.state, l.n_rows, "
    "l.n_matched, l.n_new, l.n_review, l.n_rejected, l.n_dispatched, "
    "l.n_reached, l.n_closed, l.worker FROM list l LEFT JOIN worker w ON w.district = l.district AND w.id = "
    "l.worker WHERE l.district = $1 "
    "AND (l.received < $2 OR (l.received = $2 AND l.id < $3)) AND ($4 IS NULL OR l.state = $4) "
    "AND ($5 = '' OR l.worker = $8 OR EXISTS (SELECT 1 FROM list_row r WHERE r.district = l.district "
    "AND r.list = l.id AND r.path >= $5 AND r.path < $6)) "
    "ORDER BY l.received DESC, l.id DESC LIMIT $7";

static json_t *list_row_json(struct wg_ctx *ctx, const struct list_page *what, const struct store_rows *rows)
{
    wg_id worker = store_get_id(rows, 16);
    bool mine = what->reader && (guard_in_scope(&what->reader->scope, WG_STR("")) || wg_id_eq(what->reader->worker, worker));
    struct list_head head = {.n_rows = store_get_int(rows, 8),
                             .n_matched = store_get_int(rows, 9),
                             .n_new = store_get_int(rows, 10),
                             .n_review = store_get_int(rows, 11),
                             .n_rejected = store_get_int(rows, 12),
                             .n_dispatched = store_get_int(rows, 13),
                             .n_reached = store_get_int(rows, 14),
                             .n_closed = store_get_int(rows, 15)};
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:b, s:s, s:o}", "id", wg_id_text(ctx->arena, store_get_id(rows, 0)),
                     "name", wg_cstr(ctx->arena, store_get_text(rows, 1)), "source",
                     wg_cstr(ctx->arena, store_get_text(rows, 2)), "programme", wg_cstr(ctx->arena, store_get_text(rows, 3)),
                     "received", res_time_json(ctx, store_get_time(rows, 4)), "due",
                     res_time_json(ctx, store_get_time(rows, 5)), "by", wg_cstr(ctx->arena, store_get_text(rows, 6)), "mine",
                     mine ? 1 : 0, "state", wg_cstr(ctx->arena, store_get_text(rows, 7)), "counts", list_counts_json(&head));
}

struct dated {
    wg_time received;
    wg_id id;
    json_t *json; /* kept by the arena */
};
struct dated_lists {
    struct dated *items;
    size_t n, cap;
};

static int newest_first(const void *left, const void *right)
{
    const struct dated *a = left, *b = right;
    if (a->received != b->received) return a->received > b->received ? -1 : 1;
    return wg_id_cmp(b->id, a->id);
}

static int read_top(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct list_page *what,
                    const char *top, const struct dated *after, struct dated_lists *lists)
{
    struct store_rows *rows;
    bool more;
    struct store_value values[] = {store_cstr(d->code),
                                   store_int(after->received),
                                   store_id(&after->id),
                                   store_cstr(what->state),
                                   store_cstr(top),
                                   store_cstr(guard_scope_end(ctx->arena, top)),
                                   store_int(what->limit + 1),
                                   store_id(what->by)};
    int rc = store_query(ctx, snap, q_page, values, 8, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        lists->items = wg_grow(ctx->arena, lists->items, &lists->cap, lists->n + 1, sizeof *lists->items);
        lists->items[lists->n++] =
            (struct dated){store_get_time(rows, 4), store_get_id(rows, 0), res_keep(ctx, list_row_json(ctx, what, rows))};
    }
    return rc;
}

int list_page_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct list_page *what,
                   json_t **ret_page)
{
    struct dated after = {.received = INT64_MAX};
    struct dated_lists lists = {0};
    const char *next = NULL;
    int rc = 0;
    memset(after.id.b, 0xFF, sizeof after.id.b);
    struct wg_str at, rest = what->after;
    if (rest.n &&
        (!wg_str_next(&rest, ':', &at) || !wg_parse_i64(at, 0, INT64_MAX, &after.received) || !wg_id_parse(rest, &after.id)))
        return wg_refuse(ctx, WG_E_BAD_FIELD, "after", NULL, NULL);
    for (size_t t = 0; t < what->scope->n && rc == 0; t++)
        rc = read_top(ctx, d, snap, what, what->scope->tops[t], &after, &lists);
    if (rc) return rc;
    /* A list with rows under several tops came once for each. */
    if (lists.n) qsort(lists.items, lists.n, sizeof *lists.items, newest_first);
    json_t *items = res_keep(ctx, json_array());
    const struct dated *last = NULL;
    for (size_t i = 0; i < lists.n && !next; i++) {
        if (last && wg_id_eq(last->id, lists.items[i].id)) continue;
        if (last && json_array_size(items) == (size_t)what->limit) {
            next = wg_fmt(ctx->arena, "%lld:%s", (long long)last->received, wg_id_text(ctx->arena, last->id));
        } else {
            json_array_append(items, lists.items[i].json);
            last = &lists.items[i];
        }
    }
    *ret_page = res_page_json(json_incref(items), next);
    return 0;
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
