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

/* Metres for each door of the plan, compound by compound; -1: no way. */
struct measure {
    size_t n;
    double *before, *after, *with_key,
        *with_sites; /* on foot: today, to a staffed gate, to a key holder's, were there gates everywhere */
    double *fire_before, *fire_after,
        *fire_sites;     /* from where an engine gets: today, with the plan, were wide gates everywhere */
    double *fire_strict; /* with the plan, judged as strictly as today */
    double *detour;
    bool *far, *no_engine, any_far, any_unreached;
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

/* Ways from the staffed gates, or from those with a key holder: every cell that a gate touches, on both sides of its line. No way
 * leads through any other gate. */
static void walk_to_gates(struct ground *g, bool key_holder)
{
    struct enc_check *k = g->k;
    size_t n = enc_raster_cells(&g->r);
    uint8_t *on = wg_xcalloc(n, 1);
    for (size_t i = 0; i < k->n_works; i++) {
        const struct enc_check_work *w = &k->works[i];
        if (w->kind != ENC_WORK_GATE || !(key_holder ? w->key_holder : w->staffed)) continue;
        draw_line(g, &w->line, on, 1);
        int64_t c = w->line.n == 1 ? enc_raster_at(&g->r, w->line.p[0]) : -1;
        if (c >= 0) on[c] = 1;
    }
    for (size_t i = 0; i < n; i++) g->dist[i] = on[i] ? 0 : ENC_RASTER_FAR;
    free(on);
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

/* ---- could more gates mend it? ---- */

/* Marks the closed pieces that a door of these lies in, and finds where gates could stand in their edges. */
static void site_doors(struct enc_check *k, const struct measure *m, bool fire)
{
    size_t at = 0;
    for (size_t i = 0; i < k->n_compounds; i++)
        for (size_t d = 0; d < k->compounds[i].n_doors; d++, at++) {
            if (!(fire ? m->no_engine[at] : m->far[at])) continue;
            size_t piece = enc_piece_of(k, k->compounds[i].doors[d].at);
            if (piece < k->n_pieces && !k->pieces[piece].street) (void)enc_sites_of(k, piece);
        }
}

/* A point along the site, so far out from its line, or in (negative). */
static int64_t cell_by(const struct ground *g, const struct enc_site *s, double along, double out)
{
    return enc_raster_at(&g->r, (struct enc_xy){s->a.x + along * (s->b.x - s->a.x) + out * s->out.x,
                                                s->a.y + along * (s->b.y - s->a.y) + out * s->out.y});
}

static size_t seed_site(struct ground *g, const struct enc_site *s, struct enc_raster_seed **seeds, size_t *cap, size_t n)
{
    static const double beyond = 1;
    double length = enc_dist(s->a, s->b);
    size_t steps = (size_t)ceil(length / g->r.cell);
    for (size_t q = 0; q <= steps; q++) {
        double t = (double)q / (double)steps;
        int64_t out = cell_by(g, s, t, beyond), in = -1;
        for (int depth = 1; depth <= 4; depth++) { /* the first cell within that the line's own cells do not fill */
            in = cell_by(g, s, t, -0.4 * depth);
            if (in >= 0 && !g->plan[in]) break;
        }
        if (out < 0 || in < 0 || g->plan[in] || g->dist[out] == ENC_RASTER_FAR) continue;
        *seeds = wg_grow(g->k->ctx->arena, *seeds, cap, n + 1, sizeof **seeds);
        (*seeds)[n++] = (struct enc_raster_seed){in, g->dist[out] + (int32_t)(10 * 2 * beyond / g->r.cell)};
    }
    return n;
}

/* The way out of every door were there small gates wherever one has room: through the best of them, and on to the street. */
static void walk_to_sites(struct ground *g, double *out)
{
    struct enc_check *k = g->k;
    struct enc_raster_seed *seeds = NULL;
    size_t n = 0, cap = 0;
    street_sources(g, g->plan);
    enc_raster_spread(&g->r, g->plan, g->dist); /* from the street, on its side of the fence */
    for (size_t i = 0; i < k->n_pieces; i++)
        for (size_t j = 0; j < k->pieces[i].n_sites; j++)
            if (enc_dist(k->pieces[i].sites[j].a, k->pieces[i].sites[j].b) >= k->config->gate_small_m)
                n = seed_site(g, &k->pieces[i].sites[j], &seeds, &cap, n);
    far_all(g);
    enc_raster_spread_seeds(&g->r, g->plan, seeds, n, g->dist);
    measure_walks(g, g->plan, out);
}

/* Where an engine would get were every stretch that a wide gate has room in opened. */
static void drive_through_sites(struct ground *g, double *out)
{
    struct enc_check *k = g->k;
    for (size_t i = 0; i < k->n_pieces; i++)
        for (size_t j = 0; j < k->pieces[i].n_sites; j++) {
            const struct enc_site *s = &k->pieces[i].sites[j];
            if (enc_dist(s->a, s->b) < k->config->fire_lane_m) continue;
            struct enc_line line = {(struct enc_xy[]){s->a, s->b}, 2};
            draw_line(g, &line, g->plan, 0);
        }
    engine_spread(g, g->plan, -0.8);
    measure_doors(g, out);
}

/* The middle of the site nearest to the door, to name where a gate would help. */
static struct enc_xy nearest_site(struct enc_check *k, struct enc_xy door, double width)
{
    struct enc_xy best = door;
    double least = 1e300;
    size_t piece = enc_piece_of(k, door);
    for (size_t j = 0; piece < k->n_pieces && j < k->pieces[piece].n_sites; j++) {
        const struct enc_site *s = &k->pieces[piece].sites[j];
        struct enc_xy mid = {(s->a.x + s->b.x) / 2, (s->a.y + s->b.y) / 2};
        if (enc_dist(s->a, s->b) < width || enc_dist(mid, door) >= least) continue;
        least = enc_dist(mid, door);
        best = mid;
    }
    return best;
}

/* ---- distances, judged ---- */

static void judge_walk(struct enc_check *k, const struct measure *m, const struct enc_check_door *door, size_t at)
{
    double limit = k->config->detour_m, detour = m->detour[at];
    const char *zh = wg_fmt(k->ctx->arena, "出门绕行 %.0f 米", detour),
               *en = wg_fmt(k->ctx->arena, "the way out grows by %.0f m", detour);
    if (m->far[at]) {
        double best = m->with_sites[at] < 0 ? 1e300 : m->with_sites[at] - fmax(0, m->before[at]);
        struct enc_xy mend = nearest_site(k, door->at, k->config->gate_small_m);
        enc_breach(k, "detour", door->building, door->at, best > limit ? NULL : &mend, zh, en);
    } else if (detour > limit - 2 * slack) {
        enc_excuse_nearly(k, "detour", door->building, door->at, zh, en);
    }
}

static void judge_engine(struct enc_check *k, const struct measure *m, const struct enc_check_door *door, size_t at)
{
    static const char zh[] = "消防车原可到达，围合后到不了规定距离内",
                      en[] = "a fire engine comes near enough today and would not any more";
    double reach = k->config->fire_reach_m;
    if (m->no_engine[at]) {
        bool could = m->fire_sites[at] >= 0 && m->fire_sites[at] <= reach + slack;
        struct enc_xy mend = nearest_site(k, door->at, k->config->fire_lane_m);
        enc_breach(k, "fire", door->building, door->at, could ? &mend : NULL, zh, en);
    } else if (m->fire_strict[at] < 0 || m->fire_strict[at] > reach - 2 * slack) {
        enc_excuse_nearly(k, "fire", door->building, door->at, zh, en);
    }
}

static struct measure new_measure(struct enc_check *k)
{
    struct measure m = {0};
    for (size_t i = 0; i < k->n_compounds; i++) m.n += k->compounds[i].n_doors;
    double *all = wg_alloc_n(k->ctx->arena, 9 * (m.n + 1), sizeof *all);
    m.before = all, m.after = all + (m.n + 1), m.with_key = all + 2 * (m.n + 1), m.with_sites = all + 3 * (m.n + 1);
    m.fire_before = all + 4 * (m.n + 1), m.fire_after = all + 5 * (m.n + 1), m.fire_sites = all + 6 * (m.n + 1);
    m.detour = all + 7 * (m.n + 1), m.fire_strict = all + 8 * (m.n + 1);
    m.far = wg_alloc_n(k->ctx->arena, m.n + 1, sizeof *m.far),
    m.no_engine = wg_alloc_n(k->ctx->arena, m.n + 1, sizeof *m.no_engine);
    return m;
}

/* Detours, by a gate with a key holder where only that keeps the rule; who depends on these is counted. */
static void find_detours(struct enc_check *k, struct measure *m)
{
    double limit = k->config->detour_m + slack;
    for (size_t i = 0, at = 0; i < k->n_compounds; i++) {
        int64_t depend = 0;
        size_t last = k->map->n_buildings;
        for (size_t d = 0; d < k->compounds[i].n_doors; d++, at++) {
            size_t building = k->compounds[i].doors[d].building;
            double detour = m->after[at] < 0 ? 0 : m->after[at] - fmax(0, m->before[at]);
            double key = m->with_key[at] < 0 ? 1e300 : m->with_key[at] - fmax(0, m->before[at]);
            if (detour > limit && key <= limit) {
                if (building != last) depend += k->map->buildings[building].households;
                last = building;
                detour = key;
            }
            m->detour[at] = detour;
            m->far[at] = detour > limit;
            m->any_far = m->any_far || m->far[at];
            k->verdict->detour_worst_m = fmax(k->verdict->detour_worst_m, detour);
        }
        if (depend > 0) check_key_holders(k, &k->compounds[i], depend);
    }
}

static void find_unreached(struct enc_check *k, struct measure *m)
{
    double reach = k->config->fire_reach_m;
    for (size_t at = 0; at < m->n; at++) {
        bool could = m->fire_before[at] >= 0 && m->fire_before[at] <= reach - slack,
             can = m->fire_after[at] >= 0 && m->fire_after[at] <= reach + slack;
        m->no_engine[at] = could && !can;
        m->any_unreached = m->any_unreached || m->no_engine[at];
    }
}

static void check_distances(struct ground *g)
{
    struct enc_check *k = g->k;
    struct measure m = new_measure(k);
    street_sources(g, g->today);
    enc_raster_spread(&g->r, g->today, g->dist);
    measure_walks(g, g->today, m.before);
    check_reachable(g);
    walk_to_gates(g, false);
    measure_walks(g, g->plan, m.after);
    walk_to_gates(g, true);
    measure_walks(g, g->plan, m.with_key);
    find_detours(k, &m);
    if (m.any_far) site_doors(k, &m, false);
    if (m.any_far) walk_to_sites(g, m.with_sites);
    engine_spread(g, g->today, 0.5);
    measure_doors(g, m.fire_before);
    for (size_t i = 0; i < k->n_works; i++)
        if (k->works[i].kind == ENC_WORK_GATE && k->works[i].large) draw_line(g, &k->works[i].line, g->plan, 0);
    engine_spread(g, g->plan, 0.5);
    measure_doors(g, m.fire_strict);
    engine_spread(g, g->plan, -0.8);
    measure_doors(g, m.fire_after);
    find_unreached(k, &m);
    if (m.any_unreached) site_doors(k, &m, true);
    if (m.any_unreached) drive_through_sites(g, m.fire_sites);
    for (size_t i = 0, at = 0; i < k->n_compounds; i++)
        for (size_t d = 0; d < k->compounds[i].n_doors; d++, at++) {
            judge_walk(k, &m, &k->compounds[i].doors[d], at);
            judge_engine(k, &m, &k->compounds[i].doors[d], at);
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
