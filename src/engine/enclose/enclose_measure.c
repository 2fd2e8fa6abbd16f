/* The verifier's measures: streets open, lengths and widths as stated, communities, size, what must stay reachable, and the
 * distances on foot and for fire engines on a raster of its own. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_raster.h"
#include "engine/enclose/enclose_verify_internal.h"

static const double slack = 10; /* metres a raster of one metre may err on a walk of some hundred */

/* ---- lines ---- */

static bool cross(struct enc_xy a, struct enc_xy b, struct enc_xy c, struct enc_xy d, struct enc_xy *ret_at)
{
    double rx = b.x - a.x, ry = b.y - a.y, sx = d.x - c.x, sy = d.y - c.y, den = rx * sy - ry * sx;
    if (fabs(den) < 1e-12) return false;
    double t = ((c.x - a.x) * sy - (c.y - a.y) * sx) / den, u = ((c.x - a.x) * ry - (c.y - a.y) * rx) / den;
    *ret_at = (struct enc_xy){a.x + t * rx, a.y + t * ry};
    return t >= 0 && t <= 1 && u >= 0 && u <= 1;
}

static void check_streets(struct enc_check *k)
{
    const struct enclose_map *m = k->map;
    size_t n = 0;
    for (size_t i = 0; i < m->n_ways; i++) n += m->ways[i].line.n;
    struct enc_segment *s = wg_alloc_n(k->ctx->arena, n + 1, sizeof *s);
    n = 0;
    for (size_t i = 0; i < m->n_ways; i++)
        for (size_t j = 0; m->ways[i].is_public && !m->ways[i].passage && j + 1 < m->ways[i].line.n; j++)
            s[n++] = (struct enc_segment){m->ways[i].line.p[j], m->ways[i].line.p[j + 1], (uint32_t)i};
    struct enc_near *near = enc_near(k->ctx, s, n, 25);
    for (size_t i = 0; i < k->n_works; i++)
        for (size_t j = 0;
             (k->works[i].kind == ENC_WORK_FENCE || k->works[i].kind == ENC_WORK_GATE) && j + 1 < k->works[i].line.n; j++) {
            struct enc_xy a = k->works[i].line.p[j], b = k->works[i].line.p[j + 1], at;
            size_t found;
            const uint32_t *list =
                enc_near_find(near, (struct enc_xy){(a.x + b.x) / 2, (a.y + b.y) / 2}, enc_dist(a, b) / 2 + 0.01, &found);
            for (size_t q = 0; q < found; q++)
                if (cross(a, b, s[list[q]].a, s[list[q]].b, &at))
                    enc_violation(k, "street_fenced", m->ways[s[list[q]].owner].id, at, "围挡横在公共街道上",
                                  "the fence stands across a public street");
        }
}

static void check_lengths(struct enc_check *k)
{
    for (size_t i = 0; i < k->n_works; i++) {
        const struct enc_check_work *w = &k->works[i];
        struct enc_xy at = w->line.p[0];
        if (w->kind == ENC_WORK_FENCE) k->verdict->fence_m += w->length;
        if (w->kind == ENC_WORK_GATE) k->verdict->gates++;
        double width = w->line.n > 1 ? w->length : w->stated;
        if (w->line.n > 1 && w->stated >= 0 && fabs(w->stated - w->length) > fmax(0.05, 0.005 * w->length))
            enc_violation(k, "length", w->id ? w->id : w->compound, at,
                          wg_fmt(k->ctx->arena, "标为 %.2f 米，量得 %.2f 米", w->stated, w->length),
                          wg_fmt(k->ctx->arena, "stated %.2f m, measures %.2f m", w->stated, w->length));
        if (w->kind == ENC_WORK_GATE && w->large && width >= 0 && width < k->config->fire_lane_m - 0.02)
            enc_violation(k, "gate_narrow", w->id, at, "大门宽度不足消防车通行",
                          "the large gate is too narrow for a fire engine");
        if (w->kind == ENC_WORK_GATE && !w->large && width >= 0 && width < 0.78)
            enc_violation(k, "gate_narrow", w->id, at, "小门净宽不足 0.8 米", "the small gate is narrower than 0.8 m");
    }
}

