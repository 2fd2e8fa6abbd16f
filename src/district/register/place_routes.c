/* The edge of places: one with what stands above it, children, search, adding and changing. */
#include <string.h>

#include "district/register/register_internal.h"

static const char *const place_kinds[] = {"street", "township", "town", "community", "village",   "grid", "compound",
                                          "group",  "building", "yard", "unit",      "household", NULL};
static const char *const place_kinds_zh[] = {"街道",   "乡", "镇", "社区", "村", "网格", "小区",
                                             "村民组", "楼", "院", "单元", "户", NULL};

static const struct res_field place_fields[] = {
    {"id", "编号", "id", RES_ID, RES_READ | RES_FILE, 0, 0, NULL, NULL},
    {"path", "路径", "path", RES_TEXT, RES_READ | RES_FILE, 0, PLACE_PATH_MAX, NULL, NULL},
    {"parent_path", "上级路径", "parent path", RES_TEXT, RES_FILE | RES_REQUIRED | RES_NULLABLE, 0, PLACE_PATH_MAX, NULL, NULL},
    {"parent", "上级", "parent", RES_ID, RES_READ | RES_WRITE, 0, 0, NULL, NULL},
    {"kind", "类别", "kind", RES_CHOICE, RES_READ | RES_WRITE | RES_REQUIRED | RES_FILE, 0, 0, place_kinds, place_kinds_zh},
    {"code", "代码", "code", RES_TEXT, RES_READ | RES_WRITE | RES_FILE | RES_NULLABLE, 0, 32, NULL, NULL},
    {"name", "名称", "name", RES_TEXT, RES_READ | RES_WRITE | RES_REQUIRED | RES_FILE, 0, 60, NULL, NULL},
    {"label", "全称", "label", RES_TEXT, RES_READ | RES_FILE, 0, 200, NULL, NULL},
    {"valid_from", "启用日期", "valid from", RES_DAY, RES_READ | RES_FILE | RES_NULLABLE, 0, 0, NULL, NULL},
    {"valid_until", "停用日期", "valid until", RES_DAY, RES_READ | RES_WRITE | RES_FILE | RES_NULLABLE, 0, 0, NULL, NULL},
    {"version", "版本", "version", RES_INT, RES_READ | RES_WRITE, 0, INT32_MAX, NULL, NULL},
};
const struct res_resource register_places = {"places", "地方", "places", place_fields,
                                             sizeof place_fields / sizeof *place_fields};

/* A scope's tops and what lies under them may be seen; so may the names of the places above, which say where one is. */
static bool may_see(const struct guard_call *call, const char *path)
{
    struct wg_str at = wg_str(path);
    if (guard_in_scope(&call->who->scope, at)) return true;
    for (size_t i = 0; i < call->who->scope.n; i++)
        if (wg_str_starts(wg_str(call->who->scope.tops[i]), at)) return true;
    return false;
}

static int get_place(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_snap *snap;
    struct place place;
    json_t *json;
    struct wg_str path = http_query(call->request, "path");
    int rc = store_read(ctx, d->store, &snap);
    if (rc == 0) rc = place_by_path(ctx, snap, d->code, path.n ? path : WG_STR(""), &place);
    if (rc) return rc;
    if (!may_see(call, place.path)) return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, "path", NULL, NULL);
    rc = place_json(ctx, d, snap, &place, &json);
    if (rc) return rc;
    store_read_end(snap);
    return res_answer(call, json);
}

#define CHILD_COLUMNS                                                                                                          \
    "p.id, p.path, p.level, p.kind, p.code, p.name, p.label, (SELECT count(*) FROM place c WHERE c.district = p.district AND " \
    "c.parent = p.id)"
static const char q_children[] =
    "SELECT " CHILD_COLUMNS " FROM place p WHERE p.district = $1 AND p.parent = $2 AND p.path > $3 AND p.valid_until IS NULL "
    "ORDER BY p.path LIMIT $4";
static const char q_by_name[] =
    "SELECT " CHILD_COLUMNS
    " FROM place p WHERE p.district = $1 AND p.level = $2 AND p.path >= $3 AND p.path < $4 AND p.path > $5 "
    "AND p.valid_until IS NULL AND (p.name LIKE '%' || $6 || '%' OR p.sound LIKE $6 || '%' OR p.sound LIKE '% ' || $6 || '%' "
    "OR p.code = $6) "
    "ORDER BY p.path LIMIT $7";
static const char q_by_label[] =
    "SELECT " CHILD_COLUMNS " FROM place p WHERE p.district = $1 AND p.label >= $2 AND p.label < $3 AND p.valid_until IS NULL "
    "ORDER BY p.label LIMIT $4";

