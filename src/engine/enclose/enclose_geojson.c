/* GeoJSON (RFC 7946): a FeatureCollection or one Feature; properties are taken as tags. */
#include <jansson.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"

enum { MAX_TAGS = 512, MAX_DEPTH = 16, MAX_POINTS = 20 * 1000 * 1000 };

struct reader {
    struct wg_ctx *ctx;
    struct enc_features *out;
    size_t points;
};

static int refuse(struct reader *r, const char *id, const char *why)
{
    return wg_refuse(r->ctx, WG_E_MAP_FORMAT, "geojson", wg_fmt(r->ctx->arena, "%s: %s", id, why), NULL);
}

static int read_position(struct reader *r, const char *id, const json_t *j, struct enc_xy *ret)
{
    const json_t *x = json_array_get(j, 0), *y = json_array_get(j, 1);
    if (!json_is_number(x) || !json_is_number(y)) return refuse(r, id, "a position is not two numbers");
    *ret = (struct enc_xy){json_number_value(x), json_number_value(y)};
    if (!isfinite(ret->x) || !isfinite(ret->y)) return refuse(r, id, "a coordinate is not a finite number");
    if (++r->points > MAX_POINTS) return refuse(r, id, "too many points");
    return 0;
}

static int read_path(struct reader *r, const char *id, const json_t *j, struct enc_path *ret)
{
    size_t n = json_array_size(j);
    ret->p = wg_alloc_n(r->ctx->arena, n ? n : 1, sizeof *ret->p);
    for (size_t i = 0; i < n; i++) {
        int rc = read_position(r, id, json_array_get(j, i), &ret->p[i]);
        if (rc) return rc;
    }
    ret->n = n;
    return 0;
}

static int add_paths(struct reader *r, const struct enc_feature *like, enum enc_form form, struct enc_path *paths, size_t n)
{
    struct enc_features *out = r->out;
    out->list = wg_grow(r->ctx->arena, out->list, &out->cap, out->n + 1, sizeof *out->list);
    struct enc_feature *f = &out->list[out->n++];
    *f = *like;
    f->form = form;
    f->paths = paths;
    f->n_paths = n;
    return 0;
}

static int read_lines(struct reader *r, const struct enc_feature *like, const json_t *coordinates)
{
    for (size_t i = 0; i < json_array_size(coordinates); i++) {
        struct enc_path *path = wg_alloc(r->ctx->arena, sizeof *path);
        int rc = read_path(r, like->id, json_array_get(coordinates, i), path);
        if (rc) return rc;
        (void)add_paths(r, like, ENC_LINE, path, 1);
    }
    return 0;
}

static int read_polygons(struct reader *r, const struct enc_feature *like, const json_t *polygons)
{
    size_t n = 0, total = 0;
    for (size_t i = 0; i < json_array_size(polygons); i++) total += json_array_size(json_array_get(polygons, i));
    struct enc_path *paths = wg_alloc_n(r->ctx->arena, total ? total : 1, sizeof *paths);
    for (size_t i = 0; i < json_array_size(polygons); i++) {
        const json_t *rings = json_array_get(polygons, i);
        for (size_t k = 0; k < json_array_size(rings); k++) {
            int rc = read_path(r, like->id, json_array_get(rings, k), &paths[n]);
            if (rc) return rc;
            paths[n].inner = k > 0;
            paths[n++].part = i;
        }
    }
    return add_paths(r, like, ENC_AREA, paths, n);
}

static int read_geometry(struct reader *r, const struct enc_feature *like, const json_t *g, int depth)
{
    const char *type = json_string_value(json_object_get(g, "type"));
    const json_t *c = json_object_get(g, "coordinates");
    if (!type || depth > MAX_DEPTH) return refuse(r, like->id, "a geometry without type");
    if (strcmp(type, "GeometryCollection") == 0) {
        const json_t *list = json_object_get(g, "geometries");
        for (size_t i = 0; i < json_array_size(list); i++) {
            int rc = read_geometry(r, like, json_array_get(list, i), depth + 1);
            if (rc) return rc;
        }
        return 0;
    }
    if (!json_is_array(c)) return refuse(r, like->id, "a geometry without coordinates");
    struct enc_path *path = wg_alloc(r->ctx->arena, sizeof *path);
    if (strcmp(type, "Point") == 0) {
        path->p = wg_alloc(r->ctx->arena, sizeof *path->p);
        path->n = 1;
        int rc = read_position(r, like->id, c, path->p);
        return rc ? rc : add_paths(r, like, ENC_POINT, path, 1);
    }
    if (strcmp(type, "LineString") == 0) {
        int rc = read_path(r, like->id, c, path);
        return rc ? rc : add_paths(r, like, ENC_LINE, path, 1);
    }
    if (strcmp(type, "MultiLineString") == 0) return read_lines(r, like, c);
    if (strcmp(type, "MultiPolygon") == 0) return read_polygons(r, like, c);
    if (strcmp(type, "Polygon") == 0) {
        json_t *one = json_array();
        if (!one || json_array_append(one, (json_t *)(uintptr_t)c) != 0) {
            json_decref(one);
            return refuse(r, like->id, "no memory");
        }
        int rc = read_polygons(r, like, one);
        json_decref(one);
        return rc;
    }
    if (strcmp(type, "MultiPoint") == 0) return 0;
    return refuse(r, like->id, "an unknown type of geometry");
}

