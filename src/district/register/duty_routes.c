/* The edge of duties: who answers for what, gaps and overlaps, leave and stand-ins. */
#include <string.h>

#include "district/register/register_internal.h"

static const char *const duty_roles[] = {"lead", "help", NULL};
static const char *const duty_roles_zh[] = {"负责", "协助", NULL};
static const struct res_field duty_fields[] = {
    {"id", "编号", "id", RES_ID, RES_READ | RES_FILE, 0, 0, NULL, NULL},
    {"place_path", "地方路径", "place path", RES_TEXT, RES_FILE | RES_REQUIRED | RES_NULLABLE, 0, PLACE_PATH_MAX, NULL, NULL},
    {"place_label", "地方", "place name", RES_TEXT, RES_READ | RES_FILE, 0, 200, NULL, NULL},
    {"place", "地方编号", "place", RES_ID, RES_READ | RES_WRITE, 0, 0, NULL, NULL},
    {"worker", "人员编号", "worker", RES_ID, RES_READ | RES_WRITE | RES_REQUIRED | RES_FILE, 0, 0, NULL, NULL},
    {"worker_name", "负责人", "worker name", RES_TEXT, RES_READ | RES_FILE, 0, 60, NULL, NULL},
    {"role", "职责", "role", RES_CHOICE, RES_READ | RES_WRITE | RES_REQUIRED | RES_FILE, 0, 0, duty_roles, duty_roles_zh},
    {"from", "起始日", "from", RES_DAY, RES_READ | RES_WRITE | RES_REQUIRED | RES_FILE, 0, 0, NULL, NULL},
    {"until", "结束日", "until", RES_DAY, RES_READ | RES_WRITE | RES_FILE | RES_NULLABLE, 0, 0, NULL, NULL},
};
const struct res_resource register_duties = {"duties", "包保", "duties", duty_fields, sizeof duty_fields / sizeof *duty_fields};

/* --- pages ---------------------------------------------------------------------------------------------------------------------- */

static const char q_duties[] =
    "SELECT d.id, d.path, d.worker, w.name, d.role, d.from_day, d.until_day, d.recorded, b.name FROM duty d "
    "JOIN worker w ON w.district = d.district AND w.id = d.worker LEFT JOIN worker b ON b.district = d.district AND b.id = "
    "d.recorded_by "
    "WHERE d.district = $1 AND d.superseded = 0 AND d.path >= $2 AND d.path < $3 AND (d.path > $4 OR (d.path = $4 AND d.id > "
    "$5)) "
    "AND ($6 IS NULL OR d.worker = $6) AND ($7 = 0 OR (d.from_day <= $8 AND (d.until_day IS NULL OR d.until_day > $8))) "
    "ORDER BY d.path, d.id LIMIT $9";

static int duty_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct store_rows *rows,
                     json_t **ret)
{
    wg_day from = store_get_day(rows, 5), until = store_get_day(rows, 6), today = wg_today(ctx);
    bool open = store_is_null(rows, 6);
    json_t *place;
    int rc = place_ref(ctx, snap, d->code, store_get_text(rows, 1), &place);
    if (rc) return rc;
    *ret = json_pack("{s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:b}", "id", wg_id_text(ctx->arena, store_get_id(rows, 0)),
                     "place", place, "worker", wg_id_text(ctx->arena, store_get_id(rows, 2)), "worker_name",
                     wg_cstr(ctx->arena, store_get_text(rows, 3)), "role", wg_cstr(ctx->arena, store_get_text(rows, 4)), "from",
                     res_day_json(ctx, from), "until", open ? json_null() : res_day_json(ctx, until), "recorded",
                     res_time_json(ctx, store_get_time(rows, 7)), "recorded_by", wg_cstr(ctx->arena, store_get_text(rows, 8)),
                     "current", from <= today && (open || until > today) ? 1 : 0);
    return 0;
}

