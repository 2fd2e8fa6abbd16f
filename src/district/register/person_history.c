/* What corrections replaced, and the way back: register P4. */
#include <string.h>

#include "district/register/register_internal.h"

enum { CHANGES_SHOWN = 50 };
static const char q_changes[] = "SELECT c.id, c.at, w.name, c.fields, c.before FROM person_change c LEFT JOIN worker w ON "
                                "w.district = c.district AND w.id = c.worker WHERE c.district = $1 AND c.person = $2 "
                                "ORDER BY c.at DESC, c.id DESC LIMIT $3";
static const char q_change[] = "SELECT fields, before FROM person_change WHERE district = $1 AND person = $2 AND id = $3";

/* What was kept of a change: the whole record before it. Kept by ctx->arena. */
static int open_before(struct wg_ctx *ctx, const struct district *d, wg_id change, struct wg_str sealed, const json_t **ret)
{
    struct wg_str text;
    int rc = guard_unseal(ctx, d->guard, "person_change", change, sealed, &text);
    if (rc) return rc;
    *ret = res_keep(ctx, json_loadb(text.p, text.n, 0, NULL));
    return *ret ? 0 : wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
}

/* --- shown ------------------------------------------------------------------------------------------------------------------- */

static json_t *tail(struct wg_ctx *ctx, const json_t *number)
{
    struct wg_str text = wg_str(json_string_value(number) ? json_string_value(number) : "");
    if (!text.n) return json_null();
    return json_string(wg_cstr(ctx->arena, wg_str_sub(text, text.n > 4 ? text.n - 4 : 0, 4)));
}

/* A field's former value as it may be shown: a place by its label, a number by its last four. */
static int shown(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const char *field, const json_t *before,
                 json_t **ret)
{
    const json_t *value = json_object_get(before, field);
    struct place place;
    wg_id id;
    *ret = NULL;
    if (strcmp(field, "place") == 0) {
        if (!wg_id_parse(wg_str(json_string_value(value)), &id)) return wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
        int rc = place_get(ctx, snap, d->code, id, &place);
        if (rc == 0) *ret = json_string(place.label);
        return rc;
    }
    if (strcmp(field, "idno") == 0 || strcmp(field, "phone") == 0)
        *ret = tail(ctx, value);
    else if (strcmp(field, "relation") == 0 && json_integer_value(value) < 0)
        *ret = json_null();
    else
        *ret = value ? json_deep_copy(value) : json_null();
    return 0;
}

static int change_json(struct wg_ctx *ctx, struct store_snap *snap, const struct district *d, const struct store_rows *rows,
                       json_t *items)
{
    const json_t *before;
    wg_id id = store_get_id(rows, 0);
    struct wg_str rest = wg_str_dup(ctx->arena, store_get_text(rows, 3)), field;
    json_t *values = json_array();
    json_array_append_new(items, json_pack("{s:s, s:o, s:s, s:o}", "id", wg_id_text(ctx->arena, id), "at",
                                           res_time_json(ctx, store_get_time(rows, 1)), "by",
                                           store_is_null(rows, 2) ? "" : wg_cstr(ctx->arena, store_get_text(rows, 2)), "values",
                                           values));
    int rc = open_before(ctx, d, id, store_get_text(rows, 4), &before);
    while (rc == 0 && rest.n && wg_str_next(&rest, ',', &field)) {
        json_t *value;
        const char *name = wg_cstr(ctx->arena, field);
        rc = shown(ctx, snap, d, name, before, &value);
        if (rc == 0) json_array_append_new(values, json_pack("{s:s, s:o}", "field", name, "before", value));
    }
    return rc;
}

int person_get_changes(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_snap *snap;
    struct store_rows *rows;
    struct person person;
    bool more;
    wg_id id;
    json_t *items = res_keep(ctx, json_array());
    int rc = res_id_param(ctx, call->request, 0, &id);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = person_get(ctx, snap, d, &call->who->scope, id, &person);
    struct store_value values[] = {store_cstr(d->code), store_id(&id), store_int(CHANGES_SHOWN)};
    if (rc == 0) rc = store_query(ctx, snap, q_changes, values, 3, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) rc = change_json(ctx, snap, d, rows, items);
    if (rc) return rc;
    store_read_end(snap);
    guard_note(call, id, "changes");
    return res_answer(call, res_page_json(json_incref(items), NULL));
}

