/* The draft in the caller's terms: outlines, lines and points in degrees, names, metres and money. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_plan_internal.h"

struct teller {
    struct enc_making *k;
    struct wg_ctx *ctx;
    const struct enclose_map *map;
    const struct enc_draft *d;
    struct enclose_plan *plan;
    int32_t *building_label; /* of each building: the compound it lies in; 0 */
    size_t cap_fences, cap_opened, cap_closed, cap_notes, cap_exceptions;
};

static struct enclose_point degrees(const struct teller *t, struct enc_xy at)
{
    return enc_unproject(&t->map->projection, at);
}

static struct enclose_compound *compound_of(struct teller *t, int32_t label)
{
    return &t->plan->compounds[label - 1];
}

static void note(struct teller *t, const char *feature, const char *zh, const char *en)
{
    struct enclose_plan *p = t->plan;
    p->notes = wg_grow(t->ctx->arena, p->notes, &t->cap_notes, p->n_notes + 1, sizeof *p->notes);
    p->notes[p->n_notes++] = (struct enclose_note){feature, zh, en};
}

/* ---- which building lies in which compound ---- */

/* A home goes with its apron; any other building with the compound that all free ground along it belongs to. */
static void assign_buildings(struct teller *t)
{
    const struct enc_space *sp = &t->k->space;
    const struct enc_mesh *m = &sp->mesh;
    int32_t *around = wg_alloc_n(t->ctx->arena, t->map->n_buildings + 1, sizeof *around);
    t->building_label = wg_alloc_n(t->ctx->arena, t->map->n_buildings + 1, sizeof *t->building_label);
    memset(around, 0xFF, t->map->n_buildings * sizeof *around);
    for (size_t i = 0; i < m->n_tri; i++) {
        if (sp->kind[i] == ENC_SOLID) continue;
        if (sp->apron[i] >= 0 && t->d->label[i] > 0) t->building_label[sp->apron[i]] = t->d->label[i];
        for (int c = 0; c < 3; c++) {
            int32_t u = m->adj[i][c], b = u < 0 ? -1 : sp->building[u];
            if (b < 0) continue;
            if (around[b] == -1)
                around[b] = t->d->label[i];
            else if (around[b] != t->d->label[i])
                around[b] = 0;
        }
    }
    for (size_t b = 0; b < t->map->n_buildings; b++)
        if (t->map->buildings[b].use != ENC_HOME && around[b] > 0) t->building_label[b] = around[b];
}

static void name_compounds(struct teller *t)
{
    struct enclose_plan *p = t->plan;
    for (size_t i = 0; i < p->n_compounds; i++) {
        p->compounds[i].id = wg_fmt(t->ctx->arena, "C%04zu", i + 1);
        p->compounds[i].buildings = wg_alloc(t->ctx->arena, sizeof(char *));
    }
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; pass && i < p->n_compounds; i++) {
            struct enclose_compound *c = &p->compounds[i];
            c->buildings = wg_alloc_n(t->ctx->arena, c->n_buildings + 1, sizeof(char *));
            c->others = wg_alloc_n(t->ctx->arena, c->n_others + 1, sizeof(char *));
            c->n_buildings = c->n_others = 0;
        }
        for (size_t b = 0; b < t->map->n_buildings; b++) {
            const struct enc_building *bd = &t->map->buildings[b];
            if (!t->building_label[b]) continue;
            struct enclose_compound *c = compound_of(t, t->building_label[b]);
            if (bd->use != ENC_HOME) {
                if (pass) c->others[c->n_others] = bd->id;
                c->n_others++;
                continue;
            }
            if (pass) {
                c->buildings[c->n_buildings] = bd->id;
                c->households += bd->households;
                c->households_estimated = c->households_estimated || !bd->households_known;
                if (!c->community && bd->community) c->community = bd->community;
                if (!c->street && bd->street) c->street = bd->street;
                int32_t key = t->k->locks.keys[b];
                if (key >= 0 && t->k->locks.ids[key]) c->id = t->k->locks.ids[key];
            }
            c->n_buildings++;
        }
    }
}