static int get_duties(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct guard_scope scope;
    struct res_page page;
    struct store_snap *snap;
    wg_id worker, after_id = {0};
    struct wg_str after_path = WG_STR("");
    const char *next = NULL;
    int rc = res_scope_query(call, &scope);
    if (rc == 0) rc = res_page(ctx, call->request, &page);
    if (rc == 0) rc = res_id_query(ctx, call->request, "worker", &worker);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc) return rc;
    struct wg_str rest = page.after;
    if (rest.n && (!wg_str_next(&rest, ':', &after_path) || !wg_id_parse(rest, &after_id)))
        return wg_refuse(ctx, WG_E_BAD_FIELD, "after", NULL, NULL);
    bool current = wg_str_is(http_query(call->request, "current"), "1");
    json_t *items = res_keep(ctx, json_array());
    for (size_t i = 0; i < scope.n && rc == 0 && json_array_size(items) < (size_t)page.limit; i++) {
        struct store_rows *rows;
        bool more;
        struct store_value values[] = {store_cstr(d->code),
                                       store_cstr(scope.tops[i]),
                                       store_cstr(guard_scope_end(ctx->arena, scope.tops[i])),
                                       store_text(after_path),
                                       store_bytes((struct wg_str){(const char *)after_id.b, sizeof after_id.b}),
                                       store_id(&worker),
                                       store_int(current),
                                       store_day(wg_today(ctx)),
                                       store_int(page.limit - (int)json_array_size(items))};
        rc = store_query(ctx, snap, q_duties, values, 9, &rows);
        while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
            json_t *item;
            next = wg_fmt(ctx->arena, "%s:%s", wg_cstr(ctx->arena, store_get_text(rows, 1)),
                          wg_id_text(ctx->arena, store_get_id(rows, 0)));
            rc = duty_json(ctx, d, snap, rows, &item);
            if (rc == 0) json_array_append_new(items, item);
        }
    }
    if (rc) return rc;
    store_read_end(snap);
    return res_answer(call, res_page_json(json_incref(items), json_array_size(items) == (size_t)page.limit ? next : NULL));
}

/* --- gaps and overlaps ------------------------------------------------------------------------------------------------------------ */

static const char q_grids[] = "SELECT g.path, (SELECT count(*) FROM place h WHERE h.district = g.district AND h.level = 7 AND "
                              "h.path >= g.path AND h.path < g.path || '~' "
                              "AND h.valid_until IS NULL) FROM place g WHERE g.district = $1 AND g.level = 3 AND g.path >= $2 "
                              "AND g.path < $3 AND g.valid_until IS NULL "
                              "AND NOT EXISTS (SELECT 1 FROM duty d WHERE d.district = g.district AND d.path = g.path AND "
                              "d.superseded = 0 AND d.role = 'lead' "
                              "AND d.from_day <= $4 AND (d.until_day IS NULL OR d.until_day > $4)) ORDER BY g.path LIMIT 200";
static const char q_overlaps[] =
    "SELECT a.path, wa.name, wb.name FROM duty a JOIN duty b ON b.district = a.district AND b.path = a.path AND b.superseded = "
    "0 "
    "AND b.role = 'lead' AND b.id > a.id AND b.from_day < COALESCE(a.until_day, 2147483647) AND a.from_day < "
    "COALESCE(b.until_day, 2147483647) "
    "JOIN worker wa ON wa.district = a.district AND wa.id = a.worker JOIN worker wb ON wb.district = b.district AND wb.id = "
    "b.worker "
    "WHERE a.district = $1 AND a.path >= $2 AND a.path < $3 AND a.superseded = 0 AND a.role = 'lead' "
    "AND COALESCE(a.until_day, 2147483647) > $4 AND COALESCE(b.until_day, 2147483647) > $4 ORDER BY a.path LIMIT 200";

static int gap_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *kind, struct wg_str path,
                    int64_t households, json_t *holders, json_t *items)
{
    json_t *place;
    int rc = place_ref(ctx, snap, d->code, path, &place);
    if (rc) {
        json_decref(holders);
        return rc;
    }
    json_array_append_new(items, json_pack("{s:s, s:o, s:I, s:n, s:o}", "kind", kind, "place", place, "households",
                                           (json_int_t)households, "until", "holders", holders));
    return 0;
}

