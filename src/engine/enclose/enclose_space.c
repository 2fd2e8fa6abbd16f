/* Free ground as a planar structure: all that stands, the streets' edges and the aprons go into one noded set of segments, a
 * constrained Delaunay triangulation fills it, and each triangle and edge is told what it is. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_internal.h"
#include "engine/enclose/enclose_node.h"

static const double frame_margin = 62, edge_margin = 58, foot_reach = 50; /* beyond edge_margin all is outside */
static const double grid = 1.0 / ENC_GRID_M;

double enc_edge_length(const struct enc_mesh *m, size_t t, int corner)
{
    return enc_dist(enc_vertex(m, m->tri[t][(corner + 1) % 3]), enc_vertex(m, m->tri[t][(corner + 2) % 3]));
}

struct enc_xy enc_vertex(const struct enc_mesh *m, int32_t v)
{
    return (struct enc_xy){m->v[v].x * grid, m->v[v].y * grid};
}

double enc_height(const struct enc_mesh *m, size_t t, int corner)
{
    const int32_t *v = m->tri[t];
    return enc_dist_segment(enc_vertex(m, v[corner]), enc_vertex(m, v[(corner + 1) % 3]), enc_vertex(m, v[(corner + 2) % 3]),
                            NULL);
}

struct enc_xy enc_centre(const struct enc_mesh *m, size_t t)
{
    struct enc_xy a = enc_vertex(m, m->tri[t][0]), b = enc_vertex(m, m->tri[t][1]), c = enc_vertex(m, m->tri[t][2]);
    return (struct enc_xy){(a.x + b.x + c.x) / 3, (a.y + b.y + c.y) / 3};
}

void enc_space_note(struct wg_ctx *ctx, struct enc_space *space, const char *feature, const char *zh, const char *en)
{
    space->notes = wg_grow(ctx->arena, space->notes, &space->cap_notes, space->n_notes + 1, sizeof *space->notes);
    space->notes[space->n_notes++] = (struct enclose_note){feature, zh, en};
}

struct work {
    struct wg_ctx *ctx;
    struct enc_space *space;
    const struct enclose_map *map;
    GEOSContextHandle_t geos;
    struct enc_shapes *bag;
    struct enc_linework *lines; /* all linework, to be noded */
    struct enc_segment *obstacles;
    size_t n_obstacles, cap_obstacles;
    GEOSGeometry *outside; /* streets, rails, water: where no fence may run */
    GEOSGeometry *streets; /* the streets alone; the same where there is nothing else */
    const struct enc_line *locked;
    size_t n_locked;
    int32_t *face;   /* of each triangle: the face of the linework it lies in */
    int32_t *widest; /* of each face: its largest triangle */
    size_t n_faces;
};

static void add_line(struct work *w, const struct enc_xy *p, size_t n)
{
    enc_linework_add(w->lines, p, n);
}

/* ---- obstacles and the feet of perpendiculars on them ---- */

struct outline {
    struct work *w;
    uint32_t owner;
};

static void add_obstacle(void *arg, struct enc_line line, bool hole, size_t part)
{
    struct outline *o = arg;
    struct work *w = o->w;
    (void)hole, (void)part;
    w->obstacles = wg_grow(w->ctx->arena, w->obstacles, &w->cap_obstacles, w->n_obstacles + line.n, sizeof *w->obstacles);
    for (size_t i = 0; i + 1 < line.n; i++)
        w->obstacles[w->n_obstacles++] = (struct enc_segment){line.p[i], line.p[i + 1], o->owner};
}

struct foot {
    uint32_t segment;
    double t;
};

static int by_segment(const void *a, const void *b)
{
    const struct foot *x = a, *y = b;
    if (x->segment != y->segment) return x->segment < y->segment ? -1 : 1;
    return (x->t > y->t) - (x->t < y->t);
}

static bool crosses(struct enc_xy a, struct enc_xy b, struct enc_xy c, struct enc_xy d)
{
    double o1 = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x),
           o2 = (b.x - a.x) * (d.y - a.y) - (b.y - a.y) * (d.x - a.x);
    double o3 = (d.x - c.x) * (a.y - c.y) - (d.y - c.y) * (a.x - c.x),
           o4 = (d.x - c.x) * (b.y - c.y) - (d.y - c.y) * (b.x - c.x);
    return ((o1 > 0) != (o2 > 0)) && ((o3 > 0) != (o4 > 0));
}

