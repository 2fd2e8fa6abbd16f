/* Where the gates stand. Places are tried on every run of fence that faces the street: where a way crosses, where the map has a
 * gate, and the middle. A compound gets one staffed gate, for vehicles, at the place that is nearest to its households by their
 * ways; more only where somebody's detour would exceed the limit (locked, with a key holder, where few need it). Fire lanes and openings that may not be closed get a gate for
 * emergencies. A compound that walls close all round has its gate put into a wall. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_cover.h"

enum { MOST_PLACES = 120, MOST_EXTRA = 24, FEW_PLACES = 12 }; /* few: when time has run out */
static const double walkable = 0.9, passable = 0.1; /* gaps: that a person walks through; that the proof takes for open */

struct place {
    int64_t chain;
    uint32_t run;
    double at;                     /* metres along the run: its middle */
    int32_t way, mark, tri, outer; /* the cells on both sides */
    struct enc_xy mid;
    double room; /* length of the run */
    double beyond, score;
    bool wall;
    struct enc_xy wall_a, wall_b;
    int32_t other;
};
struct placer {
    struct enc_draft *d;
    const struct enclose_config *c;
    struct enc_walk *walk;
    struct enc_limits *limits;
    struct enc_near *ways, *marks;
    const struct enc_segment *way_segments, *mark_segments;
    uint32_t *door_first, *doors; /* doors by label */
    uint32_t *chain_first, *chains;
    struct place *places;
    size_t n_places, cap_places;
    bool *hopeless; /* of each door: no further gate shortens its way */
};

static void index_ways(struct placer *p)
{
    const struct enclose_map *map = p->d->space->map;
    struct wg_arena *arena = p->d->ctx->arena;
    size_t n = 0;
    for (size_t i = 0; i < map->n_ways; i++) n += map->ways[i].line.n;
    struct enc_segment *s = wg_alloc_n(arena, n + 1, sizeof *s), *g = wg_alloc_n(arena, map->n_marks + 1, sizeof *g);
    n = 0;
    for (size_t i = 0; i < map->n_ways; i++)
        for (size_t k = 0; !map->ways[i].is_public && k + 1 < map->ways[i].line.n; k++)
            s[n++] = (struct enc_segment){map->ways[i].line.p[k], map->ways[i].line.p[k + 1], (uint32_t)i};
    for (size_t i = 0; i < map->n_marks; i++) g[i] = (struct enc_segment){map->marks[i].at, map->marks[i].at, (uint32_t)i};
    p->way_segments = s;
    p->ways = enc_near(p->d->ctx, s, n, 25);
    p->mark_segments = g;
    p->marks = enc_near(p->d->ctx, g, map->n_marks, 25);
}

/* The inner cell of the run's edge that holds the point `at` metres along, and whether its other side is the street's. */
static int32_t cell_at(const struct enc_draft *d, const struct enc_run *r, double at, bool *ret_street)
{
    const struct enc_mesh *m = &d->space->mesh;
    for (uint32_t k = r->first; k < r->first + r->n; k++) {
        const struct enc_fence_edge *e = &d->edges[k];
        double to = enc_dist(r->a, enc_vertex(m, m->tri[e->tri][(e->corner + 2) % 3]));
        if (to + 1e-9 < at && k + 1 < r->first + r->n) continue;
        *ret_street = e->street;
        return e->tri;
    }
    *ret_street = false;
    return d->edges[r->first].tri;
}

static int32_t outer_cell(const struct enc_draft *d, const struct enc_run *r, double at)
{
    const struct enc_mesh *m = &d->space->mesh;
    for (uint32_t k = r->first; k < r->first + r->n; k++) {
        const struct enc_fence_edge *e = &d->edges[k];
        double to = enc_dist(r->a, enc_vertex(m, m->tri[e->tri][(e->corner + 2) % 3]));
        if (to + 1e-9 >= at || k + 1 == r->first + r->n) return m->adj[e->tri][e->corner];
    }
    return -1;
}

/* Is there ground of the compound behind the gate to step onto, and not a sliver along a facade? */
static bool has_depth(const struct enc_draft *d, int32_t t, struct enc_xy to)
{
    const struct enc_mesh *m = &d->space->mesh;
    int32_t label = d->label[t];
    for (int steps = 0; steps < 64; steps++) {
        int out = -1;
        for (int i = 0; i < 3; i++) {
            struct enc_xy a = enc_vertex(m, m->tri[t][(i + 1) % 3]), b = enc_vertex(m, m->tri[t][(i + 2) % 3]);
            if ((b.x - a.x) * (to.y - a.y) - (b.y - a.y) * (to.x - a.x) < -1e-9) out = i;
        }
        if (out < 0) return true;
        if (d->space->wall[t][out] >= 0) return false;
        t = m->adj[t][out];
        if (t < 0 || d->label[t] != label) return false;
    }
    return false;
}

