/* Where a home's doors are, and the ground before them that must lie inside (the apron).
 *
 * Mapped entrances are taken as they are. Most homes have none mapped: then the doors are taken to be on the long side that
 * an inner way runs along, or that is sheltered from the public street, or the north side, as rows of slabs are built. Where no way
 * tells the two long sides apart, both are kept, and the plan takes the one that needs less fence (enclose_side.c). The whole of that side is kept inside, so that it does not matter where on it the stairs come down. */
#include <string.h>

#include "engine/enclose/enclose_internal.h"

struct side {
    struct enc_xy a, b, out;   /* along the wall; unit vector outwards */
    double length, score, way; /* way: how near an inner way runs before it, 0 .. 30 */
};
struct search {
    struct wg_ctx *ctx;
    struct enc_space *space;
    struct enc_shapes *bag;
    const GEOSPreparedGeometry *streets;
    struct enc_near *ways; /* inner ways */
    const struct enc_segment *way_segments;
    GEOSSTRtree *solids;
};

/* The ground before a side. It stops short of the corners: along a gable that is not quite square a sliver would come with it. */
static GEOSGeometry *strip(GEOSContextHandle_t geos, const struct side *s, double inwards, double outwards)
{
    double in = s->length > 4 ? 1 : s->length / 4;
    struct enc_xy u = {(s->b.x - s->a.x) / s->length * in, (s->b.y - s->a.y) / s->length * in};
    struct enc_xy a = {s->a.x + u.x, s->a.y + u.y}, b = {s->b.x - u.x, s->b.y - u.y};
    struct enc_xy p[4] = {{a.x - s->out.x * inwards, a.y - s->out.y * inwards},
                          {b.x - s->out.x * inwards, b.y - s->out.y * inwards},
                          {b.x + s->out.x * outwards, b.y + s->out.y * outwards},
                          {a.x + s->out.x * outwards, a.y + s->out.y * outwards}};
    return enc_geos_ring_polygon(geos, p, 4);
}

struct minus {
    const struct enc_space *space;
    GEOSGeometry *rest;
};

static void take_away(void *item, void *arg)
{
    struct minus *m = arg;
    const struct enclose_map *map = m->space->map;
    const GEOSGeometry *solid = map->buildings[(size_t)(uintptr_t)item].shape;
    if (!m->rest || GEOSIntersects_r(map->geos, m->rest, solid) != 1) return;
    GEOSGeometry *rest = GEOSDifference_r(map->geos, m->rest, solid);
    GEOSGeom_destroy_r(map->geos, m->rest);
    m->rest = rest;
}

/* The part of `area` that no building covers and that touches this one. */
static GEOSGeometry *free_part(struct search *s, GEOSGeometry *area, const GEOSGeometry *house)
{
    GEOSContextHandle_t geos = s->space->map->geos;
    struct minus m = {s->space, area ? GEOSGeom_clone_r(geos, area) : NULL}; /* the query reads `area` to its end */
    if (area) GEOSSTRtree_query_r(geos, s->solids, area, take_away, &m);
    if (area) GEOSGeom_destroy_r(geos, area);
    if (!m.rest) return NULL;
    GEOSGeometry *best = NULL;
    double most = 0;
    int n = GEOSGetNumGeometries_r(geos, m.rest);
    for (int i = 0; i < n; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos, m.rest, i);
        double size, gap;
        if (!part || !GEOSArea_r(geos, part, &size) || size <= most || !GEOSDistance_r(geos, part, house, &gap) || gap > 0.05)
            continue;
        if (best) GEOSGeom_destroy_r(geos, best);
        best = GEOSGeom_clone_r(geos, part);
        most = size;
    }
    GEOSGeom_destroy_r(geos, m.rest);
    return best;
}

static double street_distance(struct search *s, struct enc_xy at)
{
    double d = 200;
    GEOSContextHandle_t geos = s->space->map->geos;
    GEOSGeometry *p = enc_geos_point(geos, at);
    if (p && s->streets && !GEOSPreparedDistance_r(geos, s->streets, p, &d)) d = 200;
    if (p) GEOSGeom_destroy_r(geos, p);
    return fmin(d, 200);
}

