/* The least fence that joining parts of a least cut can cost, by walks round them.
 *
 * What a set X round the least cut A costs beyond A is the room that the greatest flow leaves on the edges out of X. Where X hangs
 * together its outer edge is one closed walk over the corners of the cells, with X on its left; a walk encloses a part if and only if it
 * crosses a path from the part to the edge of the map an odd number of times. So the least closed walk that crosses the paths of
 * given parts oddly, each step weighed by the room left, is a lower bound for every X in which those parts hang together; it is
 * found by Dijkstra's search over pairs of a corner and the parities so far (Chambers, Erickson and Nayyeri 2009 take cuts on
 * surfaces the same way). A walk may run to and fro along one line, as the two sides of a strip without width.
 *
 * Along houses and walls steps cost nothing. A walk that has a house on its right all round it, and so passes between parts on both
 * sides of it, is no outer edge: its winding number about the house is -1, and an outer edge's is 0 or 1. For houses and walls where
 * the best walks do this (enc_tours_faults) the winding is followed as well, and the search made again. */
#include "engine/enclose/enclose_tour.h"

#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_states.h"

struct step {
    uint32_t to;
    uint16_t mask;      /* the parts whose paths it crosses */
    uint8_t plus, less; /* the holes whose winding it raises or lowers */
    double cm;
};
struct place {
    int32_t cell;
    int8_t corner;
};
struct found {
    double cm;
    uint32_t start, code;
};
struct enc_tours {
    const struct enc_ground *g;
    struct enc_tour_question q;
    struct step *steps;
    uint32_t *first, *tail;
    struct place *side; /* of each step: the cell on its left, and the corner opposite */
    uint32_t *at_side;  /* of cell c's corner i: the step along the edge opposite, c on its left, plus 1; at_side[3c + i] */
    int32_t *cell;      /* of each triangle; -1 */
    uint8_t *beyond;    /* of each triangle: the edge of the map is reached without crossing this ground */
    uint32_t *starts[ENC_TOUR_PARTS]; /* steps across each part's path, outwards on the right */
    size_t n_starts[ENC_TOUR_PARTS];
    struct found *walk;
    /* one search: the parts from `low` on */
    size_t low, sets, codes;
    struct enc_states states; /* with the step to each and the state before */
    size_t pops;
    struct enc_heap heap;
};

/* ---- the steps ---- */

static void note_step(struct enc_tours *t, size_t n, int32_t cell, int corner, double cm)
{
    const struct enc_ground *g = t->g;
    t->steps[n] = (struct step){.to = g->corner[cell][(corner + 2) % 3], .cm = cm};
    t->tail[n] = g->corner[cell][(corner + 1) % 3];
    t->side[n] = (struct place){cell, (int8_t)corner};
    t->at_side[3 * cell + corner] = (uint32_t)n + 1;
}

static int corner_across(const struct enc_ground *g, int32_t cell, int32_t from)
{
    for (int i = 0; i < 3; i++)
        if (g->space->mesh.adj[g->tri[cell]][i] == from) return i;
    return 0;
}

/* May the outer edge of ground round the least cut have this cell outside? */
static bool may_lie_outside(const struct enc_tours *t, int32_t cell, bool barrier)
{
    return cell < 0 || barrier || !t->q.core[cell];
}

static size_t list_steps(struct enc_tours *t)
{
    const struct enc_ground *g = t->g;
    const struct enc_space *sp = g->space;
    size_t n = 0;
    for (size_t e = 0; e < g->n_edges; e++) {
        const struct enc_edge *edge = &g->edges[e];
        bool barrier = t->q.barrier[e] != 0;
        double there = barrier ? 0 : (double)t->q.there[e], back = barrier ? 0 : (double)t->q.back[e];
        if (may_lie_outside(t, edge->b, barrier)) note_step(t, n++, edge->a, edge->corner, there);
        if (edge->b >= 0 && may_lie_outside(t, edge->a, barrier))
            note_step(t, n++, edge->b, corner_across(g, edge->b, edge->tri), back);
    }
    for (size_t c = 0; c < g->n; c++) /* along houses */
        for (int i = 0; i < 3; i++) {
            int32_t u = sp->mesh.adj[g->tri[c]][i];
            if (u >= 0 && sp->kind[u] == ENC_SOLID) note_step(t, n++, (int32_t)c, i, 0);
        }
    return n;
}