static void add_place(struct placer *p, struct place place)
{
    p->places = wg_grow(p->d->ctx->arena, p->places, &p->cap_places, p->n_places + 1, sizeof *p->places);
    p->places[p->n_places++] = place;
}

static bool crossing(struct enc_xy a, struct enc_xy b, struct enc_xy c, struct enc_xy d, double *ret_t)
{
    double rx = b.x - a.x, ry = b.y - a.y, sx = d.x - c.x, sy = d.y - c.y, den = rx * sy - ry * sx;
    if (fabs(den) < 1e-12) return false;
    double t = ((c.x - a.x) * sy - (c.y - a.y) * sx) / den, u = ((c.x - a.x) * ry - (c.y - a.y) * rx) / den;
    *ret_t = t;
    return t >= 0 && t <= 1 && u >= 0 && u <= 1;
}

/* `label` is the compound whose gate it would be: the owner of the chain, or the neighbour on its other side. */
static void try_place(struct placer *p, int32_t label, int64_t chain, uint32_t run, double at, int32_t way, int32_t mark)
{
    const struct enc_draft *d = p->d;
    const struct enc_run *r = &d->runs[run];
    bool owner = d->chains[chain].label == label, street;
    double room = enc_dist(r->a, r->b), half = fmin(room, p->c->gate_large_m) / 2, side = owner ? 1.2 : -1.2;
    struct place place = {.chain = chain, .run = run, .way = way, .mark = mark, .room = room};
    place.other = owner ? d->chains[chain].other : d->chains[chain].label;
    place.at = fmax(half, fmin(room - half, at));
    int32_t left = cell_at(d, r, place.at, &street), right = outer_cell(d, r, place.at);
    if (!street && place.other == 0) return; /* a pocket that leads nowhere */
    place.tri = owner ? left : right;
    place.outer = owner ? right : left;
    place.beyond = place.outer < 0 ? 0 : d->beyond[place.outer];
    double t = place.at / fmax(room, 1e-9);
    place.mid = (struct enc_xy){r->a.x + t * (r->b.x - r->a.x), r->a.y + t * (r->b.y - r->a.y)};
    struct enc_xy in = {-(r->b.y - r->a.y) / fmax(room, 1e-9),
                        (r->b.x - r->a.x) / fmax(room, 1e-9)}; /* the owner lies on the left */
    if (has_depth(d, place.tri, (struct enc_xy){place.mid.x + in.x * side, place.mid.y + in.y * side})) add_place(p, place);
}

static void places_on_chain(struct placer *p, int32_t label, int64_t chain)
{
    const struct enc_draft *d = p->d;
    for (uint32_t run = d->chains[chain].first; run < d->chains[chain].first + d->chains[chain].n; run++) {
        const struct enc_run *r = &d->runs[run];
        double room = enc_dist(r->a, r->b);
        struct enc_xy mid = {(r->a.x + r->b.x) / 2, (r->a.y + r->b.y) / 2};
        size_t n;
        if (room < 0.8) continue;
        try_place(p, label, chain, run, room / 2, -1, -1);
        const uint32_t *list = enc_near_find(p->ways, mid, room / 2 + 0.5, &n);
        for (size_t i = 0; i < n; i++) {
            const struct enc_segment *s = &p->way_segments[list[i]];
            double t;
            if (crossing(r->a, r->b, s->a, s->b, &t)) try_place(p, label, chain, run, t * room, (int32_t)s->owner, -1);
        }
        list = enc_near_find(p->marks, mid, room / 2 + 4, &n);
        for (size_t i = 0; i < n; i++) {
            double t;
            if (enc_dist_segment(p->mark_segments[list[i]].a, r->a, r->b, &t) < 4)
                try_place(p, label, chain, run, t * room, -1, (int32_t)p->mark_segments[list[i]].owner);
        }
    }
}

