/* The audit: rows written before the answer leaves, and read by those who may. */
#include <string.h>

#include "platform/guard/guard_internal.h"

enum { SUBJECTS_MAX = 10000, WHAT_MAX = 200 };

static const char q_add[] =
    "INSERT INTO audit (district, at, id, worker, role, verb, route, person, what, reason, path, request) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/* --- noting ------------------------------------------------------------------------------------------------------------------- */

static const char *shortened(struct wg_arena *arena, struct wg_str text, size_t max)
{
    size_t at = 0;
    for (size_t n = 0; at < text.n && n < max; n++) (void)wg_utf8_next(text, &at);
    return wg_cstr(arena, wg_str_sub(text, 0, at));
}

void guard_note(struct guard_call *call, wg_id person, const char *what)
{
    struct guard_notes *notes = call->notes;
    struct wg_arena *arena = call->ctx->arena;
    if (notes->n > SUBJECTS_MAX) return;
    if (notes->n == SUBJECTS_MAX) { /* pages are far smaller, and exports note their count: what is left out is at least said */
        person = (wg_id){{0}};
        what = "more, not named";
    }
    notes->subjects = wg_grow(arena, notes->subjects, &notes->cap, notes->n + 1, sizeof *notes->subjects);
    notes->subjects[notes->n++] = (struct guard_subject){person, what ? shortened(arena, wg_str(what), WHAT_MAX) : NULL};
}

void guard_note_place(struct guard_call *call, struct wg_str path)
{
    call->notes->path = wg_cstr(call->ctx->arena, path);
}

void guard_note_reason(struct guard_call *call, struct wg_str reason)
{
    call->notes->reason = shortened(call->ctx->arena, reason, GUARD_REASON_MAX);
}

/* --- writing ------------------------------------------------------------------------------------------------------------------ */

static int add_row(struct guard_call *call, struct store_tx *tx, const char *verb, const struct guard_subject *subject)
{
    struct wg_ctx *ctx = call->ctx;
    const struct guard_who *who = call->who;
    const struct guard_notes *notes = call->notes;
    wg_id id = wg_id_new(ctx->now), request = {0}, actor = who ? who->worker : notes->actor;
    (void)!wg_id_parse(wg_str(call->request->id), &request);
    const char *path = notes->path ? notes->path : who && who->scope.n ? who->scope.tops[0] : NULL;
    const char *role = who ? guard_role_code(who->role) : notes->actor_role;
    const char *route = wg_fmt(ctx->arena, "%s %s", notes->route->method, notes->route->pattern);
    struct store_value values[] = {
        store_cstr(call->guard->district),
        store_time(ctx->now),
        store_id(&id),
        store_id(&actor),
        store_cstr(role),
        store_cstr(verb),
        store_cstr(route),
        subject ? store_id(&subject->person) : store_null(),
        store_cstr(subject ? subject->what : NULL),
        store_cstr(notes->reason),
        store_cstr(path),
        store_id(&request),
    };
    return store_exec(ctx, tx, q_add, values, sizeof values / sizeof *values, NULL);
}

/* Writes what was noted from `from` on; one row without a subject when nothing was noted at all. */
static int add_rows(struct guard_call *call, struct store_tx *tx, const char *verb, size_t from, bool row_written)
{
    const struct guard_notes *notes = call->notes;
    if (notes->n == 0) return row_written ? 0 : add_row(call, tx, verb, NULL);
    for (size_t i = from; i < notes->n; i++) {
        int rc = add_row(call, tx, verb, &notes->subjects[i]);
        if (rc) return rc;
    }
    return 0;
}

int guard_audit_in(struct guard_call *call, struct store_tx *tx)
{
    struct guard_notes *notes = call->notes;
    if (!notes->route->audit) return 0;
    int rc = add_rows(call, tx, notes->route->audit, 0, false);
    if (rc) return rc;
    notes->n_written = notes->n;
    notes->row_written = true;
    return 0;
}

bool guard_audit_has_rest(const struct guard_call *call)
{
    const struct guard_notes *notes = call->notes;
    return notes->n ? notes->n_written < notes->n : !notes->row_written;
}