/* The straight line of a gap is an edge of the mesh where nothing stands in it: a fence may run there. */
static void add_gap(struct work *w, struct enc_near *near, struct enc_xy a, struct enc_xy b)
{
    double len = enc_dist(a, b);
    if (len < 0.02) return;
    double in = fmin(0.05, len / 4) / len; /* both ends stand on walls, which are not in the way */
    struct enc_xy p = {a.x + (b.x - a.x) * in, a.y + (b.y - a.y) * in}, q = {b.x - (b.x - a.x) * in, b.y - (b.y - a.y) * in};
    size_t n;
    const uint32_t *list = enc_near_find(near, (struct enc_xy){(a.x + b.x) / 2, (a.y + b.y) / 2}, len / 2 + 0.1, &n);
    for (size_t i = 0; i < n; i++)
        if (crosses(p, q, w->obstacles[list[i]].a, w->obstacles[list[i]].b)) return;
    add_line(w, (struct enc_xy[]){a, b}, 2);
}

/* For one corner: the nearest point of each of the nearest few other obstacles, where it lies inside one of their walls. */
static size_t feet_of(struct work *w, struct enc_near *near, size_t corner, struct foot *out)
{
    enum { OTHERS = 6 };
    struct {
        uint32_t owner, segment;
        double d, t;
    } best[OTHERS];
    size_t n_best = 0, n, made = 0;
    const struct enc_segment *own = &w->obstacles[corner];
    const uint32_t *list = enc_near_find(near, own->a, foot_reach, &n);
    for (size_t i = 0; i < n; i++) {
        const struct enc_segment *s = &w->obstacles[list[i]];
        if (s->owner == own->owner) continue;
        double t, d = enc_dist_segment(own->a, s->a, s->b, &t);
        size_t at = 0;
        while (at < n_best && best[at].owner != s->owner) at++;
        if (at < n_best && best[at].d <= d) continue;
        if (at == n_best && n_best == OTHERS) {
            for (size_t k = at = 0; k < OTHERS; k++)
                if (best[k].d > best[at].d) at = k;
            if (best[at].d <= d) continue;
        } else if (at == n_best) {
            n_best++;
        }
        best[at].owner = s->owner, best[at].segment = list[i], best[at].d = d, best[at].t = t;
    }
    for (size_t k = 0; k < n_best; k++) {
        const struct enc_segment *s = &w->obstacles[best[k].segment];
        double len = enc_dist(s->a, s->b), along = best[k].t * len;
        bool inside = along > 0.3 && along < len - 0.3;
        if (inside) out[made++] = (struct foot){best[k].segment, best[k].t};
        struct enc_xy at = along <= 0.3         ? s->a
                           : along >= len - 0.3 ? s->b
                                                : (struct enc_xy){s->a.x + best[k].t * (s->b.x - s->a.x),
                                                                  s->a.y + best[k].t * (s->b.y - s->a.y)};
        add_gap(w, near, own->a, at);
    }
    return made;
}

static void place_feet(struct work *w)
{
    struct enc_near *near = enc_near(w->ctx, w->obstacles, w->n_obstacles, 20);
    struct foot *feet = wg_alloc_n(w->ctx->arena, 6 * w->n_obstacles + 1, sizeof *feet);
    size_t n = 0;
    for (size_t i = 0; i < w->n_obstacles; i++) n += feet_of(w, near, i, &feet[n]);
    if (n) qsort(feet, n, sizeof *feet, by_segment);
    size_t k = 0;
    for (size_t i = 0; i < w->n_obstacles; i++) {
        const struct enc_segment *s = &w->obstacles[i];
        double len = enc_dist(s->a, s->b), last = 0;
        size_t count = 0, from = k;
        while (k < n && feet[k].segment == i) k++;
        struct enc_xy *p = wg_alloc_n(w->ctx->arena, k - from + 2, sizeof *p);
        p[count++] = s->a;
        for (size_t f = from; f < k; f++) {
            if ((feet[f].t - last) * len < 0.3) continue;
            last = feet[f].t;
            p[count++] = (struct enc_xy){s->a.x + last * (s->b.x - s->a.x), s->a.y + last * (s->b.y - s->a.y)};
        }
        p[count++] = s->b;
        add_line(w, p, count);
    }
}

/* ---- streets and other ground that stays outside ---- */