/* A compound closed by walls alone: its gate goes into a wall to the street. */
static void places_in_walls(struct placer *p, int32_t label)
{
    const struct enc_draft *d = p->d;
    const struct enc_mesh *m = &d->space->mesh;
    for (size_t t = 0; t < m->n_tri; t++)
        for (int i = 0; d->label[t] == label && i < 3; i++) {
            int32_t u = m->adj[t][i];
            double len = enc_edge_length(m, t, i);
            if (u < 0 || d->space->wall[t][i] < 0 || d->label[u] != 0 || !d->street[u] || len < 0.8) continue;
            struct enc_xy a = enc_vertex(m, m->tri[t][(i + 1) % 3]), b = enc_vertex(m, m->tri[t][(i + 2) % 3]);
            struct place place = {
                .chain = -1, .way = -1, .mark = -1, .tri = (int32_t)t, .room = len, .wall = true, .wall_a = a, .wall_b = b};
            place.mid = (struct enc_xy){(a.x + b.x) / 2, (a.y + b.y) / 2};
            place.outer = u;
            place.beyond = d->beyond[u];
            add_place(p, place);
        }
}

static double width_of(const struct placer *p, const struct place *place, bool large)
{
    return fmin(place->room, large ? p->c->gate_large_m : p->c->gate_small_m);
}

static bool is_large(const struct placer *p, const struct place *place)
{
    return place->room >= p->c->fire_lane_m;
}

/* The verifier measures otherwise: keep a margin. */
static double detour_limit(const struct placer *p)
{
    return 0.96 * p->c->detour_m;
}

/* Lower is better: households' mean way through here, in metres, and what speaks against the place. */
static double score_place(struct placer *p, int32_t label, const struct place *place)
{
    const struct enc_draft *d = p->d;
    const struct enclose_map *map = d->space->map;
    double sum = 0, weight = 0, beyond_limit = 0, score = place->beyond < 1e299 ? place->beyond : 500;
    enc_walk_from(p->walk, ENC_WALK_INSIDE, label, walkable, &(struct enc_stand){place->tri, place->mid}, 1);
    for (uint32_t k = p->door_first[label]; k < p->door_first[label + 1]; k++) {
        const struct enc_door *door = &d->space->doors[p->doors[k]];
        double w = (double)map->buildings[door->building].households + 1, way = enc_walk_to(p->walk, door->tri, door->at);
        sum += w * (way < 1e299 ? way : 2000);
        double today = d->today[p->doors[k]];
        if (way - (today < 1e299 ? today : 0) > detour_limit(p)) beyond_limit += w; /* they would need a gate of their own */
        weight += w;
    }
    if (weight > 0) score += sum / weight;
    if (place->outer >= 0 && !d->engine[place->outer]) score += 100; /* no engine comes to the gate */
    score += 600 * beyond_limit / fmax(weight, 1);
    bool vehicles = place->way >= 0 && map->ways[place->way].vehicles;
    if (!vehicles) score += 60;
    if (place->way < 0 && place->mark < 0) score += 40;
    if (place->mark >= 0) score -= 30;
    if (!is_large(p, place)) score += 5000;
    if (place->room < p->c->gate_small_m) score += 5000;
    if (place->other != 0) score += 20000; /* through a neighbour's compound: only where there is nothing else */
    return score + (place->wall ? 200 : 0);
}

static void put_gate(struct placer *p, int32_t label, const struct place *place, bool main_gate, enum enclose_gate_state state,
                     bool large)
{
    struct enc_draft *d = p->d;
    struct enc_draft_gate g = {
        .label = label, .other = place->other, .chain = place->chain, .way = place->way, .mark = place->mark};
    g.tri = place->tri, g.outer = place->outer, g.main = main_gate, g.state = state, g.wall = place->wall;
    g.large = large && is_large(p, place);
    g.width = width_of(p, place, g.large);
    struct enc_xy a = place->wall ? place->wall_a : d->runs[place->run].a,
                  b = place->wall ? place->wall_b : d->runs[place->run].b;
    double len = fmax(enc_dist(a, b), 1e-9), at = place->wall ? len / 2 : place->at;
    double from = fmax(0, fmin(len - g.width, at - g.width / 2)), to = fmin(len, from + g.width);
    g.a = (struct enc_xy){a.x + (b.x - a.x) * from / len, a.y + (b.y - a.y) * from / len};
    g.b = (struct enc_xy){a.x + (b.x - a.x) * to / len, a.y + (b.y - a.y) * to / len};
    g.gap = (struct enc_gap){place->run, from, to};
    d->gates = wg_grow(d->ctx->arena, d->gates, &d->cap_gates, d->n_gates + 1, sizeof *d->gates);
    d->gates[d->n_gates++] = g;
}

