#include <string.h>

#include "district/register/register_internal.h"

static const char *const kinds[LEVEL_COUNT_][5] = {
    {"district"},
    {"street", "township", "town"},
    {"community", "village"},
    {"grid"},
    {"compound", "group"},
    {"building", "yard"},
    {"unit"},
    {"household"},
};

/* The columns every reading of places asks for, in the order place_read takes them. */
#define PLACE_COLUMNS "id, parent, path, level, kind, code, name, label, valid_from, valid_until, version"

static const char q_place[] = "SELECT " PLACE_COLUMNS " FROM place WHERE district = $1 AND id = $2";
static const char q_by_path[] = "SELECT " PLACE_COLUMNS " FROM place WHERE district = $1 AND path = $2";
static const char q_by_code[] = "SELECT " PLACE_COLUMNS " FROM place WHERE district = $1 AND code = $2 ORDER BY path";
static const char q_above[] =
    "SELECT " PLACE_COLUMNS " FROM place WHERE district = $1 AND path IN ($2, $3, $4, $5, $6, $7, $8) ORDER BY path";
static const char q_last_child[] = "SELECT path FROM place WHERE district = $1 AND parent = $2 ORDER BY path DESC LIMIT 1";
static const char q_insert[] =
    "INSERT INTO place (district, id, path, parent, level, kind, code, name, label, sound, valid_from, valid_until, version) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)";
static const char q_update[] =
    "UPDATE place SET name = $3, code = $4, valid_until = $5, label = $6, sound = $7, version = version + 1 "
    "WHERE district = $1 AND id = $2 AND version = $8";
static const char q_below[] =
    "SELECT id, level, name, path FROM place WHERE district = $1 AND path > $2 AND path < $3 ORDER BY path";
static const char q_relabel[] = "UPDATE place SET label = $3 WHERE district = $1 AND id = $2";
static const char q_in_use[] =
    "SELECT (SELECT count(*) FROM person WHERE district = $1 AND path >= $2 AND path < $3 AND state IN ('living', "
    "'provisional')) "
    "+ (SELECT count(*) FROM place WHERE district = $1 AND path > $2 AND path < $3 AND valid_until IS NULL)";

void place_step(unsigned ordinal, char out[PLACE_STEP + 1])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    for (int i = PLACE_STEP - 1; i >= 0; i--) {
        out[i] = digits[ordinal % 36];
        ordinal /= 36;
    }
    out[PLACE_STEP] = '\0';
}

static unsigned step_ordinal(struct wg_str step)
{
    unsigned v = 0;
    for (size_t i = 0; i < step.n; i++) {
        char c = step.p[i];
        unsigned digit = c >= 'a' && c <= 'z' ? (unsigned)(c - 'a') + 10 : c >= '0' && c <= '9' ? (unsigned)(c - '0') : 0;
        v = v * 36 + digit;
    }
    return v;
}

const char *place_label(struct wg_arena *arena, enum place_level level, const char *parent_label, const char *name)
{
    if (level <= LEVEL_COMPOUND) return wg_fmt(arena, "%s", name);
    return wg_fmt(arena, "%s%s", parent_label, name);
}

const char *register_sound(struct wg_arena *arena, const char *name)
{
    struct wg_str pinyin = wg_str(people_pinyin(arena, wg_str(name)));
    struct wg_buf initials, whole;
    wg_buf_init(&initials, 1024);
    wg_buf_init(&whole, 4096);
    bool at_start = true;
    for (size_t i = 0; i < pinyin.n; i++) {
        if (pinyin.p[i] == ' ') {
            at_start = true;
            continue;
        }
        if (at_start) wg_buf_putc(&initials, pinyin.p[i]);
        wg_buf_putc(&whole, pinyin.p[i]);
        at_start = false;
    }
    const char *out =
        wg_fmt(arena, "%.*s %.*s", (int)initials.n, initials.n ? initials.p : "", (int)whole.n, whole.n ? whole.p : "");
    wg_buf_free(&initials);
    wg_buf_free(&whole);
    return out;
}

static void place_read(struct wg_ctx *ctx, const struct store_rows *rows, struct place *ret)
{
    *ret = (struct place){
        .id = store_get_id(rows, 0),
        .parent = store_get_id(rows, 1),
        .path = wg_cstr(ctx->arena, store_get_text(rows, 2)),
        .level = (enum place_level)store_get_int(rows, 3),
        .kind = wg_cstr(ctx->arena, store_get_text(rows, 4)),
        .code = store_is_null(rows, 5) ? NULL : wg_cstr(ctx->arena, store_get_text(rows, 5)),
        .name = wg_cstr(ctx->arena, store_get_text(rows, 6)),
        .label = wg_cstr(ctx->arena, store_get_text(rows, 7)),
        .valid_from = store_get_day(rows, 8),
        .valid_until = store_is_null(rows, 9) ? WG_DAY_OPEN : store_get_day(rows, 9),
        .version = store_get_int(rows, 10),
    };
}