static void score_side(struct search *s, struct side *side, bool square)
{
    struct enc_xy mid = {(side->a.x + side->b.x) / 2 + side->out.x * 2, (side->a.y + side->b.y) / 2 + side->out.y * 2};
    double inner = 30;
    size_t n = 0;
    const uint32_t *list = enc_near_find(s->ways, mid, 25, &n);
    for (size_t i = 0; i < n; i++) {
        const struct enc_segment *w = &s->way_segments[list[i]];
        double t, d = enc_dist_segment(mid, w->a, w->b, &t);
        struct enc_xy foot = {w->a.x + t * (w->b.x - w->a.x), w->a.y + t * (w->b.y - w->a.y)};
        bool before = (foot.x - mid.x) * side->out.x + (foot.y - mid.y) * side->out.y > -2; /* not the way behind the house */
        if (before && d < inner) inner = d;
    }
    side->way = 30 - inner;
    side->score = fmin(street_distance(s, mid), 40) + 1.2 * side->way + 4 * side->out.y;
    if (!square) side->score += side->length;
}

/* The sides of the least rectangle round the house: the two long ones, or all four of a tower. */
static size_t find_sides(struct search *s, const struct enc_building *bd, struct side sides[4])
{
    GEOSContextHandle_t geos = s->space->map->geos;
    GEOSGeometry *box = GEOSMinimumRotatedRectangle_r(geos, bd->shape);
    const GEOSGeometry *ring = box ? GEOSGetExteriorRing_r(geos, box) : NULL;
    struct enc_line line = ring ? enc_geos_points(s->ctx, geos, ring) : (struct enc_line){NULL, 0};
    if (box) GEOSGeom_destroy_r(geos, box);
    if (line.n < 5) return 0;
    double area2 = 0;
    for (size_t i = 0; i < 4; i++) area2 += line.p[i].x * line.p[i + 1].y - line.p[i + 1].x * line.p[i].y;
    double turn = area2 > 0 ? 1 : -1, len0 = enc_dist(line.p[0], line.p[1]), len1 = enc_dist(line.p[1], line.p[2]);
    bool square = fmin(len0, len1) > 0.7 * fmax(len0, len1);
    size_t n = 0;
    for (size_t i = 0; i < 4; i++) {
        struct side side = {.a = line.p[i], .b = line.p[i + 1], .length = enc_dist(line.p[i], line.p[i + 1])};
        if (side.length < 0.5 || (!square && side.length < fmax(len0, len1) - 1e-6)) continue;
        side.out = (struct enc_xy){turn * (side.b.y - side.a.y) / side.length, -turn * (side.b.x - side.a.x) / side.length};
        score_side(s, &side, square);
        sides[n++] = side;
    }
    for (size_t i = 1; i < n; i++) /* best first; ties keep the ring's order */
        for (size_t k = i; k > 0 && sides[k].score > sides[k - 1].score + 1e-9; k--) {
            struct side swap = sides[k];
            sides[k] = sides[k - 1];
            sides[k - 1] = swap;
        }
    return n;
}

static void add_door(struct search *s, uint32_t building, struct enc_xy at, bool estimated, uint8_t side)
{
    struct enc_space *sp = s->space;
    sp->doors = wg_grow(s->ctx->arena, sp->doors, &sp->cap_doors, sp->n_doors + 1, sizeof *sp->doors);
    sp->doors[sp->n_doors++] = (struct enc_door){building, at, estimated, side, -1};
}

/* Doors as mapped: a patch before each. */
static GEOSGeometry *known_doors(struct search *s, uint32_t index)
{
    const struct enclose_map *map = s->space->map;
    const struct enc_building *bd = &map->buildings[index];
    GEOSGeometry *all = NULL;
    for (size_t i = 0; i < bd->n_doors; i++) {
        GEOSGeometry *p = enc_geos_point(map->geos, bd->doors[i]);
        GEOSGeometry *disc = p ? GEOSBuffer_r(map->geos, p, map->config->apron_m, 2) : NULL;
        if (p) GEOSGeom_destroy_r(map->geos, p);
        GEOSGeometry *patch = free_part(s, disc, bd->shape), *on = patch ? GEOSPointOnSurface_r(map->geos, patch) : NULL;
        struct enc_xy at;
        if (on && GEOSGeomGetX_r(map->geos, on, &at.x) && GEOSGeomGetY_r(map->geos, on, &at.y)) {
            double d = fmax(enc_dist(bd->doors[i], at), 1e-6), step = fmin(1, 0.5 / d);
            struct enc_xy near = {bd->doors[i].x + (at.x - bd->doors[i].x) * step,
                                  bd->doors[i].y + (at.y - bd->doors[i].y) * step};
            add_door(s, index, near, false, 0);
        }
        if (on) GEOSGeom_destroy_r(map->geos, on);
        if (!patch) continue;
        GEOSGeometry *both = all ? GEOSUnion_r(map->geos, all, patch) : GEOSGeom_clone_r(map->geos, patch);
        if (all) GEOSGeom_destroy_r(map->geos, all);
        GEOSGeom_destroy_r(map->geos, patch);
        all = both;
    }
    return all;
}