static GEOSGeometry *frame_polygon(const struct work *w, double margin)
{
    const struct enclose_map *m = w->map;
    double x0 = floor(m->min_x - margin), y0 = floor(m->min_y - margin);
    double x1 = ceil(m->max_x + margin), y1 = ceil(m->max_y + margin);
    struct enc_xy p[4] = {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
    return enc_geos_ring_polygon(w->geos, p, 4);
}

static GEOSGeometry *join(struct work *w, GEOSGeometry **parts, unsigned n, const GEOSGeometry *frame)
{
    GEOSGeometry *all = GEOSGeom_createCollection_r(w->geos, GEOS_GEOMETRYCOLLECTION, parts, n);
    GEOSGeometry *joined = all ? GEOSUnaryUnion_r(w->geos, all) : NULL;
    if (all) GEOSGeom_destroy_r(w->geos, all);
    GEOSGeometry *in = joined ? enc_keep(w->bag, GEOSIntersection_r(w->geos, joined, frame)) : NULL;
    if (joined) GEOSGeom_destroy_r(w->geos, joined);
    return in;
}

static int make_outside(struct work *w, const GEOSGeometry *frame)
{
    const struct enclose_map *m = w->map;
    GEOSGeometry **parts = wg_alloc_n(w->ctx->arena, m->n_ways + m->n_zones + 1, sizeof(GEOSGeometry *));
    unsigned n = 0;
    for (size_t i = 0; i < m->n_ways; i++) {
        const struct enc_way *way = &m->ways[i];
        GEOSGeometry *line = way->is_public && !way->passage ? enc_geos_line(w->geos, way->line.p, way->line.n) : NULL;
        GEOSGeometry *lane =
            line ? GEOSBufferWithStyle_r(w->geos, line, way->width / 2, 2, GEOSBUF_CAP_ROUND, GEOSBUF_JOIN_ROUND, 2) : NULL;
        if (line) GEOSGeom_destroy_r(w->geos, line);
        if (lane) parts[n++] = lane;
    }
    w->streets = w->outside = join(w, parts, n, frame);
    if (!w->streets) return wg_refuse(w->ctx, WG_E_INTERNAL, "geos.streets", NULL, NULL);
    n = 0;
    for (size_t i = 0; i < m->n_zones; i++) {
        enum enc_zone_kind k = m->zones[i].kind;
        GEOSGeometry *copy = k == ENC_RAIL || k == ENC_WATER ? GEOSGeom_clone_r(w->geos, m->zones[i].shape) : NULL;
        if (copy) parts[n++] = copy;
    }
    if (!n) return 0;
    GEOSGeometry *streets = GEOSGeom_clone_r(w->geos, w->streets);
    if (streets) parts[n++] = streets;
    w->outside = join(w, parts, n, frame);
    return w->outside ? 0 : wg_refuse(w->ctx, WG_E_INTERNAL, "geos.streets", NULL, NULL);
}

static void plain_line(void *arg, struct enc_line line, bool hole, size_t part)
{
    (void)hole, (void)part;
    add_line(arg, line.p, line.n);
}

/* Adds what of a geometry's outline lies in the frame. */
static void add_clipped(struct work *w, const GEOSGeometry *g, const GEOSGeometry *frame)
{
    GEOSGeometry *edge = GEOSBoundary_r(w->geos, g), *in = edge ? GEOSIntersection_r(w->geos, edge, frame) : NULL;
    if (in) enc_geos_each_line(w->ctx, w->geos, in, plain_line, w);
    if (edge) GEOSGeom_destroy_r(w->geos, edge);
    if (in) GEOSGeom_destroy_r(w->geos, in);
}

static void wall_line(struct work *w, struct enc_line line, uint32_t owner, const GEOSGeometry *frame)
{
    GEOSGeometry *raw = enc_geos_line(w->geos, line.p, line.n), *in = raw ? GEOSIntersection_r(w->geos, raw, frame) : NULL;
    struct outline o = {w, owner};
    if (in) enc_geos_each_line(w->ctx, w->geos, in, add_obstacle, &o);
    if (raw) GEOSGeom_destroy_r(w->geos, raw);
    if (in) GEOSGeom_destroy_r(w->geos, in);
}

static int gather(struct work *w, const GEOSGeometry *frame)
{
    const struct enclose_map *m = w->map;
    for (size_t i = 0; i < m->n_buildings; i++) {
        struct outline o = {w, (uint32_t)i};
        enc_geos_each_line(w->ctx, w->geos, m->buildings[i].shape, add_obstacle, &o);
    }
    for (size_t i = 0; i < m->n_barriers; i++) wall_line(w, m->barriers[i].line, (uint32_t)(m->n_buildings + i), frame);
    for (size_t i = 0; i < w->n_locked; i++) wall_line(w, w->locked[i], (uint32_t)(m->n_buildings + m->n_barriers + i), frame);
    place_feet(w);
    enc_geos_each_line(w->ctx, w->geos, frame, plain_line, w);
    GEOSGeometry *edge = enc_keep(w->bag, frame_polygon(w, edge_margin));
    enc_geos_each_line(w->ctx, w->geos, edge, plain_line, w);
    enc_geos_each_line(w->ctx, w->geos, w->outside, plain_line, w);
    if (w->streets != w->outside) enc_geos_each_line(w->ctx, w->geos, w->streets, plain_line, w);
    for (size_t i = 0; i < m->n_buildings; i++)
        if (w->space->aprons[i]) add_clipped(w, w->space->aprons[i], frame);
    for (size_t i = 0; i < m->n_buildings; i++)
        if (w->space->aprons2[i]) add_clipped(w, w->space->aprons2[i], frame);
    for (size_t i = 0; i < m->n_zones; i++)
        if (m->zones[i].kind == ENC_COMMUNITY) add_clipped(w, m->zones[i].shape, frame);
    return 0;
}

/* ---- noding and the mesh ---- */

static int triangulate(struct work *w)
{
    struct enc_linework *l = w->lines;
    enc_linework_node(l);
    int rc = enc_mesh_build(w->ctx, l->v, l->n_v, l->links, l->n_links, &w->space->mesh);
    enc_linework_free(l);
    return rc;
}

/* ---- what each triangle is ---- */

struct sorter {
    struct work *w;
    GEOSSTRtree *tree;
    const GEOSPreparedGeometry **prepared;
    GEOSGeometry *point;
    int32_t found; /* the lowest index that covers the point */
};

static void covers(void *item, void *arg)
{
    struct sorter *s = arg;
    int32_t i = (int32_t)(intptr_t)item;
    if (s->found >= 0 && s->found < i) return;
    if (GEOSPreparedIntersects_r(s->w->geos, s->prepared[i], s->point) == 1) s->found = i;
}

/* Radius of the inscribed circle, in centimetres. */
static double radius_within(const struct enc_mesh *m, size_t t)
{
    struct enc_ixy a = m->v[m->tri[t][0]], b = m->v[m->tri[t][1]], c = m->v[m->tri[t][2]];
    int64_t twice = ((int64_t)b.x - a.x) * ((int64_t)c.y - a.y) - ((int64_t)b.y - a.y) * ((int64_t)c.x - a.x);
    double around = hypot(b.x - a.x, b.y - a.y) + hypot(c.x - b.x, c.y - b.y) + hypot(a.x - c.x, a.y - c.y);
    return (double)twice / around;
}

/* Faces: triangles that no linework parts. A face is all on one side of every line, so the triangle that keeps farthest from its lines
 * speaks for it; the centre of a sliver along a facade, however large, may lie on the wrong side by a rounding of centimetres. */
static void find_faces(struct work *w)
{
    const struct enc_mesh *m = &w->space->mesh;
    int32_t *stack = wg_alloc_n(w->ctx->arena, m->n_tri + 1, sizeof *stack);
    w->face = wg_alloc_n(w->ctx->arena, m->n_tri + 1, sizeof *w->face);
    w->widest = wg_alloc_n(w->ctx->arena, m->n_tri + 1, sizeof *w->widest);
    memset(w->face, 0xFF, m->n_tri * sizeof *w->face);
    for (size_t first = 0; first < m->n_tri; first++) {
        if (w->face[first] >= 0) continue;
        size_t n = 0;
        double most = -1;
        stack[n++] = (int32_t)first;
        w->face[first] = (int32_t)w->n_faces;
        while (n) {
            int32_t t = stack[--n];
            double radius = radius_within(m, (size_t)t);
            if (radius > most) most = radius, w->widest[w->n_faces] = t;
            for (int i = 0; i < 3; i++) {
                int32_t u = m->adj[t][i];
                if (u < 0 || m->fix[t][i] || w->face[u] >= 0) continue;
                w->face[u] = (int32_t)w->n_faces;
                stack[n++] = u;
            }
        }
        w->n_faces++;
    }
}

/* For each triangle the index of the shape that covers it, or -1. NULL shapes are skipped. The shapes' outlines are part of the
 * linework, so that whole faces are told at once. */
static int classify(struct work *w, GEOSGeometry *const *shapes, size_t n, int32_t *ret_index)
{
    struct sorter s = {.w = w, .tree = GEOSSTRtree_create_r(w->geos, 10)};
    s.prepared = wg_alloc_n(w->ctx->arena, n + 1, sizeof *s.prepared);
    bool ok = s.tree != NULL;
    size_t filled = 0;
    for (size_t i = 0; ok && i < n; i++) {
        if (!shapes[i]) continue;
        s.prepared[i] = GEOSPrepare_r(w->geos, shapes[i]);
        ok = s.prepared[i] != NULL;
        if (ok) GEOSSTRtree_insert_r(w->geos, s.tree, shapes[i], (void *)(intptr_t)i), filled++;
    }
    const struct enc_mesh *m = &w->space->mesh;
    int32_t *answer = wg_alloc_n(w->ctx->arena, w->n_faces + 1, sizeof *answer);
    for (size_t i = 0; ok && i < w->n_faces; i++) {
        answer[i] = -1;
        if (!filled) continue;
        s.point = enc_geos_point(w->geos, enc_centre(m, (size_t)w->widest[i]));
        s.found = -1;
        ok = s.point != NULL;
        if (ok) GEOSSTRtree_query_r(w->geos, s.tree, s.point, covers, &s);
        answer[i] = s.found;
        if (ok) GEOSGeom_destroy_r(w->geos, s.point);
    }
    for (size_t t = 0; ok && t < m->n_tri; t++) ret_index[t] = answer[w->face[t]];
    for (size_t i = 0; i < n; i++)
        if (s.prepared[i]) GEOSPreparedGeom_destroy_r(w->geos, s.prepared[i]);
    if (s.tree) GEOSSTRtree_destroy_r(w->geos, s.tree);
    return ok ? 0 : wg_refuse(w->ctx, WG_E_INTERNAL, "geos.classify", NULL, NULL);
}

/* A sliver on a facade, thinner than the grid can tell, counts as the ground along it: taken for part of the house, its tip past the
 * corner would stand in the fence's place and leave a hole. */
static void free_slivers(struct work *w)
{
    static const double thin = 0.02;
    struct enc_space *sp = w->space;
    const struct enc_mesh *m = &sp->mesh;
    for (int pass = 0; pass < 2; pass++)
        for (size_t t = 0; t < m->n_tri; t++) {
            double len[3], longest = 0;
            if (sp->building[t] < 0) continue;
            for (int i = 0; i < 3; i++) len[i] = enc_edge_length(m, t, i), longest = fmax(longest, len[i]);
            struct enc_xy a = enc_vertex(m, m->tri[t][0]), b = enc_vertex(m, m->tri[t][1]), c = enc_vertex(m, m->tri[t][2]);
            if ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) > thin * longest) continue;
            for (int i = 0; i < 3; i++)
                if (len[i] > longest / 2 && m->adj[t][i] >= 0 && sp->building[m->adj[t][i]] < 0) sp->building[t] = -1;
        }
}

