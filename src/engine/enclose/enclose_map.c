/* From features in degrees to the map in metres: coordinates set right, what stands repaired, told apart and projected. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"
#include "engine/enclose/enclose_map_internal.h"

int enclose_map_read(struct wg_ctx *ctx, struct wg_str bytes, const struct enclose_config *config, struct enclose_map **ret_map)
{
    if (bytes.n > ENCLOSE_MAP_BYTES) return wg_refuse(ctx, WG_E_TOO_LARGE, "map", "512 MB", NULL);
    struct wg_str text = bytes;
    struct enc_features features = {0};
    if (wg_str_starts(text, WG_STR("\xEF\xBB\xBF"))) text = wg_str_sub(text, 3, text.n - 3); /* a byte order mark */
    if (!wg_str_trim(text).n) return wg_refuse(ctx, WG_E_MAP_EMPTY, "map", NULL, NULL);
    while (text.n && strchr(" \t\r\n", text.p[0])) text = wg_str_sub(text, 1, text.n - 1); /* the end may be UTF-16 */
    bool json = text.n && (text.p[0] == '{' || text.p[0] == '[');
    int rc = json ? enc_geojson_read(ctx, text, &features) : enc_osm_read(ctx, text, &features);
    return rc ? rc : enc_map_build(ctx, &features, config, ret_map);
}

const struct enclose_note *enclose_map_notes(const struct enclose_map *map, size_t *ret_count)
{
    *ret_count = map->n_notes;
    return map->notes;
}

/* ---- coordinates ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void swap_path(struct enc_path *path)
{
    for (size_t i = 0; i < path->n; i++) path->p[i] = (struct enc_xy){path->p[i].y, path->p[i].x};
}

static void swap_feature(struct enc_feature *f)
{
    for (size_t k = 0; k < f->n_paths; k++) swap_path(&f->paths[k]);
}

static const char *say(const struct wg_ctx *ctx, const char *zh, const char *en)
{
    return ctx->lang == WG_ZH ? zh : en;
}

static bool is_degrees(struct enc_xy at)
{
    return fabs(at.x) <= 360 && fabs(at.y) <= 360;
}

/* The middle building corner, as degrees. */
static int middle(struct wg_ctx *ctx, const struct enc_features *features, struct enc_xy *ret)
{
    const char *odd = NULL;
    double *x = wg_alloc_n(ctx->arena, features->n + 1, sizeof *x), *y = wg_alloc_n(ctx->arena, features->n + 1, sizeof *y);
    size_t n = 0;
    for (size_t i = 0; i < features->n; i++) {
        const struct enc_feature *f = &features->list[i];
        if (!enc_tag(f, "building") || !f->n_paths || !f->paths[0].n) continue;
        if (!is_degrees(f->paths[0].p[0])) {
            odd = f->id;
            continue;
        }
        x[n] = f->paths[0].p[0].x;
        y[n++] = f->paths[0].p[0].y;
    }
    if (!n && odd)
        return wg_refuse(ctx, WG_E_MAP_FORMAT, "map",
                         wg_fmt(ctx->arena,
                                say(ctx, "%s：坐标不是度数，请先转为 WGS 84 经纬度",
                                    "%s: the coordinates are no degrees; convert the map to WGS 84"),
                                odd),
                         NULL);
    if (!n) return wg_refuse(ctx, WG_E_MAP_EMPTY, "map", NULL, NULL);
    for (size_t i = 0; i < n; i++) x[i] = x[0] + enc_lon_east(x[i], x[0]); /* one run across the 180th meridian */
    qsort(x, n, sizeof *x, by_value);
    qsort(y, n, sizeof *y, by_value);
    *ret = (struct enc_xy){x[n / 2], y[n / 2]};
    return 0;
}

/* Nobody builds a town north of 72 degrees on China's longitudes taken as latitudes, and no latitude passes 90. */
static bool looks_swapped(struct enc_xy at)
{
    bool china_if_turned = at.x > 17 && at.x < 55 && at.y > 72 && at.y < 137;
    return china_if_turned || (fabs(at.y) > 85 && fabs(at.x) <= 85);
}

static bool near_middle(struct enc_xy at, struct enc_xy mid)
{
    if (!(fabs(at.x) <= 360 && fabs(at.y) < 89)) return false;
    double km = hypot(enc_lon_east(at.x, mid.x) * cos(mid.y * 0.01745329) * 111.3, (at.y - mid.y) * 111.3);
    return km * 1000 < ENCLOSE_MAP_EXTENT_M;
}

