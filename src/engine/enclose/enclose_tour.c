/* The least fence that joining parts of a least cut can cost, exactly, by walks round them.
 *
 * What a set X round the least cut A costs beyond A is the room that the greatest flow leaves on the edges out of X. Where X hangs
 * together its outer edge is one closed walk over the corners of the cells, with X on its left; a walk encloses a part if and only if it
 * crosses a path from the part to the edge of the map an odd number of times. So the least closed walk that crosses the paths of
 * given parts oddly, each step weighed by the room left, is a lower bound for every X in which those parts hang together; it is
 * found by Dijkstra's search over pairs of a corner and the parities so far (Chambers, Erickson and Nayyeri 2009 take cuts on
 * surfaces the same way). A walk may run to and fro along one line, as the two sides of a strip without width. */
#include <stdlib.h>
#include <string.h>

#include "engine/enclose/enclose_tour.h"

enum { POPS = 6000000 }; /* steps of all searches in one patch: bounded by the work, not by the clock */

struct step {
    uint32_t to;
    uint16_t mask; /* the parts whose paths it crosses */
    double cm;
};
struct tourer {
    const struct enc_ground *g;
    const struct enc_tour_question *q;
    struct step *steps;
    uint32_t *first, *tail;
    uint32_t *at_side; /* of cell c's corner i: the step along the edge opposite, c on its left, plus 1; at_side[3c + i] */
    int32_t *cell;     /* of each triangle; -1 */
    uint8_t *beyond;   /* of each triangle: the edge of the map is reached without crossing this ground */
    uint32_t **starts; /* of each part: steps across its path, outwards on the right */
    size_t *n_starts;
    double *dist;
    uint32_t *touched;
    size_t n_touched, pops;
    struct enc_heap heap;
};

/* ---- the steps ---- */

static bool may_border(const struct tourer *t, int32_t right, bool barrier)
{
    return right < 0 || barrier || !t->q->core[right];
}

/* Room on the edge from its cell `a` to the other (or back), and whether two compounds may touch there with nothing between them. */
static double room_of(const struct tourer *t, size_t e, bool back, bool *ret_barrier)
{
    *ret_barrier = t->q->barrier[e] != 0;
    if (*ret_barrier) return 0;
    return (double)(back ? t->q->back[e] : t->q->there[e]);
}

static void note_step(struct tourer *t, size_t n, int32_t cell, int corner, double cm)
{
    const struct enc_ground *g = t->g;
    t->steps[n] = (struct step){g->corner[cell][(corner + 2) % 3], 0, cm};
    t->tail[n] = g->corner[cell][(corner + 1) % 3];
    t->at_side[3 * cell + corner] = (uint32_t)n + 1;
}

static int corner_across(const struct enc_ground *g, int32_t cell, int32_t from)
{
    for (int i = 0; i < 3; i++)
        if (g->space->mesh.adj[g->tri[cell]][i] == from) return i;
    return 0;
}

static size_t list_steps(struct tourer *t)
{
    const struct enc_ground *g = t->g;
    const struct enc_space *sp = g->space;
    size_t n = 0;
    for (size_t e = 0; e < g->n_edges; e++) {
        const struct enc_edge *edge = &g->edges[e];
        bool barrier;
        double there = room_of(t, e, false, &barrier), back = room_of(t, e, true, &barrier);
        if (may_border(t, edge->b, barrier)) note_step(t, n++, edge->a, edge->corner, there);
        if (edge->b >= 0 && may_border(t, edge->a, barrier))
            note_step(t, n++, edge->b, corner_across(g, edge->b, edge->tri), back);
    }
    for (size_t c = 0; c < g->n; c++) /* along houses */
        for (int i = 0; i < 3; i++) {
            int32_t u = sp->mesh.adj[g->tri[c]][i];
            if (u >= 0 && sp->kind[u] == ENC_SOLID) note_step(t, n++, (int32_t)c, i, 0);
        }
    return n;
}

static int by_tail(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    if (x[0] != y[0]) return x[0] < y[0] ? -1 : 1;
    return (x[1] > y[1]) - (x[1] < y[1]);
}

/* Steps sorted by the corner they leave. */
static void index_steps(struct tourer *t, size_t n)
{
    uint32_t(*order)[2] = wg_xcalloc(n + 1, sizeof *order);
    struct step *sorted = wg_xcalloc(n + 1, sizeof *sorted);
    uint32_t *tail = wg_xcalloc(n + 1, sizeof *tail), *now = wg_xcalloc(n + 1, sizeof *now);
    for (size_t i = 0; i < n; i++) order[i][0] = t->tail[i], order[i][1] = (uint32_t)i;
    if (n) qsort(order, n, sizeof *order, by_tail);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = t->steps[order[i][1]];
        tail[i] = order[i][0];
        now[order[i][1]] = (uint32_t)i + 1;
        t->first[order[i][0] + 1]++;
    }
    for (size_t v = 0; v < t->g->n_corners; v++) t->first[v + 1] += t->first[v];
    for (size_t i = 0; i < 3 * t->g->n; i++)
        if (t->at_side[i]) t->at_side[i] = now[t->at_side[i] - 1];
    free(t->steps), free(t->tail), free(order), free(now);
    t->steps = sorted;
    t->tail = tail;
}