struct sight {
    struct work *w;
    struct enc_segment *streets, *walls;
    struct enc_near *near_streets, *near_walls;
};

static struct sight look_out(struct work *w)
{
    const struct enclose_map *map = w->map;
    struct sight s = {.w = w};
    size_t n = 0;
    for (size_t i = 0; i < map->n_ways; i++) n += map->ways[i].line.n;
    s.streets = wg_alloc_n(w->ctx->arena, n + 1, sizeof *s.streets);
    s.walls = wg_alloc_n(w->ctx->arena, w->n_obstacles + 1, sizeof *s.walls);
    n = 0;
    for (size_t i = 0; i < map->n_ways; i++)
        for (size_t k = 0; map->ways[i].is_public && !map->ways[i].passage && k + 1 < map->ways[i].line.n; k++)
            s.streets[n++] = (struct enc_segment){map->ways[i].line.p[k], map->ways[i].line.p[k + 1], (uint32_t)i};
    s.near_streets = enc_near(w->ctx, s.streets, n, 20);
    n = 0;
    for (size_t i = 0; i < w->n_obstacles; i++)
        if (w->obstacles[i].owner >= map->n_buildings) s.walls[n++] = w->obstacles[i];
    s.near_walls = enc_near(w->ctx, s.walls, n, 20);
    return s;
}