/* The nearest named street, where no address tells it. */
static void name_street(struct teller *t, struct enclose_compound *c, struct enc_xy at)
{
    double best = 300;
    if (c->street) return;
    for (size_t i = 0; i < t->map->n_ways; i++) {
        const struct enc_way *w = &t->map->ways[i];
        for (size_t k = 0; w->is_public && w->name && k + 1 < w->line.n; k++) {
            double d = enc_dist_segment(at, w->line.p[k], w->line.p[k + 1], NULL);
            if (d < best) best = d, c->street = w->name;
        }
    }
}

/* ---- outlines ---- */

struct rings {
    struct teller *t;
    struct enclose_compound *c;
    size_t cap;
};

static void take_ring(void *arg, struct enc_line line, bool hole, size_t part)
{
    struct rings *r = arg;
    r->c->rings = wg_grow(r->t->ctx->arena, r->c->rings, &r->cap, r->c->n_rings + 1, sizeof *r->c->rings);
    struct enclose_ring ring = {wg_alloc_n(r->t->ctx->arena, line.n, sizeof *ring.points), line.n, hole, part};
    for (size_t i = 0; i < line.n; i++) ring.points[i] = degrees(r->t, line.p[i]);
    r->c->rings[r->c->n_rings++] = ring;
}

static int outlines(struct teller *t)
{
    const struct enc_space *sp = &t->k->space;
    const struct enc_mesh *m = &sp->mesh;
    GEOSContextHandle_t geos = t->map->geos;
    size_t n = t->plan->n_compounds;
    uint32_t *first = wg_alloc_n(t->ctx->arena, n + 3, sizeof *first),
             *tris = wg_alloc_n(t->ctx->arena, m->n_tri + 1, sizeof *tris);
    int32_t *owner = wg_alloc_n(t->ctx->arena, m->n_tri + 1, sizeof *owner);
    for (size_t i = 0; i < m->n_tri; i++) {
        owner[i] = sp->kind[i] == ENC_SOLID ? t->building_label[sp->building[i]] : t->d->label[i];
        first[owner[i] + 1]++;
    }
    for (size_t l = 0; l <= n; l++) first[l + 1] += first[l];
    for (size_t i = 0; i < m->n_tri; i++) tris[first[owner[i]]++] = (uint32_t)i;
    for (size_t l = n + 1; l > 0; l--) first[l] = first[l - 1];
    first[0] = 0;
    for (size_t l = 1; l <= n; l++) {
        uint32_t count = first[l + 1] - first[l];
        GEOSGeometry **parts = wg_alloc_n(t->ctx->arena, count + 1U, sizeof(GEOSGeometry *));
        for (uint32_t i = 0; i < count; i++) {
            const int32_t *v = m->tri[tris[first[l] + i]];
            struct enc_xy p[3] = {enc_vertex(m, v[0]), enc_vertex(m, v[1]), enc_vertex(m, v[2])};
            parts[i] = enc_geos_ring_polygon(geos, p, 3);
            if (!parts[i]) return wg_refuse(t->ctx, WG_E_INTERNAL, "geos.outline", NULL, NULL);
        }
        GEOSGeometry *all = GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, parts, count);
        GEOSGeometry *shape = all ? GEOSCoverageUnion_r(geos, all) : NULL;
        if (all) GEOSGeom_destroy_r(geos, all);
        if (!shape) return wg_refuse(t->ctx, WG_E_INTERNAL, "geos.outline", NULL, NULL);
        struct rings r = {t, compound_of(t, (int32_t)l), 0};
        enc_geos_each_line(t->ctx, geos, shape, take_ring, &r);
        GEOSGeom_destroy_r(geos, shape);
    }
    return 0;
}

/* ---- fences ---- */

struct piece {
    struct enclose_point *points;
    size_t n, cap;
    double metres;
};

static void add_corner(struct teller *t, struct piece *piece, struct enc_xy at)
{
    piece->points = wg_grow(t->ctx->arena, piece->points, &piece->cap, piece->n + 1, sizeof *piece->points);
    piece->points[piece->n++] = degrees(t, at);
}

static void end_piece(struct teller *t, const struct enc_chain *chain, struct piece *piece)
{
    struct enclose_plan *p = t->plan;
    if (piece->n > 1 && piece->metres > 0.005) {
        p->fences = wg_grow(t->ctx->arena, p->fences, &t->cap_fences, p->n_fences + 1, sizeof *p->fences);
        p->fences[p->n_fences] = (struct enclose_fence){wg_fmt(t->ctx->arena, "F%04zu", p->n_fences + 1),
                                                        compound_of(t, chain->label)->id,
                                                        chain->other ? compound_of(t, chain->other)->id : NULL,
                                                        piece->points,
                                                        piece->n,
                                                        piece->metres,
                                                        false};
        p->n_fences++;
        compound_of(t, chain->label)->fence_m += piece->metres;
    }
    *piece = (struct piece){0};
}