int guard_audit_rest(struct guard_call *call, struct store_tx *tx, bool refused)
{
    const struct guard_notes *notes = call->notes;
    const char *verb = notes->route->audit ? notes->route->audit : notes->route->pattern;
    if (refused) return add_rows(call, tx, wg_fmt(call->ctx->arena, "%s.refused", verb), 0, false);
    return add_rows(call, tx, verb, notes->n_written, notes->row_written);
}

/* --- reading ------------------------------------------------------------------------------------------------------------------ */

/* A cursor is "moment.id" of the last row of a page. */
struct position {
    wg_time at;
    wg_id id;
};

static const char *position_text(struct wg_arena *arena, struct position p)
{
    return wg_fmt(arena, "%lld.%s", (long long)p.at, wg_id_text(arena, p.id));
}

static int read_position(struct wg_ctx *ctx, struct wg_str text, struct position *ret)
{
    *ret = (struct position){INT64_MAX, {{0}}};
    if (text.n == 0) return 0;
    struct wg_str rest = text, at;
    bool ok = wg_str_next(&rest, '.', &at) && wg_parse_i64(at, 0, INT64_MAX, &ret->at) && rest.p && wg_id_parse(rest, &ret->id);
    return ok ? 0 : wg_refuse(ctx, WG_E_BAD_FIELD, "after", "?", NULL);
}

#define LOOK_COLUMNS "a.at, a.id, a.worker, w.name, a.role, a.verb, a.person, a.what, a.reason, a.path, a.request"
#define LOOK_FROM " FROM audit a LEFT JOIN worker w ON w.district = a.district AND w.id = a.worker "
#define BEFORE " AND a.at >= $2 AND a.at < $3 AND (a.at < $4 OR (a.at = $4 AND a.id < $5)) "
#define NEWEST_FIRST " ORDER BY a.at DESC, a.id DESC"

static const char q_all[] = "SELECT " LOOK_COLUMNS LOOK_FROM "WHERE a.district = $1" BEFORE NEWEST_FIRST;
static const char q_of_person[] =
    "SELECT " LOOK_COLUMNS LOOK_FROM "WHERE a.district = $1" BEFORE "AND a.person = $6" NEWEST_FIRST;
static const char q_of_worker[] =
    "SELECT " LOOK_COLUMNS LOOK_FROM "WHERE a.district = $1" BEFORE "AND a.worker = $6" NEWEST_FIRST;

static json_t *text_or_null(const struct store_rows *rows, int column)
{
    struct wg_str s = store_get_text(rows, column);
    return store_is_null(rows, column) ? json_null() : json_stringn(s.p, s.n);
}

static json_t *id_or_null(const struct store_rows *rows, int column)
{
    char text[WG_ID_TEXT + 1];
    if (store_is_null(rows, column)) return json_null();
    wg_id_format(store_get_id(rows, column), text);
    return json_string(text);
}

static json_t *row_json(struct wg_ctx *ctx, const struct store_rows *rows)
{
    json_t *request = id_or_null(rows, 10);
    if (json_is_null(request)) request = json_string("");
    return json_pack("{s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "id", id_or_null(rows, 1), "at",
                     wg_time_text(ctx->arena, store_get_time(rows, 0), ctx->zone), "worker", id_or_null(rows, 2), "worker_name",
                     text_or_null(rows, 3), "verb", text_or_null(rows, 5), "person", id_or_null(rows, 6), "what",
                     text_or_null(rows, 7), "reason", text_or_null(rows, 8), "place", text_or_null(rows, 9), "request",
                     request);
}

static json_t *look_json(struct wg_ctx *ctx, const struct store_rows *rows)
{
    json_t *name = text_or_null(rows, 3), *role = text_or_null(rows, 4);
    if (json_is_null(name)) name = json_string("");
    if (json_is_null(role)) role = json_string("");
    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o}", "at", wg_time_text(ctx->arena, store_get_time(rows, 0), ctx->zone), "worker",
                     name, "role", role, "verb", text_or_null(rows, 5), "what", text_or_null(rows, 7), "reason",
                     text_or_null(rows, 8));
}