static bool covers(GEOSContextHandle_t geos, const GEOSGeometry *area, struct enc_xy at)
{
    GEOSGeometry *p = enc_geos_point(geos, at);
    bool in = p && GEOSIntersects_r(geos, area, p) == 1;
    if (p) GEOSGeom_destroy_r(geos, p);
    return in;
}

static bool is_beside(GEOSContextHandle_t geos, const GEOSGeometry *house, struct enc_xy at)
{
    static const double step_m = 1;
    double d = 1e300;
    GEOSGeometry *p = enc_geos_point(geos, at);
    if (p && !GEOSDistance_r(geos, p, house, &d)) d = 1e300;
    if (p) GEOSGeom_destroy_r(geos, p);
    return d < step_m;
}

static void doors_on_side(struct search *s, uint32_t index, const struct side *side, const GEOSGeometry *patch, uint8_t number)
{
    enum { MOST_DOORS = 60 }; /* a stair every 15 m or so, as in slabs */
    size_t n = (size_t)fmax(1, fmin(MOST_DOORS, round(side->length / 15))), before = s->space->n_doors;
    GEOSContextHandle_t geos = s->space->map->geos;
    for (size_t i = 0; i < n; i++) {
        double t = ((double)i + 0.5) / (double)n;
        struct enc_xy at = {side->a.x + t * (side->b.x - side->a.x), side->a.y + t * (side->b.y - side->a.y)};
        for (int quarter = -48; quarter * 0.25 <= s->space->map->config->apron_m; quarter++) {
            double step = quarter * 0.25; /* from 12 m within: the facade may lie back from the box */
            struct enc_xy p = {at.x + side->out.x * (step + 0.3), at.y + side->out.y * (step + 0.3)};
            if (!covers(geos, patch, p)) continue;
            if (is_beside(geos, s->space->map->buildings[index].shape, p)) add_door(s, index, p, true, number);
            break; /* an L: there is no facade behind this part of the box's side */
        }
    }
    struct enc_xy at;
    GEOSGeometry *on = s->space->n_doors == before ? GEOSPointOnSurface_r(geos, patch) : NULL;
    if (on && GEOSGeomGetX_r(geos, on, &at.x) && GEOSGeomGetY_r(geos, on, &at.y)) add_door(s, index, at, true, number);
    if (on) GEOSGeom_destroy_r(geos, on);
}

/* What of the patch no street takes; the patch itself where streets take all. */
static GEOSGeometry *off_street(struct search *s, GEOSGeometry *patch, const GEOSGeometry *streets, double *ret_area)
{
    GEOSContextHandle_t geos = s->space->map->geos;
    *ret_area = 0;
    if (!patch) return NULL;
    if (!streets || GEOSPreparedIntersects_r(geos, s->streets, patch) != 1) {
        if (!GEOSArea_r(geos, patch, ret_area)) *ret_area = 0;
        return patch;
    }
    GEOSGeometry *rest = GEOSDifference_r(geos, patch, streets);
    if (rest && GEOSArea_r(geos, rest, ret_area) && *ret_area >= 1) {
        GEOSGeom_destroy_r(geos, patch);
        return rest;
    }
    if (rest) GEOSGeom_destroy_r(geos, rest);
    *ret_area = 0;
    return patch;
}