/* --- taken back: itself a correction, with its own history -------------------------------------------------------------------- */

struct taking_back {
    struct guard_call *call;
    const struct district *d;
    wg_id id, change;
    int64_t version;
    struct person person;
};

static const char *text_of(const json_t *before, const char *field)
{
    return json_string_value(json_object_get(before, field)); /* NULL for null */
}

static int restore(struct wg_ctx *ctx, const char *field, const json_t *before, struct person *p)
{
    const json_t *value = json_object_get(before, field);
    bool ok = true;
    if (strcmp(field, "place") == 0) ok = wg_id_parse(wg_str(text_of(before, field)), &p->place);
    if (strcmp(field, "name") == 0) p->name = text_of(before, field);
    if (strcmp(field, "sex") == 0) p->sex = (int)json_integer_value(value);
    if (strcmp(field, "birth") == 0) {
        p->birth = WG_DAY_NONE;
        if (json_is_string(value)) ok = wg_day_parse(wg_str(json_string_value(value)), &p->birth);
    }
    if (strcmp(field, "idno") == 0) p->idno = text_of(before, field);
    if (strcmp(field, "phone") == 0) p->phone = text_of(before, field);
    if (strcmp(field, "relation") == 0) p->relation = (int)json_integer_value(value);
    if (strcmp(field, "state") == 0) p->state = text_of(before, field);
    if (strcmp(field, "address") == 0) p->address = text_of(before, field);
    if (strcmp(field, "note") == 0) p->note = text_of(before, field);
    return ok ? 0 : wg_refuse(ctx, WG_E_INTERNAL, NULL, NULL, NULL);
}

static int restore_fields(struct wg_ctx *ctx, struct store_snap *snap, struct taking_back *t)
{
    struct store_rows *rows;
    const json_t *before;
    bool found;
    struct wg_str rest, field;
    struct store_value values[] = {store_cstr(t->d->code), store_id(&t->id), store_id(&t->change)};
    int rc = store_one(ctx, snap, q_change, values, 3, &rows, &found);
    if (rc || !found) return rc ? rc : wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
    rest = wg_str_dup(ctx->arena, store_get_text(rows, 0));
    rc = open_before(ctx, t->d, t->change, store_get_text(rows, 1), &before);
    store_rows_end(rows);
    while (rc == 0 && rest.n && wg_str_next(&rest, ',', &field))
        rc = restore(ctx, wg_cstr(ctx->arena, field), before, &t->person);
    return rc;
}

static int take_back(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct taking_back *t = arg;
    const struct guard_scope *scope = &t->call->who->scope;
    struct store_snap *snap = store_tx_snap(tx);
    struct place to;
    int rc = person_get(ctx, snap, t->d, scope, t->id, &t->person);
    if (rc == 0) rc = person_numbers(ctx, snap, t->d, &t->person);
    if (rc == 0) rc = restore_fields(ctx, snap, t);
    if (rc == 0) rc = place_get(ctx, snap, t->d->code, t->person.place, &to);
    if (rc) return rc;
    if (!guard_in_scope(scope, wg_str(to.path))) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, "place", NULL, NULL);
    t->person.version = t->version;
    rc = person_put(ctx, tx, t->d, t->call->who->worker, false, &t->person);
    if (rc) return rc;
    guard_note(t->call, t->id, "change taken back");
    return guard_audit_in(t->call, tx);
}

int person_undo_change(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    struct taking_back t = {.call = call, .d = call->services};
    struct store_snap *snap;
    json_t *body, *row;
    int rc = res_id_param(ctx, call->request, 0, &t.id);
    if (rc == 0) rc = res_id_param(ctx, call->request, 1, &t.change);
    if (rc == 0) rc = http_json(ctx, call->request, &body);
    if (rc) return rc;
    if (!json_is_integer(json_object_get(body, "version"))) return wg_refuse(ctx, WG_E_MISSING_FIELD, "version", NULL, NULL);
    t.version = json_integer_value(json_object_get(body, "version"));
    rc = store_write(ctx, t.d->store, take_back, &t);
    if (rc == 0) rc = store_read(ctx, t.d->store, &snap);
    if (rc == 0) rc = person_row_json(ctx, t.d, snap, &t.person, &row);
    if (rc) return rc;
    json_object_set_new(row, "version", json_integer(t.person.version));
    return res_answer(call, row);
}