/* A gate stands there already, or too near: two gates may not overlap. */
static bool taken(const struct enc_draft *d, const struct place *place, double width)
{
    for (size_t i = 0; i < d->n_gates; i++) {
        const struct enc_draft_gate *g = &d->gates[i];
        if (!place->wall && g->chain == place->chain && g->gap.run == place->run && g->gap.from < place->at + width / 2 + 0.5 &&
            g->gap.to > place->at - width / 2 - 0.5)
            return true;
        if (enc_dist(g->a, place->mid) < width || enc_dist(g->b, place->mid) < width) return true;
    }
    return false;
}

static double detour_of(const struct placer *p, uint32_t door, double way)
{
    double today = p->d->today[door];
    return way - (today < 1e299 ? today : 0);
}

static struct enc_stand stand_at(const struct enc_draft_gate *g)
{
    return (struct enc_stand){g->tri, {(g->a.x + g->b.x) / 2, (g->a.y + g->b.y) / 2}};
}

static double way_of_door(const struct placer *p, uint32_t door)
{
    return enc_walk_to(p->walk, p->d->space->doors[door].tri, p->d->space->doors[door].at);
}

static size_t walk_from_gates(struct placer *p, int32_t label, enum enclose_gate_state state, double width)
{
    struct enc_draft *d = p->d;
    struct enc_stand starts[MOST_EXTRA + 64];
    size_t n = 0;
    for (size_t i = 0; i < d->n_gates && n < sizeof starts / sizeof *starts; i++)
        if (d->gates[i].label == label && d->gates[i].state == state) starts[n++] = stand_at(&d->gates[i]);
    enc_walk_from(p->walk, ENC_WALK_INSIDE, label, width, starts, n);
    return n;
}

/* Ways from the doors of a compound to its staffed gates; where that is too far, to one with a key holder. A door that no walkable way
 * leads to takes what way there is, as the proof does. */
static void measure(struct placer *p, int32_t label)
{
    struct enc_draft *d = p->d;
    bool squeezed = false;
    (void)walk_from_gates(p, label, ENCLOSE_STAFFED, walkable);
    for (uint32_t k = p->door_first[label]; k < p->door_first[label + 1]; k++) {
        d->walk[p->doors[k]] = way_of_door(p, p->doors[k]);
        squeezed = squeezed || d->walk[p->doors[k]] > 1e299;
    }
    if (squeezed) (void)walk_from_gates(p, label, ENCLOSE_STAFFED, passable);
    for (uint32_t k = p->door_first[label]; squeezed && k < p->door_first[label + 1]; k++)
        if (d->walk[p->doors[k]] > 1e299) d->walk[p->doors[k]] = way_of_door(p, p->doors[k]);
    if (!walk_from_gates(p, label, ENCLOSE_KEY_HOLDER, walkable)) return;
    for (uint32_t k = p->door_first[label]; k < p->door_first[label + 1]; k++) {
        uint32_t door = p->doors[k];
        if (d->walk[door] < 1e299 && detour_of(p, door, d->walk[door]) > detour_limit(p))
            d->walk[door] = fmin(d->walk[door], way_of_door(p, door));
    }
}

/* Few enough would depend on a gate here, each of them helped by it, for a key holder to do. */
static bool key_holder_does(struct placer *p, int32_t label, const struct place *place)
{
    const struct enc_draft *d = p->d;
    int64_t households = 0;
    uint32_t last = UINT32_MAX;
    enc_walk_from(p->walk, ENC_WALK_INSIDE, label, walkable, &(struct enc_stand){place->tri, place->mid}, 1);
    for (uint32_t k = p->door_first[label]; k < p->door_first[label + 1]; k++) {
        const struct enc_door *door = &d->space->doors[p->doors[k]];
        if (d->walk[p->doors[k]] > 1e299 || detour_of(p, p->doors[k], d->walk[p->doors[k]]) <= detour_limit(p)) continue;
        if (detour_of(p, p->doors[k], way_of_door(p, p->doors[k])) > detour_limit(p)) continue;
        if (door->building != last) households += d->space->map->buildings[door->building].households;
        last = door->building;
    }
    return households > 0 && households <= p->c->key_holder_households;
}