static void find_apron(struct search *s, uint32_t index, const GEOSGeometry *streets)
{
    struct enc_space *sp = s->space;
    const struct enclose_map *map = sp->map;
    const struct enc_building *bd = &map->buildings[index];
    if (bd->n_doors) sp->aprons[index] = enc_keep(s->bag, known_doors(s, index));
    struct side sides[4];
    size_t n = sp->aprons[index] ? 0 : find_sides(s, bd, sides);
    GEOSGeometry *patch[4] = {NULL};
    double area[4] = {0};
    size_t best = 0;
    bool roomy = false;
    for (size_t i = 0; i < n; i++) { /* the first side with room; else the roomiest */
        double depth = fmin(12, sides[i].length / 2), enough = 0.5 * sides[i].length * map->config->apron_m;
        GEOSGeometry *all = free_part(s, strip(map->geos, &sides[i], depth, map->config->apron_m), bd->shape);
        patch[i] = enc_keep(s->bag, off_street(s, all, streets, &area[i]));
        if (!roomy && (area[i] > area[best] || !patch[best] || area[i] > enough)) best = i;
        roomy = roomy || area[i] > enough;
    }
    if (n && patch[best]) {
        sp->aprons[index] = patch[best];
        doors_on_side(s, index, &sides[best], patch[best], 0);
    }
    for (size_t i = 0; roomy && i < n && !sp->aprons2[index];
         i++) { /* nothing tells it from the other side: the plan may choose */
        bool room = area[i] > 0.5 * sides[i].length * map->config->apron_m;
        if (i == best || !room || fabs(sides[i].way - sides[best].way) >= 15) continue;
        sp->aprons2[index] = patch[i];
        doors_on_side(s, index, &sides[i], patch[i], 1);
    }
    if (sp->aprons[index]) return;
    GEOSGeometry *around = free_part(s, GEOSBuffer_r(map->geos, bd->shape, map->config->apron_m, 2), bd->shape);
    sp->aprons[index] = enc_keep(s->bag, around);
    GEOSGeometry *on = around ? GEOSPointOnSurface_r(map->geos, around) : NULL;
    struct enc_xy at;
    if (on && GEOSGeomGetX_r(map->geos, on, &at.x) && GEOSGeomGetY_r(map->geos, on, &at.y)) add_door(s, index, at, true, 0);
    if (on) GEOSGeom_destroy_r(map->geos, on);
}

int enc_doors_find(struct wg_ctx *ctx, struct enc_space *space, struct enc_shapes *bag, const GEOSGeometry *streets)
{
    const struct enclose_map *map = space->map;
    struct search s = {.ctx = ctx, .space = space, .bag = bag};
    size_t n = 0;
    for (size_t i = 0; i < map->n_ways; i++) n += map->ways[i].line.n;
    struct enc_segment *segments = wg_alloc_n(ctx->arena, n + 1, sizeof *segments);
    n = 0;
    for (size_t i = 0; i < map->n_ways; i++)
        for (size_t k = 0; !map->ways[i].is_public && k + 1 < map->ways[i].line.n; k++)
            segments[n++] = (struct enc_segment){map->ways[i].line.p[k], map->ways[i].line.p[k + 1], (uint32_t)i};
    s.way_segments = segments;
    s.ways = enc_near(ctx, segments, n, 25);
    s.streets = streets ? GEOSPrepare_r(map->geos, streets) : NULL;
    s.solids = GEOSSTRtree_create_r(map->geos, 10);
    if (!s.solids || (streets && !s.streets)) return wg_refuse(ctx, WG_E_INTERNAL, "geos", NULL, NULL);
    for (size_t i = 0; i < map->n_buildings; i++)
        GEOSSTRtree_insert_r(map->geos, s.solids, map->buildings[i].shape, (void *)(uintptr_t)i);
    space->aprons = wg_alloc_n(ctx->arena, map->n_buildings + 1, sizeof *space->aprons);
    space->aprons2 = wg_alloc_n(ctx->arena, map->n_buildings + 1, sizeof *space->aprons2);
    for (size_t i = 0; i < map->n_buildings; i++)
        if (map->buildings[i].use == ENC_HOME) find_apron(&s, (uint32_t)i, streets);
    GEOSSTRtree_destroy_r(map->geos, s.solids);
    if (s.streets) GEOSPreparedGeom_destroy_r(map->geos, s.streets);
    return 0;
}