/* ---- the paths to the edge of the map ---- */

static void flood_beyond(struct tourer *t)
{
    const struct enc_mesh *m = &t->g->space->mesh;
    int32_t *stack = wg_xcalloc(m->n_tri + 1, sizeof *stack);
    size_t n = 0;
    for (size_t i = 0; i < m->n_tri; i++)
        if (t->cell[i] < 0 && (m->adj[i][0] < 0 || m->adj[i][1] < 0 || m->adj[i][2] < 0))
            t->beyond[i] = 1, stack[n++] = (int32_t)i;
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

/* Crossing from triangle `in` over its edge `corner` outwards: both steps along the edge change parity, the one with `in` on its
 * left may begin a walk round the part. */
static void cross_over(struct tourer *t, size_t part, int32_t in, int corner)
{
    const struct enc_mesh *m = &t->g->space->mesh;
    int32_t out = m->adj[in][corner], c = t->cell[in], d = out < 0 ? -1 : t->cell[out];
    uint32_t own = c < 0 ? 0 : t->at_side[3 * c + corner], other = 0;
    if (d >= 0) other = t->at_side[3 * d + corner_across(t->g, d, in)];
    if (own) {
        t->steps[own - 1].mask ^= (uint16_t)(1U << part);
        t->starts[part][t->n_starts[part]++] = own - 1;
    }
    if (other) t->steps[other - 1].mask ^= (uint16_t)(1U << part);
}

/* The path from the part that crosses the fewest steps; false when there is none. */
static bool lay_path(struct tourer *t, size_t part)
{
    const struct enc_ground *g = t->g;
    const struct enc_mesh *m = &g->space->mesh;
    int32_t *from = wg_xcalloc(m->n_tri + 1, sizeof *from);
    uint8_t *via = wg_xcalloc(m->n_tri + 1, 1);
    double *far = wg_xcalloc(m->n_tri + 1, sizeof *far);
    struct enc_heap heap = {0};
    int32_t end = -1;
    bool frame = false;
    for (size_t i = 0; i < m->n_tri; i++) far[i] = 1e300;
    for (size_t c = 0; c < g->n; c++)
        if (t->q->part[c] == t->q->reps[part]) far[g->tri[c]] = 0, from[g->tri[c]] = -1, enc_heap_push(&heap, 0, g->tri[c]);
    while (heap.n && end < 0) {
        struct enc_heap_entry e = enc_heap_pop(&heap);
        if (e.d > far[e.cell]) continue;
        frame = t->cell[e.cell] >= 0 && (m->adj[e.cell][0] < 0 || m->adj[e.cell][1] < 0 || m->adj[e.cell][2] < 0);
        if (t->beyond[e.cell] || frame) end = e.cell;
        for (int i = 0; i < 3 && end < 0; i++) {
            int32_t u = m->adj[e.cell][i];
            if (u < 0) continue;
            double next = e.d + (t->cell[e.cell] >= 0 || t->cell[u] >= 0 ? 1 : 0);
            if (next >= far[u]) continue;
            far[u] = next, from[u] = e.cell, via[u] = (uint8_t)i;
            enc_heap_push(&heap, next, u);
        }
    }
    size_t length = 2;
    for (int32_t at = end; at >= 0; at = from[at]) length++;
    t->starts[part] = wg_xcalloc(length, sizeof *t->starts[part]);
    if (end >= 0 && !t->beyond[end]) /* over the frame itself */
        for (int i = 0; i < 3; i++)
            if (m->adj[end][i] < 0) {
                cross_over(t, part, end, i);
                break;
            }
    for (int32_t at = end; at >= 0 && from[at] >= 0; at = from[at]) cross_over(t, part, from[at], via[at]);
    enc_heap_free(&heap);
    free(from), free(via), free(far);
    return end >= 0;
}

/* ---- the walks ---- */

static void reach(struct tourer *t, double d, uint32_t state)
{
    if (t->dist[state] <= d) return;
    if (t->dist[state] > 1e299) t->touched[t->n_touched++] = state;
    t->dist[state] = d;
    enc_heap_push(&t->heap, d, (int32_t)state);
}

/* The greatest length that still matters for a walk round parts of `mask << low`. */
static double worth(const struct tourer *t, size_t mask)
{
    double joins = (double)__builtin_popcountll(mask) - 1;
    return fmin(t->q->most_cm, joins * t->q->gate_cm);
}

/* Walks that begin with the step `start` across the path of part `low`; `best[p]`: the shortest found for parities p, bit 0 being
 * `low`. */
static void walk_from(struct tourer *t, uint32_t start, size_t low, double *best)
{
    size_t bits = t->q->n_reps - low, sets = (size_t)1 << bits;
    uint32_t home = t->tail[start];
    for (size_t i = 0; i < t->n_touched; i++) t->dist[t->touched[i]] = 1e300;
    t->n_touched = t->heap.n = 0;
    double limit = 0;
    for (size_t p = 3; p < sets; p += 2) limit = fmax(limit, best[p]);
    reach(t, t->steps[start].cm, (uint32_t)(t->steps[start].to * sets + (t->steps[start].mask >> low)));
    while (t->heap.n) {
        struct enc_heap_entry e = enc_heap_pop(&t->heap);
        uint32_t state = (uint32_t)e.cell, v = (uint32_t)(state / sets), p = (uint32_t)(state % sets);
        if (e.d > t->dist[state]) continue;
        if (t->pops++ > POPS) { /* nothing shorter than this is left out */
            for (size_t s = 1; s < sets; s += 2) best[s] = fmin(best[s], e.d);
            return;
        }
        if (e.d >= limit) return;
        if (v == home && (p & 1)) {
            bool better = e.d < best[p];
            best[p] = fmin(best[p], e.d);
            if (better) limit = 0;
            for (size_t s = 3; better && s < sets; s += 2) limit = fmax(limit, best[s]);
        }
        for (uint32_t k = t->first[v]; k < t->first[v + 1]; k++) {
            double next = e.d + t->steps[k].cm;
            if (next < limit) reach(t, next, (uint32_t)(t->steps[k].to * sets + (p ^ (t->steps[k].mask >> low))));
        }
    }
}

/* Walks round sets of parts of which `low` is the first. */
static void walk_low(struct tourer *t, size_t low, double *walk)
{
    size_t bits = t->q->n_reps - low, sets = (size_t)1 << bits;
    double *best = wg_xcalloc(sets, sizeof *best);
    for (size_t p = 1; p < sets; p += 2) best[p] = worth(t, p);
    best[1] = 0;
    t->dist = wg_xcalloc(t->g->n_corners * sets + 1, sizeof *t->dist);
    t->touched = wg_xcalloc(t->g->n_corners * sets + 1, sizeof *t->touched);
    for (size_t i = 0; i <= t->g->n_corners * sets; i++) t->dist[i] = 1e300;
    t->n_touched = 0;
    for (size_t i = 0; i < t->n_starts[low]; i++) {
        if (t->pops > POPS) { /* no time to look: joining may cost nothing */
            for (size_t p = 1; p < sets; p += 2) best[p] = 0;
            break;
        }
        walk_from(t, t->starts[low][i], low, best);
    }
    for (size_t b = 1; b < bits; b++) /* a walk round more goes round these as well */
        for (size_t p = 1; p < sets; p += 2)
            if (!(p >> b & 1)) best[p] = fmin(best[p], best[p | (size_t)1 << b]);
    for (size_t p = 1; p < sets; p += 2) walk[p << low] = best[p];
    free(best), free(t->dist), free(t->touched);
}

void enc_tours(const struct enc_ground *g, const struct enc_tour_question *q, double *ret_walk)
{
    const struct enc_mesh *m = &g->space->mesh;
    struct tourer t = {.g = g, .q = q};
    size_t sets = (size_t)1 << q->n_reps;
    t.steps = wg_xcalloc(6 * g->n + 1, sizeof *t.steps), t.tail = wg_xcalloc(6 * g->n + 1, sizeof *t.tail);
    t.first = wg_xcalloc(g->n_corners + 2, sizeof *t.first), t.at_side = wg_xcalloc(3 * g->n + 1, sizeof *t.at_side);
    t.cell = wg_xcalloc(m->n_tri + 1, sizeof *t.cell), t.beyond = wg_xcalloc(m->n_tri + 1, 1);
    t.starts = wg_xcalloc(q->n_reps + 1, sizeof *t.starts), t.n_starts = wg_xcalloc(q->n_reps + 1, sizeof *t.n_starts);
    for (size_t i = 0; i < m->n_tri; i++) t.cell[i] = -1;
    for (size_t c = 0; c < g->n; c++) t.cell[g->tri[c]] = (int32_t)c;
    index_steps(&t, list_steps(&t));
    flood_beyond(&t);
    bool laid = true;
    for (size_t p = 0; p < q->n_reps; p++) laid = lay_path(&t, p) && laid;
    for (size_t s = 0; s < sets; s++) ret_walk[s] = 0;
    for (size_t low = 0; laid && low + 1 < q->n_reps; low++) walk_low(&t, low, ret_walk);
    for (size_t p = 0; p < q->n_reps; p++) free(t.starts[p]);
    enc_heap_free(&t.heap);
    free(t.steps), free(t.tail), free(t.first), free(t.at_side), free(t.cell), free(t.beyond), free(t.starts), free(t.n_starts);
}