static struct enc_xy along(const struct enc_run *r, double metres)
{
    double len = fmax(enc_dist(r->a, r->b), 1e-9), f = metres / len;
    return (struct enc_xy){r->a.x + f * (r->b.x - r->a.x), r->a.y + f * (r->b.y - r->a.y)};
}

/* The next gate on the run from `from` on; NULL when there is none. */
static const struct enc_draft_gate *next_gate(const struct enc_draft *d, int64_t chain, uint32_t run, double from)
{
    const struct enc_draft_gate *best = NULL;
    for (size_t i = 0; i < d->n_gates; i++) {
        const struct enc_draft_gate *g = &d->gates[i];
        if (g->wall || g->chain != chain || g->gap.run != run || g->gap.from < from - 1e-9) continue;
        if (!best || g->gap.from < best->gap.from) best = g;
    }
    return best;
}

static void fence_chain(struct teller *t, int64_t index)
{
    const struct enc_draft *d = t->d;
    const struct enc_chain *chain = &d->chains[index];
    struct piece piece = {0};
    for (uint32_t run = chain->first; run < chain->first + chain->n; run++) {
        const struct enc_run *r = &d->runs[run];
        double at = 0, len = enc_dist(r->a, r->b);
        if (!piece.n) add_corner(t, &piece, r->a);
        for (const struct enc_draft_gate *g; (g = next_gate(d, index, run, at)) != NULL;) {
            piece.metres += g->gap.from - at;
            if (g->gap.from > at + 0.005) add_corner(t, &piece, along(r, g->gap.from));
            end_piece(t, chain, &piece);
            at = g->gap.to;
            add_corner(t, &piece, along(r, at));
        }
        piece.metres += len - at;
        if (len > at + 0.005) add_corner(t, &piece, r->b);
    }
    end_piece(t, chain, &piece);
}

static void locked_fences(struct teller *t)
{
    struct enclose_plan *p = t->plan;
    for (size_t i = 0; i < t->k->locks.n_lines; i++) {
        const struct enc_line *line = &t->k->locks.lines[i];
        struct piece piece = {0};
        for (size_t k = 0; k < line->n; k++) {
            add_corner(t, &piece, line->p[k]);
            if (k) piece.metres += enc_dist(line->p[k - 1], line->p[k]);
        }
        p->fences = wg_grow(t->ctx->arena, p->fences, &t->cap_fences, p->n_fences + 1, sizeof *p->fences);
        const char *id = wg_fmt(t->ctx->arena, "F%04zu", p->n_fences + 1);
        p->fences[p->n_fences++] = (struct enclose_fence){id, "", NULL, piece.points, piece.n, piece.metres, true};
    }
}

/* ---- gates, openings, cabins ---- */