static double worst_detour(const struct placer *p, int32_t label, uint32_t *ret_door)
{
    const struct enc_draft *d = p->d;
    double worst = 0;
    for (uint32_t k = p->door_first[label]; k < p->door_first[label + 1]; k++) {
        uint32_t door = p->doors[k];
        double detour = d->walk[door] < 1e299 ? detour_of(p, door, d->walk[door]) : 1e299; /* shut in */
        if (!p->hopeless[door] && detour > worst) worst = detour, *ret_door = door;
    }
    return worst;
}

/* The place whose gate would shorten the door's way most; NULL: none would. */
static const struct place *place_for_door(struct placer *p, int32_t label, uint32_t door)
{
    const struct enc_draft *d = p->d;
    const struct place *pick = NULL;
    double best = d->walk[door];
    struct enc_stand stand = {d->space->doors[door].tri, d->space->doors[door].at};
    for (int pass = 0; pass < 2 && !pick; pass++) { /* by walkable ways, else by any */
        enc_walk_from(p->walk, ENC_WALK_INSIDE, label, pass ? passable : walkable, &stand, 1);
        for (size_t i = 0; i < p->n_places; i++) {
            const struct place *place = &p->places[i];
            bool shut_in = d->walk[door] > 1e299;
            double way = enc_walk_to(p->walk, place->tri, place->mid) + (place->beyond < 1e299 ? place->beyond : 500);
            if (place->other || place->room < (shut_in ? 0.8 : p->c->gate_small_m) || taken(d, place, p->c->gate_small_m) ||
                way >= best)
                continue;
            best = way;
            pick = place;
        }
    }
    return pick;
}

/* Gates more, while somebody's detour is over the limit, or somebody is shut in, and a place helps. */
static void mend_detours(struct placer *p, int32_t label)
{
    for (int gates = 0; gates < MOST_EXTRA;) {
        uint32_t door = 0;
        if (worst_detour(p, label, &door) <= detour_limit(p)) return;
        const struct place *pick = place_for_door(p, label, door);
        if (!pick) { /* the next worst may still be helped */
            p->hopeless[door] = true;
            continue;
        }
        bool key = key_holder_does(p, label, pick);
        put_gate(p, label, pick, false, key ? ENCLOSE_KEY_HOLDER : ENCLOSE_STAFFED, false);
        measure(p, label);
        gates++;
    }
}

/* Fire lanes and what the officer wants kept open: a gate for emergencies where such a way crosses the fence. */
static void keep_lanes(struct placer *p, int32_t label)
{
    const struct enclose_map *map = p->d->space->map;
    for (size_t i = 0; i < p->n_places; i++) {
        const struct place *place = &p->places[i];
        bool lane = place->way >= 0 && (map->ways[place->way].emergency || map->ways[place->way].keep_open);
        bool mark = place->mark >= 0 && map->marks[place->mark].keep_open;
        if ((lane || mark) && !taken(p->d, place, p->c->gate_large_m))
            put_gate(p, label, place, false, ENCLOSE_EMERGENCY, true);
    }
}

/* From a large gate an engine drives in as far as lanes are wide enough. */
static void drive_in(struct placer *p, int32_t label)
{
    struct enc_draft *d = p->d;
    struct enc_stand starts[64];
    size_t n = 0;
    for (size_t i = 0; i < d->n_gates && n < sizeof starts / sizeof *starts; i++)
        if (d->gates[i].label == label && d->gates[i].large && (d->gates[i].outer < 0 || d->engine[d->gates[i].outer]))
            starts[n++] = stand_at(&d->gates[i]);
    enc_walk_from(p->walk, ENC_WALK_INSIDE, label, p->c->fire_lane_m, starts, n);
    enc_walk_mark(p->walk, d->engine);
}

/* A home that an engine reaches today and would not any more: a large gate for emergencies at the nearest place. */
static void mend_fire(struct placer *p, int32_t label)
{
    struct enc_draft *d = p->d;
    double reach = p->c->fire_reach_m;
    drive_in(p, label);
    for (uint32_t k = p->door_first[label], rounds = 0; k < p->door_first[label + 1] && rounds < MOST_EXTRA; k++) {
        struct enc_stand door = {d->space->doors[p->doors[k]].tri, d->space->doors[p->doors[k]].at};
        if (enc_walk_near(p->walk, door, d->engine, reach) <= reach ||
            enc_walk_near(p->walk, door, d->engine_today, reach) > reach)
            continue;
        const struct place *pick = NULL;
        double best = 1e300;
        enc_walk_from(p->walk, ENC_WALK_INSIDE, label, p->c->fire_lane_m, &door, 1);
        for (size_t i = 0; i < p->n_places; i++) {
            const struct place *place = &p->places[i];
            if (place->other || !is_large(p, place) || taken(d, place, p->c->gate_large_m) ||
                (place->outer >= 0 && !d->engine[place->outer]) || enc_walk_roughly(p->walk, place->tri) >= best)
                continue;
            best = enc_walk_roughly(p->walk, place->tri);
            pick = place;
        }
        if (!pick) continue;
        put_gate(p, label, pick, false, ENCLOSE_EMERGENCY, true);
        drive_in(p, label);
        rounds++;
        k = p->door_first[label] - 1; /* look at all again */
    }
}