static int set_right(struct wg_ctx *ctx, struct enc_features *features, struct enc_xy *ret_middle)
{
    struct enc_xy mid;
    int rc = middle(ctx, features, &mid);
    if (rc) return rc;
    if (looks_swapped(mid)) {
        for (size_t i = 0; i < features->n; i++) swap_feature(&features->list[i]);
        mid = (struct enc_xy){mid.y, mid.x};
        enc_note(ctx, features, "", "整张地图的经纬度颠倒，已换回",
                 "longitude and latitude were swapped all over the map; turned back");
    }
    for (size_t i = 0; i < features->n; i++) {
        struct enc_feature *f = &features->list[i];
        if (!f->n_paths || !f->paths[0].n || near_middle(f->paths[0].p[0], mid)) continue;
        struct enc_xy at = f->paths[0].p[0], turned = {at.y, at.x};
        if (near_middle(turned, mid)) {
            swap_feature(f);
            enc_note(ctx, features, f->id, "经纬度颠倒，已换回", "longitude and latitude were swapped; turned back");
        } else if (enc_tag(f, "building")) {
            if (fabs(at.y) > 90 || fabs(at.x) > 180) return wg_refuse(ctx, WG_E_MAP_SWAPPED, "map", f->id, NULL);
            const char *what = say(ctx, "%s：距其余建筑超过 %d 公里，请改正或删去",
                                   "%s: over %d km from the other buildings; correct or delete it");
            return wg_refuse(ctx, WG_E_MAP_FORMAT, "map", wg_fmt(ctx->arena, what, f->id, ENCLOSE_MAP_EXTENT_M / 1000), NULL);
        } else {
            f->n_paths = 0; /* too far to matter */
        }
    }
    *ret_middle = mid;
    return 0;
}

/* Drops repeated points and those no map can hold; a pair that is not on the globe ends the line there. */
static struct enc_line project_path(struct enc_build *b, const struct enc_path *path, bool *ret_far)
{
    struct enc_line line = {wg_alloc_n(b->ctx->arena, path->n ? path->n : 1, sizeof *line.p), 0};
    *ret_far = false;
    for (size_t i = 0; i < path->n; i++) {
        struct enclose_point at = {path->p[i].x, path->p[i].y};
        if (!near_middle(path->p[i], b->middle)) {
            *ret_far = true;
            continue;
        }
        if (b->map->config->gcj02) at = enc_from_gcj02(at);
        struct enc_xy p = enc_project(&b->map->projection, at.lon, at.lat);
        if (line.n && enc_dist(p, line.p[line.n - 1]) < 0.005) continue;
        line.p[line.n++] = p;
    }
    return line;
}

/* ---- shapes ---- */

static GEOSGeometry *polygons_only(GEOSContextHandle_t geos, GEOSGeometry *g)
{
    if (!g) return NULL;
    int type = GEOSGeomTypeId_r(geos, g);
    if (type == GEOS_POLYGON || type == GEOS_MULTIPOLYGON) return g;
    GEOSGeometry *out = NULL;
    if (type == GEOS_GEOMETRYCOLLECTION) {
        int n = GEOSGetNumGeometries_r(geos, g);
        for (int i = 0; i < n; i++) {
            const GEOSGeometry *part = GEOSGetGeometryN_r(geos, g, i);
            int t = part ? GEOSGeomTypeId_r(geos, part) : GEOS_POINT;
            if (t != GEOS_POLYGON && t != GEOS_MULTIPOLYGON) continue;
            GEOSGeometry *both = out ? GEOSUnion_r(geos, out, part) : GEOSGeom_clone_r(geos, part);
            if (out) GEOSGeom_destroy_r(geos, out);
            out = both;
        }
    }
    GEOSGeom_destroy_r(geos, g);
    return out;
}

/* One ring as a valid shape; a crossing ring is mended, which `ret_mended` tells. */
static GEOSGeometry *ring_shape(struct enc_build *b, const struct enc_line *line, bool *ret_mended)
{
    GEOSContextHandle_t geos = b->map->geos;
    GEOSGeometry *raw = enc_geos_ring_polygon(geos, line->p, line->n);
    if (!raw || GEOSisValid_r(geos, raw) == 1) return raw;
    *ret_mended = true;
    GEOSMakeValidParams *how = GEOSMakeValidParams_create_r(geos);
    GEOSGeometry *valid = NULL;
    if (how && GEOSMakeValidParams_setMethod_r(geos, how, GEOS_MAKE_VALID_STRUCTURE))
        valid = GEOSMakeValidWithParams_r(geos, raw, how);
    if (how) GEOSMakeValidParams_destroy_r(geos, how);
    GEOSGeom_destroy_r(geos, raw);
    return polygons_only(geos, valid);
}

static GEOSGeometry *combine(GEOSContextHandle_t geos, GEOSGeometry *a, GEOSGeometry *more, bool subtract)
{
    if (!a || !more) {
        if (subtract && more) GEOSGeom_destroy_r(geos, more);
        return a ? a : subtract ? NULL : more;
    }
    GEOSGeometry *both = subtract ? GEOSDifference_r(geos, a, more) : GEOSUnion_r(geos, a, more);
    GEOSGeom_destroy_r(geos, a);
    GEOSGeom_destroy_r(geos, more);
    return both;
}

static bool is_closed(const struct enc_path *path)
{
    return path->n > 2 && path->p[0].x == path->p[path->n - 1].x && path->p[0].y == path->p[path->n - 1].y;
}

struct ring {
    GEOSGeometry *shape;
    double area;
    bool inner;
    size_t order;
};