static void gates(struct teller *t)
{
    struct enclose_plan *p = t->plan;
    p->gates = wg_alloc_n(t->ctx->arena, t->d->n_gates + 1, sizeof *p->gates);
    p->cabins = wg_alloc_n(t->ctx->arena, t->d->n_gates + 1, sizeof *p->cabins);
    for (size_t i = 0; i < t->d->n_gates; i++) {
        const struct enc_draft_gate *g = &t->d->gates[i];
        struct enclose_gate *out = &p->gates[p->n_gates++];
        out->id = g->locked_id ? g->locked_id : wg_fmt(t->ctx->arena, "G%04zu", i + 1);
        out->compound = compound_of(t, g->label)->id;
        out->neighbour = g->other ? compound_of(t, g->other)->id : NULL;
        out->way = g->mark >= 0 ? t->map->marks[g->mark].id : g->way >= 0 ? t->map->ways[g->way].id : NULL;
        out->a = degrees(t, g->a), out->b = degrees(t, g->b);
        out->width = g->width, out->large = g->large, out->existing = g->mark >= 0, out->locked = g->locked,
        out->main = g->main;
        out->state = g->state;
        if (!g->large && g->main)
            note(t, out->compound, "开口都不足消防车宽度，只能设小门",
                 "no opening is wide enough for a fire engine; the gate is a small one");
        if (g->wall) {
            p->opened = wg_grow(t->ctx->arena, p->opened, &t->cap_opened, p->n_opened + 1, sizeof *p->opened);
            p->opened[p->n_opened] =
                (struct enclose_spot){wg_fmt(t->ctx->arena, "O%04zu", p->n_opened + 1),
                                      out->compound,
                                      NULL,
                                      degrees(t, (struct enc_xy){(g->a.x + g->b.x) / 2, (g->a.y + g->b.y) / 2}),
                                      out->a,
                                      out->b,
                                      g->width};
            p->n_opened++;
        }
        if (g->state != ENCLOSE_STAFFED) continue;
        /* the cabin stands inside, beside the gate and clear of the lane */
        struct enc_xy dir = {g->b.x - g->a.x, g->b.y - g->a.y};
        double len = fmax(hypot(dir.x, dir.y), 1e-9);
        struct enc_xy at = {g->b.x + dir.x / len * 1.5 - dir.y / len * 2, g->b.y + dir.y / len * 1.5 + dir.x / len * 2};
        p->cabins[p->n_cabins] = (struct enclose_spot){wg_fmt(t->ctx->arena, "H%04zu", p->n_cabins + 1),
                                                       out->compound,
                                                       out->id,
                                                       degrees(t, at),
                                                       degrees(t, at),
                                                       degrees(t, at),
                                                       0};
        p->n_cabins++;
    }
}

/* Walls inside that come down: neighbouring edges of one wall are one opening, at most as wide as a lane needs. */
static void opened_walls(struct teller *t)
{
    const struct enc_space *sp = &t->k->space;
    const struct enc_mesh *m = &sp->mesh;
    struct enclose_plan *p = t->plan;
    for (size_t i = 0; i < m->n_tri; i++)
        for (int c = 0; t->d->open[i] && c < 3; c++) {
            int32_t u = m->adj[i][c];
            if (!(t->d->open[i] >> c & 1) || u < (int32_t)i || t->d->label[i] != t->d->label[u] || t->d->label[i] <= 0)
                continue;
            int32_t wall = sp->wall[i][c];
            size_t known = t->map->n_barriers;
            const char *id = wall >= 0 && (size_t)wall < known ? t->map->barriers[wall].id : NULL;
            struct enc_xy a = enc_vertex(m, m->tri[i][(c + 1) % 3]), b = enc_vertex(m, m->tri[i][(c + 2) % 3]);
            double len = fmax(enc_dist(a, b), 1e-9), take = fmin(len > 2 ? len - 0.6 : len, t->map->config->gate_large_m + 1);
            struct enc_xy mid = {(a.x + b.x) / 2, (a.y + b.y) / 2},
                          half = {(b.x - a.x) / len * take / 2, (b.y - a.y) / len * take / 2};
            a = (struct enc_xy){mid.x - half.x, mid.y - half.y}; /* a lane's width, clear of the corners */
            b = (struct enc_xy){mid.x + half.x, mid.y + half.y};
            p->opened = wg_grow(t->ctx->arena, p->opened, &t->cap_opened, p->n_opened + 1, sizeof *p->opened);
            p->opened[p->n_opened] = (struct enclose_spot){wg_fmt(t->ctx->arena, "O%04zu", p->n_opened + 1),
                                                           compound_of(t, t->d->label[i])->id,
                                                           id,
                                                           degrees(t, (struct enc_xy){(a.x + b.x) / 2, (a.y + b.y) / 2}),
                                                           degrees(t, a),
                                                           degrees(t, b),
                                                           enc_dist(a, b)};
            p->n_opened++;
        }
}

static bool crossing(struct enc_xy a, struct enc_xy b, struct enc_xy c, struct enc_xy d, double *ret_t)
{
    double rx = b.x - a.x, ry = b.y - a.y, sx = d.x - c.x, sy = d.y - c.y, den = rx * sy - ry * sx;
    if (fabs(den) < 1e-12) return false;
    double t = ((c.x - a.x) * sy - (c.y - a.y) * sx) / den, u = ((c.x - a.x) * ry - (c.y - a.y) * rx) / den;
    *ret_t = t;
    return t >= 0 && t <= 1 && u >= 0 && u <= 1;
}