struct page {
    json_t *items;
    const struct guard_scope *scope; /* NULL: all */
    struct wg_str verb;              /* empty: all; with it come those that were refused */
    json_t *(*item)(struct wg_ctx *ctx, const struct store_rows *rows);
    int limit;
    struct position last;
    bool more;
};

static bool is_asked_for(const struct page *page, const struct store_rows *rows)
{
    struct wg_str verb = store_get_text(rows, 5), rest = wg_str_sub(verb, page->verb.n, verb.n);
    if (page->verb.n && !(wg_str_starts(verb, page->verb) && (rest.n == 0 || wg_str_is(rest, ".refused")))) return false;
    if (!page->scope) return true;
    /* A row that says no place (a sign-in that failed) is for those who see the whole district. */
    return guard_in_scope(page->scope, store_is_null(rows, 9) ? WG_STR("") : store_get_text(rows, 9));
}

static int read_page(struct wg_ctx *ctx, struct store_rows *rows, struct page *page)
{
    for (;;) {
        bool more;
        int rc = store_next(ctx, rows, &more);
        if (rc || !more) return rc;
        if (!is_asked_for(page, rows)) continue;
        if ((int)json_array_size(page->items) == page->limit) {
            page->more = true;
            store_rows_end(rows);
            return 0;
        }
        struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
        (void)json_array_append_new(page->items, page->item(ctx, rows));
        wg_arena_rewind(ctx->arena, mark);
        page->last = (struct position){store_get_time(rows, 0), store_get_id(rows, 1)};
    }
}

struct audit_query {
    wg_time from, until;
    struct position after;
    wg_id person, worker;
};

static int ask_audit(struct wg_ctx *ctx, struct store_snap *snap, const char *district, const struct audit_query *q,
                     struct store_rows **ret_rows)
{
    bool of_person = !wg_id_is_nil(q->person), of_worker = !wg_id_is_nil(q->worker);
    wg_time until = q->after.at < q->until ? q->after.at + 1 : q->until; /* a later page begins where the last one ended */
    const char *sql = of_person ? q_of_person : of_worker ? q_of_worker : q_all;
    struct store_value values[] = {store_cstr(district),   store_time(q->from),
                                   store_time(until),      store_time(q->after.at),
                                   store_id(&q->after.id), store_id(of_person ? &q->person : &q->worker)};
    /* Before any id, when there is no cursor: its moment is after all. */
    if (wg_id_is_nil(q->after.id)) values[4] = store_bytes(WG_STR(""));
    return store_query(ctx, snap, sql, values, of_person || of_worker ? 6 : 5, ret_rows);
}

static int read_audit(struct wg_ctx *ctx, struct store_snap *snap, const char *district, const struct audit_query *q,
                      struct page *page, json_t **ret)
{
    struct store_rows *rows;
    page->items = json_array();
    int rc = ask_audit(ctx, snap, district, q, &rows);
    if (rc == 0) rc = read_page(ctx, rows, page);
    if (rc) {
        json_decref(page->items);
        return rc;
    }
    *ret = json_pack("{s:o,s:s?}", "items", page->items, "next", page->more ? position_text(ctx->arena, page->last) : NULL);
    return 0;
}

int guard_looks(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_id person, struct wg_str after, int limit,
                json_t **ret_page)
{
    struct audit_query query = {.from = 0, .until = INT64_MAX, .person = person};
    struct page page = {.item = look_json, .limit = limit};
    int rc = read_position(ctx, after, &query.after);
    return rc ? rc : read_audit(ctx, snap, district, &query, &page, ret_page);
}

static int query_day(struct wg_ctx *ctx, const struct http_request *request, const char *name, wg_day otherwise, wg_day *ret)
{
    struct wg_str text = http_query(request, name);
    *ret = otherwise;
    if (text.n == 0 || wg_day_parse(text, ret)) return 0;
    return wg_refuse(ctx, WG_E_BAD_FIELD, name, "YYYY-MM-DD", NULL);
}