/* Does a wall stand between here and the middle of every street that reaches here as drawn? */
static bool behind_wall(struct sight *s, struct enc_xy at)
{
    static const double widest_half = 40;
    size_t n, n_walls, hidden = 0, reaching = 0;
    const uint32_t *walls = enc_near_find(s->near_walls, at, widest_half, &n_walls);
    if (!n_walls) return false;
    const uint32_t *list = enc_near_find(s->near_streets, at, widest_half, &n);
    for (size_t i = 0; i < n; i++) {
        const struct enc_segment *street = &s->streets[list[i]];
        double t, d = enc_dist_segment(at, street->a, street->b, &t);
        if (d > s->w->map->ways[street->owner].width / 2 + 0.1) continue;
        struct enc_xy foot = {street->a.x + t * (street->b.x - street->a.x), street->a.y + t * (street->b.y - street->a.y)};
        bool behind = false;
        for (size_t k = 0; k < n_walls && !behind; k++) behind = crosses(at, foot, s->walls[walls[k]].a, s->walls[walls[k]].b);
        reaching++;
        hidden += behind;
    }
    return reaching > 0 && hidden == reaching;
}

/* Streets are drawn by their class's usual width: what of one lies behind a wall is no street. */
static void stop_streets_at_walls(struct work *w, int32_t *outside, const int32_t *street)
{
    const struct enc_mesh *m = &w->space->mesh;
    struct sight s = look_out(w);
    uint8_t *behind = wg_alloc_n(w->ctx->arena, w->n_faces + 1, 1);
    for (size_t f = 0; f < w->n_faces; f++)
        if (street[w->widest[f]] >= 0) behind[f] = behind_wall(&s, enc_centre(m, (size_t)w->widest[f]));
    for (size_t t = 0; t < m->n_tri; t++)
        if (street[t] >= 0 && behind[w->face[t]]) outside[t] = -1;
}