static void check_members(struct enc_check *k)
{
    const struct enclose_map *m = k->map;
    for (size_t i = 0; i < k->n_compounds; i++) {
        const struct enc_check_compound *c = &k->compounds[i];
        const char *community = NULL;
        int64_t households = 0;
        struct enc_xy at = c->n_doors ? c->doors[0].at : (struct enc_xy){0, 0};
        bool two = false;
        for (size_t j = 0; j < c->n_buildings; j++) {
            const struct enc_building *b = &m->buildings[c->buildings[j]];
            if (b->community && community && strcmp(b->community, community) != 0) two = true;
            if (b->community) community = b->community;
            households += b->households;
            GEOSGeometry *on = GEOSPointOnSurface_r(k->geos, b->shape);
            if (on && GEOSIntersects_r(k->geos, c->shape, on) != 1) {
                struct enc_xy p = at;
                if (!GEOSGeomGetX_r(k->geos, on, &p.x) || !GEOSGeomGetY_r(k->geos, on, &p.y)) p = at;
                enc_violation(k, "outline", b->id, p, "楼不在小区轮廓内", "the home does not lie in the compound's outline");
            }
            if (on) GEOSGeom_destroy_r(k->geos, on);
        }
        if (two) enc_violation(k, "two_communities", c->id, at, "小区跨两个社区", "the compound lies in two communities");
        if (households > k->config->households_max && c->n_buildings > 1 && !c->locked)
            enc_violation(k, "too_large", c->id, at, wg_fmt(k->ctx->arena, "%lld 户，超过上限", (long long)households),
                          wg_fmt(k->ctx->arena, "%lld households, over the limit", (long long)households));
    }
}

/* ---- distances ---- */

struct ground {
    struct enc_check *k;
    struct enc_raster r;
    uint8_t *houses, *today, *plan; /* blocked cells */
    int32_t *dist;
};

struct house {
    struct ground *g;
    struct enc_line *rings;
    size_t n, cap;
};

static void take_ring(void *arg, struct enc_line line, bool hole, size_t part)
{
    struct house *h = arg;
    (void)hole, (void)part;
    h->rings = wg_grow(h->g->k->ctx->arena, h->rings, &h->cap, h->n + 1, sizeof *h->rings);
    h->rings[h->n++] = line;
}

static void draw_line(struct ground *g, const struct enc_line *line, uint8_t *cells, uint8_t value)
{
    for (size_t i = 0; i + 1 < line->n; i++) enc_raster_line(&g->r, line->p[i], line->p[i + 1], cells, value);
}

static void draw_ground(struct ground *g)
{
    struct enc_check *k = g->k;
    const struct enclose_map *m = k->map;
    size_t n = enc_raster_cells(&g->r);
    for (size_t i = 0; i < m->n_buildings; i++) {
        struct house h = {.g = g};
        enc_geos_each_line(k->ctx, k->geos, m->buildings[i].shape, take_ring, &h);
        enc_raster_fill(k->ctx, &g->r, h.rings, h.n, g->houses, 1);
    }
    memcpy(g->today, g->houses, n);
    for (size_t i = 0; i < m->n_barriers; i++) draw_line(g, &m->barriers[i].line, g->today, 1);
    memcpy(g->plan, g->today, n);
    for (size_t i = 0; i < k->n_works; i++)
        if (k->works[i].kind == ENC_WORK_OPENED) draw_line(g, &k->works[i].line, g->plan, 0);
    for (size_t i = 0; i < k->n_works; i++)
        if (k->works[i].kind == ENC_WORK_FENCE || k->works[i].kind == ENC_WORK_GATE)
            draw_line(g, &k->works[i].line, g->plan, 1);
}

static void far_all(struct ground *g)
{
    size_t n = enc_raster_cells(&g->r);
    for (size_t i = 0; i < n; i++) g->dist[i] = ENC_RASTER_FAR;
}

static void street_sources(struct ground *g, const uint8_t *blocked)
{
    const struct enclose_map *m = g->k->map;
    size_t n = enc_raster_cells(&g->r);
    uint8_t *on = wg_xcalloc(n, 1);
    for (size_t i = 0; i < m->n_ways; i++)
        if (m->ways[i].is_public && !m->ways[i].passage) draw_line(g, &m->ways[i].line, on, 1);
    for (size_t i = 0; i < n; i++) {
        bool edge = i < (size_t)g->r.w || i >= n - (size_t)g->r.w || i % (size_t)g->r.w == 0 || (i + 1) % (size_t)g->r.w == 0;
        g->dist[i] = (on[i] || edge) && !blocked[i] ? 0 : ENC_RASTER_FAR;
    }
    free(on);
}

/* Metres from the point's cell, or the best of the cells round it; -1: none reached. */
static double metres_at(const struct ground *g, struct enc_xy at)
{
    int32_t best = ENC_RASTER_FAR;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            int64_t c = enc_raster_at(&g->r, (struct enc_xy){at.x + dx * g->r.cell, at.y + dy * g->r.cell});
            if (c >= 0 && g->dist[c] < best) best = g->dist[c];
        }
    return best == ENC_RASTER_FAR ? -1 : best * g->r.cell / 10;
}