static int one_place(struct wg_ctx *ctx, struct store_snap *snap, const char *sql, const char *district, struct store_value key,
                     const char *said, struct place *ret)
{
    struct store_rows *rows;
    bool found;
    int rc = store_one(ctx, snap, sql, (struct store_value[]){store_cstr(district), key}, 2, &rows, &found);
    if (rc) return rc;
    if (!found) return wg_refuse(ctx, WG_E_NO_PLACE, "place", said, NULL);
    place_read(ctx, rows, ret);
    store_rows_end(rows);
    return 0;
}

int place_get(struct wg_ctx *ctx, struct store_snap *snap, const char *district, wg_id id, struct place *ret)
{
    return one_place(ctx, snap, q_place, district, store_id(&id), wg_id_text(ctx->arena, id), ret);
}

int place_by_path(struct wg_ctx *ctx, struct store_snap *snap, const char *district, struct wg_str path, struct place *ret)
{
    return one_place(ctx, snap, q_by_path, district, store_text(path), wg_cstr(ctx->arena, path), ret);
}

int place_by_code(struct wg_ctx *ctx, struct store_snap *snap, const char *district, struct wg_str code, struct place *ret)
{
    return one_place(ctx, snap, q_by_code, district, store_text(code), wg_cstr(ctx->arena, code), ret);
}

static bool kind_fits(const char *kind, enum place_level level)
{
    for (size_t i = 0; i < 5 && kinds[level][i]; i++)
        if (strcmp(kinds[level][i], kind) == 0) return true;
    return false;
}

bool place_kind_level(struct wg_str kind, enum place_level *ret)
{
    for (int level = 0; level < LEVEL_COUNT_; level++)
        for (size_t i = 0; i < 5 && kinds[level][i]; i++)
            if (wg_str_is(kind, kinds[level][i])) {
                *ret = (enum place_level)level;
                return true;
            }
    return false;
}

int place_put(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct place *place)
{
    struct store_value values[] = {
        store_cstr(district),         store_id(&place->id),
        store_cstr(place->path),      store_id(&place->parent),
        store_int(place->level),      store_cstr(place->kind),
        store_cstr(place->code),      store_cstr(place->name),
        store_cstr(place->label),     store_cstr(register_sound(ctx->arena, place->name)),
        store_day(place->valid_from), place->valid_until == WG_DAY_OPEN ? store_null() : store_day(place->valid_until),
    };
    return store_exec(ctx, tx, q_insert, values, 12, NULL);
}

/* The path after the last child of `parent`. */
static int next_path(struct wg_ctx *ctx, struct store_snap *snap, const char *district, const struct place *parent,
                     const char **ret_path)
{
    struct store_rows *rows;
    bool found;
    unsigned ordinal = 1;
    int rc = store_one(ctx, snap, q_last_child, (struct store_value[]){store_cstr(district), store_id(&parent->id)}, 2, &rows,
                       &found);
    if (rc) return rc;
    if (found) {
        struct wg_str last = store_get_text(rows, 0);
        ordinal = step_ordinal(wg_str_sub(last, last.n - PLACE_STEP, PLACE_STEP)) + 1;
        store_rows_end(rows);
    }
    if (ordinal > PLACE_CHILDREN_MAX) return wg_refuse(ctx, WG_E_TOO_MANY, parent->name, "46655", NULL);
    char step[PLACE_STEP + 1];
    place_step(ordinal, step);
    *ret_path = wg_fmt(ctx->arena, "%s%s", parent->path, step);
    return 0;
}

int place_add(struct wg_ctx *ctx, struct store_tx *tx, const char *district, struct place *place)
{
    struct store_snap *snap = store_tx_snap(tx);
    if (wg_str_trim(wg_str(place->name)).n == 0) return wg_refuse(ctx, WG_E_MISSING_FIELD, "name", NULL, NULL);
    if (!kind_fits(place->kind, place->level)) return wg_refuse(ctx, WG_E_BAD_FIELD, "kind", place->kind, NULL);
    if (wg_id_is_nil(place->id)) place->id = wg_id_new(ctx->now);
    place->valid_from = place->valid_from ? place->valid_from : wg_today(ctx);
    place->version = 1;
    if (place->level == LEVEL_DISTRICT) {
        place->path = "";
        place->label = place->name;
        return place_put(ctx, tx, district, place);
    }
    struct place parent;
    int rc = wg_id_is_nil(place->parent) ? place_by_path(ctx, snap, district, WG_STR(""), &parent)
                                         : place_get(ctx, snap, district, place->parent, &parent);
    if (rc) return rc;
    /* Streets, communities, grids and what stands in a grid follow each other without a gap: sums are cut by path. */
    bool fits = place->level <= LEVEL_COMPOUND ? parent.level + 1 == place->level
                                               : parent.level >= LEVEL_GRID && parent.level < place->level;
    if (!fits) return wg_refuse(ctx, WG_E_PLACE_LEVEL, "parent", place->kind, parent.kind);
    place->parent = parent.id;
    rc = next_path(ctx, snap, district, &parent, &place->path);
    if (rc) return rc;
    place->label = place_label(ctx->arena, place->level, parent.level >= LEVEL_COMPOUND ? parent.label : "", place->name);
    return place_put(ctx, tx, district, place);
}

