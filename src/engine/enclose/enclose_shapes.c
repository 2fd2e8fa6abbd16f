/* Thin helpers over GEOS: ownership by the arena, points in and out. */
#include <stdlib.h>

#include "engine/enclose/enclose_internal.h"

static void destroy_shapes(void *what)
{
    struct enc_shapes *bag = what;
    for (size_t i = 0; i < bag->n; i++) GEOSGeom_destroy_r(bag->geos, bag->list[i]);
    free(bag->list);
}

struct enc_shapes *enc_shapes(struct wg_ctx *ctx, GEOSContextHandle_t geos)
{
    struct enc_shapes *bag = wg_alloc(ctx->arena, sizeof *bag);
    bag->geos = geos;
    wg_arena_cleanup(ctx->arena, destroy_shapes, bag);
    return bag;
}

GEOSGeometry *enc_keep(struct enc_shapes *bag, GEOSGeometry *g)
{
    if (!g) return NULL;
    if (bag->n == bag->cap) {
        bag->cap = bag->cap ? bag->cap * 2 : 64;
        bag->list = wg_xrealloc(bag->list, bag->cap, sizeof(GEOSGeometry *));
    }
    bag->list[bag->n++] = g;
    return g;
}

static GEOSCoordSequence *sequence(GEOSContextHandle_t geos, const struct enc_xy *p, size_t n, bool close)
{
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(geos, (unsigned)(n + close), 2);
    if (!seq) return NULL;
    for (size_t i = 0; i < n; i++)
        if (!GEOSCoordSeq_setXY_r(geos, seq, (unsigned)i, p[i].x, p[i].y)) goto failed;
    if (close && !GEOSCoordSeq_setXY_r(geos, seq, (unsigned)n, p[0].x, p[0].y)) goto failed;
    return seq;
failed:
    GEOSCoordSeq_destroy_r(geos, seq);
    return NULL;
}

GEOSGeometry *enc_geos_line(GEOSContextHandle_t geos, const struct enc_xy *p, size_t n)
{
    if (n < 2) return NULL;
    GEOSCoordSequence *seq = sequence(geos, p, n, false);
    return seq ? GEOSGeom_createLineString_r(geos, seq) : NULL;
}

GEOSGeometry *enc_geos_ring_polygon(GEOSContextHandle_t geos, const struct enc_xy *p, size_t n)
{
    if (n > 1 && p[0].x == p[n - 1].x && p[0].y == p[n - 1].y) n--;
    if (n < 3) return NULL;
    GEOSCoordSequence *seq = sequence(geos, p, n, true);
    GEOSGeometry *ring = seq ? GEOSGeom_createLinearRing_r(geos, seq) : NULL;
    return ring ? GEOSGeom_createPolygon_r(geos, ring, NULL, 0) : NULL;
}

GEOSGeometry *enc_geos_point(GEOSContextHandle_t geos, struct enc_xy at)
{
    return GEOSGeom_createPointFromXY_r(geos, at.x, at.y);
}

struct enc_line enc_geos_points(struct wg_ctx *ctx, GEOSContextHandle_t geos, const GEOSGeometry *line)
{
    const GEOSCoordSequence *seq = GEOSGeom_getCoordSeq_r(geos, line);
    unsigned n = 0;
    if (!seq || !GEOSCoordSeq_getSize_r(geos, seq, &n)) return (struct enc_line){NULL, 0};
    struct enc_line out = {wg_alloc_n(ctx->arena, n ? n : 1, sizeof *out.p), n};
    for (unsigned i = 0; i < n; i++)
        if (!GEOSCoordSeq_getXY_r(geos, seq, i, &out.p[i].x, &out.p[i].y)) return (struct enc_line){NULL, 0};
    return out;
}

struct walk {
    void (*each)(void *arg, struct enc_line line, bool hole, size_t part);
    void *arg;
    size_t part;
};

static void walk_lines(struct wg_ctx *ctx, GEOSContextHandle_t geos, const GEOSGeometry *g, struct walk *w)
{
    int type = GEOSGeomTypeId_r(geos, g);
    if (type == GEOS_LINESTRING || type == GEOS_LINEARRING) {
        struct enc_line line = enc_geos_points(ctx, geos, g);
        if (line.n > 1) w->each(w->arg, line, false, w->part++);
    } else if (type == GEOS_POLYGON) {
        const GEOSGeometry *outer = GEOSGetExteriorRing_r(geos, g);
        int holes = GEOSGetNumInteriorRings_r(geos, g);
        struct enc_line line = outer ? enc_geos_points(ctx, geos, outer) : (struct enc_line){NULL, 0};
        if (line.n < 4) return;
        w->each(w->arg, line, false, w->part);
        for (int i = 0; i < holes; i++) {
            const GEOSGeometry *hole = GEOSGetInteriorRingN_r(geos, g, i);
            if (hole) w->each(w->arg, enc_geos_points(ctx, geos, hole), true, w->part);
        }
        w->part++;
    } else if (type != GEOS_POINT) {
        int parts = GEOSGetNumGeometries_r(geos, g);
        for (int i = 0; i < parts; i++) {
            const GEOSGeometry *part = GEOSGetGeometryN_r(geos, g, i);
            if (part) walk_lines(ctx, geos, part, w);
        }
    }
}

void enc_geos_each_line(struct wg_ctx *ctx, GEOSContextHandle_t geos, const GEOSGeometry *g,
                        void (*each)(void *arg, struct enc_line line, bool hole, size_t part), void *arg)
{
    struct walk w = {each, arg, 0};
    if (g) walk_lines(ctx, geos, g, &w);
}

double enc_dist(struct enc_xy a, struct enc_xy b)
{
    return hypot(a.x - b.x, a.y - b.y);
}

double enc_dist_segment(struct enc_xy p, struct enc_xy a, struct enc_xy b, double *ret_t)
{
    double dx = b.x - a.x, dy = b.y - a.y, len2 = dx * dx + dy * dy;
    double t = len2 > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / len2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    if (ret_t) *ret_t = t;
    return enc_dist(p, (struct enc_xy){a.x + t * dx, a.y + t * dy});
}