static int gaps_below(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const char *top,
                      const struct owners *owners, json_t *items)
{
    struct store_rows *rows;
    bool more;
    struct store_value values[] = {store_cstr(d->code), store_cstr(top), store_cstr(guard_scope_end(ctx->arena, top)),
                                   store_day(wg_today(ctx))};
    int rc = store_query(ctx, snap, q_grids, values, 4, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        struct owner owner;
        struct wg_str path = wg_str_dup(ctx->arena, store_get_text(rows, 0));
        json_t *holders = json_array();
        if (owner_of(owners, path, &owner)) json_array_append_new(holders, json_string(owner.name));
        rc = gap_json(ctx, d, snap, "gap", path, store_get_int(rows, 1), holders, items);
    }
    if (rc == 0) rc = store_query(ctx, snap, q_overlaps, values, 4, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        json_t *holders =
            json_pack("[s, s]", wg_cstr(ctx->arena, store_get_text(rows, 1)), wg_cstr(ctx->arena, store_get_text(rows, 2)));
        rc = gap_json(ctx, d, snap, "overlap", wg_str_dup(ctx->arena, store_get_text(rows, 0)), 0, holders, items);
    }
    return rc;
}

static int get_gaps(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct guard_scope scope;
    struct store_snap *snap;
    const struct owners *owners;
    json_t *items = res_keep(ctx, json_array());
    int rc = res_scope_query(call, &scope);
    if (rc == 0) rc = owners_today(ctx, d, &owners);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    for (size_t i = 0; rc == 0 && i < scope.n; i++) rc = gaps_below(ctx, d, snap, scope.tops[i], owners, items);
    if (rc) return rc;
    store_read_end(snap);
    return res_answer(call, res_page_json(json_incref(items), NULL));
}

/* --- writing duties ----------------------------------------------------------------------------------------------------------------- */

struct duty_writing {
    struct guard_call *call;
    const struct district *d;
    struct duty duty;
    wg_id ending; /* nil: a new one */
    wg_day until;
};

static const char q_duty_path[] = "SELECT path FROM duty WHERE district = $1 AND id = $2 AND superseded = 0";
static const char q_newest[] =
    "SELECT d.id, d.path, d.worker, w.name, d.role, d.from_day, d.until_day, d.recorded, b.name FROM duty d "
    "JOIN worker w ON w.district = d.district AND w.id = d.worker LEFT JOIN worker b ON b.district = d.district AND b.id = "
    "d.recorded_by "
    "WHERE d.district = $1 AND (d.id = $2 OR d.supersedes = $2) AND d.superseded = 0";

static int write_duty_unit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct duty_writing *w = arg;
    struct store_snap *snap = store_tx_snap(tx);
    struct store_rows *rows;
    struct place place;
    const char *path = NULL;
    bool found;
    int rc;
    if (wg_id_is_nil(w->ending)) {
        rc = place_get(ctx, snap, w->d->code, w->duty.place, &place);
        path = rc ? NULL : place.path;
    } else {
        rc = store_one(ctx, snap, q_duty_path, (struct store_value[]){store_cstr(w->d->code), store_id(&w->ending)}, 2, &rows,
                       &found);
        if (rc == 0 && !found) rc = wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_id_text(ctx->arena, w->ending), NULL);
        if (rc == 0) path = wg_cstr(ctx->arena, store_get_text(rows, 0));
        if (rc == 0) store_rows_end(rows);
    }
    if (rc) return rc;
    if (!guard_in_scope(&w->call->who->scope, wg_str(path))) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, "place", NULL, NULL);
    w->duty.id = (wg_id){0};
    rc = wg_id_is_nil(w->ending) ? duty_assign(ctx, tx, w->d->code, &w->duty)
                                 : duty_end(ctx, tx, w->d->code, w->ending, w->until, w->call->who->worker);
    if (rc) return rc;
    guard_note_place(w->call, wg_str(path));
    return guard_audit_in(w->call, tx);
}