static void place_locked(struct placer *p, int32_t label, const struct enc_draft_gate *locked, size_t n_locked, bool *used)
{
    struct enc_draft *d = p->d;
    for (size_t i = 0; i < n_locked; i++) {
        struct enc_xy mid = {(locked[i].a.x + locked[i].b.x) / 2, (locked[i].a.y + locked[i].b.y) / 2};
        double best = 3;
        struct place at = {0};
        bool found = false;
        for (uint32_t k = p->chain_first[label]; !used[i] && k < p->chain_first[label + 1]; k++) {
            if (d->chains[p->chains[k]].label != label) continue;
            for (uint32_t run = d->chains[p->chains[k]].first; run < d->chains[p->chains[k]].first + d->chains[p->chains[k]].n;
                 run++) {
                double t, room = enc_dist(d->runs[run].a, d->runs[run].b),
                          far = enc_dist_segment(mid, d->runs[run].a, d->runs[run].b, &t);
                if (far >= best || room + 0.1 < locked[i].width) continue;
                bool street;
                best = far;
                found = true;
                at = (struct place){.chain = p->chains[k],
                                    .run = run,
                                    .way = -1,
                                    .mark = -1,
                                    .room = room,
                                    .other = d->chains[p->chains[k]].other};
                double half = fmin(room, locked[i].width) / 2;
                at.at = fmax(half, fmin(room - half, t * room));
                at.tri = cell_at(d, &d->runs[run], at.at, &street);
                at.outer = outer_cell(d, &d->runs[run], at.at);
            }
        }
        if (!found) continue;
        used[i] = true;
        put_gate(p, label, &at, locked[i].main, locked[i].state, locked[i].large);
        struct enc_draft_gate *g = &d->gates[d->n_gates - 1];
        double len = fmax(enc_dist(d->runs[at.run].a, d->runs[at.run].b), 1e-9);
        g->locked = true;
        g->locked_id = locked[i].locked_id;
        g->large = locked[i].large;
        g->width = fmin(locked[i].width, len);
        g->gap.from = fmax(0, at.at - g->width / 2), g->gap.to = fmin(len, g->gap.from + g->width);
        struct enc_xy a = d->runs[at.run].a, b = d->runs[at.run].b;
        g->a = (struct enc_xy){a.x + (b.x - a.x) * g->gap.from / len, a.y + (b.y - a.y) * g->gap.from / len};
        g->b = (struct enc_xy){a.x + (b.x - a.x) * g->gap.to / len, a.y + (b.y - a.y) * g->gap.to / len};
    }
}

static bool has_staffed(const struct enc_draft *d, int32_t label)
{
    for (size_t i = 0; i < d->n_gates; i++)
        if (d->gates[i].label == label && d->gates[i].state == ENCLOSE_STAFFED) return true;
    return false;
}

/* ---- all gates of a compound at once ---- */

/* What the gates from the one numbered `first` on cost beyond a main gate. */
static double yuan_of_gates(const struct placer *p, const struct enc_cover *cover, size_t first)
{
    double yuan = 0;
    for (size_t i = first; i < p->d->n_gates; i++)
        yuan += p->d->gates[i].state == ENCLOSE_STAFFED ? cover->staffed_yuan : cover->key_yuan;
    return yuan;
}

/* Which places may serve, which doors each is near enough to. */
static void look_round(struct placer *p, int32_t label, struct enc_cover *cover, bool *near, bool *may_main, double *score)
{
    struct enc_draft *d = p->d;
    bool large = false;
    for (size_t i = 0; i < p->n_places; i++) large = large || (is_large(p, &p->places[i]) && !p->places[i].other);
    for (size_t i = 0; i < p->n_places; i++) {
        const struct place *place = &p->places[i];
        score[i] = 1e300;
        if (place->other || place->room < p->c->gate_small_m || taken(d, place, p->c->gate_small_m)) continue;
        may_main[i] = is_large(p, place) || !large;
        score[i] = may_main[i] ? score_place(p, label, place) : 1e300;
        enc_walk_from(p->walk, ENC_WALK_INSIDE, label, walkable, &(struct enc_stand){place->tri, place->mid}, 1);
        for (size_t k = 0; k < cover->n_doors; k++) {
            uint32_t door = p->doors[p->door_first[label] + k];
            near[i * cover->n_doors + k] = detour_of(p, door, way_of_door(p, door)) <= detour_limit(p);
        }
    }
}