struct order {
    uint32_t tail, index;
};

static int by_tail(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->tail != y->tail) return x->tail < y->tail ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Steps sorted by the corner they leave. */
static void index_steps(struct enc_tours *t, size_t n)
{
    struct order *order = wg_xcalloc(n + 1, sizeof *order);
    struct step *steps = wg_xcalloc(n + 1, sizeof *steps);
    struct place *side = wg_xcalloc(n + 1, sizeof *side);
    for (size_t i = 0; i < n; i++) order[i] = (struct order){t->tail[i], (uint32_t)i};
    if (n) qsort(order, n, sizeof *order, by_tail);
    for (size_t i = 0; i < n; i++) {
        steps[i] = t->steps[order[i].index];
        side[i] = t->side[order[i].index];
        t->tail[i] = order[i].tail;
        t->at_side[3 * side[i].cell + side[i].corner] = (uint32_t)i + 1;
        t->first[order[i].tail + 1]++;
    }
    for (size_t v = 0; v < t->g->n_corners; v++) t->first[v + 1] += t->first[v];
    free(t->steps);
    free(t->side);
    free(order);
    t->steps = steps;
    t->side = side;
}

/* ---- the paths to the edge of the map ---- */

static bool at_frame(const struct enc_mesh *m, int32_t tri)
{
    return m->adj[tri][0] < 0 || m->adj[tri][1] < 0 || m->adj[tri][2] < 0;
}

static void flood_beyond(struct enc_tours *t)
{
    const struct enc_mesh *m = &t->g->space->mesh;
    int32_t *stack = wg_xcalloc(m->n_tri + 1, sizeof *stack);
    size_t n = 0;
    for (size_t i = 0; i < m->n_tri; i++)
        if (t->cell[i] < 0 && at_frame(m, (int32_t)i)) t->beyond[i] = 1, stack[n++] = (int32_t)i;
    while (n) {
        int32_t at = stack[--n];
        for (int i = 0; i < 3; i++) {
            int32_t u = m->adj[at][i];
            if (u < 0 || t->beyond[u] || t->cell[u] >= 0) continue;
            t->beyond[u] = 1;
            stack[n++] = u;
        }
    }
    free(stack);
}

/* A path from seeds to the edge of the map: triangles from its end back, and the corner each was left by. */
struct path {
    int32_t *from, end;
    uint8_t *via;
    double *far;
    struct enc_heap heap;
};

static struct path path_new(const struct enc_mesh *m)
{
    struct path p = {.end = -1};
    p.from = wg_xcalloc(m->n_tri + 1, sizeof *p.from), p.via = wg_xcalloc(m->n_tri + 1, 1);
    p.far = wg_xcalloc(m->n_tri + 1, sizeof *p.far);
    for (size_t i = 0; i < m->n_tri; i++) p.far[i] = 1e300;
    return p;
}

static void path_seed(struct path *p, int32_t tri)
{
    p->far[tri] = 0, p->from[tri] = -1;
    enc_heap_push(&p->heap, 0, tri);
}

static void path_free(struct path *p)
{
    enc_heap_free(&p->heap);
    free(p->from);
    free(p->via);
    free(p->far);
}

/* The way that crosses the fewest steps. */
static void path_find(const struct enc_tours *t, struct path *p)
{
    const struct enc_mesh *m = &t->g->space->mesh;
    while (p->heap.n && p->end < 0) {
        struct enc_heap_entry e = enc_heap_pop(&p->heap);
        if (e.d > p->far[e.cell]) continue;
        if (t->beyond[e.cell] || (t->cell[e.cell] >= 0 && at_frame(m, e.cell))) p->end = e.cell;
        for (int i = 0; i < 3 && p->end < 0; i++) {
            int32_t u = m->adj[e.cell][i];
            if (u < 0) continue;
            double next = e.d + (t->cell[e.cell] >= 0 || t->cell[u] >= 0 ? 1 : 0);
            if (next >= p->far[u]) continue;
            p->far[u] = next, p->from[u] = e.cell, p->via[u] = (uint8_t)i;
            enc_heap_push(&p->heap, next, u);
        }
    }
}