/* By the parts of one area whose outline is in the linework. */
static int classify_area(struct work *w, const GEOSGeometry *area, int32_t *ret_index)
{
    int parts = GEOSGetNumGeometries_r(w->geos, area);
    size_t n = parts > 0 ? (size_t)parts : 0;
    GEOSGeometry **list = wg_alloc_n(w->ctx->arena, n + 1, sizeof(GEOSGeometry *));
    for (size_t i = 0; i < n; i++) list[i] = (GEOSGeometry *)(uintptr_t)GEOSGetGeometryN_r(w->geos, area, (int)i);
    return classify(w, list, n, ret_index);
}

static int classify_all(struct work *w)
{
    struct enc_space *sp = w->space;
    const struct enclose_map *map = w->map;
    size_t n = sp->mesh.n_tri;
    struct wg_arena *arena = w->ctx->arena;
    sp->kind = wg_alloc_n(arena, n, 1), sp->lane = wg_alloc_n(arena, n, 1);
    sp->building = wg_alloc_n(arena, n, sizeof(int32_t)), sp->apron = wg_alloc_n(arena, n, sizeof(int32_t));
    sp->community = wg_alloc_n(arena, n, sizeof(int32_t)), sp->block = wg_alloc_n(arena, n, sizeof(int32_t));
    int32_t *street = wg_alloc_n(arena, n, sizeof *street);
    GEOSGeometry **shapes = wg_alloc_n(arena, map->n_buildings + map->n_zones + 1, sizeof(GEOSGeometry *));
    find_faces(w);
    for (size_t i = 0; i < map->n_buildings; i++) shapes[i] = map->buildings[i].shape;
    int rc = classify(w, shapes, map->n_buildings, sp->building);
    if (!rc) free_slivers(w);
    if (!rc) rc = classify(w, sp->aprons, map->n_buildings, sp->apron);
    sp->apron2 = wg_alloc_n(arena, n, sizeof(int32_t));
    if (!rc) rc = classify(w, sp->aprons2, map->n_buildings, sp->apron2);
    for (size_t i = 0; i < map->n_zones; i++) shapes[i] = map->zones[i].kind == ENC_COMMUNITY ? map->zones[i].shape : NULL;
    if (!rc) rc = classify(w, shapes, map->n_zones, sp->community);
    int32_t *outside = wg_alloc_n(arena, n, sizeof *outside);
    if (!rc) rc = classify_area(w, w->outside, outside);
    if (!rc) rc = classify_area(w, w->streets, street);
    if (rc) return rc;
    struct wg_arena_mark mark = wg_arena_mark(arena);
    stop_streets_at_walls(w, outside, street);
    wg_arena_rewind(arena, mark);
    for (size_t t = 0; t < n; t++) {
        struct enc_xy at = enc_centre(&sp->mesh, t);
        bool beyond = at.x < map->min_x - edge_margin - 1 || at.x > map->max_x + edge_margin + 1 ||
                      at.y < map->min_y - edge_margin - 1 || at.y > map->max_y + edge_margin + 1;
        sp->lane[t] = outside[t] >= 0 && street[t] < 0 && !beyond ? 2 : 0;
        sp->kind[t] = sp->building[t] >= 0 ? ENC_SOLID : outside[t] >= 0 || beyond ? ENC_OUTSIDE : ENC_FREE;
        if (sp->kind[t] == ENC_SOLID) sp->apron[t] = -1;
        if (sp->kind[t] != ENC_FREE) sp->apron2[t] = -1;
    }
    return 0;
}