/* Every mapped way that the fence crosses without a gate is an opening shut. */
static void closed_ways(struct teller *t)
{
    const struct enc_draft *d = t->d;
    struct enclose_plan *p = t->plan;
    size_t n = 0;
    for (size_t i = 0; i < t->map->n_ways; i++) n += t->map->ways[i].line.n;
    struct enc_segment *s = wg_alloc_n(t->ctx->arena, n + 1, sizeof *s);
    n = 0;
    for (size_t i = 0; i < t->map->n_ways; i++)
        for (size_t k = 0; !t->map->ways[i].is_public && k + 1 < t->map->ways[i].line.n; k++)
            s[n++] = (struct enc_segment){t->map->ways[i].line.p[k], t->map->ways[i].line.p[k + 1], (uint32_t)i};
    struct enc_near *near = enc_near(t->ctx, s, n, 25);
    for (size_t chain = 0; chain < d->n_chains; chain++)
        for (uint32_t run = d->chains[chain].first; run < d->chains[chain].first + d->chains[chain].n; run++) {
            const struct enc_run *r = &d->runs[run];
            double len = enc_dist(r->a, r->b);
            size_t found;
            const uint32_t *list =
                enc_near_find(near, (struct enc_xy){(r->a.x + r->b.x) / 2, (r->a.y + r->b.y) / 2}, len / 2 + 0.1, &found);
            for (size_t i = 0; i < found; i++) {
                double at;
                if (!crossing(r->a, r->b, s[list[i]].a, s[list[i]].b, &at)) continue;
                const struct enc_draft_gate *g = NULL;
                for (size_t q = 0; q < d->n_gates && !g; q++)
                    if (!d->gates[q].wall && d->gates[q].chain == (int64_t)chain && d->gates[q].gap.run == run &&
                        d->gates[q].gap.from <= at * len && d->gates[q].gap.to >= at * len)
                        g = &d->gates[q];
                if (g) continue;
                p->closed = wg_grow(t->ctx->arena, p->closed, &t->cap_closed, p->n_closed + 1, sizeof *p->closed);
                struct enclose_point spot = degrees(t, along(r, at * len));
                p->closed[p->n_closed] = (struct enclose_spot){wg_fmt(t->ctx->arena, "S%04zu", p->n_closed + 1),
                                                               compound_of(t, d->chains[chain].label)->id,
                                                               t->map->ways[s[list[i]].owner].id,
                                                               spot,
                                                               spot,
                                                               spot,
                                                               fmin(t->map->ways[s[list[i]].owner].width, len)};
                p->n_closed++;
            }
        }
}

/* A mapped door of an enclosed home that opens on the street itself, while others open inside, is shut. */
static void closed_doors(struct teller *t)
{
    const struct enc_draft *d = t->d;
    struct enclose_plan *p = t->plan;
    for (size_t b = 0; b < t->map->n_buildings; b++)
        for (size_t k = 0; t->building_label[b] && k < t->map->buildings[b].n_doors; k++) {
            struct enc_xy at = t->map->buildings[b].doors[k];
            bool inside = false;
            for (size_t i = 0; i < d->space->n_doors && !inside; i++)
                inside = d->space->doors[i].building == b && d->label[d->space->doors[i].tri] == t->building_label[b] &&
                         enc_dist(d->space->doors[i].at, at) < 1.5;
            if (inside) continue;
            p->closed = wg_grow(t->ctx->arena, p->closed, &t->cap_closed, p->n_closed + 1, sizeof *p->closed);
            struct enclose_point spot = degrees(t, at);
            p->closed[p->n_closed] = (struct enclose_spot){wg_fmt(t->ctx->arena, "S%04zu", p->n_closed + 1),
                                                           compound_of(t, t->building_label[b])->id,
                                                           t->map->buildings[b].id,
                                                           spot,
                                                           spot,
                                                           spot,
                                                           1};
            p->n_closed++;
        }
}

/* ---- doors, detours, what cannot be kept ---- */

enum reason { FAR_WAY, NO_WAY, NO_ENGINE, LEFT_OUT };