/* The steps on both sides of a triangle's edge: with the triangle on their left, and with what lies beyond. NULL: none. */
static void steps_along(struct enc_tours *t, int32_t in, int corner, struct step **ret_own, struct step **ret_other)
{
    int32_t out = t->g->space->mesh.adj[in][corner], c = t->cell[in], d = out < 0 ? -1 : t->cell[out];
    uint32_t own = c < 0 ? 0 : t->at_side[3 * c + corner], other = 0;
    if (d >= 0) other = t->at_side[3 * d + corner_across(t->g, d, in)];
    *ret_own = own ? &t->steps[own - 1] : NULL;
    *ret_other = other ? &t->steps[other - 1] : NULL;
}

/* Crossing the path of a part over this edge changes parity; the step with the part's side on its left may begin a walk round it. */
static void cross_part(struct enc_tours *t, size_t part, int32_t in, int corner)
{
    struct step *own, *other;
    steps_along(t, in, corner, &own, &other);
    if (own) own->mask ^= (uint16_t)(1U << part), t->starts[part][t->n_starts[part]++] = (uint32_t)(own - t->steps);
    if (other) other->mask ^= (uint16_t)(1U << part);
}

static void cross_hole(struct enc_tours *t, size_t hole, int32_t in, int corner)
{
    struct step *own, *other;
    steps_along(t, in, corner, &own, &other);
    if (own) own->plus |= (uint8_t)(1U << hole);
    if (other) other->less |= (uint8_t)(1U << hole);
}

static void path_cross(struct enc_tours *t, const struct path *p, size_t number,
                       void (*cross)(struct enc_tours *t, size_t number, int32_t in, int corner))
{
    const struct enc_mesh *m = &t->g->space->mesh;
    bool over_frame = p->end >= 0 && !t->beyond[p->end];
    for (int i = 0; i < 3 && over_frame; i++)
        if (m->adj[p->end][i] < 0) {
            cross(t, number, p->end, i);
            over_frame = false;
        }
    for (int32_t at = p->end; at >= 0 && p->from[at] >= 0; at = p->from[at]) cross(t, number, p->from[at], p->via[at]);
}

static bool lay_part(struct enc_tours *t, size_t part)
{
    struct path p = path_new(&t->g->space->mesh);
    for (size_t c = 0; c < t->g->n; c++)
        if (t->q.part[c] == t->q.reps[part]) path_seed(&p, t->g->tri[c]);
    path_find(t, &p);
    size_t length = 2;
    for (int32_t at = p.end; at >= 0; at = p.from[at]) length++;
    t->starts[part] = wg_xcalloc(length, sizeof *t->starts[part]);
    path_cross(t, &p, part, cross_part);
    bool laid = p.end >= 0;
    path_free(&p);
    return laid;
}

/* From what stands beside the edge; from within a wall the way first crosses the step on the wall's other side. */
static void lay_hole(struct enc_tours *t, size_t hole)
{
    const struct enc_tour_hole *h = &t->q.holes[hole];
    struct path p = path_new(&t->g->space->mesh);
    int32_t in = t->g->tri[h->cell], out = t->g->space->mesh.adj[in][h->corner];
    struct step *own, *other;
    path_seed(&p, out);
    path_find(t, &p);
    if (p.end >= 0) {
        steps_along(t, in, h->corner, &own, &other);
        if (other) other->less |= (uint8_t)(1U << hole);
        path_cross(t, &p, hole, cross_hole);
    }
    path_free(&p);
}

/* ---- the walks ---- */

enum {
    WINDINGS = ENC_TOUR_WINDINGS,
    GOOD = 2
}; /* a digit: 0, 1, 2 or more, -1, -2 or less; those up to GOOD an outer edge may have */
static const uint8_t raised[WINDINGS] = {1, 2, 2, 0, 3}, lowered[WINDINGS] = {3, 0, 2, 4, 4};

