/* What a caller holds fast when planning again: features of an earlier plan (or drawn by hand) with "locked": true. Fences stand
 * as walls do, gates are put back where they were, the homes of a locked compound stay together and apart from others'. */
#include <jansson.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct reader {
    struct wg_ctx *ctx;
    const struct enclose_map *map;
    struct enc_locks *out;
    size_t cap_lines, cap_gates, cap_ids;
};

static int refuse(struct wg_ctx *ctx, const char *why)
{
    return wg_refuse(ctx, WG_E_MAP_FORMAT, "locks", why, NULL);
}

static bool read_point(const struct reader *r, const json_t *j, struct enc_xy *ret)
{
    const json_t *lon = json_array_get(j, 0), *lat = json_array_get(j, 1);
    if (!json_is_number(lon) || !json_is_number(lat)) return false;
    double x = json_number_value(lon), y = json_number_value(lat);
    if (!(fabs(x) <= 180 && fabs(y) < 89)) return false;
    *ret = enc_project(&r->map->projection, x, y);
    return hypot(ret->x, ret->y) < 2.0 * ENCLOSE_MAP_EXTENT_M;
}

static bool read_line(const struct reader *r, const json_t *feature, struct enc_line *ret)
{
    const json_t *g = json_object_get(feature, "geometry"), *c = json_object_get(g, "coordinates");
    const char *type = json_string_value(json_object_get(g, "type"));
    size_t n = json_array_size(c);
    if (!type || strcmp(type, "LineString") != 0 || n < 2) return false;
    ret->p = wg_alloc_n(r->ctx->arena, n, sizeof *ret->p);
    ret->n = n;
    for (size_t i = 0; i < n; i++)
        if (!read_point(r, json_array_get(c, i), &ret->p[i])) return false;
    return true;
}

static int take_fence(struct reader *r, const json_t *feature)
{
    struct enc_line line;
    if (!read_line(r, feature, &line)) return refuse(r->ctx, "a locked fence is no line near the map");
    r->out->lines = wg_grow(r->ctx->arena, r->out->lines, &r->cap_lines, r->out->n_lines + 1, sizeof *r->out->lines);
    r->out->lines[r->out->n_lines++] = line;
    return 0;
}

static int take_gate(struct reader *r, const json_t *feature, const json_t *properties)
{
    struct enc_line line;
    struct enc_draft_gate g = {.chain = -1, .way = -1, .mark = -1, .locked = true};
    const char *size = json_string_value(json_object_get(properties, "gate")),
               *state = json_string_value(json_object_get(properties, "state"));
    const char *id = json_string_value(json_object_get(properties, "id"));
    if (!read_line(r, feature, &line)) return refuse(r->ctx, "a locked gate is no line near the map");
    g.a = line.p[0], g.b = line.p[line.n - 1];
    g.width = enc_dist(g.a, g.b);
    g.large = !size || strcmp(size, "large") == 0;
    g.main = json_is_true(json_object_get(properties, "main"));
    g.state = !state || strcmp(state, "staffed") == 0 ? ENCLOSE_STAFFED
              : strcmp(state, "emergency") == 0       ? ENCLOSE_EMERGENCY
                                                      : ENCLOSE_KEY_HOLDER;
    g.locked_id = id ? wg_cstr(r->ctx->arena, wg_str(id)) : NULL;
    r->out->gates = wg_grow(r->ctx->arena, r->out->gates, &r->cap_gates, r->out->n_gates + 1, sizeof *r->out->gates);
    r->out->gates[r->out->n_gates++] = g;
    return 0;
}

static int take_members(struct reader *r, const json_t *properties)
{
    const json_t *list = json_object_get(properties, "buildings");
    const char *id = json_string_value(json_object_get(properties, "id"));
    int32_t key = (int32_t)r->out->n_ids;
    if (!json_is_array(list)) return refuse(r->ctx, "a locked compound names no buildings");
    r->out->ids = wg_grow(r->ctx->arena, r->out->ids, &r->cap_ids, r->out->n_ids + 1, sizeof *r->out->ids);
    r->out->ids[r->out->n_ids++] = id ? wg_cstr(r->ctx->arena, wg_str(id)) : NULL;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        size_t b = 0;
        while (name && b < r->map->n_buildings && strcmp(r->map->buildings[b].id, name) != 0) b++;
        if (!name || b == r->map->n_buildings)
            return refuse(r->ctx, wg_fmt(r->ctx->arena, "no building %s on the map", name ? name : "?"));
        r->out->keys[b] = key;
    }
    return 0;
}

static int take_feature(struct reader *r, const json_t *feature)
{
    const json_t *properties = json_object_get(feature, "properties");
    const char *kind = json_string_value(json_object_get(properties, "kind"));
    if (!kind || !json_is_true(json_object_get(properties, "locked"))) return 0;
    if (strcmp(kind, "fence") == 0) return take_fence(r, feature);
    if (strcmp(kind, "gate") == 0) return take_gate(r, feature, properties);
    if (strcmp(kind, "compound") == 0) return take_members(r, properties);
    return 0;
}

int enc_locks_read(struct wg_ctx *ctx, const struct enclose_map *map, struct wg_str plan, struct enc_locks *ret_locks)
{
    struct enc_locks locks = {0};
    struct reader r = {.ctx = ctx, .map = map, .out = &locks};
    locks.keys = wg_alloc_n(ctx->arena, map->n_buildings + 1, sizeof *locks.keys);
    memset(locks.keys, 0xFF, map->n_buildings * sizeof *locks.keys);
    if (plan.n) {
        json_error_t error;
        json_t *root = json_loadb(plan.p, plan.n, JSON_REJECT_DUPLICATES, &error);
        if (!root) return refuse(ctx, wg_fmt(ctx->arena, "%d:%d: %s", error.line, error.column, error.text));
        const json_t *list = json_object_get(root, "features");
        int rc = json_is_array(list) ? 0 : refuse(ctx, "no features");
        for (size_t i = 0; !rc && i < json_array_size(list); i++) rc = take_feature(&r, json_array_get(list, i));
        json_decref(root);
        if (rc) return rc;
    }
    *ret_locks = locks;
    return 0;
}