static void except(struct teller *t, enum reason why, const char *building, const char *compound, struct enclose_point at,
                   double value)
{
    static const struct {
        const char *rule, *zh, *en;
    } reasons[] = {
        {"detour", "再设门也缩短不了：临街的围挡上没有更近而容得下门的位置",
         "no further gate would shorten it: no nearer place on the compound's edge to the street has room for one"},
        {"no_gate", "门前地块临街一侧没有容得下门的位置",
         "the ground before the door has no place with room for a gate to the street"},
        {"fire", "没有容得下宽门的位置能让消防车靠近", "no place with room for a wide gate would let a fire engine near"},
        {"left_out", "四面无空地，无法围合", "no free ground on any side; cannot be enclosed"},
    };
    const struct enclose_config *c = t->map->config;
    struct enclose_plan *p = t->plan;
    double limit = why == FAR_WAY ? c->detour_m : why == NO_ENGINE ? c->fire_reach_m : -1;
    p->exceptions = wg_grow(t->ctx->arena, p->exceptions, &t->cap_exceptions, p->n_exceptions + 1, sizeof *p->exceptions);
    p->exceptions[p->n_exceptions++] = (struct enclose_exception){
        reasons[why].rule, building, compound, at, value < 1e299 ? value : -1, limit, reasons[why].zh, reasons[why].en};
}

/* Homes in no compound. */
static void leave_out(struct teller *t)
{
    GEOSContextHandle_t geos = t->map->geos;
    for (size_t b = 0; b < t->map->n_buildings; b++) {
        struct enc_xy at = {0, 0};
        if (t->map->buildings[b].use != ENC_HOME || t->building_label[b]) continue;
        GEOSGeometry *on = GEOSPointOnSurface_r(geos, t->map->buildings[b].shape);
        if (on && (!GEOSGeomGetX_r(geos, on, &at.x) || !GEOSGeomGetY_r(geos, on, &at.y))) at = (struct enc_xy){0, 0};
        if (on) GEOSGeom_destroy_r(geos, on);
        except(t, LEFT_OUT, t->map->buildings[b].id, NULL, degrees(t, at), -1);
    }
}

/* What the door's home is promised and cannot have. */
static void check_door(struct teller *t, struct enc_walk *w, const struct enc_door *door, const struct enclose_compound *c,
                       const struct enclose_door *out)
{
    const struct enclose_config *config = t->map->config;
    if (out->walk_m > 1e299)
        except(t, NO_WAY, out->building, c->id, out->at, -1);
    else if (out->detour_m > config->detour_m)
        except(t, FAR_WAY, out->building, c->id, out->at, out->detour_m);
    if (out->engine_m <= config->fire_reach_m) return;
    struct enc_stand stand = {door->tri, door->at};
    if (enc_walk_near(w, stand, t->d->engine_today, config->fire_reach_m) <= config->fire_reach_m)
        except(t, NO_ENGINE, out->building, c->id, out->at, out->engine_m);
    else if (c->n_doors == 0 || strcmp(c->doors[c->n_doors - 1].building, out->building) != 0)
        note(t, out->building, "消防车到不了规定距离内，现状即如此",
             "no fire engine comes within the distance, as it is today");
}

static void doors(struct teller *t)
{
    const struct enc_draft *d = t->d;
    struct enclose_plan *p = t->plan;
    struct enc_walk *w = enc_walk((struct enc_draft *)(uintptr_t)d);
    size_t *count = wg_alloc_n(t->ctx->arena, p->n_compounds + 1, sizeof *count);
    double sum = 0, weight = 0;
    for (size_t i = 0; i < d->space->n_doors; i++) count[d->label[d->space->doors[i].tri]]++;
    for (size_t i = 0; i < p->n_compounds; i++)
        p->compounds[i].doors = wg_alloc_n(t->ctx->arena, count[i + 1] + 1, sizeof *p->compounds[i].doors);
    for (size_t i = 0; i < d->space->n_doors; i++) {
        const struct enc_door *door = &d->space->doors[i];
        const struct enc_building *bd = &t->map->buildings[door->building];
        if (d->label[door->tri] <= 0) continue;
        struct enclose_compound *c = compound_of(t, d->label[door->tri]);
        struct enclose_door out = {bd->id, degrees(t, door->at), door->estimated, d->walk[i], 0, 0};
        double today = d->today[i] < 1e299 ? d->today[i] : 0;
        out.detour_m = fmax(0, out.walk_m - today);
        double reach = t->map->config->fire_reach_m;
        out.engine_m = enc_walk_near(w, (struct enc_stand){door->tri, door->at}, d->engine, 2 * reach);
        check_door(t, w, door, c, &out);
        if (out.walk_m > 1e299) out.walk_m = out.detour_m = -1;
        if (out.engine_m > 1e299) out.engine_m = -1;
        c->walk_worst_m = fmax(c->walk_worst_m, out.walk_m);
        c->detour_worst_m = fmax(c->detour_worst_m, out.detour_m);
        c->detour_mean_m += out.detour_m;
        sum += out.detour_m, weight += 1;
        c->doors[c->n_doors++] = out;
    }
    for (size_t i = 0; i < p->n_compounds; i++) {
        struct enclose_compound *c = &p->compounds[i];
        if (c->n_doors) c->detour_mean_m /= (double)c->n_doors;
        p->totals.detour_worst_m = fmax(p->totals.detour_worst_m, c->detour_worst_m);
    }
    p->totals.detour_mean_m = weight > 0 ? sum / weight : 0;
}