/* Where the ground before two homes overlaps, the lower index has it; a home left with none takes its part of it back, as long as the
 * other keeps some. */
static int share_aprons(struct work *w, GEOSGeometry *const *aprons, int32_t *apron)
{
    struct enc_space *sp = w->space;
    size_t n = w->map->n_buildings;
    uint32_t *cells = wg_alloc_n(w->ctx->arena, n + 1, sizeof *cells);
    GEOSGeometry **bare = wg_alloc_n(w->ctx->arena, n + 1, sizeof(GEOSGeometry *));
    int32_t *wants = wg_alloc_n(w->ctx->arena, sp->mesh.n_tri + 1, sizeof *wants);
    bool any = false;
    for (size_t t = 0; t < sp->mesh.n_tri; t++)
        if (apron[t] >= 0 && sp->kind[t] == ENC_FREE) cells[apron[t]]++;
    for (size_t i = 0; i < n; i++) {
        bare[i] = cells[i] ? NULL : aprons[i];
        any = any || bare[i];
    }
    if (!any) return 0;
    int rc = classify(w, bare, n, wants);
    for (size_t t = 0; !rc && t < sp->mesh.n_tri; t++) {
        if (wants[t] < 0 || sp->kind[t] != ENC_FREE || (apron[t] >= 0 && cells[apron[t]] < 2)) continue;
        if (apron[t] >= 0) cells[apron[t]]--;
        cells[wants[t]]++;
        apron[t] = wants[t];
    }
    return rc;
}

/* A home whose ground before the door is taken up by a street keeps a strip of it: the street is drawn too wide there. */
static void free_doorsteps(struct work *w)
{
    struct enc_space *sp = w->space;
    size_t n = w->map->n_buildings;
    double *open = wg_alloc_n(w->ctx->arena, n + 1, sizeof *open);
    for (size_t t = 0; t < sp->mesh.n_tri; t++) {
        if (sp->apron[t] < 0 || sp->kind[t] != ENC_FREE) continue;
        struct enc_xy a = enc_vertex(&sp->mesh, sp->mesh.tri[t][0]), b = enc_vertex(&sp->mesh, sp->mesh.tri[t][1]);
        struct enc_xy c = enc_vertex(&sp->mesh, sp->mesh.tri[t][2]);
        open[sp->apron[t]] += ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)) / 2;
    }
    bool *told = wg_alloc_n(w->ctx->arena, n + 1, sizeof *told);
    for (size_t t = 0; t < sp->mesh.n_tri; t++) {
        int32_t h = sp->apron[t];
        if (h < 0 || sp->kind[t] != ENC_OUTSIDE) continue;
        if (open[h] >= 1) {
            sp->apron[t] = -1;
            continue;
        }
        sp->kind[t] = ENC_FREE;
        if (!told[h])
            enc_space_note(w->ctx, sp, w->map->buildings[h].id, "门前即为街道，按街道边缘留出门前地",
                           "its door opens on the street itself; a strip before it is taken from the street as drawn");
        told[h] = true;
    }
}