static size_t power(size_t base, size_t n)
{
    size_t p = 1;
    for (; n; n--) p *= base;
    return p;
}

/* Parities and windings after the step: parities in the low bits, a digit for each hole above. Going round a house with it on the right
 * costs nothing, so windings are not counted modulo anything; -2 and 2 swallow what lies beyond, which only ever lets more pass. */
static uint32_t turn(const struct enc_tours *t, uint32_t code, const struct step *s)
{
    code ^= (uint32_t)(s->mask >> t->low) & (uint32_t)(t->sets - 1);
    if (!s->plus && !s->less) return code;
    uint32_t unit = (uint32_t)t->sets;
    for (size_t h = 0; h < t->q.n_holes; h++, unit *= WINDINGS) {
        int by = (s->plus >> h & 1) - (s->less >> h & 1);
        uint32_t digit = code / unit % WINDINGS;
        if (by) code = code - unit * digit + unit * (by > 0 ? raised[digit] : lowered[digit]);
    }
    return code;
}

static bool is_outer(const struct enc_tours *t, uint32_t code)
{
    for (code /= (uint32_t)t->sets; code; code /= WINDINGS)
        if (code % WINDINGS > GOOD) return false;
    return true;
}

/* False: there are too many states. */
static bool reach(struct enc_tours *t, double d, uint32_t corner, uint32_t code, uint32_t before, uint32_t step)
{
    enum { MOST_STATES = 3000000 };
    uint32_t at = enc_states_at(&t->states, (uint64_t)corner * t->codes + code);
    struct enc_state *s = &t->states.list[at];
    if (s->d <= d) return true;
    s->d = d, s->via = step, s->before = before;
    enc_heap_push(&t->heap, d, (int32_t)at);
    return t->states.n < MOST_STATES;
}

/* The greatest length that still matters for a walk round so many parts. */
static double worth(const struct enc_tours *t, size_t mask)
{
    return fmin(t->q.most_cm, ((double)__builtin_popcountll(mask) - 1) * t->q.gate_cm);
}

/* What is yet worth finding. */
static double limit_of(const struct enc_tours *t, const struct found *best)
{
    double limit = 0;
    for (size_t p = 3; p < t->sets; p += 2) limit = fmax(limit, best[p].cm);
    return limit;
}

/* The time has run out: looked at now and then, and then for good. */
static bool is_late(struct enc_tours *t)
{
    if (t->pops % 4096 || !enc_out_of_time(t->q.limits)) return false;
    t->pops = t->q.most_pops + 1;
    return true;
}

/* Nothing shorter than d is left out. */
static void break_off(struct enc_tours *t, struct found *best, double d)
{
    t->pops = t->q.most_pops + 1;
    for (size_t s = 1; s < t->sets; s += 2) best[s].cm = fmin(best[s].cm, d);
}

/* Walks that begin with the step `start`; best[p]: the shortest found for parities p, bit 0 being the part `low`. */
static void walk_from(struct enc_tours *t, uint32_t start, struct found *best)
{
    uint32_t home = t->tail[start];
    double limit = limit_of(t, best);
    t->heap.n = 0;
    enc_states_clear(&t->states);
    (void)reach(t, t->steps[start].cm, t->steps[start].to, turn(t, 0, &t->steps[start]), UINT32_MAX, start);
    while (t->heap.n) {
        struct enc_heap_entry e = enc_heap_pop(&t->heap);
        const struct enc_state *state = &t->states.list[e.cell];
        uint32_t v = (uint32_t)(state->key / t->codes), code = (uint32_t)(state->key % t->codes);
        size_t p = code % t->sets;
        if (e.d > state->d) continue;
        if (e.d >= limit) return;
        if (t->pops++ > t->q.most_pops || is_late(t)) {
            break_off(t, best, e.d);
            return;
        }
        if (v == home && (p & 1) && e.d < best[p].cm && is_outer(t, code)) {
            best[p] = (struct found){e.d, start, code};
            limit = limit_of(t, best);
        }
        for (uint32_t k = t->first[v]; k < t->first[v + 1]; k++) {
            double next = e.d + t->steps[k].cm;
            if (next >= limit || reach(t, next, t->steps[k].to, turn(t, code, &t->steps[k]), (uint32_t)e.cell, k)) continue;
            break_off(t, best, e.d);
            return;
        }
    }
}