/* ---- money, comparison, teams ---- */

static double gate_cost(const struct enclose_config *c, const struct enclose_gate *g)
{
    double cost = g->large ? c->gate_large_yuan : c->gate_small_yuan;
    if (g->state == ENCLOSE_KEY_HOLDER) cost += (double)c->days * c->key_holder_yuan;
    if (g->state == ENCLOSE_STAFFED) cost += c->cabin_yuan + (double)c->days * c->shifts_day * c->shift_yuan;
    return cost;
}

static struct enclose_compound *find_compound(struct enclose_plan *p, const char *id)
{
    for (size_t i = 0; id && i < p->n_compounds; i++)
        if (p->compounds[i].id == id) return &p->compounds[i];
    return NULL;
}

static void count_money(struct teller *t)
{
    struct enclose_plan *p = t->plan;
    const struct enclose_config *c = t->map->config;
    struct enclose_totals *s = &p->totals;
    for (size_t i = 0; i < p->n_fences; i++)
        if (!p->fences[i].locked) s->fence_m += p->fences[i].metres;
    for (size_t i = 0; i < p->n_compounds; i++) p->compounds[i].cost = p->compounds[i].fence_m * c->fence_yuan;
    for (size_t i = 0; i < p->n_gates; i++) {
        const struct enclose_gate *g = &p->gates[i];
        struct enclose_compound *in = find_compound(p, g->compound);
        if (in) in->cost += gate_cost(c, g);
        s->gates_large += g->large;
        s->gates_small += !g->large;
        s->gates_staffed += g->state == ENCLOSE_STAFFED;
        p->cost += gate_cost(c, g);
    }
    for (size_t i = 0; i < p->n_opened; i++) {
        struct enclose_compound *in = find_compound(p, p->opened[i].compound);
        if (in) in->cost += c->open_yuan;
    }
    p->cost += s->fence_m * c->fence_yuan + (double)p->n_opened * c->open_yuan;
    s->cabins = p->n_cabins, s->closed = p->n_closed, s->opened = p->n_opened, s->compounds = p->n_compounds;
    for (size_t i = 0; i < p->n_compounds; i++) {
        s->buildings += p->compounds[i].n_buildings;
        s->households += p->compounds[i].households;
    }
    p->bound = fmin(t->k->bound, p->cost);
    p->fence_bound_m = (double)t->k->least_cm / 100;
    p->proven = p->cost - p->bound < 1;
    p->cut_short = t->k->limits.cut_short;
    p->cut_in = t->k->limits.cut_in;
    p->grounds = t->k->n_grounds, p->searched = t->k->searched;
    p->grounds_exact = t->k->n_exact, p->grounds_improved = t->k->n_improved;
    p->bound_any = fmin(t->k->bound_any, p->bound);
    p->exact = p->cost - p->bound_any < 1;
}