static void find_walls(struct work *w)
{
    struct enc_space *sp = w->space;
    struct enc_mesh *m = &sp->mesh;
    size_t n = 0, nb = w->map->n_buildings;
    sp->wall = wg_alloc_n(w->ctx->arena, m->n_tri, sizeof *sp->wall);
    memset(sp->wall, 0xFF, m->n_tri * sizeof *sp->wall);
    struct enc_segment *walls = wg_alloc_n(w->ctx->arena, w->n_obstacles + 1, sizeof *walls);
    for (size_t i = 0; i < w->n_obstacles; i++)
        if (w->obstacles[i].owner >= nb) walls[n++] = w->obstacles[i];
    struct enc_near *near = enc_near(w->ctx, walls, n, 20);
    for (size_t t = 0; n && t < m->n_tri; t++)
        for (int i = 0; i < 3; i++) {
            if (!m->fix[t][i] || sp->kind[t] == ENC_SOLID) continue;
            struct enc_xy a = enc_vertex(m, m->tri[t][(i + 1) % 3]), b = enc_vertex(m, m->tri[t][(i + 2) % 3]);
            struct enc_xy mid = {(a.x + b.x) / 2, (a.y + b.y) / 2};
            size_t found;
            const uint32_t *list = enc_near_find(near, mid, 0.03, &found);
            for (size_t k = 0; k < found && sp->wall[t][i] < 0; k++) {
                const struct enc_segment *s = &walls[list[k]];
                if (enc_dist_segment(a, s->a, s->b, NULL) < 0.03 && enc_dist_segment(b, s->a, s->b, NULL) < 0.03)
                    sp->wall[t][i] = (int32_t)(s->owner - nb);
            }
        }
}

/* Street blocks: what hangs together without crossing a street. */
static void find_blocks(struct work *w)
{
    struct enc_space *sp = w->space;
    const struct enc_mesh *m = &sp->mesh;
    int32_t *stack = wg_alloc_n(w->ctx->arena, m->n_tri + 1, sizeof *stack);
    memset(sp->block, 0xFF, m->n_tri * sizeof *sp->block);
    for (size_t first = 0; first < m->n_tri; first++) {
        if (sp->block[first] >= 0 || sp->kind[first] == ENC_OUTSIDE) continue;
        size_t n = 0;
        stack[n++] = (int32_t)first;
        sp->block[first] = (int32_t)sp->n_blocks;
        while (n) {
            int32_t t = stack[--n];
            for (int i = 0; i < 3; i++) {
                int32_t u = m->adj[t][i];
                if (u < 0 || sp->block[u] >= 0 || sp->kind[u] == ENC_OUTSIDE) continue;
                sp->block[u] = (int32_t)sp->n_blocks;
                stack[n++] = u;
            }
        }
        sp->n_blocks++;
    }
    sp->home_block = wg_alloc_n(w->ctx->arena, w->map->n_buildings + 1, sizeof *sp->home_block);
    memset(sp->home_block, 0xFF, w->map->n_buildings * sizeof *sp->home_block);
    for (size_t t = 0; t < m->n_tri; t++)
        if (sp->apron[t] >= 0 && sp->home_block[sp->apron[t]] < 0) sp->home_block[sp->apron[t]] = sp->block[t];
}

int enc_space_build(struct wg_ctx *ctx, const struct enclose_map *map, const struct enc_line *locked, size_t n_locked,
                    struct enc_space *ret_space)
{
    struct enc_space space = {.map = map};
    struct work w = {.ctx = ctx, .space = &space, .map = map, .geos = map->geos, .bag = enc_shapes(ctx, map->geos)};
    w.locked = locked;
    w.n_locked = n_locked;
    w.lines = wg_alloc(ctx->arena, sizeof *w.lines);
    wg_arena_cleanup(ctx->arena, enc_linework_free, w.lines);
    GEOSGeometry *frame = enc_keep(w.bag, frame_polygon(&w, frame_margin));
    if (!frame) return wg_refuse(ctx, WG_E_INTERNAL, "geos.frame", NULL, NULL);
    int rc = make_outside(&w, frame);
    if (!rc) rc = enc_doors_find(ctx, &space, w.bag, w.outside);
    if (!rc) rc = gather(&w, frame);
    if (!rc) rc = triangulate(&w);
    if (!rc) rc = classify_all(&w);
    if (rc) return rc;
    rc = share_aprons(&w, space.aprons, space.apron);
    if (rc) return rc;
    free_doorsteps(&w);
    find_walls(&w);
    enc_gaps_measure(ctx, &space, w.obstacles, w.n_obstacles);
    enc_aprons_settle(ctx, &space);
    find_blocks(&w);
    for (size_t i = 0; i < map->n_buildings; i++)
        if (map->buildings[i].use == ENC_HOME && space.home_block[i] < 0)
            enc_space_note(ctx, &space, map->buildings[i].id, "四面无空地，无法围合",
                           "has no free ground on any side; cannot be enclosed");
    *ret_space = space;
    return 0;
}