static void measure_doors(struct ground *g, double *out)
{
    size_t at = 0;
    for (size_t i = 0; i < g->k->n_compounds; i++)
        for (size_t d = 0; d < g->k->compounds[i].n_doors; d++) out[at++] = metres_at(g, g->k->compounds[i].doors[d].at);
}

/* Walks, along ways that `blocked` leaves. */
static void measure_walks(struct ground *g, const uint8_t *blocked, double *out)
{
    size_t at = 0;
    for (size_t i = 0; i < g->k->n_compounds; i++)
        for (size_t d = 0; d < g->k->compounds[i].n_doors; d++)
            out[at++] = enc_raster_taut(&g->r, blocked, g->dist, g->k->compounds[i].doors[d].at);
}

/* Where a fire engine gets: half a lane clear on all sides, in one go from the street. Leaves distances from there in g->dist.
 * `give` cells are added to the half lane: square cells err by about one, so what stands today is judged strictly and the plan mildly. */
static void engine_spread(struct ground *g, const uint8_t *blocked, double give)
{
    size_t n = enc_raster_cells(&g->r);
    uint8_t *tight = wg_xcalloc(n, 1), *none = wg_xcalloc(n, 1);
    double half = g->k->config->fire_lane_m / 2 + give * g->r.cell;
    for (size_t i = 0; i < n; i++) g->dist[i] = blocked[i] ? 0 : ENC_RASTER_FAR;
    enc_raster_spread(&g->r, none, g->dist);
    for (size_t i = 0; i < n; i++) tight[i] = g->dist[i] * g->r.cell / 10 < half;
    street_sources(g, tight);
    enc_raster_spread(&g->r, tight, g->dist);
    for (size_t i = 0; i < n; i++) g->dist[i] = g->dist[i] == ENC_RASTER_FAR ? ENC_RASTER_FAR : 0;
    enc_raster_spread(&g->r, g->houses, g->dist); /* the hose goes over fences, not through houses */
    free(tight);
    free(none);
}

struct round {
    const struct ground *g;
    bool reached;
};

static void look_round(void *arg, struct enc_line line, bool hole, size_t part)
{
    struct round *r = arg;
    (void)hole, (void)part;
    for (size_t i = 0; i < line.n; i++) r->reached = r->reached || metres_at(r->g, line.p[i]) >= 0;
}

/* What must stay reachable and is today (g->dist: from the street, as things stand) meets the street or a staffed gate's ground. */
static void check_reachable(const struct ground *g)
{
    struct enc_check *k = g->k;
    for (size_t b = 0; b < k->map->n_buildings; b++) {
        const GEOSGeometry *shape = k->map->buildings[b].shape;
        struct round r = {g, false};
        if (k->map->buildings[b].use != ENC_REACHABLE || enc_is_served(k, b)) continue;
        GEOSGeometry *around = GEOSBuffer_r(k->geos, shape, 1.5 * g->r.cell, 2), *on = GEOSPointOnSurface_r(k->geos, shape);
        if (around) enc_geos_each_line(k->ctx, k->geos, around, look_round, &r);
        struct enc_xy at = {0, 0};
        if (on && (!GEOSGeomGetX_r(k->geos, on, &at.x) || !GEOSGeomGetY_r(k->geos, on, &at.y))) at = (struct enc_xy){0, 0};
        if (around) GEOSGeom_destroy_r(k->geos, around);
        if (on) GEOSGeom_destroy_r(k->geos, on);
        if (r.reached)
            enc_violation(k, "unreachable", k->map->buildings[b].id, at, "应保持可达的建筑被围死",
                          "a building that must stay reachable is shut in");
    }
}

/* Ways inside from the staffed gates, or from those with a key holder. */
static void walk_to_gates(struct ground *g, bool key_holder)
{
    struct enc_check *k = g->k;
    far_all(g);
    for (size_t i = 0; i < k->n_works; i++) {
        const struct enc_check_work *w = &k->works[i];
        if (w->kind != ENC_WORK_GATE || !(key_holder ? w->key_holder : w->staffed)) continue;
        for (size_t j = 0; j < w->line.n; j++)
            for (int s = 0; s <= 4 && j + 1 < w->line.n; s++) {
                struct enc_xy a = w->line.p[j], b = w->line.p[j + 1];
                int64_t c = enc_raster_at(&g->r, (struct enc_xy){a.x + (b.x - a.x) * s / 4, a.y + (b.y - a.y) * s / 4});
                if (c >= 0) g->dist[c] = 0;
            }
    }
    enc_raster_spread(&g->r, g->plan, g->dist);
}