static int answer_duty(struct guard_call *call, const struct duty_writing *w, wg_id id)
{
    struct wg_ctx *ctx = call->ctx;
    struct store_snap *snap;
    struct store_rows *rows;
    json_t *json;
    bool found;
    guard_forget_scopes(w->d->guard);
    int rc = store_read(ctx, w->d->store, &snap);
    if (rc == 0)
        rc = store_one(ctx, snap, q_newest, (struct store_value[]){store_cstr(w->d->code), store_id(&id)}, 2, &rows, &found);
    if (rc == 0 && !found) rc = wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_id_text(ctx->arena, id), NULL);
    if (rc == 0) rc = duty_json(ctx, w->d, snap, rows, &json);
    return rc ? rc : res_answer(call, json);
}

static int post_duty(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct duty_writing w = {.call = call, .d = call->services};
    struct res_value values[sizeof duty_fields / sizeof *duty_fields];
    json_t *body;
    int rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = res_read_json(ctx, &register_duties, body, false, values);
    if (rc) return rc;
    static const char *const needed[] = {"place", "worker", "role", "from"};
    for (size_t i = 0; i < 4; i++)
        if (!res_get(&register_duties, values, needed[i])->given)
            return wg_refuse(ctx, WG_E_MISSING_FIELD, needed[i], NULL, NULL);
    const struct res_value *until = res_get(&register_duties, values, "until");
    w.duty = (struct duty){
        .place = res_get(&register_duties, values, "place")->id,
        .worker = res_get(&register_duties, values, "worker")->id,
        .lead = res_get(&register_duties, values, "role")->i == 0,
        .from = (wg_day)res_get(&register_duties, values, "from")->i,
        .until = until->given && !until->null ? (wg_day)until->i : WG_DAY_OPEN,
        .recorded_by = call->who->worker,
    };
    rc = store_write(ctx, w.d->store, write_duty_unit, &w);
    return rc ? rc : answer_duty(call, &w, w.duty.id);
}

static int post_duty_end(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct duty_writing w = {.call = call, .d = call->services};
    const char *until;
    json_t *body;
    int rc = res_id_param(ctx, call->request, 0, &w.ending);
    if (rc == 0) rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = res_text_member(ctx, body, "until", 10, &until);
    if (rc) return rc;
    if (!until || !wg_day_parse(wg_str(until), &w.until)) return wg_refuse(ctx, WG_E_BAD_FIELD, "until", "2020-02-14", NULL);
    rc = store_write(ctx, w.d->store, write_duty_unit, &w);
    return rc ? rc : answer_duty(call, &w, w.ending);
}

/* --- leave ---------------------------------------------------------------------------------------------------------------------------- */

static const char q_absences[] =
    "SELECT a.id, a.worker, w.name, a.from_day, a.until_day, a.stand_in, s.name, a.reason FROM absence a "
    "JOIN worker w ON w.district = a.district AND w.id = a.worker LEFT JOIN worker s ON s.district = a.district AND s.id = "
    "a.stand_in "
    "WHERE a.district = $1 AND a.cancelled = 0 AND a.until_day > $2 AND EXISTS (SELECT 1 FROM duty d WHERE d.district = "
    "a.district "
    "AND d.worker = a.worker AND d.superseded = 0 AND d.path >= $3 AND d.path < $4) ORDER BY a.from_day, a.id LIMIT 200";
static const char q_add_absence[] =
    "INSERT INTO absence (district, id, worker, from_day, until_day, stand_in, reason, recorded, recorded_by, cancelled) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)";
static const char q_cancel_absence[] = "UPDATE absence SET cancelled = 1 WHERE district = $1 AND id = $2 AND cancelled = 0";
static const char q_absence_worker[] = "SELECT worker FROM absence WHERE district = $1 AND id = $2 AND cancelled = 0";
static const char q_worker_paths[] = "SELECT path FROM duty WHERE district = $1 AND worker = $2 AND superseded = 0";
static const char q_known[] = "SELECT 1 FROM worker WHERE district = $1 AND id = $2 AND active = 1";

