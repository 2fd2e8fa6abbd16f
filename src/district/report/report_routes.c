/* The edge of reports. */
#include <string.h>

#include "district/report/report_internal.h"

/* ?day= (today) and ?place= (the top of one's own scope), which must lie in scope. */
static int asked(struct guard_call *call, struct store_snap *snap, struct place *ret_place, wg_day *ret_day)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct wg_str path = http_has_query(call->request, "place") ? http_query(call->request, "place")
                         : call->who->scope.n                   ? wg_str(call->who->scope.tops[0])
                                                                : WG_STR("");
    if (!path.p) path = WG_STR("");
    if (path.n > PLACE_STEP * LEVEL_COMMUNITY) path.n = PLACE_STEP * LEVEL_COMMUNITY;
    int rc = res_day_query(ctx, call->request, "day", wg_today(ctx), ret_day);
    if (rc) return rc;
    if (!guard_in_scope(&call->who->scope, path)) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, "place", NULL, NULL);
    return place_by_path(ctx, snap, d->code, path, ret_place);
}

static int answer_report(struct guard_call *call)
{
    const struct district *d = call->services;
    struct store_snap *snap;
    struct place place;
    wg_day day;
    json_t *json = NULL;
    int rc = store_read(call->ctx, d->store, &snap);
    if (rc == 0) rc = asked(call, snap, &place, &day);
    if (rc == 0) rc = report_json(call->ctx, d, snap, &place, day, &json);
    return rc ? rc : res_answer(call, json);
}

struct signing {
    struct guard_call *call;
    const struct district *d;
    struct place place;
    wg_day day;
    const char *remark;
    bool verify;
};

static int write_signature(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct signing *s = arg;
    int rc = s->verify ? report_verify(ctx, tx, s->d, &s->place, s->day, s->call->who->worker)
                       : report_sign(ctx, tx, s->d, &s->place, s->day, s->call->who->worker, s->remark);
    if (rc) return rc;
    guard_note_place(s->call, wg_str(s->place.path));
    return guard_audit_in(s->call, tx);
}

static int sign(struct guard_call *call, bool verify)
{
    struct wg_ctx *ctx = call->ctx;
    struct signing s = {.call = call, .d = call->services, .verify = verify};
    struct store_snap *snap;
    json_t *body = NULL;
    int rc = call->request->body.n ? http_json(ctx, call->request, &body) : 0;
    if (rc == 0 && body) rc = res_text_member(ctx, body, "remark", 500, &s.remark);
    if (rc == 0) rc = store_read(ctx, s.d->store, &snap);
    if (rc == 0) rc = asked(call, snap, &s.place, &s.day);
    if (rc) return rc;
    store_read_end(snap);
    rc = store_write(ctx, s.d->store, write_signature, &s);
    return rc ? rc : answer_report(call);
}

static int post_sign(struct guard_call *call)
{
    return sign(call, false);
}

static int post_verify(struct guard_call *call)
{
    return sign(call, true);
}

/* --- the rows behind a figure ------------------------------------------------------------------------------------------------------------ */

static const char q_person[] =
    "SELECT name, sex, birth, idno_tail, phone_tail, relation, state FROM person WHERE district = $1 AND id = $2";

static int person_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, wg_id id, json_t *place,
                       json_t **ret)
{
    struct store_rows *rows;
    bool found;
    *ret = json_null();
    if (wg_id_is_nil(id)) return 0;
    int rc = store_one(ctx, snap, q_person, (struct store_value[]){store_cstr(d->code), store_id(&id)}, 2, &rows, &found);
    if (rc || !found) return rc;
    int age = person_age(ctx, store_get_day(rows, 2));
    *ret = json_pack("{s:s, s:s, s:I, s:o, s:s?, s:s?, s:o, s:s, s:O}", "id", wg_id_text(ctx->arena, id), "name",
                     wg_cstr(ctx->arena, store_get_text(rows, 0)), "sex", (json_int_t)store_get_int(rows, 1), "age",
                     age < 0 ? json_null() : json_integer(age), "idno_tail",
                     store_is_null(rows, 3) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, 3)), "phone_tail",
                     store_is_null(rows, 4) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, 4)), "relation",
                     store_is_null(rows, 5) ? json_null() : json_integer(store_get_int(rows, 5)), "state",
                     wg_cstr(ctx->arena, store_get_text(rows, 6)), "place", place);
    store_rows_end(rows);
    return 0;
}

static const struct report_figure *figure_named(struct wg_str code)
{
    for (size_t f = 0; report_figures[f].code; f++)
        if (wg_str_is(code, report_figures[f].code)) return &report_figures[f];
    return NULL;
}

static int row_json(struct wg_ctx *ctx, const struct district *d, struct store_snap *snap, const struct store_rows *rows,
                    json_t **ret)
{
    json_t *place, *person;
    wg_id id = store_get_id(rows, 0);
    int rc = place_ref(ctx, snap, d->code, wg_str_dup(ctx->arena, store_get_text(rows, 1)), &place);
    if (rc == 0) (void)res_keep(ctx, place);
    if (rc == 0) rc = person_json(ctx, d, snap, id, place, &person);
    if (rc) return rc;
    *ret = json_pack("{s:o, s:O, s:s, s:o, s:s?}", "person", person, "place", place, "what",
                     wg_cstr(ctx->arena, store_get_text(rows, 2)), "at", res_time_json(ctx, store_get_time(rows, 3)), "who",
                     store_is_null(rows, 4) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, 4)));
    return 0;
}