static void search_open(struct enc_tours *t, size_t low)
{
    t->low = low;
    t->sets = (size_t)1 << (t->q.n_reps - low);
    t->codes = t->sets * power(WINDINGS, t->q.n_holes);
}

/* Walks round the sets of which `low` is the first part. */
static void walk_low(struct enc_tours *t, size_t low)
{
    search_open(t, low);
    struct found *best = wg_xcalloc(t->sets, sizeof *best);
    for (size_t p = 1; p < t->sets; p += 2) best[p] = (struct found){worth(t, p), UINT32_MAX, 0};
    for (size_t i = 0; i < t->n_starts[low]; i++) {
        for (size_t p = 1; p < t->sets && t->pops > t->q.most_pops; p += 2)
            best[p].cm = 0; /* not looked at: it may cost nothing */
        if (t->pops <= t->q.most_pops) walk_from(t, t->starts[low][i], best);
    }
    for (size_t b = 1; b < t->q.n_reps - low; b++) /* a walk round more goes round these as well */
        for (size_t p = 1; p < t->sets; p += 2)
            if (!(p >> b & 1) && best[p | (size_t)1 << b].cm < best[p].cm) best[p] = best[p | (size_t)1 << b];
    for (size_t p = 1; p < t->sets; p += 2) t->walk[p << low] = best[p];
    free(best);
}

/* ---- what a walk goes round the wrong way ---- */

/* The steps of the walk found for the set, from its last to its first. */
static size_t retrace(struct enc_tours *t, size_t set, uint32_t *ret_steps, size_t most)
{
    struct found w = t->walk[set];
    size_t n = 0;
    if (w.start == UINT32_MAX || t->pops > t->q.most_pops) return 0;
    search_open(t, (size_t)__builtin_ctzll(set));
    struct found *best = wg_xcalloc(t->sets, sizeof *best);
    for (size_t p = 1; p < t->sets; p += 2) best[p] = (struct found){w.cm + 0.5, UINT32_MAX, 0};
    walk_from(t, w.start, best);
    uint32_t at = enc_states_at(&t->states, (uint64_t)t->tail[w.start] * t->codes + w.code);
    if (t->states.list[at].d > 1e299) at = UINT32_MAX;
    for (; at != UINT32_MAX && n < most; at = t->states.list[at].before) ret_steps[n++] = t->states.list[at].via;
    free(best);
    return n;
}

/* How often the closed line of the steps goes round the point. */
static int winding(const struct enc_tours *t, const uint32_t *walk, size_t n, struct enc_xy at)
{
    const struct enc_mesh *m = &t->g->space->mesh;
    int w = 0;
    for (size_t i = 0; i < n; i++) {
        struct place s = t->side[walk[i]];
        const int32_t *v = m->tri[t->g->tri[s.cell]];
        struct enc_xy a = enc_vertex(m, v[(s.corner + 1) % 3]), b = enc_vertex(m, v[(s.corner + 2) % 3]);
        double side = (b.x - a.x) * (at.y - a.y) - (b.y - a.y) * (at.x - a.x);
        if (a.y <= at.y && b.y > at.y && side > 0) w++;
        if (a.y > at.y && b.y <= at.y && side < 0) w--;
    }
    return w;
}

/* Winding about what stands on the right of the step; 0 where nothing does. */
static int winding_beside(const struct enc_tours *t, const uint32_t *walk, size_t n, uint32_t step)
{
    const struct enc_space *sp = t->g->space;
    struct place s = t->side[step];
    int32_t in = t->g->tri[s.cell], out = sp->mesh.adj[in][s.corner];
    if (out < 0 || (sp->kind[out] != ENC_SOLID && sp->wall[in][s.corner] < 0)) return 0;
    if (sp->kind[out] == ENC_SOLID) return winding(t, walk, n, enc_centre(&sp->mesh, (size_t)out));
    int w = winding(t, walk, n, enc_centre(&sp->mesh, (size_t)in));
    for (size_t i = 0; i < n; i++) w -= walk[i] == step;
    return w;
}