static json_t *absence_json(struct wg_ctx *ctx, const struct store_rows *rows)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s?, s:s?}", "id", wg_id_text(ctx->arena, store_get_id(rows, 0)),
                     "worker", wg_id_text(ctx->arena, store_get_id(rows, 1)), "worker_name",
                     wg_cstr(ctx->arena, store_get_text(rows, 2)), "from", res_day_json(ctx, store_get_day(rows, 3)), "until",
                     res_day_json(ctx, store_get_day(rows, 4)), "stand_in", res_id_json(ctx, store_get_id(rows, 5)),
                     "stand_in_name", register_text(ctx, rows, 6), "reason", register_text(ctx, rows, 7));
}

static int get_absences(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct guard_scope scope;
    struct store_snap *snap;
    json_t *items = res_keep(ctx, json_array());
    int rc = res_scope_query(call, &scope);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    for (size_t i = 0; rc == 0 && i < scope.n; i++) {
        struct store_rows *rows;
        bool more;
        struct store_value values[] = {store_cstr(d->code), store_day(wg_today(ctx)), store_cstr(scope.tops[i]),
                                       store_cstr(guard_scope_end(ctx->arena, scope.tops[i]))};
        rc = store_query(ctx, snap, q_absences, values, 4, &rows);
        while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more)
            json_array_append_new(items, absence_json(ctx, rows));
    }
    if (rc) return rc;
    store_read_end(snap);
    return res_answer(call, res_page_json(json_incref(items), NULL));
}

/* One may set the leave of whoever holds a duty within one's own scope. */
static int worker_in_scope(struct wg_ctx *ctx, struct store_snap *snap, const struct guard_call *call, const char *district,
                           wg_id worker)
{
    struct store_rows *rows;
    bool more, mine = false;
    int rc = store_query(ctx, snap, q_worker_paths, (struct store_value[]){store_cstr(district), store_id(&worker)}, 2, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more)
        if (guard_in_scope(&call->who->scope, store_get_text(rows, 0))) mine = true;
    if (rc) return rc;
    return mine ? 0 : wg_refuse(ctx, WG_E_OUT_OF_SCOPE, "worker", NULL, NULL);
}

struct absence_writing {
    struct guard_call *call;
    const struct district *d;
    wg_id id, worker, stand_in;
    wg_day from, until;
    const char *reason;
    bool cancel;
};

static int write_absence(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct absence_writing *w = arg;
    struct store_snap *snap = store_tx_snap(tx);
    struct store_rows *rows;
    int64_t known = 1;
    bool found;
    int rc = 0;
    if (w->cancel) {
        rc = store_one(ctx, snap, q_absence_worker, (struct store_value[]){store_cstr(w->d->code), store_id(&w->id)}, 2, &rows,
                       &found);
        if (rc == 0 && !found) rc = wg_refuse(ctx, WG_E_NOT_FOUND, NULL, wg_id_text(ctx->arena, w->id), NULL);
        if (rc) return rc;
        w->worker = store_get_id(rows, 0);
        store_rows_end(rows);
    } else if (!wg_id_is_nil(w->stand_in)) {
        rc = store_number(ctx, snap, q_known, (struct store_value[]){store_cstr(w->d->code), store_id(&w->stand_in)}, 2, 0,
                          &known);
        if (rc == 0 && !known) rc = wg_refuse(ctx, WG_E_NOT_FOUND, "stand_in", wg_id_text(ctx->arena, w->stand_in), NULL);
    }
    if (rc == 0) rc = worker_in_scope(ctx, snap, w->call, w->d->code, w->worker);
    if (rc) return rc;
    if (w->cancel) {
        rc = store_exec(ctx, tx, q_cancel_absence, (struct store_value[]){store_cstr(w->d->code), store_id(&w->id)}, 2, NULL);
    } else {
        w->id = wg_id_new(ctx->now);
        struct store_value values[] = {store_cstr(w->d->code), store_id(&w->id),     store_id(&w->worker),
                                       store_day(w->from),     store_day(w->until),  store_id(&w->stand_in),
                                       store_cstr(w->reason),  store_time(ctx->now), store_id(&w->call->who->worker)};
        rc = store_exec(ctx, tx, q_add_absence, values, 9, NULL);
    }
    return rc ? rc : guard_audit_in(w->call, tx);
}