static const char *text_of(struct wg_ctx *ctx, const json_t *v)
{
    if (json_is_string(v)) return wg_cstr(ctx->arena, wg_str(json_string_value(v)));
    if (json_is_integer(v)) return wg_fmt(ctx->arena, "%lld", (long long)json_integer_value(v));
    if (json_is_real(v)) return wg_fmt(ctx->arena, "%.10g", json_real_value(v));
    if (json_is_true(v)) return "yes";
    if (json_is_false(v)) return "no";
    return NULL;
}

static void read_tags(struct reader *r, const json_t *object, struct enc_tag *tags, size_t *n)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        const char *text = text_of(r->ctx, value);
        if (!text || *n == MAX_TAGS) continue;
        tags[(*n)++] = (struct enc_tag){wg_cstr(r->ctx->arena, wg_str(key)), text};
    }
}

static int read_feature(struct reader *r, const json_t *j, size_t index)
{
    struct enc_feature f = {0};
    const json_t *properties = json_object_get(j, "properties"), *geometry = json_object_get(j, "geometry");
    size_t n = json_object_size(properties) + json_object_size(json_object_get(properties, "tags"));
    f.tags = wg_alloc_n(r->ctx->arena, n < MAX_TAGS ? n + 1 : MAX_TAGS, sizeof *f.tags);
    read_tags(r, properties, f.tags, &f.n_tags);
    if (json_is_object(json_object_get(properties, "tags"))) /* as some converters write */
        read_tags(r, json_object_get(properties, "tags"), f.tags, &f.n_tags);
    f.id = text_of(r->ctx, json_object_get(j, "id"));
    if (!f.id || !*f.id) f.id = enc_tag(&f, "@id");
    if (!f.id || !*f.id) f.id = enc_tag(&f, "id");
    if (!f.id || !*f.id) f.id = wg_fmt(r->ctx->arena, "feature/%zu", index + 1);
    if (!json_is_object(geometry)) {
        enc_note(r->ctx, r->out, f.id, "要素没有几何，略去", "a feature without geometry is left out");
        return 0;
    }
    return read_geometry(r, &f, geometry, 0);
}

/* A coordinate system named by the older GeoJSON of 2008: degrees of WGS 84 or CGCS2000 pass, anything else must be converted. */
static int check_system(struct reader *r, const json_t *root)
{
    static const char *const same[] = {"CRS84", "4326", "4490", "WGS84", "WGS 84", "4258"};
    const json_t *properties = json_object_get(json_object_get(root, "crs"), "properties");
    const char *name = json_string_value(json_object_get(properties, "name"));
    if (!name) return 0;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (strstr(name, same[i])) return 0;
    return refuse(r, "crs", wg_fmt(r->ctx->arena, "%s; convert the map to WGS 84 (EPSG:4326)", name));
}

static int read_root(struct reader *r, const json_t *root)
{
    const char *type = json_string_value(json_object_get(root, "type"));
    int wrong = check_system(r, root);
    if (wrong) return wrong;
    if (json_is_array(json_object_get(root, "elements")))
        return refuse(r, "elements", "an Overpass answer in JSON; ask for XML (out:xml)");
    if (!type) return refuse(r, "-", "no type");
    if (strcmp(type, "Feature") == 0) return read_feature(r, root, 0);
    if (strcmp(type, "FeatureCollection") != 0) return refuse(r, "-", "not a FeatureCollection");
    const json_t *list = json_object_get(root, "features");
    if (!json_is_array(list)) return refuse(r, "-", "no features");
    for (size_t i = 0; i < json_array_size(list); i++) {
        int rc = read_feature(r, json_array_get(list, i), i);
        if (rc) return rc;
    }
    return 0;
}

int enc_geojson_read(struct wg_ctx *ctx, struct wg_str bytes, struct enc_features *features)
{
    json_error_t error;
    json_t *root = json_loadb(bytes.p, bytes.n, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        const char *where = wg_fmt(ctx->arena, "%d:%d: %s", error.line, error.column, error.text);
        return wg_refuse(ctx, WG_E_MAP_FORMAT, "geojson", where, NULL);
    }
    struct reader r = {ctx, features, 0};
    int rc = read_root(&r, root);
    json_decref(root);
    return rc;
}