size_t enc_tours_faults(struct enc_tours *t, size_t set, struct enc_tour_hole *ret, size_t most)
{
    size_t cap = 4 * t->g->n_corners + 4, n_found = 0;
    uint32_t *walk = wg_xcalloc(cap, sizeof *walk);
    uint8_t *seen = wg_xcalloc(t->g->space->map->n_buildings + 1, 1);
    size_t n = retrace(t, set, walk, cap);
    double longest = 0;
    struct enc_tour_hole wall = {-1, 0};
    for (size_t i = 0; i < n; i++) {
        struct place s = t->side[walk[i]];
        int32_t in = t->g->tri[s.cell], out = t->g->space->mesh.adj[in][s.corner];
        int32_t b = out >= 0 && t->g->space->kind[out] == ENC_SOLID ? t->g->space->building[out] : -1;
        if ((b >= 0 && seen[b]) || winding_beside(t, walk, n, walk[i]) >= 0) continue;
        struct enc_tour_hole hole = {s.cell, s.corner};
        if (b >= 0) {
            seen[b] = 1;
            if (n_found < most) ret[n_found++] = hole;
            continue;
        }
        double length = enc_edge_length(&t->g->space->mesh, (size_t)in, s.corner);
        if (length > longest) longest = length, wall = hole;
    }
    if (wall.cell >= 0 && n_found < most) ret[n_found++] = wall;
    free(walk);
    free(seen);
    return n_found;
}

/* ---- all of it ---- */

struct enc_tours *enc_tours(const struct enc_ground *g, const struct enc_tour_question *q, double *ret_walk)
{
    const struct enc_mesh *m = &g->space->mesh;
    struct enc_tours *t = wg_xcalloc(1, sizeof *t);
    size_t sets = (size_t)1 << q->n_reps;
    t->g = g;
    t->q = *q;
    t->steps = wg_xcalloc(6 * g->n + 1, sizeof *t->steps), t->tail = wg_xcalloc(6 * g->n + 1, sizeof *t->tail);
    t->side = wg_xcalloc(6 * g->n + 1, sizeof *t->side);
    t->first = wg_xcalloc(g->n_corners + 2, sizeof *t->first), t->at_side = wg_xcalloc(3 * g->n + 1, sizeof *t->at_side);
    t->cell = wg_xcalloc(m->n_tri + 1, sizeof *t->cell), t->beyond = wg_xcalloc(m->n_tri + 1, 1);
    t->walk = wg_xcalloc(sets, sizeof *t->walk);
    for (size_t i = 0; i < m->n_tri; i++) t->cell[i] = -1;
    for (size_t c = 0; c < g->n; c++) t->cell[g->tri[c]] = (int32_t)c;
    index_steps(t, list_steps(t));
    flood_beyond(t);
    bool laid = true;
    for (size_t p = 0; p < q->n_reps; p++) laid = lay_part(t, p) && laid;
    for (size_t h = 0; h < q->n_holes; h++) lay_hole(t, h);
    for (size_t s = 0; s < sets; s++) t->walk[s].start = UINT32_MAX;
    for (size_t low = 0; laid && low + 1 < q->n_reps; low++) walk_low(t, low);
    for (size_t s = 0; s < sets; s++) ret_walk[s] = t->walk[s].cm;
    return t;
}

size_t enc_tours_pops(const struct enc_tours *t)
{
    return t->pops;
}

bool enc_tours_broken_off(const struct enc_tours *t)
{
    return t->pops > t->q.most_pops;
}

size_t enc_tours_work(const struct enc_tours *t)
{
    return t->pops + t->g->n * (10 + t->q.n_reps + t->q.n_holes);
}

void enc_tours_free(struct enc_tours *t)
{
    for (size_t p = 0; p < t->q.n_reps; p++) free(t->starts[p]);
    enc_heap_free(&t->heap);
    enc_states_free(&t->states);
    free(t->steps), free(t->side), free(t->tail), free(t->first), free(t->at_side), free(t->cell), free(t->beyond);
    free(t->walk);
    free(t);
}