static int get_report_rows(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    const struct report_figure *figure = figure_named(http_query(call->request, "figure"));
    struct store_snap *snap;
    struct store_rows *rows;
    struct res_page page;
    struct place place;
    struct wg_str after_path = WG_STR("");
    wg_id after_id = {0};
    const char *next = NULL;
    wg_day day;
    bool more;
    if (!figure)
        return wg_refuse(ctx, WG_E_BAD_FIELD, "figure", wg_cstr(ctx->arena, http_query(call->request, "figure")), NULL);
    int rc = res_page(ctx, call->request, &page);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = asked(call, snap, &place, &day);
    if (rc) return rc;
    struct wg_str rest = page.after;
    if (rest.n && (!wg_str_next(&rest, ':', &after_path) || !wg_id_parse(rest, &after_id)))
        return wg_refuse(ctx, WG_E_BAD_FIELD, "after", NULL, NULL);
    struct store_value values[] = {store_cstr(d->code),
                                   store_cstr(place.path),
                                   store_cstr(guard_scope_end(ctx->arena, place.path)),
                                   store_time(wg_day_start(day, ctx->zone)),
                                   store_time(wg_day_start(day + 1, ctx->zone)),
                                   store_day(day),
                                   store_text(after_path),
                                   store_bytes((struct wg_str){(const char *)after_id.b, sizeof after_id.b}),
                                   store_int(page.limit)};
    rc = store_query(ctx, snap, figure->rows, values, 9, &rows);
    json_t *items = res_keep(ctx, json_array());
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        json_t *item;
        next = wg_fmt(ctx->arena, "%s:%s", wg_cstr(ctx->arena, store_get_text(rows, 1)),
                      wg_id_text(ctx->arena, store_get_id(rows, 5)));
        rc = row_json(ctx, d, snap, rows, &item);
        if (rc == 0) json_array_append_new(items, item);
    }
    if (rc) return rc;
    guard_note(call, (wg_id){0}, figure->code);
    return res_answer(call, res_page_json(json_incref(items), json_array_size(items) == (size_t)page.limit ? next : NULL));
}

/* --- the sheet as a file -------------------------------------------------------------------------------------------------------------------- */

struct writing {
    const struct district *d;
    struct store_snap *snap;
    struct place place;
    wg_day day;
};

static int write_sheet(struct wg_ctx *ctx, void *what, enum tab_format format, tab_sink sink, void *arg)
{
    const struct writing *w = what;
    int rc = report_write(ctx, w->d, w->snap, &w->place, w->day, format, sink, arg);
    store_read_end(w->snap);
    return rc;
}

static int get_export(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct writing w = {.d = call->services};
    int rc = store_read(ctx, w.d->store, &w.snap);
    if (rc == 0) rc = asked(call, w.snap, &w.place, &w.day);
    if (rc) return rc;
    const char *name = wg_fmt(ctx->arena, "%s-%s-%s", w.place.name, ctx->lang == WG_ZH ? "日报表" : "daily-report",
                              wg_day_text(ctx->arena, w.day));
    return res_file_answer(call, name, write_sheet, &w);
}

const struct guard_route report_routes[] = {
    {"GET", "/api/v1/reports", RIGHT_REPORT_READ, NULL, "sums, no person's data", answer_report,
     "A day's sheet of a community, street or the district", "day:string place:string", NULL, "Report"},
    {"GET", "/api/v1/reports/rows", RIGHT_REPORT_READ, "report.rows", NULL, get_report_rows, "The rows behind a figure",
     "day:string place:string figure:string after:string limit:integer", NULL, "ReportRowPage"},
    {"POST", "/api/v1/reports/sign", RIGHT_REPORT_SIGN, "report.sign", NULL, post_sign, "Sign a community's sheet",
     "day:string place:string", "ReportSign", "Report"},
    {"POST", "/api/v1/reports/verify", RIGHT_REPORT_VERIFY, "report.verify", NULL, post_verify,
     "Verify a signed sheet, as the street", "day:string place:string", NULL, "Report"},
    {"GET", "/api/v1/reports/export", RIGHT_REPORT_READ, "report.export", NULL, get_export, "The sheet as a file",
     "day:string place:string format:string", NULL, NULL},
    {0},
};

const struct district_check report_checks[] = {
    {"report_order", "审核都在填报之后", "Every verified sheet was signed before",
     "SELECT count(*) FROM report WHERE district = $1 AND verified_at IS NOT NULL AND verified_at < signed_at",
     "SELECT path FROM report WHERE district = $1 AND verified_at IS NOT NULL AND verified_at < signed_at", false,
     "核对服务器时钟", "look at the server's clock"},
    {0},
};