/* Takes up the gates from `first` on and puts the cheapest set that serves every door, where there is a cheaper one. */
static void cover_doors(struct placer *p, int32_t label, size_t first)
{
    struct enc_draft *d = p->d;
    size_t n = p->door_first[label + 1] - p->door_first[label], was = d->n_gates;
    struct wg_arena *arena = d->ctx->arena;
    double guards = (double)p->c->days * p->c->shifts_day * p->c->shift_yuan + p->c->cabin_yuan;
    struct enc_cover cover = {.n_places = p->n_places, .n_doors = n, .key_households = p->c->key_holder_households};
    cover.staffed_yuan = guards + p->c->gate_small_yuan;
    cover.key_yuan = p->c->gate_small_yuan + (double)p->c->days * p->c->key_holder_yuan;
    cover.most_yuan = yuan_of_gates(p, &cover, first);
    bool *near = wg_alloc_n(arena, p->n_places * n + 1, sizeof *near), *served = wg_alloc_n(arena, n + 1, sizeof *served);
    bool *may_main = wg_alloc_n(arena, p->n_places + 1, sizeof *may_main);
    double *score = wg_alloc_n(arena, p->n_places + 1, sizeof *score);
    uint32_t *building = wg_alloc_n(arena, n + 1, sizeof *building);
    int64_t *households = wg_alloc_n(arena, n + 1, sizeof *households);
    struct enc_draft_gate *old = wg_alloc_n(arena, was - first + 1, sizeof *old);
    memcpy(old, &d->gates[first], (was - first) * sizeof *old);
    d->n_gates = first;
    cover.needs_main = !has_staffed(d, label);
    measure(p, label);
    for (size_t k = 0; k < n; k++) {
        uint32_t door = p->doors[p->door_first[label] + k];
        building[k] = d->space->doors[door].building;
        households[k] = d->space->map->buildings[building[k]].households;
        served[k] = d->walk[door] < 1e299 && detour_of(p, door, d->walk[door]) <= detour_limit(p);
    }
    look_round(p, label, &cover, near, may_main, score);
    cover.near = near, cover.served = served, cover.may_main = may_main, cover.score = score;
    cover.building = building, cover.households = households;
    struct enc_cover_answer a;
    bool found = enc_cover_find(&cover, &a);
    for (size_t i = 0; found && i < a.n_staffed; i++) {
        bool main_gate = i == 0 && cover.needs_main;
        if (i == 0 || !taken(d, &p->places[a.staffed[i]], p->c->gate_small_m))
            put_gate(p, label, &p->places[a.staffed[i]], main_gate, ENCLOSE_STAFFED, main_gate);
    }
    for (size_t i = 0; found && i < a.n_keys; i++)
        if (!taken(d, &p->places[a.keys[i]], p->c->gate_small_m))
            put_gate(p, label, &p->places[a.keys[i]], false, ENCLOSE_KEY_HOLDER, false);
    if (!found) memcpy(&d->gates[first], old, (was - first) * sizeof *old), d->n_gates = was;
    measure(p, label);
}