static int post_absence(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct absence_writing w = {.call = call, .d = call->services};
    const char *from, *until;
    json_t *body;
    int rc = http_json(ctx, call->request, &body);
    if (rc == 0) rc = res_id_member(ctx, body, "worker", &w.worker);
    if (rc == 0) rc = res_id_member(ctx, body, "stand_in", &w.stand_in);
    if (rc == 0) rc = res_text_member(ctx, body, "from", 10, &from);
    if (rc == 0) rc = res_text_member(ctx, body, "until", 10, &until);
    if (rc == 0) rc = res_text_member(ctx, body, "reason", 200, &w.reason);
    if (rc) return rc;
    if (!from || !wg_day_parse(wg_str(from), &w.from)) return wg_refuse(ctx, WG_E_BAD_FIELD, "from", "2020-02-14", NULL);
    if (!until || !wg_day_parse(wg_str(until), &w.until)) return wg_refuse(ctx, WG_E_BAD_FIELD, "until", "2020-02-14", NULL);
    if (w.from >= w.until) return wg_refuse(ctx, WG_E_DUTY_DAYS, "until", NULL, NULL);
    if (wg_id_eq(w.worker, w.stand_in))
        return wg_refuse(ctx, WG_E_BAD_FIELD, "stand_in", ctx->lang == WG_ZH ? "不能替自己" : "it is the same person", NULL);
    rc = store_write(ctx, w.d->store, write_absence, &w);
    if (rc) return rc;
    guard_forget_scopes(w.d->guard);
    return res_answer(call, json_pack("{s:s}", "id", wg_id_text(ctx->arena, w.id)));
}

static int delete_absence(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct absence_writing w = {.call = call, .d = call->services, .cancel = true};
    int rc = res_id_param(ctx, call->request, 0, &w.id);
    if (rc == 0) rc = store_write(ctx, w.d->store, write_absence, &w);
    if (rc) return rc;
    guard_forget_scopes(w.d->guard);
    return res_answer(call, json_pack("{s:b}", "ok", 1));
}

const struct guard_route duty_routes[] = {
    {"GET", "/api/v1/duties", RIGHT_SIGNED_IN, NULL, "who answers for a place hangs on its door", get_duties,
     "Duties within scope", "place:string worker:string current:string after:string limit:integer", NULL, "DutyPage"},
    {"GET", "/api/v1/duties/gaps", RIGHT_SIGNED_IN, NULL, "who answers for a place hangs on its door", get_gaps,
     "Grids that nobody holds, places held twice", "place:string", NULL, "DutyGapPage"},
    {"POST", "/api/v1/duties", RIGHT_DUTY_WRITE, "duty.write", NULL, post_duty, "Give somebody a duty", NULL, "DutyWrite",
     "Duty"},
    {"POST", "/api/v1/duties/{id}/end", RIGHT_DUTY_WRITE, "duty.write", NULL, post_duty_end, "End a duty", NULL, "DutyEnd",
     "Duty"},
    {"GET", "/api/v1/absences", RIGHT_SIGNED_IN, NULL, "workers' leave, no resident's data", get_absences,
     "Leave of workers within scope", "place:string", NULL, "AbsencePage"},
    {"POST", "/api/v1/absences", RIGHT_DUTY_WRITE, "absence.write", NULL, post_absence, "Enter leave and a stand-in", NULL,
     "AbsenceWrite", "Created"},
    {"DELETE", "/api/v1/absences/{id}", RIGHT_DUTY_WRITE, "absence.write", NULL, delete_absence, "Cancel leave", NULL, NULL,
     "Done"},
    {0},
};