static json_t *child_json(struct wg_ctx *ctx, const struct store_rows *rows, const struct owners *owners)
{
    struct owner owner;
    const char *path = wg_cstr(ctx->arena, store_get_text(rows, 1));
    bool owned = owners && owner_of(owners, wg_str(path), &owner);
    return json_pack("{s:s, s:s, s:I, s:s, s:s?, s:s, s:s, s:I, s:o}", "id", wg_id_text(ctx->arena, store_get_id(rows, 0)),
                     "path", path, "level", (json_int_t)store_get_int(rows, 2), "kind",
                     wg_cstr(ctx->arena, store_get_text(rows, 3)), "code", register_text(ctx, rows, 4), "name",
                     wg_cstr(ctx->arena, store_get_text(rows, 5)), "label", wg_cstr(ctx->arena, store_get_text(rows, 6)),
                     "children", (json_int_t)store_get_int(rows, 7), "owner", owned ? owner_json(ctx, &owner) : json_null());
}

/* The rows of a query as PlacePage, those in sight only. */
static int children_page(struct guard_call *call, struct store_snap *snap, const struct owners *owners, const char *sql,
                         const struct store_value *values, size_t n, int limit)
{
    struct wg_ctx *ctx = call->ctx;
    struct store_rows *rows;
    const char *next = NULL;
    int seen = 0;
    bool more;
    json_t *items = res_keep(ctx, json_array());
    int rc = store_query(ctx, snap, sql, values, n, &rows);
    while (rc == 0 && (rc = store_next(ctx, rows, &more)) == 0 && more) {
        const char *path = wg_cstr(ctx->arena, store_get_text(rows, 1));
        if (++seen == limit) next = path;
        if (may_see(call, path)) json_array_append_new(items, child_json(ctx, rows, owners));
    }
    if (rc) return rc;
    store_read_end(snap);
    return res_answer(call, res_page_json(json_incref(items), next));
}

static int get_children(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_snap *snap;
    const struct owners *owners;
    struct res_page page;
    struct place parent;
    wg_id id;
    int rc = res_page(ctx, call->request, &page);
    if (rc == 0) rc = res_id_query(ctx, call->request, "parent", &id);
    if (rc == 0) rc = owners_today(ctx, d, &owners);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc == 0)
        rc = wg_id_is_nil(id) ? place_by_path(ctx, snap, d->code, WG_STR(""), &parent)
                              : place_get(ctx, snap, d->code, id, &parent);
    if (rc) return rc;
    struct store_value values[] = {store_cstr(d->code), store_id(&parent.id),
                                   store_text(page.after.n ? page.after : WG_STR("")), store_int(page.limit)};
    return children_page(call, snap, owners, q_children, values, 4, page.limit);
}

static int search_places(struct guard_call *call)
{
    struct wg_ctx *ctx = call->ctx;
    const struct district *d = call->services;
    struct store_snap *snap;
    const struct owners *owners;
    struct res_page page;
    int64_t level = LEVEL_HOUSEHOLD;
    struct wg_str q = wg_str_trim(http_query(call->request, "q")), text = http_query(call->request, "level");
    int rc = res_page(ctx, call->request, &page);
    if (rc) return rc;
    if (text.n && !wg_parse_i64(text, LEVEL_DISTRICT, LEVEL_HOUSEHOLD, &level))
        return wg_refuse(ctx, WG_E_FIELD_RANGE, "level", "0", "7");
    rc = owners_today(ctx, d, &owners);
    if (rc == 0) rc = store_read(ctx, d->store, &snap);
    if (rc) return rc;
    const char *key = wg_cstr(ctx->arena, q);
    if (level > LEVEL_COMPOUND) {
        /* Doors are found by what is said at the door. */
        struct store_value values[] = {store_cstr(d->code), store_cstr(key),
                                       store_cstr(wg_fmt(ctx->arena, "%s\xF4\x8F\xBF\xBF", key)), store_int(page.limit)};
        return children_page(call, snap, owners, q_by_label, values, 4, 0);
    }
    struct store_value values[] = {store_cstr(d->code),
                                   store_int(level),
                                   store_cstr(""),
                                   store_cstr("~"),
                                   store_text(page.after.n ? page.after : WG_STR("")),
                                   store_cstr(key),
                                   store_int(page.limit)};
    return children_page(call, snap, owners, q_by_name, values, 7, page.limit);
}

/* --- writing ---------------------------------------------------------------------------------------------------------------- */

struct place_writing {
    struct guard_call *call;
    const struct district *d;
    struct res_value values[sizeof place_fields / sizeof *place_fields];
    wg_id id; /* nil: a new one */
    struct place place;
};