static int by_size(const void *a, const void *b)
{
    const struct ring *x = a, *y = b;
    if (x->area > y->area || x->area < y->area) return x->area > y->area ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Outer rings add, inner ones take away, the larger first: a house in a courtyard of another stays. */
static GEOSGeometry *put_together(GEOSContextHandle_t geos, struct ring *rings, size_t n)
{
    GEOSGeometry *shape = NULL;
    for (size_t i = 0; i < n; i++)
        if (rings[i].shape && !GEOSArea_r(geos, rings[i].shape, &rings[i].area)) rings[i].area = 0;
    if (n > 1) qsort(rings, n, sizeof *rings, by_size);
    for (size_t i = 0; i < n; i++) shape = combine(geos, shape, rings[i].shape, rings[i].inner);
    return polygons_only(geos, shape);
}

GEOSGeometry *enc_feature_shape(struct enc_build *b, const struct enc_feature *f, bool tell)
{
    GEOSContextHandle_t geos = b->map->geos;
    bool mended = false, open = false, strays = false;
    struct ring *rings = wg_alloc_n(b->ctx->arena, f->n_paths + 1, sizeof *rings);
    for (size_t k = 0; k < f->n_paths; k++) {
        bool far = false;
        struct enc_line line = project_path(b, &f->paths[k], &far);
        if (!is_closed(&f->paths[k])) open = true;
        strays = strays || far;
        rings[k] = (struct ring){ring_shape(b, &line, &mended), 0, f->paths[k].inner, k};
    }
    GEOSGeometry *shape = put_together(geos, rings, f->n_paths);
    double area = 0;
    if (shape && (!GEOSArea_r(geos, shape, &area) || !(area >= 1))) {
        GEOSGeom_destroy_r(geos, shape);
        shape = NULL;
    }
    if (tell && !shape)
        enc_note(b->ctx, b->features, f->id, "轮廓不成形（少于三点或不足一平方米），略去",
                 "the outline is no shape (under three points or a square metre); left out");
    if (tell && shape && open) enc_note(b->ctx, b->features, f->id, "轮廓未闭合，已闭合", "the outline was not closed; closed");
    if (tell && shape && mended)
        enc_note(b->ctx, b->features, f->id, "轮廓自相交，已修复", "the outline crossed itself; mended");
    if (tell && shape && strays)
        enc_note(b->ctx, b->features, f->id, "轮廓有点远在图外，已略去", "corners far off the map are left out of the outline");
    return enc_keep(b->bag, shape);
}

struct enc_line enc_feature_line(struct enc_build *b, const struct enc_feature *f, size_t path)
{
    bool far;
    return path < f->n_paths ? project_path(b, &f->paths[path], &far) : (struct enc_line){NULL, 0};
}

/* ---- the build ---- */

static void free_geos(void *what)
{
    struct enclose_map *map = what;
    GEOS_finish_r(map->geos);
}

static void bounds_of(struct enclose_map *map)
{
    map->min_x = map->min_y = 1e300;
    map->max_x = map->max_y = -1e300;
    for (size_t i = 0; i < map->n_buildings; i++) {
        double x0, y0, x1, y1;
        const GEOSGeometry *g = map->buildings[i].shape;
        if (!GEOSGeom_getXMin_r(map->geos, g, &x0) || !GEOSGeom_getYMin_r(map->geos, g, &y0) ||
            !GEOSGeom_getXMax_r(map->geos, g, &x1) || !GEOSGeom_getYMax_r(map->geos, g, &y1))
            continue;
        map->min_x = fmin(map->min_x, x0), map->min_y = fmin(map->min_y, y0);
        map->max_x = fmax(map->max_x, x1), map->max_y = fmax(map->max_y, y1);
    }
}

int enc_map_build(struct wg_ctx *ctx, struct enc_features *features, const struct enclose_config *config,
                  struct enclose_map **ret_map)
{
    struct enc_build b = {.ctx = ctx, .features = features};
    int rc = set_right(ctx, features, &b.middle);
    if (rc) return rc;
    struct enclose_map *map = b.map = wg_alloc(ctx->arena, sizeof *map);
    map->config = config;
    map->geos = GEOS_init_r();
    if (!map->geos) return wg_refuse(ctx, WG_E_INTERNAL, "geos", NULL, NULL);
    wg_arena_cleanup(ctx->arena, free_geos, map); /* before the bag: clean-ups run last in, first out */
    b.bag = enc_shapes(ctx, map->geos);
    struct enclose_point centre = {b.middle.x, b.middle.y};
    if (config->gcj02) centre = enc_from_gcj02(centre);
    map->projection = enc_projection(centre.lon, centre.lat);
    rc = enc_take_zones(&b);
    if (!rc) rc = enc_take_buildings(&b);
    if (!rc && !map->n_buildings) rc = wg_refuse(ctx, WG_E_MAP_EMPTY, "map", NULL, NULL);
    if (!rc) bounds_of(map);
    if (!rc) rc = enc_take_lines(&b);
    if (!rc) rc = enc_take_points(&b);
    if (!rc) rc = enc_open_walls(&b);
    if (rc) return rc;
    map->notes = features->notes;
    map->n_notes = features->n_notes;
    *ret_map = map;
    return 0;
}