/* Labels below the compound are their parent's and their own name: after a renaming they are made again, top down. */
static int relabel_below(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct place *top)
{
    struct store_rows *rows;
    struct {
        wg_id id;
        const char *label;
    } *changed = NULL;
    const char *labels[PLACE_PATH_MAX / PLACE_STEP + 1] = {0};
    size_t n = 0, cap = 0;
    bool more;
    int rc = store_query(
        ctx, store_tx_snap(tx), q_below,
        (struct store_value[]){store_cstr(district), store_cstr(top->path), store_cstr(guard_scope_end(ctx->arena, top->path))},
        3, &rows);
    if (rc) return rc;
    labels[strlen(top->path) / PLACE_STEP] = top->level >= LEVEL_COMPOUND ? top->label : "";
    while ((rc = store_next(ctx, rows, &more)) == 0 && more) {
        enum place_level level = (enum place_level)store_get_int(rows, 1);
        size_t depth = store_get_text(rows, 3).n / PLACE_STEP;
        const char *above = labels[depth - 1] ? labels[depth - 1] : "";
        const char *label = place_label(ctx->arena, level, above, wg_cstr(ctx->arena, store_get_text(rows, 2)));
        labels[depth] = level >= LEVEL_COMPOUND ? label : "";
        changed = wg_grow(ctx->arena, changed, &cap, n + 1, sizeof *changed);
        changed[n].id = store_get_id(rows, 0);
        changed[n++].label = label;
    }
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = store_exec(ctx, tx, q_relabel,
                        (struct store_value[]){store_cstr(district), store_id(&changed[i].id), store_cstr(changed[i].label)}, 3,
                        NULL);
    return rc;
}

int place_change(struct wg_ctx *ctx, struct store_tx *tx, const char *district, const struct place *place)
{
    struct place old, parent = {.label = ""};
    int64_t changed, in_use;
    struct store_snap *snap = store_tx_snap(tx);
    int rc = place_get(ctx, snap, district, place->id, &old);
    if (rc == 0 && old.level > LEVEL_COMPOUND) rc = place_get(ctx, snap, district, old.parent, &parent);
    if (rc) return rc;
    if (place->valid_until != WG_DAY_OPEN) {
        struct store_value within[] = {store_cstr(district), store_cstr(old.path),
                                       store_cstr(guard_scope_end(ctx->arena, old.path))};
        rc = store_number(ctx, snap, q_in_use, within, 3, 0, &in_use);
        if (rc) return rc;
        if (in_use > 0) return wg_refuse(ctx, WG_E_PLACE_IN_USE, "valid_until", NULL, NULL);
    }
    struct place now = old;
    now.name = place->name;
    now.label = place_label(ctx->arena, old.level, parent.level >= LEVEL_COMPOUND ? parent.label : "", place->name);
    struct store_value values[] = {
        store_cstr(district),
        store_id(&place->id),
        store_cstr(now.name),
        store_cstr(place->code),
        place->valid_until == WG_DAY_OPEN ? store_null() : store_day(place->valid_until),
        store_cstr(now.label),
        store_cstr(register_sound(ctx->arena, now.name)),
        store_int(place->version),
    };
    rc = store_exec(ctx, tx, q_update, values, 8, &changed);
    if (rc) return rc;
    if (changed == 0) return wg_refuse(ctx, WG_E_CONFLICT, "version", old.name, NULL);
    return strcmp(old.name, now.name) == 0 ? 0 : relabel_below(ctx, tx, district, &now);
}

int place_above(struct wg_ctx *ctx, struct store_snap *snap, const char *district, struct wg_str path, struct place **ret,
                size_t *ret_n)
{
    struct store_value values[8] = {store_cstr(district)};
    struct place *places = wg_alloc_n(ctx->arena, 8, sizeof *places);
    struct store_rows *rows;
    size_t n = 0;
    bool more;
    /* Depths at or below the path's own repeat its root, which IN counts once. */
    for (size_t depth = 0; depth < 7; depth++) {
        bool above = path.n > 0 && depth * PLACE_STEP < path.n;
        values[depth + 1] = above        ? store_text(wg_str_sub(path, 0, depth * PLACE_STEP))
                            : path.n > 0 ? store_cstr("")
                                         : store_null();
    }
    int rc = store_query(ctx, snap, q_above, values, 8, &rows);
    if (rc) return rc;
    while ((rc = store_next(ctx, rows, &more)) == 0 && more)
        if (n < 8) place_read(ctx, rows, &places[n++]);
    if (rc) return rc;
    *ret = places;
    *ret_n = n;
    return 0;
}

json_t *place_ref_json(struct wg_ctx *ctx, const struct place *place)
{
    return json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "id", wg_id_text(ctx->arena, place->id), "path", place->path, "level",
                     (int)place->level, "kind", place->kind, "name", place->name, "label", place->label);
}

int place_ref(struct wg_ctx *ctx, struct store_snap *snap, const char *district, struct wg_str path, json_t **ret)
{
    struct place place;
    int rc = place_by_path(ctx, snap, district, path, &place);
    if (rc) return rc;
    *ret = place_ref_json(ctx, &place);
    return 0;
}