/* No more households may depend on the gates with a key holder than these may serve. */
static void check_key_holders(struct enc_check *k, const struct enc_check_compound *c, int64_t depend)
{
    int64_t gates = 0;
    for (size_t i = 0; i < k->n_works; i++) {
        const struct enc_check_work *w = &k->works[i];
        gates += w->kind == ENC_WORK_GATE && w->key_holder && w->compound && c->id && strcmp(w->compound, c->id) == 0;
    }
    if (depend > gates * k->config->key_holder_households)
        enc_violation(
            k, "key_holder", c->id, c->doors[0].at, wg_fmt(k->ctx->arena, "%lld 户靠钥匙门出入，超过上限", (long long)depend),
            wg_fmt(k->ctx->arena, "%lld households depend on gates with a key holder, over the limit", (long long)depend));
}

static void check_distances(struct ground *g)
{
    struct enc_check *k = g->k;
    const struct enclose_map *m = k->map;
    size_t n = 0, at = 0;
    for (size_t i = 0; i < k->n_compounds; i++) n += k->compounds[i].n_doors;
    double *before = wg_alloc_n(k->ctx->arena, n + 1, sizeof *before), *after = wg_alloc_n(k->ctx->arena, n + 1, sizeof *after),
           *with_key = wg_alloc_n(k->ctx->arena, n + 1, sizeof *with_key);
    double *fire_before = wg_alloc_n(k->ctx->arena, n + 1, sizeof *before),
           *fire_after = wg_alloc_n(k->ctx->arena, n + 1, sizeof *after);
    street_sources(g, g->today);
    enc_raster_spread(&g->r, g->today, g->dist);
    measure_walks(g, g->today, before);
    check_reachable(g);
    walk_to_gates(g, false);
    measure_walks(g, g->plan, after);
    walk_to_gates(g, true);
    measure_walks(g, g->plan, with_key);
    engine_spread(g, g->today, 0.5);
    measure_doors(g, fire_before);
    for (size_t i = 0; i < k->n_works; i++)
        if (k->works[i].kind == ENC_WORK_GATE && k->works[i].large) draw_line(g, &k->works[i].line, g->plan, 0);
    engine_spread(g, g->plan, -0.8);
    measure_doors(g, fire_after);
    double reach = k->config->fire_reach_m;
    for (size_t i = 0; i < k->n_compounds; i++) {
        int64_t depend = 0;
        size_t last = m->n_buildings;
        for (size_t d = 0; d < k->compounds[i].n_doors; d++, at++) {
            const struct enc_check_door *door = &k->compounds[i].doors[d];
            const char *id = k->map->buildings[door->building].id;
            double detour = after[at] < 0 ? 0 : after[at] - fmax(0, before[at]);
            double key = with_key[at] < 0 ? 1e300 : with_key[at] - fmax(0, before[at]);
            if (detour > k->config->detour_m + slack && key <= k->config->detour_m + slack) {
                if (door->building != last) depend += m->buildings[door->building].households;
                last = door->building;
                detour = key;
            }
            k->verdict->detour_worst_m = fmax(k->verdict->detour_worst_m, detour);
            if (detour > k->config->detour_m + slack)
                enc_violation(k, "detour", id, door->at, wg_fmt(k->ctx->arena, "出门绕行 %.0f 米", detour),
                              wg_fmt(k->ctx->arena, "the way out grows by %.0f m", detour));
            bool could = fire_before[at] >= 0 && fire_before[at] <= reach - slack,
                 can = fire_after[at] >= 0 && fire_after[at] <= reach + slack;
            if (could && !can)
                enc_violation(k, "fire", id, door->at, "消防车原可到达，围合后到不了规定距离内",
                              "a fire engine comes near enough today and would not any more");
        }
        if (depend > 0) check_key_holders(k, &k->compounds[i], depend);
    }
}

int enc_check_measures(struct enc_check *k)
{
    const struct enclose_map *m = k->map;
    check_streets(k);
    check_lengths(k);
    check_members(k);
    struct ground g = {.k = k, .r = enc_raster(m->min_x - 60, m->min_y - 60, m->max_x + 60, m->max_y + 60)};
    size_t n = enc_raster_cells(&g.r);
    g.houses = wg_xcalloc(n, 1), g.today = wg_xcalloc(n, 1), g.plan = wg_xcalloc(n, 1), g.dist = wg_xcalloc(n, sizeof *g.dist);
    draw_ground(&g);
    check_distances(&g);
    free(g.houses);
    free(g.today);
    free(g.plan);
    free(g.dist);
    return 0;
}