static int write_place_unit(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    struct place_writing *w = arg;
    const struct res_value *name = res_get(&register_places, w->values, "name"),
                           *code = res_get(&register_places, w->values, "code");
    const struct res_value *until = res_get(&register_places, w->values, "valid_until");
    int rc;
    if (wg_id_is_nil(w->id)) {
        struct place parent;
        w->place = (struct place){.parent = res_get(&register_places, w->values, "parent")->id,
                                  .kind = res_get(&register_places, w->values, "kind")->text,
                                  .name = name->text,
                                  .code = code->text,
                                  .valid_until = WG_DAY_OPEN};
        rc = place_get(ctx, store_tx_snap(tx), w->d->code, w->place.parent, &parent);
        if (rc) return rc;
        if (!guard_in_scope(&w->call->who->scope, wg_str(parent.path)))
            return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, "parent", NULL, NULL);
        if (!place_kind_level(wg_str(w->place.kind), &w->place.level))
            return wg_refuse(ctx, WG_E_BAD_FIELD, "kind", w->place.kind, NULL);
        rc = place_add(ctx, tx, w->d->code, &w->place);
    } else {
        rc = place_get(ctx, store_tx_snap(tx), w->d->code, w->id, &w->place);
        if (rc) return rc;
        if (!guard_in_scope(&w->call->who->scope, wg_str(w->place.path)))
            return wg_refuse(ctx, WG_E_OUT_OF_SCOPE, NULL, NULL, NULL);
        if (name->given) w->place.name = name->text;
        if (code->given) w->place.code = code->null ? NULL : code->text;
        if (until->given) w->place.valid_until = until->null ? WG_DAY_OPEN : (wg_day)until->i;
        w->place.version = res_get(&register_places, w->values, "version")->i;
        rc = place_change(ctx, tx, w->d->code, &w->place);
    }
    if (rc) return rc;
    guard_note_place(w->call, wg_str(w->place.path));
    return guard_audit_in(w->call, tx);
}

static int write_place(struct guard_call *call, bool creating)
{
    struct wg_ctx *ctx = call->ctx;
    struct place_writing w = {.call = call, .d = call->services};
    struct store_snap *snap;
    struct place place;
    json_t *body, *json;
    int rc = creating ? 0 : res_id_param(ctx, call->request, 0, &w.id);
    if (rc == 0) rc = http_json(ctx, call->request, &body);
    /* parent_path is for files; in a body the parent's id is what is required. */
    if (rc == 0) rc = res_read_json(ctx, &register_places, body, false, w.values);
    if (rc) return rc;
    static const char *const needed[] = {"parent", "kind", "name"};
    for (size_t i = 0; creating && i < 3; i++)
        if (!res_get(&register_places, w.values, needed[i])->given)
            return wg_refuse(ctx, WG_E_MISSING_FIELD, needed[i], NULL, NULL);
    if (!creating && !res_get(&register_places, w.values, "version")->given)
        return wg_refuse(ctx, WG_E_MISSING_FIELD, "version", NULL, NULL);
    rc = store_write(ctx, w.d->store, write_place_unit, &w);
    if (rc == 0) rc = store_read(ctx, w.d->store, &snap);
    if (rc == 0) rc = place_get(ctx, snap, w.d->code, w.place.id, &place);
    if (rc == 0) rc = place_json(ctx, w.d, snap, &place, &json);
    return rc ? rc : res_answer(call, json);
}

static int post_place(struct guard_call *call)
{
    return write_place(call, true);
}

static int patch_place(struct guard_call *call)
{
    return write_place(call, false);
}

const struct guard_route place_routes[] = {
    {"GET", "/api/v1/place", RIGHT_SIGNED_IN, NULL, "names of places are no person's data", get_place,
     "A place with the places above it", "path:string", NULL, "Place"},
    {"GET", "/api/v1/places", RIGHT_SIGNED_IN, NULL, "names of places are no person's data", get_children,
     "Children of a place", "parent:string after:string limit:integer", NULL, "PlacePage"},
    {"GET", "/api/v1/places/search", RIGHT_SIGNED_IN, NULL, "names of places are no person's data", search_places,
     "Places by name, pinyin, initials or code; doors by their label", "q:string level:integer after:string limit:integer",
     NULL, "PlacePage"},
    {"POST", "/api/v1/places", RIGHT_PLACE_WRITE, "place.write", NULL, post_place, "Add a place", NULL, "PlaceWrite", "Place"},
    {"PATCH", "/api/v1/places/{id}", RIGHT_PLACE_WRITE, "place.write", NULL, patch_place, "Change or close a place", NULL,
     "PlaceWrite", "Place"},
    {0},
};