/* What the plain ways would take: a fence along the hull of each street block's homes; one round each home. */
static void compare(struct teller *t)
{
    const struct enc_space *sp = &t->k->space;
    GEOSContextHandle_t geos = t->map->geos;
    size_t n = t->map->n_buildings;
    GEOSGeometry **parts = wg_alloc_n(t->ctx->arena, n + 1, sizeof(GEOSGeometry *));
    for (size_t b = 0; b < sp->n_blocks; b++) {
        unsigned count = 0;
        for (size_t i = 0; i < n; i++) {
            if (sp->home_block[i] != (int32_t)b || t->map->buildings[i].use != ENC_HOME) continue;
            GEOSGeometry *copy = GEOSGeom_clone_r(geos, t->map->buildings[i].shape);
            if (copy) parts[count++] = copy;
        }
        if (!count) continue;
        GEOSGeometry *all = GEOSGeom_createCollection_r(geos, GEOS_GEOMETRYCOLLECTION, parts, count);
        GEOSGeometry *hull = all ? GEOSConvexHull_r(geos, all) : NULL;
        double length = 0;
        if (hull && GEOSLength_r(geos, hull, &length)) t->plan->hull_m += length;
        if (hull) GEOSGeom_destroy_r(geos, hull);
        if (all) GEOSGeom_destroy_r(geos, all);
        t->plan->blocks++;
    }
    for (size_t i = 0; i < n; i++) {
        if (sp->home_block[i] < 0 || t->map->buildings[i].use != ENC_HOME) continue;
        GEOSGeometry *hull = GEOSConvexHull_r(geos, t->map->buildings[i].shape);
        double length = 0;
        if (hull && GEOSLength_r(geos, hull, &length)) t->plan->alone_m += length;
        if (hull) GEOSGeom_destroy_r(geos, hull);
    }
}

struct turn {
    const char *street, *community;
    size_t index;
};

static int by_street(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    int order = strcmp(x->community ? x->community : "", y->community ? y->community : "");
    if (!order) order = strcmp(x->street ? x->street : "", y->street ? y->street : "");
    if (order) return order;
    return (x->index > y->index) - (x->index < y->index);
}

/* Crews take compounds street by street, each about the same share of the work. */
static void share_out(struct teller *t)
{
    struct enclose_plan *p = t->plan;
    struct turn *turns = wg_alloc_n(t->ctx->arena, p->n_compounds + 1, sizeof *turns);
    double total = 0, done = 0;
    for (size_t i = 0; i < p->n_compounds; i++) {
        turns[i] = (struct turn){p->compounds[i].street, p->compounds[i].community, i};
        total += p->compounds[i].fence_m + 20;
    }
    if (p->n_compounds) qsort(turns, p->n_compounds, sizeof *turns, by_street);
    for (size_t i = 0; i < p->n_compounds; i++) {
        struct enclose_compound *c = &p->compounds[turns[i].index];
        double share = c->fence_m + 20; /* a gate and a cabin are a day's work like some fence */
        c->team = 1 + (int64_t)floor((done + share / 2) / total * (double)t->map->config->teams);
        if (c->team > t->map->config->teams) c->team = t->map->config->teams;
        done += share;
    }
}

int enc_plan_tell(struct enc_making *k, struct enclose_plan **ret_plan)
{
    struct enclose_plan *p = wg_alloc(k->ctx->arena, sizeof *p);
    struct teller t = {.k = k, .ctx = k->ctx, .map = k->map, .d = &k->draft, .plan = p};
    p->config = k->map->config;
    p->n_compounds = k->draft.n_labels;
    p->compounds = wg_alloc_n(k->ctx->arena, p->n_compounds + 1, sizeof *p->compounds);
    for (size_t i = 0; i < k->space.n_notes; i++)
        note(&t, k->space.notes[i].feature, k->space.notes[i].zh, k->space.notes[i].en);
    for (size_t i = 0; i < k->draft.n_notes; i++)
        note(&t, k->draft.notes[i].feature, k->draft.notes[i].zh, k->draft.notes[i].en);
    assign_buildings(&t);
    name_compounds(&t);
    for (size_t i = 0; i < k->draft.space->n_doors; i++) {
        int32_t l = k->draft.label[k->draft.space->doors[i].tri];
        if (l > 0) name_street(&t, compound_of(&t, l), k->draft.space->doors[i].at);
    }
    int rc = outlines(&t);
    if (rc) return rc;
    for (size_t i = 0; i < k->draft.n_chains; i++) fence_chain(&t, (int64_t)i);
    locked_fences(&t);
    gates(&t);
    opened_walls(&t);
    closed_ways(&t);
    closed_doors(&t);
    doors(&t);
    leave_out(&t);
    count_money(&t);
    compare(&t);
    share_out(&t);
    *ret_plan = p;
    return 0;
}