/* Days are whole: `until` is the day after `to`. Without a person or a worker a month is read, not the whole history. */
static int read_query(struct guard_call *call, struct audit_query *query, int *limit)
{
    enum { MONTH = 31 };
    struct wg_ctx *ctx = call->ctx;
    const struct http_request *request = call->request;
    wg_day from, to;
    int rc = guard_query_id(ctx, request, "person", &query->person);
    if (rc == 0) rc = guard_query_id(ctx, request, "worker", &query->worker);
    if (rc == 0 && !wg_id_is_nil(query->person) && !wg_id_is_nil(query->worker))
        rc = wg_refuse(ctx, WG_E_BAD_FIELD, "worker", "person, worker", NULL);
    bool narrow = !wg_id_is_nil(query->person) || !wg_id_is_nil(query->worker);
    if (rc == 0) rc = query_day(ctx, request, "from", narrow ? 0 : wg_today(ctx) - MONTH, &from);
    if (rc == 0) rc = query_day(ctx, request, "to", wg_today(ctx), &to);
    if (rc == 0) rc = read_position(ctx, http_query(request, "after"), &query->after);
    if (rc == 0) rc = guard_page_limit(ctx, request, limit);
    if (rc) return rc;
    query->from = wg_day_start(from, ctx->zone);
    query->until = wg_day_start(to + 1, ctx->zone);
    return 0;
}

int guard_audit_routes_read(struct guard_call *call)
{
    struct audit_query query = {0};
    struct page page = {.item = row_json, .scope = &call->who->scope, .verb = http_query(call->request, "verb")};
    struct store_snap *snap;
    int rc = read_query(call, &query, &page.limit);
    if (rc == 0) rc = store_read(call->ctx, call->store, &snap);
    if (rc) return rc;
    rc = read_audit(call->ctx, snap, call->guard->district, &query, &page, &call->answer->json);
    store_read_end(snap);
    if (rc) return rc;
    guard_note(call, query.person,
               wg_fmt(call->ctx->arena, "%zu rows", json_array_size(json_object_get(call->answer->json, "items"))));
    return 0;
}

static const char *text_at(struct wg_ctx *ctx, const struct store_rows *rows, int column)
{
    return store_is_null(rows, column) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, column));
}

static int visit_rows(struct guard_call *call, struct store_rows *rows, int64_t most, guard_audit_visit visit, void *arg)
{
    struct wg_ctx *ctx = call->ctx;
    const struct page page = {.scope = &call->who->scope, .verb = http_query(call->request, "verb")};
    int64_t n = 0;
    bool more;
    int rc;
    while ((rc = store_next(ctx, rows, &more)) == 0 && more) {
        if (!is_asked_for(&page, rows)) continue;
        if (++n > most)
            rc = wg_refuse(ctx, WG_E_TOO_MANY, ctx->lang == WG_ZH ? "审计行" : "rows of the audit",
                           wg_fmt(ctx->arena, "%lld", (long long)most), NULL);
        struct wg_arena_mark mark = wg_arena_mark(ctx->arena);
        struct guard_audit_row row = {.at = store_get_time(rows, 0),
                                      .worker = text_at(ctx, rows, 3),
                                      .role = text_at(ctx, rows, 4),
                                      .verb = text_at(ctx, rows, 5),
                                      .person = store_get_id(rows, 6),
                                      .what = text_at(ctx, rows, 7),
                                      .reason = text_at(ctx, rows, 8),
                                      .path = text_at(ctx, rows, 9),
                                      .request = store_get_id(rows, 10)};
        if (rc == 0) rc = visit(ctx, arg, &row);
        if (rc) {
            store_rows_end(rows);
            return rc;
        }
        wg_arena_rewind(ctx->arena, mark);
    }
    return rc;
}

int guard_audit_each(struct guard_call *call, int64_t most, guard_audit_visit visit, void *arg)
{
    struct audit_query query = {0};
    struct store_snap *snap;
    struct store_rows *rows;
    int limit, rc = read_query(call, &query, &limit);
    if (rc == 0) rc = store_read(call->ctx, call->store, &snap);
    if (rc) return rc;
    rc = ask_audit(call->ctx, snap, call->guard->district, &query, &rows);
    if (rc == 0) rc = visit_rows(call, rows, most, visit, arg);
    store_read_end(snap);
    return rc;
}