static int by_room(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    bool x_special = x->way >= 0 || x->mark >= 0, y_special = y->way >= 0 || y->mark >= 0;
    if (x_special != y_special) return x_special ? -1 : 1;
    if (x->room > y->room || x->room < y->room) return x->room > y->room ? -1 : 1;
    if (x->chain != y->chain) return x->chain < y->chain ? -1 : 1;
    if (x->run != y->run) return x->run < y->run ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static void place_for(struct placer *p, int32_t label, const struct enc_draft_gate *locked, size_t n_locked, bool *used)
{
    struct enc_draft *d = p->d;
    p->n_places = 0;
    for (uint32_t k = p->chain_first[label]; k < p->chain_first[label + 1]; k++) places_on_chain(p, label, p->chains[k]);
    bool wide = false;
    for (size_t i = 0; i < p->n_places; i++) wide = wide || (is_large(p, &p->places[i]) && !p->places[i].other);
    if (!wide) places_in_walls(p, label);
    if (p->n_places) qsort(p->places, p->n_places, sizeof *p->places, by_room);
    size_t most = enc_out_of_time(p->limits) ? FEW_PLACES : MOST_PLACES;
    if (p->n_places > most) p->n_places = most;
    place_locked(p, label, locked, n_locked, used);
    size_t first = d->n_gates;
    if (!has_staffed(d, label)) {
        const struct place *best = NULL;
        double least = 1e300;
        for (size_t i = 0; i < p->n_places; i++) {
            double score = taken(d, &p->places[i], 1) ? 1e299 : score_place(p, label, &p->places[i]);
            if (score < least) least = score, best = &p->places[i];
        }
        if (best) put_gate(p, label, best, true, ENCLOSE_STAFFED, true);
    }
    measure(p, label);
    mend_detours(p, label);
    if (d->n_gates > first + 1) {
        cover_doors(p, label, first);
        mend_detours(p, label); /* what is nearer but not near enough */
    }
    keep_lanes(p, label);
    mend_fire(p, label);
}

static void sort_by_label(struct placer *p)
{
    struct enc_draft *d = p->d;
    struct wg_arena *arena = d->ctx->arena;
    size_t n = d->n_labels;
    p->door_first = wg_alloc_n(arena, n + 3, sizeof *p->door_first),
    p->doors = wg_alloc_n(arena, d->space->n_doors + 1, sizeof *p->doors);
    p->chain_first = wg_alloc_n(arena, n + 3, sizeof *p->chain_first),
    p->chains = wg_alloc_n(arena, 2 * d->n_chains + 1, sizeof *p->chains);
    uint32_t at = 0, chain_at = 0;
    uint32_t *door_count = wg_alloc_n(arena, n + 2, sizeof *door_count),
             *chain_count = wg_alloc_n(arena, n + 2, sizeof *chain_count);
    for (size_t i = 0; i < d->space->n_doors; i++) door_count[d->label[d->space->doors[i].tri]]++;
    for (size_t i = 0; i < d->n_chains; i++) {
        chain_count[d->chains[i].label]++;
        if (d->chains[i].other > 0) chain_count[d->chains[i].other]++;
    }
    for (size_t l = 0; l <= n; l++) {
        p->door_first[l] = at, at += door_count[l];
        p->chain_first[l] = chain_at, chain_at += chain_count[l];
    }
    p->door_first[n + 1] = at;
    p->chain_first[n + 1] = chain_at;
    memset(door_count, 0, (n + 2) * sizeof *door_count);
    memset(chain_count, 0, (n + 2) * sizeof *chain_count);
    for (uint32_t i = 0; i < d->space->n_doors; i++) {
        int32_t l = d->label[d->space->doors[i].tri];
        p->doors[p->door_first[l] + door_count[l]++] = i;
    }
    for (uint32_t i = 0; i < d->n_chains; i++) {
        int32_t l = d->chains[i].label;
        p->chains[p->chain_first[l] + chain_count[l]++] = i;
        l = d->chains[i].other;
        if (l > 0) p->chains[p->chain_first[l] + chain_count[l]++] = i;
    }
}

int enc_gates_place(struct enc_draft *d, const struct enc_draft_gate *locked, size_t n_locked, struct enc_limits *limits)
{
    struct placer p = {.d = d, .c = d->space->map->config, .walk = enc_walk(d), .limits = limits};
    bool *used = wg_alloc_n(d->ctx->arena, n_locked + 1, sizeof *used);
    p.hopeless = wg_alloc_n(d->ctx->arena, d->space->n_doors + 1, sizeof *p.hopeless);
    index_ways(&p);
    sort_by_label(&p);
    for (size_t label = 1; label <= d->n_labels; label++) {
        if (wg_progress_cancelled(limits->progress)) return wg_refuse(d->ctx, WG_E_CANCELLED, NULL, NULL, NULL);
        place_for(&p, (int32_t)label, locked, n_locked, used);
        wg_progress_report(limits->progress,
                           ENC_DONE_GROUPS + (1 - ENC_DONE_GROUPS) * (double)label / (double)(d->n_labels + 1));
    }
    for (size_t i = 0; i < n_locked; i++)
        if (!used[i])
            enc_draft_note(d, locked[i].locked_id ? locked[i].locked_id : "", "锁定的大门已不在围挡线上",
                           "a locked gate no longer stands on the fence line");
    return 0;
}
